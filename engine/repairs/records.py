"""What was understood of a drawing, as frozen records."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from engine.diagrams import Diagram, Problem
from engine.languages import Text


@dataclass(frozen=True)
class Consent:
    """What an owner agrees to with one code: the same answer for all elements of a drawing."""

    code: str
    text: Text


#: Everything that is done only when whoever deploys agrees to it, in the order of asking.
CONSENTS: dict[str, Consent] = {
    one.code: one
    for one in (
        Consent(
            "not_executable",
            Text(
                "执行没有标记为可执行的流程。",
                "Run a process that is not marked as executable.",
            ),
        ),
        Consent(
            "person_chooses",
            Text(
                "网关没有条件时，由人选择走哪条路。",
                "Where a gateway has no conditions, a person chooses the way.",
            ),
        ),
        Consent(
            "other_way",
            Text(
                "其他条件都不成立时，走那条没有条件的连线。",
                "Where one way has no condition, it is taken when no other holds.",
            ),
        ),
        Consent(
            "no_default",
            Text(
                "没有默认连线也可以：没有条件成立时，案件停下并报告。",
                "Do without a default flow: when no condition holds, the case stops and says so.",
            ),
        ),
        Consent(
            "person_does_it",
            Text(
                "没有写明做什么的服务、发送、接收、调用、消息事件和空的子流程，由人来做。",
                "Services, messages and calls that say nothing of what they do, and empty "
                "sub-processes, are done by a person.",
            ),
        ),
        Consent(
            "starter_does_it",
            Text(
                "没有写由谁做的任务，由启动案件的人做。",
                "Tasks that say nothing of who does them are done by whoever starts the case.",
            ),
        ),
        Consent(
            "results_in_list",
            Text(
                "多实例每一次的结果放进一个列表，此外不留下别的数据。",
                "Of a multi-instance, each run's result goes to a list; nothing else is kept.",
            ),
        ),
    )
}


@dataclass(frozen=True)
class Repair:
    """One thing that the drawing leaves open, and how it was understood.

    `settles` is the code of the house rule that has nothing more to say of the element.
    """

    code: str
    text: Text
    element_id: str = ""
    line: int = 0
    label: str = ""
    needs_consent: bool = False
    settles: str = ""

    def problem(self, file: str, consents: Collection[str]) -> Problem:
        """Say it to an owner: a warning, but an error as long as consent is needed."""
        text, missing = self.text, self.needs_consent and self.code not in consents
        if missing:
            text = Text(
                f"{text.zh}请在部署时表示同意，或者改图。",
                f"{text.en} Agree to it when you deploy, or change the drawing.",
            )
        return Problem(
            "error" if missing else "warning",
            self.code,
            text,
            file=file,
            line=self.line,
            element_id=self.element_id,
            label=self.label,
            consent=self.code if self.needs_consent else "",
        )


@dataclass(frozen=True)
class Repaired:
    """A drawing as it was understood.

    `xml` is what the runtime is given: the bytes that were sent where nothing was changed.
    `diagram` is the same, read, with the lines of the file that was sent.
    """

    xml: bytes
    diagram: Diagram
    understood: tuple[Repair, ...]
    #: The ids of elements that the drawing that was sent does not show.
    made: frozenset[str] = frozenset()

    def needed(self) -> list[str]:
        """The codes of the consents that this drawing cannot do without."""
        asked = {repair.code for repair in self.understood if repair.needs_consent}
        return [code for code in CONSENTS if code in asked]

    def problems(self, consents: Collection[str]) -> Iterator[Problem]:
        """Tell all that was understood, as an owner who agrees to `consents` is told."""
        for repair in self.understood:
            yield repair.problem(self.diagram.file, consents)

    def settled(self) -> set[tuple[str, str]]:
        """Element and code of what the rules need not report any more."""
        settled = {(r.element_id, r.settles) for r in self.understood if r.settles}
        # Where a person has to choose at least one way, no default is needed.
        return settled | {(element_id, "missing_default") for element_id in self.made}
