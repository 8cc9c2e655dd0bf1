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
  #end = null; // stream position after the last frame written
  #fadeFrames;

  // Where a packet does not follow on the one before, `fadeFrames` of both are crossfaded.
  constructor(capacity, channels = 2, fadeFrames = 0) {
    this.#capacity = capacity;
    this.#fadeFrames = fadeFrames;
    this.#channels = Array.from({ length: channels }, () => new Float32Array(capacity));
  }

  get available() {
    return this.#written - this.#taken;
  }

  // The position after the last frame read, with the plan and flags of that frame.
  get heard() {
    return this.#heard;
  }

  // Return whether a packet can be written without a click: it follows, or there is enough to fade out.
  canJoin({ position }) {
    return this.#end === null || position === this.#end || this.available >= this.#fadeFrames;
  }

  // Take in a packet of interleaved samples; return how many of its frames had no room.
  write({ samples, channels, frames, position, plan, flags }) {
    const isJump = this.#end !== null && position !== this.#end;
    const faded = isJump ? Math.min(this.#fadeFrames, this.available, frames) : 0;
    this.#written -= faded; // they are written once more, mixed
    const count = Math.min(frames, this.#capacity - this.available);
    while (this.#marks.length > 0 && this.#marks.at(-1).at >= this.#written) this.#marks.pop();
    if (count > 0) this.#marks.push({ at: this.#written, position, plan, flags });
    for (const [channel, ring] of this.#channels.entries()) {
      let from = Math.min(channel, channels - 1); // mono goes to every side
      let to = this.#written % this.#capacity;
      for (let n = 0; n < count; n++) {
        const share = n < faded ? (n + 1) / (faded + 1) : 1;
        ring[to] = share * samples[from] + (n < faded ? (1 - share) * ring[to] : 0);
        from += channels;
        if (++to === this.#capacity) to = 0;
      }
    }
    this.#written += count;
    this.#end = position + count;
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
    this.#end = null;
  }
}
