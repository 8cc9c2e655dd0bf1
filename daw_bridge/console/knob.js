// A knob: drag, wheel (once it has the focus), arrows, double click for the default, Enter for a number.

import { decimals, nudged, travelOf, valueAt } from "./curves.js";
import { Newest } from "./fields.js";
import { quantity, title } from "./format.js";

const SWEEP = 270; // degrees
const DRAG_PIXELS = 180; // from end to end
const FINE = 0.1;
const SVG = "http://www.w3.org/2000/svg";
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

function svg(kind, attributes, parent) {
  const shape = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  parent.append(shape);
  return shape;
}

function pointAt(travel, radius) {
  const angle = ((travel * SWEEP - 225) * Math.PI) / 180;
  return [29 + radius * Math.cos(angle), 29 + radius * Math.sin(angle)];
}

function arcPath(from, to, radius) {
  const [x0, y0] = pointAt(from, radius);
  const [x1, y1] = pointAt(to, radius);
  const isLarge = (to - from) * SWEEP > 180 ? 1 : 0;
  return `M${x0.toFixed(2)} ${y0.toFixed(2)}A${radius} ${radius} 0 ${isLarge} 1 ${x1.toFixed(2)} ${y1.toFixed(2)}`;
}

export class Knob {
  #newest;
  #travel = 0; // while it is dragged
  value = null; // null: the model's own, which nobody has told us
  home = null; // the default

  // `control` is one of oscquery.js with one argument; `send(value)` carries a change out.
  constructor(control, send) {
    const [argument] = control.arguments;
    this.spec = { low: argument.low, high: argument.high, curve: argument.curve, isWhole: argument.type === "i" };
    this.unit = argument.unit;
    this.#newest = new Newest(send);
    this.#build(control);
    this.#listen();
    this.setHome(argument.default);
  }

  setHome(value) {
    if (typeof value !== "number") return;
    this.home = value;
    const [cx, cy] = pointAt(travelOf(this.spec, value), 27);
    for (const [name, at] of Object.entries({ cx, cy })) this.homeMark.setAttribute(name, at);
    this.homeMark.classList.add("known");
    if (this.value === null) this.#draw();
  }

  // Show what somebody else set (undefined: nobody has), unless this knob is being moved.
  adopt(value) {
    if (this.#newest.isBusy || this.isHeld || this.value === (value ?? null)) return;
    this.value = typeof value === "number" ? value : null;
    this.#draw();
  }

  set disabled(isDisabled) {
    this.dial.setAttribute("aria-disabled", String(isDisabled));
  }

  get disabled() {
    return this.dial.getAttribute("aria-disabled") === "true";
  }

  // Go to a share of the travel, 0 to 1, as a controller says.
  move(share) {
    if (!this.isHeld) this.#set(valueAt(this.spec, share));
  }

  get shown() {
    return this.value ?? this.home;
  }

  #set(value) {
    if (this.disabled || value === this.value) return;
    this.value = value;
    this.#draw();
    this.#newest.push(value);
  }

