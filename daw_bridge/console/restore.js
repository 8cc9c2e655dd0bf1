// A server that was started anew knows nothing: the page tells it what was set, as it last knew it.

const SLOTS = [1, 2, 3, 4, 5, 6];

// Return the commands that set again what a status shows, parameters first: they change how words sound.
export function commandsOf(status, controls) {
  const commands = [];
  for (const { address, name } of controls) {
    if (name !== null && status[name] !== undefined) commands.push([address, status[name]]);
  }
  if (status.prompt) commands.push(["/magnet/prompt", status.prompt]);
  for (const slot of SLOTS) {
    const text = status[`prompt/${slot}`];
    const weight = status[`prompt/${slot}/weight`];
    if (text) commands.push([`/magnet/prompt/${slot}`, text, weight ?? 1]);
    else if (weight !== undefined) commands.push([`/magnet/prompt/${slot}/weight`, weight]);
  }
  if (status.chords) commands.push(["/magnet/chords", status.chords]);
  // A clock that is followed tells the tempo itself, and the server refuses any other.
  const { tempo_source: source = "off", tempo_source_bpm: led = 0 } = status;
  const isLed = source !== "off" && source !== "tap" && led > 0;
  if (status.tempo && !isLed) commands.push(["/magnet/tempo", status.tempo]);
  if (status.quantize && status.quantize !== "off") commands.push(["/magnet/quantize", status.quantize]);
  return commands;
}

// Return whether a greeting comes from a server that has forgotten the music of a status.
export function hasForgotten(ready, status) {
  return status !== null && status.session === ready.session && ready.position === 0 && Number(status.position) > 0;
}
