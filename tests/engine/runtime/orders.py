"""One small drawing for each construct that is run, and the order of its steps by BPMN 2.0.

See `constructs.order` for how the steps are written.
"""

from __future__ import annotations

from tests.engine.runtime.drawings import (
    error,
    escalation,
    flow,
    flows,
    link,
    loop,
    message,
    node,
    nodes,
    process,
    properties,
    signal,
    timer,
)

START, END, WORK = (
    nodes("startEvent", "start"),
    nodes("endEvent", "end"),
    nodes("userTask", "work"),
)
KEY = properties(correlationKey="1")
HOUR = timer("timeDuration", "PT1H")


def along(way: str, *parts: str) -> list[bytes]:
    """A process with a start, an end and these parts along this way."""
    return [process("ordered", START, *parts, END, flows(f"start {way} end"))]


def several(mark: str) -> list[bytes]:
    """Work that is done several times."""
    return along(
        "work", node("userTask", "work", properties(resultList="r", resultItem="x") + mark)
    )


def edge(event: str, *, interrupting: bool, inside: str = "") -> list[bytes]:
    """Work, or a sub-process of such content, with an event on its boundary."""
    host = node("subProcess", "part", inside) if inside else WORK
    name = "part" if inside else "work"
    event = node(
        "boundaryEvent", "edge", event, attachedToRef=name, cancelActivity=str(interrupting).lower()
    )
    return along(name, host, event, nodes("userTask", "then"), nodes("endEvent", "over"),
                 flows("edge then over"))  # fmt: skip


def throwing(event: str, *, end: bool = True) -> str:
    """The inside of a sub-process in which work throws something, beside other work."""
    thrower = node("endEvent" if end else "intermediateThrowEvent", "throw", event)
    way = "in fork work throw" if end else "in fork work throw more"
    return (
        nodes("startEvent", "in")
        + nodes("parallelGateway", "fork")
        + nodes("userTask", "work other" if end else "work other more")
        + thrower
        + nodes("endEvent", "out")
        + flows(way, "fork other out")
        + ("" if end else flows("more out"))
    )


def handled(event: str, *, interrupting: bool, inside: str = "") -> list[bytes]:
    """A sub-process with an event sub-process in it."""
    body = inside or nodes("startEvent", "in") + WORK + nodes("endEvent", "out")
    body += "" if inside else flows("in work out")
    handler = node(
        "subProcess",
        "handler",
        node("startEvent", "begin", event, isInterrupting=str(interrupting).lower())
        + nodes("userTask", "handle")
        + nodes("endEvent", "done")
        + flows("begin handle done"),
        triggeredByEvent="true",
    )
    return along("part", node("subProcess", "part", body + handler))


CALLED = process("called", nodes("startEvent", "in"), nodes("userTask", "inner"),
                 nodes("endEvent", "out"), flows("in inner out"))  # fmt: skip
PART = node("subProcess", "part", nodes("startEvent", "in") + WORK + nodes("endEvent", "out")
            + flows("in work out"))  # fmt: skip


def choosing(kind: str, default: str) -> list[bytes]:
    """A gateway with one condition that holds, one that does not, and a default."""
    return [
        process(
            "ordered", START, node(kind, "which", default=f"which_to_{default}"),
            nodes("userTask", "x y z"), nodes(kind, "meet"), END,
            flows("start which", "x meet end", "y meet", "z meet"),
            flow("which", "x", "a == 1"), flow("which", "y", "b == 2"), flow("which", "z"),
        )
    ]  # fmt: skip


def waiting(*events: str) -> list[bytes]:
    """An event-based gateway before these events, `first` and `second`."""
    first, second = (
        node("intermediateCatchEvent", name, event)
        for name, event in zip(("first", "second"), events, strict=True)
    )
    return along("which first", nodes("eventBasedGateway", "which"), first, second,
                 flows("which second end"))  # fmt: skip


