// Shows a case on its drawing: where it has been, where it is, what failed.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer.js";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./diagram.css";
import { translate, widenLabels } from "./labels.js";

const PADDING = 28;
const HEAD = 24; // room for the buttons
const HEAD_NARROW = 64; // the way back to the whole stands on a line of its own
const NARROW = 520;
const FOOT = 26; // room for the mark of bpmn.io, which stays in sight
const SMALLEST = 0.62; // below this the labels cannot be read, so part of the drawing is shown instead

// What waits inside a closed sub-process is shown on the sub-process too.
function raised(viewer, here) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const sums = {};
  for (const [id, count] of Object.entries(here)) {
    let shape = registry.get(id);
    while (shape) {
      sums[shape.id] = (sums[shape.id] ?? 0) + count;
      const root = canvas.findRoot(shape);
      const closed = root?.businessObject && registry.get(root.businessObject.id);
      shape = closed === root || root === shape ? null : closed; // the outermost plane stands for nothing
    }
  }
  return sums;
}

// The plane that matters: that of the task at hand.
function openPlane(viewer, state) {
  const canvas = viewer.get("canvas");
  const shape = state.focus && viewer.get("elementRegistry").get(state.focus);
  const root = shape && canvas.findRoot(shape);
  if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
}

function mark(viewer, state) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  const badge = (id, kind, text, title) => {
    const html = document.createElement("span");
    html.className = `here-badge ${kind}`;
    html.textContent = text;
    html.title = title;
    overlays.add(id, { position: { top: -11, left: -11 }, html });
  };
  const been = new Set([...(state.visited ?? []), ...Object.keys(state.here ?? {})]);
  // Of the flows into a join only the last is told: the others were taken once it was passed.
  for (const { id, source, target } of registry.getAll()) {
    if (target?.type !== "bpmn:ParallelGateway" || !been.has(target.id)) continue;
    if (been.has(source.id) && !(source.id in (state.here ?? {}))) been.add(id);
  }
  for (const id of been) if (registry.get(id)) canvas.addMarker(id, "visited");
  for (const [id, count] of Object.entries(raised(viewer, state.here ?? {}))) {
    canvas.removeMarker(id, "visited");
    canvas.addMarker(id, "here");
    badge(id, "here", String(count), state.words.here);
  }
  for (const id of state.never ?? []) if (registry.get(id)) canvas.addMarker(id, "never");
  for (const id of state.failed ?? []) {
    if (!registry.get(id)) continue;
    canvas.addMarker(id, "failed");
    badge(id, "failed", "!", state.words.failed);
  }
  if (state.focus && registry.get(state.focus)) canvas.addMarker(state.focus, "focus");
}

// Whole when it can be read whole; else as large as needed, at the place that matters.
function place(viewer, box, state, whole = false) {
  const canvas = viewer.get("canvas");
  const all = canvas.viewbox().inner;
  const width = box.clientWidth;
  const nested = canvas.getRootElement().type === "bpmn:SubProcess";
  const head = nested && width < NARROW ? HEAD_NARROW : HEAD;
  const fit = (width - 2 * PADDING) / all.width;
  const room = document.fullscreenElement ? box.clientHeight : Math.min(560, Math.max(300, innerHeight * 0.62));
  const most = document.fullscreenElement ? 2 : 1;
  let scale = Math.min(most, fit, (room - 2 * PADDING - head - FOOT) / all.height);
  if (!whole && scale < SMALLEST) scale = SMALLEST;
  if (!document.fullscreenElement) {
    box.style.height = `${Math.round(Math.min(room, all.height * scale + 2 * PADDING + head + FOOT))}px`;
    canvas.resized();
  }
  const view = { width: width / scale, height: (box.clientHeight - head - FOOT) / scale };
  const registry = viewer.get("elementRegistry");
  const root = canvas.getRootElement();
  const spot = [state.focus, ...Object.keys(raised(viewer, state.here ?? {}))]
    .map((id) => registry.get(id)).find((shape) => shape && canvas.findRoot(shape) === root);
  const along = (start, size, shown, centre) => {
    const pad = PADDING / scale;
    if (size + 2 * pad <= shown) return start - (shown - size) / 2;
    const wanted = (centre ?? start) - shown / 2;
    return Math.min(Math.max(wanted, start - pad), start + size + pad - shown);
  };
  canvas.viewbox({
    x: along(all.x, all.width, view.width, spot && spot.x + spot.width / 2),
    y: along(all.y, all.height, view.height, spot && spot.y + spot.height / 2) - head / scale,
    width: view.width,
    height: box.clientHeight / scale,
  });
}

