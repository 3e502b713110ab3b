"""Play cases as people would: log in by name, find the task, complete it, let messages pass.

Every step is a transaction of its own on a real database: the case is saved and restored
between all steps, as in production, and after each step the background work is done.
"""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    cases,
    contexts,
    database,
    definitions,
    documents,
    forms,
    history,
    instances,
    tasks,
    worker,
)
from engine.database import Sessions
from engine.instances import Completed
from engine.models import Event, Instance, Person, Subscription, Task, Timer
from tests.answering import filled
from tests.conftest import PROCESSES


class Drive:
    """A whole agency at the hands of a test."""

    def __init__(
        self, sessions: Sessions, *, deploy: bool = True, random: Random | None = None
    ) -> None:
        self.sessions = sessions
        #: With it, what is not asked for is answered at random, but always validly.
        self.random = random
        if deploy:
            with database.writing(sessions) as session:
                definitions.deploy(session, None, definitions.files_in(PROCESSES))

    def start(self, who: str, process_id: str, **answers: Any) -> str:
        """Start a case by hand; give its number."""
        with database.writing(self.sessions) as session:
            person = session.get_one(Person, who)
            definition = definitions.current(session, process_id)
            form = definitions.form_at_start(session, definition)
            context = contexts.case_context(session, None)
            values = forms.initial(form, {}, context)
            given = filled(form, values, {}, context, random=self.random, wanted=answers)
            done = instances.start(session, person, definition, answers=given)
        self.work()
        return done.number

    def work(self) -> None:
        """Do what the background would do."""
        worker.work_all(self.sessions)

    def open_tasks(self, number: str = "") -> list[Task]:
        """List the open tasks, of one case or of all."""
        with database.reading(self.sessions) as session:
            query = select(Task).join(Instance).order_by(Task.opened_at, Task.id)
            if number:
                query = query.where(Instance.number == number)
            return list(session.scalars(query))

    def open_ids(self, number: str = "") -> list[str]:
        """List the element ids of the open tasks that are not optional, sorted."""
        return sorted(t.element_id for t in self.open_tasks(number) if not t.optional)

    def task(self, number: str, element_id: str, *, detail: str = "") -> Task:
        """Find the open task of an element; fail when there is none."""
        found = [
            t
            for t in self.open_tasks(number)
            if t.element_id == element_id and (not detail or t.detail == detail)
        ]
        assert found, f"no open {element_id} in {number}: {self.open_ids(number)}"
        return found[0]

    def complete(
        self, who: str, number: str, element_id: str, *, detail: str = "", **answers: Any
    ) -> Completed:
        """Complete a task as somebody; what `answers` does not say is filled in somehow."""
        task = self.task(number, element_id, detail=detail)
        return self.complete_task(who, task.id, answers)

    def complete_task(self, who: str, task_id: str, answers: dict[str, Any]) -> Completed:
        """Complete a task by its id."""
        with database.writing(self.sessions) as session:
            person = session.get_one(Person, who)
            opened = tasks.opened(session, person, task_id)
            given = filled(
                opened.form,
                opened.values,
                opened.data,
                opened.context,
                random=self.random,
                document=self.upload(session, person),
                wanted=answers,
            )
            done = tasks.complete(session, person, task_id, answers=given)
        assert not done.incident, self.incidents(done.number)
        self.work()
        return done

    def upload(self, session: Session, person: Person) -> dict[str, Any]:
        """Store a small file as somebody, ready to be named in a form."""
        stored = documents.store(
            session, person, BytesIO("提案".encode()), name="提案.pdf", media_type="application/pdf"
        )
        return {"id": stored.id, "name": stored.name, "size": stored.size}

    def values(self, who: str, task_id: str) -> dict[str, Any]:
        """Give what the form of a task shows to somebody at first."""
        with database.reading(self.sessions) as session:
            return tasks.opened(session, session.get_one(Person, who), task_id).values

    def sees(self, who: str, number: str, element_id: str) -> bool:
        """Tell whether somebody's inbox shows an open task of an element."""
        task_ids = {t.id for t in self.open_tasks(number) if t.element_id == element_id}
        with database.reading(self.sessions) as session:
            person = session.get_one(Person, who)
            rows = [
                row
                for tab in ("mine", "groups")
                for row in tasks.listed(session, person, tab=tab, size=100).rows
            ]
        return any(row.id in task_ids for row in rows)

    def cancel(self, who: str, number: str, reason: str = "不再需要") -> None:
        """Cancel a case on its page."""
        with database.writing(self.sessions) as session:
            instances.cancel(session, session.get_one(Person, who), number, reason=reason)
        self.work()

    def case(self, number: str) -> Instance:
        """Give a case's row."""
        with database.reading(self.sessions) as session:
            return session.scalars(select(Instance).where(Instance.number == number)).one()

    def numbers(self, process_id: str = "") -> list[str]:
        """List the cases, oldest first."""
        with database.reading(self.sessions) as session:
            query = select(Instance.number).order_by(Instance.id)
            if process_id:
                query = query.where(Instance.process_id == process_id)
            return list(session.scalars(query))

    def incidents(self, number: str) -> list[str]:
        """List what went wrong in a case and is not settled."""
        with database.reading(self.sessions) as session:
            manager = session.get_one(Person, "manager")
            return [i.text.en for i in cases.opened(session, manager, number).incidents]

    def events(self, number: str) -> list[Event]:
        """Give the history of a case."""
        with database.reading(self.sessions) as session:
            return history.of_case(session, self.case(number).id)

    def waits(self, number: str) -> list[str]:
        """List what a case waits for: tasks, messages and timers, by element id."""
        case_id = self.case(number).id
        with database.reading(self.sessions) as session:
            return sorted(
                element
                for model in (Task, Subscription, Timer)
                for element in session.scalars(
                    select(model.element_id).where(model.instance_id == case_id)
                )
            )
