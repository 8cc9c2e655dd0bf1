// What carries samples: packets, the ring buffer, spectra.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FLAG, pack, unpack } from "../../../daw_bridge/console/packet.js";
import { FrameRing } from "../../../daw_bridge/console/ring.js";
import { bandEdges, Fft, Spectra } from "../../../daw_bridge/console/spectrum.js";

// Numbers that are the same in every run (a linear congruence).
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return Math.floor((state / 4294967296) * below);
  };
}

test("what is packed is unpacked as it was, and names its place", () => {
  const samples = Float32Array.from([0, 0.5, -1]);
  const packet = unpack(pack({ samples, rate: 44100, sequence: 7, position: 2 ** 40 + 1, flags: FLAG.last }));
  assert.deepEqual([...packet.samples], [0, 0.5, -1]);
  const { channels, flags, rate, frames, position, plan } = packet;
  assert.deepEqual({ channels, flags, rate, frames, position, plan }, {
    channels: 1, flags: FLAG.last, rate: 44100, frames: 3, position: 2 ** 40 + 1, plan: 0,
  });
});

test("what is no PCM is refused with a reason", () => {
  assert.throws(() => unpack(new ArrayBuffer(12)), /12 bytes/);
  assert.throws(() => unpack(new ArrayBuffer(48)), /not float PCM/);
  const cut = pack({ samples: new Float32Array(4), rate: 48000, sequence: 0, position: 0 }).slice(0, 48);
  assert.throws(() => unpack(cut), /4 frames/);
});

test("a ring buffer gives out what it took in, as a plain list would", () => {
  const random = numbers(1);
  const capacity = 97;
  const ring = new FrameRing(capacity, 2);
  const list = []; // of [left, right, position, plan]
  let position = 5;
  for (let turn = 0; turn < 3000; turn++) {
    if (random(2)) {
      const frames = random(60);
      const channels = 1 + random(2);
      if (random(10) === 0) position += random(1000); // a jump
      const samples = Float32Array.from({ length: frames * channels }, () => random(1000));
      const left = ring.write({ samples, channels, frames, position, plan: turn, flags: turn % 16 });
      const taken = Math.min(frames, capacity - list.length);
      assert.equal(left, frames - taken);
      for (let n = 0; n < taken; n++) {
        list.push([samples[n * channels], samples[n * channels + channels - 1], position + n, turn]);
      }
      position += taken;
    } else {
      const wanted = random(60);
      const outputs = [new Float32Array(70), new Float32Array(70)];
      const count = ring.read(outputs, 3, wanted);
      assert.equal(count, Math.min(wanted, list.length));
      const expected = list.splice(0, count);
      for (const side of [0, 1]) {
        assert.deepEqual([...outputs[side].subarray(3, 3 + count)], expected.map((frame) => frame[side]));
      }
      if (count > 0) {
        const last = expected.at(-1);
        assert.deepEqual(ring.heard, { position: last[2] + 1, plan: last[3], flags: last[3] % 16 });
      }
    }
    assert.equal(ring.available, list.length);
  }
});

test("where a stretch was left out, both ends are crossfaded, and the position is the new one's", () => {
  const ring = new FrameRing(1000, 1, 4);
  const write = (value, frames, position, plan) =>
    ring.write({ samples: new Float32Array(frames).fill(value), channels: 1, frames, position, plan, flags: 0 });
  write(1, 10, 0, 1);
  assert.ok(ring.canJoin({ position: 500 }));
  write(0, 10, 500, 2);
  assert.equal(ring.available, 16); // four frames of both sound together
  const out = new Float32Array(16);
  ring.read([out], 0, 7);
  assert.deepEqual(ring.heard, { position: 501, plan: 2, flags: 0 });
  ring.read([out], 7, 9);
  assert.deepEqual([...out].map((sample) => Number(sample.toFixed(2))), [...new Array(6).fill(1), 0.8, 0.6, 0.4, 0.2, ...new Array(6).fill(0)]);
  assert.deepEqual(ring.heard, { position: 510, plan: 2, flags: 0 });
  assert.ok(!ring.canJoin({ position: 900 }), "nothing is left that could fade out");
  assert.ok(ring.canJoin({ position: 510 }));
});

