// MIDI learn: `m` or a right click on a knob or fader, then the next controller that moves is its own.

import { show } from "./fields.js";
import { Bindings } from "./midi.js";

const HIGHEST = 127;

export class Learn {
  #midi;
  #targets;
  #bindings;
  #learning = null; // the id of a target

  // `targets()` returns what can be moved: Map of id -> {element, label, move(share)}, `element` around the
  // control with that id; `say(text)` shows what went wrong.
  constructor(midi, targets, say, bindings = new Bindings()) {
    this.#midi = midi;
    this.#targets = targets;
    this.#bindings = bindings;
    this.say = say;
    midi.addEventListener("message", ({ detail }) => this.#onMessage(detail));
    document.addEventListener("contextmenu", (event) => this.#onRightClick(event));
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#end());
    if (bindings.size > 0) this.#open();
  }

  // Mark what is bound, after the knobs were built.
  refresh() {
    for (const [id, { element }] of this.#targets()) {
      const words = this.#bindings.wordsOf(id);
      element.classList.toggle("learning", id === this.#learning);
      if (words === null) delete element.dataset.midi;
      else element.dataset.midi = words;
    }
  }

  // Learn for the control that has the focus; once more: nothing moves it any more.
  async toggle() {
    const { id } = document.activeElement;
    if (!this.#targets().has(id)) {
      show("midi", "Go to a knob or a fader first, then press m and move a MIDI controller");
      return;
    }
    await this.#learn(id);
  }

  #onRightClick(event) {
    const { id } = event.target.closest("[role=slider], input[type=range]") ?? {};
    if (!this.#targets().has(id)) return;
    event.preventDefault();
    this.#learn(id);
  }

  async #learn(id) {
    if (this.#learning === id) {
      this.#bindings.unbind(id);
      this.#end();
      return;
    }
    if (!(await this.#open())) return;
    const { label } = this.#targets().get(id);
    this.#learning = id;
    show("midi", `Move a MIDI controller: it will move ${label}. The same key again lets go of it, Escape leaves it`);
    this.refresh();
  }

  async #open() {
    try {
      await this.#midi.open();
      return true;
    } catch (error) {
      this.say(error.message);
      return false;
    }
  }

  #end() {
    if (this.#learning === null) {
      show("midi", "");
      return;
    }
    this.#learning = null;
    show("midi", "");
    this.refresh();
  }

  #onMessage({ kind, channel, number, value }) {
    if (kind !== "cc") return;
    if (this.#learning !== null) {
      this.#bindings.bind({ channel, number }, this.#learning);
      this.#end();
    }
    const id = this.#bindings.targetOf({ channel, number });
    this.#targets().get(id)?.move(value / HIGHEST);
  }
}
