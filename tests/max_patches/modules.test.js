// The client's parts that need neither Max nor a server nor `ws`: node --test
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { setTimeout: sleep } = require("node:timers/promises");
const v8 = require("node:v8");
const vm = require("node:vm");

const LIB = path.join(__dirname, "..", "..", "max_patches", "lib");
const { BarGrid, framesOf } = require(path.join(LIB, "bars"));
const { Connection } = require(path.join(LIB, "connection"));
const { hello, serverUrl, unpackPcm } = require(path.join(LIB, "protocol"));
const { Recorder } = require(path.join(LIB, "recorder"));
const { KEPT, TakeFolder } = require(path.join(LIB, "takes"));
const { wavHeader } = require(path.join(LIB, "wav"));

test("the frames of bars are rounded once, whatever the tempo", () => {
  assert.equal(framesOf(4, 128, 48000), 360000);
  assert.equal(framesOf(4, 127.3, 48000), 361980); // 361,979.58
  assert.equal(framesOf(64, 20, 192000), 147456000);
});

test("lines do not drift: the thousandth is as exact as the first", () => {
  const grid = new BarGrid(48000, 127.3, 17);
  const length = (240 * 48000) / 127.3;
  let at = 19;
  for (let bar = 1; bar <= 1000; bar++) {
    const line = grid.nextLine(at);
    assert.ok(Math.abs(line - (17 + bar * length)) <= 0.5, `bar ${bar}: ${line}`);
    at = line + 2;
  }
});

test("a take of rounded length is followed by the next at once, all day", () => {
  for (const bpm of [97.53, 127.3, 133, 174.9]) {
    const grid = new BarGrid(44100, bpm, 0);
    const frames = framesOf(1, bpm, 44100);
    let at = 0;
    for (let bar = 0; bar < 5000; bar++) {
      const line = grid.nextLine(at - 1);
      assert.ok(Math.abs(line - at) <= 1, `bpm ${bpm}, bar ${bar}: ${line - at} samples are in no take`);
      assert.ok(Math.abs(line - (bar * 240 * 44100) / bpm) <= 0.5);
      at = line + frames;
    }
  }
});

test("a grid agrees with itself at other bars and two samples off, not with others", () => {
  const grid = new BarGrid(48000, 120, 1000);
  assert.ok(grid.agrees(new BarGrid(48000, 120, 1000 + 7 * 96000 + 2)));
  assert.ok(!grid.agrees(new BarGrid(48000, 120, 1003)));
  assert.ok(!grid.agrees(new BarGrid(48000, 120.5, 1000)));
});

test("addresses as people write them", () => {
  assert.equal(serverUrl("127.0.0.1"), "ws://127.0.0.1:9001/ws");
  assert.equal(serverUrl("studio:9005"), "ws://studio:9005/ws");
  assert.equal(serverUrl("http://localhost:9001/"), "ws://localhost:9001/ws");
  assert.equal(serverUrl(" ws://[::1]:9001/ws "), "ws://[::1]:9001/ws");
  assert.equal(serverUrl("wss://far.example:443/ws"), "wss://far.example/ws");
  for (const wrong of ["", "ftp://x", "ws://", "a b"]) {
    assert.throws(() => serverUrl(wrong), /is no address of a server; one is ws:/);
  }
});

test("hello leaves out what is not there", () => {
  const plain = { session: "main", rate: 44100, channels: 2, resume: null, token: null };
  assert.deepEqual(Object.keys(JSON.parse(hello(plain))), ["cmd", "version", "session", "format", "sample_rate", "channels"]);
  assert.equal(JSON.parse(hello({ ...plain, resume: 0 })).resume_position, 0);
});

