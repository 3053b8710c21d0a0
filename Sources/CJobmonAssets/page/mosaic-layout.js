// Where each job of the mosaic stands. Pure: no DOM.
// A layout is a raster of slots; a slot is one job (or, in very uneven grids, several). `scale` is device pixels per slot.

const up = (n, unit) => Math.ceil(n / unit) * unit;

/** Last index i with list[i] <= value, for a rising list. */
export function search(list, value) {
  let low = 0, high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle] <= value) low = middle; else high = middle - 1;
  }
  return low;
}

/** One direction of the raster: slots in parts (rows of a grid, lanes), with a gap between parts when there is room. */
export class Axis {
  /** @param {number} size slots; @param {number} pitch slots of a part; @param {?Uint32Array} starts first slot of each part, and the end */
  constructor(size, pitch = size, starts = null) {
    this.size = size;
    this.pitch = Math.max(1, pitch);
    this.starts = starts;
    this.parts = starts ? starts.length - 1 : Math.max(1, Math.ceil(size / this.pitch));
  }
  start(part) { return this.starts ? this.starts[part] : part * this.pitch; }
  part(slot) { return this.starts ? Math.min(search(this.starts, slot), this.parts - 1) : Math.floor(slot / this.pitch); }
  /** Device pixels between two parts. Parts of one slot need none: large slots have their own. */
  gap(scale, dpr) {
    if (this.parts < 2 || this.pitch === 1) return 0;
    const pixels = this.size / this.parts * scale;
    return pixels >= 12 * dpr ? 2 * Math.round(dpr) : pixels >= 3 * dpr ? Math.round(dpr) : 0;
  }
  length(scale, gap) { return Math.ceil(this.size * scale) + (this.parts - 1) * gap; }
  /** First device pixel of a slot (may be a fraction). */
  pixel(slot, scale, gap) { return slot * scale + (gap ? this.part(Math.floor(slot)) * gap : 0); }
  partAt(pixel, scale, gap) {
    if (!this.starts) return Math.min(this.parts - 1, Math.floor(pixel / (this.pitch * scale + gap)));
    let low = 0, high = this.parts - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] * scale + middle * gap <= pixel) low = middle; else high = middle - 1;
    }
    return low;
  }
  /** Slot (a fraction) under a device pixel; in a gap: the end of the part before it. */
  at(pixel, scale, gap) {
    if (!gap) return Math.min(Math.max(pixel / scale, 0), this.size - 1e-6);
    const part = this.partAt(Math.max(0, pixel), scale, gap), start = this.start(part);
    const inside = Math.max(0, pixel - start * scale - part * gap) / scale;
    return start + Math.min(inside, this.start(part + 1) - start - 1e-6);
  }
  /**
   * For each device pixel from `from`: the column (or row) of the mip level that it shows, or -1 for a gap.
   * @param {Int32Array} map result; @param {Int32Array} inner pixel inside its slot; @param {number} seam pixels left empty in each slot
   */
  fill(map, inner, from, scale, gap, seam) {
    const length = this.length(scale, gap);
    for (let i = 0; i < map.length; i++) {
      let pixel = from + i, base = 0;
      map[i] = -1;
      if (pixel < 0 || pixel >= length) continue;
      if (gap) {
        const part = this.partAt(pixel, scale, gap), start = this.start(part);
        pixel -= start * scale + part * gap;
        if (pixel >= (this.start(part + 1) - start) * scale) continue;
        base = start;
      }
      if (scale < 1) { map[i] = base * scale + pixel; continue; } // parts start at multiples of 1 / scale
      const slot = Math.floor(pixel / scale);
      inner[i] = pixel - slot * scale;
      if (inner[i] < scale - seam) map[i] = base + slot;
    }
  }
}

/** Scales to try, the largest first: whole pixels, then 1/2, 1/4, ... so that each pixel is one entry of a mip level. */
function scales(dpr) {
  const list = [];
  for (let s = Math.round(14 * dpr); s >= 1; s--) list.push(s);
  for (let k = 1; k <= 14; k++) list.push(2 ** -k);
  return list;
}

