"""Owners walk through a drawing with its real forms, and have it played at random."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import func, select

from engine import database, definitions
from engine.database import Sessions
from engine.models import Document, Event, Instance, Message, Task
from tests.conftest import PROCESSES
from tests.engine.drawings import deploy, draw
from tests.webforms.conftest import HERE, Browser

SignedIn = Callable[[str], Browser]
pytestmark = pytest.mark.usefixtures("small_procedure")
PAGE = "/processes/small_order/rehearse"
SMALL = HERE / "diagrams" / "small_order.bpmn"
STATE = re.compile(r'name="walk:state" value="([^"]*)"')
PLACE = re.compile(r'name="walk:place" value="([^"]*)"')


class Walker:
    """Somebody who walks through a rehearsal, page by page."""

    def __init__(self, browser: Browser, address: str = PAGE) -> None:
        self.browser, self.address = browser, address
        self.text = browser.get(address).text

    @property
    def state(self) -> str:
        """What the page keeps of the walk."""
        return _found(STATE, self.text)

    @property
    def place(self) -> str:
        """The element whose form is open."""
        return _found(PLACE, self.text).partition("/")[2].partition("/")[0]

    def send(self, action: str = "complete", *, status: int = 200, **answers: object) -> None:
        """Press a button."""
        sent: dict[str, object] = {"walk:state": self.state, "walk:place": _found(PLACE, self.text)}
        answer = self.browser.post(self.address, {**sent, "action": action, **answers})
        assert answer.status_code == status, answer.text
        self.text = answer.text

    def opens(self, element_id: str) -> None:
        """Open another thing that waits."""
        key = next(
            k
            for k in re.findall(r'name="walk:open" value="([^"]*)"', self.text)
            if f"/{element_id}/" in k
        )
        self.send("", **{"walk:open": key})


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found, text[:500]
    return html.unescape(found[1])


@pytest.fixture
def walker(signed_in: SignedIn) -> Walker:
    """The process owner, about to rehearse the small order."""
    return Walker(signed_in("owner"))


def _to_sign(walker: Walker) -> None:
    walker.send(client_name="示例食品")
    walker.send(wanted="海报", parts="1")


def test_it_walks_from_the_start_to_the_end_with_the_real_forms(walker: Walker) -> None:
    assert walker.place == "order_wanted"
    assert "客户名称" in walker.text
    walker.send(client_name="示例食品")
    assert walker.place == "fill_order"
    assert "客户专员" in walker.text
    walker.send(wanted="海报", parts="1")
    assert walker.place == "sign_order"
    assert "海报" in walker.text
    walker.send(decision="sign")
    assert "订单已批准" in walker.text
    assert 'value="undo"' in walker.text
    assert "walk:open" not in walker.text


def test_it_checks_answers_as_the_task_page_does(walker: Walker) -> None:
    walker.send(status=422)
    assert walker.place == "order_wanted"
    assert 'id="problems"' in walker.text
    walker.send(client_name="示例食品")
    walker.send(status=422, wanted="海报", budget="很多", parts="1")
    assert walker.place == "fill_order"
    assert "很多" in walker.text


def test_it_stores_nothing(walker: Walker, sessions: Sessions) -> None:
    _to_sign(walker)
    walker.send("undo")
    upload = (BytesIO(b"x" * 70), "样稿.pdf")
    walker.send(wanted="海报", parts="1", attachments=upload)
    assert walker.place == "sign_order"
    with database.reading(sessions) as session:
        for table in (Instance, Task, Event, Message, Document):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_it_goes_back_and_starts_over(walker: Walker) -> None:
    _to_sign(walker)
    walker.send("undo")
    assert walker.place == "fill_order"
    walker.send("undo")
    assert walker.place == "order_wanted"
    _to_sign(walker)
    walker.send("again")
    assert walker.place == "order_wanted"


def test_it_fills_in_answers_that_the_form_takes(walker: Walker) -> None:
    walker.send("fill")
    assert walker.place == "order_wanted"
    made_up = re.search(r'name="client_name" value="([^"]+)"', walker.text)
    assert made_up
    walker.send(client_name=made_up[1])
    walker.send("fill")
    assert walker.place == "fill_order"
    assert re.search(r'<textarea[^>]*name="wanted"[^>]*>[^<]+<', walker.text)


def test_it_shows_again_what_was_asked_after_other_answers(walker: Walker) -> None:
    walker.send(client_name="示例食品")
    sent = {
        "walk:state": walker.state,
        "walk:place": _found(PLACE, walker.text),
        "urgent": "true",
        "wanted": "海报",
    }
    fields = walker.browser.post(f"{PAGE}/fields", sent)
    assert fields.status_code == 200
    assert "加急原因" in fields.text
    assert "海报" in fields.text


@pytest.mark.parametrize("state", ["", "nothing", "eyJhIjoxfQ.x", "x" * 500_000])
def test_it_refuses_a_state_that_it_did_not_give(walker: Walker, state: str) -> None:
    answer = walker.browser.post(PAGE, {"walk:state": state, "action": "complete"})
    assert answer.status_code == 400
    assert 'id="trouble"' in answer.text
    assert "Traceback" not in answer.text


def test_it_refuses_an_edited_state_and_somebody_elses(walker: Walker, signed_in: SignedIn) -> None:
    walker.send(client_name="示例食品")
    state = walker.state
    edited = state[:10] + ("A" if state[10] != "A" else "B") + state[11:]
    admin = signed_in("admin")
    for browser, sent in ((walker.browser, edited), (admin, state)):
        answer = browser.post(PAGE, {"walk:state": sent, "action": "complete"})
        assert answer.status_code == 400
        assert "order_wanted" in answer.text


def test_it_rehearses_the_draft_and_any_version(
    walker: Walker, signed_in: SignedIn, sessions: Sessions
) -> None:
    owner = signed_in("owner")
    _to_sign(walker)
    drawn = SMALL.read_bytes().replace("签字批准".encode(), "盖章".encode())
    assert owner.put("/processes/small_order/draft", drawn).status_code == 200
    # The walk goes on with what is drawn now, as far as it had come.
    walker.send("")
    assert walker.place == "sign_order"
    assert "盖章" in walker.text
    assert "alert-info" in walker.text
    first = owner.get(f"{PAGE}?version=1")
    assert first.status_code == 200
    assert "/processes/drawings/1.bpmn" in first.text
    assert "/processes/small_order/draft.bpmn" in owner.get(PAGE).text
    for version in ("2", "0", "-1", str(2**63)):
        assert owner.get(f"{PAGE}?version={version}").status_code == 404
    assert owner.get("/processes/nothing/rehearse").status_code == 404


def test_it_goes_back_to_where_a_changed_drawing_still_lets_it(
    walker: Walker, signed_in: SignedIn
) -> None:
    _to_sign(walker)
    drawn = SMALL.read_bytes().replace(b"fill_order", b"write_order")
    assert signed_in("owner").put("/processes/small_order/draft", drawn).status_code == 200
    walker.send("")
    assert walker.place == "write_order"
    assert "alert-info" in walker.text


def test_it_says_what_has_to_be_changed_before_a_drawing_can_be_rehearsed(
    signed_in: SignedIn,
) -> None:
    owner = signed_in("owner")
    drawn = SMALL.read_bytes().replace(b"decision == 'sign'", b"decision ==")
    assert owner.put("/processes/small_order/draft", drawn).status_code == 200
    for address in (PAGE, f"{PAGE}/survey"):
        page = owner.get(address)
        assert page.status_code == 422
        assert "decision ==" in page.text
        assert "Traceback" not in page.text
    assert owner.post(PAGE, {"action": "complete"}).status_code == 422
    assert owner.post(f"{PAGE}/fields", {}).status_code == 204


def test_it_lets_the_other_sides_messages_come_and_time_pass(
    sessions: Sessions, signed_in: SignedIn
) -> None:
    deploy(
        sessions,
        draw(
            "waits",
            """
            start begin lane=executor
            user work lane=executor
            boundary late on=work timer=P2D interrupting=false
            user remind lane=executor optional=true
            end reminded
            catch answer message=client_answer correlationKey=case.number variable=reply
            choice which default=no
            end yes
            end no
            begin > work > answer > which
            late > remind > reminded
            which > yes if ${reply.said == 'yes' and reply.amount > 5}
            which > no
            """,
        ),
    )
    walker = Walker(signed_in("owner"), "/processes/waits/rehearse")
    walker.send()
    assert walker.place == "work"
    walker.opens("late")
    walker.send()
    assert walker.place == "work"
    assert "remind" in walker.text
    walker.send()
    assert walker.place == "answer"
    assert "client_answer" in walker.text
    walker.send(said="yes", amount="7")
    walker.opens("remind")
    walker.send()
    assert "walk:open" not in walker.text
    assert "yes" in walker.text


def test_it_says_why_a_step_fails_and_stays_there(sessions: Sessions, signed_in: SignedIn) -> None:
    lines = """
        start begin lane=executor
        user ask lane=executor fields="note:string!"
        choice big default=small
        end large
        end small
        begin > ask > big
        big > large if ${note > 3}
        big > small
    """
    deploy(sessions, draw("failing", lines))
    walker = Walker(signed_in("owner"), "/processes/failing/rehearse")
    walker.send()
    walker.send(status=422, note="多")
    assert walker.place == "ask"
    assert "note &gt; 3" in walker.text
    assert "多" in walker.text
    survey = walker.browser.get("/processes/failing/rehearse/survey").text
    assert 'data-element="big"' in survey
    assert "note &gt; 3" in survey


def test_it_reports_a_hundred_walks_at_random(signed_in: SignedIn) -> None:
    owner = signed_in("owner")
    page = owner.get(f"{PAGE}/survey").text
    assert "随机走了" in page
    assert "订单已批准" in page
    assert f"{PAGE}/survey?seed=1" in page
    assert owner.get(f"{PAGE}/survey?seed=1&version=1").status_code == 200
    assert owner.get(f"{PAGE}/survey?seed=nothing").status_code == 200


def test_it_plays_a_called_diagram_with_what_its_callers_would_hand_over(
    sessions: Sessions, signed_in: SignedIn
) -> None:
    inner = """
        start begin
        user read lane=executor fields="note:string"
        choice which default=small
        end small
        end large
        begin > read > which
        which > large if ${order.size > 10}
        which > small
    """
    outer = """
        start begin lane=executor message=order_sent variable=order correlationKey=order.no
        call work calls=inner
        end done
        begin > work > done
    """
    deploy(sessions, draw("inner", inner), draw("outer", outer))
    owner = signed_in("owner")
    assert "size" in owner.get("/processes/inner/rehearse").text
    walker = Walker(owner, "/processes/outer/rehearse")
    walker.send(no="7", size="11")
    assert _found(PLACE, walker.text).startswith("inner/read/")
    walker.send()
    assert "walk:open" not in walker.text


def test_every_procedure_of_the_agency_can_be_walked(
    sessions: Sessions, signed_in: SignedIn
) -> None:
    with database.writing(sessions) as session:
        definitions.deploy(session, None, definitions.files_in(PROCESSES))
        names = [d.process_id for d in definitions.listed(session)]
    owner = signed_in("owner")
    for name in names:
        page = owner.get(f"/processes/{name}/rehearse")
        assert page.status_code == 200, name
        assert _found(PLACE, page.text)
