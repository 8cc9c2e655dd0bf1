// Binary messages of the stream: a 40-byte little-endian header, then interleaved float samples.

export const FLAG = { prefix: 1, infill: 2, concealed: 4, last: 8, take: 16 };

const HEADER_BYTES = 40;
const MAGIC = 0x4d474e54; // "MGNT"
const VERSION = 1;
const FLOAT32 = 0;

// Return a binary message as {channels, flags, rate, frames, position, plan, samples}; throw where it is none.
export function unpack(data) {
  if (data.byteLength < HEADER_BYTES) throw new Error(`the server sent ${data.byteLength} bytes that are no PCM`);
  const view = new DataView(data);
  if (view.getUint32(0) !== MAGIC || view.getUint8(4) !== VERSION || view.getUint8(5) !== FLOAT32) {
    throw new Error("the server sent something that is not float PCM of version 1");
  }
  const channels = view.getUint8(6);
  const frames = view.getUint32(12, true);
  if (HEADER_BYTES + 4 * channels * frames !== data.byteLength) {
    throw new Error(`the server sent PCM of ${data.byteLength} bytes that says it has ${frames} frames`);
  }
  return {
    channels,
    flags: view.getUint8(7),
    rate: view.getUint32(8, true),
    frames,
    position: Number(view.getBigUint64(24, true)),
    plan: Number(view.getBigUint64(32, true)),
    samples: new Float32Array(data, HEADER_BYTES),
  };
}

// Return the binary message of mono samples that this page has recorded.
export function pack({ samples, rate, sequence, position, flags = 0 }) {
  const data = new ArrayBuffer(HEADER_BYTES + 4 * samples.length);
  const view = new DataView(data);
  view.setUint32(0, MAGIC);
  view.setUint8(4, VERSION);
  view.setUint8(5, FLOAT32);
  view.setUint8(6, 1);
  view.setUint8(7, flags);
  view.setUint32(8, rate, true);
  view.setUint32(12, samples.length, true);
  view.setBigUint64(16, BigInt(sequence), true);
  view.setBigUint64(24, BigInt(position), true);
  new Float32Array(data, HEADER_BYTES).set(samples);
  return data;
}
