// Controllers and keyboards: what they send, what moves what, and the chord that is held.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { chordOf, HeldChords } from "../../../daw_bridge/console/chords.js";
import { Bindings, Midi, parse } from "../../../daw_bridge/console/midi.js";

// A browser's storage.
class Storage {
  #items = new Map();

  getItem(name) {
    return this.#items.get(name) ?? null;
  }

  setItem(name, text) {
    this.#items.set(name, text);
  }
}

test("messages are read by their status; a note of no force is a note that ends", () => {
  assert.deepEqual(parse([0xb2, 21, 64]), { kind: "cc", channel: 3, number: 21, value: 64 });
  assert.deepEqual(parse([0x90, 60, 100]), { kind: "on", channel: 1, number: 60, value: 100 });
  assert.equal(parse([0x90, 60, 0]).kind, "off");
  assert.equal(parse([0x85, 60, 64]).kind, "off");
  assert.equal(parse([0xb0, 123, 0]).kind, "silence");
  assert.equal(parse([0xb0, 121, 0]), null);
  assert.equal(parse([0xe0, 0, 64]), null);
  assert.equal(parse([0xf8]), null);
});

test("a controller moves one target, a target has one controller, and both are kept", () => {
  const storage = new Storage();
  const bindings = new Bindings(storage);
  bindings.bind({ channel: 1, number: 21 }, "knob-gain_db");
  bindings.bind({ channel: 2, number: 22 }, "weight-1");
  bindings.bind({ channel: 1, number: 23 }, "knob-gain_db");
  assert.equal(bindings.targetOf({ channel: 1, number: 21 }), undefined);
  const again = new Bindings(storage);
  assert.equal(again.targetOf({ channel: 1, number: 23 }), "knob-gain_db");
  assert.deepEqual([again.wordsOf("knob-gain_db"), again.wordsOf("weight-1"), again.wordsOf("none")], ["CC 23", "CC 22 ch 2", null]);
  again.bind({ channel: 1, number: 23 }, "weight-1");
  assert.deepEqual([again.size, again.targetOf({ channel: 1, number: 23 })], [1, "weight-1"]);
  again.unbind("weight-1");
  assert.equal(new Bindings(storage).size, 0);
});

test("what is stored and is no binding is not one", () => {
  for (const text of ["{", "7", "null", '[["a", "b"], [1, 2], "x"]', '[["1.2", 3]]']) {
    const storage = new Storage();
    storage.setItem("magnet-live.midi", text);
    assert.equal(new Bindings(storage).size, 0, text);
  }
});

function access(...names) {
  const inputs = new Map(names.map((name) => [name, { name, onmidimessage: null }]));
  return { inputs, onstatechange: null };
}

test("every input is heard, also one that is plugged in later, and the browser is asked once", async () => {
  const given = access("pads");
  let asked = 0;
  const midi = new Midi(async () => (asked++, given));
  const heard = [];
  midi.addEventListener("message", ({ detail }) => heard.push([detail.kind, detail.number]));
  await Promise.all([midi.open(), midi.open()]);
  given.inputs.get("pads").onmidimessage({ data: [0xb0, 1, 2] });
  given.inputs.set("keys", { onmidimessage: null });
  given.onstatechange();
  given.inputs.get("keys").onmidimessage({ data: [0x90, 60, 2] });
  given.inputs.get("keys").onmidimessage({ data: [0xf8] });
  assert.deepEqual([asked, heard], [1, [["cc", 1], ["on", 60]]]);
});

test("where the browser gives no MIDI the reason is said, and it can be tried again", async () => {
  let isAllowed = false;
  const midi = new Midi(async () => {
    if (!isAllowed) throw new Error("denied");
    return access();
  });
  await assert.rejects(midi.open(), /does not let this page have it \(denied\)/);
  isAllowed = true;
  await midi.open();
  await assert.rejects(new Midi(null).open(), /https and on http:\/\/localhost only/);
});

test("the chord is the triad in what is held, on the lowest note where there are two", () => {
  const named = { C: [48, 52, 55], Am: [57, 60, 64], "F#m": [54, 57, 61], Bdim: [59, 62, 65], G: [47, 50, 55] };
  for (const [name, notes] of Object.entries(named)) assert.equal(chordOf(notes), name);
  assert.equal(chordOf([48, 52, 55, 57]), "C"); // C6
  assert.equal(chordOf([45, 48, 52, 55]), "Am"); // Am7
  assert.equal(chordOf([48, 55]), null);
  assert.equal(chordOf([48, 53, 55]), null); // Csus4
  assert.equal(chordOf([]), null);
  for (let root = 36; root < 84; root++) assert.equal(chordOf([root, root + 3, root + 7]), chordOf([root + 12, root + 15, root + 31]));
});

test("fingers that come down one after another make one chord, and none as they leave", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const said = [];
  const held = new HeldChords((name) => said.push(name));
  const play = (kind, ...notes) => notes.forEach((number) => held.take({ kind, channel: 1, number }));
  play("on", 48, 52, 55);
  mock.timers.tick(30);
  play("on", 45); // still in the hand: Am7, not C
  mock.timers.tick(40);
  assert.deepEqual(said, ["Am"]);
  play("off", 45, 48, 52, 55);
  mock.timers.tick(100);
  play("on", 57, 60, 64);
  mock.timers.tick(40);
  assert.deepEqual(said, ["Am"], "it sounds already");
  held.take({ kind: "silence", channel: 1, number: 123 });
  play("on", 53, 57, 60);
  mock.timers.tick(40);
  assert.deepEqual(said, ["Am", "F"]);
  mock.timers.reset();
});
