// The page around the player: fields, buttons and readings.

import { FLAG_CONCEALED, FLAG_INFILL, FLAG_PREFIX, Player } from "./player.js";

const STATUS_MS = 1000;
const UNLOCK_MS = 500; // where there is no sound device, the browser never says that sound may begin

const element = (id) => document.getElementById(id);
const player = new Player(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
const controls = ["send", "play", "stop", "reset", "gain"].map(element);
let isUp = false;
let knownPrompt = ""; // what the session plays
let isGainSent = false;

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

element("prompt-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isUp) return;
  show("words", "");
  knownPrompt = element("prompt").value;
  command("/magnet/prompt", knownPrompt);
});

element("play").addEventListener("click", async () => {
  await Promise.race([player.unlock(), new Promise((resolve) => setTimeout(resolve, UNLOCK_MS))]);
  await command("/magnet/play");
  refresh();
});

for (const name of ["stop", "reset"]) {
  element(name).addEventListener("click", async () => {
    await command(`/magnet/${name}`);
    refresh();
  });
}

element("gain").addEventListener("input", async () => {
  showGain();
  if (isGainSent) return; // the newest value goes out when the last one is answered
  isGainSent = true;
  let sent;
  while (sent !== element("gain").value) {
    sent = element("gain").value;
    await command("/magnet/param/gain_db", Number(sent));
  }
  isGainSent = false;
});

function showGain() {
  show("gain-value", `${element("gain").value} dB`);
}

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
  if (detail.event === "worker" && detail.state !== "ready") show("message", `Worker ${detail.state}: ${detail.detail}`);
  if (detail.event === "worker" && detail.state === "ready") show("message", "");
});

async function refresh() {
  if (!isUp) return;
  const status = await player.command("/magnet/status").catch(() => null);
  if (status === null) return;
  show("state", status.worker === "ready" ? status.state : `${status.state}, worker ${status.worker}`);
  show("server-underruns", String(status.underruns));
  adoptPrompt(status.prompt ?? "");
  const gain = element("gain");
  if (!isGainSent && document.activeElement !== gain) gain.value = status.gain_db ?? 0;
  showGain();
  showTable(status);
}

// Show a prompt that somebody else set, unless this field is being written in.
function adoptPrompt(text) {
  const field = element("prompt");
  if (text === knownPrompt || document.activeElement === field) return;
  if (field.value === knownPrompt) field.value = text;
  knownPrompt = text;
  show("words", "");
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
