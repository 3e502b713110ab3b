"""Serving an existing client for years in one case; further projects in cases of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from engine import clock, database, errors, tasks
from engine.models import Instance, Membership, Person
from tests.processes.account import VISUAL, Account, an_order, begins_project, proposes_project

At = Callable[[str], Account]
PLAN = [{"item": "制作", "who": "ae", "due": "2027-02-01"}]


def state_size(account: Account) -> int:
    with database.reading(account.sessions) as session:
        query = select(func.length(Instance.state)).where(Instance.number == account.number)
        return int(session.scalar(query) or 0)


def signs_contract(account: Account) -> None:
    """From the verdict to the contract in administration's files."""
    account.does("ae", "present_proposal", verdict="passed")
    account.does("ad", "sign_contract", contract_signed="yes", contract_title="项目合同")
    account.does("ad", "decide_notarising", notarise="no")
    account.does("ae", "hand_over_contract")
    account.does("con", "receive_contract")
    account.does("adm", "file_contract")


def carries_out(account: Account, project: str = VISUAL) -> None:
    """From the work plan to the project's files."""
    account.does("ae", "write_plan", plan=PLAN)
    account.does("ae", "work_item")
    account.executes(project)
    account.does("ae", "fix_review")
    account.does("ae", "hold_review")
    account.files(project)
    account.does("ae", "file_project")


def shown(account: Account, element_id: str) -> dict[str, object]:
    return account.values("ae", account.task(account.number, element_id).id)


# The relationship.


def test_it_serves_the_client_with_what_is_known_of_it(account: At) -> None:
    served = account("served")
    assert served.case(served.number).title == "老客户"
    assert served.inboxes("routine_service") == ["ae"]


def test_it_stays_with_who_won_the_client_until_somebody_else_takes_it_over(account: At) -> None:
    served = account("served")
    with database.writing(served.sessions) as session:
        session.add(Membership(person_id="owner", group_id="account_executive"))
    for who, next_one in (("ae", "ae"), ("owner", "owner")):
        task = served.task(served.number, "routine_service")
        assert task.assignee_id == "ae"
        with database.writing(served.sessions) as session:
            tasks.release(session, session.get_one(Person, "ae"), task.id)
        served.does(who, "routine_service", next_step="continue")
        assert served.task(served.number, "routine_service").assignee_id == next_one


def test_it_asks_for_the_next_contact_round_after_round_and_does_not_grow(account: At) -> None:
    served = account("served")
    clock.set(datetime(2027, 1, 4, 2, 0, tzinfo=UTC))
    sizes = []
    for day in range(10, 22):
        contact = {"next_step": "continue", "next_contact_on": f"2027-03-{day}"}
        served.does("ae", "routine_service", service_given="行业月报", **contact)
        due = served.task(served.number, "routine_service").due_at
        assert due is not None
        assert due.date().isoformat() == f"2027-03-{day}"
        assert not shown(served, "routine_service")["service_given"], "each contact is its own"
        sizes.append(state_size(served))
    assert max(sizes[1:]) - min(sizes[1:]) <= 64, "years of contacts do not make the case larger"


def test_it_proposes_dates_as_of_the_day_on_which_the_contact_is_recorded(account: At) -> None:
    served = account("served")
    clock.set(datetime(2027, 3, 1, 2, 0, tzinfo=UTC))
    served.does("ae", "routine_service", next_step="continue", next_contact_on="2027-04-01")
    clock.set(datetime(2027, 4, 2, 2, 0, tzinfo=UTC))
    asked = shown(served, "routine_service")
    assert (asked["contacted_on"], asked["next_contact_on"]) == ("2027-04-02", "2027-04-16")