#: Construct: the drawing, with what it calls; the acts; the steps. A construct stands in one
#: of the drawings at least: `test_constructs` looks.
ORDERS: dict[str, tuple[list[bytes], str, str]] = {
    "task": (along("work", nodes("task", "work")), "work", "start /start work | /work end /end"),
    "userTask": (along("work", WORK), "work", "start /start work | /work end /end"),
    "manualTask": (
        along("work", nodes("manualTask", "work")), "work", "start /start work | /work end /end"
    ),
    "sendTask": (
        along("send work", node("sendTask", "send", KEY, messageRef="m_x"), WORK), "work",
        "start /start send /send work | /work end /end",
    ),
    "receiveTask": (
        along("hear work", node("receiveTask", "hear", KEY, messageRef="m_x"), WORK), "hear work",
        "start /start hear | /hear work | /work end /end",
    ),
    "subProcess": (
        along("part", PART), "work", "start /start part in /in work | /work out /out /part end /end"
    ),
    "callActivity": (
        [*along("call", node("callActivity", "call", calledElement="called")), CALLED], "inner",
        "start /start call in /in inner | /inner out /out /call end /end",
    ),
    "exclusiveGateway": (
        choosing("exclusiveGateway", "z"), "x",
        "start /start which /which x | /x meet /meet end /end",
    ),
    "inclusiveGateway": (
        choosing("inclusiveGateway", "z"), "y x",
        "start /start which /which x y | /y | /x +meet meet /meet end /end",
    ),
    "parallelGateway": (
        [process("ordered", START, nodes("parallelGateway", "fork join"), nodes("userTask", "x y"),
                 END, flows("start fork x join end", "fork y join"))], "y x",
        "start /start fork /fork x y | /y | /x +join join /join end /end",
    ),
    "eventBasedGateway": (
        waiting(KEY + message("m"), HOUR), "second",
        "start /start which | /which second /second end /end",
    ),
    "multi-instance, at once": (
        several(loop("[1, 2]", "n")), "work work",
        "start /start work work | /work | /work end /end",
    ),
    "multi-instance, one by one": (
        several(loop("[1, 2]", "n", sequential=True)), "work work",
        "start /start work | /work work | /work end /end",
    ),
    "multi-instance, completion condition": (
        several(loop("[1, 2, 3]", "n", until="nrOfCompletedInstances == 1")), "work",
        "start /start work work work | /work -work -work end /end",
    ),
    "condition after activity": (
        [process("ordered", START, node("userTask", "work", default="work_to_z"),
                 nodes("userTask", "x y z"), END, flows("start work", "x end", "y end", "z end"),
                 flow("work", "x", "a == 1"), flow("work", "y", "b == 2"), flow("work", "z"))],
        "work y x", "start /start work | /work x y | /y end /end | /x end /end",
    ),
    "condition after event": (
        [process("ordered", START, nodes("userTask", "x y"), END, flows("x end", "y end"),
                 flow("start", "x", "a == 1"), flow("start", "y", "a == 2"))],
        "x", "start /start x | /x end /end",
    ),
    "default of event": (
        [process("ordered", node("startEvent", "start", default="start_to_y"),
                 nodes("userTask", "x y"), END, flows("x end", "y end"),
                 flow("start", "x", "a == 2"), flow("start", "y"))],
        "y", "start /start y | /y end /end",
    ),
    "merge at eventBasedGateway": (
        [process("ordered", START, nodes("userTask", "x"), nodes("eventBasedGateway", "which"),
                 node("intermediateCatchEvent", "first", KEY + message("m")),
                 node("intermediateCatchEvent", "second", HOUR), END,
                 flows("start which first x which", "which second end"))],
        "first x second",
        "start /start which | /which first /first x | /x which | /which second /second end /end",
    ),
    "merge at activity": (
        [process("ordered", START, nodes("userTask", "x y"), WORK, END,
                 flows("start x work end", "start y work"))],
        "y x work work",
        "start /start x y | /y work | /x work | /work end /end | /work end /end",
    ),
    "end without a sign after event": (
        [process("ordered", START, node("intermediateCatchEvent", "wait", HOUR),
                 flows("start wait"))],
        "wait", "start /start wait | /wait",
    ),
    "end without a sign after activity": (
        [process("ordered", START, nodes("userTask", "x y"), flows("start x", "start y"))],
        "x y", "start /start x y | /x | /y",
    ),
    "startEvent none": (along("work", WORK), "work", "start /start work | /work end /end"),
    "startEvent message": (
        [process("ordered", node("startEvent", "start", message("m")), WORK, END,
                 flows("start work end"))],
        "work", "start /start work | /work end /end",
    ),
    "startEvent signal": (
        [process("ordered", node("startEvent", "start", signal("s")), WORK, END,
                 flows("start work end"))],
        "work", "start /start work | /work end /end",
    ),
    "intermediateThrowEvent none": (
        along("pass", nodes("intermediateThrowEvent", "pass")), "",
        "start /start pass /pass end /end",
    ),
    "intermediateThrowEvent message": (
        along("tell", node("intermediateThrowEvent", "tell", KEY + message("m"))), "",
        "start /start tell /tell end /end",
    ),
    "intermediateThrowEvent signal": (
        [process("ordered", START, nodes("parallelGateway", "fork"), WORK,
                 node("intermediateThrowEvent", "ring", signal("s")),
                 node("intermediateCatchEvent", "hear", signal("s")), END,
                 flows("start fork hear end", "fork work ring end"))],
        "work", "start /start fork /fork hear work | /work ring /ring end /hear end /end /end",
    ),
    "intermediateThrowEvent escalation": (
        edge(escalation("e"), interrupting=False, inside=throwing(escalation("e"), end=False)),
        "work more other then",
        "start /start part in /in fork /fork work other | /work throw /throw edge more /edge then"
        " | /more out /out | /other out /out /part end /end | /then over /over",
    ),
    "intermediateThrowEvent link": (
        [process("ordered", START, node("intermediateThrowEvent", "off", link("l")),
                 node("intermediateCatchEvent", "on", link("l")), END, flows("start off", "on end"))],
        "", "start /start off /off on /on end /end",
    ),
    "intermediateCatchEvent message": (
        along("wait", node("intermediateCatchEvent", "wait", KEY + message("m"))), "wait",
        "start /start wait | /wait end /end",
    ),
    "intermediateCatchEvent timer": (
        along("wait", node("intermediateCatchEvent", "wait", HOUR)), "wait",
        "start /start wait | /wait end /end",
    ),
    "timeDate": (
        along("wait", node("intermediateCatchEvent", "wait", timer("timeDate", "2030-01-01"))),
        "wait", "start /start wait | /wait end /end",
    ),
    "timeCycle": (
        edge(timer("timeCycle", "R2/PT1H"), interrupting=False), "edge edge work then then",
        "start /start work | edge /edge then | edge /edge then | /work end /end"
        " | /then over /over | /then over /over",
    ),
    "intermediateCatchEvent signal": (
        along("wait", node("intermediateCatchEvent", "wait", signal("s"))), "wait",
        "start /start wait | /wait end /end",
    ),
    "endEvent message": (
        [process("ordered", START, node("endEvent", "end", KEY + message("m")), flows("start end"))],
        "", "start /start end /end",
    ),
    "endEvent terminate": (
        [process("ordered", START, nodes("userTask", "x y"),
                 node("endEvent", "end", "<terminateEventDefinition/>"),
                 flows("start x end", "start y end"))],
        "x", "start /start x y | /x end /end -y",
    ),
    "endEvent signal": (
        edge(signal("s"), interrupting=True, inside=throwing(signal("s"))), "work then",
        "start /start part in /in fork /fork work other | /work throw /throw edge -other -part"
        " /edge then | /then over /over",
    ),
    "endEvent escalation": (
        edge(escalation("e"), interrupting=True, inside=throwing(escalation("e"))), "work then",
        "start /start part in /in fork /fork work other | /work throw /throw edge -other -part"
        " /edge then | /then over /over",
    ),
    "endEvent error": (
        [process("ordered", START, nodes("userTask", "x y"), node("endEvent", "end", error("e")),
                 flows("start x end", "start y end"))],
        "x", "start /start x y | /x end /end -y",
    ),
    "boundaryEvent error interrupting": (
        edge(error("e"), interrupting=True, inside=throwing(error("e"))), "work then",
        "start /start part in /in fork /fork work other | /work throw /throw edge -other -part"
        " /edge then | /then over /over",
    ),
    "event sub-process error interrupting": (
        handled(error("e"), interrupting=True, inside=throwing(error("e"))), "work handle",
        "start /start part in /in fork /fork work other | /work throw /throw begin -other /begin"
        " handler handle | /handle done /done /handler /part end /end",
    ),
    "event sub-process escalation interrupting": (
        handled(escalation("e"), interrupting=True, inside=throwing(escalation("e"), end=False)),
        "work handle",
        "start /start part in /in fork /fork work other | /work throw /throw begin -other /begin"
        " handler handle | /handle done /done /handler /part end /end",
    ),
    "event sub-process escalation beside": (
        handled(escalation("e"), interrupting=False, inside=throwing(escalation("e"), end=False)),
        "work more other handle",
        "start /start part in /in fork /fork work other | /work throw /throw begin more /begin"
        " handler handle | /more out /out | /other out /out"
        " | /handle done /done /handler /part end /end",
    ),
}  # fmt: skip

for _name, _event in {
    "message": KEY + message("m"),
    "timer": HOUR,
    "signal": signal("s"),
}.items():
    ORDERS[f"boundaryEvent {_name} interrupting"] = (
        edge(_event, interrupting=True), "edge then",
        "start /start work | edge -work /edge then | /then over /over",
    )  # fmt: skip
    ORDERS[f"boundaryEvent {_name} beside"] = (
        edge(_event, interrupting=False), "edge work then",
        "start /start work | edge /edge then | /work end /end | /then over /over",
    )  # fmt: skip
    ORDERS[f"event sub-process {_name} interrupting"] = (
        handled(_event, interrupting=True), "begin handle",
        "start /start part in /in work | begin -work /begin handler handle"
        " | /handle done /done /handler /part end /end",
    )  # fmt: skip
    ORDERS[f"event sub-process {_name} beside"] = (
        handled(_event, interrupting=False), "begin work handle",
        "start /start part in /in work | begin /begin handler handle | /work out /out"
        " | /handle done /done /handler /part end /end",
    )  # fmt: skip