/** Jobs in bands; in a band they run down each column, then right: neighbours in the order stay neighbours in the picture. */
class Bands {
  constructor(cells, width, rows, band, firsts, starts) {
    Object.assign(this, { cells, width, height: rows, band, firsts });
    this.x = new Axis(width);
    this.y = new Axis(rows, rows, starts);
  }
  bandOf(position) {
    if (this.firsts) {
      const i = search(this.firsts, position), top = this.y.starts[i];
      return [this.firsts[i], top, this.y.starts[i + 1] - top, this.firsts[i + 1]];
    }
    const size = this.width * this.band, i = Math.floor(position / size);
    return [i * size, i * this.band, this.band, Math.min((i + 1) * size, this.cells)];
  }
  slot(position) {
    const [first, top, h] = this.bandOf(position), x = Math.floor((position - first) / h);
    return (top + position - first - x * h) * this.width + x;
  }
  /** First position of a slot, or -1. */
  position(x, y) {
    let first, top, h, end;
    if (this.firsts) {
      const i = this.y.part(y);
      [first, top, h, end] = [this.firsts[i], this.y.starts[i], this.y.starts[i + 1] - this.y.starts[i], this.firsts[i + 1]];
    } else {
      top = y - y % this.band;
      [first, h, end] = [top * this.width, this.band, this.cells];
    }
    const position = first + x * h + y - top;
    return position < end ? position : -1;
  }
  span() { return 1; }
  snap(from, to) { return [from, to]; }
  fill(data, cells) {
    if (this.band === 1 && !this.firsts) { data.set(cells.subarray(0, this.cells)); return; }
    for (let p = 0; p < this.cells;) {
      const [, top, h, end] = this.bandOf(p);
      for (let x = 0; p < end; x++) {
        for (let i = top * this.width + x, y = 0; y < h && p < end; y++, i += this.width) data[i] = cells[p++];
      }
    }
  }
  /** The slots of positions from...to as rectangles [x0, y0, x1, y1). */
  rects(from, to) {
    const list = [];
    for (let p = from; p <= to;) {
      const [first, top, h, end] = this.bandOf(p), a = p - first, b = Math.min(to + 1, end) - 1 - first;
      const x0 = Math.floor(a / h), x1 = Math.floor(b / h), ya = top + a % h, yb = top + b % h + 1;
      if (x0 === x1) list.push([x0, ya, x0 + 1, yb]);
      else {
        list.push([x0, ya, x0 + 1, top + h]);
        if (x1 > x0 + 1) list.push([x0 + 1, top, x1, top + h]);
        list.push([x1, top, x1 + 1, yb]);
      }
      p = end;
    }
    return list;
  }
}

