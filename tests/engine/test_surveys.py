"""Many rehearsals at random: what they reach, what they never touch, where they stick."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import definitions, rehearsal
from engine.cli import cli
from engine.errors import DiagramRefused
from tests.conftest import PROCESSES
from tests.engine.drawings import draw

FILES = definitions.files_in(PROCESSES)
#: What each procedure may end with; forty walks at random reach these at least.
ENDS = {
    "campaign_planning.bpmn": {"order_returned", "proposal_lost", "documents_filed", "work_stopped"},
    "creative_direction.bpmn": {
        "order_returned", "proposal_lost", "documents_filed", "work_stopped"
    },
    "existing_client.bpmn": {"relationship_ended", "further_project_over"},
    "new_client.bpmn": {"not_pursued", "declined", "lost_in_production"},
    "shared/brainstorm.bpmn": {"brainstorm_held"},
    "shared/client_project.bpmn": {"project_dropped", "project_lost_in_production"},
    "shared/deliverable_sign_off.bpmn": {"work_decided"},
    "shared/delivery.bpmn": {"review_held"},
    "shared/execution.bpmn": {"documents_filed"},
    "shared/order_sign_off.bpmn": {"order_decided"},
    "shared/presentation.bpmn": {"passed", "again", "lost"},
    "shared/production.bpmn": {"all_accepted", "none_left", "client_lost_in_production"},
    "shared/proposal_to_contract.bpmn": {
        "to_be_revised", "proposal_lost", "left_unsigned", "contract_concluded"
    },
    "shared/research.bpmn": {"research_done"},
    "shared/work_order.bpmn": {"order_accepted", "order_withdrawn", "order_lost", "meeting_over"},
}  # fmt: skip
LOOP = """
    start begin lane=executor
    user work lane=executor fields="state:enum!=more,done,given_up amount:long!"
    choice which default=again
    end done name=Done
    end over
    end large
    user again lane=executor
    begin > work > which
    which > done if ${state == 'done' and amount <= 5000}
    which > large if ${state == 'done' and amount > 5000}
    which > over if ${state == 'given_up'}
    which > again > work
"""


def _survey(name: str, *, runs: int) -> rehearsal.Survey:
    others = [xml for other, xml in FILES.items() if other != name]
    return rehearsal.survey(FILES[name], called=others, runs=runs, patience=1e9)


def test_it_knows_every_procedure() -> None:
    assert set(ENDS) == set(FILES)


@pytest.mark.parametrize("name", ENDS)
def test_it_finds_no_place_where_a_procedure_sticks(name: str) -> None:
    found = _survey(name, runs=40)
    assert found.stuck == []
    assert found.runs == 40
    assert found.ended + found.unfinished == 40
    assert {end.element.id for end in found.ends if end.count} >= ENDS[name]
    assert {end.element.id for end in found.ends} >= ENDS[name]


def test_it_reaches_every_end_and_leaves_every_loop() -> None:
    found = rehearsal.survey(draw("loop", LOOP))
    assert (found.ended, found.unfinished, found.stuck, found.never) == (100, 0, [], [])
    assert all(end.count for end in found.ends)
    assert sum(end.count for end in found.ends) == 100
    assert found.average_steps > 1


def test_it_gives_the_same_for_the_same_seed() -> None:
    one, same, other = (rehearsal.survey(draw("loop", LOOP), seed=seed) for seed in (7, 7, 8))
    assert [end.count for end in one.ends] == [end.count for end in same.ends]
    assert [end.count for end in one.ends] != [end.count for end in other.ends]


def test_it_says_what_was_never_reached_without_calling_it_unreachable() -> None:
    found = rehearsal.survey(draw("loop", LOOP.replace("amount > 5000", "amount == -7")))
    assert [element.id for element in found.never] == ["large"]
    assert {end.element.id: end.count for end in found.ends}["large"] == 0


def test_it_says_where_it_sticks_why_and_how_often() -> None:
    drawn = draw("loop", LOOP.replace("amount > 5000", "str(amount) > 5000"))
    found = rehearsal.survey(drawn)
    (place,) = found.stuck
    assert (place.process_id, place.element_id) == ("loop", "which")
    assert place.count + found.ended + found.unfinished == 100
    assert "str(amount)" in place.reason.zh
    assert "str(amount)" in place.reason.en


def test_it_plays_no_more_walks_than_it_has_time_for() -> None:
    found = rehearsal.survey(draw("loop", LOOP), patience=-1.0)
    assert (found.runs, found.ended) == (0, 0)
    assert found.average_steps == 0


def test_it_counts_walks_that_were_still_under_way() -> None:
    found = rehearsal.survey(draw("loop", LOOP), steps=1, runs=20)
    assert found.unfinished
    assert found.unfinished + found.ended == 20
    assert found.stuck == []


def test_it_makes_up_what_a_message_brings_and_what_a_caller_hands_over() -> None:
    inner = """
        start begin
        user read lane=executor fields="kind:string! size:long!"
        choice which default=small
        end small
        end large
        begin > read > which
        which > large if ${order.size > 10 and order.kind == 'campaign'}
        which > small
    """
    outer = """
        start begin lane=executor message=order_sent variable=order correlationKey=order.no
        call work calls=inner
        catch paid message=order_paid correlationKey=order.no variable=payment
        choice how default=cash
        end cash
        end transfer
        begin > work > paid > how
        how > transfer if ${payment.how == 'transfer'}
        how > cash
    """
    drawings = [draw("inner", inner), draw("outer", outer)]
    for drawn in drawings:
        found = rehearsal.survey(drawn, called=drawings)
        assert (found.stuck, found.never, found.ended) == ([], [], 100)


def test_it_hands_a_case_the_messages_that_the_case_sends_to_itself() -> None:
    drawn = draw(
        "both",
        """
        start begin lane=executor
        both split
        throw say message=told correlationKey="'here'" payload="{'what': 'one'}"
        catch hear message=told correlationKey="'here'" variable=heard
        both join
        user read lane=executor
        end done
        begin > split > say > join
        split > hear > join
        join > read > done
        """,
    )
    found = rehearsal.survey(drawn, runs=10)
    assert (found.ended, found.average_steps) == (10, 1.0)


def test_it_refuses_what_would_not_be_deployed_and_names_the_element() -> None:
    with pytest.raises(DiagramRefused) as refused:
        rehearsal.survey(draw("loop", LOOP.replace("${state == 'given_up'}", "${state ==}")))
    assert [p for p in refused.value.problems if p.is_error and p.line]
    for broken in (b"", b"nothing", b"<bpmn:definitions/>", b"<!DOCTYPE x><x/>"):
        with pytest.raises(DiagramRefused):
            rehearsal.rehearse(broken)


def test_it_is_told_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "loop.bpmn"
    file.write_bytes(draw("loop", LOOP))
    said = CliRunner().invoke(cli, ["rehearse", str(file), "--times", "30", "--language", "en"])
    assert said.exit_code == 0
    assert "30 of 30 walks ended" in said.output
    assert "reached done (Done)" in said.output
    file.write_bytes(b"nothing")
    refused = CliRunner().invoke(cli, ["rehearse", str(file)])
    assert refused.exit_code == 1
    assert "loop.bpmn" in refused.output
    assert "Traceback" not in refused.output
