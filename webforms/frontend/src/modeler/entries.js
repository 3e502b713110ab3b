// Entries of the properties panel, made from what they are called, read and write.
import { h } from "@bpmn-io/properties-panel/preact";
import {
  CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from "@bpmn-io/properties-panel";
import { useService } from "bpmn-js-properties-panel";

function words(props) {
  const translate = useService("translate");
  return {
    element: props.element,
    id: props.id,
    label: translate(props.label),
    description: props.hint ? translate(props.hint) : undefined,
    getValue: props.read,
    setValue: props.write,
  };
}

function Line(props) {
  const debounce = useService("debounceInput");
  return h(TextFieldEntry, { ...words(props), debounce, validate: props.validate });
}

function Lines(props) {
  const debounce = useService("debounceInput");
  return h(TextAreaEntry, { ...words(props), debounce, rows: 3, autoResize: true, placeholder: props.placeholder });
}

function Tick(props) {
  return h(CheckboxEntry, words(props));
}

function Choice(props) {
  const translate = useService("translate");
  const getOptions = () => props.options().map(({ value, label }) => ({ value, label: translate(label) }));
  return h(SelectEntry, { ...words(props), getOptions });
}

function Buttons(props) {
  const translate = useService("translate");
  return h("div", { class: "bio-properties-panel-entry field-buttons" }, props.buttons.map(({ label, press }) =>
    h("button", { type: "button", onClick: press }, translate(label))));
}

const made = (component, isEdited) => (id, label, read, write, more = {}) =>
  ({ id, component, isEdited, label, read, write, ...more });

export const line = made(Line, isTextFieldEntryEdited);
export const lines = made(Lines, isTextAreaEntryEdited);
export const tick = made(Tick, isCheckboxEntryEdited);
export const choice = made(Choice, isSelectEntryEdited);
export const buttons = (id, list) => ({ id, component: Buttons, buttons: list });
