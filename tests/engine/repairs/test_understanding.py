"""Drawings that leave things open: what is understood, what is asked, what is left to be refused."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from engine import definitions, errors, repairs, runtime
from engine.diagrams import Problem, Process
from engine.runtime import Run
from tests.engine.rules.drawings import (
    END,
    START,
    element,
    event,
    field,
    file_of,
    flows,
    form,
    mapping,
    one_step,
    process,
    task,
)

GATEWAY = element("exclusiveGateway", "which", name="同意吗")
WAYS = "begin>which which>work which>done work>done"


def understood(drawing: str) -> dict[str, str]:
    """Code of each repair with the element that it is about."""
    found = repairs.understand(file_of(drawing)).understood
    return {repair.code: repair.element_id for repair in found}


def repaired(drawing: str) -> Process:
    return repairs.understand(file_of(drawing)).diagram.processes[0]


def errors_in(drawing: str, consents: Collection[str] = ()) -> list[Problem]:
    found = definitions.check(file_of(drawing), file="sample.bpmn", consents=consents)
    return [problem for problem in found if problem.is_error]


def run_of(drawing: str) -> Run:
    xml = repairs.understand(file_of(drawing)).xml
    return Run.start(runtime.compile("sample", [xml]), data={"amount": 5})


UNMARKED = one_step(task(), executable="false")
NO_WORDS = process(START, GATEWAY, task(), END, flows(WAYS))
ALONE = one_step(element("userTask", "work", name="做事"))
#: Code of each repair: a drawing that needs it, the element it tells of.
REPAIRS = {
    "not_executable": (UNMARKED, "sample"),
    "person_chooses": (NO_WORDS, "which"),
    "other_way": (
        process(START, GATEWAY, task(), END, flows(WAYS, {"which>work": "value('a', 1) == 1"})),
        "which_to_done",
    ),
    "no_default": (
        process(
            START,
            GATEWAY,
            task(),
            END,
            flows(WAYS, {"which>work": "value('a') == 1", "which>done": "value('a') == 2"}),
        ),
        "which",
    ),
    "person_does_it": (
        one_step(element("serviceTask", "work", camunda_assignee="x", name="算")),
        "work",
    ),
    "starter_does_it": (ALONE, "work"),
    "results_in_list": (
        one_step(
            task(
                "work",
                form(field("note")),
                element(
                    "multiInstanceLoopCharacteristics",
                    "runs",
                    element("loopCardinality", "many").replace("></", ">3</"),
                ),
            )
        ),
        "work",
    ),
}
TOLD = {
    "implicit_start": (process(task(), END, flows("work>done")), "sample"),
    "implicit_split": (
        process(
            START, task(), task("more"), END, flows("begin>work begin>more work>done more>done")
        ),
        "begin",
    ),
    "opposite": (
        process(
            START,
            GATEWAY,
            task("work", form(field("yes", "boolean"))),
            END,
            flows(
                "begin>work work>which which>done which>work",
                {"which>done": "${yes}", "which>work": "${!yes}"},
            ),
        ),
        "which_to_work",
    ),
    "juel": (
        process(
            START,
            task("work", form(field("yes", "boolean"))),
            element("exclusiveGateway", "which", default="which_to_work"),
            END,
            flows("begin>work work>which which>done which>work", {"which>done": "${!yes}"}),
        ),
        "which_to_done",
    ),
    "feel": (
        process(
            START,
            task("work", form(field("yes", "boolean"))),
            element("exclusiveGateway", "which", default="which_to_work"),
            END,
            flows("begin>work work>which which>done which>work", {"which>done": "=not(yes)"}),
        ),
        "which_to_done",
    ),
    "counted_runs": REPAIRS["results_in_list"],
    "owners_start": (ALONE, "begin"),
}


@pytest.mark.parametrize("code", REPAIRS)
def test_it_asks_where_meaning_is_at_stake(code: str) -> None:
    drawing, element_id = REPAIRS[code]
    assert understood(drawing)[code] == element_id
    asked = [problem for problem in errors_in(drawing) if problem.code == code]
    assert asked
    for problem in asked:
        assert problem.consent == code
        assert problem.line > 1
        assert "Agree to it" in problem.message.en
        assert "同意" in problem.message.zh
        assert "--agree" not in problem.message.en + problem.message.zh, "pages have a box to tick"
        assert problem.to("zh").endswith(f"[--agree {code}]")
    assert not errors_in(drawing, repairs.CONSENTS), "given the consent it is gone"


@pytest.mark.parametrize("code", TOLD)
def test_it_tells_what_it_understood(code: str) -> None:
    drawing, element_id = TOLD[code]
    assert understood(drawing)[code] == element_id
    assert not errors_in(drawing, repairs.CONSENTS)
    told = definitions.check(file_of(drawing), file="sample.bpmn", consents=repairs.CONSENTS)
    assert {"warning"} == {problem.severity for problem in told if problem.code == code}


def test_it_needs_no_repair_where_nothing_is_left_open() -> None:
    whole = file_of(one_step(task()))
    found = repairs.understand(whole)
    assert (found.understood, found.xml, found.needed()) == ((), whole, [])


def test_a_consent_that_nobody_needs_changes_nothing() -> None:
    drawing = one_step(task())
    assert errors_in(drawing) == errors_in(drawing, repairs.CONSENTS) == []


def test_it_says_in_which_line_of_the_file_that_was_sent() -> None:
    drawing = process(START, GATEWAY, task(), END, flows(WAYS))
    sent = file_of(drawing).decode().splitlines()
    (asked,) = (one for one in errors_in(drawing) if one.code == "person_chooses")
    assert 'id="which"' in sent[asked.line - 1]


def test_it_says_nothing_of_what_only_the_repair_put_in() -> None:
    found = definitions.check(file_of(NO_WORDS), consents=repairs.CONSENTS)
    made = repairs.understand(file_of(NO_WORDS)).made
    assert "which--ways" in made
    assert made.isdisjoint(problem.element_id for problem in found)
    # What somebody drew is told of, whatever its id looks like.
    named = definitions.check(file_of(NO_WORDS.replace("which", "wh--ich")))
    assert ("language", "wh--ich") in {(problem.code, problem.element_id) for problem in named}


def test_a_person_chooses_the_way_by_the_names_of_the_flows() -> None:
    drawing = NO_WORDS.replace('id="which_to_work"', 'id="which_to_work" name="同意"')
    chooser = repaired(drawing).elements["which"]
    assert (chooser.kind, chooser.name.zh) == ("userTask", "同意吗")
    (choice,) = chooser.fields
    assert [one.name.zh for one in choice.choices] == ["同意", "which_to_done"]
    for way, reached in (("which_to_work", "work"), ("which_to_done", "")):
        run = run_of(drawing)
        (waiting,) = run.waiting()
        assert waiting.element.id == "which"
        run.complete(waiting.task_id, {choice.id: way})
        assert [one.element.id for one in run.waiting()] == [reached] * bool(reached)
        assert run.ended is not bool(reached)


def test_it_asks_again_in_every_round() -> None:
    drawing = process(START, GATEWAY, END, flows("begin>which which>which_ which>done")).replace(
        'targetRef="which_"', 'targetRef="work"'
    )
    drawing = drawing.replace(END, task() + END + flows("work>which"))
    (choice,) = repaired(drawing).elements["which"].fields
    run = run_of(drawing)
    run.complete(run.waiting()[0].task_id, {choice.id: "which_to_which_"})
    run.complete(run.waiting()[0].task_id, {})
    (waiting,) = run.waiting()
    assert (waiting.element.id, waiting.data[choice.id]) == ("which", None)


def test_a_person_chooses_several_ways_out_of_an_inclusive_gateway() -> None:
    drawing = process(
        START,
        element("inclusiveGateway", "which"),
        task(),
        task("more"),
        task("rest"),
        element("inclusiveGateway", "join"),
        END,
        flows(
            "begin>which which>work which>more which>rest work>join more>join rest>join join>done"
        ),
    )
    assert not errors_in(drawing, repairs.CONSENTS)
    (choice,) = repaired(drawing).elements["which"].fields
    assert choice.type == "checklist"
    run = run_of(drawing)
    run.complete(run.waiting()[0].task_id, {choice.id: ["which_to_work", "which_to_rest"]})
    assert {one.element.id for one in run.waiting()} == {"work", "rest"}
    for one in run.waiting():
        run.complete(one.task_id, {})
    assert run.ended


def test_an_inclusive_gateway_that_also_joins_is_left_to_be_refused() -> None:
    drawing = process(
        START,
        task(),
        element("inclusiveGateway", "which"),
        END,
        task("more"),
        flows("begin>work begin>which work>which which>done which>more more>done"),
    )
    assert "missing_condition" in {problem.code for problem in errors_in(drawing)}


@pytest.mark.parametrize(
    "work",
    [
        element("serviceTask", "work", camunda_class="org.example.Charge"),
        element("serviceTask", "work", camunda_delegateExpression="${charge}"),
        element("serviceTask", "work", camunda_expression="${charge.now()}"),
        element("serviceTask", "work", camunda_type="external", camunda_topic="charge"),
        element("serviceTask", "work", "<camunda:connector/>"),
        element("scriptTask", "work", "<bpmn:script>1</bpmn:script>", scriptFormat="groovy"),
        element("businessRuleTask", "work", camunda_decisionRef="discount"),
        element("sendTask", "work", camunda_class="org.example.Mail"),
    ],
)
def test_foreign_code_is_refused_and_never_done_by_a_person(work: str) -> None:
    found = errors_in(one_step(work), repairs.CONSENTS)
    assert [problem for problem in found if problem.element_id == "work" and problem.line > 1]


def test_an_empty_sub_process_is_a_task() -> None:
    drawing = one_step(element("subProcess", "work", name="准备"))
    assert understood(drawing)["person_does_it"] == "work"
    assert repaired(drawing).elements["work"].kind == "manualTask"
    assert not errors_in(drawing, repairs.CONSENTS)


def test_what_a_message_starts_has_no_starter_to_give_its_work_to() -> None:
    begin = element("startEvent", "begin", event("message"), properties={"variable": "order"})
    drawing = process(
        begin, element("userTask", "work", name="做事"), END, flows("begin>work work>done")
    )
    assert "nobody" in {problem.code for problem in errors_in(drawing, repairs.CONSENTS)}


def test_it_starts_at_everything_that_no_flow_leads_to() -> None:
    drawing = process(task(), task("more"), END, flows("work>done more>done"))
    run = run_of(drawing)
    assert {one.element.id for one in run.waiting()} == {"work", "more"}


def test_conditions_of_different_things_are_no_opposites() -> None:
    drawing = process(
        START,
        GATEWAY,
        task(),
        END,
        flows(WAYS, {"which>work": "value('a') == 1", "which>done": "value('b') != 1"}),
    )
    assert "no_default" in understood(drawing)
    assert "opposite" not in understood(drawing)


def test_a_case_whose_conditions_all_fail_stops_and_says_so() -> None:
    with pytest.raises(errors.StepFailed) as stopped:
        run_of(REPAIRS["no_default"][0])
    assert stopped.value.details["element_id"] == "which"


def test_words_for_people_and_patterns_are_no_expressions() -> None:
    words = "Write ${a && b} here"
    drawn = field("note", properties={"help": words}, pattern="#{3}")
    drawing = one_step(task("work", form(drawn), properties={"documentation.en": words}))
    assert understood(drawing) == {}


def test_expressions_are_translated_wherever_they_stand() -> None:
    shown = field("note", properties={"showIf": "${!yes}"})
    drawing = one_step(
        task(
            "work",
            form(field("yes", "boolean"), shown),
            mapping(other="${yes ? 1 : 2}"),
            camunda_dueDate="#{empty yes ? 'P1D' : 'P2D'}",
        )
    )
    work = repaired(drawing).elements["work"]
    assert work.due_date == "${'P1D' if yes in [null, '', [], {}] else 'P2D'}"
    assert work.output_parameters == (("other", "${1 if yes else 2}"),)
    assert work.fields[1].properties["showIf"] == "${not yes}"
    assert errors_in(drawing) == []
