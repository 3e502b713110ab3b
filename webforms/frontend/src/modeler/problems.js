// What a check finds: on the elements, and in a list that leads to them.
import { latest, post } from "./requests.js";

const TYPE = "agency-problem";

// What only has to be agreed to is asked when it is deployed.
const tone = ({ severity, consent }) => (severity === "error" && consent ? "agreement" : severity);

export function watchProblems(modeler, studio, xml) {
  const overlays = modeler.get("overlays");
  const registry = modeler.get("elementRegistry");
  const canvas = modeler.get("canvas");
  const list = document.getElementById("problem-list");

  // A procedure without a shape of its own is shown on its pool.
  const shape = (id) => registry.get(id) ?? registry.find((one) => one.businessObject?.processRef?.id === id);

  function go(id) {
    const target = shape(id);
    if (!target) return;
    const root = canvas.findRoot(target);
    if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
    modeler.get("selection").select(target);
    canvas.scrollToElement(target, { top: 60, bottom: 60, left: 100, right: 80 });
  }

  function mark(problems) {
    overlays.remove({ type: TYPE });
    const found = new Map();
    for (const problem of problems) {
      const target = problem.element && shape(problem.element);
      if (target) found.set(target, [...(found.get(target) ?? []), problem]);
    }
    for (const [target, mine] of found) {
      const html = document.createElement("button");
      const kind = mine.some((one) => tone(one) === "error") ? "error" : "warning";
      html.type = "button";
      html.className = `problem-mark ${kind}`;
      html.textContent = kind === "error" ? "!" : "?";
      html.title = mine.map(({ text }) => text).join("\n");
      html.setAttribute("aria-label", html.title);
      html.addEventListener("click", () => { go(target.id); show(target); });
      const position = target.waypoints ? { top: -24, left: 0 } : { top: -11, right: 11 };
      overlays.add(target, TYPE, { position, html });
    }
  }

  function show(target) {
    for (const row of list.querySelectorAll("li")) row.classList.toggle("chosen", shape(row.dataset.element) === target);
    list.querySelector("li.chosen")?.scrollIntoView({ block: "nearest" });
  }

  function write(problems) {
    list.replaceChildren(...problems.map((problem) => {
      const row = document.createElement("li");
      row.className = tone(problem);
      row.dataset.element = problem.element;
      row.dataset.code = problem.code;
      const button = document.createElement("button");
      button.type = "button";
      const name = document.createElement("strong");
      name.textContent = problem.label;
      button.append(name, ` ${problem.text}`);
      button.addEventListener("click", () => go(problem.element));
      row.append(button);
      return row;
    }));
    const count = (kind) => problems.filter((one) => tone(one) === kind).length;
    const counts = { errors: count("error"), agreements: count("agreement"), warnings: count("warning") };
    for (const [name, number] of Object.entries(counts)) {
      const badge = document.getElementById(`count-${name}`);
      badge.hidden = !number;
      badge.querySelector("span").textContent = number;
    }
    document.getElementById("no-problems").hidden = problems.length > 0;
  }

  const check = latest(async () => {
    const answer = await post(studio.urls.check, {}, await xml(), studio.words.offline);
    const panel = document.getElementById("problems");
    const trouble = document.getElementById("check-trouble");
    trouble.hidden = !answer.error;
    trouble.textContent = answer.error ?? "";
    if (answer.problems) {
      mark(answer.problems);
      write(answer.problems);
    }
    panel.dataset.checked = String(Number(panel.dataset.checked ?? 0) + 1);
  });

  modeler.on("selection.changed", ({ newSelection }) => show(newSelection[0]));
  return check;
}
