// The server's WebSocket protocol, version 1: bytes and JSON to plain objects, nothing that waits.
//
// The README of magnet-live has the tables. Positions are Numbers: exact up to 2^53 samples, which
// is six thousand years at 48 kHz.

"use strict";

const HEADER_BYTES = 40;
const MAGIC = 0x4d474e54; // "MGNT"
const VERSION = 1;
const FORMAT_F32 = 0;
const FLAG_LAST = 8;
const DEFAULT_PORT = 9001;

/**
 * Return a binary message as {position, frames, channels, rate, sequence, flags, plan, samples};
 * `samples` is a Buffer of interleaved little-endian float32, a view of the message.
 *
 * @param {ArrayBuffer} message
 * @throws {Error} it is not float PCM of version 1, or not as long as its header says.
 */
function unpackPcm(message) {
  const bytes = Buffer.from(message);
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== MAGIC) {
    throw new Error(`${bytes.length} bytes that are not PCM of a magnet-live server`);
  }
  if (bytes[4] !== VERSION || bytes[5] !== FORMAT_F32) {
    throw new Error(`PCM of version ${bytes[4]}, format ${bytes[5]}; this client takes 1 and 0 (float32)`);
  }
  const packet = {
    channels: bytes[6],
    flags: bytes[7],
    rate: bytes.readUInt32LE(8),
    frames: bytes.readUInt32LE(12),
    sequence: Number(bytes.readBigUInt64LE(16)),
    position: Number(bytes.readBigUInt64LE(24)),
    plan: Number(bytes.readBigUInt64LE(32)),
    samples: bytes.subarray(HEADER_BYTES),
  };
  const wanted = packet.frames * packet.channels * 4;
  if (packet.samples.length !== wanted) {
    throw new Error(`a PCM message with ${packet.samples.length} bytes of samples; its header says ${wanted}`);
  }
  return packet;
}

/** Return the text of the first message of a connection; `resume` and `token` may be null. */
function hello({ session, rate, channels, resume, token }) {
  const message = { cmd: "hello", version: VERSION, session, format: "f32", sample_rate: rate, channels };
  if (token !== null) message.token = token;
  if (resume !== null) message.resume_position = resume;
  return JSON.stringify(message);
}

/**
 * Return the WebSocket address that somebody means by "HOST", "HOST:PORT", "http://HOST:PORT/" or
 * the address itself.
 *
 * @throws {Error} it is none of them.
 */
function serverUrl(text) {
  const given = String(text).trim();
  const whole = /^[a-z]+:\/\//i.test(given) ? given : `ws://${given}`;
  let url;
  try {
    url = new URL(whole.replace(/^http/i, "ws"));
  } catch {
    url = null;
  }
  if (url === null || !["ws:", "wss:"].includes(url.protocol) || url.hostname === "") {
    throw new Error(`${JSON.stringify(given)} is no address of a server; one is ws://127.0.0.1:${DEFAULT_PORT}/ws`);
  }
  const names = whole.replace(/^[a-z]+:\/\//i, "").split("/")[0];
  if (url.port === "" && !/:\d+$/.test(names)) url.port = String(DEFAULT_PORT);
  if (url.pathname === "/") url.pathname = "/ws";
  return url.href;
}

module.exports = { FLAG_LAST, HEADER_BYTES, hello, serverUrl, unpackPcm };
