// A ring buffer of sample frames that knows the stream position, plan and flags of each of them.
//
// One writer and one reader, both on the audio thread; nothing is allocated after the beginning but
// one small mark for each packet.

export class FrameRing {
  #channels;
  #capacity;
  #written = 0; // frames since the beginning
  #taken = 0;
  #marks = []; // {at, position, plan, flags} from frame `at` on
  #heard = { position: 0, plan: 0, flags: 0 };

  constructor(capacity, channels = 2) {
    this.#capacity = capacity;
    this.#channels = Array.from({ length: channels }, () => new Float32Array(capacity));
  }

  get available() {
    return this.#written - this.#taken;
  }

  // The position after the last frame read, with the plan and flags of that frame.
  get heard() {
    return this.#heard;
  }

  // Take in a packet of interleaved samples; return how many of its frames had no room.
  write({ samples, channels, frames, position, plan, flags }) {
    const count = Math.min(frames, this.#capacity - this.available);
    if (count > 0) this.#marks.push({ at: this.#written, position, plan, flags });
    for (const [channel, ring] of this.#channels.entries()) {
      let from = Math.min(channel, channels - 1); // mono goes to every side
      let to = this.#written % this.#capacity;
      for (let n = 0; n < count; n++) {
        ring[to] = samples[from];
        from += channels;
        if (++to === this.#capacity) to = 0;
      }
    }
    this.#written += count;
    return frames - count;
  }

  // Copy up to `count` frames to `outputs` from index `at` on; return how many there were.
  read(outputs, at, count) {
    const frames = Math.min(count, this.available);
    if (frames === 0) return 0;
    for (const [channel, output] of outputs.entries()) {
      const ring = this.#channels[Math.min(channel, this.#channels.length - 1)];
      let from = this.#taken % this.#capacity;
      for (let n = 0; n < frames; n++) {
        output[at + n] = ring[from];
        if (++from === this.#capacity) from = 0;
      }
    }
    this.#taken += frames;
    while (this.#marks.length > 1 && this.#marks[1].at < this.#taken) this.#marks.shift();
    const { at: begun, position, plan, flags } = this.#marks[0];
    this.#heard = { position: position + this.#taken - begun, plan, flags };
    return frames;
  }

  // Forget what is not read yet, and what was.
  clear() {
    this.#taken = this.#written;
    this.#marks = [];
    this.#heard = { position: 0, plan: 0, flags: 0 };
  }
}