/** A matrix of boxes of equal size; jobs fill the slots of their box row by row. */
class Grid {
  constructor(cells, rows, columns, boxWidth, boxHeight, firsts) {
    Object.assign(this, { cells, rows, columns, boxWidth, boxHeight, firsts, room: boxWidth * boxHeight });
    this.width = columns * boxWidth;
    this.height = rows * boxHeight;
    this.x = new Axis(this.width, boxWidth);
    this.y = new Axis(this.height, boxHeight);
  }
  box(position) { return search(this.firsts, position); }
  slot(position) {
    const box = this.box(position), n = this.firsts[box + 1] - this.firsts[box], r = Math.floor(box / this.columns);
    let j = position - this.firsts[box];
    if (n > this.room) j = Math.floor(j * this.room / n);
    return (r * this.boxHeight + Math.floor(j / this.boxWidth)) * this.width + (box - r * this.columns) * this.boxWidth + j % this.boxWidth;
  }
  place(x, y) {
    const r = Math.floor(y / this.boxHeight), c = Math.floor(x / this.boxWidth), box = r * this.columns + c;
    return [this.firsts[box], this.firsts[box + 1] - this.firsts[box], (y - r * this.boxHeight) * this.boxWidth + x - c * this.boxWidth];
  }
  position(x, y) {
    const [first, n, j] = this.place(x, y);
    if (n > this.room) return first + Math.ceil(j * n / this.room);
    return j < n ? first + j : -1;
  }
  /** Jobs that share a slot: only where a box holds more jobs than slots. */
  span(x, y) {
    const [, n, j] = this.place(x, y);
    return n > this.room ? Math.ceil((j + 1) * n / this.room) - Math.ceil(j * n / this.room) : 1;
  }
  snap(from, to) { return [this.firsts[this.box(from)], this.firsts[this.box(to) + 1] - 1]; }
  fill(data, cells) {
    const { boxWidth, boxHeight, width, room } = this;
    if (this.dense) { data.set(cells.subarray(0, this.cells)); return; }
    for (let r = 0, box = 0; r < this.rows; r++) {
      for (let c = 0; c < this.columns; c++, box++) {
        const first = this.firsts[box], n = this.firsts[box + 1] - first, corner = r * boxHeight * width + c * boxWidth;
        if (n > room) {
          for (let j = 0; j < room; j++) {
            const a = first + Math.ceil(j * n / room), b = first + Math.ceil((j + 1) * n / room);
            data[corner + Math.floor(j / boxWidth) * width + j % boxWidth] = main(cells, a, b);
          }
        } else for (let j = 0; j < n; j++) data[corner + Math.floor(j / boxWidth) * width + j % boxWidth] = cells[first + j];
      }
    }
  }
  rects(from, to) {
    const { columns, boxWidth: w, boxHeight: h } = this, a = this.box(from), b = this.box(to);
    const r0 = Math.floor(a / columns), r1 = Math.floor(b / columns), c0 = a % columns, c1 = b % columns + 1;
    if (r0 === r1) return [[c0 * w, r0 * h, c1 * w, (r0 + 1) * h]];
    const list = [[c0 * w, r0 * h, this.width, (r0 + 1) * h], [0, r1 * h, c1 * w, (r1 + 1) * h]];
    if (r1 > r0 + 1) list.push([0, (r0 + 1) * h, this.width, r1 * h]);
    return list;
  }
}

/** The byte that stands for cells[from, to): a failed one if there is one, else the first. */
export function main(cells, from, to) {
  for (let p = from; p < to; p++) if (cells[p] >= 128) return cells[p];
  return cells[from];
}

function fitAxis(parts, pitch, room, dpr) {
  for (const s of scales(dpr)) {
    const unit = s < 1 && parts <= room ? 1 / s : 1, aligned = up(pitch, unit), axis = new Axis(parts * aligned, aligned);
    if (axis.length(s, axis.gap(s, dpr)) <= room) return [s, aligned];
  }
  return [2 ** -14, pitch];
}

function fitGrid(cells, rows, columns, counts, width, height, dpr) {
  const firsts = new Uint32Array(counts.length + 1);
  let most = 1, dense = cells === counts.length; // dense: one job in each box
  for (let i = 0, first = 0; i < counts.length; i++) {
    const count = counts[i];
    firsts[i + 1] = first += count;
    if (count > most) most = count;
    if (count !== 1) dense = false;
  }
  // Boxes are equal, so one huge box would leave all others empty: the jobs of such boxes share slots. Memory is a limit as well.
  if (firsts[counts.length] !== cells) throw new Error(`The counts of the grid add up to ${firsts[counts.length]}, not to ${cells} jobs.`);
  const sample = [];
  for (let i = 0; i < counts.length; i += Math.ceil(counts.length / 2000)) if (counts[i]) sample.push(counts[i]);
  const usual = sample.sort((x, y) => x - y)[Math.floor(sample.length * 0.98)] ?? most;
  if (most > 3 * usual) most = usual;
  most = Math.min(most, Math.max(1, Math.floor(Math.max(4 * cells, 1 << 18) / counts.length)));
  let best = null;
  const tries = new Set([Math.ceil(Math.sqrt(most))]);
  for (let w = 1; w <= most; w = Math.ceil(w * 1.3)) tries.add(w);
  for (const w of tries) {
    const [sx, bw] = fitAxis(columns, w, width, dpr), [sy, bh] = fitAxis(rows, Math.ceil(most / w), height, dpr);
    const score = Math.min(sx, sy) * 1e6 + Math.max(sx, sy) - Math.abs(Math.log(bw / bh)) - bw * bh * 1e-9;
    if (!best || score > best.score) best = { score, sx, sy, bw, bh };
  }
  // Cells may be wider than high (or the reverse) to use the room; thin axes below one pixel are stretched as far as they go.
  const { sx, sy } = best, least = Math.min(sx, sy), times = least < 1 ? Infinity : least < 4 * dpr ? 3 : 2;
  const layout = new Grid(cells, rows, columns, best.bw, best.bh, firsts);
  return Object.assign(layout, { mode: 'grid', dense, sx: Math.min(sx, sy * times), sy: Math.min(sy, sx * times) });
}

