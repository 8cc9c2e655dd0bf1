// Knobs, words and figures: everything that turns numbers into what is seen, and back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { decimals, nudged, travelOf, valueAt } from "../../../daw_bridge/console/curves.js";
import { commandOf } from "../../../daw_bridge/console/embed.js";
import { Newest } from "../../../daw_bridge/console/fields.js";
import { clock, decibels, duration, quantity, tempo, tempoWords, title, workerWords } from "../../../daw_bridge/console/format.js";
import { controlsOf, grouped, widgetOf } from "../../../daw_bridge/console/oscquery.js";
import { ramp, rgb } from "../../../daw_bridge/console/palette.js";
import { shares, wordsIn } from "../../../daw_bridge/console/prompts.js";
import { commandsOf, hasForgotten } from "../../../daw_bridge/console/restore.js";
import { Server } from "../../../daw_bridge/console/server.js";
import { isTaken, namesOf } from "../../../daw_bridge/console/shortcuts.js";
import { Ballistics, Latencies, percentile } from "../../../daw_bridge/console/stats.js";
import { describe } from "../../../daw_bridge/console/takes.js";

const SPECS = [
  { low: 0, high: 10, curve: "linear", isWhole: false },
  { low: 40, high: 2000, curve: "log", isWhole: false },
  { low: 0, high: 65536, curve: "log", isWhole: true },
  { low: -60, high: 12, curve: "linear", isWhole: false },
  { low: 0, high: 16, curve: "linear", isWhole: true },
  { low: 0, high: 10, curve: "log", isWhole: false },
  { low: 0.5, high: 30, curve: "log", isWhole: false },
];

test("a knob's travel and value belong to each other, from end to end", () => {
  for (const spec of SPECS) {
    assert.equal(valueAt(spec, 0), spec.low);
    assert.equal(valueAt(spec, 1), spec.high);
    assert.equal(valueAt(spec, 7), spec.high);
    let before = -Infinity;
    for (let travel = 0; travel <= 1; travel += 0.01) {
      const value = valueAt(spec, travel);
      assert.ok(value >= before && value >= spec.low && value <= spec.high);
      if (spec.isWhole) assert.equal(value, Math.round(value));
      assert.ok(Math.abs(valueAt(spec, travelOf(spec, value)) - value) <= 10 ** -decimals(spec, value), "and back");
      before = value;
    }
  }
});

test("a nudge always moves, by no more than it must, and stops at the end", () => {
  for (const spec of SPECS) {
    let value = spec.low;
    for (let n = 0; n < 20000 && value < spec.high; n++) {
      const next = nudged(spec, value, n % 2 ? 1 : 0.1);
      assert.ok(next > value, `${JSON.stringify(spec)} is stuck at ${value}`);
      value = next;
    }
    assert.equal(value, spec.high);
    assert.equal(nudged(spec, spec.high, 1), spec.high);
    assert.ok(nudged(spec, spec.high, -1) < spec.high);
  }
});

test("numbers are shown short, with their unit", () => {
  assert.equal(quantity(0.25, 2, "s"), "0.25 s");
  assert.equal(quantity(-0.01, 1, "dB"), "0.0 dB");
  assert.equal(quantity(65536, 0, ""), "65.5k");
  assert.equal(clock(61.27), "1:01.2");
  assert.equal(tempo(128), "128");
  assert.equal(tempo(93.46), "93.5");
  assert.equal(tempo(0), "\u2013");
  assert.equal(duration(480, 48000), "10 ms");
  assert.equal(duration(48000, 48000), "1.0 s");
  assert.equal(Math.round(decibels(0.5)), -6);
  assert.equal(title("prefix_top_k"), "prefix top k");
  assert.equal(title("gain_db"), "gain");
  assert.equal(tempoWords({ source: "link", bpm: 121.98, detail: "2 peers" }), "The tempo follows link at 122 bpm: 2 peers");
  assert.match(tempoWords({ source: "off", bpm: 0, detail: "" }), /nobody/);
  assert.match(workerWords("restarting", "killed"), /another one is starting.*killed/);
  assert.equal(workerWords("ready", "pid 7"), "The model is ready");
});

