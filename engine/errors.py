"""Everything that can go wrong, as a catalogue.

A class's docstring is its message in English, `zh` the same in Chinese; both are filled
with the details that the raiser gives. No other text of an error ever reaches a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any, ClassVar

from engine.languages import Text


class AgencyflowError(Exception):
    """Something went wrong."""

    zh: ClassVar[str] = "出现了问题。"

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.text.en)

    @property
    def text(self) -> Text:
        """The message in both languages."""
        english = (type(self).__doc__ or "").strip()
        return Text(_filled(self.zh, self.details, "zh"), _filled(english, self.details, "en"))


class NotFound(AgencyflowError):
    """There is nothing here, or nothing that you may see."""

    zh = "这里没有内容，或者您无权查看。"


class NotAllowed(AgencyflowError):
    """You may not do this: {reason}"""

    zh = "您不能这样做：{reason}"


class WrongPassword(AgencyflowError):
    """The name or the password is wrong."""

    zh = "用户名或密码不正确。"


class TooManyTries(AgencyflowError):
    """Too many failed tries. Wait {minutes} minutes, then try again."""

    zh = "失败次数过多，请 {minutes} 分钟后再试。"


class TaskGone(AgencyflowError):
    """This task is no longer open: {who} completed it on {when}."""

    zh = "这项任务已经不在了：{who} 已于 {when} 完成。"


class TaskWithdrawn(AgencyflowError):
    """This task is no longer open: the case has moved on without it."""

    zh = "这项任务已经不在了：流程已不再需要它。"


class HeldByAnother(AgencyflowError):
    """{who} holds this task now."""

    zh = "{who} 现在持有这项任务。"


class ChangedMeanwhile(AgencyflowError):
    """Somebody else changed this case at the same moment. Nothing was saved; try again."""

    zh = "同一时刻有人更改了这个案件。没有保存任何内容，请再试一次。"


class CaseOver(AgencyflowError):
    """This case is over; nothing more can be done in it."""

    zh = "这个案件已经结束，不能再做任何操作。"


class ReasonMissing(AgencyflowError):
    """Give the reason."""

    zh = "请填写原因。"


class TooLarge(AgencyflowError):
    """The file {name} is larger than the {limit} MB that are allowed."""

    zh = "文件 {name} 超过了允许的 {limit} MB。"


class ExpressionFailed(AgencyflowError):
    """The expression "{text}" cannot be evaluated: {reason}"""

    zh = "表达式“{text}”无法计算：{reason}"


class StepFailed(AgencyflowError):
    """The step "{label}" ({element_id}) failed: {reason}"""

    zh = "步骤“{label}”（{element_id}）执行失败：{reason}"


class InvalidAnswers(AgencyflowError):
    """Some answers need another look."""

    zh = "有些内容需要再看一下。"

    def __init__(self, errors: Mapping[str, Text]) -> None:
        #: Path of the field, such as `orders[1].budget`, to what is wrong with it.
        self.errors = dict(errors)
        super().__init__()


class DiagramRefused(AgencyflowError):
    """The diagram cannot be deployed: {count} problem(s)."""

    zh = "流程图不能部署：有 {count} 个问题。"

    def __init__(self, problems: list[Any]) -> None:
        #: What is wrong, as `engine.diagrams.Problem` records.
        self.problems = problems
        super().__init__(count=sum(problem.is_error for problem in problems))


def _filled(template: str, details: Mapping[str, Any], language: str) -> str:
    """Fill a template; a detail that is a Text gives its own language."""
    known = {
        name: value.to(language) if isinstance(value, Text) else value
        for name, value in details.items()
    }
    wanted = {name for _, name, _, _ in Formatter().parse(template) if name}
    return template.format_map({name: known.get(name, "?") for name in wanted})
