"""Link events: whoever throws one goes on where it is caught, as if by a flow."""

from __future__ import annotations

import random

from tests.engine.runtime.drawings import (
    Player,
    flow,
    flows,
    link,
    node,
    nodes,
    process,
    program,
)

RUNS = 50

DRAWING = process(
    "linked",
    nodes("startEvent", "start"),
    nodes("parallelGateway", "fork"),
    nodes("userTask", "left right again after"),
    node("intermediateThrowEvent", "left_out", link("Meet")),
    node("intermediateThrowEvent", "right_out", link("Meet")),
    node("intermediateCatchEvent", "meet", link("Meet")),
    node("exclusiveGateway", "enough", default="enough_to_end"),
    node("intermediateThrowEvent", "back", link("Again")),
    node("intermediateCatchEvent", "once_more", link("Again")),
    nodes("endEvent", "end"),
    flows("start fork left left_out", "fork right right_out"),
    flows("meet after enough end", "once_more again after"),
    flow("enough", "back", "more"),
)


def test_it_goes_on_where_the_link_of_the_same_name_is_caught() -> None:
    made = program(DRAWING)
    for seed in range(RUNS):
        choose = random.Random(seed)
        case = Player(made, reparsed=seed % 10 == 0, pruned=seed % 3 != 0)
        for side in choose.sample(["left", "right"], 2):
            case.do(side)
            assert case.order()[-3:] == [f"{side}_out", "meet", "after"]
        for more in choose.sample([True, False], 2):
            case.complete(case.waiting("after")[0], more=more)
            expected = ["enough", "back", "once_more", "again"] if more else ["enough", "end"]
            assert case.order()[-len(expected) :] == expected
        assert case.open() == ["again"]
        case.do("again")
        case.do("after", more=False)
        assert case.order()[-3:] == ["after", "enough", "end"]
        assert case.run.ended
        assert case.all_left()


def test_it_joins_what_comes_by_links_and_by_flows() -> None:
    drawing = process(
        "joined",
        nodes("startEvent", "start"),
        nodes("parallelGateway", "fork join"),
        nodes("userTask", "left right after"),
        node("intermediateThrowEvent", "out", link("Over there")),
        node("intermediateCatchEvent", "here", link("Over there")),
        nodes("endEvent", "end"),
        flows("start fork left join after end", "fork right out", "here join"),
    )
    made = program(drawing)
    for seed in range(RUNS):
        case = Player(made, pruned=seed % 3 != 0)
        sides = random.Random(seed).sample(["left", "right"], 2)
        case.do(sides[0], **{sides[0]: 1})
        assert case.open() == [sides[1]]
        case.do(sides[1], **{sides[1]: 2})
        assert case.open() == ["after"]
        assert case.run.data == {sides[0]: 1, sides[1]: 2}
        assert case.order().index("out") + 1 == case.order().index("here")


def test_it_keeps_links_of_a_sub_process_in_it() -> None:
    def pair(task: str) -> str:
        return (
            node("intermediateThrowEvent", f"{task}_out", link("Same name"))
            + node("intermediateCatchEvent", f"{task}_in", link("Same name"))
            + nodes("userTask", task)
        )

    drawing = process(
        "apart",
        nodes("startEvent", "start"),
        node(
            "subProcess",
            "part",
            nodes("startEvent", "begin")
            + pair("inside")
            + nodes("endEvent", "done")
            + flows("begin inside_out", "inside_in inside done"),
        ),
        pair("outside"),
        nodes("endEvent", "end"),
        flows("start part outside_out", "outside_in outside end"),
    )
    case = Player(program(drawing))
    assert case.open() == ["inside"]
    case.do("inside")
    assert case.open() == ["outside"]
    case.do("outside")
    assert case.run.ended
    assert case.order() == [
        *("start", "part", "begin", "inside_out", "inside_in", "inside", "done"),
        *("outside_out", "outside_in", "outside", "end"),
    ]
