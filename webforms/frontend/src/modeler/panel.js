// Groups of the properties panel for what an owner writes in a drawing of ours.
import { Group, ListGroup } from "@bpmn-io/properties-panel";
import { is, isAny } from "bpmn-js/lib/util/ModelUtil.js";
import { fieldsOf, hasForm, property, subject } from "./dialect.js";
import { choice, line, lines, tick } from "./entries.js";
import { fieldItems } from "./fields.js";

// After Camunda's own provider, whose groups are then there to be sorted out.
const PRIORITY = 300;
// Written for another engine, or written here in a friendlier way.
const LEFT_OUT = new Set([
  "documentation", "CamundaPlatform__Documentation", "CamundaPlatform__Form", "CamundaPlatform__FormData",
  "CamundaPlatform__AsynchronousContinuations", "CamundaPlatform__JobExecution", "CamundaPlatform__CandidateStarter",
  "CamundaPlatform__FieldInjection", "CamundaPlatform__Tasklist", "CamundaPlatform__ExecutionListener",
  "CamundaPlatform__TaskListener", "CamundaPlatform__ConnectorInput", "CamundaPlatform__ConnectorOutput",
  "CamundaPlatform__StartInitiator", "CamundaPlatform__BusinessKey", "CamundaPlatform__ProcessVariables",
]);
const PEOPLE = ["bpmn:UserTask", "bpmn:ManualTask"];
const ACTIVITIES = ["bpmn:Task", "bpmn:SubProcess", "bpmn:CallActivity"];

function isProcedure(element) {
  return is(subject(element), "bpmn:Process");
}

const CARRYING = ["bpmn:ErrorEventDefinition", "bpmn:EscalationEventDefinition", "bpmn:SignalEventDefinition"];

function sendsOrReceives(element) {
  if (isAny(element, ["bpmn:SendTask", "bpmn:ReceiveTask"])) return true;
  return (element.businessObject.eventDefinitions ?? []).some((one) => is(one, "bpmn:MessageEventDefinition"));
}

// Errors, escalations and signals carry something too, to whoever catches them.
function carries(element) {
  return (element.businessObject.eventDefinitions ?? []).some((one) => isAny(one, CARRYING));
}

function throws(element) {
  return isAny(element, ["bpmn:SendTask", "bpmn:ThrowEvent"]);
}

function tasksBut(element, registry, language) {
  return registry.filter((other) => isAny(other, PEOPLE) && other !== element && other.type !== "label")
    .map((other) => ({ value: other.id, label: (language === "en" && property(other.businessObject, "name.en")) || other.businessObject.name || other.id }));
}

export class OwnersPanel {
  static $inject = ["propertiesPanel", "translate", "dialect", "modeling", "elementRegistry", "eventBus", "config.agency"];

  constructor(propertiesPanel, translate, dialect, modeling, elementRegistry, eventBus, agency) {
    this._translate = translate;
    this._dialect = dialect;
    this._modeling = modeling;
    this._registry = elementRegistry;
    this._bus = eventBus;
    this._agency = agency;
    propertiesPanel.registerProvider(PRIORITY, this);
  }

  getGroups(element) {
    return (groups) => {
      const kept = groups.filter((group) => !LEFT_OUT.has(group.id));
      const own = this._own(element).filter((group) => group.items || group.entries.length);
      const place = kept.findIndex((group) => group.id === "general") + 1;
      kept.splice(place, 0, ...own);
      // The stock lists ask no translator for their buttons.
      return kept.map((group) => ({ ...group, translate: this._translate }));
    };
  }

  _own(element) {
    if (element.type === "label" || !element.businessObject) return [];
    return [
      this._group("words", "Words", this._words(element)),
      this._form(element),
      this._group("work", "How it is done", this._work(element)),
      this._group("lane", "Whose lane", this._lane(element)),
      this._group("case", "The case", this._case(element)),
      this._group("message", "What is carried", this._message(element)),
      this._group("several", "Results of each run", this._several(element)),
    ].filter(Boolean);
  }

  _group(id, label, entries) {
    return { id: `agency-${id}`, label: this._translate(label), component: Group, entries, shouldOpen: ["words", "lane"].includes(id) };
  }

  _said(element, name, label, more = {}, make = line) {
    const dialect = this._dialect;
    return make(`agency-${name}`, label, () => property(subject(element), name), (value) => dialect.set(element, name, value), more);
  }

  _switch(element, name, label, hint) {
    const dialect = this._dialect;
    return tick(`agency-${name}`, label, () => property(subject(element), name) === "true", (value) => dialect.set(element, name, value ? "true" : ""), { hint });
  }

