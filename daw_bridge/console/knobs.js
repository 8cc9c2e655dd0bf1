// All parameters of the session, each as the widget that fits it, made from the table of controls.

import { Newest, TextField } from "./fields.js";
import { title } from "./format.js";
import { Knob } from "./knob.js";
import { grouped, widgetOf } from "./oscquery.js";

export class Knobs {
  #widgets = new Map(); // name -> {adopt, setHome, disabled}

  // `command(address, ...args)` carries a change out.
  constructor(parent, command) {
    this.parent = parent;
    this.command = command;
  }

  // Build the widgets of a table of controls (oscquery.js).
  build(controls) {
    this.#widgets.clear();
    const groups = grouped(controls).map(([label, members]) => {
      const group = document.createElement("fieldset");
      group.className = "group";
      group.append(Object.assign(document.createElement("legend"), { textContent: label }));
      for (const control of members) group.append(this.#widget({ ...control, caption: captionIn(label, control.name) }));
      return group;
    });
    this.parent.replaceChildren(...groups);
  }

  // Take the model's own values as defaults: its greeting names them "param/...".
  meetModel(model) {
    for (const [name, widget] of this.#widgets) widget.setHome(model[`param/${name}`]);
  }

  adopt(status) {
    for (const [name, widget] of this.#widgets) widget.adopt(status[name]);
  }

  set disabled(isDisabled) {
    for (const widget of this.#widgets.values()) widget.disabled = isDisabled;
  }

  // What a controller can move: Map of id -> {element, label, move(share)}.
  get faders() {
    const knobs = [...this.#widgets].filter(([, widget]) => widget instanceof Knob);
    return new Map(knobs.map(([name, knob]) => [knob.dial.id, { element: knob.element, label: title(name), move: (share) => knob.move(share) }]));
  }

  #widget(control) {
    const send = (value) => this.command(control.address, value);
    const kind = widgetOf(control.arguments[0]);
    const widget = kind === "knob" ? new Knob(control, send) : kind === "switch" ? new Switch(control, send) : new Entry(control, send);
    this.#widgets.set(control.name, widget);
    return widget.element;
  }
}

// Return the name of a control without what its group says already.
const captionIn = (group, name) => title(name.replace(`${group.toLowerCase()}_`, ""));

function captioned({ doc, caption: short }, ...parts) {
  const element = document.createElement("div");
  element.className = "knob";
  element.title = doc;
  const caption = Object.assign(document.createElement("div"), { className: "name", textContent: short });
  element.append(...parts, caption);
  return element;
}

// 0 or 1.
class Switch {
  constructor(control, send) {
    this.newest = new Newest(send);
    this.home = control.arguments[0].default ?? 0;
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "switch", id: `knob-${control.name}` });
    this.button.setAttribute("role", "switch");
    this.button.setAttribute("aria-label", title(control.name));
    this.button.addEventListener("click", () => {
      this.#show(1 - this.value);
      this.newest.push(this.value);
    });
    this.element = captioned(control, this.button);
    this.#show(this.home);
  }

  setHome(value) {
    if (value !== undefined) this.home = value;
  }

  adopt(value) {
    if (!this.newest.isBusy) this.#show(value ?? this.home);
  }

  set disabled(isDisabled) {
    this.button.disabled = isDisabled;
  }

  #show(value) {
    this.value = value ? 1 : 0;
    this.button.setAttribute("aria-checked", String(value === 1));
    this.button.textContent = value ? "on" : "off";
  }
}

// What no hand can turn: a seed, a list of steps.
class Entry {
  constructor(control, send) {
    const form = Object.assign(document.createElement("form"), { className: "field" });
    const isText = control.arguments[0].type === "s";
    this.input = Object.assign(document.createElement("input"), {
      type: "text",
      id: `knob-${control.name}`,
      autocomplete: "off",
      inputMode: isText ? "text" : "numeric",
    });
    this.input.setAttribute("aria-label", title(control.name));
    form.append(this.input);
    const wire = (text) => (isText || text.includes(",") ? text.trim() : Number(text));
    this.field = new TextField(this.input, (text) => text.trim() && send(wire(text)), { isSentOnLeave: true });
    this.element = captioned(control, form);
    this.setHome(control.arguments[0].default);
  }

  setHome(value) {
    if (value !== undefined && value !== null) this.input.placeholder = String(value);
  }

  adopt(value) {
    this.field.adopt(value === undefined ? "" : String(value));
  }

  set disabled(isDisabled) {
    this.input.disabled = isDisabled;
  }
}
