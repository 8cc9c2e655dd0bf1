// Where the music is that sounds somewhere else: the server tells it with each beat, the clock between them.

const STALE_MS = 3500; // the slowest beat is 3 s long

export class Elsewhere {
  #told = null; // {position, at}

  // Note that a position (samples) is heard at a time (ms).
  tell(position, at) {
    this.#told = { position, at };
  }

  stop() {
    this.#told = null;
  }

  // Return the position that is heard at a time, at so many samples a second; null while nothing is known to sound.
  playhead(now, rate) {
    if (this.#told === null || now - this.#told.at > STALE_MS) return null;
    return this.#told.position + ((now - this.#told.at) / 1000) * rate;
  }
}
