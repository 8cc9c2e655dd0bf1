// The stream as this page has it: what comes goes to the player, the spectra and the timeline.
//
// A remote control (a page that cannot play) gets no samples; it knows where the music is by its beats.

import { Changes } from "./changes.js";
import { Elsewhere } from "./elsewhere.js";
import { Grid } from "./grid.js";
import { Spectra } from "./spectrum.js";
import { Timeline } from "./timeline.js";

const KEPT_S = 30;
const NEW_START_MS = 500; // without packets: what comes next is a first one

// Sends `change` {address, ms} when a change is heard, and `first` {ms} when PCM follows a play.
export class Stream extends EventTarget {
  #frameRate = 50;
  #playSent = null;
  #packetAt = -Infinity;
  #reported = null;
  #elsewhere = new Elsewhere();

  // `onColumn(column, levels)` takes the spectra, of so many rows.
  constructor(client, player, rows, onColumn) {
    super();
    Object.assign(this, { client, player, grid: new Grid(), changes: new Changes() });
    this.timeline = new Timeline(KEPT_S * player.rate);
    this.spectra = new Spectra({ rate: player.rate, rows, onColumn });
    client.addEventListener("connection", ({ detail }) => this.#onConnection(detail));
    client.addEventListener("packet", ({ detail }) => this.#onPacket(detail));
    client.addEventListener("event", ({ detail }) => this.#onEvent(detail));
    client.addEventListener("done", ({ detail }) => this.#onDone(detail));
    player.addEventListener("heard", ({ detail }) => this.#onHeard(detail));
  }

  // Note that play is about to be sent.
  willPlay() {
    this.#playSent = performance.now() - this.#packetAt > NEW_START_MS ? performance.now() : null;
  }

  // Whether this page asked for no samples.
  get isRemote() {
    return this.client.hello.channels === 0;
  }

  // The position at the ear, here or elsewhere; where nothing was heard yet, what was received.
  get playhead() {
    return this.player.playhead() ?? this.#playheadElsewhere ?? this.timeline.received ?? 0;
  }

  get isPlaying() {
    return this.player.isPlaying || this.#playheadElsewhere !== null;
  }

  // The beat at the ear (grid.js), null while nothing is heard.
  get beat() {
    return this.isPlaying ? this.grid.at(this.playhead) : null;
  }

  // What is carried out and not heard yet (changes.js).
  get waiting() {
    return this.changes.waiting(this.playhead);
  }

  // Take what the session says of itself.
  adopt({ state }) {
    if (state !== "playing") this.#elsewhere.stop();
  }

  get #playheadElsewhere() {
    return this.#elsewhere.playhead(performance.now(), this.player.rate);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #onConnection({ up, ready, isResumed }) {
    this.#elsewhere.stop();
    if (!up) {
      this.changes.clear();
      return;
    }
    this.#frameRate = ready.model?.frame_rate || this.#frameRate;
    if (isResumed) return;
    this.timeline.clear();
    this.grid.clear();
    this.changes.clear();
    this.player.clear();
  }

  #onPacket(packet) {
    this.#packetAt = performance.now();
    if (this.#playSent !== null) {
      this.#emit("first", { ms: this.#packetAt - this.#playSent });
      this.#playSent = null;
    }
    this.timeline.addPacket(packet);
    this.spectra.push(packet);
    this.player.feed(packet); // last: the samples go with it
  }

  // While nothing sounds, a change waits for whoever plays: that is no latency.
  #onDone(change) {
    if (this.isPlaying || change.address === "/magnet/play") this.changes.add(change);
  }

  #onEvent(event) {
    if (event.event === "beat" && this.isRemote) this.#onBeat(event);
    if (event.event !== "plan") return;
    const { rate } = this.player;
    const { position, plan, bpm, bar_position: barPosition } = event;
    const { prefix_frames: prefixFrames = 0, frames = 0 } = event;
    this.grid.set({ position, bpm, barPosition, rate });
    this.timeline.addPlan({ plan, position, prefixFrames, frames, hop: rate / this.#frameRate });
  }

  #onHeard({ position, playing }) {
    if (!playing) return;
    if (position !== this.#reported) this.client.send({ cmd: "playhead", position });
    this.#reported = position;
    this.#pass(position, performance.now() + 1000 * this.player.outputLatency);
  }

  #onBeat({ position }) {
    const now = performance.now();
    this.#elsewhere.tell(position, now);
    this.#pass(position, now);
  }

  // A position is heard at a time: so is every change before it.
  #pass(position, at) {
    for (const change of this.changes.heard(position, at, this.player.rate)) this.#emit("change", change);
  }
}