def test_it_ends_with_the_reason_when_the_relationship_ends(account: At) -> None:
    served = account("served")
    with pytest.raises(errors.InvalidAnswers) as refused:
        served.does("ae", "routine_service", next_step="end", ending_reason="")
    assert set(refused.value.errors) == {"ending_reason"}
    served.does("ae", "routine_service", next_step="end", ending_reason="换了代理")
    assert served.case(served.number).outcome == "relationship_ended"
    assert served.waits(served.number) == []


# One project.


@pytest.mark.parametrize("origin", ["client", "agency"])
def test_it_begins_a_project_whoever_proposes_it(account: At, origin: str) -> None:
    served = account("served")
    served.does("ae", "routine_service", next_step="project")
    assert served.inboxes("begin_project") == ["ae"]
    served.does("ae", "begin_project", project_title="秋季", project_origin=origin)
    assert served.open() == ["study_need"]


def test_it_studies_the_need_again_until_the_client_confirms(account: At) -> None:
    served = account("served")
    served.does("ae", "routine_service", next_step="project")
    served.does("ae", "begin_project", project_title="秋季")
    assert shown(served, "study_need")["project_title"] == "秋季"
    for remark in ("目的不清", "太大"):
        served.does("ae", "study_need")
        assert not shown(served, "confirm_project")["project_confirmed"]
        answer = {"project_confirmed": "study_again", "not_confirmed_because": remark}
        served.does("ae", "confirm_project", **answer)
        assert shown(served, "study_need")["not_confirmed_because"] == remark
    served.does("ae", "study_need")
    served.does("ae", "confirm_project", project_confirmed="yes")
    assert served.open() == ["fill_work_orders"]


def test_it_goes_back_to_routine_service_when_a_project_is_dropped(account: At) -> None:
    served = account("served")
    served.does("ae", "routine_service", next_step="project")
    served.does("ae", "begin_project", project_title="秋季")
    served.does("ae", "study_need")
    served.does("ae", "confirm_project", project_confirmed="dropped")
    assert served.open() == ["routine_service"]
    assert shown(served, "routine_service")["last_project"] == "秋季"


def test_it_carries_a_project_through_and_returns_to_routine_service(account: At) -> None:
    served = account("project ordered")
    assert served.inboxes("ad_sign") == ["ad"]
    assert served.inboxes("as_sign") == ["as"]
    proposes_project(served)
    served.does("ae", "present_proposal", verdict="passed")
    served.does("ad", "sign_contract", contract_signed="yes")
    served.does("ad", "decide_notarising", notarise="yes")
    for who, step in (
        ("ae", "notarise_contract"),
        ("ae", "hand_over_contract"),
        ("con", "receive_contract"),
        ("adm", "file_contract"),
    ):
        assert served.open() == [step]
        assert served.inboxes(step) == [who]
        served.does(who, step)
    carries_out(served)
    assert served.open() == ["routine_service"]
    assert served.case(served.department(VISUAL)).outcome == "documents_filed"
    assert served.troubles() == []


def test_it_files_the_contract_with_administration(account: At) -> None:
    served = account("project proposed")
    signs_contract(served)
    assert served.open() == ["write_plan"]
    (filed,) = [
        e.details["answers"]
        for e in served.events(served.number)
        if e.element_id == "file_contract" and e.kind == "completed"
    ]
    assert filed["contract_file_no"]


def test_it_fills_in_orders_again_when_all_were_withdrawn(account: At) -> None:
    served = account("project ordered")
    served.signs(VISUAL)
    served.on(VISUAL, "ae", "withdraw_order", withdraw_scope="withdrawn")
    assert served.open() == ["fill_work_orders"]
    served.does("ae", "fill_work_orders", orders=[an_order("planning", "活动")])
    served.signs("活动")
    assert served.sent("campaign_work_order")[0]["no"] == f"{served.number}-2.1"


# A loss ends the project, not the case.


def lost_in_production(account: Account) -> None:
    account.revises(VISUAL)
    account.on(VISUAL, "ae", "withdraw_order", withdraw_scope="lost")
    account.learns_why(VISUAL)


