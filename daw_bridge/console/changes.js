// When a change is heard: commands that are carried out, until their sample comes out of the speaker.

// What is carried out and changes nothing that is heard.
const SILENT = /\/(take\/keep|input\/record|quantize|param\/(lead_ms|slew_s|window_s|context_s))$/;

// Return a control's address as people call it: "prompt/1", "gain_db".
export const nameOf = (address) => address.replace(/^\/magnet\/(param\/)?/, "");

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

  // Return what is still to be heard, by where: [{position, names, samples}], `samples` from the playhead on.
  waiting(playhead) {
    const places = new Map();
    for (const { address, position } of this.#pending) {
      if (position < playhead) continue;
      places.set(position, (places.get(position) ?? new Set()).add(nameOf(address)));
    }
    return [...places]
      .sort(([one], [other]) => one - other)
      .map(([position, names]) => ({ position, names: [...names].join(", "), samples: position - playhead }));
  }
}
