// The fields of a form, in the words of whoever draws it.
import { TYPES, choices, constraint, fieldProperty, fieldsOf, isOn, subject } from "./dialect.js";
import { buttons, choice, line, lines, tick } from "./entries.js";

const NUMBERS = ["long", "double", "money"];
const TEXTS = ["string", "text", "email"];
const DAYS = ["date", "datetime"];
const OFFERED = ["enum", "checklist", "user"];
const LABELS = {
  string: "One line of text", text: "Several lines of text", long: "Whole number", double: "Number",
  money: "Amount of money", boolean: "Yes or no", date: "Day", datetime: "Day and time",
  enum: "One of a list", checklist: "Any of a list", email: "E-mail address", user: "Person",
  group: "Group of people", file: "Files",
};

export function fieldItems(element, dialect, language) {
  const fields = fieldsOf(subject(element));
  return fields.map((field, index) => ({
    id: `field-${index}`,
    label: (language === "en" && fieldProperty(field, "label.en")) || field.label || field.id || "",
    entries: entries(`field-${index}`, element, field, dialect),
    autoFocusEntry: `field-${index}-label`,
    remove: (event) => {
      event.stopPropagation();
      dialect.removeField(element, field);
    },
  }));
}

function entries(prefix, element, field, dialect) {
  const id = (name) => `${prefix}-${name}`;
  const own = (name, label, more) =>
    line(id(name), label, () => field[name] ?? "", (value) => dialect.setField(element, field, { [name]: value || undefined }), more);
  const said = (name, label, more, make = line) =>
    make(id(name), label, () => fieldProperty(field, name), (value) => dialect.setFieldProperty(element, field, name, value), more);
  const bound = (name, label, more) => {
    const read = () => { const config = constraint(field, name); return config === true ? "" : config; };
    return line(id(name), label, read, (value) => dialect.setConstraint(element, field, name, value), more);
  };
  const on = (name, label) =>
    tick(id(name), label, () => isOn(constraint(field, name)), (value) => dialect.setConstraint(element, field, name, value));
  const type = field.type ?? "string";
  const options = TYPES.includes(type) ? TYPES : [...TYPES, type];
  const list = [
    own("label", "Label (Chinese)"),
    said("label.en", "Label (English)"),
    choice(id("type"), "Type", () => type, (value) => dialect.setField(element, field, { type: value }), {
      options: () => options.map((value) => ({ value, label: LABELS[value] ?? value })),
    }),
    own("id", "Name in the case's data", { hint: "Small English letters, digits and _. Rows of a table: orders[].budget" }),
    on("required", "Must be answered"),
    on("readonly", "Only shown"),
    said("help", "Help (Chinese)", {}, lines),
    said("help.en", "Help (English)", {}, lines),
  ];
  if (["enum", "checklist"].includes(type)) {
    list.push(lines(id("choices"), "Choices", () => choices(field), (text) => dialect.setChoices(element, field, text), {
      hint: "One a line: id = Chinese = English", placeholder: "yes = 同意 = Agreed",
    }));
  }
  if (type === "enum") {
    list.push(tick(id("buttons"), "The choices are the buttons of the form", () => isOn(fieldProperty(field, "buttons")), (value) => dialect.setFieldProperty(element, field, "buttons", value ? "true" : "")));
  }
  if (OFFERED.includes(type)) list.push(said("options", "Choices from the case", { hint: "An expression that gives a list" }));
  if (type === "user") list.push(said("group", "Only members of the group", { hint: "Id of a group" }));
  if (NUMBERS.includes(type) || DAYS.includes(type)) list.push(bound("min", "At least"), bound("max", "At most"));
  if (TEXTS.includes(type)) list.push(bound("minlength", "Fewest characters"), bound("maxlength", "Most characters"), bound("pattern", "Pattern"));
  if (type === "file") {
    list.push(
      said("accept", "Kinds of files", { hint: "Such as .pdf,.docx" }),
      tick(id("multiple"), "Several files", () => isOn(fieldProperty(field, "multiple")), (value) => dialect.setFieldProperty(element, field, "multiple", value ? "true" : "")),
    );
  }
  list.push(own("defaultValue", "Filled in at first", { hint: "A text, or ${expression}" }));
  list.push(said("showIf", "Asked only if", { hint: "An expression, such as amount > 1000" }));
  if (/\[\]\./.test(field.id ?? "")) {
    list.push(
      said("rows.label", "Heading of the table (Chinese)"),
      said("rows.label.en", "Heading of the table (English)"),
      said("rows.min", "Fewest rows"),
      said("rows.max", "Most rows"),
      tick(id("rows"), "Rows cannot be added or removed", () => fieldProperty(field, "rows") === "fixed", (value) => dialect.setFieldProperty(element, field, "rows", value ? "fixed" : "")),
    );
  }
  list.push(buttons(id("move"), [
    { label: "Move up", press: () => dialect.moveField(element, field, -1) },
    { label: "Move down", press: () => dialect.moveField(element, field, 1) },
  ]));
  return list;
}
