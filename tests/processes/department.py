"""A department's case on its own: the test plays the account department by messages."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select

from engine import database, documents, outbox
from engine.database import Sessions
from engine.models import Instance, Message, Person
from tests.drive import Drive

NO = "2026-0001-1.1"
MEETING = {"time": "2026-12-01T10:00:00+08:00", "place": "二楼会议室"}
#: An order with everything that a department asks for.
ORDER: dict[str, Any] = {
    "no": NO,
    "row": 1,
    "submission": 1,
    "case_number": "2026-0001",
    "client_name": "云海茶饮",
    "department": "planning",
    "project": "年度推广",
    "requirements": "让年轻人重新认识品牌",
    "audience": "18 至 25 岁",
    "deliverables": "年度策划案",
    "budget": 50_000_000,
    "due": "2027-01-31",
    "attachments": [],
    "ad_signed_by": "ad",
    "as_signed_by": "as",
    "account_executive": "ae",
}


class Department:
    """Starts a department's case with an order and answers for the account department."""

    def __init__(self, sessions: Sessions, message: str, order: dict[str, Any]) -> None:
        self.drive = Drive(sessions, deploy=False)
        self.sessions = sessions
        self.key = str(order["no"])
        self.send(message, **{name: value for name, value in order.items() if name != "no"})
        self.number = self.drive.numbers()[-1]

    def send(self, name: str, **payload: Any) -> None:
        """Send a message as the account department's case would."""
        with database.writing(self.sessions) as session:
            outbox.send(session, name, self.key, {"no": self.key, **payload}, sender_id=None)
        self.drive.work()

    def sent(self, name: str) -> list[dict[str, Any]]:
        """What the department has sent under this name, oldest first."""
        with database.reading(self.sessions) as session:
            found = select(Message.payload).where(Message.name == name, Message.key == self.key)
            return list(session.scalars(found.order_by(Message.id)))

    def does(self, who: str, element_id: str, **answers: Any) -> None:
        """Complete one task."""
        self.drive.complete(who, self.number, element_id, **answers)

    def waits(self) -> list[str]:
        """What the case waits for, but for the cancelling that is possible all along."""
        return [w for w in self.drive.waits(self.number) if w != "work_order_cancelled"]

    def file(self, who: str) -> list[dict[str, Any]]:
        """Upload a document, as somebody, and name it as an answer does."""
        with database.writing(self.sessions) as session:
            person = session.get_one(Person, who)
            stored = documents.store(
                session, person, io.BytesIO(b"words"), name="a.pdf", media_type="application/pdf"
            )
            return [{"id": stored.id, "name": stored.name, "size": stored.size}]

    def case(self) -> Instance:
        """The department's case."""
        return self.drive.case(self.number)

    # What both departments do alike.

    def attends(self, who: str) -> None:
        self.send("briefing_called", **MEETING, agenda="介绍客户")
        self.does(who, "attend_briefing", briefing_notes="客户要年轻化")

    def researches(self, who: str, **invitation: Any) -> None:
        self.does(
            who,
            "plan_research",
            research_questions="为什么不买？",
            research_sources=["desk"],
            **invitation,
        )
        self.does(
            who,
            "do_research",
            market="平稳",
            consumers="年轻人少",
            competitors="声量大",
            findings="要有新意",
        )

    def brainstorms(self, who: str, **invitation: Any) -> None:
        self.does(
            who,
            "arrange_meeting",
            meeting_time=MEETING["time"],
            meeting_place=MEETING["place"],
            **invitation,
        )
        self.does(who, "hold_brainstorm", ideas=[{"idea": "老茶新喝"}], conclusion="老茶新喝")

    def rehearses_and_presents(self, who: str, **answers: Any) -> None:
        self.does(
            who,
            "rehearse",
            presenters="易小川",
            rehearsal_minutes=30,
            hard_questions="贵吗？值。",
        )
        self.does(
            who,
            "present",
            presented_to="account",
            audience_present="安晓彤",
            reaction="喜欢",
            **answers,
        )

    def accepted(self, **verdict: Any) -> None:
        """The account department accepts, and tells the client's decision if there is one."""
        self.send("deliverable_accepted", remarks="", accepted_by="ae")
        if verdict:
            self.send("client_verdict", **{"remarks": "", **verdict})

    def carries_out(self, who: str, plan: list[dict[str, Any]]) -> None:
        """Evaluate, plan, work off every row by its own person, evaluate again and file."""
        scores = ("score_strategy", "score_idea", "score_presenting", "score_teamwork")
        self.does(who, "evaluate_proposal", **dict.fromkeys(scores, 4), proposal_lessons="早约客户")
        self.does(who, "write_plan", plan=plan)
        for row in plan:
            self.does(row["who"], "work_item", detail=row["item"], item_result="完成")
        assert self.waits() == ["review_called"]
        self.send("review_called", **MEETING)
        scores = ("score_on_time", "score_quality", "score_cost", "score_client")
        self.does(who, "evaluate_execution", **dict.fromkeys(scores, 5), execution_lessons="守时")
        self.does(who, "file_documents", archived_kinds=["final"], archive_place="B 柜")


PLAN = [
    {"item": "拍摄", "who": "ex1", "due": "2026-12-10"},
    {"item": "投放", "who": "ex2", "due": "2026-12-20"},
]
