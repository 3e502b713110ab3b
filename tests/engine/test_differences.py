"""What differs between two drawings: nothing is passed over, and people can read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.diagrams import Element, Flow, FormField, Lane, MultiInstance, Process
from engine.diagrams.sources import BPMN
from engine.differences import (
    Comparison,
    Names,
    activities,
    compare,
    comparing,
    elements,
    flows,
    forms,
    properties,
)
from engine.differences.facts import _UNSAID, _WRITING, THINGS, _attribute
from engine.errors import DiagramRefused
from engine.forms.form import TYPES
from engine.languages import Text
from engine.rules import forms as rules_of_forms
from engine.rules import vocabulary
from tests.conftest import PROCESSES, ROOT
from tests.engine.drawings import draw

FOREIGN = ROOT.parent / "shared" / "diagrams"
FILES = sorted(path.relative_to(PROCESSES) for path in PROCESSES.rglob("*.bpmn"))
#: Which file it is, what follows from the flows, and that there is a drawing.
UNSEEN = frozenset({"definitions", "incoming", "outgoing", "BPMNDiagram", "BPMNPlane"})
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
SMALL = """
start begin lane=executor name=开始
user work lane=executor name=办理 name.en=Work due=P3D fields="client:string! amount:long"
choice enough name=够吗 default=no
user check lane=planning_head name=核对
end yes
end no
begin > work > enough
enough > check if amount > 3
enough > no
check > yes
"""


def said(*changes: tuple[str, str], language: str = "en") -> dict[str, list[str]]:
    """What is told of the small drawing after replacements, by element."""
    new = SMALL
    for before, after in changes:
        assert before in new, before
        new = new.replace(before, after)
    return by_element(compare(draw("small", SMALL), draw("small", new)), language)


def by_element(comparison: Comparison, language: str = "en") -> dict[str, list[str]]:
    return {
        d.element_id: [sentence.to(language) for sentence in d.sentences]
        for d in comparison.differences
    }


@pytest.mark.parametrize("file", FILES, ids=str)
def test_it_finds_no_difference_in_equal_drawings(file: str) -> None:
    xml = (PROCESSES / file).read_bytes()
    assert not compare(xml, xml)
    # Another tool writes the same with other spaces, another order and its own name.
    root = etree.fromstring(xml)
    root.set("exporter", "another tool")
    etree.indent(root, "\t")
    for node in root.iter(etree.Element):
        listed = sorted(node.attrib.items(), reverse=True)
        node.attrib.clear()
        node.attrib.update(listed)
    assert by_element(compare(xml, etree.tostring(root, encoding="UTF-16"))) == {}


class Places:
    """Every attribute and every text of a drawing that can be changed, with whom it belongs to."""

    def __init__(self, file: str) -> None:
        self.xml = (PROCESSES / file).read_bytes()
        self.count = len(list(self._all(etree.fromstring(self.xml))))

    def changed(self, number: int, by: str) -> tuple[bytes, set[str], str]:
        """Change one place; give the drawing, the elements to be named, and what was changed."""
        root = etree.fromstring(self.xml)
        node, attribute = list(self._all(root))[number]
        owners = set(self._owners(node))
        if attribute:
            node.set(attribute, node.get(attribute) + by)
        else:
            node.text = node.text.strip() + by
        owners |= set(self._owners(node))
        where = f"{etree.QName(node).localname} {attribute or 'text'} of {sorted(owners)}"
        return etree.tostring(root), owners, where

    @staticmethod
    def _all(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
        # What is attached to an activity is in that activity's lane, whatever the lane lists.
        attached = {node.get("id") for node in root.iter(f"{{{BPMN}}}boundaryEvent")}
        for node in root.iter(etree.Element):
            if etree.QName(node).localname in UNSEEN or node.text in attached:
                continue
            own_id = etree.QName(node).namespace != BPMN or etree.QName(node).localname in THINGS
            for name, value in node.attrib.items():
                short = _attribute(name)
                if short in _WRITING and short != "@messageRef":
                    continue
                if name == "id" and (not own_id or etree.QName(node).namespace == _DI):
                    continue
                if _UNSAID.get(short) == value and short != "@isExecutable":
                    continue
                yield node, name
            if (node.text or "").strip():
                yield node, ""

    @staticmethod
    def _owners(node: etree._Element) -> Iterator[str]:
        local = etree.QName(node).localname
        if local == "flowNodeRef":
            yield (node.text or "").strip()
            return
        if local == "messageEventDefinition":
            yield node.getparent().get("id")
        for here in (node, *node.iterancestors()):
            name = etree.QName(here)
            if name.namespace == BPMN and name.localname in THINGS and here.get("id"):
                yield here.get("id")
                return
            if here.get("bpmnElement"):
                yield here.get("bpmnElement")
                return


places = cache(Places)


@settings(max_examples=100)
@given(file=st.sampled_from(FILES), data=st.data(), by=st.sampled_from(["x", "1", "改"]))
def test_it_passes_over_no_change_of_one_attribute_or_text(
    file: str, data: st.DataObject, by: str
) -> None:
    known = places(file)
    number = data.draw(st.integers(0, known.count - 1))
    xml, owners, where = known.changed(number, by)
    told = by_element(compare(known.xml, xml))
    assert told, f"{file}: {where}"
    assert owners & told.keys(), f"{file}: {where}: {told}"
    assert all(all(sentences) and sentences for sentences in told.values()), told


def test_it_has_a_word_for_every_field_of_the_records() -> None:
    def names(record: type) -> set[str]:
        return {f.name for f in fields(record)}  # type: ignore[arg-type]

    assert set(elements.TELLERS) == names(Element)
    assert set(flows.FIELDS) == names(Flow)
    assert set(forms.FIELDS) == names(FormField)
    assert set(activities.SEVERAL) | {"sequential"} == names(MultiInstance)
    apart = {"id", "line", "elements", "flows", "lanes", "attributes", "extensions", "parts"}
    assert comparing.OF_PROCESSES | apart == names(Process)
    assert comparing.OF_LANES | {"id", "line"} == names(Lane)


def test_it_has_a_name_for_every_property_of_the_dialect() -> None:
    known = {
        *(vocabulary.ON_ELEMENTS | vocabulary.ON_PROCESSES),
        *(vocabulary.ON_LANES | vocabulary.ON_FLOWS),
        *rules_of_forms.PROPERTIES,
    }
    assert known - properties.NAMES.keys() == set()
    assert rules_of_forms.CONSTRAINTS.keys() - forms.CONSTRAINTS.keys() == forms.SWITCHES.keys()
    assert set(forms.TYPES) == set(TYPES)


def test_it_tells_a_new_step_with_all_that_it_asks() -> None:
    told = said(
        (
            "end yes",
            'user call lane=executor name=致电 name.en=Call due=P1D fields="note:text!"\nend yes',
        ),
        ("check > yes", "check > call > yes"),
    )
    assert told == {
        "call": [
            "Comes after “核对”",
            "Goes on to “yes”",
            "Done by: “executor”",
            "Due: “1 day”",
            "New field “note” (longer text, required)",
            "English label: “Call”",
        ],
        "check_to_yes": ["This way is gone"],
    }, "the ways to it and from it are told with it"


def test_it_tells_a_step_that_is_gone_and_the_way_past_it() -> None:
    told = said(
        ("user check lane=planning_head name=核对\n", ""),
        ("enough > check if amount > 3\n", ""),
        ("check > yes", "enough > yes if amount > 3"),
    )
    assert told["check"] == [
        "Removed",
        "Came after “够吗” (if amount > 3)",
        "Went on to “yes”",
    ]
    assert told["enough_to_yes"] == ["New way (if amount > 3)"]


def test_it_tells_who_until_when_and_what_is_asked() -> None:
    told = said(
        ("user work lane=executor", "user work lane=planning_head groups=creative_head"),
        ("due=P3D", "due=P5DT2H priority=70"),
        ("client:string! amount:long", "amount:money! client:text phone:string"),
    )
    assert told["work"] == [
        "Done by: was “executor”, now “planning_head”",
        "Groups that may claim it: “creative_head” (new)",
        "Due: was “3 days”, now “5 days 2 hours”",
        "Priority: “70” (new)",
        "New field “phone” (one line of text)",
        "Field “amount”: Type: was “whole number”, now “amount of money”",
        "Field “amount”: must be filled in now",
        "Field “client”: Type: was “one line of text”, now “longer text”",
        "Field “client”: may be left empty now",
        "Field “amount” comes first now",
    ]


def test_it_tells_conditions_and_what_happens_otherwise() -> None:
    told = said(("if amount > 3", "if amount > 5"), ("default=no", "default=check"))
    assert told["enough_to_check"] == ["Condition: was “amount > 3”, now “amount > 5”"]
    assert told["enough"] == ["Otherwise goes on to: was “no”, now “核对”"]


def test_it_speaks_both_languages() -> None:
    told = said(("due=P3D", "due=P5D"), ("name.en=Work", "name.en=Job"), language="zh")
    assert told["work"] == [
        "名称（英文）：原为“Work”，现为“Job”",
        "期限：原为“3 天”，现为“5 天”",
    ]


def test_it_calls_groups_and_procedures_by_their_names() -> None:
    names = Names({"creative_head": Text("创作部主管", "Creative head")})
    old, new = draw("small", SMALL), draw("small", SMALL.replace("due=P3D", "groups=creative_head"))
    told = by_element(compare(old, new, names=names))
    assert "Groups that may claim it: “Creative head” (new)" in told["work"]


def test_it_takes_a_way_with_another_id_for_the_same_way() -> None:
    old = draw("small", SMALL)
    assert not compare(old, old.replace(b"work_to_enough", b"Flow_1x2y3z"))


def test_it_shows_long_texts_around_what_changed() -> None:
    before = "一" * 300 + "旧" + "二" * 300
    after = before.replace("旧", "新")
    old, new = (draw("small", SMALL, **{"documentation.en": text}) for text in (before, after))
    (sentence,) = by_element(compare(old, new))["small"]
    assert "旧" in sentence
    assert "新" in sentence
    assert len(sentence) < 250


def test_what_only_moved_stands_apart() -> None:
    old = (PROCESSES / "new_client.bpmn").read_bytes()
    root = etree.fromstring(old)
    (shape,) = root.iterfind(f".//{{{_DI}}}BPMNShape[@bpmnElement='collect_information']")
    shape[0].set("x", "7")
    found = compare(old, etree.tostring(root))
    assert found.told == []
    assert [d.element_id for d in found.moved] == ["collect_information"]
    assert by_element(found)["collect_information"] == ["Moved in the drawing"]


def test_it_compares_whatever_other_tools_draw() -> None:
    """Each with itself, and with another: sentences in both languages, or nothing at all."""
    if not FOREIGN.is_dir():
        pytest.skip(f"needs the diagrams of other tools in {FOREIGN}")
    before = draw("small", SMALL)
    for path in sorted(FOREIGN.rglob("*.bpmn"))[::8]:
        xml = path.read_bytes()
        try:
            found = compare(before, xml)
        except DiagramRefused:
            continue
        assert not compare(xml, xml), path
        for difference in found.differences:
            assert difference.name, (path, difference)
            assert difference.sentences, (path, difference)
            assert all(s.zh and s.en for s in difference.sentences), (path, difference)
        before = xml
