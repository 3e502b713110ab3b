"""A drawing is rehearsed in memory: how far it comes, and where it stops."""

from __future__ import annotations

from random import Random

from engine import definitions, rehearsal
from tests.engine.drawings import draw

ASK = """
    start begin lane=executor
    user ask lane=executor fields="amount:long!"
    choice big default=done
    user look lane=executor
    end done
    begin > ask > big
    big > look if ${amount > 3}
    big > done
    look > done
"""


def test_it_tells_what_was_reached_in_order() -> None:
    walk = rehearsal.rehearse(draw("small", ASK))
    assert walk.ended
    assert walk.reached == ["begin", "ask", "big", "done"]
    assert (walk.stopped_at, bool(walk.reason)) == ("", False)


def test_it_takes_the_answers_that_are_given() -> None:
    walk = rehearsal.rehearse(draw("small", ASK), answers={"ask": {"amount": 5}})
    assert walk.reached == ["begin", "ask", "big", "look", "done"]


def test_it_says_which_answer_the_form_refuses() -> None:
    walk = rehearsal.rehearse(draw("small", ASK), answers={"ask": {"amount": "many"}})
    assert not walk.ended
    assert walk.stopped_at == "ask"
    assert walk.reason.zh
    assert walk.reason.en


def test_it_says_which_step_fails() -> None:
    wrong = ASK.replace("${amount > 3}", "${str(amount) > 3}")
    walk = rehearsal.rehearse(draw("small", wrong))
    assert not walk.ended
    assert walk.stopped_at == "big"
    assert "str(amount)" in walk.reason.en


def test_it_stops_after_the_steps_it_was_given() -> None:
    round_and_round = """
        start begin lane=executor
        choice merge
        user again lane=executor
        choice over default=merge
        end done
        begin > merge > again > over
        over > done if ${value('never', false)}
        over > merge
    """
    drawn = draw("small", round_and_round)
    walk = rehearsal.rehearse(drawn, steps=5, random=Random(1))
    assert not walk.ended
    assert walk.stopped_at == "again"
    assert walk.reached.count("again") == 6


def test_checking_a_drawing_deploys_nothing_and_names_the_element() -> None:
    wrong = ASK.replace("${amount > 3}", "${amount >}")
    problems = [p for p in definitions.check(draw("small", wrong)) if p.is_error]
    assert problems
    assert all(p.line > 0 and p.text.zh and p.text.en for p in problems)
    assert not [p for p in definitions.check(draw("small", ASK)) if p.is_error]
