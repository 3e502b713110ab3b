"""The pages of a procedure's versions: the list, the difference, back to an old one, retire."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest

from engine import database, definitions, drafts
from engine.database import Sessions
from engine.models import Person
from tests.engine.test_definitions import CALLED, CALLER
from tests.webforms.conftest import HERE, Browser

SignedIn = Callable[[str], Browser]
pytestmark = pytest.mark.usefixtures("small_procedure")

XML = (HERE / "diagrams" / "small_order.bpmn").read_bytes()
HOME = "/processes/small_order"
LIST = f"{HOME}/versions"


def changed(xml: bytes = XML) -> bytes:
    """The same with another deadline for filling in the order."""
    assert b'camunda:dueDate="P2D"' in xml
    return xml.replace(b'camunda:dueDate="P2D"', b'camunda:dueDate="P5D"')


def deploy(sessions: Sessions, xml: bytes, note: str = "") -> None:
    with database.writing(sessions) as session:
        owner = session.get_one(Person, "owner")
        definitions.deploy(session, owner, {"small_order.bpmn": xml}, note=note)


@pytest.fixture
def owner(signed_in: SignedIn) -> Browser:
    return signed_in("owner")


def test_it_lists_versions_to_everybody_and_buttons_to_owners(
    sessions: Sessions, signed_in: SignedIn, owner: Browser
) -> None:
    signed_in("ae").post("/start/small_order", {"client_name": "示例食品"})
    deploy(sessions, changed(), note="多给几天")
    page = signed_in("ex1").get(LIST).text
    assert page.index("第 2 版</strong>") < page.index("第 1 版</strong>")
    assert "多给几天" in page
    assert "欧文静" in page
    assert "1 个案件在办" in page
    assert f"{LIST}/1/2" in page
    assert "roll-back" not in page
    assert "retire" not in page
    page = owner.get(LIST).text
    assert f"{LIST}/1/roll-back" in page
    assert f"{LIST}/2/roll-back" not in page
    assert f"{HOME}/retire" in page
    assert f'href="{LIST}"' in owner.get(HOME).text


def test_it_leads_to_the_difference_of_any_two(owner: Browser) -> None:
    def goal(older: str, newer: str) -> tuple[int, str | None]:
        answer = owner.get(f"{LIST}/compare?older={older}&newer={newer}")
        return answer.status_code, answer.headers.get("Location")

    assert goal("1", "2") == (303, f"{LIST}/1/2")
    assert goal("2", "draft") == (303, f"{LIST}/2/draft")
    for wrong in (("", ""), ("1", "x"), ("draft", "1"), ("-1", "²"), ("1" * 30, "2")):
        assert goal(*wrong)[0] == 404, wrong


def test_it_says_in_words_what_differs(sessions: Sessions, signed_in: SignedIn) -> None:
    deploy(sessions, changed(), note="多给几天")
    answer = signed_in("ex1").get(f"{LIST}/1/2")
    assert answer.status_code == 200
    assert "期限：原为“2 天”，现为“5 天”" in answer.text
    assert 'data-element="fill_order"' in answer.text
    assert "/processes/drawings/1.bpmn" in answer.text
    assert "/processes/drawings/2.bpmn" in answer.text
    found = re.search(r'data-state="([^"]+)"', answer.text)
    assert found
    assert json.loads(html.unescape(found[1]))["kinds"] == {"fill_order": "changed"}
    signed_in("ex1").post("/language", {"language": "en"})
    assert "Due: was “2 days”, now “5 days”" in signed_in("ex1").get(f"{LIST}/1/2").text
    assert "The two are the same." in signed_in("ex1").get(f"{LIST}/1/1").text
    assert signed_in("ex1").get(f"{LIST}/1/3").status_code == 404
    assert signed_in("ex1").get(f"{LIST}/1/{10**30}").status_code == 404


def test_it_shows_owners_what_a_draft_would_change(
    sessions: Sessions, signed_in: SignedIn, owner: Browser
) -> None:
    assert owner.get(f"{LIST}/1/draft").status_code == 404, "there is none"
    with database.writing(sessions) as session:
        who = session.get_one(Person, "owner")
        drafts.save(session, who, "small_order", changed(), revision=0)
    answer = owner.get(f"{LIST}/1/draft")
    assert answer.status_code == 200
    assert "期限：原为“2 天”，现为“5 天”" in answer.text
    assert f"{HOME}/draft.bpmn" in answer.text
    assert f"{LIST}/1/draft" in owner.get(LIST).text
    assert signed_in("ae").get(f"{LIST}/1/draft").status_code == 404
    assert "草稿" not in signed_in("ae").get(LIST).text


def test_it_escapes_what_a_drawing_says(sessions: Sessions, owner: Browser) -> None:
    evil = XML.replace("填写订单".encode(), b"&lt;script&gt;alert(1)&lt;/script&gt;&quot;")
    deploy(sessions, evil)
    page = owner.get(f"{LIST}/1/2").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_goes_back_once_it_is_confirmed(sessions: Sessions, owner: Browser) -> None:
    deploy(sessions, changed())
    page = owner.get(f"{LIST}/1/roll-back")
    assert page.status_code == 200
    assert f"{LIST}/2/1" in page.text, "what it would change"
    answer = owner.post(f"{LIST}/1/roll-back", {"note": "太久了"})
    assert (answer.status_code, answer.location) == (303, LIST)
    page_after = owner.get(LIST).text
    assert "第 3 版" in page_after
    assert "恢复第 1 版 / Back to version 1: 太久了" in page_after
    with database.reading(sessions) as session:
        assert definitions.xml(session, definitions.current(session, "small_order").id) == XML
    assert owner.post(f"{LIST}/3/roll-back").status_code == 303
    assert "没有部署" in owner.get(LIST).text


def test_it_explains_why_an_old_version_cannot_be_deployed(
    sessions: Sessions, owner: Browser
) -> None:
    with database.writing(sessions) as session:
        broken = changed().replace(b'sourceRef="order_wanted"', b'sourceRef="nowhere"')
        definition = definitions.current(session, "small_order")
        definition.xml, definition.sha256 = broken, "x"
    deploy(sessions, XML)
    answer = owner.post(f"{LIST}/1/roll-back")
    assert answer.status_code == 422
    assert "没有做任何改动" in answer.text
    assert "flow_1" in answer.text or "nowhere" in answer.text


def test_it_retires_and_brings_back(signed_in: SignedIn, owner: Browser) -> None:
    first = signed_in("ae").post("/start/small_order", {"client_name": "示例食品"}).location
    page = owner.get(f"{HOME}/retire")
    assert "1 个正在办理的案件会办到结束" in page.text
    answer = owner.post(f"{HOME}/retire")
    assert (answer.status_code, answer.location) == (303, LIST)
    assert "已停用" in owner.get(LIST).text
    staff = signed_in("ae")
    assert staff.get("/start/small_order").status_code == 404
    assert staff.post("/start/small_order", {"client_name": "x"}).status_code == 404
    assert "/start/small_order" not in staff.get(HOME).text
    assert staff.get(HOME).status_code == 200, "everybody may still read it"
    assert "已停用：不再有新案件" in staff.get("/processes/").text
    assert staff.get(first).status_code == 200, "its cases go on"
    assert "它已经停用" in owner.get(f"{HOME}/retire").text
    assert owner.post(f"{HOME}/bring-back").status_code == 303
    assert staff.get("/start/small_order").status_code == 200
    assert "已停用" not in staff.get("/processes/").text


def test_it_names_who_calls_what_cannot_be_retired(sessions: Sessions, owner: Browser) -> None:
    caller = XML.replace(b"small_order", b"large_order").replace(
        "填写订单".encode(), "填写大订单".encode()
    )
    caller = caller.replace(
        b'<bpmn:userTask id="sign_order"',
        b'<bpmn:callActivity calledElement="small_order" id="sign_order"',
    )
    head, rest = caller.split(b"<bpmn:callActivity", 1)
    inner, tail = rest.split(b"</bpmn:userTask>", 1)
    opening = inner.split(b">", 1)[0]
    ways = b"<bpmn:incoming>flow_2</bpmn:incoming><bpmn:outgoing>flow_3</bpmn:outgoing>"
    xml = head + b"<bpmn:callActivity" + opening + b">" + ways + b"</bpmn:callActivity>" + tail
    xml = xml.replace(b"signed == true", b"true")
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"large_order.bpmn": xml})
    page = owner.get(f"{HOME}/retire")
    assert "/processes/large_order/versions" in page.text
    assert '<button class="btn btn-danger"' not in page.text
    answer = owner.post(f"{HOME}/retire")
    assert answer.status_code == 409
    with database.reading(sessions) as session:
        assert definitions.current(session, "small_order").current
    back = owner.get(f"{LIST}/1/roll-back").text
    assert 'name="callers" checked' in back


def test_it_refuses_forms_without_their_token(owner: Browser) -> None:
    for address in (f"{HOME}/retire", f"{HOME}/bring-back", f"{LIST}/1/roll-back"):
        assert owner.client.post(address).status_code == 400, address


def test_it_says_when_a_called_version_is_another(sessions: Sessions, owner: Browser) -> None:
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"called.bpmn": CALLED, "caller.bpmn": CALLER})
        new = CALLED.replace(b'name="look"', b'name="see"')
        definitions.deploy(session, None, {"called.bpmn": new, "caller.bpmn": CALLER})
    page = owner.get("/processes/caller/versions/1/2").text
    assert "现在调用第 2 版；原来调用第 1 版。" in page
    assert 'href="/processes/called/versions/1/2"' in page
    assert "两者相同" not in page
    assert "两者相同" in owner.get("/processes/caller/versions/2/2").text