  _words(element) {
    const entries = [this._said(element, "name.en", "Name (English)")];
    if (isAny(element, ["bpmn:FlowNode"]) || isProcedure(element)) {
      const read = () => subject(element).documentation?.[0]?.text ?? "";
      entries.push(
        lines("agency-documentation", "Help (Chinese)", read, (text) => this._dialect.document(element, text)),
        this._said(element, "documentation.en", "Help (English)", {}, lines),
      );
    }
    if (isAny(element, [...PEOPLE, "bpmn:StartEvent"])) {
      entries.push(
        this._said(element, "submit", "Button (Chinese)"),
        this._said(element, "submit.en", "Button (English)"),
      );
    }
    if (is(element, "bpmn:FlowNode")) entries.push(this._said(element, "manual", "Step of the manual", { hint: "Such as N8, or N14 E12" }));
    return entries;
  }

  _form(element) {
    if (!hasForm(element)) return null;
    return {
      id: "agency-form",
      label: this._translate("Form fields"),
      component: ListGroup,
      items: fieldItems(element, this._dialect, this._agency.language),
      add: (event) => {
        event.stopPropagation();
        const number = fieldsOf(subject(element)).length;
        this._dialect.addField(element);
        this._unfold(`field-${number}-label`);
      },
      translate: this._translate,
      shouldOpen: true,
    };
  }

  // The panel itself unfolds what is new, but not when the click also ended the typing in another
  // entry: that change is drawn between the click and the new item.
  _unfold(id) {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(
      () => this._bus.fire("propertiesPanel.showEntry", { id }),
    )));
  }

  _work(element) {
    const entries = [];
    if (isAny(element, PEOPLE)) {
      entries.push(
        choice("agency-distinctFrom", "Not by whoever did", () => property(subject(element), "distinctFrom"), (value) => this._dialect.set(element, "distinctFrom", value), {
          options: () => [{ value: "", label: "—" }, ...tasksBut(element, this._registry, this._agency.language)],
        }),
        this._switch(element, "optional", "May be left open", "Nothing waits for it"),
        this._said(element, "detail", "What tells it apart in lists", { hint: "A text, or ${expression}" }),
      );
    }
    if (is(element, "bpmn:EndEvent")) {
      entries.push(this._switch(element, "cancelsStarted", "Ends the cases that this one started"));
    }
    return entries;
  }

  _lane(element) {
    if (!is(element, "bpmn:Lane")) return [];
    const groups = this._agency.groups;
    const rename = (id) => { if (id && id !== element.id) this._modeling.updateProperties(element, { id }); };
    const known = groups.some(({ value }) => value === element.id);
    return [
      choice("agency-group", "The group that does the work", () => element.id, rename, {
        options: () => (known ? groups : [{ value: element.id, label: "—" }, ...groups]),
      }),
      this._switch(element, "sticky", "The next task goes to the same person first"),
    ];
  }

  _case(element) {
    if (!isProcedure(element)) return [];
    return [
      this._said(element, "case.title", "The case's title", { hint: "An expression, such as client_name" }),
      this._said(element, "case.fields", "Shown in lists and found by searching", { hint: "Names of fields: client_name, industry" }),
      this._said(element, "cancelledBy", "Message that cancels a case", { hint: "Sent when the case that started it is cancelled" }),
    ];
  }

  _message(element) {
    const payload = () => this._said(element, "payload", "What is sent", { hint: "An expression: {'no': order.no}" }, lines);
    const landing = () => [
      this._said(element, "variable", "Kept in the case as"),
      this._said(element, "fields", "What it brings", { hint: "Names, separated by commas" }),
    ];
    if (carries(element)) return throws(element) ? [payload()] : landing();
    if (!sendsOrReceives(element)) return [];
    const key = this._said(element, "correlationKey", "Whom it is for (key)", { hint: "An expression, such as order.no" });
    if (!throws(element)) {
      return [key, ...landing()];
    }
    const options = () => [{ value: "", label: "A manager is told" }, { value: "ignore", label: "Nothing" }];
    return [
      key,
      payload(),
      this._said(element, "timeToLive", "Kept for", { hint: "Such as P90D: ninety days" }),
      choice("agency-ifExpired", "If nobody took it by then", () => (property(subject(element), "ifExpired") === "ignore" ? "ignore" : ""), (value) => this._dialect.set(element, "ifExpired", value), { options }),
    ];
  }

  _several(element) {
    const loop = element.businessObject.loopCharacteristics;
    if (!isAny(element, ACTIVITIES) || !loop || !is(loop, "bpmn:MultiInstanceLoopCharacteristics")) return [];
    return [
      this._said(element, "resultList", "List of the results"),
      this._said(element, "resultItem", "What each run gives to it"),
    ];
  }
}
