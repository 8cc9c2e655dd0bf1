// The one WebSocket of the page: what it does when the server, or the network, says nothing any more.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Client } from "../../../daw_bridge/console/client.js";
import { Newest } from "../../../daw_bridge/console/fields.js";
import { pack } from "../../../daw_bridge/console/packet.js";

const [CONNECTING, OPEN] = [0, 1];

// A browser's WebSocket, whose other end is the test.
class Socket {
  static CONNECTING = CONNECTING;
  static OPEN = OPEN;
  static made = [];

  constructor(url) {
    Object.assign(this, { url, readyState: CONNECTING, sent: [], isClosed: false });
    Socket.made.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
  }

  open() {
    this.readyState = OPEN;
    this.onopen();
    this.say({ event: "ready", position: 0 });
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

// Return a client that is connected, its socket, and what it says of its connection.
function connected() {
  globalThis.WebSocket = Socket;
  Socket.made = [];
  const client = new Client("ws://there/ws", { session: "main" });
  const said = [];
  client.addEventListener("connection", ({ detail: { up, reason } }) => said.push(up ? "up" : reason));
  client.connect();
  const [socket] = Socket.made;
  socket.open();
  return { client, socket, said };
}

function withTimers(scenario) {
  return async () => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    try {
      await scenario();
    } finally {
      mock.timers.reset();
    }
  };
}

test("a connection on which nothing is answered is given up, and another one is opened", withTimers(async () => {
  const { client, socket, said } = connected();
  const lost = [client.command("/magnet/status"), client.command("/magnet/play")];
  mock.timers.tick(2500);
  assert.deepEqual([said, socket.isClosed, client.waiting], [["up"], false, 2]);
  mock.timers.tick(500);
  assert.deepEqual(said, ["up", "the server does not answer"]);
  assert.deepEqual([socket.isClosed, client.waiting, client.isOpen], [true, 0, false]);
  for (const answer of lost) await assert.rejects(answer, /connection was lost/);
  mock.timers.tick(50);
  const [, second] = Socket.made;
  second.open();
  assert.deepEqual([said.at(-1), client.isOpen, second.sent[0].cmd], ["up", true, "hello"]);
}));

test("whoever waits for nothing is not given up, and any message is a sign of life", withTimers(async () => {
  const { client, socket, said } = connected();
  mock.timers.tick(60000);
  client.command("/magnet/play").catch(() => {});
  for (let n = 0; n < 10; n++) {
    mock.timers.tick(2500);
    socket.say({ event: "beat", position: 1 });
  }
  assert.deepEqual([said, Socket.made.length], [["up"], 1]);
}));

test("while the model loads nothing is asked, and the connection is kept", withTimers(async () => {
  globalThis.WebSocket = Socket;
  Socket.made = [];
  const client = new Client("ws://there/ws", {});
  client.connect();
  const [socket] = Socket.made;
  socket.readyState = OPEN;
  socket.onopen();
  await assert.rejects(client.command("/magnet/play"), /not connected/);
  mock.timers.tick(60000);
  assert.deepEqual([socket.isClosed, socket.sent.map(({ cmd }) => cmd)], [false, ["hello"]]);
}));

test("a server that never opens the connection is tried again", withTimers(async () => {
  globalThis.WebSocket = Socket;
  Socket.made = [];
  const client = new Client("ws://there/ws", {});
  client.connect();
  mock.timers.tick(3000);
  assert.ok(Socket.made[0].isClosed);
  mock.timers.tick(250);
  assert.equal(Socket.made.length, 2);
}));

test("what an old connection says after it was given up is not heard", withTimers(async () => {
  const { client, socket, said } = connected();
  client.command("/magnet/status").catch(() => {});
  mock.timers.tick(3000);
  assert.equal(socket.onmessage, null);
  assert.equal(socket.onclose, null);
  assert.equal(said.length, 2);
}));

test("what cannot be read is said, and what follows is heard", withTimers(async () => {
  const { client, socket } = connected();
  const [reasons, positions] = [[], []];
  client.addEventListener("garbled", ({ detail }) => reasons.push(detail.reason));
  client.addEventListener("packet", ({ detail }) => positions.push(detail.position));
  socket.onmessage({ data: new ArrayBuffer(12) });
  socket.onmessage({ data: "{" });
  socket.onmessage({ data: pack({ samples: new Float32Array(4), rate: 48000, sequence: 0, position: 7 }) });
  assert.match(reasons[0], /12 bytes/);
  assert.deepEqual([reasons.length, positions], [2, [7]]);
}));

test("a question that is open is not asked again, but once more after it", withTimers(async () => {
  const { client, socket } = connected();
  const poll = new Newest(() => client.command("/magnet/status").catch(() => null));
  for (let n = 0; n < 5; n++) poll.push(null);
  const asked = () => socket.sent.filter(({ cmd }) => cmd === "/magnet/status");
  assert.equal(asked().length, 1);
  socket.say({ event: "status", id: asked()[0].id });
  await new Promise(setImmediate);
  assert.equal(asked().length, 2);
}));
