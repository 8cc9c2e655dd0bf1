// The audio thread of the page: a queue of packets, played in order.
//
// It begins when `bufferFrames` are there, and again after it ran dry. Each packet carries its stream
// position, so what is heard is known to the sample.

const REPORT_BLOCKS = 8; // of 128 samples: a report to the page every 21 ms at 48 kHz
const FADE_IN_STEP = 1 / 256; // per sample
const DECAY = 0.97; // per sample, from the last sample heard, where the queue is empty
const FLAG_CONCEALED = 4;
const FLAG_LAST = 8;

class StreamProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.bufferFrames = processorOptions.bufferFrames;
    this.queue = [];
    this.offset = 0; // frames of the first packet that are played
    this.queued = 0; // frames
    this.playing = false;
    this.gain = 0;
    this.last = [0, 0];
    this.heard = { position: 0, plan: 0, flags: 0 };
    this.underruns = 0;
    this.peak = 0;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => {
      this.queue.push(data);
      this.queued += data.frames;
    };
  }

  process(inputs, [output]) {
    if (!this.playing && this.mayBegin()) {
      this.playing = true;
      this.gain = 0;
    }
    const frames = output[0].length;
    let at = 0;
    while (this.playing && at < frames && this.queue.length > 0) at = this.copy(output, at, frames);
    if (this.playing && at < frames) {
      this.playing = false;
      // At the end, and in a gap of the server's, nothing is missing here.
      if (!(this.heard.flags & (FLAG_LAST | FLAG_CONCEALED))) this.underruns += 1;
    }
    this.fadeOut(output, at, frames);
    if (++this.blocks % REPORT_BLOCKS === 0) this.report();
    return true;
  }

  mayBegin() {
    const newest = this.queue[this.queue.length - 1];
    return newest !== undefined && (this.queued >= this.bufferFrames || (newest.flags & FLAG_LAST) !== 0);
  }

  // Play from the first packet until it or the block is over; return where in the block that is.
  copy(output, at, frames) {
    const packet = this.queue[0];
    const count = Math.min(frames - at, packet.frames - this.offset);
    for (let n = 0; n < count; n++) {
      this.gain = Math.min(1, this.gain + FADE_IN_STEP);
      for (let channel = 0; channel < output.length; channel++) {
        const from = (this.offset + n) * packet.channels + Math.min(channel, packet.channels - 1);
        const sample = packet.samples[from] * this.gain;
        output[channel][at + n] = this.last[channel] = sample;
        this.peak = Math.max(this.peak, Math.abs(sample));
      }
    }
    this.offset += count;
    this.queued -= count;
    this.heard = { position: packet.position + this.offset, plan: packet.plan, flags: packet.flags };
    if (this.offset === packet.frames) {
      this.queue.shift();
      this.offset = 0;
    }
    return at + count;
  }

  fadeOut(output, at, frames) {
    for (let channel = 0; channel < output.length; channel++) {
      for (let n = at; n < frames; n++) output[channel][n] = this.last[channel] *= DECAY;
    }
  }

  report() {
    const { playing, queued, underruns, peak } = this;
    this.port.postMessage({ ...this.heard, playing, queued, underruns, peak });
    this.peak = 0;
  }
}

registerProcessor("stream", StreamProcessor);
