// Play, stop and the time of the music: tempo, taps, lamps, loop, where changes act.

import { Choice, TextField, show } from "./fields.js";
import { tempo } from "./format.js";
import { BEATS_PER_BAR } from "./grid.js";

const LOOPS = [[0, "off"], [1, "1"], [2, "2"], [4, "4"], [8, "8"], [16, "16"]];
const QUANTA = [["off", "now"], ["beat", "on beat"], ["bar", "on bar"]];
const LAMP_SHARE = 0.35; // of a beat that its lamp is lit
const SOURCES = { tap: "tapped", link: "Link", midi: "MIDI clock", ableton: "Ableton" };

const element = (id) => document.getElementById(id);

export class Transport {
  #command;
  #lamps = [...document.querySelectorAll("#lamps i")];
  #isPlaying = false;

  // `command(address, ...args)` carries a change out; `unlock()` makes sound possible.
  constructor(command, unlock) {
    this.#command = command;
    this.unlock = unlock;
    element("play").addEventListener("click", () => this.play());
    element("stop").addEventListener("click", () => this.stop());
    for (const [id, ...message] of [
      ["again", "/magnet/again"],
      ["reset", "/magnet/reset", "now"],
      ["reset-bar", "/magnet/reset", "bar"],
      ["tap", "/magnet/tap"],
    ]) {
      // A tap counts when the finger comes down, not when it leaves.
      element(id).addEventListener(id === "tap" ? "pointerdown" : "click", () => command(...message));
    }
    element("tap").addEventListener("click", ({ detail }) => detail === 0 && command("/magnet/tap")); // by keyboard
    this.tempo = new TextField(element("tempo"), (text) => command("/magnet/tempo", Number(text)), { isSentOnLeave: true });
    this.loop = new Choice(element("loop"), LOOPS, (bars) => this.#choose(this.loop, "/magnet/loop", bars));
    this.quantize = new Choice(element("quantize"), QUANTA, (when) => this.#choose(this.quantize, "/magnet/quantize", when));
  }

  set disabled(isDisabled) {
    for (const control of document.querySelectorAll("#transport button, #transport input")) control.disabled = isDisabled;
  }

  async play() {
    await this.unlock();
    return this.#command("/magnet/play");
  }

  stop() {
    return this.#command("/magnet/stop");
  }

  toggle() {
    return this.#isPlaying ? this.stop() : this.play();
  }

  async #choose(choice, address, value) {
    const before = choice.value;
    choice.show(value);
    if (!(await this.#command(address, value))) choice.show(before);
  }

  // A loop may have a length that no button has: others set it.
  #showLoop(bars) {
    this.loop.show(bars);
    const isOffered = LOOPS.some(([length]) => length === bars);
    const said = isOffered ? "Loop, bars" : `Loop, ${bars} bars`;
    element("loop").setAttribute("aria-label", said);
    show("loop-label", said);
    element("loop-label").classList.toggle("set", !isOffered);
  }

  adopt(status) {
    this.#isPlaying = status.state === "playing" || status.state === "priming";
    element("play").setAttribute("aria-pressed", String(this.#isPlaying));
    this.tempo.adopt(status.tempo ? String(Number(status.tempo.toFixed(2))) : "");
    this.#showLoop(status.loop ?? 0);
    this.quantize.show(status.quantize ?? "off");
    const { tempo_source: source = "off", tempo_source_detail: detail } = status;
    const own = status.tempo ? "as set" : "of the words";
    show("tempo-source", source === "off" ? own : SOURCES[source] ?? source);
    document.getElementById("tempo-source").title = detail ?? "";
  }

  // Light the lamp of the beat that is heard; null: none is.
  beat(now) {
    const lit = now !== null && now.phase < LAMP_SHARE ? now.beat : -1;
    for (const [index, lamp] of this.#lamps.entries()) lamp.classList.toggle("on", index === lit % BEATS_PER_BAR);
    const text = now === null ? "\u2013" : tempo(now.bpm);
    if (this.tempo.input.placeholder !== text) this.tempo.input.placeholder = text;
  }
}
