"""A client's case and the departments' cases that it orders, played to a named stage.

A stage is played once and its database copied for each test that begins there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from engine import database, outbox
from engine.database import Sessions
from engine.models import Message
from tests.drive import Drive

CAMPAIGN, VISUAL = "新茶上市活动", "新茶主视觉"
EVERYBODY = ("ae", "as", "ad", "ph", "ch", "ex1", "ex2", "adm", "con", "owner", "manager", "admin")


def an_order(department: str, project: str, **changes: Any) -> dict[str, Any]:
    """Give a work order as it is filled in."""
    return {
        "department": department,
        "project": project,
        "requirements": "一眼看出是冷泡茶",
        "audience": "22 至 30 岁的城市白领",
        "deliverables": "主视觉、三张海报",
        "budget": 30_000_000,
        "due": "2027-01-10",
        "attachments": [],
        **changes,
    }


ORDERS = [an_order("planning", CAMPAIGN), an_order("creative", VISUAL)]


class Account(Drive):
    """The account department at work on one client; `does` is a step in that client's case."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__(sessions, deploy=False)

    @property
    def number(self) -> str:
        """The client's case: the one that was started first."""
        return self.numbers()[0]

    def does(self, who: str, element_id: str, **answers: Any) -> None:
        """Complete a step of the client's case."""
        self.complete(who, self.number, element_id, **answers)

    def on(self, project: str, who: str, element_id: str, **answers: Any) -> None:
        """Complete a step of one order, or of the department's case that it started."""
        self.complete_task(who, self.found(project, element_id), answers)

    def found(self, project: str, element_id: str) -> str:
        """Find the open task of one order; its department's case counts as well."""
        for task in self.open_tasks():
            case = self.titles().get(task.instance_id, "")
            if task.element_id == element_id and (
                task.detail.endswith(project) or case.endswith(f" · {project}")
            ):
                return task.id
        raise AssertionError(f"no open {element_id} for {project}: {self.open_ids()}")

    def titles(self) -> dict[int, str]:
        """Give the titles of all cases."""
        return {case.id: case.title for case in map(self.case, self.numbers())}

    def open(self) -> list[str]:
        """List the client's open tasks that are not optional."""
        return self.open_ids(self.number)

    def department(self, project: str) -> str:
        """Give the latest case of a department that works on a project."""
        return [n for n in self.numbers() if self.case(n).title.endswith(f" · {project}")][-1]

    def inboxes(self, element_id: str, number: str = "") -> list[str]:
        """Tell in whose inboxes an open task is."""
        return [p for p in EVERYBODY if self.sees(p, number or self.number, element_id)]

    def sent(self, name: str, key: str = "") -> list[dict[str, Any]]:
        """Give what was sent under a name, oldest first."""
        query = select(Message.payload).where(Message.name == name).order_by(Message.id)
        with database.reading(self.sessions) as session:
            return list(session.scalars(query.where(Message.key == key) if key else query))

    def taken(self, name: str) -> list[str]:
        """Give the keys of the messages of a name that somebody received."""
        query = select(Message.key).where(Message.name == name, Message.status == "consumed")
        with database.reading(self.sessions) as session:
            return sorted(session.scalars(query))

    def send(self, name: str, key: str, **payload: Any) -> None:
        """Send a message as another case would."""
        with database.writing(self.sessions) as session:
            outbox.send(session, name, key, payload, sender_id=None)
        self.work()

    def troubles(self) -> list[str]:
        """List the open incidents of all cases."""
        return [text for number in self.numbers() for text in self.incidents(number)]

    # The account department's steps.

    def signs(self, project: str) -> None:
        """Have both sign an order."""
        self.on(project, "ad", "ad_sign", ad_decision="approve")
        self.on(project, "as", "as_sign", as_decision="approve")

    def refuses(self, project: str) -> None:
        """Have one of the two send an order back."""
        self.on(project, "ad", "ad_sign", ad_decision="approve")
        self.on(project, "as", "as_sign", as_decision="back")

    def briefs(self, project: str) -> None:
        self.on(project, "ae", "fix_briefing", briefing_place="二楼会议室")
        self.on(project, "ae", "hold_briefing")

    def accepts(self, project: str) -> None:
        self.on(project, "ae", "review_deliverable", review_decision="accept")

    def decides(self, who: str, again: Collection[str] = (), remarks: str = "标志太小") -> None:
        """Sign for the work, but for the projects that get another round."""
        task = self.task(self.number, f"{who}_accept")
        rows = []
        for row in self.values(who, task.id)[f"{who}_reviews"]:
            back = {f"{who}_decision": "again", f"{who}_remarks": remarks}
            fine = {f"{who}_decision": "accept"}
            rows.append({**row, **(back if row["project"] in again else fine)})
        self.complete_task(who, task.id, {f"{who}_reviews": rows})

    def appoints(self) -> None:
        """Get the client to the table, the proposal rehearsed."""
        self.does("ae", "appoint_proposal")
        self.does("ae", "rehearse_proposal")

    def revises(self, *projects: str) -> None:
        """Record that the client wants changes in these projects."""
        task = self.task(self.number, "present_proposal")
        rows = [
            {**row, "revise": row["project"] in projects}
            for row in self.values("ae", task.id)["revisions"]
        ]
        answers = {"verdict": "revise", "verdict_remarks": "再年轻些", "revisions": rows}
        self.complete_task("ae", task.id, answers)

    # The departments' steps.

    def takes_on(self, project: str) -> None:
        """Sign an order for execution and name who does it, up to the briefing."""
        number = self.department(project)
        if self.case(number).process_id == "campaign_planning":
            self.complete("ad", number, "review_order", ad_decision="sign")
            self.complete("ph", number, "form_team", leader="ex1")
        else:
            self.complete("ad", number, "ad_review", ad_decision="sign")
            self.complete("ch", number, "ch_review", ch_decision="sign")
            self.complete("ch", number, "name_executor", leader="ex2")

    def prepares(self, project: str) -> None:
        """Work from the briefing to the first draft."""
        number, leader = self.department(project), self.leader(project)
        for step in ("attend_briefing", "plan_research", "do_research"):
            self.complete(leader, number, step)
        self.complete(leader, number, "arrange_meeting")
        self.complete(leader, number, "hold_brainstorm")

    def presents(self, project: str) -> None:
        """Work from the draft to the presentation."""
        number, leader = self.department(project), self.leader(project)
        if self.case(number).process_id == "campaign_planning":
            self.complete(leader, number, "write_draft")
            self.complete("ph", number, "head_review", head_decision="pass")
            self.complete(leader, number, "arrange_meeting")
            self.complete(leader, number, "hold_brainstorm")
        for step in ("finalise", "rehearse", "present"):
            self.complete(leader, number, step)

    def executes(self, project: str) -> None:
        """Carry out what passed, up to the review that the account department calls."""
        number, leader = self.department(project), self.leader(project)
        row = {"item": "制作", "who": leader, "due": "2027-02-01"}
        self.complete(leader, number, "evaluate_proposal")
        self.complete(leader, number, "write_plan", plan=[row])
        self.complete(leader, number, "work_item")

    def files(self, project: str) -> None:
        """Evaluate and file, after the review has been called."""
        number, leader = self.department(project), self.leader(project)
        self.complete(leader, number, "evaluate_execution")
        self.complete(leader, number, "file_documents")

    def leader(self, project: str) -> str:
        planning = self.case(self.department(project)).process_id == "campaign_planning"
        return "ex1" if planning else "ex2"

    def learns_why(self, project: str) -> None:
        """Say that a department's case was stopped, and have its people see why."""
        number = self.department(project)
        assert self.open_ids(number) == ["see_why"]
        task = self.task(number, "see_why")
        heads = {"campaign_planning": "ph", "creative_direction": "ch"}
        who = task.assignee_id or heads[self.case(number).process_id]
        self.complete_task(who, task.id, {})
        assert self.case(number).outcome == "work_stopped"


