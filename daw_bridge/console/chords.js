// The chords of the music: written, one for each bar, or held on a MIDI keyboard.

import { Newest, TextField } from "./fields.js";

const NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const TRIADS = [["", 4, 7], ["m", 3, 7], ["dim", 3, 6]];
const SETTLE_MS = 40; // fingers do not come down together

const element = (id) => document.getElementById(id);

// Return the name of the triad in some notes of MIDI, "F#m"; null: there is none. Of two the one on the lowest note
// wins: C E G A is C, and A C E G is Am.
export function chordOf(notes) {
  if (notes.length === 0) return null;
  const classes = new Set(notes.map((note) => note % NOTES.length));
  const bass = Math.min(...notes);
  for (let up = 0; up < NOTES.length; up++) {
    const root = (bass + up) % NOTES.length;
    if (!classes.has(root)) continue;
    const triad = TRIADS.find(([, ...rest]) => rest.every((interval) => classes.has((root + interval) % NOTES.length)));
    if (triad) return NOTES[root] + triad[0];
  }
  return null;
}

// Notes that are held, on any channel; `say(name)` is told each new chord that they make.
export class HeldChords {
  #held = new Set(); // channel * 128 + note
  #timer = null;
  #last = null;

  constructor(say) {
    this.say = say;
  }

  take({ kind, channel, number }) {
    const key = channel * 128 + number;
    if (kind === "on") this.#held.add(key);
    else if (kind === "off") this.#held.delete(key);
    else if (kind === "silence") this.#held.clear();
    if (kind !== "on") return; // fingers that leave make no chord
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), SETTLE_MS);
  }

  // Hear the next chord as a new one, whichever it is.
  forget() {
    clearTimeout(this.#timer);
    this.#held.clear();
    this.#last = null;
  }

  #settle() {
    const name = chordOf([...this.#held].map((key) => key % 128));
    if (name === null || name === this.#last) return;
    this.#last = name;
    this.say(name);
  }
}

export class Chords {
  #isPlayed = false;

  // `command(address, ...args)` carries a change out; `say(text)` shows what went wrong.
  constructor(command, midi, say) {
    const send = (text) => command("/magnet/chords", text.trim());
    const form = element("chords-form");
    this.field = new TextField(element("chord-names"), send, { onEdit: (isEdited) => form.classList.toggle("edited", isEdited) });
    const newest = new Newest(send);
    this.held = new HeldChords((name) => newest.push(name));
    this.midi = midi;
    this.say = say;
    midi.addEventListener("message", ({ detail }) => this.#isPlayed && this.held.take(detail));
    element("played").addEventListener("click", () => this.#toggle());
  }

  set disabled(isDisabled) {
    for (const control of document.querySelectorAll("#chords input, #chords button")) control.disabled = isDisabled;
  }

  adopt({ chords = "" }) {
    this.field.adopt(chords);
  }

  async #toggle() {
    if (!this.#isPlayed) {
      try {
        await this.midi.open();
      } catch (error) {
        this.say(error.message);
        return;
      }
    }
    this.#isPlayed = !this.#isPlayed;
    this.held.forget();
    element("played").setAttribute("aria-pressed", String(this.#isPlayed));
  }
}
