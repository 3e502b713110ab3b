"""Incidents: what fails in a drawing is kept, told to a manager, and loses nothing."""

from __future__ import annotations

import pytest

from engine import cases, database, errors, tasks
from engine.database import Sessions
from engine.models import CaseDocument
from tests.engine.agency import Agency
from tests.engine.drawings import draw

SHARES = draw(
    "shares",
    """
    start begin lane=executor
    user work name=分摊 name.en=Share lane=executor fields="parts:long! note:string attached:file" out.share="${100 / parts}"
    choice enough default=done
    end done
    user more lane=executor assignee="${note}" due="${value('until', '')}" out.until=soon
    end done
    begin > work > enough
    enough > more if ${10 / share > 0}
    enough > done
    more > work
    """,
)


@pytest.fixture
def agency(sessions: Sessions) -> Agency:
    return Agency(sessions, SHARES)


def test_it_keeps_the_case_where_it_was_and_the_answers_that_were_typed(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    task_id = agency.task(number, "work").id
    before = agency.data(number), agency.case(number).revision, agency.waits(number)
    done = agency.finish("ex2", task_id, parts=0, note="a note")
    assert (done.number, done.next_task_id) == (number, task_id)
    assert (done.incident, done.ended) == (True, False)
    assert (agency.data(number), agency.case(number).revision, agency.waits(number)) == before
    (trouble,) = agency.troubles(number)
    assert (trouble.kind, trouble.element_id, trouble.task_id) == ("step_failed", "work", task_id)
    assert trouble.answers == {"parts": 0, "note": "a note"}
    opened = agency.open("ex2", task_id)
    assert opened.values["note"] == "a note", "what was typed is still there"
    assert opened.row.assignee_id == "ex2"
    assert "completed" not in agency.kinds(number)
    agency.finish("ex2", task_id, parts=4, note="")
    assert agency.data(number)["share"] == 25


def test_it_is_one_incident_however_often_the_button_is_pressed(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    task_id = agency.task(number, "work").id
    for note in ("a", "b", "c"):
        assert agency.finish("ex1", task_id, parts=0, note=note).incident
    (trouble,) = agency.troubles(number)
    assert trouble.answers == {"parts": 0, "note": "c"}
    agency.resolve("manager", number)
    agency.finish("ex1", task_id, parts=0)
    assert len(agency.troubles(number)) == 1, "after somebody saw to it, it is a new one"
    assert agency.kinds(number).count("incident") == 2


def test_it_says_what_failed_without_a_python_error(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    agency.do("ex1", number, "work", parts=0)
    (trouble,) = agency.troubles(number)
    assert "分摊" in trouble.text_zh
    assert "Share" in trouble.text_en
    for text in (trouble.text_zh, trouble.text_en):
        assert "Traceback" not in text
        assert "Error" not in text


def test_it_shows_a_manager_who_may_settle_it_and_nobody_else_may(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    agency.do("ex1", number, "work", parts=0)
    (shown,) = agency.page("manager", number).incidents
    assert shown.may_resolve
    assert shown.element_name.zh == "分摊"
    (other,) = agency.page("ex1", number).incidents
    assert not other.may_resolve
    for who in ("ex1", "ex2", "ae"):
        with pytest.raises(errors.NotFound):
            agency.resolve(who, number)
    agency.resolve("manager", number)
    assert agency.page("manager", number).incidents == []
    assert agency.kinds(number)[-1] == "resolved"
    second = agency.begin("ex1", "shares")
    agency.do("ex1", second, "work", parts=0)
    trouble = agency.troubles(second)[0]
    for place, incident in ((number, trouble.id), (second, 10**6)):
        with (
            pytest.raises(errors.NotFound),
            agency.acting("admin") as (session, person),
        ):
            cases.resolve(session, person, place, incident)
    agency.resolve("admin", second)


def test_it_counts_as_a_mark_on_the_diagram_and_in_the_list(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    agency.do("ex1", number, "work", parts=0)
    page = agency.page("manager", number)
    assert page.row.incidents == 1
    assert page.diagrams[0].failed == ["work"]
    assert page.diagrams[0].here == {"work": 1}


def test_it_is_opened_where_the_drawing_fails_wherever_that_is(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    agency.do("ex1", number, "work", parts=1, note="ex1")
    assert agency.task(number, "more").assignee_id == "ex1"
    agency.do("ex1", number, "more")
    done = agency.do("ex1", number, "work", parts=1, note="ex1")
    assert done.incident, "the next task's deadline cannot be read"
    (trouble,) = agency.troubles(number)
    assert trouble.element_id == "more"
    assert "soon" in trouble.text_en
    assert agency.open_ids(number) == ["work"]


def test_it_is_marked_in_the_drawing_in_which_it_happened(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "outer",
            """
            start begin lane=executor
            call part calls=inner
            user later name=后来 lane=executor due="${'soon'}"
            end done
            begin > part > later > done
            """,
        ),
        draw(
            "inner",
            """
            start go
            user work lane=executor
            end seen
            go > work > seen
            """,
        ),
    )
    number = agency.begin("ex1", "outer")
    assert agency.do("ex1", number, "work").incident
    (trouble,) = agency.troubles(number)
    assert (trouble.process_id, trouble.element_id) == ("outer", "later")
    page = agency.page("manager", number)
    assert [(d.process_id, d.failed) for d in page.diagrams] == [
        ("outer", ["later"]),
        ("inner", []),
    ]
    assert page.incidents[0].element_name.zh == "后来"


def test_it_links_no_document_to_a_case_by_a_step_that_failed(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    file = agency.attached("ex1")
    agency.do("ex1", number, "work", parts=0, attached=[file])
    with database.reading(agency.sessions) as session:
        assert session.query(CaseDocument).count() == 0
    agency.do("ex1", number, "work", parts=1, note="ex1", attached=[file])
    assert [d.id for d in agency.page("ex1", number).documents] == [file["id"]]


def test_it_starts_no_case_whose_first_step_fails(sessions: Sessions) -> None:
    agency = Agency(
        sessions,
        draw(
            "fails",
            """
            start begin lane=executor fields="parts:long!" out.share="${100 / parts}"
            user work lane=executor
            end done
            begin > work > done
            """,
        ),
    )
    with pytest.raises(errors.StepFailed) as failed:
        agency.begin("ex1", "fails", parts=0)
    assert failed.value.details["element_id"] == "begin"
    assert agency.numbers() == []
    assert agency.begin("ex1", "fails", parts=5).endswith("0001")


def test_it_keeps_a_draft_that_only_the_browser_knows(agency: Agency) -> None:
    """Numbers beyond the engine's, and no way on: neither is a programmer's error to anybody."""
    number = agency.begin("ex1", "shares")
    done = agency.do("ex1", number, "work", parts=10**15, note="ex1")
    assert not done.incident
    agency.do("ex1", number, "more")
    with agency.acting("ex1") as (session, person):
        task_id = agency.task(number, "work").id
        tasks.save_draft(session, person, task_id, {"parts": 10**15, "deep": [{"a": [1, None]}]})
    assert agency.open("ex1", task_id).values["deep"] == [{"a": [1, None]}]


@pytest.mark.parametrize(
    "expression",
    [
        "9999999999 * 9999999999 * parts",
        "[parts] * 3",
        "'x' * 200000",
        "value('nothing', [])[3]",
        "nothing",
        "int('x')",
        "parts.day",
    ],
)
def test_it_makes_an_incident_of_whatever_an_expression_can_do(
    sessions: Sessions, expression: str
) -> None:
    agency = Agency(
        sessions,
        draw(
            "odd",
            f"""
            start begin lane=executor fields="parts:long!"
            user work lane=executor out.odd="${{{expression}}}"
            end done
            begin > work > done
            """,
        ),
    )
    number = agency.begin("ex1", "odd", parts=2)
    done = agency.do("ex1", number, "work")
    assert done.incident or agency.case(number).status == "ended"
    assert done.incident == bool(agency.troubles(number))


def test_it_is_over_when_its_task_is_completed_after_all(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    agency.do("ex1", number, "work", parts=0)
    agency.do("ex1", number, "work", parts=4)
    assert agency.page("manager", number).incidents == []
    assert agency.page("manager", number).row.incidents == 0
    assert agency.page("manager", number).diagrams[0].failed == []
    assert "resolved" in agency.kinds(number)


def test_it_says_what_failed_only_to_those_who_may_settle_it(agency: Agency) -> None:
    number = agency.begin("ex1", "shares")
    agency.do("ex1", number, "work", parts=0)
    (shown,) = agency.page("manager", number).incidents
    assert "分摊" in shown.text.zh
    (told,) = [e for e in agency.page("manager", number).timeline if e.kind == "incident"]
    assert "分摊" in told.details["zh"]
    (shown,) = agency.page("ex1", number).incidents
    assert not shown.text
    (told,) = [e for e in agency.page("ex1", number).timeline if e.kind == "incident"]
    assert not {"zh", "en"} & told.details.keys()