@contextmanager
def late(account: Account) -> Iterator[None]:
    """Let messages be on their way for a while."""
    account.work = lambda: None  # type: ignore[method-assign]
    yield
    del account.work
    account.work()


def _found(account: Account) -> None:
    account.start("ae", "new_client", client_name="示例茶饮", source="referral", industry="饮料")


def _met(account: Account) -> None:
    account.does("ae", "collect_information", contact_name="王总")
    account.does("as", "choose_target", pursue="yes")
    for step in ("study_situation", "prepare_negotiation", "make_appointment"):
        account.does("ae", step)


def _ordered(account: Account) -> None:
    account.does("ae", "introduce_agency", cooperation="yes")
    account.does("ae", "fill_work_orders", orders=ORDERS)


def _sent(account: Account) -> None:
    for project in (CAMPAIGN, VISUAL):
        account.signs(project)


def _briefed(account: Account) -> None:
    for project in (CAMPAIGN, VISUAL):
        account.takes_on(project)
        account.briefs(project)


def _presented(account: Account) -> None:
    for project in (CAMPAIGN, VISUAL):
        account.prepares(project)
        account.presents(project)


def _accepted(account: Account) -> None:
    for project in (CAMPAIGN, VISUAL):
        account.accepts(project)


def _proposed(account: Account) -> None:
    account.decides("ad")
    account.decides("as")
    account.appoints()


