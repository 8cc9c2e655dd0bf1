// Short-time spectra on a logarithmic frequency axis, column by column as PCM comes.

const FLOOR_DB = -78; // of full scale: black
const TOP_DB = -4;

// A real FFT of a fixed power-of-two size; `power(samples)` gives |X|^2 of bins 0 to size / 2.
export class Fft {
  constructor(size) {
    this.size = size;
    this.re = new Float64Array(size);
    this.im = new Float64Array(size);
    this.out = new Float64Array(size / 2 + 1);
    this.cos = Float64Array.from({ length: size / 2 }, (_, n) => Math.cos((2 * Math.PI * n) / size));
    this.sin = Float64Array.from({ length: size / 2 }, (_, n) => Math.sin((2 * Math.PI * n) / size));
    const bits = Math.log2(size);
    this.reversed = Uint32Array.from({ length: size }, (_, n) => {
      let mirrored = 0;
      for (let bit = 0; bit < bits; bit++) mirrored |= ((n >> bit) & 1) << (bits - 1 - bit);
      return mirrored;
    });
  }

  power(samples) {
    const { size, re, im, cos, sin, reversed, out } = this;
    for (let n = 0; n < size; n++) {
      re[n] = samples[reversed[n]];
      im[n] = 0;
    }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let n = 0; n < half; n++) {
          const a = start + n;
          const b = a + half;
          const c = cos[n * stride];
          const s = -sin[n * stride];
          const real = re[b] * c - im[b] * s;
          const imaginary = re[b] * s + im[b] * c;
          re[b] = re[a] - real;
          im[b] = im[a] - imaginary;
          re[a] += real;
          im[a] += imaginary;
        }
      }
    }
    for (let n = 0; n <= size / 2; n++) out[n] = re[n] * re[n] + im[n] * im[n];
    return out;
  }
}

// Return the edges of `rows` bands, in FFT bins, evenly spaced in pitch between two frequencies.
export function bandEdges(rows, size, rate, lowHz, highHz) {
  const top = Math.min(highHz, rate / 2);
  const edge = (n) => (lowHz * (top / lowHz) ** (n / rows) * size) / rate;
  return Float64Array.from({ length: rows + 1 }, (_, n) => edge(n));
}

// Return the level of each band, 0 to 255: the largest bin in it, or what lies between two bins.
export function bandLevels(power, edges, full, levels) {
  for (let row = 0; row < levels.length; row++) {
    const low = edges[row];
    const high = edges[row + 1];
    let most = 0;
    for (let bin = Math.ceil(low); bin <= high; bin++) most = Math.max(most, power[bin]);
    if (most === 0) {
      const middle = (low + high) / 2;
      const below = Math.floor(middle);
      const share = middle - below;
      most = power[below] * (1 - share) + (power[below + 1] ?? 0) * share;
    }
    const db = 10 * Math.log10(most / full + 1e-12);
    levels[row] = Math.max(0, Math.min(255, (255 * (db - FLOOR_DB)) / (TOP_DB - FLOOR_DB)));
  }
  return levels;
}

// Turns packets into columns: column c stands for the samples from c * hop to (c + 1) * hop of the
// stream. `onColumn(column, levels)` gets each as soon as its samples are there.
export class Spectra {
  constructor({ rate, rows, size = 2048, perSecond = 100, lowHz = 40, highHz = 14000, onColumn }) {
    this.hop = Math.round(rate / perSecond);
    this.fft = new Fft(size);
    this.edges = bandEdges(rows, size, rate, lowHz, highHz);
    this.shape = Float64Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
    this.full = (size / 4) ** 2; // power of a full-scale sine under this window
    this.levels = new Uint8ClampedArray(rows);
    this.windowed = new Float64Array(size);
    this.recent = new Float32Array(size); // the last samples, oldest first from `head` on
    this.head = 0;
    this.end = null; // stream position after the last sample
    this.onColumn = onColumn;
  }

  push({ samples, channels, frames, position }) {
    if (position !== this.end) this.recent.fill(0); // a jump: nothing of before belongs to it
    this.end = position;
    const size = this.recent.length;
    for (let n = 0; n < frames; n++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += samples[n * channels + channel];
      this.recent[this.head] = sum / channels;
      this.head = (this.head + 1) % size;
      this.end += 1;
      // A window lies around the middle of its column.
      const middle = this.end - size / 2 - (this.hop >> 1);
      if (middle >= 0 && middle % this.hop === 0) this.#emit(middle / this.hop);
    }
  }

  #emit(column) {
    const size = this.recent.length;
    for (let n = 0; n < size; n++) this.windowed[n] = this.recent[(this.head + n) % size] * this.shape[n];
    this.onColumn(column, bandLevels(this.fft.power(this.windowed), this.edges, this.full, this.levels));
  }
}