def lost_at_proposal(account: Account) -> None:
    account.does("ae", "present_proposal", verdict="lost")


def left_unsigned(account: Account) -> None:
    account.does("ae", "present_proposal", verdict="passed")
    account.does("ad", "sign_contract", contract_signed="no")
    account.learns_why(VISUAL)


LOSSES = [lost_in_production, lost_at_proposal, left_unsigned]


@pytest.mark.parametrize("lose", LOSSES)
def test_it_keeps_the_client_when_a_project_is_lost(
    account: At, lose: Callable[[Account], None]
) -> None:
    served = account("project proposed")
    lose(served)
    assert served.open() == ["routine_service"]
    assert served.case(served.number).status == "active"
    assert served.case(served.department(VISUAL)).status == "ended"
    assert served.troubles() == []


@pytest.mark.parametrize("lose", LOSSES)
def test_it_begins_the_next_project_afresh_after_a_loss(
    account: At, lose: Callable[[Account], None]
) -> None:
    served = account("project proposed")
    lose(served)
    served.does("ae", "routine_service", next_step="project")
    begins_project(served, "二期")
    served.signs("二期")
    assert served.sent("creative_work_order")[-1]["no"] == f"{served.number}-2.1"
    assert served.open_ids(served.department("二期")) == ["ad_review", "ch_review"]
    assert served.open() == ["fix_briefing"], "no order of the lost project comes back"


def test_it_serves_three_projects_in_a_row_and_does_not_grow(account: At) -> None:
    served = account("project proposed")
    signs_contract(served)
    carries_out(served)
    sizes = [state_size(served)]
    for project in ("二期", "三期"):
        served.does("ae", "routine_service", next_step="project")
        begins_project(served, project)
        proposes_project(served, project)
        signs_contract(served)
        carries_out(served, project)
        assert shown(served, "routine_service")["last_project"] == project
        sizes.append(state_size(served))
    numbers = [o["no"] for o in served.sent("creative_work_order")]
    assert numbers == [f"{served.number}-{row}.1" for row in (1, 2, 3)], "rows run on"
    assert max(sizes) - min(sizes) <= 64
    assert served.troubles() == []


def test_it_tells_the_departments_when_it_is_cancelled(account: At) -> None:
    served = account("project proposed")
    served.cancel("manager", served.number)
    served.learns_why(VISUAL)


# A further project, in a case of its own.


def test_it_is_started_by_hand_by_an_account_executive_only(account: At) -> None:
    served = account("served")
    for who in ("as", "ph", "manager"):
        with pytest.raises(errors.NotFound):
            served.start(who, "existing_client", client_name="老客户")
    further = served.start("ae", "existing_client", client_name="老客户", project_title="中秋礼盒")
    assert served.case(further).title == "老客户 · 中秋礼盒"
    assert served.case(served.number).title != served.case(further).title
    assert served.open_ids(further) == ["begin_project"]


def test_it_ends_with_its_one_project(account: At) -> None:
    further = account("further proposed")
    signs_contract(further)
    carries_out(further)
    assert further.case(further.number).outcome == "further_project_over"


@pytest.mark.parametrize("lose", LOSSES)
def test_it_ends_with_the_loss_of_its_one_project(
    account: At, lose: Callable[[Account], None]
) -> None:
    further = account("further proposed")
    lose(further)
    assert further.case(further.number).outcome == "further_project_over"
    assert further.waits(further.number) == []


def test_it_ends_when_its_one_project_is_dropped(account: At) -> None:
    served = account("served")
    further = served.start("ae", "existing_client", client_name="老客户")
    served.complete("ae", further, "begin_project")
    served.complete("ae", further, "study_need")
    served.complete("ae", further, "confirm_project", project_confirmed="dropped")
    assert served.case(further).outcome == "further_project_over"
    assert served.open() == ["routine_service"], "the relationship is another case"
