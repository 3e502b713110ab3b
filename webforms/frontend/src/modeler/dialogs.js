// The dialogs: somebody saved in between; deploy.
import { post } from "./requests.js";

function said(tag, name, text) {
  const node = document.createElement(tag);
  const strong = document.createElement("strong");
  strong.textContent = name;
  node.append(...(name ? [strong, " "] : []), text);
  return node;
}

const open = (id) => {
  const dialog = document.getElementById(id);
  if (!dialog.open) dialog.showModal();
  return dialog;
};

for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

// Somebody else's draft is in the way: asks what to do; gives "over", "theirs" or "".
export function askAbout(conflict) {
  const dialog = open("conflict");
  dialog.querySelector("[data-said]").textContent = conflict.error;
  dialog.returnValue = "";
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
for (const button of document.querySelectorAll("#conflict [data-choose]")) {
  button.addEventListener("click", () => button.closest("dialog").close(button.dataset.choose));
}

export function offerDeploying(studio, xml, { check, saved, conflict }) {
  const dialog = document.getElementById("deploy");
  const errors = dialog.querySelector("[data-errors]");
  const consents = dialog.querySelector("[data-consents]");
  const trouble = dialog.querySelector("[data-trouble]");
  const sending = dialog.querySelector("form");
  const done = dialog.querySelector("[data-done]");

  function refuse(answer) {
    trouble.hidden = !answer.error;
    trouble.textContent = answer.error ?? "";
    const problems = (answer.problems ?? []).filter(({ severity }) => severity === "error");
    const wrong = problems.filter(({ consent }) => !consent);
    errors.replaceChildren(...wrong.map((problem) => said("li", problem.label, problem.text)));
    dialog.querySelector("[data-wrong]").hidden = !wrong.length;
    // What may be deployed once somebody agrees to how it is understood: one tick for each kind.
    const ticked = new Set(new FormData(sending).getAll("consent"));
    const kinds = new Map(problems.filter(({ consent }) => consent).map((problem) => [problem.consent, problem.agree]));
    for (const box of consents.querySelectorAll("input:checked")) kinds.set(box.value, kinds.get(box.value) ?? box.dataset.agree);
    consents.querySelector("div").replaceChildren(...[...kinds].map(([consent, agree]) => {
      const label = document.createElement("label");
      label.className = "form-check";
      const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "consent", value: consent, className: "form-check-input", checked: ticked.has(consent) });
      box.dataset.agree = agree;
      const words = said("span", "", agree);
      words.className = "form-check-label";
      label.append(box, words);
      return label;
    }));
    consents.hidden = !kinds.size;
    sending.querySelector("[data-primary]").disabled = wrong.length > 0;
  }

  sending.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = sending.querySelector("[data-primary]");
    button.disabled = true;
    const data = new FormData(sending);
    const parameters = { revision: studio.revision, seen: studio.seen, note: data.get("note"), redeploy: data.getAll("redeploy"), consent: data.getAll("consent") };
    const answer = await post(studio.urls.deploy, parameters, await xml(), studio.words.offline);
    button.disabled = false;
    if (answer.status === 409 && answer.revision !== undefined) {
      dialog.close();
      await conflict(answer, () => open("deploy"));
      return;
    }
    if (answer.error) {
      // Whoever has been told of a newer version may deploy over it.
      studio.seen = answer.seen ?? studio.seen;
      // Nothing but ticks is missing: the boxes say so better than the sentence.
      const others = (answer.problems ?? []).filter(({ severity, consent }) => severity === "error" && !consent);
      refuse(answer.problems && !others.length ? { problems: answer.problems } : answer);
      check();
      return;
    }
    sending.hidden = true;
    done.hidden = false;
    done.querySelector("[data-said]").innerHTML = answer.html;
    studio.seen = answer.seen;
    saved({ revision: 0, said: answer.said, definition: answer.definition });
  });

  dialog.addEventListener("close", () => {
    sending.hidden = false;
    done.hidden = true;
  });
  return async function begin() {
    // Deploying lets the draft go: of one that is not this drawing, ask first.
    if (studio.replaces) {
      await conflict({ error: studio.replaces, revision: studio.revision }, begin);
      return;
    }
    refuse({});
    open("deploy");
    refuse(await post(studio.urls.check, {}, await xml(), studio.words.offline));
  };
}
