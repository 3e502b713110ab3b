"""A rehearsal walked through by a person: what waits, what a message asks, the same way again."""

from __future__ import annotations

import pytest

from engine import definitions, rehearsal
from engine.errors import InvalidAnswers, StepFailed, TaskWithdrawn
from engine.languages import Text
from engine.rehearsal import Cast, Walk
from tests.conftest import PROCESSES
from tests.engine.drawings import draw

SIGNED = """
    start begin lane=executor
    user one lane=account_director
    user two lane=account_director distinctFrom=one
    choice which default=no
    end yes
    end no
    begin > one > two > which
    which > yes if ${completed_by('one') != completed_by('two')}
    which > no
"""
PEOPLE = Cast({"account_director": ["ad", "deputy"]}, {"ad": Text("狄国华", "Di Guohua")})


def _walk(lines: str, cast: Cast | None = None) -> Walk:
    return Walk(rehearsal.prepare(draw("walked", lines)), cast=cast)


def _on(walk: Walk, **answers: object) -> None:
    walk.act(walk.spots()[0].key, answers)


def test_it_plays_two_people_where_it_takes_two() -> None:
    walk = _walk(SIGNED, PEOPLE)
    assert not walk.begun
    for _ in range(3):
        _on(walk)
    assert [done.person for done in walk.done[1:]] == ["ad", "deputy"]
    assert walk.ended
    assert walk.outcome is not None
    assert walk.outcome.id == "yes"


def test_it_does_not_block_where_there_is_only_one() -> None:
    walk = _walk(SIGNED, Cast({"account_director": ["ad"]}))
    for _ in range(3):
        _on(walk)
    assert walk.outcome is not None
    assert walk.outcome.id == "no"


def test_it_goes_the_same_way_again_from_what_was_done() -> None:
    walk = _walk(SIGNED)
    _on(walk)
    _on(walk)
    acts = [rehearsal.Act(*act.plain()) for act in walk.acts]
    again = Walk.again(walk.stage, acts)
    assert [spot.key for spot in again.spots()] == [spot.key for spot in walk.spots()]
    assert again.visited("walked") == walk.visited("walked")
    assert again.here("walked") == {"two": 1}
    gone = [*acts, rehearsal.Act("walked", "nothing", 0)]
    assert Walk.again(walk.stage, gone).acts == acts


def test_it_refuses_what_no_form_takes_and_what_does_not_wait() -> None:
    walk = _walk("start begin lane=executor fields=name:string!\nend done\nbegin > done")
    with pytest.raises(InvalidAnswers):
        _on(walk)
    with pytest.raises(TaskWithdrawn):
        walk.act("walked/done/0", {})
    assert not walk.begun


def test_it_fails_where_a_real_case_would() -> None:
    walk = _walk(
        "start begin lane=executor\nuser work assignee=${who.name}\nend done\nbegin > work > done"
        "\nuser other lane=executor fields=who:string\nbegin > other > done"
    )
    with pytest.raises(StepFailed) as failed:
        _on(walk)
    assert failed.value.details["element_id"] == "work"
    assert walk.acts == []


def test_it_asks_of_a_message_what_its_catcher_declares() -> None:
    files = definitions.files_in(PROCESSES)
    xml = files["campaign_planning.bpmn"]
    walk = Walk(rehearsal.prepare(xml, list(files.values())))
    (spot,) = walk.spots()
    declared = [name.strip() for name in spot.element.properties["fields"].split(",")]
    assert spot.kind == "message"
    assert {item.id for item in spot.form.items} <= set(declared)
    assert {"department", "budget", "due"} <= set(spot.values)
    walk.act(spot.key, spot.values)
    assert walk.spots()[0].element.id == "review_order"


def test_it_tells_apart_what_waits_several_times_at_one_place() -> None:
    walk = _walk(
        """
        start begin lane=executor fields=names:checklist!=one,two
        user work lane=executor each="name of names" fields=result:string
        end done
        begin > work > done
        """
    )
    _on(walk, names=["one", "two"])
    first, second = walk.spots()
    assert (first.number, second.number) == (0, 1)
    assert first.key != second.key
    walk.act(second.key, {})
    assert walk.here("walked") == {"work": 1}
    assert len(Walk.again(walk.stage, walk.acts).acts) == 2
    _on(walk)
    assert walk.ended
