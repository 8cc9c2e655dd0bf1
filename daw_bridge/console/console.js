// The page: everything is made here and joined. What each part does is in its own module.

import { Chords } from "./chords.js";
import { Client } from "./client.js";
import { isEmbedded, makeTabs, Max } from "./embed.js";
import { Newest, TextField, show } from "./fields.js";
import { Figures } from "./figures.js";
import { clock, tempoWords, waitingWords, workerWords } from "./format.js";
import { Input } from "./input.js";
import { Knobs } from "./knobs.js";
import { Learn } from "./learn.js";
import { Meters } from "./meters.js";
import { Midi } from "./midi.js";
import { controlsOf } from "./oscquery.js";
import { BUFFER_MS, Player } from "./player.js";
import { Prompts } from "./prompts.js";
import { commandsOf, hasForgotten } from "./restore.js";
import { Server } from "./server.js";
import { Shortcuts } from "./shortcuts.js";
import { Stream } from "./stream.js";
import { Takes } from "./takes.js";
import { Themes } from "./themes.js";
import { sourceOf } from "./timeline.js";
import { Transport } from "./transport.js";
import { ROWS, View } from "./view.js";

const STATUS_MS = 1000;
const UNLOCK_MS = 500; // where there is no sound device, the browser never says that sound may begin
const FRAME_MS = 1000 / 30;
const STILL_FRAME_MS = 250; // where motion is reduced
const PANELS = [["prompts", "Prompts"], ["knobs", "Controls"], ["takes", "Takes"], ["input", "Audio in"], ["figures", "Health"]];
const NEEDS = [["/magnet/chords", "chords"], ["/magnet/tap", "tap"], ["/magnet/quantize", "quantize"], ["/magnet/take/keep", "takes"], ["/magnet/input/record", "input"]];

const element = (id) => document.getElementById(id);
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

let isUp = false;
let isLost = false; // it was up; said once, however often it is tried again
let isGarbled = false;
let controls = []; // the table (oscquery.js)
let lastStatus = null;

if (isEmbedded()) makeTabs(PANELS);

// --- the parts ---

const server = new Server();
const player = new Player();
const client = new Client(server.socket, {
  session: new URLSearchParams(location.search).get("session") ?? "main",
  format: "f32",
  channels: 2,
  sample_rate: player.rate,
  buffer_ms: BUFFER_MS,
  ...(server.token ? { token: server.token } : {}),
});
const view = new View(element("spectrogram"));
const stream = new Stream(client, player, ROWS, (column, levels) => view.heatmap.put(column, levels));
const figures = new Figures();
const meters = new Meters();
const max = new Max(command);
const transport = new Transport(command, unlock);
const prompts = new Prompts(command);
const knobs = new Knobs(element("groups"), command);
const takes = new Takes(command, server);
const input = new Input(player, client, command, { unlock, say: complain });
const themes = new Themes(() => view.restyle());
const midi = new Midi();
const chords = new Chords(command, midi, complain);
const learn = new Learn(midi, () => new Map([...knobs.faders, ...prompts.faders]), complain);
const parts = [transport, prompts, chords, knobs, takes, input];

const shortcuts = new Shortcuts([
  [" ", "Play, stop", () => transport.toggle()],
  ["a", "Again: other notes", () => command("/magnet/again")],
  ["t", "Tap the tempo", () => command("/magnet/tap")],
  ["l", "Next length of loop", () => transport.loop.next()],
  ["q", "Now, on beat, on bar", () => transport.quantize.next()],
  ["r", "Reset at the bar", () => command("/magnet/reset", "bar")],
  ["shift+0", "Reset at once", () => command("/magnet/reset", "now")],
  ["k", "Keep a take", () => takes.keep()],
  ["u", "Undo the last change", () => takes.undo()],
  ["i", "Record from the microphone", () => input.toggle()],
  ["m", "Move what is chosen by MIDI", () => learn.toggle()],
  ["d", "Light or dark", () => themes.toggle()],
  ["1 2 3 4 5 6", "Write in that slot", null],
  ...[1, 2, 3, 4, 5, 6].map((number) => [String(number), "", () => prompts.focus(number)]),
  ["Enter", "Send what is written", null],
  ["Escape", "Leave the field as it was", null],
  ["?", "This list", () => shortcuts.toggleList()],
]);

