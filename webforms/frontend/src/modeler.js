// The modeler: draws a procedure, checks it while it is drawn, shows its forms, keeps the draft, deploys.
import Modeler from "bpmn-js/lib/Modeler.js";
import MinimapModule from "diagram-js-minimap";
import TokenSimulationModule from "bpmn-js-token-simulation";
import BehaviorsModule from "camunda-bpmn-js-behaviors/lib/camunda-platform";
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule } from "bpmn-js-properties-panel";
import camunda from "camunda-bpmn-moddle/resources/camunda.json";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "diagram-js-minimap/assets/diagram-js-minimap.css";
import "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css";
import "./modeler/modeler.css";
import { Dialect } from "./modeler/dialect.js";
import { OwnersPanel } from "./modeler/panel.js";
import { Ids, OwnersTools } from "./modeler/tools.js";
import { followSimulation } from "./modeler/chinese.js";
import { askAbout, offerDeploying } from "./modeler/dialogs.js";
import { watchPreview } from "./modeler/preview.js";
import { watchProblems } from "./modeler/problems.js";
import { post } from "./modeler/requests.js";
import chinese from "./modeler/words-zh.js";

const PAUSE = 600; // milliseconds without a change after which the drawing is checked and its form shown
const LATER = 20_000; // milliseconds without a change after which a draft that was saved once is saved again
const page = document.getElementById("studio");
const studio = JSON.parse(page.dataset.studio);
const at = (id) => document.getElementById(id);