// A finger moves the drawing sideways and still scrolls the page.
function touch(viewer, box) {
  let last = null;
  box.addEventListener("pointerdown", (event) => { last = event.pointerType === "touch" ? event : null; });
  box.addEventListener("pointermove", (event) => {
    if (!last) return;
    viewer.get("canvas").scroll({ dx: event.clientX - last.clientX, dy: 0 });
    last = event;
  });
  for (const name of ["pointerup", "pointercancel"]) box.addEventListener(name, () => { last = null; });
}

async function show(card) {
  const box = card.querySelector(".diagram-canvas");
  const state = JSON.parse(card.dataset.state);
  const viewer = new NavigatedViewer({
    container: box,
    zoomScroll: { enabled: false },
    textRenderer: { defaultStyle: { fontFamily: getComputedStyle(document.body).fontFamily } },
  });
  if (document.documentElement.lang === "en") {
    viewer.on("import.parse.complete", ({ definitions }) => {
      translate(definitions);
      widenLabels(definitions);
    });
  }
  const answer = await fetch(card.dataset.drawing, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${card.dataset.drawing}: ${answer.status}`);
  await viewer.importXML(await answer.text());
  const svg = box.querySelector(".djs-container > svg");
  svg?.setAttribute("role", "img");
  svg?.setAttribute("aria-label", card.dataset.label);
  mark(viewer, state);
  openPlane(viewer, state);
  place(viewer, box, state);
  touch(viewer, box);
  viewer.on("root.set", () => setTimeout(() => place(viewer, box, state)));
  const zoom = viewer.get("zoomScroll");
  const actions = {
    closer: () => zoom.stepZoom(1),
    further: () => zoom.stepZoom(-1),
    whole: () => place(viewer, box, state, true),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : card.requestFullscreen()),
  };
  for (const button of card.querySelectorAll("button[data-diagram]")) {
    button.addEventListener("click", () => actions[button.dataset.diagram]());
  }
  // What the page lists it also shows on the drawing.
  for (const button of document.querySelectorAll("button[data-element]")) {
    button.addEventListener("click", () => {
      if (state.focus && viewer.get("elementRegistry").get(state.focus)) viewer.get("canvas").removeMarker(state.focus, "focus");
      state.focus = button.dataset.element;
      if (!viewer.get("elementRegistry").get(state.focus)) return;
      viewer.get("canvas").addMarker(state.focus, "focus");
      openPlane(viewer, state);
      place(viewer, box, state);
      card.scrollIntoView({ block: "nearest" });
    });
  }
  card.querySelector(".diagram-tools")?.removeAttribute("hidden");
  card.addEventListener("fullscreenchange", () => { canvasResized(viewer); place(viewer, box, state); });
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth && Math.abs(box.clientWidth - width) > 2) {
      width = box.clientWidth;
      canvasResized(viewer);
      place(viewer, box, state);
    }
  }).observe(card);
  card.dataset.ready = "yes";
}

function canvasResized(viewer) {
  viewer.get("canvas").resized();
}

// Drawings below the fold, or folded away, are read when they come into sight.
const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    show(target).catch((error) => {
      target.classList.add("unreadable");
      console.warn(error);
    });
  }
}, { rootMargin: "300px" });
for (const card of document.querySelectorAll(".diagram")) sight.observe(card);
