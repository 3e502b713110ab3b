"""Fill in the form that is before one's eyes, as a person would: by what the page shows."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

#: Reads off the page what may be filled in: visible controls, each with what it asks for.
CONTROLS = """
() => {
  const found = new Map();
  for (const node of document.querySelectorAll("#fields input, #fields select, #fields textarea")) {
    if (!node.name || node.type === "hidden" || node.disabled) continue;
    const box = node.closest(".upload, .form-check") ?? node;
    if (!box.getClientRects().length) continue;
    const group = node.closest("fieldset[id]");
    const required = node.required
      || Boolean(group?.querySelector(":scope > legend.required") && node.type === "checkbox")
      || Boolean(node.labels?.[0]?.classList.contains("required"));
    const kind = node.tagName === "INPUT" ? node.type : node.tagName.toLowerCase();
    const filled = kind === "checkbox" || kind === "radio" ? node.checked
      : kind === "file" ? Boolean(node.closest("div[class^=col]").querySelector("input[type=checkbox]:checked"))
      : Boolean(node.value);
    const known = found.get(node.name);
    if (known) {
      // Kept files stand before their control, under the same name.
      if (kind === "file") known.kind = "file";
      known.filled ||= filled;
      known.required ||= required;
      known.values.push(node.value);
    } else {
      found.set(node.name, {
        name: node.name, kind, required, filled,
        picker: node.dataset.picker ?? "", mode: node.inputMode,
        values: kind === "select" ? [...node.options].map((o) => o.value).filter(Boolean) : [node.value],
      });
    }
  }
  return [...found.values()];
}
"""
TEXT = "按客户要求办理"
DAY = "2027-03-01"
FILE = {"name": "提案.pdf", "mimeType": "application/pdf", "buffer": "提案".encode()}


def fill(page: Page, wanted: dict[str, Any]) -> None:
    """Answer what is `wanted`, by the ids of the fields, then all else that must be answered.

    Groups of rows are lists of such answers: rows are added until there are enough.
    """
    flat = _arranged(page, wanted)
    done: set[str] = set()
    while todo := [
        control
        for control in page.evaluate(CONTROLS)
        if control["name"] not in done
        and (control["name"] in flat or (control["required"] and not control["filled"]))
    ]:
        control = todo[0]
        done.add(control["name"])
        answer = flat.pop(control["name"]) if control["name"] in flat else _made_up(control)
        put(page, control, answer)
    assert not flat, f"the form does not ask for {sorted(flat)}"


def put(page: Page, control: dict[str, Any], answer: Any) -> None:
    """Give one control its answer, and wait for what that changes on the page."""
    at = page.locator(f'#fields [name="{control["name"]}"]')
    kind = control["kind"]
    if kind == "file":
        page.locator(f'#fields input[type=file][name="{control["name"]}"]').set_input_files(answer)
    elif kind == "select":
        at.select_option(str(answer))
    elif kind == "radio":
        _of(at, _word(answer)).check()
    elif kind == "checkbox":
        _tick(at, answer)
    else:
        at.fill(str(answer))
        at.blur()
    quiet(page)


def quiet(page: Page) -> None:
    """Wait until the page has taken over the fields that an answer asked for anew."""
    expect(page.locator("html[data-under-way]")).to_have_count(0)


def add_row(page: Page, group: str) -> None:
    """Press the button that adds a row."""
    rows = page.locator(f"#answer-{group} section")
    before = rows.count()
    page.locator(f'button[name="add:{group}"]').click()
    expect(rows).to_have_count(before + 1)
    quiet(page)


def _arranged(page: Page, wanted: dict[str, Any]) -> dict[str, Any]:
    """Name answers as the page names its controls; make the rows that they need."""
    flat: dict[str, Any] = {}
    for name, answer in wanted.items():
        if not (isinstance(answer, list) and answer and isinstance(answer[0], dict)):
            flat[name] = answer
            continue
        while page.locator(f"#answer-{name} section").count() < len(answer):
            add_row(page, name)
        for index, row in enumerate(answer):
            flat |= {f"{name}-{index}-{key}": value for key, value in row.items()}
    return flat


def _made_up(control: dict[str, Any]) -> Any:
    kind = control["kind"]
    if kind == "file":
        return FILE
    if kind == "checkbox":
        return control["values"][:1]
    if kind in ("select", "radio"):
        return control["values"][0]
    if control["picker"]:
        return DAY if control["picker"] == "date" else f"{DAY} 10:00"
    if control["mode"] in ("numeric", "decimal"):
        return "1"
    return "client@example.com" if kind == "email" else TEXT


def _tick(boxes: Locator, answer: Any) -> None:
    if isinstance(answer, bool):
        boxes.set_checked(answer)
        return
    for choice in answer:
        _of(boxes, choice).check()


def _of(boxes: Locator, value: str) -> Locator:
    return boxes.and_(boxes.page.locator(f'[value="{value}"]'))


def _word(answer: Any) -> str:
    return str(answer).lower() if isinstance(answer, bool) else str(answer)
