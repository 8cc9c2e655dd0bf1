// One WebSocket to the server, made again whenever it is lost, resumed at the sample where it broke.
//
// It uses what `ws` and the WebSocket of browsers have in common, so that a Node that has one of
// its own (22 and newer) needs no package.

"use strict";

const { hello, unpackPcm } = require("./protocol");

const FIRST_WAIT_MS = 250; // before it tries again; doubled up to
const LONGEST_WAIT_MS = 5000;
const PING_MS = 5000;
const SILENT_PINGS = 3; // unanswered ones, then the server is taken for gone
const CLOSES_WITHIN_MS = 200; // after an error
const ABNORMAL = 1006; // the code of a connection that was lost without a word
const POLICY_VIOLATION = 1008; // the server's refusal: asking again would not help
const CONTROL_EVENTS = ["ready", "pong"];

/** Return the WebSocket class to use; null where this Node has none. */
function webSocketClass() {
  try {
    return require("ws");
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    return typeof globalThis.WebSocket === "function" ? globalThis.WebSocket : null;
  }
}

/**
 * Calls these hooks: onState(state, text) with state connecting, connected, waiting, refused or
 * off; onReady(ready, resumes); onPacket(packet); onEvent(message).
 */
class Connection {
  constructor(WebSocketClass, hooks) {
    this.#WebSocket = WebSocketClass;
    this.#hooks = hooks;
  }

  get isReady() {
    return this.#ready;
  }

  /** Connect, and stay connected until `close`. */
  open({ url, token, rate, channels, session }) {
    this.#drop();
    const wish = { url, token, rate, channels, session };
    const asBefore = (name) => this.#wish !== null && this.#wish[name] === wish[name];
    if (!["url", "rate", "session"].every(asBefore)) this.#end = null;
    this.#wish = wish;
    this.#waitMs = FIRST_WAIT_MS;
    this.#connect();
  }

  /** Connect anew with other settings, where it is connected or tries to be. */
  change(settings) {
    if (this.#wish !== null) this.open({ ...this.#wish, ...settings });
  }

  close() {
    this.#drop();
    this.#wish = null;
    this.#end = null;
    this.#hooks.onState("off", "not connected");
  }

  /** Send a command; return whether there is a server to take it. */
  command(address, args, id) {
    if (!this.#ready) return false;
    this.#socket.send(JSON.stringify({ cmd: address, args, id }));
    return true;
  }

  #WebSocket;
  #hooks;
  #wish = null;
  #socket = null;
  #ready = false;
  #refused = null; // the reason that the server gave
  #error = ""; // what the socket itself said
  #end = null; // stream position after the last packet
  #waitMs = FIRST_WAIT_MS;
  #retry = null;
  #pinging = null;
  #silentPings = 0;

  #connect() {
    this.#hooks.onState("connecting", this.#wish.url);
    this.#refused = null;
    this.#error = "";
    const socket = new this.#WebSocket(this.#wish.url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const mine = (handle) => (event) => socket === this.#socket && handle(event);
    socket.onopen = mine(() => socket.send(hello({ ...this.#wish, resume: this.#end })));
    socket.onmessage = mine(({ data }) => this.#take(data));
    socket.onerror = mine((event) => {
      this.#error = event.message || (event.error && event.error.message) || "";
      // Node's own WebSocket does not always close after an error.
      setTimeout(mine(() => this.#lost(ABNORMAL, "")), CLOSES_WITHIN_MS);
    });
    if (typeof socket.on === "function") {
      // Only ws tells what a server answers that lets no WebSocket in.
      socket.on("unexpected-response", (request, response) => {
        const words = [];
        response.on("data", (bytes) => words.push(bytes));
        response.on("end", mine(() => this.#turnedAway(response.statusCode, Buffer.concat(words).toString())));
      });
    }
    socket.onclose = mine(({ code, reason }) => this.#lost(code, String(reason || "")));
  }

  #take(data) {
    this.#silentPings = 0;
    if (typeof data !== "string") {
      const packet = unpackPcm(data);
      this.#end = packet.position + packet.frames;
      this.#hooks.onPacket(packet);
      return;
    }
    const message = JSON.parse(data);
    if (message.event === "ready") this.#welcome(message);
    if (message.event === "fail" && !this.#ready) this.#refused = message.reason;
    else if (!CONTROL_EVENTS.includes(message.event)) this.#hooks.onEvent(message);
  }

  #welcome(ready) {
    this.#ready = true;
    this.#waitMs = FIRST_WAIT_MS;
    this.#silentPings = 0;
    this.#pinging = setInterval(() => this.#ping(), PING_MS);
    const resumes = this.#end !== null && ready.position === this.#end;
    this.#end = ready.position;
    this.#hooks.onState("connected", this.#wish.url);
    this.#hooks.onReady(ready, resumes);
  }

  #ping() {
    this.#silentPings += 1;
    if (this.#silentPings > SILENT_PINGS) {
      const { url } = this.#wish;
      this.#forget();
      this.#later(`${url} does not answer any more`);
    } else {
      this.command("/magnet/ping", [], "ping");
    }
  }

  #lost(code, reason) {
    const said = this.#refused || reason || this.#error;
    const wasReady = this.#ready;
    this.#forget();
    if (code === POLICY_VIOLATION && !wasReady) {
      this.#hooks.onState("refused", said);
      return;
    }
    const { url } = this.#wish;
    if (wasReady) this.#later(said ? `the connection was lost: ${said}` : "the connection was lost");
    else if (/ECONNREFUSED/.test(said)) this.#later(`nobody listens at ${url}; is magnet-live running?`);
    else this.#later(`${url} cannot be reached${said ? `: ${said}` : ""}`);
  }

  #turnedAway(status, text) {
    const said = text.trim().slice(0, 200) || `HTTP ${status}`;
    this.#forget();
    if (status >= 500) this.#later(said);
    else this.#hooks.onState("refused", said);
  }

  #later(text) {
    this.#hooks.onState("waiting", `${text}; next try in ${this.#waitMs / 1000} s`);
    this.#retry = setTimeout(() => this.#connect(), this.#waitMs);
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
  }

  // Leave the socket without a word.
  #drop() {
    clearTimeout(this.#retry);
    this.#forget();
  }

  #forget() {
    clearInterval(this.#pinging);
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    if (socket !== null) {
      socket.onerror = () => {}; // ws reports a connection that was not made yet
      socket.close();
    }
  }
}

module.exports = { Connection, webSocketClass };