const words = studio.language === "zh" ? chinese : {};
function translate(template, replacements = {}) {
  // A type in the panel's head is written like a title, in the dictionaries like a sentence.
  const sentence = template.charAt(0) + template.slice(1).toLowerCase();
  return (words[template] ?? words[sentence] ?? template).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

const modeler = new Modeler({
  container: at("canvas"),
  propertiesPanel: { parent: at("panel") },
  moddleExtensions: { camunda },
  agency: { groups: studio.groups, language: studio.language },
  textRenderer: { defaultStyle: { fontFamily: getComputedStyle(document.body).fontFamily } },
  additionalModules: [
    BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule, BehaviorsModule,
    MinimapModule, TokenSimulationModule,
    { translate: ["value", translate], dialect: ["type", Dialect], ids: ["type", Ids], ownersPanel: ["type", OwnersPanel], ownersTools: ["type", OwnersTools], __init__: ["ownersPanel", "ownersTools"] },
  ],
});

async function xml() {
  return (await modeler.saveXML({ format: true })).xml;
}

// What the drawing was when it was last kept, as a place in the history of changes.
const stack = modeler.get("commandStack");
let kept = -1, known = true, keeps = false;
const changed = () => !known || stack._stackIdx !== kept;

function tell() {
  for (const [id, can] of [["undo", stack.canUndo()], ["redo", stack.canRedo()]]) at(id).disabled = !can;
  page.dataset.changed = changed() ? "yes" : "no";
  at("unsaved").hidden = !changed();
}

function say(text, tone = "success") {
  const note = at("note");
  note.className = `studio-note ${tone}`;
  note.textContent = text;
  note.hidden = false;
}

function remember({ revision, said, definition }, place = stack._stackIdx) {
  studio.definition = definition ?? studio.definition;
  studio.revision = revision;
  studio.replaces = "";
  kept = place;
  known = true;
  if (said) at("state").textContent = said;
  at("discard")?.toggleAttribute("hidden", !revision);
  tell();
}

async function conflict(answer, again) {
  const choice = await askAbout(answer);
  if (choice === "theirs") {
    known = true;
    kept = stack._stackIdx;
    location.assign(studio.urls.edit);
  } else if (choice === "over") {
    studio.revision = answer.revision;
    studio.replaces = "";
    await again();
  }
}

let saving = null;
async function save() {
  if (saving) return saving;
  if (studio.replaces) {
    await conflict({ error: studio.replaces, revision: studio.revision }, save);
    return !changed();
  }
  saving = (async () => {
    const place = stack._stackIdx;
    const answer = await post(studio.urls.save, { revision: studio.revision, definition: studio.definition ?? "" }, await xml(), studio.words.offline);
    saving = null;
    if (answer.status === 409 && answer.revision !== undefined) {
      await conflict(answer, save);
      return !changed();
    }
    if (answer.error) {
      say(answer.error, "danger");
      return false;
    }
    remember(answer, place);
    keeps = true;
    at("note").hidden = true;
    return true;
  })();
  return saving;
}

async function open(text) {
  try {
    await modeler.importXML(text);
  } catch (error) {
    console.info(error);
    say(studio.words.unreadable, "danger");
    return false;
  }
  fit();
  return true;
}

function fit() {
  const canvas = modeler.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const box = canvas.viewbox();
  // Whole if it can be read; else its beginning, at a size that can.
  const scale = Math.min(1, Math.max(0.6, box.scale * 0.94));
  const { inner, outer } = box;
  const x = inner.width * scale < outer.width - 150 ? inner.x - (outer.width / scale - inner.width) / 2 : inner.x - 110 / scale;
  const y = inner.height * scale < outer.height ? inner.y - (outer.height / scale - inner.height) / 2 : inner.y - 30 / scale;
  canvas.viewbox({ x, y, width: outer.width / scale, height: outer.height / scale });
}

async function begin() {
  const answer = await fetch(studio.urls.drawing, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${studio.urls.drawing}: ${answer.status}`);
  if (!(await open(await answer.text()))) return;
  kept = stack._stackIdx;
  modeler.get("ids").freeze();
  if (studio.language === "zh") followSimulation(at("canvas"), words);
  const check = watchProblems(modeler, studio, xml);
  const preview = watchPreview(modeler, studio, xml);
  let pause = 0, later = 0;
  const look = () => { check(); preview(); };
  modeler.on("commandStack.changed", () => {
    tell();
    clearTimeout(pause);
    pause = setTimeout(look, PAUSE);
    // Whoever has saved once means to keep it: what follows is saved without being asked.
    clearTimeout(later);
    later = setTimeout(() => { if (keeps && changed() && !document.querySelector("dialog[open]")) save(); }, LATER);
  });

  at("undo").addEventListener("click", () => stack.undo());
  at("redo").addEventListener("click", () => stack.redo());
  at("save").addEventListener("click", save);
  at("download").addEventListener("click", async () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await xml()], { type: "application/xml" }));
    link.download = studio.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
  at("open").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", async () => {
    const [file] = at("file").files;
    at("file").value = "";
    if (!file || (changed() && !confirm(studio.words.lose))) return;
    if (await open(await file.text())) {
      modeler.get("ids").freeze();
      known = false;
      tell();
      look();
    }
  });
  const deploy = offerDeploying(studio, xml, { check, conflict, saved: (answer) => { keeps = false; remember(answer); } });
  at("deploy-open").addEventListener("click", deploy);
  at("rehearse")?.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!changed() || (await save())) location.assign(studio.urls.rehearse);
  });
  at("discard")?.addEventListener("click", async () => {
    if (!confirm(studio.words.discard)) return;
    const answer = await post(studio.urls.discard, { revision: studio.revision }, "", studio.words.offline);
    if (answer.error) { say(answer.error, "danger"); return; }
    known = true;
    kept = stack._stackIdx;
    location.assign(answer.next);
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    // What is being typed in the panel is taken over when the field is left.
    if (at("panel").contains(document.activeElement)) document.activeElement.blur();
    setTimeout(save, 350);
  });
  addEventListener("beforeunload", (event) => { if (changed()) event.preventDefault(); });
  for (const menu of document.querySelectorAll("details.menu")) {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target) || event.target.closest("button, a")) menu.open = false; });
  }
  tell();
  look();
  page.dataset.ready = "yes";
}

// For whoever looks behind the page, and for tests.
window.agencyflow = { modeler };
begin().catch((error) => {
  console.warn(error);
  say(studio.words.unreadable, "danger");
});
