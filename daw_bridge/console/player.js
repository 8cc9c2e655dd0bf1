// The stream in a browser: one WebSocket, one AudioWorklet, and the commands that wait for an answer.

export const FLAG_PREFIX = 1;
export const FLAG_INFILL = 2;
export const FLAG_CONCEALED = 4;

const HEADER_BYTES = 40;
const MAGIC = 0x4d474e54; // "MGNT"
const BUFFER_MS = 80; // of sound that must be here before it begins
const RETRY_MS = 2000;
const ANSWERS = ["done", "fail", "status"];

// Return a binary message as what the worklet takes; throw where it is none.
function unpack(data) {
  const view = new DataView(data);
  if (data.byteLength < HEADER_BYTES || view.getUint32(0) !== MAGIC || view.getUint8(5) !== 0) {
    throw new Error("the server sent something that is not float PCM");
  }
  return {
    channels: view.getUint8(6),
    flags: view.getUint8(7),
    frames: view.getUint32(12, true),
    position: Number(view.getBigUint64(24, true)),
    plan: Number(view.getBigUint64(32, true)),
    samples: new Float32Array(data, HEADER_BYTES),
  };
}

// Sends these events, each with a `detail`:
//   connection {up, reason}    the server is there (its `ready`), or is not
//   message                    any event of the server that answers no command
//   heard                      what the worklet plays: position, plan, flags, playing, queued, underruns, peak
//   change {address, ms}       a command's effect came out of the speaker so long after it was sent
export class Player extends EventTarget {
  #socket = null;
  #node = null;
  #nextId = 1;
  #waiting = new Map(); // id -> {address, sent, resolve, reject}
  #changes = []; // done, and not heard yet
  #end = null; // stream position after the last packet
  #reported = null;

  constructor(address) {
    super();
    this.address = address;
    this.context = new AudioContext({ latencyHint: "interactive" });
  }

  // Load the worklet and connect; throw where this browser cannot play here.
  async start() {
    if (!this.context.audioWorklet) {
      throw new Error("browsers play on http://localhost only: open this page there, or through an ssh tunnel");
    }
    await this.context.audioWorklet.addModule("worklet.js");
    this.#node = new AudioWorkletNode(this.context, "stream", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { bufferFrames: Math.round((BUFFER_MS / 1000) * this.context.sampleRate) },
    });
    this.#node.port.onmessage = ({ data }) => this.#onHeard(data);
    this.#node.connect(this.context.destination);
    this.#connect();
  }

  // Make sound possible; browsers allow it only in answer to a key or a click.
  unlock() {
    return this.context.resume();
  }

  // Send a command; return what it is answered with, or throw the reason why it is refused.
  command(address, ...args) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error("not connected"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { address, sent: performance.now(), resolve, reject });
      this.#say({ cmd: address, args, id });
    });
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #say(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#hello();
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#onText(JSON.parse(data));
      else this.#onPacket(unpack(data));
    };
    socket.onclose = ({ reason }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the connection was lost"));
      this.#waiting.clear();
      this.#changes = [];
      this.#emit("connection", { up: false, reason });
      setTimeout(() => this.#connect(), RETRY_MS);
    };
  }

  #hello() {
    const hello = { cmd: "hello", version: 1, format: "f32", channels: 2, buffer_ms: BUFFER_MS };
    hello.sample_rate = this.context.sampleRate;
    if (this.#end !== null) hello.resume_position = this.#end;
    this.#say(hello);
  }

  #onText(message) {
    if (message.event === "ready") this.#emit("connection", { up: true, reason: "" });
    if (!ANSWERS.includes(message.event)) {
      this.#emit("message", message);
      return;
    }
    const command = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.event === "fail") {
      command?.reject(new Error(message.reason));
    } else if (command) {
      if (message.event === "done") this.#changes.push({ ...command, position: message.position });
      command.resolve(message);
    }
  }

  #onPacket(packet) {
    this.#end = packet.position + packet.frames;
    // While no sound is allowed yet, the stream passes by.
    if (this.context.state === "running") this.#node.port.postMessage(packet, [packet.samples.buffer]);
  }

  #onHeard(heard) {
    if (heard.playing && heard.position !== this.#reported && this.#socket?.readyState === WebSocket.OPEN) {
      this.#reported = heard.position;
      this.#say({ cmd: "playhead", position: heard.position });
    }
    if (heard.playing) this.#noteChanges(heard.position);
    this.#emit("heard", heard);
  }

  #noteChanges(position) {
    const now = performance.now() + 1000 * (this.context.outputLatency || 0);
    const isHeard = (change) => change.position < position;
    for (const change of this.#changes.filter(isHeard)) {
      const since = (1000 * (position - change.position)) / this.context.sampleRate;
      this.#emit("change", { address: change.address, ms: now - since - change.sent });
    }
    this.#changes = this.#changes.filter((change) => !isHeard(change));
  }
}