function pcm({ position, frames, channels = 1, rate = 1000, flags = 2, first = 0 }) {
  const bytes = Buffer.alloc(40 + 4 * frames * channels);
  bytes.write("MGNT");
  bytes.set([1, 0, channels, flags], 4);
  bytes.writeUInt32LE(rate, 8);
  bytes.writeUInt32LE(frames, 12);
  bytes.writeBigUInt64LE(BigInt(position), 24);
  for (let n = 0; n < frames * channels; n++) bytes.writeFloatLE(first + n, 40 + 4 * n);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

test("PCM messages are read to the byte, and what is none is refused", () => {
  const packet = unpackPcm(pcm({ position: 2 ** 40, frames: 3, channels: 2 }));
  assert.equal(packet.position, 2 ** 40);
  assert.deepEqual([packet.frames, packet.channels, packet.rate, packet.flags], [3, 2, 1000, 2]);
  assert.equal(packet.samples.readFloatLE(20), 5);
  const whole = Buffer.from(pcm({ position: 0, frames: 3 }));
  assert.throws(() => unpackPcm(whole.subarray(0, 39)), /39 bytes that are not PCM/);
  assert.throws(() => unpackPcm(whole.subarray(0, 48)), /8 bytes of samples; its header says 12/);
  whole[5] = 1;
  assert.throws(() => unpackPcm(whole), /PCM of version 1, format 1/);
});

/** A folder that keeps takes in memory, and can be full. */
class Shelf {
  takes = [];
  abandoned = 0;
  full = false;

  begin(take) {
    const samples = [];
    const shelf = this;
    return {
      file: `${this.takes.length}.wav`,
      take,
      missing: take.frames,
      append(bytes, frames) {
        if (shelf.full) throw new Error("ENOSPC: no space left on device");
        for (let at = 0; at < bytes.length; at += 4) samples.push(bytes.readFloatLE(at));
        this.missing -= frames;
      },
      finish: () => shelf.takes.push(samples),
      abandon: () => (shelf.abandoned += 1),
    };
  }

  keep() {}
}

function recording(bars = 1) {
  const shelf = new Shelf();
  const said = { takes: [], notes: [], errors: [] };
  const recorder = new Recorder(shelf, {
    onTake: (take) => said.takes.push(take),
    onNote: (text) => said.notes.push(text),
    onError: (text) => said.errors.push(text),
  });
  recorder.setBars(bars);
  recorder.begin(1000, false);
  const stream = (from, until, size = 100, flags = 2) => {
    for (let at = from; at < until; at += size) {
      recorder.push(unpackPcm(pcm({ position: at, frames: Math.min(size, until - at), first: at, flags })));
    }
  };
  return { recorder, shelf, said, stream };
}

const ramp = (from, count) => Array.from({ length: count }, (_, n) => from + n);

test("nothing is recorded before the bars are known", () => {
  const { shelf, stream } = recording();
  stream(0, 3000);
  assert.deepEqual(shelf.takes, []);
});

test("takes follow each other on the bars, whatever the packets are", () => {
  for (const size of [1, 7, 100, 1000, 5000]) {
    const { recorder, shelf, said, stream } = recording(2);
    recorder.plan(0, 240, -300); // a bar is 1000 samples: lines at 700, 1700 ...
    stream(0, 5000, size);
    assert.deepEqual(shelf.takes, [ramp(700, 2000), ramp(2700, 2000)]);
    assert.deepEqual(said.takes.map(({ bars, bpm, frames, rate }) => [bars, bpm, frames, rate]), [
      [2, 240, 2000, 1000],
      [2, 240, 2000, 1000],
    ]);
  }
});

test("a take may begin on the last frame of the one before, also across packets", () => {
  for (const size of [1, 100, 923]) {
    const { recorder, shelf, stream } = recording();
    recorder.plan(0, 532, 0); // a bar is 451.13 samples, a take 451
    stream(0, 4600, size);
    const lines = ramp(0, 10).map((bar) => Math.round((bar * 240000) / 532));
    assert.deepEqual(shelf.takes, lines.map((line) => ramp(line, 451)));
    const slow = recording(); // and one that is longer than its bar:
    slow.recorder.plan(0, 130.04, 0); // 1845.59, 1846
    slow.stream(0, 19000, size);
    const begins = ramp(0, 10).map((bar) => Math.round((bar * 240000) / 130.04));
    assert.deepEqual(slow.shelf.takes, begins.map((line) => ramp(line, 1846)));
  }
});

test("a plan that says the same does not disturb a take; one with another tempo ends it", () => {
  const { recorder, shelf, said, stream } = recording();
  recorder.plan(0, 240, 0);
  stream(0, 500);
  recorder.plan(600, 240, 1001);
  stream(500, 1000);
  assert.deepEqual(shelf.takes, [ramp(0, 1000)]);
  recorder.plan(1550, 480, 1550);
  stream(1000, 2100);
  assert.deepEqual(shelf.takes[1], ramp(1550, 500));
  assert.deepEqual(said.notes, ["a take was given up: the tempo or the bars changed"]);
});

test("a plan that replaces another before its time is the one that counts", () => {
  const { recorder, shelf, stream } = recording();
  recorder.plan(0, 240, 0);
  recorder.plan(1500, 999, 1500);
  recorder.plan(1200, 240, 2000);
  stream(0, 3000);
  assert.deepEqual(shelf.takes, [ramp(0, 1000), ramp(1000, 1000), ramp(2000, 1000)]);
});

test("a gap and the end of the stream give a take up, and the next line begins another", () => {
  const { recorder, shelf, said, stream } = recording();
  recorder.plan(0, 240, 0);
  stream(0, 500);
  stream(700, 2000);
  assert.deepEqual(shelf.takes, [ramp(1000, 1000)]);
  stream(2000, 2300);
  stream(2300, 2400, 100, 2 | 8);
  stream(2400, 4000);
  assert.deepEqual(shelf.takes[1], ramp(3000, 1000));
  assert.deepEqual(said.notes, [
    "a take was given up: 200 samples are missing at 500",
    "a take was given up: the music stopped",
  ]);
});

test("a connection that resumes keeps the take, a new one does not", () => {
  const { recorder, shelf, stream } = recording();
  recorder.plan(0, 240, 0);
  stream(0, 500);
  recorder.begin(1000, true);
  stream(500, 1500);
  assert.deepEqual(shelf.takes, [ramp(0, 1000)]);
  recorder.begin(1000, false);
  stream(0, 3000);
  assert.equal(shelf.takes.length, 1, "the old bars are not those of another stream");
});

test("whoever comes after the plan learns the bars from a beat", () => {
  const { recorder, shelf, stream } = recording();
  stream(5000, 5400);
  recorder.beat(5250, 1, 240); // bar lines at 5000, 6000
  recorder.beat(5500, 3, 100); // once they are known, plans tell what changes
  stream(5400, 7000);
  assert.deepEqual(shelf.takes, [ramp(6000, 1000)]);
});

test("when it is not live, only what was asked for is recorded", () => {
  const { recorder, shelf, stream } = recording();
  recorder.setLive(false);
  recorder.plan(0, 240, 0);
  stream(0, 1500);
  recorder.askForTake();
  recorder.askForTake();
  stream(1500, 8000);
  assert.deepEqual(shelf.takes, [ramp(2000, 1000), ramp(3000, 1000)]);
});

test("a full disk is said once, and recording goes on when somebody asks", () => {
  const { recorder, shelf, said, stream } = recording();
  recorder.plan(0, 240, 0);
  shelf.full = true;
  stream(0, 3000);
  assert.deepEqual(said.errors, ["no takes can be written: ENOSPC: no space left on device"]);
  shelf.full = false;
  recorder.setLive(true);
  stream(3000, 5000);
  assert.deepEqual(shelf.takes, [ramp(3000, 1000), ramp(4000, 1000)]);
});

/** Write a take of two frames; return its file. */
function written(folder, take) {
  const writer = folder.begin(take);
  writer.append(Buffer.alloc(8), 2);
  assert.ok(!fs.existsSync(writer.file));
  writer.finish();
  assert.equal(fs.statSync(writer.file).size, wavHeader(take).length + 8);
  folder.keep(writer.file);
  return writer.file;
}

const SHORT = { bars: 1, bpm: 120.126, rate: 1000, channels: 1, frames: 2, beats: 4 };

test("of the client's own folder the last few files stay", () => {
  const folder = new TakeFolder();
  const files = Array.from({ length: KEPT + 2 }, () => written(folder, SHORT));
  const own = path.dirname(files[0]);
  assert.deepEqual(fs.readdirSync(own).sort(), files.slice(-KEPT).map((file) => path.basename(file)).sort());
  folder.begin(SHORT).abandon();
  assert.equal(fs.readdirSync(own).length, KEPT);
});

test("in a folder that the user names files have new names, and all of them stay", () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "takes-"));
  try {
    const first = `magnet-live ${process.pid}-1 1bars 120.13bpm.wav`;
    fs.writeFileSync(path.join(root, first), "another program's");
    const folder = new TakeFolder(root);
    const files = Array.from({ length: KEPT + 2 }, () => path.basename(written(folder, SHORT)));
    assert.deepEqual(fs.readdirSync(root).sort(), [first, ...files].sort());
    assert.equal(fs.readFileSync(path.join(root, first), "utf8"), "another program's");
  } finally {
    fs.rmSync(root, { recursive: true });
  }
});