function fitLanes(lanes, cells, width, height, dpr) {
  for (const s of scales(dpr)) {
    const columns = Math.floor(width / s), unit = s < 1 ? 1 / s : 1;
    const firsts = new Uint32Array(lanes.length + 1), starts = new Uint32Array(lanes.length + 1);
    lanes.forEach((lane, i) => {
      firsts[i + 1] = firsts[i] + lane.cells;
      starts[i + 1] = starts[i] + up(Math.max(1, Math.ceil(lane.cells / columns)), unit);
    });
    const layout = new Bands(cells, columns, starts[lanes.length], 0, firsts, starts);
    const fits = (sy) => layout.y.length(sy, layout.y.gap(sy, dpr)) <= height;
    if (fits(s)) return Object.assign(layout, { mode: 'lanes', sx: s, sy: stretch(s, 4, dpr, fits) });
  }
  return null;
}

/** Small cells may be higher than wide if height is left: the largest scale up to `times` as high that fits. */
const stretch = (s, times, dpr, fits) => (s < 4 * dpr ? scales(dpr).find((sy) => sy <= Math.min(times * s, 14 * dpr) && fits(sy)) : s) ?? s;

function fitPlain(cells, width, height, dpr) {
  for (const s of scales(dpr)) {
    const columns = Math.floor(width / s), rows = Math.ceil(cells / columns), unit = s < 1 ? 1 / s : 1;
    if (rows * s > height && s > 2 ** -14) continue;
    const sy = stretch(s, 2, dpr, (scale) => rows * scale <= height);
    // Small cells run in bands about 8 CSS pixels high, so that a run of failed jobs is a patch and not a hairline.
    const band = s >= 4 * dpr ? 1 : Math.min(up(Math.ceil(8 * dpr / sy), unit), up(Math.max(rows, 1), unit));
    return Object.assign(new Bands(cells, columns, up(Math.max(rows, 1), band), band, null, null), { mode: 'plain', sx: s, sy });
  }
  return null;
}

/**
 * Checks the answer of /v1/view/mosaic and lays it out in width x height device pixels.
 * Layout: {mode, width, height (slots), x, y (Axis), sx, sy (scale of the whole), slot(position), position(x, y), rects(from, to)}.
 * @throws {Error} one sentence, if header and body do not fit together
 */
export function createLayout({ header, cells, counts }, width, height, dpr) {
  const n = header.cells;
  if (!(cells?.length >= n)) throw new Error(`The mosaic has ${cells?.length ?? 0} bytes for ${n} jobs.`);
  if (header.rows && header.columns) {
    const rows = header.rows.values.length, columns = header.columns.values.length;
    if (counts?.length !== rows * columns) throw new Error(`The mosaic has ${counts?.length ?? 0} counts for a grid of ${rows} x ${columns}.`);
    if (counts.length) return fitGrid(n, rows, columns, counts, width, height, dpr);
  }
  if (header.lanes?.length) {
    const total = header.lanes.reduce((sum, lane) => sum + lane.cells, 0);
    if (total !== n) throw new Error(`The lanes add up to ${total}, not to ${n} jobs.`);
    const layout = header.lanes.length * 3 * dpr <= height ? fitLanes(header.lanes, n, width, height, dpr) : null;
    if (layout) return layout;
  }
  return fitPlain(n, width, height, dpr);
}

/** Scales of the zoom steps, from the whole to cells of 32 CSS pixels. */
export function zoomScales(layout, dpr) {
  const list = [Math.min(layout.sx, layout.sy)], last = 32 * dpr;
  for (let s = list[0]; s < last; list.push(s)) s = s < 1 ? s * 2 : Math.min(last, Math.max(s + 1, Math.round(s * 1.4)));
  return list.map(Math.fround);
}
