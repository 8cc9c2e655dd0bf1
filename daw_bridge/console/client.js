// One WebSocket to the server: commands that wait for an answer, events, packets; it comes back by itself.
//
// A connection can be dead and look open: a tablet that changes its network is told nothing. So whoever
// waits for an answer, and hears nothing at all for 3 s, gives this connection up and opens another one.

import { unpack } from "./packet.js";

const RETRY_MS = [50, 250, 500, 1000, 2000]; // the first is soon enough that nothing is missed
const TICK_MS = 500;
const PATIENCE_TICKS = 6; // counted, not timed: a page that stood still has not listened either
const ANSWERS = ["done", "fail", "status", "pong"];

// Sends these events, each with a `detail`:
//   connection {up, reason, ready}    the server is there (`ready` is its greeting), or is not
//   event                             what the server says of itself: {event, ...}
//   packet                            PCM, unpacked
//   done {address, position, sent}    a command is carried out; `sent` is when (performance.now)
//   garbled {reason}                  the server sent what this page cannot read
export class Client extends EventTarget {
  #socket = null;
  #retry = null;
  #watch = null;
  #silentTicks = 0;
  #isReady = false; // the server has greeted: before, while the model loads, it answers nothing
  #failures = 0;
  #nextId = 1;
  #waiting = new Map(); // id -> {address, sent, resolve, reject}
  #end = null; // stream position after the last packet

  constructor(url, hello) {
    super();
    this.url = url;
    this.hello = hello; // what the page asks for: session, sample_rate, token, ...
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  // Commands that are not answered yet.
  get waiting() {
    return this.#waiting.size;
  }

  connect() {
    clearTimeout(this.#retry);
    this.#watch ??= setInterval(() => this.#onTick(), TICK_MS);
    this.#silentTicks = 0;
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    this.refusal = "";
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      const resume = this.#end === null ? {} : { resume_position: this.#end };
      this.send({ cmd: "hello", version: 1, ...this.hello, ...resume });
    };
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = ({ reason }) => this.#onLost(reason);
  }

  // Begin anew, with another hello: another session, or a token. Nothing is resumed.
  reconnect(changes) {
    Object.assign(this.hello, changes);
    this.#end = null;
    this.#detach();
    this.connect();
  }

  // Send a command; return what it is answered with, or throw the reason why it is refused.
  command(address, ...args) {
    if (!this.#isReady) return Promise.reject(new Error("not connected to the server"));
    const id = this.#nextId++;
    if (this.#waiting.size === 0) this.#silentTicks = 0;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { address, sent: performance.now(), resolve, reject });
      this.send({ cmd: address, args, id });
    });
  }

  send(message) {
    if (this.isOpen) this.#socket.send(message instanceof ArrayBuffer ? message : JSON.stringify(message));
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #onTick() {
    const isAwaited = this.#waiting.size > 0 || this.#socket?.readyState === WebSocket.CONNECTING;
    this.#silentTicks = isAwaited ? this.#silentTicks + 1 : 0;
    if (this.#silentTicks >= PATIENCE_TICKS) this.#onLost("the server does not answer");
  }

  #onLost(reason) {
    this.#detach();
    this.#emit("connection", { up: false, reason: this.refusal || reason });
    this.#retry = setTimeout(() => this.connect(), RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]);
  }

  // Let go of the connection, whatever becomes of it: closing a dead one takes the browser a minute.
  #detach() {
    const socket = this.#socket;
    this.#socket = null;
    this.#isReady = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const { reject } of this.#waiting.values()) reject(new Error("the connection was lost"));
    this.#waiting.clear();
  }

  #onMessage(data) {
    this.#silentTicks = 0;
    let message;
    try {
      message = typeof data === "string" ? JSON.parse(data) : unpack(data);
    } catch (error) {
      this.#emit("garbled", { reason: error.message });
      return;
    }
    if (typeof data === "string") this.#onText(message);
    else this.#onPacket(message);
  }

  #onText(message) {
    if (message.event === "ready") this.#onReady(message);
    else if (ANSWERS.includes(message.event)) this.#onAnswer(message);
    else this.#emit("event", message);
  }

  #onReady(ready) {
    this.#failures = 0;
    this.#isReady = true;
    const isResumed = this.#end !== null && ready.position === this.#end;
    if (!isResumed) this.#end = null;
    this.#emit("connection", { up: true, reason: "", ready, isResumed });
  }

  #onAnswer(message) {
    const command = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.event === "fail") {
      if (message.address === "hello") this.refusal = message.reason;
      else command?.reject(new Error(message.reason));
      return;
    }
    if (!command) return;
    if (message.event === "done") {
      this.#emit("done", { address: command.address, position: message.position, sent: command.sent });
    }
    command.resolve(message);
  }

  #onPacket(packet) {
    this.#end = packet.position + packet.frames;
    this.#emit("packet", packet);
  }
}
