// Takes: keep bars of what was heard, play one again, drag one out as WAV.

import { tempo } from "./format.js";

const element = (id) => document.getElementById(id);

// Return a take in words: "4 bars, 124 bpm, 7.7 s".
export function describe({ bars, bpm, samples, sample_rate: rate }) {
  const parts = [];
  if (bars > 0) parts.push(`${bars} ${bars === 1 ? "bar" : "bars"}`);
  if (bpm > 0) parts.push(`${tempo(bpm)} bpm`);
  if (samples > 0 && rate > 0) parts.push(`${(samples / rate).toFixed(1)} s`);
  return parts.join(", ");
}

export class Takes {
  #command;
  #server;

  // `command(address, ...args)` carries a change out; `server` is where the takes are fetched (server.js).
  constructor(command, server) {
    this.#command = command;
    this.#server = server;
    element("keep-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.keep();
    });
    element("undo").addEventListener("click", () => this.undo());
  }

  set disabled(isDisabled) {
    for (const control of document.querySelectorAll("#takes button, #takes input, #takes select")) control.disabled = isDisabled;
  }

  async keep() {
    const name = element("take-name");
    const bars = Number(element("take-bars").value);
    const text = name.value.trim();
    if (await this.#command("/magnet/take/keep", bars, ...(text ? [text] : []))) name.value = "";
  }

  undo() {
    return this.#command("/magnet/take/undo");
  }

  // Show the takes that the server has now.
  async refresh() {
    const takes = await this.#server.fetchJson("/takes");
    if (takes === null) return;
    element("take-list").replaceChildren(...takes.map((take) => this.#row(take)).reverse()); // the newest first
  }

  #row(take) {
    const { name } = take;
    const row = Object.assign(document.createElement("li"), { className: "take", draggable: true });
    const what = Object.assign(document.createElement("span"), { className: "what", textContent: describe(take) });
    const label = Object.assign(document.createElement("span"), { className: "name", textContent: name, title: name });
    label.append(what);
    const recall = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "Recall" });
    recall.setAttribute("aria-label", `Recall ${name}`);
    recall.addEventListener("click", () => this.#command("/magnet/take/recall", name));
    const file = `${name}.wav`;
    const url = new URL(this.#server.link(`/takes/${encodeURIComponent(name)}.wav`), location.href).href;
    const save = Object.assign(document.createElement("a"), { href: url, download: file, textContent: "WAV", draggable: true });
    save.setAttribute("aria-label", `Download ${file}`);
    row.append(label, recall, save);
    row.addEventListener("dragstart", ({ dataTransfer }) => {
      dataTransfer.effectAllowed = "copy";
      dataTransfer.setData("DownloadURL", `audio/wav:${file}:${url}`);
      dataTransfer.setData("text/uri-list", url);
    });
    return row;
  }
}
