// The palette and the pad beside an element make tasks of people: nearly every task here is one.
import { is } from "bpmn-js/lib/util/ModelUtil.js";

const PRIORITY = 500; // after the editor's own entries are there
const TASK = { type: "bpmn:UserTask" };

export class OwnersTools {
  static $inject = ["contextPad", "palette", "create", "elementFactory", "autoPlace", "translate"];

  constructor(contextPad, palette, create, elementFactory, autoPlace, translate) {
    Object.assign(this, { _create: create, _factory: elementFactory, _place: autoPlace, _translate: translate });
    contextPad.registerProvider(PRIORITY, this);
    palette.registerProvider(PRIORITY, this);
  }

  _entry(group, title, action) {
    return { group, className: "bpmn-icon-user-task", title: this._translate(title), action };
  }

  getContextPadEntries(element) {
    return (entries) => {
      if (!entries["append.append-task"]) return entries;
      const drag = (event) => this._create.start(event, this._factory.createShape(TASK), { source: element });
      const click = () => this._place.append(element, this._factory.createShape(TASK));
      return { ...entries, "append.append-task": this._entry("model", "Append user task", { dragstart: drag, click }) };
    };
  }

  getPaletteEntries() {
    return (entries) => {
      const start = (event) => this._create.start(event, this._factory.createShape(TASK));
      const made = this._entry("activity", "Create user task", { dragstart: start, click: start });
      return Object.fromEntries(Object.entries(entries).map(([name, entry]) => (name === "create.task" ? [name, made] : [name, entry])));
    };
  }
}

// New elements are called as they are named in English, as long as they were not there when the page was opened.
export class Ids {
  static $inject = ["elementRegistry", "modeling"];

  constructor(elementRegistry, modeling) {
    this._registry = elementRegistry;
    this._modeling = modeling;
    this._frozen = new Set();
  }

  // What is drawn by now keeps its ids.
  freeze() {
    this._frozen = new Set(this._registry.getAll().map(({ id }) => id));
  }

  follow(element, name) {
    if (!is(element, "bpmn:FlowNode") || this._frozen.has(element.id)) return;
    const wanted = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 50);
    if (!wanted || wanted === element.id) return;
    let id = wanted;
    for (let number = 2; this._registry.get(id) && this._registry.get(id) !== element; number += 1) id = `${wanted}_${number}`;
    if (id !== element.id) this._modeling.updateProperties(element, { id });
  }
}
