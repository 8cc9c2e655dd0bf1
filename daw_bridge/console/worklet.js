// The audio thread of the page: plays what comes, in order, and reports what is heard.
//
// It begins when `bufferFrames` are there, and again after it ran dry. Each packet carries its stream
// position, so what is heard is known to the sample, and where a stretch was left out, its two ends are
// crossfaded.

import { FLAG } from "./packet.js";
import { FrameRing } from "./ring.js";

const CAPACITY_S = 8; // four times the longest lead
const REPORT_BLOCKS = 8; // of 128 samples: a report to the page every 21 ms at 48 kHz
const CROSSFADE_S = 0.005;
const FADE_IN_STEP = 1 / 256; // per sample
const DECAY = 0.97; // per sample, from the last sample heard, where the ring is empty

class StreamProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions, outputChannelCount }) {
    super();
    this.bufferFrames = processorOptions.bufferFrames;
    this.channels = outputChannelCount[0];
    const fadeFrames = Math.round(CROSSFADE_S * sampleRate);
    this.ring = new FrameRing(Math.round(CAPACITY_S * sampleRate), this.channels, fadeFrames);
    this.newestFlags = 0;
    this.playing = false;
    this.gain = 0;
    this.last = new Float32Array(this.channels);
    this.tail = new Float32Array(this.channels); // of what was heard before it began
    this.underruns = 0;
    this.overflow = 0; // frames that had no room
    this.blocks = 0;
    this.beginReport();
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(packet) {
    if (packet.clear) {
      this.ring.clear();
      this.playing = false; // nothing of it is missing
      return;
    }
    if (!this.ring.canJoin(packet)) this.playing = false; // too late for a crossfade: it fades out and in
    this.overflow += this.ring.write(packet);
    this.newestFlags = packet.flags;
  }

  process(inputs, [output]) {
    if (!this.playing && this.mayBegin()) {
      this.playing = true;
      this.gain = 0;
      this.tail.set(this.last);
    }
    const frames = output[0].length;
    const count = this.playing ? this.ring.read(output, 0, frames) : 0;
    this.shape(output, count);
    if (this.playing && count < frames) {
      this.playing = false;
      // At the end, and in a gap of the server's, nothing is missing here.
      if (!(this.ring.heard.flags & (FLAG.last | FLAG.concealed))) this.underruns += 1;
    }
    this.measure(output);
    if (++this.blocks % REPORT_BLOCKS === 0) this.report();
    return true;
  }

  mayBegin() {
    const { available } = this.ring;
    return available >= this.bufferFrames || (available > 0 && (this.newestFlags & FLAG.last) !== 0);
  }

  // Fade in what begins; let the last sample die away under it, and where there is none.
  shape(output, count) {
    for (let n = 0; n < count && this.gain < 1; n++) {
      this.gain = Math.min(1, this.gain + FADE_IN_STEP);
      for (const [channel, side] of output.entries()) side[n] = side[n] * this.gain + (this.tail[channel] *= DECAY);
    }
    for (const [channel, side] of output.entries()) {
      if (count > 0) this.last[channel] = side[count - 1];
      for (let n = count; n < side.length; n++) side[n] = this.last[channel] *= DECAY;
    }
  }

  beginReport() {
    this.peak = new Float32Array(this.channels);
    this.power = new Float64Array(this.channels);
    this.clipped = 0;
    this.measured = 0;
  }

  measure(output) {
    for (const [channel, side] of output.entries()) {
      for (const sample of side) {
        const size = Math.abs(sample);
        if (size > this.peak[channel]) this.peak[channel] = size;
        if (size >= 1) this.clipped += 1;
        this.power[channel] += sample * sample;
      }
    }
    this.measured += output[0].length;
  }

  report() {
    const { playing, underruns, overflow, clipped, measured } = this;
    const rms = Array.from(this.power, (power) => Math.sqrt(power / measured));
    const peak = Array.from(this.peak);
    const queued = this.ring.available;
    this.port.postMessage({ ...this.ring.heard, playing, queued, underruns, overflow, peak, rms, clipped });
    this.beginReport();
  }
}

registerProcessor("stream", StreamProcessor);
