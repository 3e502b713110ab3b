"""The four procedures are drawn otherwise while everybody is at work: all cases move, and end."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from engine import clock, database, definitions, migration
from engine.database import Sessions
from engine.models import Person
from tests.conftest import PROCESSES
from tests.processes.test_together import MOST, Agency, kept

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
#: People's tasks that get another id, so that what waits there has to be mapped.
RENAMED = ("ad_sign", "write_draft", "do_research", "collect_information", "work_item")
STEPS = 90
#: How many things happen between two moves.
EVERY = 15


def relabelled(xml: bytes) -> bytes:
    """Other words, another place for every shape, and one more field in every form."""
    root = etree.fromstring(xml)
    for task in root.iter(f"{BPMN}userTask"):
        task.set("name", f"{task.get('name')}（新）")
        for form in task.iter(f"{CAMUNDA}formData"):
            field = etree.SubElement(form, f"{CAMUNDA}formField", id="one_more", type="string")
            field.set("label", "再填一项")
            own = etree.SubElement(field, f"{CAMUNDA}properties")
            etree.SubElement(own, f"{CAMUNDA}property", id="label.en", value="One more")
    for bounds in root.iter(f"{DC}Bounds"):
        bounds.set("x", str(float(bounds.get("x", "0")) + 300))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def lengthened(xml: bytes) -> bytes:
    """Another task behind every second one, in the same lane."""
    root = etree.fromstring(xml)
    tasks = [t for t in root.iter(f"{BPMN}userTask") if _way_out(t) is not None]
    for task in tasks[::2]:
        scope, way = task.getparent(), _way_out(task)
        assert scope is not None
        assert way is not None
        name = f"{task.get('id')}_more"
        more = etree.SubElement(scope, f"{BPMN}userTask", id=name, name="再看一遍")
        own = etree.SubElement(
            etree.SubElement(more, f"{BPMN}extensionElements"), f"{CAMUNDA}properties"
        )
        etree.SubElement(own, f"{CAMUNDA}property", name="name.en", value="Look once more")
        target = way.get("targetRef", "")
        way.set("targetRef", name)
        etree.SubElement(
            scope, f"{BPMN}sequenceFlow", id=f"{name}_flow", sourceRef=name, targetRef=target
        )
        for node in scope.iter(f"{BPMN}incoming"):
            if node.text == way.get("id"):
                node.text = f"{name}_flow"
        etree.SubElement(more, f"{BPMN}incoming").text = way.get("id")
        etree.SubElement(more, f"{BPMN}outgoing").text = f"{name}_flow"
        for ref in list(root.iter(f"{BPMN}flowNodeRef")):
            if ref.text == task.get("id"):
                lane = ref.getparent()
                assert lane is not None
                etree.SubElement(lane, f"{BPMN}flowNodeRef").text = name
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _way_out(task: etree._Element) -> etree._Element | None:
    scope = task.getparent()
    assert scope is not None
    ways = [f for f in scope.iter(f"{BPMN}sequenceFlow") if f.get("sourceRef") == task.get("id")]
    return ways[0] if len(ways) == 1 else None


def renamed(xml: bytes) -> bytes:
    """Some tasks with another id, wherever they are named."""
    return re.sub(rb"\b(" + "|".join(RENAMED).encode() + rb")\b", rb"\1_new", xml)


def unchanged(xml: bytes) -> bytes:
    """As it was."""
    return xml


class Moving(Agency):
    """An agency whose procedures are drawn anew every now and then."""

    moved = 0

    def redraw(self, change: object, mapping: dict[str, str]) -> None:
        """Deploy other drawings, and move all running cases to them."""
        assert callable(change)
        files = {name: change(xml) for name, xml in definitions.files_in(PROCESSES).items()}
        with database.writing(self.sessions) as session:
            definitions.deploy(session, None, files)
        before = self.all_open()
        for process_id in sorted({self.case(n).process_id for n in self.active()}):
            self.move_all(process_id, mapping)
        after = self.all_open()
        assert after.keys() == before.keys(), "every task is still open"
        # What was open to a group may go to a task that the drawing gives to somebody.
        assert {t: who for t, who in after.items() if before[t]} == {
            t: who for t, who in before.items() if who
        }, "and in the same hands"

    def all_open(self) -> dict[str, str | None]:
        return {task.id: task.assignee_id for task in self.open_tasks()}

    def move_all(self, process_id: str, mapping: dict[str, str]) -> None:
        with database.writing(self.sessions) as session:
            owner = session.get_one(Person, "owner")
            to = definitions.current(session, process_id)
            numbers = migration.numbers(session, to)
            if not numbers:
                return
            move_id = migration.order(session, owner, to, numbers, mapping=mapping).id
        while self.one_more():
            pass
        with database.reading(self.sessions) as session:
            owner = session.get_one(Person, "owner")
            for result in migration.progress(session, owner, move_id).results:
                assert result.status == "moved", (result.number, result.reason.en)
                self.moved += 1

    def one_more(self) -> bool:
        """Do one of the background's moves."""
        with database.writing(self.sessions) as session:
            places = migration.pending(session, limit=1)
            return bool(places) and migration.run(session, places[0])


def mappings(sessions: Sessions) -> tuple[dict[str, str], dict[str, str]]:
    """Say which task takes those of one that is gone: to the other drawings, and back."""
    with database.reading(sessions) as session:
        drawings = [definitions.drawing(session, d.id) for d in definitions.listed(session)]
    processes = {p.id: p for d in drawings for p in d.processes.values()}
    there = {f"{p}/{name}": f"{name}_new" for p in processes for name in RENAMED}
    back = {f"{p}/{name}_new": name for p in processes for name in RENAMED}
    for process in processes.values():
        back |= {f"{process.id}/{name}_more": name for name in process.elements}
    return there, back


@pytest.mark.parametrize(
    ("change", "seed"), [(relabelled, 4), (lengthened, 6), (lengthened, 9), (renamed, 13)]
)
def test_running_cases_move_to_and_fro_and_come_to_their_end(
    agency: Sessions, change: object, seed: int
) -> None:
    clock.set(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    people = Moving(agency, seed)
    there, back = mappings(agency)
    for step in range(STEPS):
        people.keep_busy()
        people.play(winding_down=False)
        if step % EVERY == EVERY - 1:
            forth = (step // EVERY) % 2 == 0
            people.redraw(change if forth else unchanged, there if forth else back)
    assert people.moved > 10
    for _ in range(MOST):
        if not people.play(winding_down=True):
            break
    else:
        pytest.fail(f"still busy: {people.open_ids()}")
    assert people.undelivered() == []
    waiting = {n: people.waits(n) for n in people.active()}
    assert waiting == {}, f"after {sum(people.done.values())} tasks: {kept(agency)}"
    clock.set(clock.now() + timedelta(days=400))
    people.catch_up()
    for number in people.numbers():
        assert people.incidents(number) == []
