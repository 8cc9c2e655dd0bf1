// Where the bars of a stream lie, in samples.
//
// The server says in each `plan` event where a bar begins and how fast the music is. Every line is
// reckoned from that one point, so that rounding to samples never adds up from bar to bar.

"use strict";

const BEATS_PER_BAR = 4;
const SAME_SAMPLES = 2; // two roundings of the server's, its own rate's and the client's

/** Return how many sample frames so many bars take, to the nearest. */
function framesOf(bars, bpm, rate) {
  return Math.round((bars * BEATS_PER_BAR * 60 * rate) / bpm);
}

/** Bar lines at one tempo; it does not change, another tempo is another grid. */
class BarGrid {
  /**
   * @param {number} rate samples in a second
   * @param {number} bpm beats in a minute, above 0
   * @param {number} barPosition a sample on which a bar begins; may be a fraction, or below 0
   */
  constructor(rate, bpm, barPosition) {
    this.rate = rate;
    this.bpm = bpm;
    this.barPosition = barPosition;
  }

  /** Return the first sample from `position` on that begins a bar. */
  nextLine(position) {
    const length = this.#barSamples();
    const bar = Math.ceil((position - 0.5 - this.barPosition) / length);
    return Math.round(this.barPosition + bar * length);
  }

  /** Return whether another grid has the same tempo and, but for rounding, the same lines. */
  agrees(other) {
    if (other.bpm !== this.bpm || other.rate !== this.rate) return false;
    const bars = (other.barPosition - this.barPosition) / this.#barSamples();
    return Math.abs(bars - Math.round(bars)) * this.#barSamples() <= SAME_SAMPLES;
  }

  #barSamples() {
    return (BEATS_PER_BAR * 60 * this.rate) / this.bpm;
  }
}

module.exports = { BEATS_PER_BAR, BarGrid, framesOf };