// --- what the user does ---

function complain(text) {
  show("message", text);
  if (text) figures.note(text);
}

async function command(address, ...args) {
  if (address === "/magnet/play") stream.willPlay();
  const sent = performance.now();
  try {
    const answer = await client.command(address, ...args);
    show("message", "");
    max.out("done", address, answer.seconds ?? (performance.now() - sent) / 1000);
    refresh();
    return answer;
  } catch (error) {
    complain(error.message);
    max.out("fail", address, error.message);
    return null;
  }
}

async function unlock() {
  if (stream.isRemote) return;
  await Promise.race([player.unlock(), new Promise((resolve) => setTimeout(resolve, UNLOCK_MS))]);
}

element("unlock").addEventListener("click", unlock);
element("help").addEventListener("click", () => shortcuts.toggleList());

const session = new TextField(element("session"), (name) => {
  const url = new URL(location.href);
  url.searchParams.set("session", name);
  history.replaceState(null, "", url);
  lastStatus = null;
  client.reconnect({ session: name });
});
session.adopt(client.hello.session);

element("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  server.remember(element("token").value);
  client.reconnect({ token: server.token });
});

// --- what the server says ---

client.addEventListener("connection", ({ detail: { up, reason, ready } }) => {
  const isNews = up || !isLost;
  isUp = up;
  isLost = !up;
  show("connection", up ? "connected" : `not connected${reason ? `: ${reason}` : ", trying again"}`);
  element("connection").classList.toggle("up", up);
  element("token-form").hidden = up || !/token/.test(reason);
  for (const part of parts) part.disabled = !up;
  max.out("status", up ? "connected" : "disconnected", ...(reason ? [reason] : []));
  if (up) greet(ready);
  else if (isNews) figures.note(`The connection was lost${reason ? `: ${reason}` : ""}`);
});

client.addEventListener("garbled", ({ detail: { reason } }) => {
  if (!isGarbled) complain(`This page cannot read what the server sends: ${reason}. Reload it: it may be older than the server`);
  isGarbled = true;
});

async function greet(ready) {
  const { model } = ready;
  show("model", model.name === undefined ? "" : `model ${model.name}`);
  prompts.offer(model.words ?? "");
  max.out("ready", client.hello.sample_rate, client.hello.channels, ready.session);
  await meetControls();
  knobs.meetModel(model);
  knobs.disabled = !isUp;
  if (hasForgotten(ready, lastStatus)) await restore(lastStatus);
  refresh();
  takes.refresh();
}

async function meetControls() {
  if (controls.length === 0) {
    const tree = await server.fetchJson("/osc");
    controls = tree === null ? [] : controlsOf(tree);
    knobs.build(controls);
    learn.refresh();
  }
  if (controls.length === 0) {
    element("groups").textContent = "This server does not list its controls at /osc.";
    return;
  }
  const known = new Set(controls.map(({ address }) => address));
  for (const [address, id] of NEEDS) {
    for (const part of [element(id), element(`tab-${id}`)]) if (part) part.hidden = !known.has(address);
  }
}

async function restore(status) {
  figures.note("The server was started anew: your words and settings are sent to it again");
  for (const message of commandsOf(status, controls)) await command(...message);
  if (status.state === "playing" || status.state === "priming") await transport.play();
}

client.addEventListener("event", ({ detail }) => {
  const { event, session: _, ...values } = detail;
  max.out("event", event, ...Object.values(values));
  switch (event) {
    case "words":
      prompts.warn(detail.unknown);
      break;
    case "worker":
      figures.worker(detail.state, detail.detail);
      if (detail.state === "restarting") input.lose();
      if (!isUp) show("connection", `connecting: ${workerWords(detail.state, detail.detail)}`);
      else if (detail.state === "ready") show("message", "");
      else complain(workerWords(detail.state, detail.detail));
      break;
    case "dropped":
      figures.dropped(detail.samples, player.rate);
      break;
    case "late":
      figures.note("The model was late: the last bar is repeated");
      break;
    case "tempo":
      if (detail.source !== "tap") figures.note(tempoWords(detail));
      refresh();
      break;
    case "take":
      figures.note(`Kept ${detail.name}`);
      takes.refresh();
      break;
    case "input":
      input.follow(detail);
      break;
    case "session":
      figures.note(`Session ${detail.name} is ${detail.state}: ${detail.detail}`);
      break;
    case "device":
      figures.note(`Audio device ${detail.state}: ${detail.detail}`);
      break;
  }
});

