// Node for Max: streams from a magnet-live server, writes bar-exact WAV files, and says when one is
// there for `buffer~ replace`. Run by [node.script magnet-live-client.js].
//
// Messages in:
//   connect URL [TOKEN]    "connect" alone: ws://127.0.0.1:9001/ws
//   disconnect
//   session NAME           of the server, from now on (default main)
//   rate HZ                of the takes; Max's own, from [dspstate~] (default 48000)
//   bars N                 length of a take, 1 to 64 (default 4)
//   take                   write the next N bars once
//   live 0|1               1 (default): write take after take; 0: only when asked
//   folder PATH            where takes go, and stay (default: a temporary folder of its own, which
//                          holds the last four)
//   cmd ADDRESS ARGS...    any control of the server, such as: cmd /magnet/prompt "warm pads"
//
// Messages out, from the left outlet:
//   status STATE TEXT      idle (this script runs: what was sent to it before is lost), connecting,
//                          connected, waiting (tries again), refused, off or error
//   ready RATE CHANNELS SESSION
//   replace PATH           a WAV is complete; then at once
//   swap BARS BPM MS SAMPLES   what it holds; its length in milliseconds, and in sample frames
//   beat BEAT BAR BPM      heard now
//   done ADDRESS SECONDS   a command is heard so many seconds after it was sent
//   fail ADDRESS REASON
//   event NAME VALUES...   any other event of the server, its values in the README's order
//   note TEXT              what happened to a take

"use strict";

const maxApi = require("max-api");

const { Connection, webSocketClass } = require("./lib/connection");
const { serverUrl } = require("./lib/protocol");
const { Recorder } = require("./lib/recorder");
const { TakeFolder } = require("./lib/takes");

const DEFAULT_URL = "ws://127.0.0.1:9001/ws";
const CHANNELS = 2;
const RATES = [8000, 192000];

const say = (...atoms) => maxApi.outlet(...atoms);

let rate = 48000;
let session = "main";
let nextId = 1;

const recorder = new Recorder(new TakeFolder(), {
  onTake({ file, bars, bpm, frames, rate: takeRate }) {
    say("replace", file);
    say("swap", bars, bpm, (1000 * frames) / takeRate, frames);
  },
  onNote: (text) => say("note", text),
  onError: (text) => say("status", "error", text),
});

// Events that Max gets under a name of their own; all others are passed on as `event NAME ...`.
const events = {
  done: ({ address, seconds }) => say("done", address, seconds),
  fail: ({ address, reason }) => say("fail", address, reason),
  beat(message) {
    recorder.beat(message.position, message.beat, message.bpm);
    say("beat", message.beat, message.bar, message.bpm);
  },
  plan(message) {
    recorder.plan(message.position, message.bpm, message.bar_position);
    passOn(message);
  },
};

function passOn({ event, session, id, ...values }) {
  const flat = event === "status" ? Object.entries(values).flat() : Object.values(values);
  say("event", event, ...flat.map((value) => (value === null ? "none" : value)));
}

const hooks = {
  onState: (state, text) => say("status", state, text),
  onReady(ready, resumes) {
    recorder.begin(ready.sample_rate, resumes);
    say("ready", ready.sample_rate, ready.channels, ready.session);
  },
  onPacket: (packet) => recorder.push(packet),
  onEvent: (message) => (events[message.event] || passOn)(message),
};

const WebSocketClass = webSocketClass();
const connection = WebSocketClass === null ? null : new Connection(WebSocketClass, hooks);

/** Return a number that Max sent; throw where it is not from `low` to `high`. */
function numberFrom(name, value, low, high) {
  if (typeof value !== "number" || !(value >= low && value <= high)) {
    throw new Error(`${name} is ${JSON.stringify(value)}; it must be a number from ${low} to ${high}`);
  }
  return value;
}

const handlers = {
  connect(url = DEFAULT_URL, token = null) {
    if (connection === null) {
      throw new Error(
        `Node ${process.version} has no WebSocket: open a terminal in ${__dirname}, run "npm ci", ` +
          "and start this script again",
      );
    }
    const shown = token === null ? null : String(token);
    connection.open({ url: serverUrl(url), token: shown, rate, channels: CHANNELS, session });
  },
  disconnect() {
    if (connection !== null) connection.close();
    recorder.close();
  },
  rate(hertz) {
    const wanted = Math.round(numberFrom("rate", hertz, ...RATES));
    if (wanted === rate) return;
    rate = wanted;
    if (connection !== null) connection.change({ rate });
  },
  session(name) {
    if (String(name) === session) return;
    session = String(name);
    if (connection !== null) connection.change({ session });
  },
  bars: (count) => recorder.setBars(count),
  take: () => recorder.askForTake(),
  live: (on = 1) => recorder.setLive(numberFrom("live", on, 0, 1) >= 0.5),
  folder(...words) {
    recorder.close();
    recorder.folder = new TakeFolder(words.length > 0 ? words.join(" ") : null);
  },
  cmd(address, ...args) {
    if (connection === null || !connection.command(address, args, nextId++)) {
      say("fail", String(address), "not connected to a server");
    }
  },
};

function guarded(handle) {
  return (...args) => {
    try {
      handle(...args);
    } catch (error) {
      say("status", "error", error.message);
    }
  };
}

for (const [name, handle] of Object.entries(handlers)) maxApi.addHandler(name, guarded(handle));
maxApi.addHandler(maxApi.MESSAGE_TYPES.ALL, (handled, ...args) => {
  if (!handled) say("status", "error", `no message is called ${args[0]}; they are ${Object.keys(handlers).join(", ")}`);
});
process.on("exit", () => recorder.close());
say("status", "idle", "ready to connect");
