// Colours for the canvas: from the stylesheet's properties, and between them.

// Return [r, g, b] of "#rrggbb".
export function rgb(hex) {
  const number = parseInt(hex.trim().slice(1, 7), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

// Return 256 colours, [r, g, b, 255] each, that go evenly through some stops.
export function ramp(stops) {
  const colours = stops.map(rgb);
  const table = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level++) {
    const at = (level / 255) * (colours.length - 1);
    const index = Math.min(Math.floor(at), colours.length - 2);
    for (let n = 0; n < 3; n++) {
      table[4 * level + n] = colours[index][n] + (at - index) * (colours[index + 1][n] - colours[index][n]);
    }
    table[4 * level + 3] = 255;
  }
  return table;
}

const NAMES = ["text", "quiet", "panel", "well", "edge", "rim", "accent", "accent-ink", "ground", "prefix", "infill", "concealed", "take", "font"];

// Return the theme's colours by name, and the ramp of the spectrogram.
export function palette(root = document.documentElement) {
  const style = getComputedStyle(root);
  const value = (name) => style.getPropertyValue(`--${name}`).trim();
  const colours = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
  return { ...colours, other: colours.quiet, ramp: ramp(value("map").split(",")) };
}