test("a ring that crossfades counts positions right, whatever comes", () => {
  const random = numbers(4);
  const ring = new FrameRing(97, 1, 8);
  let position = 0;
  for (let turn = 0; turn < 3000; turn++) {
    if (random(2)) {
      const frames = 1 + random(30);
      if (random(4) === 0) position += 1 + random(1000);
      const samples = Float32Array.from({ length: frames }, () => 1);
      const left = ring.write({ samples, channels: 1, frames, position, plan: position, flags: 0 });
      position += frames;
      assert.ok(left >= 0 && ring.available <= 97);
    } else {
      const output = new Float32Array(60);
      const count = ring.read([output], 0, random(60));
      for (const sample of output.subarray(0, count)) assert.ok(Math.abs(sample - 1) < 1e-6, "shares sum to 1");
      if (count > 0) {
        const { position: heard, plan } = ring.heard;
        assert.ok(heard > plan && heard - plan <= 30, `${heard} is not of the packet at ${plan}`);
      }
    }
  }
});

test("a cleared ring buffer is empty, and goes on", () => {
  const ring = new FrameRing(8, 1);
  const write = (position) => ring.write({ samples: new Float32Array(6).fill(1), channels: 1, frames: 6, position, plan: 1, flags: 0 });
  write(0);
  ring.read([new Float32Array(2)], 0, 2);
  ring.clear();
  assert.equal(ring.available, 0);
  assert.deepEqual(ring.heard, { position: 0, plan: 0, flags: 0 });
  assert.equal(write(100), 0);
  assert.equal(ring.read([new Float32Array(6)], 0, 6), 6);
  assert.equal(ring.heard.position, 106);
});

test("the FFT equals the sum that defines it", () => {
  const random = numbers(2);
  const size = 64;
  const samples = Float64Array.from({ length: size }, () => random(1000) / 500 - 1);
  const power = new Fft(size).power(samples);
  for (let bin = 0; bin <= size / 2; bin++) {
    let [re, im] = [0, 0];
    for (let n = 0; n < size; n++) {
      re += samples[n] * Math.cos((2 * Math.PI * bin * n) / size);
      im -= samples[n] * Math.sin((2 * Math.PI * bin * n) / size);
    }
    assert.ok(Math.abs(power[bin] - (re * re + im * im)) < 1e-8);
  }
});

test("columns of a sine are bright where its frequency is, whatever the packets and the rate", () => {
  for (const rate of [44100, 48000]) {
    const columns = new Map();
    const rows = 100;
    const spectra = new Spectra({ rate, rows, onColumn: (column, levels) => columns.set(column, levels.slice()) });
    const random = numbers(3);
    for (let position = 0; position < rate; ) {
      const frames = 1 + random(700);
      const samples = Float32Array.from({ length: 2 * frames }, (_, n) => 0.5 * Math.sin((2 * Math.PI * 1000 * (position + (n >> 1))) / rate));
      spectra.push({ samples, channels: 2, frames, position });
      position += frames;
    }
    assert.ok(columns.size >= 96 && columns.size <= 100, `${columns.size} columns of a second`);
    const row = bandEdges(rows, 2048, rate, 40, 14000).findIndex((edge) => (edge * rate) / 2048 > 1000) - 1;
    const levels = columns.get(50);
    const loudest = levels.indexOf(Math.max(...levels));
    assert.ok(Math.abs(loudest - row) <= 1, `row ${loudest}, not ${row}`);
    assert.ok(levels[loudest] > 200 && levels[5] < 60);
  }
});

test("a jump of the stream leaves no trace of before", () => {
  let last = null;
  const spectra = new Spectra({ rate: 48000, rows: 50, onColumn: (column, levels) => (last = { column, levels: levels.slice() }) });
  const loud = new Float32Array(4800).fill(0.9);
  spectra.push({ samples: loud, channels: 1, frames: 4800, position: 0 });
  spectra.push({ samples: new Float32Array(1500), channels: 1, frames: 1500, position: 480000 });
  assert.ok(last.column >= 990);
  assert.equal(Math.max(...last.levels), 0);
});
