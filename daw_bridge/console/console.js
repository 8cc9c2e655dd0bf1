// The page around the player: fields, buttons and readings.

import { Slider, TextField } from "./fields.js";
import { FLAG_CONCEALED, FLAG_INFILL, FLAG_PREFIX, Player } from "./player.js";

const STATUS_MS = 1000;
const UNLOCK_MS = 500; // where there is no sound device, the browser never says that sound may begin
const SLOTS = [1, 2, 3, 4, 5, 6];
const LOOPS = [0, 1, 2, 4, 8, 16]; // bars; 0 is off

const element = (id) => document.getElementById(id);
const player = new Player(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
let isUp = false;

function show(id, text) {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text; // unchanged text is not read out again
}

async function command(address, ...args) {
  try {
    const answer = await player.command(address, ...args);
    show("message", "");
    return answer;
  } catch (error) {
    show("message", error.message);
    return null;
  }
}

// --- what the user does ---

const prompt = new TextField(element("prompt"), async (text) => {
  show("words", "");
  await command("/magnet/prompt", text);
  refresh();
});

element("play").addEventListener("click", async () => {
  await Promise.race([player.unlock(), new Promise((resolve) => setTimeout(resolve, UNLOCK_MS))]);
  await command("/magnet/play");
  refresh();
});

for (const [id, ...message] of [
  ["stop", "/magnet/stop"],
  ["again", "/magnet/again"],
  ["reset", "/magnet/reset", "now"],
  ["reset-bar", "/magnet/reset", "bar"],
]) {
  element(id).addEventListener("click", async () => {
    await command(...message);
    refresh();
  });
}

const gain = new Slider(
  element("gain"),
  element("gain-value"),
  (decibels) => `${decibels} dB`,
  (decibels) => command("/magnet/param/gain_db", decibels),
);

const tempo = new TextField(element("tempo"), (text) => command("/magnet/tempo", Number(text)));

const loops = LOOPS.map((bars) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = bars || "Off";
  button.disabled = true;
  button.addEventListener("click", async () => {
    if (await command("/magnet/loop", bars)) showLoop(bars);
  });
  element("loop").append(button);
  return button;
});

function showLoop(bars) {
  LOOPS.forEach((count, index) => loops[index].setAttribute("aria-pressed", String(count === bars)));
}

const slots = SLOTS.map((number) => {
  const form = element("slot").content.cloneNode(true).querySelector("form");
  const [label] = form.getElementsByTagName("label");
  const [text, weight] = form.getElementsByTagName("input");
  label.textContent = number;
  label.htmlFor = text.id = `slot-${number}`;
  weight.id = `weight-${number}`;
  weight.setAttribute("aria-label", `Weight of slot ${number}`);
  element("slots").append(form);
  const put = (words, share) => command(`/magnet/prompt/${number}`, words, share);
  const slider = new Slider(
    weight,
    form.querySelector("output"),
    (share) => share.toFixed(2),
    (share) => field.submit((words) => put(words, share)),
  );
  const field = new TextField(text, (words) => put(words, slider.value));
  return { number, field, slider };
});

const controls = document.querySelectorAll("main button, main input");

// --- what the server says ---

player.addEventListener("connection", ({ detail }) => {
  isUp = detail.up;
  show("connection", isUp ? "connected" : `not connected${detail.reason ? `: ${detail.reason}` : ""}`);
  element("connection").classList.toggle("connected", isUp);
  for (const control of controls) control.disabled = !isUp;
  if (isUp) refresh();
});

player.addEventListener("message", ({ detail }) => {
  if (detail.event === "words") show("words", `Words the model does not know, ignored: ${detail.unknown}`);
  if (detail.event === "plan") show("bpm", detail.bpm ? `${Number(detail.bpm.toFixed(1))} bpm` : "unknown");
  if (detail.event === "worker" && detail.state !== "ready") show("message", `Worker ${detail.state}: ${detail.detail}`);
  if (detail.event === "worker" && detail.state === "ready") show("message", "");
});

async function refresh() {
  if (!isUp) return;
  const status = await player.command("/magnet/status").catch(() => null);
  if (status === null) return;
  show("state", status.worker === "ready" ? status.state : `${status.state}, worker ${status.worker}`);
  show("server-underruns", String(status.underruns));
  if (prompt.adopt(status.prompt ?? status["prompt/1"] ?? "")) show("words", "");
  gain.adopt(status.gain_db ?? 0);
  tempo.adopt(status.tempo ? String(status.tempo) : "");
  showLoop(status.loop ?? 0);
  for (const { number, field, slider } of slots) {
    const first = number === 1 ? status.prompt : undefined; // a prompt takes the first slot
    field.adopt(status[`prompt/${number}`] ?? first ?? "");
    const share = status[`prompt/${number}/weight`];
    slider.adopt(field.input.value ? (share ?? 1) : 1); // an empty slot is ready for its first text
  }
  showTable(status);
}

function showTable({ event, id, ...values }) {
  const rows = Object.entries(values).map(([name, value]) => {
    const row = document.createElement("tr");
    for (const text of [name, value]) row.appendChild(document.createElement("td")).textContent = text;
    return row;
  });
  element("status").replaceChildren(...rows);
}

// --- what is heard ---

function clock(seconds) {
  const tenths = Math.floor(seconds * 10);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${Math.floor(tenths / 600)}:${rest}`;
}

function sourceOf({ playing, flags }) {
  if (!playing) return "nothing";
  if (flags & FLAG_CONCEALED) return "concealed";
  if (flags & FLAG_PREFIX) return "prefix";
  return flags & FLAG_INFILL ? "infill" : "other";
}

player.addEventListener("heard", ({ detail }) => {
  const rate = player.context.sampleRate;
  show("position", clock(detail.position / rate));
  show("plan", detail.plan ? String(detail.plan) : "none");
  show("source", sourceOf(detail));
  element("source").className = sourceOf(detail);
  show("buffered", `${Math.round((1000 * detail.queued) / rate)} ms`);
  show("underruns", String(detail.underruns));
  element("level").value = Math.max(-60, 20 * Math.log10(Math.max(detail.peak, 1e-6)));
});

player.addEventListener("change", ({ detail }) => {
  show("latency", `${Math.round(detail.ms)} ms (${detail.address.split("/").pop()})`);
});

setInterval(refresh, STATUS_MS);
player.start().catch((error) => show("message", `This page cannot play: ${error.message}`));