  #build({ name, doc, caption: short }) {
    const label = title(name);
    this.element = document.createElement("div");
    this.element.className = "knob";
    this.element.title = doc;
    this.dial = document.createElement("div");
    this.dial.className = "dial";
    this.dial.id = `knob-${name}`;
    this.dial.tabIndex = 0;
    const aria = { role: "slider", "aria-label": label, "aria-description": doc, "aria-valuemin": this.spec.low, "aria-valuemax": this.spec.high };
    for (const [key, value] of Object.entries(aria)) this.dial.setAttribute(key, value);
    const face = svg("svg", { viewBox: "0 0 58 58", "aria-hidden": "true" }, this.dial);
    svg("path", { class: "track", d: arcPath(0, 1, 23) }, face);
    this.arc = svg("path", { class: "arc" }, face);
    svg("circle", { class: "cap", cx: 29, cy: 29, r: 17 }, face);
    this.hand = svg("line", { class: "hand" }, face);
    this.homeMark = svg("circle", { class: "home", r: 1.6 }, face);
    this.readout = document.createElement("div");
    this.readout.className = "value";
    const caption = document.createElement("div");
    caption.className = "name";
    caption.textContent = short;
    this.element.append(this.dial, this.readout, caption);
  }

  #listen() {
    const { dial } = this;
    dial.addEventListener("pointerdown", (event) => this.#grab(event));
    dial.addEventListener("pointermove", (event) => this.#drag(event));
    for (const kind of ["pointerup", "pointercancel"]) dial.addEventListener(kind, () => (this.isHeld = false));
    dial.addEventListener("dblclick", () => this.#goHome());
    dial.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    dial.addEventListener("keydown", (event) => this.#onKey(event));
    this.readout.addEventListener("click", () => this.#enter());
  }

  #grab(event) {
    if (this.disabled || event.button !== 0) return;
    this.dial.setPointerCapture(event.pointerId);
    this.isHeld = true;
    this.#travel = travelOf(this.spec, this.shown ?? this.spec.low);
  }

  #drag({ movementX, movementY, shiftKey }) {
    if (!this.isHeld || (movementX === 0 && movementY === 0)) return;
    const share = ((movementX - movementY) / DRAG_PIXELS) * (shiftKey ? FINE : 1);
    this.#travel = Math.max(0, Math.min(1, this.#travel + share));
    this.#set(valueAt(this.spec, this.#travel));
  }

  #wheel(event) {
    if (this.disabled || document.activeElement !== this.dial) return; // it only came by under the pointer
    event.preventDefault();
    const delta = event.deltaY || event.deltaX; // with Shift the wheel goes sideways
    if (delta !== 0) this.#nudge(-Math.sign(delta) * (event.shiftKey ? FINE : 1));
  }

  #nudge(hundredths) {
    this.#set(nudged(this.spec, this.shown ?? this.spec.low, hundredths));
  }

  #goHome() {
    if (this.home !== null) this.#set(this.home);
  }

  #onKey(event) {
    const { key, shiftKey } = event;
    if (event.target !== this.dial || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key in KEYS) this.#nudge(KEYS[key] * (shiftKey ? FINE : 1));
    else if (key === "Home") this.#set(this.spec.low);
    else if (key === "End") this.#set(this.spec.high);
    else if (key === "Delete" || key === "Backspace") this.#goHome();
    else if (key === "Enter") this.#enter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Let a number be written in the place of the readout.
  #enter() {
    if (this.disabled || this.element.querySelector("input")) return;
    const input = document.createElement("input");
    Object.assign(input, { type: "text", inputMode: "decimal", className: "entry", value: this.shown ?? "" });
    input.setAttribute("aria-label", this.dial.getAttribute("aria-label"));
    let isOpen = true;
    const close = (isTaken) => {
      if (!isOpen) return; // it also loses the focus as it goes
      isOpen = false;
      const number = Number(input.value.replace(",", "."));
      const isNumber = input.value.trim() !== "" && Number.isFinite(number);
      input.replaceWith(this.readout);
      if (isTaken && isNumber) {
        const whole = this.spec.isWhole ? Math.round(number) : number;
        this.#set(Math.max(this.spec.low, Math.min(this.spec.high, whole)));
      }
    };
    input.addEventListener("blur", () => close(true));
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      close(event.key === "Enter");
      this.dial.focus();
    });
    this.readout.replaceWith(input);
    input.select();
  }

  #draw() {
    const { dial, readout, spec, shown } = this;
    const travel = shown === null ? 0 : travelOf(spec, shown);
    this.arc.setAttribute("d", travel > 0 ? arcPath(0, travel, 23) : "");
    const [x1, y1] = pointAt(travel, 7);
    const [x2, y2] = pointAt(travel, 14);
    const ends = shown === null ? { x1: 29, y1: 29, x2: 29, y2: 29 } : { x1, y1, x2, y2 };
    for (const [name, at] of Object.entries(ends)) this.hand.setAttribute(name, at);
    const text = shown === null ? "the model's" : quantity(shown, decimals(spec, shown), this.unit);
    readout.textContent = text;
    readout.classList.toggle("model", shown === null);
    dial.setAttribute("aria-valuetext", text);
    dial.setAttribute("aria-valuenow", shown ?? spec.low);
  }
}
