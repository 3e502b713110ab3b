// The dialogs: somebody saved in between; deploy.
import { post } from "./requests.js";

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
  const trouble = dialog.querySelector("[data-trouble]");
  const sending = dialog.querySelector("form");
  const done = dialog.querySelector("[data-done]");

  function refuse(answer) {
    trouble.hidden = !answer.error;
    trouble.textContent = answer.error ?? "";
    errors.replaceChildren(...(answer.problems ?? []).filter(({ severity }) => severity === "error").map((problem) => {
      const row = document.createElement("li");
      const name = document.createElement("strong");
      name.textContent = problem.label;
      row.append(name, ` ${problem.text}`);
      return row;
    }));
  }

  sending.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = sending.querySelector("[data-primary]");
    button.disabled = true;
    const data = new FormData(sending);
    const parameters = { revision: studio.revision, note: data.get("note"), redeploy: data.getAll("redeploy"), consent: data.getAll("consent") };
    const answer = await post(studio.urls.deploy, parameters, await xml(), studio.words.offline);
    button.disabled = false;
    if (answer.status === 409 && answer.revision !== undefined) {
      dialog.close();
      await conflict(answer, () => open("deploy"));
      return;
    }
    if (answer.error) {
      refuse(answer);
      check();
      return;
    }
    sending.hidden = true;
    done.hidden = false;
    done.querySelector("[data-said]").innerHTML = answer.html;
    saved({ revision: 0, said: answer.said, definition: answer.definition });
  });

  dialog.addEventListener("close", () => {
    sending.hidden = false;
    done.hidden = true;
  });
  return () => {
    refuse({});
    open("deploy");
  };
}
