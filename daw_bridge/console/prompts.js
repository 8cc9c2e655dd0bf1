// The six slots of text, their weights, and the blend that they make.

import { Newest, TextField, show } from "./fields.js";

const SLOTS = [1, 2, 3, 4, 5, 6];
const EXAMPLES = [
  "techno 128 bpm, A minor, driving kick and bass",
  "bright bells and strings",
  "pad, reverb",
  "hi-hats, busy",
  "arpeggio",
  "lead",
];

// Return the share of each slot in the blend, 0 to 1: an empty text takes no part.
export function shares(slots) {
  const total = slots.reduce((sum, { text, weight }) => sum + (text ? weight : 0), 0);
  return slots.map(({ text, weight }) => (text && total > 0 ? weight / total : 0));
}

// Return those of some words that a text has.
export function wordsIn(words, text) {
  const written = new Set(text.toLowerCase().split(/[^\p{L}\p{N}#]+/u));
  return words.toLowerCase().split(/\s+/).filter((word) => word !== "" && written.has(word));
}

export class Prompts {
  #slots;
  #unknown = new Set(); // words that the model has not understood

  // `command(address, ...args)` carries a change out.
  constructor(command) {
    const template = document.getElementById("slot");
    const parent = document.getElementById("slots");
    this.#slots = SLOTS.map((number) => {
      const form = template.content.cloneNode(true).querySelector("form");
      parent.append(form);
      return new Slot(number, form, command, () => this.#showBlend());
    });
    this.last = this.#slots[0];
    for (const slot of this.#slots) slot.text.addEventListener("focus", () => (this.last = slot));
    this.#showBlend();
  }

  focus(number) {
    const { text } = this.#slots[number - 1];
    text.focus();
    text.select();
  }

  set disabled(isDisabled) {
    for (const { text, weight, button } of this.#slots) text.disabled = weight.disabled = button.disabled = isDisabled;
  }

  adopt(status) {
    for (const slot of this.#slots) {
      const first = slot.number === 1 ? status.prompt : undefined; // a prompt takes the first slot
      slot.adopt(status[`prompt/${slot.number}`] ?? first ?? "", status[`prompt/${slot.number}/weight`] ?? 1);
    }
    this.#showBlend();
  }

  // Say which words the model does not know, and where they stand.
  warn(unknown) {
    this.#unknown = new Set([...this.#unknown, ...unknown.toLowerCase().split(/\s+/)]);
    this.#showUnknown();
  }

  #showUnknown() {
    const said = this.#slots.flatMap(({ number, form, field }) => {
      const words = wordsIn([...this.#unknown].join(" "), field.known);
      form.classList.toggle("unknown", words.length > 0);
      return words.length > 0 ? [`\u201c${words.join("\u201d, \u201c")}\u201d in ${number}`] : [];
    });
    show("words", said.length > 0 ? `The model does not know ${said.join("; ")}: it plays the rest` : "");
  }

  // Offer the words that the model knows, as buttons that write them.
  offer(words) {
    const list = words.split(",").map((word) => word.trim()).filter(Boolean);
    document.getElementById("known").hidden = list.length === 0;
    const buttons = list.map((word) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: word });
      button.addEventListener("click", () => this.last.write(word));
      return button;
    });
    document.getElementById("vocabulary").replaceChildren(...buttons);
  }

  // What a controller can move: Map of id -> {element, label, move(share)}.
  get faders() {
    return new Map(this.#slots.map((slot) => {
      const label = `the weight of slot ${slot.number}`;
      return [slot.weight.id, { element: slot.form, label, move: (share) => slot.move(share) }];
    }));
  }

  #showBlend() {
    if (!this.#slots) return;
    const slots = this.#slots.map(({ field, share }) => ({ text: field.known, weight: share }));
    const parts = shares(slots);
    this.#showUnknown();
    const blend = document.getElementById("blend");
    while (blend.children.length < parts.length) blend.append(document.createElement("span"));
    for (const [index, part] of parts.entries()) {
      const { number, form } = this.#slots[index];
      form.classList.toggle("sounds", part > 0);
      form.classList.toggle("empty", !slots[index].text);
      const bar = blend.children[index];
      bar.hidden = part === 0;
      bar.style.flex = `${part} 1 0`;
      bar.style.background = `var(--slot-${number})`;
      bar.textContent = part >= 0.08 ? `${number}  ${Math.round(100 * part)} %` : "";
    }
    const said = parts.flatMap((part, index) => (part > 0 ? [`slot ${index + 1} ${Math.round(100 * part)} %`] : []));
    blend.setAttribute("aria-label", `Blend: ${said.join(", ") || "nothing, the model plays anything"}`);
  }
}

class Slot {
  constructor(number, form, command, onChange) {
    [this.text, this.weight] = form.getElementsByTagName("input");
    [this.button] = form.getElementsByTagName("button");
    [this.output] = form.getElementsByTagName("output");
    const [label] = form.getElementsByTagName("label");
    Object.assign(this, { number, form });
    form.style.setProperty("--hue", `var(--slot-${number})`);
    label.textContent = number;
    label.htmlFor = this.text.id = `slot-${number}`;
    this.text.setAttribute("aria-label", `Text of slot ${number}`);
    this.text.placeholder = EXAMPLES[number - 1];
    this.weight.id = `weight-${number}`;
    this.weight.setAttribute("aria-label", `Weight of slot ${number}`);
    this.button.setAttribute("aria-label", `Send slot ${number}`);
    const address = `/magnet/prompt/${number}`;
    this.newest = new Newest((share) => command(`${address}/weight`, share)); // whatever the text is by now
    this.field = new TextField(this.text, (text) => command(address, text), {
      onEdit: (isEdited) => {
        form.classList.toggle("edited", isEdited);
        if (!isEdited) onChange();
      },
    });
    this.weight.addEventListener("input", () => {
      this.#show();
      onChange();
      this.newest.push(this.share);
    });
    this.weight.addEventListener("dblclick", () => this.move(1));
    this.#show();
  }

  get share() {
    return Number(this.weight.value);
  }

  move(share) {
    if (this.weight.disabled) return;
    this.weight.value = share;
    this.weight.dispatchEvent(new Event("input"));
  }

  // Write a word at the end of the text, ready to be sent.
  write(word) {
    this.text.value = `${this.text.value.trim()} ${word}`.trim();
    this.text.dispatchEvent(new Event("input"));
    this.text.focus();
  }

  adopt(text, weight) {
    this.field.adopt(text);
    if (this.newest.isBusy || document.activeElement === this.weight || weight === this.share) return;
    this.weight.value = weight;
    this.#show();
  }

  #show() {
    this.weight.style.setProperty("--share", `${100 * this.share}%`);
    this.output.textContent = this.share.toFixed(2);
  }
}
