// PCM in, bar-exact takes out: which samples of the stream belong to which file.
//
// A take begins on a bar line and has the frames of its bars, not one more or less. Where the
// music does not allow that (a gap, another tempo, the end of the stream) the take is given up and
// the next begins on the next line. A line is rounded to a sample, and so is the length of a take:
// the next one may begin on the last frame of the one before. Plans are announced before their samples, and may be replaced
// by others, so each is kept until the stream gets there.

"use strict";

const { BEATS_PER_BAR, BarGrid, framesOf } = require("./bars");
const { FLAG_LAST } = require("./protocol");
const { BYTES_PER_SAMPLE } = require("./wav");

const MAX_BARS = 64;

class Recorder {
  /**
   * @param {{begin: function, keep: function}} folder a TakeFolder
   * @param {{onTake: function, onNote: function, onError: function}} hooks `onTake` gets
   *   {file, bars, bpm, frames, rate}; the others a sentence
   */
  constructor(folder, hooks) {
    this.folder = folder;
    this.#hooks = hooks;
  }

  /** Write takes of so many bars from now on. */
  setBars(bars) {
    if (!Number.isInteger(bars) || bars < 1 || bars > MAX_BARS) {
      throw new Error(`bars is ${bars}; it must be a whole number from 1 to ${MAX_BARS}`);
    }
    this.#bars = bars;
    this.#giveUp(null);
  }

  /** Write one take after the other, or only those that are asked for. */
  setLive(live) {
    this.#live = live;
    if (!live && this.#asked === 0) this.#giveUp(null);
  }

  /** Write the next bars once. */
  askForTake() {
    if (!this.#live) this.#asked += 1;
  }

  /** A connection begins, at `rate`; where it `resumes`, the bars are where they were. */
  begin(rate, resumes) {
    if (!resumes || rate !== this.#rate) {
      this.#giveUp(null);
      this.#grid = null;
      this.#changes = [];
      this.#end = this.#last = null;
    }
    this.#rate = rate;
    this.#unsure = true;
  }

  /** From `position` on the music has this tempo, and a bar begins at `barPosition`. */
  plan(position, bpm, barPosition) {
    this.#changes = this.#changes.filter((change) => change.from < position);
    const grid = bpm > 0 ? new BarGrid(this.#rate, bpm, barPosition) : null;
    this.#changes.push({ from: position, grid });
    this.#unsure = false;
  }

  /** A beat is heard; it tells where the bars are to whoever came after the plan. */
  beat(position, beat, bpm) {
    if (this.#unsure && bpm > 0) this.plan(position, bpm, position - (beat * 60 * this.#rate) / bpm);
  }

  /** Take a packet of `protocol.unpackPcm`. */
  push(packet) {
    if (this.#end !== null && packet.position !== this.#end) {
      this.#giveUp(`${packet.position - this.#end} samples are missing at ${this.#end}`);
      this.#last = null;
    }
    this.#end = packet.position + packet.frames;
    let at = packet.position;
    while (at < this.#end) {
      this.#changeGrid(at);
      const change = this.#changes[0];
      at = this.#record(packet, at, change ? Math.min(change.from, this.#end) : this.#end);
    }
    this.#last = Buffer.from(packet.samples.subarray(-packet.channels * BYTES_PER_SAMPLE));
    if (packet.flags & FLAG_LAST) this.#giveUp("the music stopped");
  }

  /** Give up the take that is being written, and keep none. */
  close() {
    this.#giveUp(null);
  }

  #hooks;
  #rate = 0;
  #bars = 4;
  #live = true;
  #asked = 0;
  #grid = null;
  #changes = []; // plans that the stream has not reached: {from, grid}, in order
  #unsure = true; // nothing was said of bars since the connection began
  #end = null; // stream position after the last packet
  #last = null; // its last frame
  #writer = null;

  #changeGrid(at) {
    while (this.#changes.length > 0 && this.#changes[0].from <= at) {
      const { grid } = this.#changes.shift();
      if (this.#grid !== null && grid !== null && this.#grid.agrees(grid)) continue;
      this.#grid = grid;
      this.#giveUp("the tempo or the bars changed");
    }
  }

  // Record from `at` to `until` or to the end of a take; return where that is.
  #record(packet, at, until) {
    if (this.#writer === null) {
      if (this.#grid === null || !(this.#live || this.#asked > 0)) return until;
      const hasFrameBefore = at > packet.position || this.#last !== null;
      const line = this.#grid.nextLine(hasFrameBefore ? at - 1 : at);
      if (line >= until || !this.#open(packet.channels)) return until;
      if (line < packet.position) this.#append(this.#last, 1);
      at = Math.max(line, packet.position);
    }
    const frames = this.#writer === null ? 0 : Math.min(until - at, this.#writer.missing);
    const frameBytes = packet.channels * BYTES_PER_SAMPLE;
    const first = (at - packet.position) * frameBytes;
    this.#append(packet.samples.subarray(first, first + frames * frameBytes), frames);
    if (this.#writer === null) return until;
    if (this.#writer.missing === 0) this.#finish();
    return at + frames;
  }

  #append(samples, frames) {
    if (this.#writer !== null) this.#attempt(() => this.#writer.append(samples, frames));
  }

  #open(channels) {
    const { bpm, rate } = this.#grid;
    const bars = this.#bars;
    const frames = framesOf(bars, bpm, rate);
    const take = { bars, bpm, rate, channels, frames, beats: bars * BEATS_PER_BAR };
    this.#attempt(() => {
      this.#writer = this.folder.begin(take);
    });
    return this.#writer !== null;
  }

  #finish() {
    const writer = this.#writer;
    this.#attempt(() => writer.finish());
    if (this.#writer === null) return;
    this.#writer = null;
    this.#asked = Math.max(0, this.#asked - 1);
    this.folder.keep(writer.file);
    this.#hooks.onTake({ file: writer.file, ...writer.take });
  }

  // A disk that does not take a file is said once: nothing more is written until somebody asks.
  #attempt(action) {
    try {
      action();
    } catch (error) {
      this.#live = false;
      this.#asked = 0;
      this.#giveUp(null);
      this.#hooks.onError(`no takes can be written: ${error.message}`);
    }
  }

  #giveUp(reason) {
    if (this.#writer === null) return;
    this.#writer.abandon();
    this.#writer = null;
    if (reason !== null) this.#hooks.onNote(`a take was given up: ${reason}`);
  }
}

module.exports = { MAX_BARS, Recorder };
