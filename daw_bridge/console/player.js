// The loudspeaker: an AudioWorklet that is given packets and tells what is heard.

export const BUFFER_MS = 80; // of sound that must be here before it begins
const STALE_MS = 200; // without a report the playhead stands still
const JITTER_MS = 100; // reports come late and early; the playhead waits rather than goes back

// Sends `heard`: {position, plan, flags, playing, queued, underruns, overflow, peak, rms, clipped}, and
// `sound` {on} when the browser allows sound or forbids it.
export class Player extends EventTarget {
  #node = null;
  #heard = null;
  #heardAt = 0;
  #shown = -Infinity;

  constructor() {
    super();
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.context.onstatechange = () => this.#emit("sound", { on: this.isOn });
  }

  get rate() {
    return this.context.sampleRate;
  }

  get isOn() {
    return this.context.state === "running";
  }

  get isPlaying() {
    return this.#heard?.playing ?? false;
  }

  // Seconds from the worklet to the ear, as far as the browser knows.
  get outputLatency() {
    return this.context.outputLatency || 0;
  }

  // Load the worklet; throw where this browser cannot play here.
  async start() {
    if (!this.context.audioWorklet) {
      throw new Error("browsers play on https and on http://localhost only");
    }
    await this.context.audioWorklet.addModule("worklet.js");
    this.#node = new AudioWorkletNode(this.context, "stream", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { bufferFrames: Math.round((BUFFER_MS / 1000) * this.rate) },
    });
    this.#node.port.onmessage = ({ data }) => this.#onHeard(data);
    this.#node.connect(this.context.destination);
  }

  // Make sound possible; browsers allow it only in answer to a key or a click.
  unlock() {
    return this.context.resume();
  }

  // Play a packet; its samples are gone from here. While no sound is allowed, the stream passes by.
  feed(packet) {
    if (this.isOn) this.#node?.port.postMessage(packet, [packet.samples.buffer]);
  }

  clear() {
    this.#node?.port.postMessage({ clear: true });
    this.#heard = null;
    this.#shown = -Infinity;
  }

  // Return the stream position at the ear now, between two reports by the clock; null before the first sound.
  playhead(now = performance.now()) {
    if (this.#heard === null || !this.#heard.position) return null;
    const since = this.#heard.playing ? Math.min(STALE_MS, now - this.#heardAt) : 0;
    const position = this.#heard.position + (since / 1000 - this.outputLatency) * this.rate;
    const isJitter = position < this.#shown && this.#shown - position < (JITTER_MS / 1000) * this.rate;
    if (!isJitter) this.#shown = position;
    return this.#shown;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #onHeard(heard) {
    this.#heard = heard;
    this.#heardAt = performance.now();
    this.#emit("heard", heard);
  }
}
