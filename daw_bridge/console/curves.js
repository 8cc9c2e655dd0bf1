// How the travel of a knob, 0 to 1, stands for values: straight or logarithmic, whole or not.
//
// A spec is {low, high, curve: "linear" | "log", isWhole}. A logarithmic knob that begins at 0 is
// straight near it: the first tenth of a percent of its range is its unit.

const LOG_FLOOR = 1000;

const clamp = (number, low, high) => Math.max(low, Math.min(high, number));

function logShift({ low, high }) {
  return low > 0 ? 0 : (high - low) / LOG_FLOOR - low;
}

export function travelOf(spec, value) {
  const { low, high } = spec;
  if (high <= low) return 0;
  const number = clamp(value, low, high);
  if (spec.curve !== "log") return (number - low) / (high - low);
  const shift = logShift(spec);
  return Math.log((number + shift) / (low + shift)) / Math.log((high + shift) / (low + shift));
}

export function valueAt(spec, travel) {
  const { low, high } = spec;
  const share = clamp(travel, 0, 1);
  if (share === 0 || share === 1) return share ? high : low; // exactly
  if (spec.curve !== "log") return tidy(spec, low + share * (high - low));
  const shift = logShift(spec);
  return tidy(spec, (low + shift) * ((high + shift) / (low + shift)) ** share - shift);
}

// Return the value that many hundredths of the travel further; a whole number moves by 1 at least.
export function nudged(spec, value, hundredths) {
  const next = valueAt(spec, travelOf(spec, value) + hundredths / 100);
  if (next !== value) return next;
  const least = spec.isWhole ? 1 : 10 ** -decimals(spec, value);
  return tidy(spec, clamp(value + Math.sign(hundredths) * least, spec.low, spec.high));
}

// Digits after the point that a value of this range is worth.
export function decimals(spec, value = 0) {
  if (spec.isWhole) return 0;
  const size = spec.curve === "log" ? Math.max(Math.abs(value), 0.1) : spec.high - spec.low;
  if (size >= 100) return 0;
  return size > 20 ? 1 : 2;
}

function tidy(spec, value) {
  return Number(clamp(value, spec.low, spec.high).toFixed(decimals(spec, value)));
}
