// Figures of this page's own session.

const KEPT = 1000;

// Return the value that a share of all values does not exceed (nearest rank); null without any.
export function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

// How long changes took until they were heard.
export class Latencies {
  #values = [];
  last = null;

  add(ms) {
    this.last = ms;
    this.#values.push(ms);
    if (this.#values.length > KEPT) this.#values.shift();
  }

  get count() {
    return this.#values.length;
  }

  get p50() {
    return percentile(this.#values, 0.5);
  }

  get p95() {
    return percentile(this.#values, 0.95);
  }
}

// A level meter's movement in decibels: it rises at once and falls by so much a second; its mark of
// the highest level stays for a while first.
export class Ballistics {
  constructor({ fallPerS = 24, holdS = 1.5, floor = -60 } = {}) {
    Object.assign(this, { fallPerS, holdS, floor, level: floor, held: floor, heldAt: 0, at: 0 });
  }

  push(db, nowS) {
    const fallen = this.fallPerS * Math.max(0, nowS - this.at);
    this.at = nowS;
    const level = Math.max(this.floor, db);
    this.level = Math.max(level, this.level - fallen);
    if (level >= this.held) [this.held, this.heldAt] = [level, nowS];
    else if (nowS - this.heldAt > this.holdS) this.held = Math.max(this.level, this.held - fallen);
    return this;
  }
}
