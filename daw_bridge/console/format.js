// Numbers and states in the words that the page shows.

export function clock(seconds) {
  const tenths = Math.floor(seconds * 10);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${Math.floor(tenths / 600)}:${rest}`;
}

export const decibels = (amplitude) => 20 * Math.log10(Math.max(amplitude, 1e-6));

export const milliseconds = (ms) => (ms === null ? "\u2013" : `${Math.round(ms)} ms`);

export function tempo(bpm) {
  return bpm > 0 ? String(Number(bpm.toFixed(1))) : "\u2013";
}

// Return seconds of samples: "3 ms", "0.4 s".
export function duration(samples, rate) {
  const seconds = samples / rate;
  return seconds < 0.1 ? `${Math.round(1000 * seconds)} ms` : `${seconds.toFixed(1)} s`;
}

const KILO = 1000;

// Return a knob's value: at most four digits and the unit.
export function quantity(value, digits, unit) {
  let text = Math.abs(value) >= 10 * KILO ? `${Number((value / KILO).toFixed(1))}k` : value.toFixed(digits);
  if (/^-0(\.0*)?$/.test(text)) text = text.slice(1);
  return unit ? `${text} ${unit}` : text;
}

// Return the name of a control as people say it: "prefix_top_k" is "top k" in the group of the prefix.
export const title = (name) => name.replace(/_(ms|s|db)$/, "").replaceAll("_", " ");

// Return what leads the tempo, in words.
export function tempoWords({ source, bpm, detail }) {
  if (source === "off") return "The tempo follows nobody else any more";
  return [`The tempo follows ${source} at ${tempo(bpm)} bpm`, detail].filter(Boolean).join(": ");
}

// Return when changes are heard: "prompt/1 in 1.3 s".
export const waitingWords = (names, seconds) => `${names} in ${seconds.toFixed(1)} s`;

const WORKER = {
  starting: "The model is loading",
  ready: "The model is ready",
  restarting: "The model's process was lost; another one is starting and goes on with your music",
  broken: "The model cannot be loaded",
};

// Return what the state of the worker means for who plays.
export function workerWords(state, detail) {
  const words = WORKER[state] ?? `The worker is ${state}`;
  return state === "ready" || !detail ? words : `${words}: ${detail}`;
}