def _handed_over(account: Account) -> None:
    account.does("ae", "present_proposal", verdict="passed")
    account.does("ad", "sign_contract", contract_signed="yes", contract_title="年度代理合同")
    account.does("ad", "decide_notarising", notarise="no")
    account.does("ae", "hand_over_contract")
    account.does("con", "receive_contract")


def _served(account: Account) -> None:
    account.send(
        "client_won",
        "2020-0001",
        client_name="老客户",
        contact="李总",
        industry="家电",
        account_executive="ae",
        client_number="2020-0001",
        contract_title="年度代理合同",
        contract_amount=100,
    )


def _project_ordered(account: Account) -> None:
    account.does("ae", "routine_service", next_step="project")
    begins_project(account)


def _further_ordered(account: Account) -> None:
    account.start("ae", "existing_client", client_name="老客户", client_number="2020-0001")
    begins_project(account)


def begins_project(account: Account, project: str = VISUAL) -> None:
    """A project of an existing client, up to its one order's signatures."""
    account.does("ae", "begin_project", project_title=project, project_origin="client")
    account.does("ae", "study_need")
    account.does("ae", "confirm_project", project_confirmed="yes")
    account.does("ae", "fill_work_orders", orders=[an_order("creative", project)])


def proposes_project(account: Account, project: str = VISUAL) -> None:
    """A project's one order, from its signatures to the table with the client."""
    account.signs(project)
    account.takes_on(project)
    account.briefs(project)
    account.prepares(project)
    account.presents(project)
    account.accepts(project)
    _proposed(account)


#: Stage, the stage before it, and how one gets from there to here.
STAGES: dict[str, tuple[str, Callable[[Account], None]]] = {
    "found": ("", _found),
    "met": ("found", _met),
    "ordered": ("met", _ordered),
    "sent": ("ordered", _sent),
    "briefed": ("sent", _briefed),
    "presented": ("briefed", _presented),
    "accepted": ("presented", _accepted),
    "proposed": ("accepted", _proposed),
    "handed over": ("proposed", _handed_over),
    "served": ("", _served),
    "project ordered": ("served", _project_ordered),
    "project proposed": ("project ordered", proposes_project),
    "further ordered": ("", _further_ordered),
    "further proposed": ("further ordered", proposes_project),
}


def played_to(stage: str) -> list[str]:
    """List the stages up to and with this one, first one first."""
    before, _ = STAGES[stage]
    return [*(played_to(before) if before else []), stage]
