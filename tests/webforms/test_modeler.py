"""The modeler's pages: drafts, checks, previews and deployments of what is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import webforms
from engine import database, definitions, diagrams
from engine.database import Sessions
from engine.forms.form import TYPES
from engine.rules import forms, vocabulary
from tests.conftest import PROCESSES
from tests.webforms.conftest import HERE, Browser

SignedIn = Callable[[str], Browser]
pytestmark = pytest.mark.usefixtures("small_procedure")

XML = (HERE / "diagrams" / "small_order.bpmn").read_bytes()
HOME = "/processes/small_order"


@pytest.fixture
def owner(signed_in: SignedIn) -> Browser:
    return signed_in("owner")


def renamed(xml: bytes = XML) -> bytes:
    assert b"<bpmn:userTask" in xml
    return xml.replace('name="小订单"'.encode(), 'name="小小订单"'.encode())


def preview(browser: Browser, xml: bytes, element: str, **more: Any) -> Any:
    typed = more.pop("typed", {})
    query = "&".join(f"{name}={value}" for name, value in {"element": element, **more}.items())
    data = {**typed, "_drawing": (BytesIO(xml), "drawing.bpmn")}
    return browser.post(f"{HOME}/preview?{query}", data, content_type="multipart/form-data")


def test_a_draft_knows_of_no_version_newer_than_the_one_it_was_begun_from(
    owner: Browser, sessions: Sessions
) -> None:
    saved = owner.put(f"{HOME}/draft?revision=0&definition=1", renamed()).get_json()
    other = XML.replace('name="小订单"'.encode(), 'name="另一单"'.encode())
    with database.writing(sessions) as session:
        definitions.deploy(session, None, {"small_order.bpmn": other})
    assert "seen&#34;: 1" in owner.get(f"{HOME}/edit").text
    answer = owner.put(f"{HOME}/deploy?revision={saved['revision']}&seen=1", renamed())
    assert answer.status_code == 409
    assert "第 2 版" in answer.get_json()["error"]


def test_it_opens_the_current_version_then_the_draft_and_any_version(owner: Browser) -> None:
    page = owner.get(f"{HOME}/edit")
    assert "/processes/drawings/1.bpmn" in page.text
    assert "第 1 版" in page.text
    assert "style-src-attr 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in owner.get(HOME).headers["Content-Security-Policy"]
    saved = owner.put(f"{HOME}/draft?revision=0&definition=1", renamed()).get_json()
    assert "欧文静" in saved["said"]
    page = owner.get(f"{HOME}/edit").text
    assert f"{HOME}/draft.bpmn" in page
    assert saved["said"] in page
    assert owner.get(f"{HOME}/draft.bpmn").data == renamed()
    page = owner.get(f"{HOME}/edit?version=1").text
    assert "/processes/drawings/1.bpmn" in page
    assert saved["said"] in page, "it says that there is a draft besides"
    assert owner.get(f"{HOME}/edit?version=2").status_code == 404
    assert owner.get("/processes/nothing/edit").status_code == 404


def test_it_says_who_deployed_since_the_page_was_opened(
    owner: Browser, signed_in: SignedIn
) -> None:
    assert "seen&#34;: 1" in owner.get(f"{HOME}/edit").text
    assert signed_in("admin").put(f"{HOME}/deploy?revision=0&seen=1", renamed()).status_code == 200
    answer = owner.put(f"{HOME}/deploy?revision=0&seen=1", XML)
    assert answer.status_code == 409
    assert "管理" in answer.json["error"]
    assert answer.json["seen"] == 2
    again = owner.put(f"{HOME}/deploy?revision=0&seen=2", XML)
    assert (again.status_code, again.json["seen"]) == (200, 3)


def test_it_sends_the_draft_of_a_procedure_whose_id_is_chinese(owner: Browser) -> None:
    drawn = XML.replace(b"small_order", "请假".encode())
    brought = owner.post(
        "/processes/new-procedure",
        {"action": "file", "drawing": (BytesIO(drawn), "leave.bpmn")},
        content_type="multipart/form-data",
    )
    assert brought.status_code == 303
    answer = owner.get("/processes/请假/draft.bpmn")
    assert answer.data == drawn
    for value in answer.headers.values():
        value.encode("latin-1")


def test_it_refuses_to_save_over_what_another_saved(owner: Browser, signed_in: SignedIn) -> None:
    theirs = signed_in("admin").put(f"{HOME}/draft?revision=0", XML).get_json()
    answer = owner.put(f"{HOME}/draft?revision=0", renamed())
    assert answer.status_code == 409
    assert "系统管理员" in answer.json["error"] or "管理" in answer.json["error"]
    assert answer.json["revision"] == theirs["revision"]
    assert owner.get(f"{HOME}/draft.bpmn").data == XML
    again = owner.put(f"{HOME}/draft?revision={answer.json['revision']}", renamed())
    assert again.status_code == 200
    assert owner.get(f"{HOME}/draft.bpmn").data == renamed()


def test_it_says_what_cannot_be_kept(owner: Browser) -> None:
    for xml in (b"", b"<html/>", XML[:300]):
        answer = owner.put(f"{HOME}/draft?revision=0", xml)
        assert answer.status_code == 422
        assert answer.json["problems"][0]["text"]
    other = (PROCESSES / "new_client.bpmn").read_bytes()
    answer = owner.put(f"{HOME}/draft?revision=0", other)
    assert answer.status_code == 422
    assert "new_client" in answer.json["error"]


def test_it_throws_a_draft_away(owner: Browser) -> None:
    owner.put(f"{HOME}/draft?revision=0", XML)
    assert owner.put(f"{HOME}/draft/discard?revision=0", b"").status_code == 409
    assert owner.put(f"{HOME}/draft/discard?revision=1", b"").json["next"] == HOME
    assert owner.get(f"{HOME}/draft.bpmn").status_code == 404


def test_it_checks_what_is_drawn_in_the_readers_language(owner: Browser) -> None:
    assert owner.put(f"{HOME}/check", XML).json["problems"] == []
    wrong = XML.replace(b'type="string"', b'type="strnig"', 1)
    (problem,) = [
        p for p in owner.put(f"{HOME}/check", wrong).json["problems"] if p["severity"] == "error"
    ]
    assert problem["element"] in wrong.decode()
    assert problem["line"] > 1
    assert re.search(r"[一-鿿]", problem["text"])
    owner.post("/language", {"language": "en"})
    (english,) = [
        p for p in owner.put(f"{HOME}/check", wrong).json["problems"] if p["severity"] == "error"
    ]
    assert not re.search(r"[一-鿿]", english["text"])
    assert owner.put(f"{HOME}/check", b"<").json["problems"][0]["code"] == "broken_xml"


def test_it_shows_the_form_of_what_is_drawn_in_either_language(owner: Browser) -> None:
    chinese = preview(owner, XML, "fill_order", language="zh").text
    english = preview(owner, XML, "fill_order", language="en").text
    assert 'name="wanted"' in chinese
    assert 'name="wanted"' in english
    assert chinese != english
    assert "Submit" in english
    assert "提交" in chinese
    changed = XML.replace(b'id="wanted"', b'id="desired"')
    assert 'name="desired"' in preview(owner, changed, "fill_order").text


def test_it_answers_in_the_preview_as_staff_would_be_answered(owner: Browser) -> None:
    answer = preview(
        owner, XML, "fill_order", sent="yes", typed={"action": "complete", "wanted": ""}
    )
    assert answer.status_code == 200
    assert 'id="problems"' in answer.text
    grown = preview(owner, XML, "fill_order", sent="yes", typed={"add:items": "1"})
    assert 'id="problems"' not in grown.text
    assert 'name="items-0-' in grown.text


def test_it_shows_the_buttons_that_staff_will_press(owner: Browser) -> None:
    field = (
        '<camunda:formField id="way" label="去向" type="enum"><camunda:properties>'
        '<camunda:property id="buttons" value="true" /></camunda:properties>'
        '<camunda:validation><camunda:constraint name="required" /></camunda:validation>'
        '<camunda:value id="yes" name="同意" /><camunda:value id="no" name="退回" />'
        "</camunda:formField>"
    )
    task = XML.decode().index('<bpmn:userTask id="fill_order"')
    place = XML.decode().index("<camunda:formData>", task) + len("<camunda:formData>")
    page = preview(
        owner, (XML.decode()[:place] + field + XML.decode()[place:]).encode(), "fill_order"
    )
    assert '<button class="btn btn-primary" name="way" value="no">退回</button>' in page.text
    assert 'value="draft"' in page.text


def test_it_says_why_it_shows_no_form(owner: Browser) -> None:
    for xml, element in ((b"<", "fill_order"), (XML, "nothing")):
        answer = preview(owner, xml, element)
        assert answer.status_code == 422
        assert answer.json["error"]


def test_it_shows_every_form_of_the_agency(owner: Browser) -> None:
    shown = 0
    for path in sorted(PROCESSES.rglob("*.bpmn")):
        xml = path.read_bytes()
        for process in diagrams.read(xml).processes:
            for element in process.elements.values():
                if element.kind not in ("userTask", "startEvent"):
                    continue
                data = {"_drawing": (BytesIO(xml), "drawing.bpmn")}
                answer = owner.post(
                    f"/processes/{process.id}/preview?element={element.id}",
                    data,
                    content_type="multipart/form-data",
                )
                assert answer.status_code == 200, (path.name, element.id)
                shown += 1
    assert shown > 60


def test_it_deploys_what_is_drawn_and_says_what_goes_on_as_before(
    owner: Browser, signed_in: SignedIn
) -> None:
    signed_in("ae").post("/start/small_order", {"client_name": "示例食品"})
    owner.put(f"{HOME}/draft?revision=0&definition=1", XML)
    answer = owner.put(f"{HOME}/deploy?revision=1&note=nicer", renamed())
    assert answer.status_code == 200, answer.text
    assert "第 2 版" in answer.json["html"]
    assert "1 个案件" in answer.json["html"]
    assert owner.get(f"{HOME}/draft.bpmn").status_code == 404
    assert "小小订单" in owner.get(HOME).text
    again = owner.put(f"{HOME}/deploy?revision=0", renamed())
    assert "没有" in again.json["html"]


def test_it_deploys_nothing_that_is_refused_or_outdated(
    owner: Browser, signed_in: SignedIn
) -> None:
    wrong = XML.replace(b'type="string"', b'type="strnig"', 1)
    answer = owner.put(f"{HOME}/deploy?revision=0", wrong)
    assert answer.status_code == 422
    assert answer.json["problems"][0]["severity"] == "error"
    signed_in("admin").put(f"{HOME}/draft?revision=0", XML)
    assert owner.put(f"{HOME}/deploy?revision=0", renamed()).status_code == 409
    assert "小小订单" not in owner.get(HOME).text


def test_it_begins_a_new_procedure(owner: Browser) -> None:
    typed = {
        "name_zh": "请假",
        "name_en": "Leave",
        "process_id": "leave_request",
        "group": "account_executive",
        "action": "draw",
    }
    assert owner.get("/processes/new-procedure").status_code == 200
    for name, value, status in (
        ("process_id", "Leave Request", 422),
        ("process_id", "small_order", 409),
        ("name_en", "", 422),
    ):
        answer = owner.post("/processes/new-procedure", {**typed, name: value})
        assert (answer.status_code, 'id="trouble"' in answer.text) == (status, True)
        assert 'value="请假"' in answer.text, "what was typed is kept"
    answer = owner.post("/processes/new-procedure", typed)
    assert answer.location == "/processes/leave_request/edit"
    assert "请假" in owner.get(answer.location).text
    assert "leave_request/edit" in owner.get("/processes/").text
    xml = owner.get("/processes/leave_request/draft.bpmn").data
    assert owner.put("/processes/leave_request/deploy?revision=1", xml).status_code == 200
    assert owner.get("/processes/leave_request").status_code == 200


def test_it_takes_a_file_as_a_new_procedure(owner: Browser) -> None:
    def send(xml: bytes) -> Any:
        data = {"action": "file", "drawing": (BytesIO(xml), "x.bpmn")}
        return owner.post("/processes/new-procedure", data, content_type="multipart/form-data")

    assert send(XML).status_code == 409
    assert send(b"<html/>").status_code == 422
    assert send(b"").status_code == 422
    other = (PROCESSES / "new_client.bpmn").read_bytes()
    assert send(other).location == "/processes/new_client/edit"
    assert owner.get("/processes/new_client/draft.bpmn").data == other


def test_its_panel_offers_every_word_of_the_dialect() -> None:
    folder = Path(webforms.__file__).parent / "frontend" / "src" / "modeler"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js"))
    words = {
        *(vocabulary.ON_ELEMENTS | vocabulary.ON_PROCESSES),
        *(vocabulary.ON_LANES | vocabulary.ON_FLOWS),
        *forms.CONSTRAINTS,
        *forms.PROPERTIES,
        *TYPES,
    }
    assert sorted(word for word in words if f'"{word}"' not in code) == []
