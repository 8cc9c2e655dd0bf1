// Max's side of node.script, for tests: a line of JSON for each message, both ways.
"use strict";

const readline = require("readline");

const MESSAGE_TYPES = { ALL: "all", BANG: "bang", NUMBER: "number", LIST: "list", DICT: "dict" };
const handlers = new Map();

async function receive(selector, args) {
  const handle = handlers.get(selector);
  if (handle) await handle(...args);
  const all = handlers.get(MESSAGE_TYPES.ALL);
  if (all) await all(handle !== undefined, selector, ...args);
}

module.exports = {
  MESSAGE_TYPES,
  addHandler: (name, handle) => handlers.set(name, handle),
  outlet: async (...atoms) => void process.stdout.write(`${JSON.stringify(atoms)}\n`),
};

const input = readline.createInterface({ input: process.stdin });
input.on("line", (line) => {
  const [selector, ...args] = JSON.parse(line);
  receive(selector, args);
});
input.on("close", () => process.exit(0));
