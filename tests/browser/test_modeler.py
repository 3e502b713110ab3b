"""The modeler in Chromium: draw, see the form, be told what is wrong, undo, keep, deploy."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree
from playwright.sync_api import expect

from engine import database, definitions, diagrams, drafts
from tests.browser.conftest import Enter
from tests.browser.modeling import Modeling
from tests.browser.site import Site
from tests.conftest import PROCESSES

#: What differs in how two files say the same.
ORDER = {"line", "attributes", "extensions", "parts"}
ALL = sorted(path.relative_to(PROCESSES) for path in PROCESSES.rglob("*.bpmn"))
LARGE = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def owner(enter: Enter) -> Modeling:
    return Modeling(enter("owner", **LARGE))


def current(site: Site, process_id: str) -> tuple[int, bytes]:
    with database.reading(site.sessions) as session:
        found = definitions.current(session, process_id)
        return found.version, definitions.xml(session, found.id)


def test_it_takes_a_procedure_from_drawing_to_deployed(site: Site, owner: Modeling) -> None:
    page = owner.page
    number = site.records.start("ae", "new_client", client_name="云海茶饮", industry="饮料")
    owner.open("new_client")
    expect(owner.problems()).to_have_count(0)

    # nothing is chosen yet: what concerns the whole procedure
    expect(owner.entry("agency-name.en")).to_have_value("Winning a new client")
    page.locator("[data-group-id=group-agency-case] .bio-properties-panel-group-header").click()
    owner.entry("agency-case.fields").fill("client_name, industry")
    expect(page.locator("#unsaved")).to_be_visible()

    # a task, by the pad beside an element
    owner.choose("collect_information")
    expect(page.locator("#preview-body")).to_contain_text("联系人")
    page.locator('.djs-context-pad .entry[data-action="append.append-task"]').click()
    page.keyboard.type("预审客户")
    page.keyboard.press("Enter")
    expect(page.locator("#unsaved")).to_be_visible()
    owner.entry("agency-name.en").fill("Screen the client")
    expect(owner.shape("screen_the_client")).to_be_visible()

    # its form, shown as it grows
    owner.add_field()
    owner.entry("field-0-label").fill("预审意见")
    owner.entry("field-0-label.en").fill("Opinion")
    owner.entry("field-0-id").fill("opinion")
    owner.entry("field-0-type").select_option("text")
    owner.entry("field-0-required").check()
    form = page.locator("#preview-body")
    expect(form.locator("textarea[name=opinion]")).to_be_visible()
    expect(form.locator("label.required")).to_have_text(re.compile("预审意见"))
    page.locator("#preview-languages button[value=en]").click()
    expect(form.locator("label.required")).to_have_text(re.compile("Opinion"))
    form.locator("button.btn-primary").click()
    expect(form.locator("#problems")).to_be_visible()

    # a mistake is shown on the element and in the list, in the owner's language; undo takes it back
    owner.entry("field-0-id").fill("my opinion")
    problem = page.locator("#problem-list li.error")
    expect(problem).to_have_attribute("data-element", "screen_the_client")
    expect(problem).to_have_text(re.compile(r"[一-鿿]"))
    mark = page.locator('.djs-overlays[data-container-id="screen_the_client"] .problem-mark.error')
    expect(mark).to_be_visible()
    page.locator("#undo").click()
    expect(mark).to_have_count(0)
    expect(page.locator("#problem-list li.error")).to_have_count(0)

    # into the flow: from here on, what was done by the next task's own arrow
    owner.evaluate(
        """m => {
          const get = (id) => m.get("elementRegistry").get(id);
          const was = get("collect_information").outgoing.find(({ target }) => target.id === "choose_target");
          m.get("modeling").removeConnection(was);
          m.get("modeling").connect(get("screen_the_client"), get("choose_target"));
        }"""
    )
    owner.choose("screen_the_client")
    owner.entry("agency-documentation").fill("说明这家客户是否值得跟进。")
    owner.entry("agency-documentation.en").fill("Say whether the client is worth it.")
    expect(owner.problems()).to_have_count(0)

    # kept, and there again
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("欧文静")
    expect(page.locator("#unsaved")).to_be_hidden()
    owner.open("new_client")
    expect(page.locator("#state")).to_contain_text("欧文静")
    owner.choose("screen_the_client")
    expect(form.locator("textarea[name=opinion]")).to_be_visible()

    # deployed
    version, _ = current(site, "new_client")
    page.locator("#deploy-open").click()
    page.locator("#note-text").fill("加一道预审")
    page.locator("#deploy button[data-primary]").click()
    done = page.locator("#deploy [data-done]")
    expect(done).to_contain_text(f"第 {version + 1} 版已部署")
    expect(done).to_contain_text("1 个案件")
    done.locator("[data-close]").click()
    expect(page.locator("#state")).to_have_text(f"第 {version + 1} 版")
    with database.reading(site.sessions) as session:
        deployed = definitions.current(session, "new_client")
        assert deployed.note == "加一道预审"
        process = definitions.drawing(session, deployed.id).process
        assert process.properties["case.fields"] == "client_name, industry"
        assert drafts.of(session, "new_client") is None

    # what was drawn is what runs; the other case goes on as before
    after = site.records.start("ae", "new_client", client_name="山泉", industry="饮料")
    for case in (number, after):
        site.records.complete("ae", case, "collect_information")
    assert site.records.open_ids(after) == ["screen_the_client"]
    assert site.records.open_ids(number) == ["choose_target"]


def test_it_asks_before_it_saves_over_what_another_saved(site: Site, enter: Enter) -> None:
    mine, theirs = Modeling(enter("owner", **LARGE)), Modeling(enter("admin", **LARGE))
    for one, name in ((mine, "我的"), (theirs, "别人的")):
        one.open("small_order")
        one.visitor.faults.intended.add(409)
        one.choose("fill_order")
        one.page.locator("[data-group-id=group-general] .bio-properties-panel-group-header").click()
        one.entry("name").fill(name)
        expect(one.page.locator("#unsaved")).to_be_visible()
    theirs.save()
    mine.page.locator("#save").click()
    conflict = mine.page.locator("#conflict")
    expect(conflict).to_contain_text("管理")
    conflict.locator("button[data-close]").click()
    expect(mine.page.locator("#unsaved")).to_be_visible()
    mine.page.locator("#save").click()
    conflict.locator("[data-choose=over]").click()
    expect(mine.page.locator("#unsaved")).to_be_hidden()
    with database.reading(site.sessions) as session:
        assert "我的" in drafts.xml(session, "small_order").decode()
    # The other one now takes what is there, and loses their own.
    theirs.entry("name").fill("又是别人的")
    theirs.page.locator("#save").click()
    theirs.page.locator("#conflict [data-choose=theirs]").click()
    expect(theirs.shape("fill_order")).to_contain_text("我的")


def test_it_warns_before_changes_are_lost(owner: Modeling) -> None:
    owner.open("order_sign_off")
    page = owner.page
    assert page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    owner.evaluate(
        "m => m.get('modeling').moveShape(m.get('elementRegistry').filter(e => e.type === 'bpmn:UserTask')[0], { x: 5, y: 0 })"
    )
    expect(page.locator("#unsaved")).to_be_visible()
    assert not page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    page.locator("#undo").click()
    expect(page.locator("#unsaved")).to_be_hidden()
    assert page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def test_it_keeps_what_it_does_not_show(site: Site, owner: Modeling) -> None:
    """What the editor writes is the same procedure: nothing is lost, nothing new is wrong."""
    for file in ALL:
        drawn = diagrams.read((PROCESSES / file).read_bytes())
        (process,) = [p.id for p in drawn.processes if p.executable]
        owner.open(process)
        written = owner.evaluate("m => m.saveXML({ format: true }).then(({ xml }) => xml)")
        _, deployed = current(site, process)
        with database.reading(site.sessions) as session:
            found = drafts.check(session, process, written.encode())
            before = drafts.check(session, process, deployed)
        new = {(p.code, p.element_id) for p in found} - {(p.code, p.element_id) for p in before}
        assert not new, file
        assert _said(written.encode()) == _said(deployed), file
        assert _places(written.encode()) == _places(deployed), file


def _said(xml: bytes) -> dict[str, object]:
    """What a file means: without lines, without the order in which it says it."""
    return {process.id: _plain(asdict(process)) for process in diagrams.read(xml).processes}


def _places(xml: bytes) -> dict[str, list[tuple[float, ...]]]:
    """Where everything is drawn."""
    found = {}
    for node in etree.fromstring(xml).iter("{*}BPMNShape", "{*}BPMNEdge"):
        points = [*node.iterchildren("{*}Bounds"), *node.iterchildren("{*}waypoint")]
        sizes = ("x", "y", "width", "height")
        found[node.get("bpmnElement", "")] = [
            tuple(round(float(point.get(name, "0"))) for name in sizes) for point in points
        ]
    return found


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in ORDER}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def test_it_opens_a_file_from_disk_and_gives_one_back(owner: Modeling, tmp_path: Path) -> None:
    owner.open("order_sign_off")
    page = owner.page
    page.locator("details.menu summary").click()
    with page.expect_download() as download:
        page.locator("#download").click()
    assert download.value.suggested_filename == "order_sign_off.bpmn"
    xml = Path(download.value.path()).read_text(encoding="utf-8")
    changed = tmp_path / "changed.bpmn"
    changed.write_text(xml.replace("</bpmn:process>", "<!-- x --></bpmn:process>"), "utf-8")
    page.locator("#file").set_input_files(changed)
    expect(page.locator("#unsaved")).to_be_visible()
    owner.save()
    nonsense = tmp_path / "nonsense.bpmn"
    nonsense.write_text("<html/>", "utf-8")
    page.locator("#file").set_input_files(nonsense)
    expect(page.locator("#note")).to_be_visible()


def test_it_simulates_and_shows_the_map_in_the_owners_language(owner: Modeling) -> None:
    owner.open("order_sign_off")
    page = owner.page
    expect(page.locator(".djs-minimap .toggle")).to_have_attribute("title", "打开缩略图")
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    toggle = page.locator(".bts-toggle-mode")
    expect(toggle).to_have_text(re.compile("模拟"))
    toggle.click()
    expect(page.locator(".studio-canvas.simulation, .simulation").first).to_be_visible()
    page.locator(".bts-context-pad").first.click()
    expect(page.locator(".bts-notifications, .bts-log").first).to_be_attached()
    toggle.click()
    expect(page.locator(".djs-palette")).to_be_visible()


def test_it_asks_for_what_a_drawing_leaves_open(site: Site, owner: Modeling) -> None:
    _, xml = current(site, "order_sign_off")
    xml = xml.replace(b'"order_sign_off"', b'"Process_1"').replace(
        b'isExecutable="true"', b'isExecutable="false"'
    )
    page = owner.page
    owner.visitor.open("/processes/new-procedure")
    page.locator("#drawing").set_input_files(
        {"name": "x.bpmn", "mimeType": "application/xml", "buffer": xml}
    )
    page.locator("button[value=file]").click()
    expect(page.locator("#studio")).to_have_attribute("data-ready", "yes")
    owner.visitor.faults.intended.add(422)
    page.locator("#deploy-open").click()
    agree = page.locator("#deploy [name=consent]")
    expect(agree).to_have_count(1)
    page.locator("#deploy button[data-primary]").click()
    expect(agree).not_to_be_checked()
    agree.check()
    page.locator("#deploy button[data-primary]").click()
    expect(page.locator("#deploy [data-done]")).to_contain_text("第 1 版已部署")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_begins_a_new_procedure_and_puts_up_no_barriers(enter: Enter, language: str) -> None:
    owner = Modeling(enter("owner", **LARGE))
    page = owner.page
    owner.visitor.open("/processes/")
    owner.visitor.speak(language)
    page.locator('a[href="/processes/new-procedure"]').click()
    page.locator("#name_zh").fill("请假")
    page.locator("#name_en").fill("Leave")
    page.locator("#process_id").fill(f"leave_{language}")
    page.locator("#group").select_option("account_executive")
    page.locator("button[value=draw]").click()
    expect(page.locator("#studio")).to_have_attribute("data-ready", "yes")
    expect(page.locator("#count-errors")).to_be_hidden()
    owner.choose("first_task")
    expect(page.locator("#preview-body")).to_contain_text(
        "First task" if language == "en" else "第一项任务"
    )
    found = Axe().run(page, context={"exclude": [["#canvas"], ["#panel"]]}).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


def test_it_goes_to_the_rehearsal_of_what_is_drawn(site: Site, owner: Modeling) -> None:
    owner.open("work_order")
    page = owner.page
    owner.evaluate(
        """m => {
          const [first] = m.get("elementRegistry").filter(({ type }) => type === "bpmn:UserTask");
          m.get("modeling").updateLabel(first, "改过的任务");
        }"""
    )
    expect(page.locator("#unsaved")).to_be_visible()
    page.locator("#rehearse").click()
    page.wait_for_url("**/processes/work_order/rehearse*")
    with database.reading(site.sessions) as session:
        assert "改过的任务" in drafts.xml(session, "work_order").decode()


def test_it_saves_by_itself_what_follows_a_save(site: Site, owner: Modeling) -> None:
    page = owner.page
    page.clock.install()
    owner.open("presentation")
    for name in ("先存一次", "后来的改动"):
        owner.evaluate(
            """(m, name) => {
              const [first] = m.get("elementRegistry").filter(({ type }) => type === "bpmn:UserTask");
              m.get("modeling").updateLabel(first, name);
            }""",
            name,
        )
        expect(page.locator("#unsaved")).to_be_visible()
        if name == "先存一次":
            page.clock.run_for(60_000)
            expect(page.locator("#unsaved")).to_be_visible()
            page.locator("#save").click()
        else:
            page.clock.run_for(60_000)
        expect(page.locator("#unsaved")).to_be_hidden()
    with database.reading(site.sessions) as session:
        assert "后来的改动" in drafts.xml(session, "presentation").decode()


def test_no_other_page_loads_it(owner: Modeling) -> None:
    for address in ("/", "/processes/", "/processes/new_client", "/cases/"):
        owner.visitor.open(address)
        assert "modeler" not in owner.page.content().replace("/edit", "")