const TREE = {
  FULL_PATH: "/",
  CONTENTS: {
    magnet: {
      FULL_PATH: "/magnet",
      CONTENTS: {
        play: { FULL_PATH: "/magnet/play", TYPE: "N", DESCRIPTION: "Start." },
        param: {
          FULL_PATH: "/magnet/param",
          CONTENTS: {
            lead_ms: { FULL_PATH: "/magnet/param/lead_ms", TYPE: "f", RANGE: [{ MIN: 40, MAX: 2000 }], UNIT: ["ms"], CURVE: ["log"], DEFAULT: [250], DESCRIPTION: "Lead." },
            seed: { FULL_PATH: "/magnet/param/seed", TYPE: "i", RANGE: [{ MIN: 0, MAX: 2147483647 }], DEFAULT: [0] },
            level: { FULL_PATH: "/magnet/param/level", TYPE: "i", RANGE: [{ MIN: 0, MAX: 1 }], DEFAULT: [1] },
            steps: { FULL_PATH: "/magnet/param/steps", TYPE: "s", RANGE: [{}], DEFAULT: [null] },
            vamp: { FULL_PATH: "/magnet/param/vamp", TYPE: "f", RANGE: [{ MIN: 0, MAX: 1 }] },
          },
        },
      },
    },
  },
};

test("the tree of OSCQuery becomes a table, and each parameter the widget that fits it", () => {
  const controls = controlsOf(TREE);
  assert.deepEqual(controls.map(({ address }) => address.split("/").pop()), ["play", "lead_ms", "seed", "level", "steps", "vamp"]);
  assert.deepEqual(controls[0].arguments, []);
  assert.deepEqual(controls[1].arguments, [{ type: "f", low: 40, high: 2000, choices: undefined, unit: "ms", curve: "log", default: 250 }]);
  const widgets = controls.slice(1).map((control) => widgetOf(control.arguments[0]));
  assert.deepEqual(widgets, ["knob", "number", "switch", "text", "knob"]);
});

test("parameters come in groups, and one that nobody has heard of comes too", () => {
  const groups = grouped(controlsOf(TREE)).map(([name, members]) => [name, members.map((one) => one.name)]);
  assert.deepEqual(groups, [["Sound", ["steps", "seed"]], ["Time", ["lead_ms"]], ["Output", ["level"]], ["More", ["vamp"]]]);
});

test("shares of a blend are of the texts that are there, and sum to 1", () => {
  const slots = [{ text: "a", weight: 1 }, { text: "", weight: 1 }, { text: "b", weight: 0.5 }, { text: "c", weight: 0 }];
  assert.deepEqual(shares(slots).map((share) => Number(share.toFixed(3))), [0.667, 0, 0.333, 0]);
  assert.deepEqual(shares([{ text: "a", weight: 0 }]), [0]);
});

test("unknown words are found where they stand, whole words only", () => {
  assert.deepEqual(wordsIn("purple mauve", "Purple, bells"), ["purple"]);
  assert.deepEqual(wordsIn("bell", "bells"), []);
  assert.deepEqual(wordsIn("", ""), []);
});

test("colours are read and mixed evenly", () => {
  assert.deepEqual(rgb(" #ff8000"), [255, 128, 0]);
  const table = ramp(["#000000", "#ffffff"]);
  assert.deepEqual([...table.slice(0, 4)], [0, 0, 0, 255]);
  assert.deepEqual([...table.slice(4 * 255)], [255, 255, 255, 255]);
  assert.equal(table[4 * 128], 128);
});

test("percentiles are values that were measured", () => {
  assert.equal(percentile([], 0.5), null);
  assert.equal(percentile([3, 1, 2], 0.5), 2);
  assert.equal(percentile([3, 1, 2], 0.95), 3);
  const latencies = new Latencies();
  for (let ms = 1; ms <= 100; ms++) latencies.add(ms);
  assert.deepEqual([latencies.last, latencies.p50, latencies.p95, latencies.count], [100, 50, 95, 100]);
});

test("a meter rises at once, falls evenly, and holds its highest mark", () => {
  const meter = new Ballistics({ fallPerS: 20, holdS: 1 });
  assert.equal(meter.push(-6, 0).level, -6);
  assert.equal(meter.push(-40, 0.5).level, -16);
  assert.equal(meter.held, -6);
  assert.equal(meter.push(-40, 1.5).level, -36);
  assert.ok(meter.held < -6 && meter.held >= -36);
  assert.equal(meter.push(-200, 100).level, -60);
});

