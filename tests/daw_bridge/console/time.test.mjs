// Where things lie in time: beats, plans, zones, and when a change is heard.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../../../daw_bridge/console/changes.js";
import { Elsewhere } from "../../../daw_bridge/console/elsewhere.js";
import { Grid } from "../../../daw_bridge/console/grid.js";
import { sourceOf, Timeline, viewBegin } from "../../../daw_bridge/console/timeline.js";

const RATE = 48000;

test("beats are counted in bars of four from the bar line on", () => {
  const grid = new Grid();
  assert.equal(grid.at(0), null);
  grid.set({ position: 1000, bpm: 120, barPosition: 1000, rate: RATE });
  assert.deepEqual(grid.at(1000), { bpm: 120, bar: 0, beat: 0, phase: 0 });
  assert.deepEqual(grid.at(1000 + 24000 * 5 + 12000), { bpm: 120, bar: 1, beat: 1, phase: 0.5 });
  const lines = grid.lines(1000, 1000 + 24000 * 6);
  assert.deepEqual(lines.map(({ beat }) => beat), [0, 1, 2, 3, 0, 1]);
  assert.deepEqual(lines.map(({ position }) => position), [0, 1, 2, 3, 4, 5].map((n) => 1000 + 24000 * n));
});

test("a plan that begins in the middle of a bar keeps the lines where they were", () => {
  const grid = new Grid();
  grid.set({ position: 0, bpm: 120, barPosition: 0, rate: RATE });
  grid.set({ position: 24000 * 6.5, bpm: 120, barPosition: 24000 * 4, rate: RATE });
  assert.deepEqual(grid.lines(0, 24000 * 12).map(({ bar, beat }) => 4 * bar + beat), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test("another tempo counts the bars on, and none is counted twice", () => {
  const grid = new Grid();
  grid.set({ position: 0, bpm: 120, barPosition: 0, rate: RATE });
  grid.set({ position: 96000, bpm: 90, barPosition: 96000, rate: RATE });
  assert.deepEqual(grid.at(95999).bar, 0);
  assert.deepEqual(grid.at(96000), { bpm: 90, bar: 1, beat: 0, phase: 0 });
  const bars = grid.lines(0, 96000 + 4 * 32000 + 1).filter(({ beat }) => beat === 0);
  assert.deepEqual(bars.map(({ bar }) => bar), [0, 1, 2]);
  grid.set({ position: 300000, bpm: 0, barPosition: 0, rate: RATE });
  assert.equal(grid.at(300001), null);
});

test("a plan that is drawn up again replaces what was planned from there on", () => {
  const grid = new Grid();
  grid.set({ position: 0, bpm: 120, barPosition: 0, rate: RATE });
  grid.set({ position: 90000, bpm: 140, barPosition: 96000, rate: RATE });
  grid.set({ position: 60000, bpm: 100, barPosition: 0, rate: RATE });
  assert.equal(grid.at(100000).bpm, 100);
});

const packet = (position, frames, plan, flags = 2) => ({ position, frames, plan, flags });

test("the zones are heard, frozen and planned, without overlap and without a hole", () => {
  const timeline = new Timeline(1e9);
  timeline.addPlan({ plan: 1, position: 0, prefixFrames: 2, frames: 10, hop: 100 });
  timeline.addPacket(packet(0, 200, 1, 1));
  timeline.addPacket(packet(200, 150, 1));
  timeline.addPacket(packet(350, 50, 1));
  const pieces = timeline.pieces(250, 0, 2000).map(({ from, to, zone, source, plan }) => [from, to, zone, source, plan]);
  assert.deepEqual(pieces, [
    [0, 200, "heard", "prefix", 1],
    [200, 250, "heard", "infill", 1],
    [250, 400, "frozen", "infill", 1],
    [400, 1000, "planned", "infill", 1],
  ]);
});

test("a plan that is replaced is planned no further than the next one's beginning", () => {
  const timeline = new Timeline(1e9);
  timeline.addPlan({ plan: 1, position: 0, prefixFrames: 0, frames: 10, hop: 100 });
  timeline.addPacket(packet(0, 300, 1));
  timeline.addPlan({ plan: 2, position: 500, prefixFrames: 3, frames: 10, hop: 100 });
  const planned = timeline.pieces(100, 0, 3000).filter(({ zone }) => zone === "planned");
  assert.deepEqual(planned.map(({ from, to, source, plan }) => [from, to, source, plan]), [
    [300, 500, "infill", 1],
    [500, 800, "prefix", 2],
    [800, 1500, "infill", 2],
  ]);
  timeline.addPlan({ plan: 3, position: 400, prefixFrames: 0, frames: 5, hop: 100 });
  const anew = timeline.pieces(100, 0, 3000).filter(({ zone }) => zone === "planned");
  assert.deepEqual(anew.map(({ from, to, plan }) => [from, to, plan]), [[300, 400, 1], [400, 900, 3]]);
});

test("each plan's border is named once, where it begins to be heard", () => {
  const timeline = new Timeline(1e9);
  timeline.addPlan({ plan: 1, position: 0, prefixFrames: 0, frames: 5, hop: 100 });
  timeline.addPacket(packet(0, 300, 1));
  timeline.addPlan({ plan: 2, position: 300, prefixFrames: 0, frames: 5, hop: 100 });
  timeline.addPacket(packet(300, 100, 2));
  timeline.addPlan({ plan: 3, position: 700, prefixFrames: 0, frames: 5, hop: 100 });
  assert.deepEqual(timeline.borders(0, 2000), [{ plan: 2, position: 300 }, { plan: 3, position: 700 }]);
  assert.deepEqual(timeline.borders(400, 2000), [{ plan: 3, position: 700 }]);
});

test("a stream that is heard anew from an earlier position overwrites what was there", () => {
  const timeline = new Timeline(1e9);
  timeline.addPacket(packet(0, 300, 1));
  timeline.addPacket(packet(300, 300, 2));
  timeline.addPacket(packet(300, 100, 5));
  assert.equal(timeline.received, 400);
  assert.deepEqual(timeline.pieces(1e9, 0, 1e9).map(({ plan }) => plan), [1, 5]);
});

test("what lies long behind is forgotten", () => {
  const timeline = new Timeline(1000);
  for (let n = 0; n < 100; n++) timeline.addPacket(packet(100 * n, 100, n));
  assert.ok(timeline.pieces(1e9, 0, 1e9).length <= 11);
});

test("flags say what made a sample; concealment wins", () => {
  assert.deepEqual([1, 2, 4, 6, 8, 0].map(sourceOf), ["prefix", "infill", "concealed", "concealed", "other", "other"]);
  assert.deepEqual([16, 24, 20].map(sourceOf), ["take", "take", "concealed"]);
});

test("the view follows the playhead, or stands still and turns pages", () => {
  assert.equal(viewBegin(1000, 100, 0.6, false), 940);
  let turns = 0;
  let begin = viewBegin(0, 100, 0.6, true);
  for (let playhead = 0; playhead < 600; playhead++) {
    const next = viewBegin(playhead, 100, 0.6, true);
    assert.ok(next <= playhead && playhead < next + 100, "the playhead is in view");
    turns += next !== begin;
    begin = next;
  }
  assert.equal(turns, 10);
});

test("a change is heard once, when its sample is behind the playhead, from when it was sent", () => {
  const changes = new Changes();
  changes.add({ address: "/magnet/prompt", position: 48000, sent: 1000 });
  assert.deepEqual(changes.heard(48000, 1200, RATE), []);
  assert.deepEqual(changes.heard(48480, 1260, RATE), [{ address: "/magnet/prompt", ms: 250 }]);
  assert.deepEqual(changes.heard(99999, 9999, RATE), []);
  changes.add({ address: "/magnet/take/keep", position: 0, sent: 0 }); // nobody hears that
  assert.deepEqual(changes.heard(99999, 9999, RATE), []);
});

test("what is still to be heard is told by where, with the names of all that lies there", () => {
  const changes = new Changes();
  changes.add({ address: "/magnet/prompt/1", position: 96000, sent: 0 });
  changes.add({ address: "/magnet/param/gain_db", position: 48000, sent: 0 });
  changes.add({ address: "/magnet/prompt/2", position: 96000, sent: 0 });
  changes.add({ address: "/magnet/prompt/2", position: 96000, sent: 0 });
  assert.deepEqual(changes.waiting(24000), [
    { position: 48000, names: "gain_db", samples: 24000 },
    { position: 96000, names: "prompt/1, prompt/2", samples: 72000 },
  ]);
  assert.deepEqual(changes.waiting(48001).map(({ names }) => names), ["prompt/1, prompt/2"]);
  changes.clear();
  assert.deepEqual(changes.waiting(0), []);
});

test("a stream that sounds elsewhere goes on between its beats, and stops without them", () => {
  const elsewhere = new Elsewhere();
  assert.equal(elsewhere.playhead(0, RATE), null);
  elsewhere.tell(96000, 1000);
  assert.equal(elsewhere.playhead(1000, RATE), 96000);
  assert.equal(elsewhere.playhead(1500, RATE), 120000);
  assert.equal(elsewhere.playhead(4501, RATE), null);
  elsewhere.tell(200000, 5000);
  elsewhere.stop();
  assert.equal(elsewhere.playhead(5000, RATE), null);
});
