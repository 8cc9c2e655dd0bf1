// Peak and RMS of what comes out of the speaker, and whether it ever clipped.

import { decibels } from "./format.js";
import { Ballistics } from "./stats.js";

const FLOOR_DB = -60;
const SAY_EVERY_S = 0.5; // numbers for who listens to the page

const share = (db) => Math.max(0, Math.min(1, 1 - db / FLOOR_DB));

export class Meters {
  #sides;
  #saidAt = 0;

  constructor() {
    this.#sides = [...document.querySelectorAll("#meters .meter")].map((meter) => {
      const [bar, mark] = meter.children;
      return { meter, bar, mark, rms: new Ballistics(), peak: new Ballistics() };
    });
    for (const line of document.querySelectorAll(".scale li")) line.style.top = `${100 * (1 - share(Number(line.textContent)))}%`;
    this.clip = document.getElementById("clip");
    this.clip.addEventListener("click", () => this.#showClip(false));
  }

  // Take a report of the worklet.
  push({ peak, rms, clipped }, nowS) {
    const isDue = nowS - this.#saidAt > SAY_EVERY_S;
    for (const [channel, side] of this.#sides.entries()) {
      side.rms.push(decibels(rms[channel]), nowS);
      side.peak.push(decibels(peak[channel]), nowS);
      side.bar.style.clipPath = `inset(${100 * (1 - share(side.rms.level))}% 0 0 0)`;
      side.mark.style.bottom = `calc(${100 * share(side.peak.held)}% - 2px)`;
      if (isDue) side.meter.setAttribute("aria-valuenow", String(Math.round(side.rms.level)));
    }
    if (isDue) this.#saidAt = nowS;
    if (clipped > 0) this.#showClip(true);
  }

  // The loudest level now, in dB.
  get level() {
    return Math.max(...this.#sides.map(({ peak }) => peak.level));
  }

  #showClip(isOn) {
    if (this.clip.classList.contains("lit") === isOn) return;
    this.clip.classList.toggle("lit", isOn);
    this.clip.setAttribute("aria-label", isOn ? "Clipped: yes; press to clear" : "Clipped: no");
  }
}
