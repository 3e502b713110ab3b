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


class NobodyWaits(AgencyflowError):
    """No case waits for the message “{name}” with the key “{key}”, and it starts none."""

    zh = "没有案件在等候消息“{name}”（关联键“{key}”），它也不会启动案件。"


class MessageRefused(AgencyflowError):
    """The message “{name}” was not delivered, and nothing was done: {reason}"""

    zh = "消息“{name}”没有送达，也没有做任何事：{reason}"


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


class DraftChanged(AgencyflowError):
    """{who} saved this draft on {when}, after you had opened it. Yours is not saved."""

    zh = "在您打开之后，{who} 已于 {when} 保存了这份草稿。您的改动没有保存。"


class DraftGone(AgencyflowError):
    """The draft that you had opened was deployed or discarded in the meantime. Yours is not saved."""

    zh = "您打开的草稿在此期间已被部署或放弃。您的改动没有保存。"


class DeployedMeanwhile(AgencyflowError):
    """{who} deployed version {version} on {when}, and your drawing was not begun from it. Yours is not deployed. Compare the two under Versions; deploy again to put yours in its place."""

    zh = "{who} 已于 {when} 部署了第 {version} 版，您的图不是从它改的。您的改动没有部署。请先在“版本”里比较；再次部署就会用您的取代它。"


class WrongProcedure(AgencyflowError):
    """The drawing is of the procedure "{other}"; here it must be "{expected}". Ids do not change."""

    zh = "这张图画的是流程“{other}”，这里应当是“{expected}”。流程的编号不能更改。"


class ProcedureExists(AgencyflowError):
    """There is a procedure of the id "{id}" already. Open that one, or choose another id."""

    zh = "已经有编号为“{id}”的流程。请打开那个流程，或者换一个编号。"


class ProcedureIdRefused(AgencyflowError):
    """The id "{id}" will not do. Use small English letters, digits and _, such as holiday_request."""

    zh = "“{id}”不能用作编号。请用小写英文字母、数字和下划线，例如 holiday_request。"


class NameMissing(AgencyflowError):
    """Give the name in both languages."""

    zh = "请用中文和英文填写名称。"


class NothingToMove(AgencyflowError):
    """None of these cases can be moved there: they are over, or run on that version already."""

    zh = "这些案件都不能换到那个版本：有的已经结束，有的已经在那个版本上。"


class MovedOn(AgencyflowError):
    """Case {number} has gone on since it was moved; the move cannot be undone any more."""

    zh = "案件 {number} 换版之后已经往前走了，不能再撤销换版。"


class DiagramRefused(AgencyflowError):
    """The diagram cannot be deployed: {count} problem(s)."""

    zh = "流程图不能部署：有 {count} 个问题。"

    def __init__(self, problems: list[Any]) -> None:
        #: What is wrong, as `engine.diagrams.Problem` records.
        self.problems = problems
        super().__init__(count=sum(problem.is_error for problem in problems))


class AlreadyCurrent(AgencyflowError):
    """Nothing was deployed: new cases run on exactly what version {version} says already."""

    zh = "没有部署：新案件现在用的就是第 {version} 版的内容。"


class StillCalled(AgencyflowError):
    """“{name}” cannot be retired while {others} call it. Deploy these without the call, or retire them first."""

    zh = "{others}还在调用“{name}”，因此不能停用它。请先部署不再调用它的版本，或者先停用它们。"


class CallsRetired(AgencyflowError):
    """“{name}” calls {others}, which are retired. Bring these back first."""

    zh = "“{name}”调用的{others}已停用。请先恢复使用它们。"


def _filled(template: str, details: Mapping[str, Any], language: str) -> str:
    """Fill a template; a detail that is a Text gives its own language."""
    known = {
        name: value.to(language) if isinstance(value, Text) else value
        for name, value in details.items()
    }
    wanted = {name for _, name, _, _ in Formatter().parse(template) if name}
    return template.format_map({name: known.get(name, "?") for name in wanted})
