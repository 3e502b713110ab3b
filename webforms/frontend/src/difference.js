// Two versions of a drawing side by side: what was added, removed, changed or only moved.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer.js";
import { diff } from "bpmn-js-differ";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./diagram.css";
import "./difference.css";
import { translate, widenLabels } from "./labels.js";

const PADDING = 24;
const FOOT = 26; // room for the mark of bpmn.io, which stays in sight
const SMALLEST = 0.7; // below this the labels cannot be read, so part of the drawing is shown instead
const SIGNS = { added: "+", removed: "−", changed: "≠", moved: "↔" };
const whole = document.querySelector(".difference");
const state = JSON.parse(whole.dataset.state);
const english = document.documentElement.lang === "en";

// What the words below the pictures say counts; the differ knows the flows that they only imply.
function kindsOf(found) {
  const kinds = {};
  for (const id of Object.keys(found._layoutChanged)) kinds[id] = "moved";
  for (const [id, { model }] of Object.entries(found._changed)) {
    if (model.$type === "bpmn:SequenceFlow") kinds[id] = "changed";
  }
  for (const id of Object.keys(found._removed)) kinds[id] = "removed";
  for (const id of Object.keys(found._added)) kinds[id] = "added";
  return { ...kinds, ...state.kinds };
}

async function load(card) {
  const answer = await fetch(card.dataset.drawing, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${card.dataset.drawing}: ${answer.status}`);
  const xml = await answer.text();
  const viewer = new NavigatedViewer({
    container: card.querySelector(".diagram-canvas"),
    zoomScroll: { enabled: false },
    textRenderer: { defaultStyle: { fontFamily: getComputedStyle(document.body).fontFamily } },
  });
  const { rootElement } = await viewer.get("moddle").fromXML(xml); // as it is, before it is translated
  if (english) {
    viewer.on("import.parse.complete", ({ definitions }) => {
      translate(definitions);
      widenLabels(definitions);
    });
  }
  await viewer.importXML(xml);
  const svg = card.querySelector(".djs-container > svg");
  svg?.setAttribute("role", "img");
  svg?.setAttribute("aria-label", card.dataset.label);
  return { card, viewer, definitions: rootElement, side: card.dataset.side };
}

function mark({ viewer, side }, kinds) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  for (const [id, kind] of Object.entries(kinds)) {
    const shape = registry.get(id);
    if (!shape || canvas.getRootElements().includes(shape)) continue;
    if ((side === "old" && kind === "added") || (side === "new" && kind === "removed")) continue;
    canvas.addMarker(id, `diff-${kind}`);
    if (shape.waypoints || shape.children?.length) continue; // a line and a lane show it by themselves
    const html = document.createElement("span");
    html.className = `diff-badge ${kind}`;
    html.textContent = SIGNS[kind];
    html.title = state.words[kind];
    overlays.add(id, { position: { top: -10, left: -10 }, html });
  }
}

// Both show the same place at the same size, and the same plane.
function together(one, other) {
  let following = false;
  const follow = (from, to, act) => () => {
    if (following) return;
    following = true;
    act(from.viewer.get("canvas"), to.viewer.get("canvas"));
    following = false;
  };
  const view = (from, to) => {
    const { x, y, width, height } = from.viewbox();
    to.viewbox({ x, y, width, height });
  };
  const plane = (from, to) => {
    const root = to.getRootElements().find(({ id }) => id === from.getRootElement().id);
    if (root) to.setRootElement(root);
  };
  for (const [from, to] of [[one, other], [other, one]]) {
    from.viewer.on("canvas.viewbox.changed", follow(from, to, view));
    from.viewer.on("root.set", follow(from, to, plane));
  }
}

const boxOf = ({ card }) => card.querySelector(".diagram-canvas");

function inner(sides) {
  const all = sides.map(({ viewer }) => viewer.get("canvas").viewbox().inner).filter(({ width }) => width);
  const x = Math.min(...all.map((box) => box.x));
  const y = Math.min(...all.map((box) => box.y));
  return {
    x, y,
    width: Math.max(...all.map((box) => box.x + box.width)) - x,
    height: Math.max(...all.map((box) => box.y + box.height)) - y,
  };
}

function place(sides, spot, entirely = false) {
  const all = inner(sides);
  const box = boxOf(sides[0]);
  const canvas = sides[0].viewer.get("canvas");
  const room = box.clientHeight - FOOT;
  let scale = Math.min(1, (box.clientWidth - 2 * PADDING) / all.width, (room - 2 * PADDING) / all.height);
  if (!entirely && scale < SMALLEST) scale = SMALLEST;
  const width = box.clientWidth / scale;
  const height = room / scale;
  const along = (start, size, shown, centre) => {
    const pad = PADDING / scale;
    if (size + 2 * pad <= shown) return start - (shown - size) / 2;
    return Math.min(Math.max((centre ?? start) - shown / 2, start - pad), start + size + pad - shown);
  };
  const middle = spot && middleOf(spot);
  canvas.viewbox({
    x: along(all.x, all.width, width, middle?.x),
    y: along(all.y, all.height, height, middle?.y),
    width,
    height: box.clientHeight / scale,
  });
}

function middleOf(shape) {
  if (!shape.waypoints) return { x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 };
  const [first, last] = [shape.waypoints[0], shape.waypoints.at(-1)];
  return { x: (first.x + last.x) / 2, y: (first.y + last.y) / 2 };
}

// The new drawing's shape, else the old one's: what is gone is only there.
function shapeOf(sides, id) {
  for (const { viewer } of [...sides].reverse()) {
    const shape = viewer.get("elementRegistry").get(id);
    if (shape && !viewer.get("canvas").getRootElements().includes(shape)) return { viewer, shape };
  }
  return null;
}

let picked = null;
function pick(sides, id) {
  for (const { viewer } of sides) {
    const [canvas, registry] = [viewer.get("canvas"), viewer.get("elementRegistry")];
    if (picked && registry.get(picked)) canvas.removeMarker(picked, "diff-picked");
    if (registry.get(id)) canvas.addMarker(id, "diff-picked");
  }
  picked = id;
  for (const link of document.querySelectorAll("a[data-element]")) {
    link.toggleAttribute("aria-current", link.dataset.element === id);
  }
}

function go(sides, id) {
  const found = shapeOf(sides, id);
  pick(sides, id);
  if (!found) return;
  const canvas = found.viewer.get("canvas");
  const root = canvas.findRoot(found.shape);
  if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
  const { x, y } = middleOf(found.shape);
  const box = canvas.viewbox();
  canvas.viewbox({ x: x - box.width / 2, y: y - box.height / 2, width: box.width, height: box.height });
}

function wire(sides, kinds) {
  for (const link of document.querySelectorAll("a[data-element]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(sides, link.dataset.element);
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      whole.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    });
  }
  for (const { viewer } of sides) {
    viewer.on("element.click", ({ element }) => {
      const id = element.labelTarget?.id ?? element.id;
      const entry = document.getElementById(`of-${id}`);
      if (!entry) return;
      pick(sides, id);
      entry.closest("details")?.setAttribute("open", "");
      entry.scrollIntoView({ block: "nearest" });
    });
  }
  // What is new or gone is looked for first, then whatever the words begin with.
  const told = [...document.querySelectorAll("a[data-element]")].map((link) => link.dataset.element);
  const first = [...told.filter((id) => ["added", "removed"].includes(kinds[id])), ...told]
    .map((id) => shapeOf(sides, id)?.shape).find((shape) => shape);
  const zoom = sides[1].viewer.get("zoomScroll");
  const actions = {
    closer: () => zoom.stepZoom(1),
    further: () => zoom.stepZoom(-1),
    whole: () => place(sides, null, true),
  };
  for (const button of whole.querySelectorAll("button[data-diagram]")) {
    button.addEventListener("click", () => actions[button.dataset.diagram]());
  }
  whole.querySelector(".diagram-tools").removeAttribute("hidden");
  // A step put in between moves half the drawing: that is shown to who asks for it.
  const moved = whole.querySelector("input[data-moved]");
  const apply = () => whole.classList.toggle("show-moved", moved.checked);
  moved.checked = !Object.values(kinds).some((kind) => kind !== "moved");
  moved.addEventListener("change", apply);
  apply();
  place(sides, first);
  let width = boxOf(sides[0]).clientWidth;
  new ResizeObserver(() => {
    const now = boxOf(sides[0]).clientWidth;
    if (!now || Math.abs(now - width) < 3) return;
    width = now;
    for (const { viewer } of sides) viewer.get("canvas").resized();
    place(sides, first);
  }).observe(whole);
}

async function show() {
  const sides = await Promise.all([...whole.querySelectorAll(".diagram")].map(load));
  const kinds = kindsOf(diff(sides[0].definitions, sides[1].definitions));
  for (const side of sides) mark(side, kinds);
  together(...sides);
  wire(sides, kinds);
  for (const { card } of sides) card.dataset.ready = "yes";
}

show().catch((error) => {
  for (const card of whole.querySelectorAll(".diagram")) card.classList.add("unreadable");
  console.warn(error);
});
