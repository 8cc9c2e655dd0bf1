// The audio thread's ear: hands the input to the page, 1024 samples at a time.

const FRAMES = 1024;

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.begin();
  }

  begin() {
    this.samples = new Float32Array(FRAMES);
    this.count = 0;
  }

  process([[side]]) {
    for (let from = 0; side && from < side.length; ) {
      const part = side.subarray(from, from + FRAMES - this.count);
      this.samples.set(part, this.count);
      this.count += part.length;
      from += part.length;
      if (this.count === FRAMES) {
        this.port.postMessage(this.samples, [this.samples.buffer]);
        this.begin();
      }
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