const poll = new Newest(ask); // one question at a time, however slow the answer

function refresh() {
  if (isUp) poll.push(null);
}

async function ask() {
  const status = await client.command("/magnet/status").catch(() => null);
  if (status === null) return;
  if (Number(status.position) > 0 || lastStatus === null) lastStatus = status;
  for (const part of [transport, prompts, chords, knobs, input, figures, stream]) part.adopt(status);
  figures.worker(status.worker, status.worker_detail);
  session.adopt(status.session);
  element("unlock").hidden = stream.isRemote || player.isOn || (status.state !== "playing" && !isEmbedded());
}

// --- what is heard ---

stream.addEventListener("change", ({ detail }) => figures.heard(detail));
stream.addEventListener("first", ({ detail }) => figures.firstPcm(detail.ms));
player.addEventListener("sound", ({ detail }) => (element("unlock").hidden ||= detail.on));

let lastBeat = null;

player.addEventListener("heard", ({ detail }) => {
  const source = detail.playing ? sourceOf(detail.flags) : "nothing";
  show("position", clock(detail.position / player.rate));
  show("plan", detail.plan ? String(detail.plan) : "none");
  show("source", source);
  element("source").className = source;
  figures.buffer(detail, player.rate);
  meters.push(detail, performance.now() / 1000);
  const { beat } = stream;
  if (beat === null || (beat.beat === lastBeat?.beat && beat.bar === lastBeat.bar)) return;
  max.out("beat", beat.beat, beat.bar, beat.bpm);
  lastBeat = beat;
});

let drawnAt = 0;

function draw(now) {
  requestAnimationFrame(draw);
  const isStill = stillness.matches;
  if (now - drawnAt < (isStill ? STILL_FRAME_MS : FRAME_MS) - 4) return;
  drawnAt = now;
  transport.beat(stream.beat);
  const { playhead, timeline, grid, spectra, waiting } = stream;
  if (element("view").offsetParent) view.draw({ playhead, timeline, grid, waiting, rate: player.rate, hop: spectra.hop, isStill });
}

function summarise() {
  const { playhead, timeline } = stream;
  const pieces = timeline.pieces(playhead, playhead, Infinity);
  const seconds = (zone) => pieces.reduce((sum, piece) => sum + (piece.zone === zone ? piece.to - piece.from : 0), 0) / player.rate;
  const waiting = stream.waiting.map(({ names, samples }) => `; ${waitingWords(names, samples / player.rate)}`);
  show("summary", `${seconds("frozen").toFixed(1)} s are frozen, ${seconds("planned").toFixed(1)} s more are planned${waiting.join("")}`);
}

// A remote control hears nothing; what is planned for now is what sounds.
function showElsewhere() {
  if (!stream.isRemote) return;
  const { playhead, timeline } = stream;
  const [now] = stream.isPlaying ? timeline.pieces(playhead, playhead, playhead + 1) : [];
  show("position", clock(playhead / player.rate));
  show("plan", now ? String(now.plan) : "none");
  show("source", now ? now.source : stream.isPlaying ? "other" : "nothing");
  element("source").className = element("source").textContent;
}

function controlOnly(reason) {
  client.hello.channels = 0;
  document.body.classList.add("remote");
  Object.assign(element("remote"), { hidden: false, title: reason });
  figures.note(`Remote control: ${reason}`);
}

setInterval(() => {
  refresh();
  summarise();
  showElsewhere();
}, STATUS_MS);
for (const part of parts) part.disabled = true;
requestAnimationFrame(draw);
try {
  await player.start();
} catch (error) {
  controlOnly(error.message);
}
client.connect();
if (isEmbedded()) player.unlock(); // as far as the browser allows; else there is the button
