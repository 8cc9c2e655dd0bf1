// The stream as this page has it: what comes goes to the player, the spectra and the timeline.

import { Changes } from "./changes.js";
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

  // The position at the ear; where nothing was heard yet, what was received.
  get playhead() {
    return this.player.playhead() ?? this.timeline.received ?? 0;
  }

  // The beat at the ear (grid.js), null while nothing is heard.
  get beat() {
    return this.player.isPlaying ? this.grid.at(this.playhead) : null;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #onConnection({ up, ready, isResumed }) {
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
    if (this.player.isPlaying || change.address === "/magnet/play") this.changes.add(change);
  }

  #onEvent(event) {
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
    const { rate, outputLatency } = this.player;
    const now = performance.now() + 1000 * outputLatency;
    for (const change of this.changes.heard(position, now, rate)) this.#emit("change", change);
  }
}
