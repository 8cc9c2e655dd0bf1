// When a change is heard: commands that are carried out, until their sample comes out of the speaker.

// What is carried out and changes nothing that is heard.
const SILENT = /\/(take\/keep|input\/record|quantize|param\/(lead_ms|slew_s|window_s|context_s))$/;

export class Changes {
  #pending = []; // {address, position, sent}

  add(change) {
    if (!SILENT.test(change.address)) this.#pending.push(change);
  }

  clear() {
    this.#pending = [];
  }

  // Return the changes that lie before the playhead, each with how long it took: [{address, ms}].
  heard(playhead, now, rate) {
    const isHeard = ({ position }) => position < playhead;
    const found = this.#pending.filter(isHeard).map(({ address, position, sent }) => {
      return { address, ms: now - (1000 * (playhead - position)) / rate - sent };
    });
    this.#pending = this.#pending.filter((change) => !isHeard(change));
    return found;
  }
}
