// WAV files of float32 that appear whole or not at all.
//
// The number of frames is known before the first sample, so the header is written once and the
// samples go straight to disk: however long a take is, it costs no memory. The file has another
// name until it is complete. Besides the samples it carries what makes a DAW see a loop: an `acid`
// chunk (tempo, beats) and an endless loop in a `smpl` chunk.

"use strict";

const fs = require("fs");
const path = require("path");

const IEEE_FLOAT = 3;
const BYTES_PER_SAMPLE = 4;
const ACID_STRETCH = 4; // flags: a loop that may be stretched, no one shot
const MIDDLE_C = 60;

function chunk(name, ...fields) {
  const size = fields.reduce((sum, [, bytes]) => sum + bytes, 0);
  const bytes = Buffer.alloc(8 + size);
  bytes.write(name, 0, "latin1");
  bytes.writeUInt32LE(size, 4);
  let at = 8;
  for (const [value, count, isFloat] of fields) {
    if (isFloat) bytes.writeFloatLE(value, at);
    else bytes.writeUIntLE(value, at, count);
    at += count;
  }
  return bytes;
}

/**
 * Return all that stands before the samples.
 *
 * @param {{rate: number, channels: number, frames: number, beats: number, bpm: number}} take
 * @returns {Buffer}
 */
function wavHeader({ rate, channels, frames, beats, bpm }) {
  const frameBytes = channels * BYTES_PER_SAMPLE;
  const dataBytes = frames * frameBytes;
  const format = chunk(
    "fmt ",
    [IEEE_FLOAT, 2],
    [channels, 2],
    [rate, 4],
    [rate * frameBytes, 4],
    [frameBytes, 2],
    [8 * BYTES_PER_SAMPLE, 2],
  );
  const fact = chunk("fact", [frames, 4]);
  const acid = chunk("acid", [ACID_STRETCH, 4], [MIDDLE_C, 2], [0x8000, 2], [0, 4], [beats, 4], [4, 2], [4, 2], [bpm, 4, true]);
  const period = Math.round(1e9 / rate); // nanoseconds
  const loop = [0, 0, 0, frames - 1, 0, 0].map((value) => [value, 4]);
  const smpl = chunk("smpl", ...[0, 0, period, MIDDLE_C, 0, 0, 0, 1, 0].map((value) => [value, 4]), ...loop);
  const data = Buffer.alloc(8);
  data.write("data", 0, "latin1");
  data.writeUInt32LE(dataBytes, 4);
  const body = Buffer.concat([Buffer.from("WAVE"), format, fact, acid, smpl, data]);
  const riff = Buffer.alloc(8);
  riff.write("RIFF", 0, "latin1");
  riff.writeUInt32LE(body.length + dataBytes, 4);
  return Buffer.concat([riff, body]);
}

/** A WAV file that is being written. */
class WavWriter {
  /**
   * @param {string} file where it will be, a whole path
   * @param {object} take as for wavHeader
   * @throws {Error} the file cannot be made.
   */
  constructor(file, take) {
    this.file = file;
    this.take = take;
    this.missing = take.frames; // frames
    this.#part = path.join(path.dirname(file), `.${path.basename(file)}.part`);
    this.#descriptor = fs.openSync(this.#part, "w");
    try {
      this.#write(wavHeader(take));
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Write frames of interleaved float32, no more than are missing; throw where the disk is full. */
  append(samples, frames) {
    this.#write(samples);
    this.missing -= frames;
  }

  /** Give the complete file its name. */
  finish() {
    fs.closeSync(this.#descriptor);
    this.#descriptor = null;
    fs.renameSync(this.#part, this.file);
  }

  /** Remove what there is of it. */
  abandon() {
    if (this.#descriptor !== null) fs.closeSync(this.#descriptor);
    this.#descriptor = null;
    fs.rmSync(this.#part, { force: true });
  }

  #part;
  #descriptor = null;

  #write(bytes) {
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#descriptor, bytes, at);
  }
}

module.exports = { BYTES_PER_SAMPLE, WavWriter, wavHeader };
