// The folder of takes: names that are new, and in a folder of our own the last few files only.
//
// A buffer~ reads a file some time after it was told its name, so a file is never written twice,
// and the newest ones stay. Whoever names a folder wants to keep what is in it: all files stay.

"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");

const { WavWriter } = require("./wav");

const KEPT = 4; // files of our own folder: the one that plays, the one that comes, and two for slow readers

class TakeFolder {
  /** @param {string|null} folder null: one of its own, that is gone when this process ends. */
  constructor(folder = null) {
    this.#folder = folder;
    this.#isOwn = folder === null;
  }

  /** Return a writer of the next take; throw where the folder cannot be had or written to. */
  begin(take) {
    const folder = this.#made();
    const tempo = String(Number(take.bpm.toFixed(2)));
    let file;
    do {
      this.#count += 1;
      const name = `magnet-live ${process.pid}-${this.#count} ${take.bars}bars ${tempo}bpm.wav`;
      file = path.join(folder, name);
    } while (fs.existsSync(file));
    return new WavWriter(file, take);
  }

  /** Note that a take is complete; remove those before the last few from a folder of our own. */
  keep(file) {
    if (!this.#isOwn) return;
    this.#files.push(file);
    while (this.#files.length > KEPT) {
      try {
        fs.rmSync(this.#files[0], { force: true });
      } catch {
        return; // Windows: somebody still reads it; it goes with the next
      }
      this.#files.shift();
    }
  }

  #folder;
  #isOwn;
  #files = [];
  #count = 0;

  #made() {
    if (this.#folder === null) {
      const own = fs.mkdtempSync(path.join(os.tmpdir(), "magnet-live-"));
      process.on("exit", () => fs.rmSync(own, { recursive: true, force: true }));
      this.#folder = own;
    }
    fs.mkdirSync(this.#folder, { recursive: true });
    return this.#folder;
  }
}

module.exports = { KEPT, TakeFolder };
