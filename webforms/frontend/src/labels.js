// The drawing carries both languages; the one that is not its own stands in a property.
function nameInEnglish(element) {
  for (const extension of element.extensionElements?.values ?? []) {
    if (extension.$type !== "camunda:properties") continue;
    for (const property of extension.$children ?? extension.values ?? []) {
      if (property.name === "name.en" && property.value) return property.value;
    }
  }
  return null;
}

export function translate(element, seen = new Set()) {
  if (!element || typeof element !== "object" || seen.has(element)) return;
  seen.add(element);
  const name = nameInEnglish(element);
  if (name) element.name = name;
  for (const key of ["rootElements", "flowElements", "artifacts", "laneSets", "lanes", "participants", "messageFlows"]) {
    for (const child of element[key] ?? []) translate(child, seen);
  }
  translate(element.childLaneSet, seen);
  // A pool is named as the procedure in it, unless it says otherwise.
  if (element.processRef && !name) element.name = nameInEnglish(element.processRef) ?? element.name;
}

// English words are longer: their labels get room around the same middle.
const ROOM = 90;
export function widenLabels(definitions) {
  for (const { plane } of definitions.diagrams ?? []) {
    for (const { label } of plane?.planeElement ?? []) {
      const bounds = label?.bounds;
      if (!bounds || bounds.width >= ROOM) continue;
      bounds.x -= (ROOM - bounds.width) / 2;
      bounds.width = ROOM;
    }
  }
}
