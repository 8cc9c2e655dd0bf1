// Figures that say whether the page and the server can be trusted, and what happened.

import { nameOf } from "./changes.js";
import { show } from "./fields.js";
import { duration, milliseconds, workerWords } from "./format.js";
import { Latencies } from "./stats.js";

const LOG_LINES = 50;

export class Figures {
  #latencies = new Latencies();
  #dropped = 0; // samples

  // A change was heard so long after it was made.
  heard({ address, ms }) {
    this.#latencies.add(ms);
    show("latency", `${milliseconds(ms)} (${nameOf(address)})`);
    const { p50, p95, count } = this.#latencies;
    show("percentiles", `${Math.round(p50)} / ${milliseconds(p95)}`);
    document.getElementById("percentiles").title = `of ${count} changes`;
  }

  firstPcm(ms) {
    show("first-pcm", milliseconds(ms));
  }

  // What the worklet says of its buffer.
  buffer({ queued, underruns, overflow }, rate) {
    show("buffered", duration(queued, rate));
    show("underruns", overflow ? `${underruns}, too full ${overflow}` : String(underruns));
  }

  dropped(samples, rate) {
    this.#dropped += samples;
    show("dropped", duration(this.#dropped, rate));
    this.note(`${duration(samples, rate)} left out: this page fell behind`);
  }

  worker(state, detail) {
    show("worker", workerWords(state, detail));
  }

  adopt({ event, id, ...status }) {
    show("server-underruns", String(status.underruns ?? 0));
    show("concealed", duration(status.concealed_samples ?? 0, status.sample_rate || 1));
    const rows = Object.entries(status).map(([name, value]) => {
      const row = document.createElement("tr");
      for (const text of [name, value]) row.appendChild(document.createElement("td")).textContent = text;
      return row;
    });
    document.getElementById("status").replaceChildren(...rows);
  }

  // Keep a line of what happened, with the time of the day.
  note(text) {
    const log = document.getElementById("log");
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = new Date().toLocaleTimeString();
    line.append(time, text);
    log.prepend(line);
    while (log.children.length > LOG_LINES) log.lastChild.remove();
  }
}
