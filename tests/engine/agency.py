"""An agency with small drawings: people act one transaction at a time, exactly as told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import cases, clock, database, definitions, documents, instances, outbox, tasks
from engine.database import Sessions
from engine.instances import Completed
from engine.models import Incident, Instance, Membership, Message, Person, Task
from tests.drive import Drive
from tests.engine.drawings import deploy

Page = TypeVar("Page")
#: A Monday morning in Shanghai.
MORNING = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)


class Agency(Drive):
    """A Drive that fills in nothing and does no background work unless told to."""

    def __init__(self, sessions: Sessions, *drawings: bytes) -> None:
        super().__init__(sessions, deploy=False)
        if drawings:
            deploy(sessions, *drawings)

    @contextmanager
    def acting(self, who: str) -> Iterator[tuple[Session, Person]]:
        """One transaction of one person."""
        with database.writing(self.sessions) as session:
            yield session, session.get_one(Person, who)

    def begin(self, who: str, process_id: str, *, key: str = "", **answers: Any) -> str:
        """Start a case with just these answers; give its number."""
        with self.acting(who) as (session, person):
            definition = definitions.current(session, process_id)
            done = instances.start(session, person, definition, answers=answers, request_key=key)
        return done.number

    def do(
        self, who: str, number: str, element_id: str, *, key: str = "", **answers: Any
    ) -> Completed:
        """Complete the open task of an element with just these answers."""
        return self.finish(who, self.task(number, element_id).id, key=key, **answers)

    def finish(self, who: str, task_id: str, *, key: str = "", **answers: Any) -> Completed:
        """Complete a task by its id with just these answers."""
        with self.acting(who) as (session, person):
            return tasks.complete(session, person, task_id, answers=answers, request_key=key)

    def claim(self, who: str, number: str, element_id: str) -> str:
        """Claim a task; give its id."""
        task_id = self.task(number, element_id).id
        with self.acting(who) as (session, person):
            tasks.claim(session, person, task_id)
        return task_id

    def page(self, who: str, number: str) -> cases.CasePage:
        """Open a case's page."""
        with database.reading(self.sessions) as session:
            return _looked_at(cases.opened(session, session.get_one(Person, who), number))

    def open(self, who: str, task_id: str) -> tasks.OpenTask:
        """Open a task's page."""
        with database.reading(self.sessions) as session:
            return _looked_at(tasks.opened(session, session.get_one(Person, who), task_id))

    def may_see(self, who: str, number: str) -> bool:
        """Tell whether somebody finds a case in the list of cases."""
        with database.reading(self.sessions) as session:
            person = session.get_one(Person, who)
            rows = cases.listed(session, person, search=number).rows
        return number in {row.number for row in rows}

    def data(self, number: str) -> dict[str, Any]:
        """The data of a case that is under way."""
        with database.reading(self.sessions) as session:
            instance = session.scalars(select(Instance).where(Instance.number == number)).one()
            step = instances.Step(
                session, instance, definitions.program(session, instance.definition_id)
            )
            step.restore()
            return step.run.data

    def troubles(self, number: str) -> list[Incident]:
        """The incidents of a case that are not settled."""
        with database.reading(self.sessions) as session:
            return list(
                session.scalars(
                    select(Incident)
                    .join(Instance)
                    .where(Instance.number == number, Incident.resolved_at.is_(None))
                    .order_by(Incident.id)
                )
            )

    def resolve(self, who: str, number: str) -> None:
        """Settle the first incident of a case."""
        incident = self.troubles(number)[0]
        with self.acting(who) as (session, person):
            cases.resolve(session, person, number, incident.id)

    def messages(self, name: str = "") -> list[Message]:
        """Every message there is, or those of one name, oldest first."""
        with database.reading(self.sessions) as session:
            query = select(Message).order_by(Message.id)
            return list(session.scalars(query.where(Message.name == name) if name else query))

    def send(
        self, name: str, key: str, payload: Any = None, *, sender: str = "", **more: Any
    ) -> None:
        """Send a message as an administrator does, from no case, or as one of a case."""
        sender_id = self.case(sender).id if sender else None
        with database.writing(self.sessions) as session:
            outbox.send(session, name, key, payload or {"n": 1}, sender_id=sender_id, **more)

    def statuses(self) -> list[str]:
        """What became of the messages, oldest first."""
        return [message.status for message in self.messages()]

    def kinds(self, number: str) -> list[str]:
        """What happened in a case."""
        return [event.kind for event in self.events(number)]

    def leave(self, who: str) -> None:
        """Somebody leaves the agency."""
        with database.writing(self.sessions) as session:
            session.execute(update(Person).where(Person.id == who).values(active=False))

    def move(self, who: str, group: str) -> None:
        """Somebody changes the department."""
        with database.writing(self.sessions) as session:
            session.execute(
                update(Membership).where(Membership.person_id == who).values(group_id=group)
            )

    def attached(self, who: str, content: bytes = b"draft", name: str = "a.txt") -> dict[str, Any]:
        """Upload a file; give it as forms name it."""
        with self.acting(who) as (session, person):
            stored = documents.store(
                session, person, BytesIO(content), name=name, media_type="text/plain"
            )
            return {"id": stored.id, "name": stored.name, "size": stored.size}

    def row(self, task_id: str) -> Task | None:
        """The row of an open task."""
        with database.reading(self.sessions) as session:
            return session.get(Task, task_id)


def _looked_at(page: Page) -> Page:
    """Look up all of a page while its session is there."""
    for name in dir(type(page)):
        if isinstance(getattr(type(page), name), cached_property):
            getattr(page, name)
    return page


def pass_time(**length: float) -> None:
    """Let the stopped clock go on."""
    clock.set(clock.now() + timedelta(**length))