/** A WebSocket whose server is the test. */
class Wire {
  static newest = null;
  sent = [];

  constructor() {
    Wire.newest = this;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {}

  say(message) {
    this.onmessage({ data: typeof message === "object" && "event" in message ? JSON.stringify(message) : message });
  }
}

function connected(hooks) {
  const states = [];
  const quiet = { onState: (...state) => states.push(state), onReady() {}, onPacket() {}, onEvent() {} };
  const connection = new Connection(Wire, { ...quiet, ...hooks });
  connection.open({ url: "ws://x/ws", token: null, rate: 1000, channels: 1, session: "main" });
  Wire.newest.onopen({});
  Wire.newest.say({ event: "ready", position: 0, sample_rate: 1000, channels: 1, session: "main" });
  return { connection, states };
}

const [major, minor] = process.versions.node.split(".").map(Number);
const needsTimers = major > 20 || (major === 20 && minor >= 11) ? false : "Node 20.11 can mock timers";

test("after a loss it waits longer each time, and resumes at the sample behind the last", { skip: needsTimers }, (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { connection, states } = connected({});
  Wire.newest.say(pcm({ position: 0, frames: 123 }));
  for (const wait of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
    const before = Wire.newest;
    before.onclose({ code: 1006, reason: "" });
    assert.match(states.at(-1)[1], new RegExp(`next try in ${wait / 1000} s`));
    t.mock.timers.tick(wait - 1);
    assert.equal(Wire.newest, before);
    t.mock.timers.tick(1);
    assert.notEqual(Wire.newest, before);
  }
  Wire.newest.onopen({});
  assert.equal(Wire.newest.sent[0].resume_position, 123);
  connection.close();
});

test("a server that answers nothing for four pings is taken for gone", { skip: needsTimers }, (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { connection, states } = connected({});
  const silent = Wire.newest;
  t.mock.timers.tick(15000);
  silent.say({ event: "pong", id: "ping", text: "" });
  t.mock.timers.tick(15000);
  assert.equal(states.at(-1)[0], "connected");
  t.mock.timers.tick(5000);
  assert.deepEqual(states.at(-1), ["waiting", "ws://x/ws does not answer any more; next try in 0.25 s"]);
  t.mock.timers.tick(250);
  assert.notEqual(Wire.newest, silent);
  connection.close();
});

test("what a socket says after it was left is not heard", () => {
  const packets = [];
  const { connection } = connected({ onPacket: (packet) => packets.push(packet) });
  const old = Wire.newest;
  connection.change({ rate: 2000 });
  old.say(pcm({ position: 0, frames: 5 }));
  assert.deepEqual(packets, []);
  connection.close();
});

test("ten minutes of packets and takes leave no memory behind", async () => {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc");
  const recorder = new Recorder(new TakeFolder(), { onTake() {}, onNote() {}, onError: assert.fail });
  const { connection } = connected({ onPacket: (packet) => recorder.push(packet) });
  try {
    recorder.setBars(1);
    recorder.begin(48000, false);
    recorder.plan(0, 960, 0);
    // What buffers held is given back by a thread of its own, some time after they were collected.
    const used = async (enough) => {
      let bytes = Infinity;
      for (let tries = 0; bytes > enough && tries < 50; tries++) {
        collect();
        await sleep(20);
        const { heapUsed, external, arrayBuffers } = process.memoryUsage();
        bytes = Math.min(bytes, heapUsed + external + arrayBuffers);
      }
      return bytes;
    };
    const hear = (from, count) => {
      for (let n = from; n < from + count; n++) Wire.newest.say(pcm({ position: 960 * n, frames: 960, rate: 48000 }));
    };
    hear(0, 15000); // the first half: everything is compiled, every buffer is there
    const before = await used(0);
    hear(15000, 15000);
    const grown = (await used(before + 500000)) - before;
    assert.ok(grown <= 500000, `${grown} bytes more after 15000 packets of 3880`);
  } finally {
    connection.close();
    recorder.close();
  }
});