test("a server that has forgotten is told parameters first, then words, then time", () => {
  const controls = controlsOf(TREE);
  const status = { session: "main", position: "500", lead_ms: 300, prompt: "a", "prompt/2": "b", "prompt/2/weight": 0.5, "prompt/3/weight": 0.25, chords: "Am F", tempo: 93, quantize: "bar", loop: 4 };
  assert.deepEqual(commandsOf(status, controls), [
    ["/magnet/param/lead_ms", 300],
    ["/magnet/prompt", "a"],
    ["/magnet/prompt/2", "b", 0.5],
    ["/magnet/prompt/3/weight", 0.25],
    ["/magnet/chords", "Am F"],
    ["/magnet/tempo", 93],
    ["/magnet/quantize", "bar"],
  ]);
  const isTempoSent = (more) => commandsOf({ tempo: 93, ...more }, []).some(([address]) => address === "/magnet/tempo");
  assert.ok(isTempoSent({ tempo_source: "tap", tempo_source_bpm: 93 }));
  assert.ok(isTempoSent({ tempo_source: "link", tempo_source_bpm: 0 }), "that clock is silent");
  assert.ok(!isTempoSent({ tempo_source: "link", tempo_source_bpm: 93 }), "the server would refuse it");
  assert.ok(hasForgotten({ session: "main", position: 0 }, status));
  assert.ok(!hasForgotten({ session: "main", position: 9 }, status));
  assert.ok(!hasForgotten({ session: "other", position: 0 }, status));
  assert.ok(!hasForgotten({ session: "main", position: 0 }, null));
});

test("of values that come faster than they are sent, the newest is sent, and none after it", async () => {
  const sent = [];
  let release;
  const newest = new Newest((value) => {
    sent.push(value);
    return new Promise((resolve) => (release = resolve));
  });
  const all = newest.push(1);
  newest.push(2);
  newest.push(3);
  assert.deepEqual(sent, [1]);
  release();
  await new Promise(setImmediate);
  assert.deepEqual(sent, [1, 3]);
  release();
  await all;
  assert.equal(newest.isBusy, false);
});

test("messages of Max become commands", () => {
  assert.deepEqual(commandOf("play", []), ["/magnet/play"]);
  assert.deepEqual(commandOf("prompt", ["dark", "bass"]), ["/magnet/prompt", "dark bass"]);
  assert.deepEqual(commandOf("slot", [2, 0.5, "warm", "pad"]), ["/magnet/prompt/2", "warm pad", 0.5]);
  assert.deepEqual(commandOf("param", ["gain_db", -3]), ["/magnet/param/gain_db", -3]);
  assert.deepEqual(commandOf("keep", [8]), ["/magnet/take/keep", 8]);
  assert.deepEqual(commandOf("cmd", ["/magnet/reset", "bar"]), ["/magnet/reset", "bar"]);
  assert.equal(commandOf("format_disk", []), null);
});

test("a key belongs to a field that is written in, or a button that it presses", () => {
  const at = (tagName, rest = {}) => ({ tagName, getAttribute: () => rest.role ?? null, ...rest });
  assert.ok(isTaken(at("INPUT", { type: "text" }), "a"));
  assert.ok(isTaken(at("BUTTON"), " "));
  assert.ok(!isTaken(at("BUTTON"), "a"));
  assert.ok(!isTaken(at("BODY"), " "));
  assert.ok(!isTaken(at("INPUT", { type: "range" }), "a"));
  assert.ok(isTaken(at("DIV", { role: "slider" }), "Enter"));
  assert.ok(!isTaken(at("DIV", { role: "slider" }), " "));
});

test("a digit with Shift is known by its place: each country writes something else there", () => {
  assert.deepEqual(namesOf({ key: ")", code: "Digit0", shiftKey: true }), [")", "shift+0"]);
  assert.deepEqual(namesOf({ key: "0", code: "Digit0", shiftKey: false }), ["0"]);
  assert.deepEqual(namesOf({ key: "1", code: "Digit1", shiftKey: true }), ["1", "shift+1"]);
  assert.deepEqual(namesOf({ key: "K", code: "KeyK", shiftKey: true }), ["k"]);
});

test("the token goes with links, and only where there is one", () => {
  globalThis.sessionStorage = { getItem: () => null, setItem: () => {} };
  const server = new Server({ hash: "", host: "127.0.0.1:9001", protocol: "http:" });
  assert.equal(server.socket, "ws://127.0.0.1:9001/ws");
  assert.equal(server.link("/takes/a.wav"), "/takes/a.wav");
  server.remember("a b");
  assert.equal(server.link("/takes/a.wav"), "/takes/a.wav?token=a%20b");
  assert.equal(new Server({ hash: "#token=x", host: "h", protocol: "https:" }).link("/p?q=1"), "/p?q=1&token=x");
});

test("a take is described by what is known of it", () => {
  assert.equal(describe({ bars: 4, bpm: 124, samples: 96000, sample_rate: 48000 }), "4 bars, 124 bpm, 2.0 s");
  assert.equal(describe({ bars: 1, bpm: 0, samples: 0, sample_rate: 0 }), "1 bar");
});
