// Where the beats and bars of the stream lie: the tempo of each plan, from its first sample on.

export const BEATS_PER_BAR = 4;
const KEPT = 64; // changes

export class Grid {
  #changes = []; // {from, bpm, origin: position of a bar line, bar: its number, beat: samples}, by `from`

  // From `position` on, beats come at `bpm` with a bar line at `barPosition`; 0 bpm: there are none.
  set({ position, bpm, barPosition, bar = null, rate }) {
    this.#changes = this.#changes.filter(({ from }) => from < position);
    const beat = bpm > 0 ? (60 * rate) / bpm : 0;
    const number = bar ?? this.#barAfter(barPosition);
    this.#changes.push({ from: position, bpm, origin: barPosition, bar: number, beat });
    if (this.#changes.length > KEPT) this.#changes.shift();
  }

  clear() {
    this.#changes = [];
  }

  // Return the beat that sounds at a position: {bpm, bar, beat, phase}, all counted from 0; null without beats.
  at(position) {
    const change = this.#changeAt(position);
    if (!change || change.beat === 0) return null;
    const beats = (position - change.origin) / change.beat;
    const whole = Math.floor(beats + 1e-6);
    const inBar = ((whole % BEATS_PER_BAR) + BEATS_PER_BAR) % BEATS_PER_BAR;
    return {
      bpm: change.bpm,
      bar: change.bar + (whole - inBar) / BEATS_PER_BAR,
      beat: inBar,
      phase: Math.max(0, beats - whole),
    };
  }

  // Return the lines between two positions: [{position, bar, beat}].
  lines(begin, end) {
    const found = [];
    for (const [index, change] of this.#changes.entries()) {
      if (change.beat === 0) continue;
      const from = Math.max(begin, change.from);
      const until = Math.min(end, this.#changes[index + 1]?.from ?? Infinity);
      const first = Math.ceil((from - change.origin) / change.beat - 1e-6);
      for (let n = first; change.origin + n * change.beat < until; n++) {
        const beat = ((n % BEATS_PER_BAR) + BEATS_PER_BAR) % BEATS_PER_BAR;
        const bar = change.bar + (n - beat) / BEATS_PER_BAR;
        found.push({ position: change.origin + n * change.beat, bar, beat });
      }
    }
    return found;
  }

  #changeAt(position) {
    return this.#changes.findLast(({ from }) => from <= position) ?? this.#changes[0];
  }

  // Bars are counted on where the tempo changes.
  #barAfter(barPosition) {
    const last = this.#changes.at(-1);
    if (!last || last.beat === 0) return last ? last.bar : 0;
    return last.bar + Math.round((barPosition - last.origin) / (last.beat * BEATS_PER_BAR));
  }
}
