// The picture of the spectra: a ring of columns, so that one more costs one more.

export class Heatmap {
  #newest = null;

  constructor(columns, rows) {
    this.columns = columns;
    this.rows = rows;
    this.levels = new Uint8ClampedArray(columns * rows);
    this.canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    this.context = this.canvas.getContext("2d");
    this.strip = this.context.createImageData(1, rows);
  }

  clear() {
    this.#newest = null;
    this.levels.fill(0);
    this.context.clearRect(0, 0, this.columns, this.rows);
  }

  // Take other colours.
  paint(ramp) {
    this.ramp = ramp;
    for (let at = 0; at < this.columns; at++) this.#draw(at);
  }

  // Put a column in its place; columns that never came stay dark.
  put(column, levels) {
    if (this.#newest !== null && column < this.#newest - this.columns) this.clear();
    const from = this.#newest === null ? column : Math.max(this.#newest + 1, column - this.columns + 1);
    for (let skipped = from; skipped < column; skipped++) {
      this.levels.fill(0, (skipped % this.columns) * this.rows, ((skipped % this.columns) + 1) * this.rows);
      this.#draw(skipped % this.columns);
    }
    const at = column % this.columns;
    this.levels.set(levels, at * this.rows);
    this.#draw(at);
    this.#newest = Math.max(column, this.#newest ?? column);
  }

  // Draw the columns from `begin` to `end` (which may be fractions) into a box.
  blit(target, begin, end, { x, y, width, height }) {
    if (this.#newest === null) return;
    const low = Math.max(Math.floor(begin), this.#newest - this.columns + 1, 0);
    const high = Math.min(Math.ceil(end), this.#newest + 1);
    const scale = width / (end - begin);
    for (let from = low; from < high; ) {
      const at = from % this.columns;
      const count = Math.min(high - from, this.columns - at);
      target.drawImage(this.canvas, at, 0, count, this.rows, x + (from - begin) * scale, y, count * scale, height);
      from += count;
    }
  }

  #draw(at) {
    if (!this.ramp) return;
    const { data } = this.strip;
    for (let row = 0; row < this.rows; row++) {
      const level = this.levels[at * this.rows + row];
      data.set(this.ramp.subarray(4 * level, 4 * level + 4), 4 * (this.rows - 1 - row)); // low notes are low
    }
    this.context.putImageData(this.strip, at, 0);
  }
}
