// The scrolling picture of the stream: spectrogram, beats, plans and zones around the playhead.

import { waitingWords } from "./format.js";
import { Heatmap } from "./heatmap.js";
import { palette } from "./palette.js";
import { viewBegin } from "./timeline.js";

export const ROWS = 144;
const COLUMNS = 2400; // kept: 24 s
const PIXELS_PER_S = 105;
const MIN_S = 5;
const MAX_S = 16;
const PLAYHEAD_SHARE = 0.64;
const RULER = 22; // pixels above the picture
const LANE = 20; // below it: what made the sound
const WORTH_SAYING_S = 0.3; // what is heard sooner cannot be read in time
const ZONES = { heard: "heard", frozen: "frozen", planned: "planned" };

export class View {
  #scale = 1;

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.heatmap = new Heatmap(COLUMNS, ROWS);
    this.restyle();
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#fit();
  }

  // Take the colours of the theme.
  restyle() {
    this.colours = palette();
    this.heatmap.paint(this.colours.ramp);
  }

  #fit() {
    this.#scale = Math.min(2, window.devicePixelRatio || 1);
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.max(1, Math.round(clientWidth * this.#scale));
    this.canvas.height = Math.max(1, Math.round(clientHeight * this.#scale));
  }

  // Draw what there is at a playhead. `scene`: {playhead, rate, hop, timeline, grid, waiting, isStill}.
  draw(scene) {
    const { context, colours } = this;
    const width = this.canvas.width / this.#scale;
    const height = this.canvas.height / this.#scale;
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    context.fillStyle = colours.well;
    context.fillRect(0, 0, width, height);
    const seconds = Math.max(MIN_S, Math.min(MAX_S, width / PIXELS_PER_S));
    const span = seconds * scene.rate;
    const begin = viewBegin(scene.playhead, span, PLAYHEAD_SHARE, scene.isStill);
    const box = { x: 0, y: RULER, width, height: height - RULER - LANE };
    const at = (position) => ((position - begin) / span) * width;
    const frame = { ...scene, begin, end: begin + span, box, at };
    this.heatmap.blit(context, begin / scene.hop, (begin + span) / scene.hop, box);
    this.#zones(frame);
    this.#beats(frame);
    this.#borders(frame);
    this.#waiting(frame);
    this.#playhead(frame);
  }

  #zones({ timeline, playhead, begin, end, box, at }) {
    const { context, colours } = this;
    const zones = new Map();
    for (const { from, to, source, zone } of timeline.pieces(playhead, begin, end)) {
      const [x, width] = [at(from), at(to) - at(from)];
      const span = zones.get(zone) ?? { from, to };
      zones.set(zone, { from: Math.min(span.from, from), to: Math.max(span.to, to) });
      context.fillStyle = colours[source];
      if (zone === "planned") this.#hatch(x, width, box);
      context.globalAlpha = zone === "planned" ? 0.45 : 1;
      context.fillRect(x, box.y + box.height + 3, width, 5);
      context.globalAlpha = 1;
    }
    const frozen = zones.get("frozen");
    if (frozen) {
      context.fillStyle = colours.accent;
      context.globalAlpha = 0.16;
      context.fillRect(at(frozen.from), box.y, at(frozen.to) - at(frozen.from), box.height);
      context.globalAlpha = 1;
    }
    for (const [zone, { from, to }] of zones) this.#zoneName(zone, at(from), at(to), box);
  }

  // Stripes: music that is thought of, and may still change.
  #hatch(x, width, { y, height }) {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.globalAlpha = 0.07;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 0.3;
    context.strokeStyle = context.fillStyle;
    context.lineWidth = 1;
    context.beginPath();
    const first = Math.floor((x - height) / 12) * 12;
    for (let from = first; from < x + width; from += 12) {
      context.moveTo(from, y + height);
      context.lineTo(from + height, y);
    }
    context.stroke();
    context.restore();
  }

  #zoneName(zone, from, to, box) {
    const { context, colours } = this;
    context.font = `600 12px ${colours.font}`;
    const text = ZONES[zone];
    const width = context.measureText(text).width;
    if (to - from < width + 16) return;
    const x = zone === "heard" ? to - width - 12 : from + 12;
    context.fillStyle = colours.panel;
    context.globalAlpha = 0.85;
    context.fillRect(x - 6, box.y + box.height - 24, width + 12, 19);
    context.globalAlpha = 1;
    context.fillStyle = colours.text;
    context.fillText(text, x, box.y + box.height - 10);
  }

  #beats({ grid, begin, end, box, at }) {
    const { context, colours } = this;
    context.font = `12px ${colours.font}`;
    for (const { position, bar, beat } of grid.lines(begin, end)) {
      const x = Math.round(at(position)) + 0.5;
      context.fillStyle = colours.quiet;
      context.globalAlpha = beat === 0 ? 0.55 : 0.2;
      context.fillRect(x - 0.5, box.y, 1, box.height);
      context.globalAlpha = 1;
      if (beat === 0) context.fillText(String(bar + 1), x + 4, 15);
      context.fillRect(x - 0.5, beat === 0 ? 6 : 15, 1, beat === 0 ? RULER - 6 : RULER - 15);
    }
  }

  #borders({ timeline, begin, end, box, at }) {
    const { context, colours } = this;
    context.font = `11px ${colours.font}`;
    let free = -Infinity; // labels do not run over each other
    for (const { position, plan } of timeline.borders(begin, end)) {
      if (plan === 0) continue; // concealed: no plan made it
      const x = Math.round(at(position)) + 0.5;
      context.strokeStyle = colours.text;
      context.globalAlpha = 0.75;
      context.setLineDash([3, 4]);
      context.beginPath();
      context.moveTo(x, box.y);
      context.lineTo(x, box.y + box.height + LANE);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
      const label = `plan ${plan}`;
      if (x < free) continue;
      context.fillStyle = colours.quiet;
      context.fillText(label, x + 4, box.y + box.height + 18);
      free = x + context.measureText(label).width + 10;
    }
  }

  // Changes that are carried out, where they will be heard.
  #waiting({ waiting, rate, end, box, at }) {
    const { context, colours } = this;
    context.font = `600 12px ${colours.font}`;
    let y = box.y + 16;
    for (const { position, names, samples } of waiting) {
      if (samples < WORTH_SAYING_S * rate) continue;
      const text = waitingWords(names, samples / rate);
      const width = context.measureText(text).width;
      const x = Math.min(at(Math.min(position, end)), box.width - 2);
      const left = Math.min(x + 6, box.width - width - 8); // what lies beyond the picture is said at its edge
      context.fillStyle = colours.accent;
      context.fillRect(x - 1, box.y, 2, box.height);
      context.fillStyle = colours.panel;
      context.fillRect(left - 4, y - 14, width + 8, 20);
      context.fillStyle = colours.accent;
      context.fillText(text, left, y);
      y += 22;
    }
  }

  #playhead({ playhead, box, at }) {
    const { context, colours } = this;
    const x = Math.round(at(playhead));
    context.fillStyle = colours.accent;
    context.fillRect(x - 1, box.y - 4, 2, box.height + LANE);
    context.beginPath();
    context.moveTo(x - 6, box.y - 10);
    context.lineTo(x + 6, box.y - 10);
    context.lineTo(x, box.y - 2);
    context.fill();
  }
}
