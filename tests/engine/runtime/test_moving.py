"""A running case goes on by another drawing of its procedure: what may differ, and what may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine import clock, runtime
from engine.runtime import Moved, Run
from tests.engine.runtime.drawings import (
    Player,
    extensions,
    flows,
    loop,
    mapping,
    message,
    node,
    nodes,
    process,
    program,
    properties,
    timer,
)

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
ENDS = nodes("startEvent", "start") + nodes("endEvent", "end")
LINE = process("p", ENDS, nodes("userTask", "a b"), flows("start a b end"))


def moved(player: Player, drawing: bytes, *called: bytes, **chosen: str) -> Moved:
    """Move a case to another drawing; when nothing is in the way it goes on there."""
    new = program(drawing, *called)
    found = runtime.move(
        player.program,
        new,
        player.run.dump(),
        {f"p/{gone}": taker for gone, taker in chosen.items()},
    )
    if not found.obstacles:
        player.program, player.run = new, Run.restore(new, found.state)
        player.keep()
    return found


def reasons(found: Moved) -> list[tuple[str, str]]:
    """What is in the way, as (code, element)."""
    return [(o.code, o.element.id if o.element else "") for o in found.obstacles]


def parallel(*branches: str, inner: str = "") -> bytes:
    """A block of branches side by side, each of the tasks named in it."""
    tasks = " ".join(dict.fromkeys(" ".join(branches).split()))
    ways = [f"fork {branch} join" for branch in branches]
    return process(
        "p",
        ENDS,
        nodes("parallelGateway", "fork join"),
        nodes("userTask", tasks + " after"),
        inner,
        flows("start fork", *ways, "join after end"),
    )


def test_labels_help_shapes_fields_and_later_steps_are_no_obstacle() -> None:
    player = Player(program(LINE))
    other = process(
        "p",
        ENDS,
        node(
            "userTask",
            "a",
            "<documentation>新的说明</documentation>"
            + extensions(
                '<camunda:formData><camunda:formField id="x" label="X" type="string"/>'
                "</camunda:formData>"
            ),
            name="新名字",
        ),
        nodes("userTask", "b between"),
        flows("start a between b end"),
    )
    before = player.one("a").task_id
    assert not moved(player, other).obstacles
    assert player.one("a").task_id == before
    assert player.one("a").element.name.zh == "新名字"
    for task in ("a", "between", "b"):
        player.do(task, **{task: 1})
    assert player.run.ended
    assert player.run.data == {"a": 1, "between": 1, "b": 1}


def test_what_was_inserted_before_is_not_done_and_what_was_removed_before_is_not_missed() -> None:
    player = Player(program(LINE))
    player.do("a")
    other = process("p", ENDS, nodes("userTask", "fresh b"), flows("start fresh b end"))
    assert not moved(player, other).obstacles
    assert player.open() == ["b"]
    player.do("b")
    assert player.run.ended


def test_a_task_whose_element_is_gone_needs_another_that_takes_it() -> None:
    player = Player(program(LINE))
    other = process("p", ENDS, nodes("userTask", "new b"), flows("start new b end"))
    found = moved(player, other)
    assert reasons(found) == [("removed", "a")]
    assert [choice.id for choice in found.obstacles[0].choices] == ["new", "b"]
    task_id = player.one("a").task_id
    assert not moved(player, other, a="new").obstacles
    assert player.one("new").task_id == task_id
    player.do("new")
    player.do("b")
    assert player.run.ended


def test_what_goes_into_a_task_is_worked_out_where_it_is_new() -> None:
    def with_inputs(name: str, **inputs: str) -> bytes:
        task = node("userTask", name, extensions(mapping("input", **inputs)))
        return process("p", ENDS, task, flows(f"start {name} end"))

    player = Player(program(with_inputs("a", x="${n}")), n=1)
    player.run.complete  # noqa: B018
    assert not moved(player, with_inputs("a", x="${n + 5}", y="${n + 1}")).obstacles
    assert player.one("a").data == {"n": 1, "x": 1, "y": 2}
    assert not moved(player, with_inputs("c", x="${n + 7}"), a="c").obstacles
    assert player.one("c").data == {"n": 1, "x": 8, "y": 2}
    found = moved(player, with_inputs("c", z="${nobody_set_it}"))
    assert reasons(found) == [("step_failed", "c")]


@pytest.mark.parametrize(
    "other",
    [
        node("manualTask", "a"),
        node("serviceTask", "a", camunda_type="external", camunda_topic="t"),
        node("userTask", "a", properties(resultList="rs", resultItem="r") + loop("[1]", "i")),
        node("subProcess", "a", nodes("startEvent", "s") + nodes("endEvent", "e") + flows("s e")),
    ],
)
def test_another_kind_of_element_is_an_obstacle(other: str) -> None:
    player = Player(program(LINE))
    drawing = process("p", ENDS, other, nodes("userTask", "b"), flows("start a b end"))
    found = moved(player, drawing)
    assert reasons(found) == [("changed", "a")]
    assert found.obstacles[0].text.en != found.obstacles[0].text.zh


def test_an_element_in_another_scope_is_an_obstacle() -> None:
    player = Player(program(LINE))
    inner = nodes("startEvent", "s") + nodes("userTask", "a") + nodes("endEvent", "e")
    drawing = process(
        "p",
        ENDS,
        node("subProcess", "sub", inner + flows("s a e")),
        nodes("userTask", "b"),
        flows("start sub b end"),
    )
    assert reasons(moved(player, drawing)) == [("scope", "a")]


# Parallel blocks


def test_an_open_block_goes_on_with_steps_inserted_in_its_branches() -> None:
    player = Player(program(parallel("a", "b")))
    player.do("a", one=1)
    assert not moved(player, parallel("a a2", "b b2")).obstacles
    assert player.open() == ["b"]
    player.do("b", two=2)
    assert player.open() == ["b2"]
    player.do("b2")
    assert player.open() == ["after"]
    assert player.run.data == {"one": 1, "two": 2}


def test_a_new_branch_of_an_open_block_is_an_obstacle_and_later_none() -> None:
    player = Player(program(parallel("a", "b")))
    three = parallel("a", "b", "c")
    found = moved(player, three)
    assert reasons(found) == [("stuck", "join")]
    player.do("a")
    assert reasons(moved(player, three)) == [("stuck", "join")]
    player.do("b")
    assert not moved(player, three).obstacles
    player.do("after")
    assert player.run.ended


def test_a_block_that_became_a_sequence_is_an_obstacle() -> None:
    player = Player(program(parallel("a", "b")))
    line = process("p", ENDS, nodes("userTask", "a b after"), flows("start a b after end"))
    assert reasons(moved(player, line)) == [("twice", "b")]


def test_a_sequence_that_became_a_block_is_an_obstacle() -> None:
    player = Player(program(LINE))
    assert reasons(moved(player, parallel("a", "b"))) == [("stuck", "join")]


def test_a_removed_branch_that_has_come_to_the_join_is_an_obstacle() -> None:
    player = Player(program(parallel("a", "b", "c")))
    player.do("c")
    assert reasons(moved(player, parallel("a", "b"))) == [("join", "join")]


def test_a_removed_branch_cannot_be_mapped_onto_one_that_is_open() -> None:
    player = Player(program(parallel("a", "b", "c")))
    assert reasons(moved(player, parallel("a", "b"))) == [("removed", "c")]
    assert reasons(moved(player, parallel("a", "b"), c="a"))[0][0] == "twice"


def test_a_branch_drawn_with_another_task_takes_its_token_at_the_join() -> None:
    player = Player(program(parallel("a", "b")))
    player.do("a")
    assert not moved(player, parallel("x", "b")).obstacles
    player.do("b")
    assert player.open() == ["after"]


def test_an_open_branch_may_be_mapped_onto_the_task_that_replaces_it() -> None:
    player = Player(program(parallel("a", "b")))
    assert not moved(player, parallel("x", "b"), a="x").obstacles
    assert player.open() == ["b", "x"]
    player.do("b")
    player.do("x")
    assert player.open() == ["after"]


# Sub-processes, called processes, several at once


def sub(*inner: str, more: str = "") -> bytes:
    content = nodes("startEvent", "s") + nodes("userTask", " ".join(inner)) + nodes("endEvent", "e")
    return process(
        "p",
        ENDS,
        node("subProcess", "sub", content + flows(f"s {' '.join(inner)} e")),
        nodes("userTask", "after"),
        more,
        flows("start sub after end"),
    )


def test_an_open_sub_process_moves_with_what_is_in_it() -> None:
    player = Player(program(sub("a", "b")))
    player.do("a", x=1)
    assert not moved(player, sub("a", "b", "c")).obstacles
    player.do("b")
    player.do("c")
    assert player.open() == ["after"]
    assert player.run.data == {"x": 1}


def test_it_names_what_is_gone_inside_a_sub_process() -> None:
    player = Player(program(sub("a", "b")))
    assert reasons(moved(player, sub("b"))) == [("removed", "a")]
    assert not moved(player, sub("b"), a="b").obstacles
    player.do("b")
    player.do("after")
    assert player.run.ended


def test_an_open_sub_process_that_is_gone_is_named_once() -> None:
    player = Player(program(sub("a", "b")))
    found = moved(player, process("p", ENDS, nodes("userTask", "after"), flows("start after end")))
    assert reasons(found) == [("removed", "sub")]


def calling(called: str = "q") -> bytes:
    return process(
        "p",
        ENDS,
        node("callActivity", "call", calledElement=called),
        nodes("userTask", "after"),
        flows("start call after end"),
    )


def part(*tasks: str, name: str = "q") -> bytes:
    return process(
        name,
        nodes("startEvent", "s"),
        nodes("userTask", " ".join(tasks)),
        nodes("endEvent", "e"),
        flows(f"s {' '.join(tasks)} e"),
    )


def test_a_called_process_moves_to_the_version_that_the_new_one_calls() -> None:
    player = Player(program(calling(), part("x", "y")))
    player.do("x")
    assert not moved(player, calling(), part("x", "y", "z")).obstacles
    player.do("y")
    player.do("z")
    player.do("after")
    assert player.run.ended


def test_it_names_what_is_gone_in_a_called_process() -> None:
    player = Player(program(calling(), part("x", "y")))
    found = moved(player, calling(), part("y"))
    assert reasons(found) == [("removed", "x")]
    assert found.obstacles[0].element.process_id == "q"  # type: ignore[union-attr]
    new = program(calling(), part("y"))
    found = runtime.move(player.program, new, player.run.dump(), {"q/x": "y"})
    assert not found.obstacles


def test_calling_something_else_is_an_obstacle() -> None:
    player = Player(program(calling(), part("x")))
    found = moved(player, calling("r"), part("x", name="r"))
    assert reasons(found) == [("changed", "call")]


def each(task: str, *, item: str = "row", sequential: bool = False, over: str = "rows") -> bytes:
    return process(
        "p",
        ENDS,
        node(
            "userTask",
            task,
            properties(resultList="results", resultItem="result")
            + loop(over, item, sequential=sequential),
            name=f"每个 {task}",
        ),
        nodes("userTask", "after"),
        flows(f"start {task} after end"),
    )


@pytest.mark.parametrize("sequential", [False, True])
def test_several_at_once_move_together_and_keep_their_results(sequential: bool) -> None:
    player = Player(program(each("work", sequential=sequential)), rows=["x", "y", "z"])
    player.complete(player.waiting()[0], result=1)
    other = each("work", sequential=sequential).replace("每个".encode(), "各".encode())
    assert not moved(player, other).obstacles
    while player.waiting("work"):
        player.complete(player.waiting("work")[0], result=2)
    assert player.run.data["results"] == [1, 2, 2]
    assert player.open() == ["after"]


def test_several_at_once_can_be_mapped_as_a_whole() -> None:
    player = Player(program(each("work")), rows=["x", "y"])
    assert reasons(moved(player, each("do"))) == [("removed", "work")]
    assert not moved(player, each("do"), work="do").obstacles
    for waiting in player.waiting("do"):
        player.complete(waiting, result=waiting.data["row"])
    assert player.run.data["results"] == ["x", "y"]


@pytest.mark.parametrize(
    "other",
    [each("work", item="line"), each("work", sequential=True), LINE.replace(b'"a"', b'"work"')],
)
def test_an_open_loop_that_is_drawn_otherwise_is_an_obstacle(other: bytes) -> None:
    player = Player(program(each("work")), rows=["x", "y"])
    assert reasons(moved(player, other)) == [("changed", "work")]


def test_a_list_that_is_being_gone_through_cannot_be_another() -> None:
    player = Player(program(each("work", sequential=True)), rows=["x", "y"])
    found = moved(player, each("work", sequential=True, over="others"))
    assert reasons(found) == [("changed", "work")]


# Events


def guarded(*events: str, after: str = "") -> bytes:
    return process(
        "p", ENDS, nodes("userTask", "a told"), *events, flows("start a end", "told end", after)
    )


def on_a(event_id: str, inner: str, *, interrupting: bool = True) -> str:
    return node(
        "boundaryEvent",
        event_id,
        inner,
        attachedToRef="a",
        cancelActivity=str(interrupting).lower(),
    ) + flows(f"{event_id} told")


CALLED = on_a("called", properties(correlationKey="key") + message("called"))
LATE = on_a("late", timer("timeDuration", "PT2H"), interrupting=False)


def test_events_that_are_new_on_the_boundary_of_an_open_task_are_armed() -> None:
    clock.set(NOON)
    player = Player(program(guarded()), key="k")
    clock.set(NOON + timedelta(hours=1))
    new = program(guarded(CALLED, LATE))
    since = {player.one("a").task_id: NOON}
    found = runtime.move(
        player.program, new, player.run.dump(), entered=lambda task_id, _element: since.get(task_id)
    )
    assert not found.obstacles
    player.program, player.run = new, Run.restore(new, found.state)
    assert player.one("called").key == "k"
    assert player.one("late").due_at == NOON + timedelta(hours=2)
    player.fire(player.one("late"))
    assert player.open() == ["a", "called", "told"]
    player.deliver(player.one("called"), {})
    assert player.open() == ["told", "told"]


def test_events_that_are_gone_from_the_boundary_are_withdrawn() -> None:
    player = Player(program(guarded(CALLED, LATE)), key="k")
    assert not moved(player, guarded(LATE)).obstacles
    assert player.open() == ["a", "late"]
    assert not moved(player, guarded()).obstacles
    assert player.open() == ["a"]
    assert not moved(player, guarded(CALLED)).obstacles
    assert player.open() == ["a", "called"]
    player.do("a")
    assert player.run.ended


def test_an_event_that_was_already_told_stays_told() -> None:
    player = Player(program(guarded(LATE)))
    player.fire(player.one("late"))
    assert not moved(player, guarded(LATE, CALLED.replace("key", "1"))).obstacles
    assert player.open() == ["a", "called", "told"]
    player.do("told")
    player.do("a")
    assert player.run.ended


def test_a_key_that_is_drawn_otherwise_is_worked_out_anew() -> None:
    player = Player(program(guarded(CALLED)), key="k", other="o")
    drawn = guarded(CALLED).replace(b'value="key"', b'value="other"')
    assert not moved(player, drawn).obstacles
    assert player.one("called").key == "o"


def test_a_timer_that_is_drawn_otherwise_counts_from_when_it_began() -> None:
    clock.set(NOON)
    player = Player(program(guarded(LATE)))
    clock.set(NOON + timedelta(minutes=30))
    assert not moved(player, guarded(LATE.replace("PT2H", "PT5H"))).obstacles
    assert player.one("late").due_at == NOON + timedelta(hours=5)
    assert not moved(player, guarded(LATE.replace("PT2H", "PT5H"))).obstacles
    assert player.one("late").due_at == NOON + timedelta(hours=5)


def test_a_repeating_timer_keeps_count_of_how_often_it_went_off() -> None:
    def every(text: str) -> bytes:
        return guarded(on_a("late", timer("timeCycle", text), interrupting=False))

    clock.set(NOON)
    player = Player(program(every("R3/PT2H")))
    player.fire(player.one("late"))
    assert not moved(player, every("R3/PT3H")).obstacles
    assert player.one("late").due_at == NOON + timedelta(hours=6)
    assert not moved(player, every("R1/PT3H")).obstacles
    assert player.waiting("late") == []


def handled(*handlers: str) -> bytes:
    """A process with event sub-processes, each started by the message of its name."""
    drawn = ""
    for name in handlers:
        start = node(
            "startEvent",
            f"{name}_came",
            properties(correlationKey="key") + message(name),
            isInterrupting=str(name == "stop").lower(),
        )
        inner = nodes("userTask", f"see_{name}") + nodes("endEvent", f"{name}_seen")
        ways = flows(f"{name}_came see_{name} {name}_seen")
        drawn += node("subProcess", name, start + inner + ways, triggeredByEvent="true")
    return process("p", ENDS, nodes("userTask", "a b"), drawn, flows("start a b end"))


def test_event_sub_processes_that_are_new_wait_and_those_that_are_gone_do_not() -> None:
    player = Player(program(handled()), key="k")
    assert not moved(player, handled("note", "stop")).obstacles
    assert player.open() == ["a", "note_came", "stop_came"]
    player.deliver(player.one("note_came"), {})
    assert player.open() == ["a", "note_came", "see_note", "stop_came"]
    assert reasons(moved(player, handled("stop"))) == [("removed", "note")]
    player.do("see_note")
    assert not moved(player, handled("stop")).obstacles
    player.deliver(player.one("stop_came"), {})
    assert player.open() == ["see_stop"]
    assert not moved(player, handled("note", "stop")).obstacles
    assert player.open() == ["see_stop"], "who has stopped it listens to nobody else"
    player.do("see_stop")
    assert player.run.ended


def gateway(*events: str) -> bytes:
    drawn = "".join(
        node("intermediateCatchEvent", e, properties(correlationKey="1") + message(e))
        for e in events
    )
    return process(
        "p",
        ENDS,
        nodes("eventBasedGateway", "wait"),
        drawn,
        flows("start wait", *(f"wait {e} end" for e in events)),
    )


def test_an_event_gateway_waits_for_what_is_behind_it_now() -> None:
    player = Player(program(gateway("yes", "no")))
    assert not moved(player, gateway("no", "maybe")).obstacles
    assert player.open() == ["maybe", "no"]
    player.deliver(player.one("maybe"), {})
    assert player.run.ended


def test_it_never_changes_the_state_it_was_given_nor_another_case() -> None:
    player = Player(program(parallel("a", "b")))
    player.do("a")
    stored = player.run.dump()
    runtime.move(player.program, program(parallel("a a2", "b")), stored)
    again = Run.restore(player.program, stored)
    assert [w.task_id for w in again.waiting()] == [w.task_id for w in player.waiting()]
