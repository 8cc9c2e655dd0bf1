// Audio in: record a phrase from the microphone, and let the music go on from it.

import { Choice, show } from "./fields.js";
import { decibels } from "./format.js";
import { Recorder } from "./recorder.js";
import { Ballistics } from "./stats.js";

const USES = [["off", "off"], ["context", "context"], ["continue", "go on"]];
const FLOOR_DB = -60;

const element = (id) => document.getElementById(id);

export class Input {
  #command;
  #recorder;
  #isRecording = false;
  #isBusy = false; // the browser asks whether this page may listen, or the server is asked
  #level = new Ballistics();

  // `unlock()` makes sound possible; `say(text)` shows what went wrong.
  constructor(player, client, command, { unlock, say }) {
    this.#command = command;
    this.unlock = unlock;
    this.say = say;
    this.#recorder = new Recorder(player.context, (buffer) => client.send(buffer));
    this.#recorder.addEventListener("level", ({ detail }) => {
      this.#showLevel(this.#level.push(decibels(detail.peak), performance.now() / 1000).level);
    });
    element("record").addEventListener("click", () => this.toggle());
    this.use = new Choice(element("use"), USES, async (how) => {
      if (await command("/magnet/input/use", how)) this.use.show(how);
    });
  }

  set disabled(isDisabled) {
    for (const control of document.querySelectorAll("#input button")) control.disabled = isDisabled;
    if (isDisabled && this.#isRecording) this.#finish();
  }

  async toggle() {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      if (this.#isRecording) await this.#end();
      else await this.#begin();
    } finally {
      this.#isBusy = false;
    }
  }

  async #begin() {
    await this.unlock();
    try {
      await this.#recorder.open();
    } catch (error) {
      this.say(`No recording: ${error.message}`);
      return;
    }
    if (!(await this.#command("/magnet/input/record", 1))) {
      this.#finish();
      return;
    }
    this.#isRecording = true;
    this.#recorder.begin();
    this.#showButton();
  }

  async #end() {
    this.#recorder.end();
    await this.#command("/magnet/input/record", 0);
    this.#finish();
  }

  // Take the input event: off, recording, recorded or in use. The server ends a phrase at its longest.
  follow({ state, seconds }) {
    show("input-state", seconds > 0 ? `${state}, ${seconds.toFixed(1)} s` : state);
    if (state === "off") this.use.show("off");
    if (state === "recorded" && this.#isRecording) this.#finish();
  }

  // The model's process is lost, and with it what it had of the phrase.
  lose() {
    if (this.#isRecording) this.#finish();
  }

  adopt(status) {
    const how = status["input/use"];
    if (how !== undefined) this.use.show(how);
  }

  #finish() {
    this.#isRecording = false;
    this.#recorder.close();
    this.#showLevel(FLOOR_DB);
    this.#showButton();
  }

  #showButton() {
    element("record").setAttribute("aria-pressed", String(this.#isRecording));
    show("record", this.#isRecording ? "Stop" : "Record");
  }

  #showLevel(db) {
    const share = Math.max(0, Math.min(1, 1 - db / FLOOR_DB));
    const meter = element("input-level");
    meter.firstElementChild.style.transform = `scaleX(${share})`;
    meter.setAttribute("aria-valuenow", String(Math.round(Math.max(FLOOR_DB, db))));
  }
}
