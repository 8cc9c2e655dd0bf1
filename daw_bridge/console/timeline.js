// What the page knows of the stream's time: which plan made each sample, and what is planned next.
//
//     | heard ............ | frozen: sent | planned: may be rewritten |
//                          ^ playhead     ^ received                  ^ horizon

import { FLAG } from "./packet.js";

const KEPT_PLANS = 64;

// Return what a sample with these flags is: "concealed", "take", "prefix", "infill" or "other".
export function sourceOf(flags) {
  if (flags & FLAG.concealed) return "concealed";
  if (flags & FLAG.take) return "take"; // of a recalled take: no plan made it
  if (flags & FLAG.prefix) return "prefix";
  return flags & FLAG.infill ? "infill" : "other";
}

export class Timeline {
  #kept; // samples
  #runs = []; // {from, to, plan, source} of what was received, by position
  #plans = []; // {plan, from, infill, to}: where each begins, where its infill begins, where it ends

  constructor(keptSamples) {
    this.#kept = keptSamples;
  }

  // Position after the last sample received; null before the first.
  get received() {
    return this.#runs.at(-1)?.to ?? null;
  }

  clear() {
    this.#runs = [];
    this.#plans = [];
  }

  addPacket({ position, frames, plan, flags }) {
    const source = sourceOf(flags);
    const to = position + frames;
    const last = this.#runs.at(-1);
    if (last && position < last.to) this.#runs = this.#runs.filter((run) => run.to <= position); // heard anew
    const run = this.#runs.at(-1);
    if (run && run.to === position && run.plan === plan && run.source === source) run.to = to;
    else this.#runs.push({ from: position, to, plan, source });
    while (this.#runs[0].to < to - this.#kept) this.#runs.shift();
  }

  // Note a plan of which `frames` frames of `hop` samples begin at a position.
  addPlan({ plan, position, prefixFrames, frames, hop }) {
    this.#plans = this.#plans.filter((old) => old.from < position);
    for (const old of this.#plans) old.to = Math.min(old.to, position); // rewritten from here on
    this.#plans.push({
      plan,
      from: position,
      infill: position + prefixFrames * hop,
      to: position + frames * hop,
    });
    if (this.#plans.length > KEPT_PLANS) this.#plans.shift();
  }

  // Return the pieces between two positions, [{from, to, plan, source, zone}], by position and without overlap.
  pieces(playhead, begin, end) {
    const found = [];
    const add = (from, to, piece) => {
      const [low, high] = [Math.max(from, begin), Math.min(to, end)];
      if (low < high) found.push({ ...piece, from: low, to: high });
    };
    for (const { from, to, plan, source } of this.#runs) {
      add(from, Math.min(to, playhead), { plan, source, zone: "heard" });
      add(Math.max(from, playhead), to, { plan, source, zone: "frozen" });
    }
    const rest = Math.max(this.received ?? 0, playhead);
    for (const { plan, from, infill, to } of this.#plans) {
      add(Math.max(from, rest), Math.min(infill, to), { plan, source: "prefix", zone: "planned" });
      add(Math.max(infill, rest), to, { plan, source: "infill", zone: "planned" });
    }
    return found;
  }

  // Return where one plan ends and another begins, between two positions: [{position, plan}].
  borders(begin, end) {
    const found = new Map();
    for (const [index, run] of this.#runs.entries()) {
      if (index > 0 && run.plan !== this.#runs[index - 1].plan) found.set(run.plan, run.from);
    }
    const rest = this.received ?? 0;
    for (const { plan, from } of this.#plans) if (from >= rest && !found.has(plan)) found.set(plan, from);
    return [...found]
      .map(([plan, position]) => ({ plan, position }))
      .filter(({ position }) => begin <= position && position < end);
  }
}

// Return the first position that is shown, of `span` samples with the playhead at a share of them.
//
// Where motion is reduced the view stands still and the playhead walks, until a page is full.
export function viewBegin(playhead, span, share, isStill) {
  const begin = playhead - span * share;
  if (!isStill) return begin;
  const page = span * 0.6;
  return Math.floor((playhead - span * 0.1) / page) * page;
}
