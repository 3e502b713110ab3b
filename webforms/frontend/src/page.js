// Small comforts; every page works without them.
const typing = (node) => node.closest("input, textarea, select, [contenteditable]");

// Wrong answers were found: say so first, to ears as well as eyes.
(document.getElementById("problems") ?? document.getElementById("trouble"))?.focus();

// Selects that filter a list apply themselves.
for (const select of document.querySelectorAll("select[data-apply]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const primary = typing(event.target)?.form?.querySelector("button[data-primary]");
    if (primary) primary.click();
  } else if (event.key === "/" && !typing(event.target)) {
    const search = document.querySelector("input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// Dates are typed; the button beside them opens the browser's own calendar.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-pick]");
  const input = button && document.getElementById(button.dataset.pick);
  if (!input) return;
  const native = document.createElement("input");
  native.type = input.dataset.picker;
  native.className = "picker";
  native.tabIndex = -1;
  native.setAttribute("aria-hidden", "true");
  if (/^\d{4}-\d\d-\d\d/.test(input.value.trim())) native.value = input.value.trim().replace(" ", "T");
  native.addEventListener("change", () => {
    if (!native.value) return;
    input.value = native.value.replace("T", " ");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // Not at once: the page may just be taking it away itself.
  native.addEventListener("blur", () => setTimeout(() => native.remove()));
  button.after(native);
  native.focus();
  native.showPicker?.();
});

// Typed answers are not lost by a slip of the mouse.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let changed = form.dataset.guard === "changed";
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// When the fields cannot be had anew they stay as they are, and the reason stands above them.
function refuse(words) {
  const note = document.getElementById("refusal") ?? document.createElement("div");
  note.id = "refusal";
  note.className = "alert alert-danger";
  note.setAttribute("role", "alert");
  note.textContent = words;
  document.getElementById("fields")?.before(note);
}
document.addEventListener("htmx:response:error", ({ detail }) => {
  const refusal = new DOMParser().parseFromString(detail.ctx.text, "text/html").querySelector("h1");
  refuse(refusal?.textContent ?? `${detail.ctx.response.status}`);
});
document.addEventListener("htmx:error", ({ detail }) => {
  if (!detail.ctx?.response) refuse(document.body.dataset.unreachable);
});
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx.response?.status < 400) document.getElementById("refusal")?.remove();
});

// Back and forward show what was there; a button that sends is not pressed twice by accident.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
