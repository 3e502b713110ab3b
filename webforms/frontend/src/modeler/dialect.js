// What a drawing says beyond BPMN: read from the model, and written to it as one undoable step each.
import { is } from "bpmn-js/lib/util/ModelUtil.js";

export const TYPES = [
  "string", "text", "long", "double", "money", "boolean", "date", "datetime",
  "enum", "checklist", "email", "user", "group", "file",
];

// What an element's properties stand on: those of a pool, or of the whole drawing, are its procedure's.
export function subject(element) {
  const object = element.businessObject;
  if (is(element, "bpmn:Collaboration")) {
    const processes = (object.participants ?? []).map(({ processRef }) => processRef).filter(Boolean);
    return processes.find(({ isExecutable }) => isExecutable) ?? processes[0] ?? object;
  }
  return is(element, "bpmn:Participant") && object.processRef ? object.processRef : object;
}

function extension(object, type) {
  return object.extensionElements?.values?.find((value) => is(value, type));
}

export function property(object, name) {
  return extension(object, "camunda:Properties")?.values?.find((one) => one.name === name)?.value ?? "";
}

export function fieldsOf(object) {
  return extension(object, "camunda:FormData")?.fields ?? [];
}

export function hasForm(element) {
  return is(element, "bpmn:UserTask") || is(element, "bpmn:StartEvent");
}

export class Dialect {
  static $inject = ["modeling", "bpmnFactory", "ids"];

  constructor(modeling, bpmnFactory, ids) {
    this._ids = ids;
    this._modeling = modeling;
    this._factory = bpmnFactory;
  }

  _make(type, properties, parent) {
    const made = this._factory.create(type, properties);
    made.$parent = parent;
    for (const value of Object.values(properties)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child && typeof child === "object" && child.$type) child.$parent = made;
      }
    }
    return made;
  }

  _update(element, object, properties) {
    this._modeling.updateModdleProperties(element, object, properties);
  }

  // Puts an extension in the place of the one of its type; null takes it away.
  _extend(element, object, type, made) {
    const there = object.extensionElements;
    const values = (there?.values ?? []).filter((value) => !is(value, type));
    if (made) values.push(made);
    const next = values.length ? this._make("bpmn:ExtensionElements", { values }, object) : undefined;
    this._update(element, object, { extensionElements: next });
  }

  set(element, name, value) {
    const object = subject(element);
    const values = [...(extension(object, "camunda:Properties")?.values ?? [])];
    this._extend(element, object, "camunda:Properties", this._properties(values, "name", name, value));
    if (name === "name.en") this._ids.follow(element, value ?? "");
  }

  // A form field's properties have an id where every other property has a name.
  _properties(values, key, name, value) {
    const place = values.findIndex((one) => one[key] === name);
    const made = value ? [this._make("camunda:Property", { [key]: name, value })] : [];
    values.splice(place < 0 ? values.length : place, place < 0 ? 0 : 1, ...made);
    return values.length ? this._make("camunda:Properties", { values }) : undefined;
  }

  document(element, text) {
    const object = subject(element);
    const documentation = text ? [this._make("bpmn:Documentation", { text }, object)] : [];
    this._update(element, object, { documentation });
  }

  setFields(element, fields) {
    const object = subject(element);
    this._extend(
      element, object, "camunda:FormData",
      fields.length ? this._make("camunda:FormData", { fields }) : null,
    );
  }

  addField(element) {
    const fields = fieldsOf(subject(element));
    const known = new Set(fields.map((field) => field.id));
    let number = fields.length + 1;
    while (known.has(`field_${number}`)) number += 1;
    const made = this._make("camunda:FormField", { id: `field_${number}`, type: "string" });
    this.setFields(element, [...fields, made]);
  }

  moveField(element, field, by) {
    const fields = [...fieldsOf(subject(element))];
    const from = fields.indexOf(field);
    if (from + by < 0 || from + by >= fields.length) return;
    fields.splice(from, 1);
    fields.splice(from + by, 0, field);
    this.setFields(element, fields);
  }

  removeField(element, field) {
    this.setFields(element, fieldsOf(subject(element)).filter((one) => one !== field));
  }

  setField(element, field, properties) {
    this._update(element, field, properties);
  }

  setFieldProperty(element, field, name, value) {
    const properties = this._properties([...(field.properties?.values ?? [])], "id", name, value);
    if (properties) properties.$parent = field;
    this._update(element, field, { properties });
  }

  // `config` is the constraint's text, true for one that is merely on, empty for none.
  setConstraint(element, field, name, config) {
    const constraints = (field.validation?.constraints ?? []).filter((one) => one.name !== name);
    if (config) {
      const said = config === true ? { name } : { name, config };
      constraints.push(this._make("camunda:Constraint", said));
    }
    const validation = constraints.length ? this._make("camunda:Validation", { constraints }, field) : undefined;
    this._update(element, field, { validation });
  }

  // Choices as lines of `id = 中文 = English`.
  setChoices(element, field, text) {
    const values = [], english = [];
    for (const line of text.split("\n")) {
      const [id, name, nameEn] = line.split("=").map((part) => part.trim());
      if (!id) continue;
      values.push(this._make("camunda:Value", { id, name: name || id }));
      if (nameEn) english.push(this._make("camunda:Property", { id: `value.${id}.en`, value: nameEn }));
    }
    const others = (field.properties?.values ?? []).filter((one) => !/^value\..*\.en$/.test(one.id ?? ""));
    const all = [...others, ...english];
    const properties = all.length ? this._make("camunda:Properties", { values: all }, field) : undefined;
    for (const value of values) value.$parent = field;
    this._update(element, field, { values, properties });
  }
}

export function fieldProperty(field, name) {
  return field.properties?.values?.find((one) => one.id === name)?.value ?? "";
}

export function constraint(field, name) {
  const found = field.validation?.constraints?.find((one) => one.name === name);
  return found ? found.config ?? true : "";
}

// In Camunda a constraint without a config is on.
export function isOn(value) {
  return Boolean(value) && !["false", "no", "0"].includes(String(value).trim().toLowerCase());
}

export function choices(field) {
  return (field.values ?? []).map((value) => {
    const english = fieldProperty(field, `value.${value.id}.en`);
    return [value.id, value.name ?? "", ...(english ? [english] : [])].join(" = ");
  }).join("\n");
}
