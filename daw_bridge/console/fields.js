// Fields that show what the session plays, and change it: nobody's typing is overwritten.

// Sends values one at a time, always the newest: what came while one was on its way is left out.
export class Newest {
  #send;
  #next = null;
  isBusy = false;

  constructor(send) {
    this.#send = send;
  }

  async push(value) {
    this.#next = { value };
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.#next !== null) {
        const { value: newest } = this.#next;
        this.#next = null;
        await this.#send(newest);
      }
    } finally {
      this.isBusy = false;
    }
  }
}

// A text field. `send(text)` is called when it is submitted, or left where `isSentOnLeave` (the keys of a
// telephone have no Return); `onEdit(isEdited)` tells whether it differs.
export class TextField {
  #known = ""; // what the session plays
  #sending = 0;

  constructor(input, send, { onEdit = () => {}, isSentOnLeave = false } = {}) {
    this.input = input;
    this.send = send;
    this.onEdit = onEdit;
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (input.disabled || (isSentOnLeave && !this.isEdited)) return; // Enter leaves it first
      this.submit();
    });
    if (isSentOnLeave) input.addEventListener("change", () => this.isEdited && input.checkValidity() && this.submit());
    input.addEventListener("input", () => this.#tell());
    input.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      input.value = this.#known;
      this.#tell();
      input.blur();
    });
  }

  // What the session plays, whatever is being written.
  get known() {
    return this.#known;
  }

  get isEdited() {
    return this.input.value !== this.#known;
  }

  async submit() {
    this.#known = this.input.value;
    this.#tell();
    this.#sending += 1; // until it is answered, a status may still tell of before
    try {
      return await this.send(this.#known);
    } finally {
      this.#sending -= 1;
    }
  }

  // Show what somebody else set, unless this field is being written in.
  adopt(text) {
    if (text === this.#known || this.#sending > 0 || document.activeElement === this.input) return;
    if (this.input.value === this.#known) this.input.value = text;
    this.#known = text;
    this.#tell();
  }

  #tell() {
    this.onEdit(this.isEdited);
  }
}

// One of some choices, as buttons in a row: arrows move, and Tab passes by.
export class Choice {
  #buttons;
  value = null;

  // `choices`: [[value, label]]; `send(value)` is called when one is chosen.
  constructor(group, choices, send) {
    this.choices = choices;
    this.send = send;
    this.#buttons = choices.map(([value, label]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("role", "radio");
      button.textContent = label;
      button.addEventListener("click", () => send(value));
      group.append(button);
      return button;
    });
    group.addEventListener("keydown", (event) => this.#onKey(event));
    this.show(choices[0][0]);
  }

  show(value) {
    this.value = value;
    const chosen = this.choices.findIndex(([one]) => one === value);
    for (const [index, button] of this.#buttons.entries()) {
      button.setAttribute("aria-checked", String(index === chosen));
      button.tabIndex = index === Math.max(0, chosen) ? 0 : -1;
    }
  }

  // Choose the next one, round and round.
  next() {
    const index = this.choices.findIndex(([one]) => one === this.value);
    this.send(this.choices[(index + 1) % this.choices.length][0]);
  }

  #onKey(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const index = this.#buttons.indexOf(document.activeElement);
    if (!by || index < 0) return;
    event.preventDefault();
    const count = this.#buttons.length;
    const next = this.#buttons[(index + by + count) % count];
    next.focus();
    next.click();
  }
}

// Write a text into an element, unless it is there already: unchanged text is not read out again.
export function show(id, text) {
  const target = document.getElementById(id);
  if (target.textContent !== text) target.textContent = text;
}
