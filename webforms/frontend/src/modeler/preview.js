// The form of the chosen element as staff will see it, rendered by the server from what is drawn.
import { hasForm } from "./dialect.js";
import { latest, post } from "./requests.js";

export function watchPreview(modeler, studio, xml) {
  const body = document.getElementById("preview-body");
  const buttons = [...document.querySelectorAll("#preview-languages button")];
  let shown = null; // the element whose form is shown
  let language = studio.language;
  let sent = null; // what was typed into the form, when it is asked for again with that

  const render = latest(async () => {
    if (!shown || !modeler.get("elementRegistry").get(shown.id)) {
      shown = null;
      body.replaceChildren(document.getElementById("preview-nothing").content.cloneNode(true));
      delete body.dataset.element;
      return;
    }
    const element = shown.id;
    const form = sent ?? new FormData();
    const parameters = { element, language, ...(sent ? { sent: "yes" } : {}) };
    sent = null;
    form.append("_drawing", new Blob([await xml()], { type: "application/xml" }), "drawing.bpmn");
    const answer = await post(studio.urls.preview, parameters, form, studio.words.offline);
    if (shown?.id !== element) return;
    const focus = body.contains(document.activeElement) ? document.activeElement.name : "";
    if (answer.html !== undefined) body.innerHTML = answer.html;
    else {
      const note = document.createElement("p");
      note.className = "text-secondary m-0";
      note.textContent = answer.error;
      body.replaceChildren(note);
    }
    body.lang = language === "zh" ? "zh-CN" : "en";
    body.dataset.element = element;
    body.dataset.rendered = String(Number(body.dataset.rendered ?? 0) + 1);
    if (focus) body.querySelector(`[name="${CSS.escape(focus)}"]`)?.focus();
  });

  // The form answers as it will: what depends on an answer comes and goes, rows too, and what is wrong is said.
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    sent = new FormData(event.target, event.submitter);
    render();
  });
  body.addEventListener("change", (event) => {
    if (!event.target.form || event.target.type === "file") return;
    sent = new FormData(event.target.form);
    sent.append("action", "refresh");
    render();
  });
  body.addEventListener("click", (event) => { if (event.target.closest("a")) event.preventDefault(); });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      language = button.value;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      render();
    });
  }
  modeler.on("selection.changed", ({ newSelection }) => {
    const element = newSelection.length === 1 ? newSelection[0].labelTarget ?? newSelection[0] : null;
    if (!element || !hasForm(element) || element === shown) return; // the last form stays in sight
    shown = element;
    render();
  });
  return render;
}
