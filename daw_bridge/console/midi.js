// Web MIDI: what controllers and keyboards send, and which knob each controller moves.

const STORED = "magnet-live.midi";
const FIRST_CHANNEL_MODE = 120; // controllers from here on are no knobs
const ALL_NOTES_OFF = 123;

// Return a message as {kind: "cc" | "on" | "off" | "silence", channel, number, value}; null for any other.
export function parse([status, number, value = 0]) {
  const channel = (status & 0x0f) + 1;
  switch (status >> 4) {
    case 0x8:
      return { kind: "off", channel, number, value };
    case 0x9:
      return { kind: value > 0 ? "on" : "off", channel, number, value };
    case 0xb:
      if (number < FIRST_CHANNEL_MODE) return { kind: "cc", channel, number, value };
      return number >= ALL_NOTES_OFF || number === FIRST_CHANNEL_MODE ? { kind: "silence", channel, number, value } : null;
    default:
      return null;
  }
}

// Which controller moves which target: one of each, kept by this browser.
export class Bindings {
  #targets; // "CHANNEL.NUMBER" -> id of the target

  constructor(storage = localStorage) {
    this.storage = storage;
    this.#targets = new Map(readStored(storage));
  }

  get size() {
    return this.#targets.size;
  }

  bind({ channel, number }, id) {
    this.unbind(id);
    this.#targets.set(`${channel}.${number}`, id);
    this.#save();
  }

  unbind(id) {
    for (const [key, target] of this.#targets) if (target === id) this.#targets.delete(key);
    this.#save();
  }

  // Return the id of what a controller moves; undefined: nothing.
  targetOf({ channel, number }) {
    return this.#targets.get(`${channel}.${number}`);
  }

  // Return what moves a target, in words: "CC 21"; null: nothing.
  wordsOf(id) {
    const [key] = [...this.#targets].find(([, target]) => target === id) ?? [];
    if (key === undefined) return null;
    const [channel, number] = key.split(".");
    return channel === "1" ? `CC ${number}` : `CC ${number} ch ${channel}`;
  }

  #save() {
    this.storage.setItem(STORED, JSON.stringify([...this.#targets]));
  }
}

function readStored(storage) {
  try {
    const pairs = JSON.parse(storage.getItem(STORED) ?? "[]");
    return pairs.filter(([key, id]) => /^\d+\.\d+$/.test(key) && typeof id === "string");
  } catch {
    return []; // not ours: nothing is bound
  }
}

// Every MIDI input of this machine, also those that are plugged in later. Sends `message` (see parse).
export class Midi extends EventTarget {
  #request;
  #opening = null;

  // `request()` is the browser's requestMIDIAccess, where it has one.
  constructor(request = globalThis.navigator?.requestMIDIAccess?.bind(navigator)) {
    super();
    this.#request = request;
  }

  // Ask for the inputs, once; throw in plain words where they are not given.
  async open() {
    this.#opening ??= this.#open();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = null; // who refused may allow it the next time
      throw error;
    }
  }

  async #open() {
    if (!this.#request) {
      const why = globalThis.isSecureContext ? "this browser has no MIDI: Chromium and Firefox have" : "browsers give it on https and on http://localhost only";
      throw new Error(`No MIDI: ${why}`);
    }
    let access;
    try {
      access = await this.#request();
    } catch (error) {
      throw new Error(`No MIDI: the browser does not let this page have it (${error.message}): allow it, and try again`);
    }
    const listen = () => {
      for (const input of access.inputs.values()) input.onmidimessage = ({ data }) => this.#take(data);
    };
    access.onstatechange = listen;
    listen();
  }

  #take(data) {
    const message = parse(data);
    if (message !== null) this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }
}
