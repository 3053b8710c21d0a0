// Levels of the mosaic for scales below one pixel a job, and the hit test. Pure: no DOM.
// A level is half as wide and high as the one before. A failed cell always survives: it is never averaged away.

import { main } from './mosaic-layout.js';

/** One byte for up to four: failed before the others, then the most frequent, then the first. */
export function merge(a, b, c, d, blank) {
  if (a === b && c === d && a === c) return a;
  if ((a | b | c | d) & 128) {
    if (a < 128) a = blank;
    if (b < 128) b = blank;
    if (c < 128) c = blank;
    if (d < 128) d = blank;
  }
  let best = blank, most = 0, n;
  if (a !== blank) { most = 1 + (b === a) + (c === a) + (d === a); best = a; }
  if (b !== blank && (n = 1 + (c === b) + (d === b)) > most) { most = n; best = b; }
  if (c !== blank && (n = 1 + (d === c)) > most) { most = n; best = c; }
  return d !== blank && most === 0 ? d : best;
}

/** The levels of a layout. Level j has 1 / min(2^j, 1 / sx) of the columns, likewise the rows. */
export class Levels {
  /** @param layout of createLayout; @param {Uint8Array} cells; @param {number} blank a byte below 128 that no job has */
  constructor(layout, cells, blank) {
    this.layout = layout;
    this.cells = cells;
    this.blank = blank;
    const data = new Uint8Array(layout.width * layout.height);
    if (blank || layout.cells < data.length) data.fill(blank);
    layout.fill(data, cells);
    this.list = [{ w: layout.width, h: layout.height, fx: 1, fy: 1, data }];
    const kx = Math.max(0, -Math.log2(layout.sx)), ky = Math.max(0, -Math.log2(layout.sy));
    for (let j = 1; j <= Math.max(kx, ky); j++) this.reduce(j <= kx ? 2 : 1, j <= ky ? 2 : 1);
  }

  reduce(fx, fy) {
    const { w, h, data } = this.list.at(-1), blank = this.blank;
    const w2 = Math.ceil(w / fx), h2 = Math.ceil(h / fy), out = new Uint8Array(w2 * h2);
    for (let y = 0, o = 0; y < h2; y++) { // at an edge the neighbour that is missing is the entry itself: the result is the same
      const top = y * fy * w, low = fy === 2 && y * 2 + 1 < h ? top + w : top;
      for (let x = 0, i = 0; x < w2; x++, o++, i += fx) {
        const right = fx === 2 && i + 1 < w ? i + 1 : i, a = data[top + i], b = data[top + right], c = data[low + i], d = data[low + right];
        out[o] = a === b && a === c && a === d ? a : merge(a, b, c, d, blank);
      }
    }
    this.list.push({ w: w2, h: h2, fx, fy, data: out });
  }

  /** Index of the level for a zoom scale. */
  index(scale) { return Math.min(this.list.length - 1, Math.max(0, Math.round(-Math.log2(scale)))); }

  /** Puts cells[position] into all levels. */
  update(position) {
    const { layout, cells, list, blank } = this, slot = layout.slot(position);
    let y = Math.floor(slot / layout.width), x = slot - y * layout.width;
    const span = layout.span(x, y), first = span > 1 ? layout.position(x, y) : position;
    list[0].data[slot] = span > 1 ? main(cells, first, first + span) : cells[position];
    for (let j = 1; j < list.length; j++) {
      const { w, h, data } = list[j - 1], { fx, fy } = list[j];
      x = Math.floor(x / fx);
      y = Math.floor(y / fy);
      const i = y * fy * w + x * fx, right = fx === 2 && x * 2 + 1 < w ? 1 : 0, low = fy === 2 && y * 2 + 1 < h ? i + w : i;
      const value = merge(data[i], data[i + right], data[low], data[low + right], blank);
      const o = y * list[j].w + x;
      if (list[j].data[o] === value) return; // nothing coarser can change
      list[j].data[o] = value;
    }
  }

  value(j, x, y) {
    const level = this.list[j];
    return x >= 0 && y >= 0 && x < level.w && y < level.h ? level.data[y * level.w + x] : this.blank;
  }

  /** The position that entry (x, y) of level j shows (the first one of its kind), or -1. */
  find(j, x, y) {
    const value = this.value(j, x, y);
    if (value === this.blank) return -1;
    for (; j > 0; j--) {
      const { fx, fy } = this.list[j];
      let found = null;
      for (let dy = 0; dy < fy && !found; dy++) {
        for (let dx = 0; dx < fx && !found; dx++) if (this.value(j - 1, x * fx + dx, y * fy + dy) === value) found = [x * fx + dx, y * fy + dy];
      }
      [x, y] = found ?? [x * fx, y * fy];
    }
    const first = this.layout.position(x, y);
    if (first < 0) return -1;
    for (let p = first, end = first + this.layout.span(x, y); p < end; p++) if (this.cells[p] === value) return p;
    return first;
  }

  /** Entry [x, y] of the view's level under a device pixel of the whole picture. */
  entry(view, px, py) {
    const { x, y } = this.layout, column = x.at(px, view.sx, view.gx), row = y.at(py, view.sy, view.gy);
    return [Math.floor(column * Math.min(1, view.sx)), Math.floor(row * Math.min(1, view.sy))];
  }
}

/**
 * The position under a device pixel of the whole picture, or -1. A failed job within `radius` pixels, in each direction, is preferred: the nearest.
 * @param {Levels} levels
 * @param {{sx: number, sy: number, gx: number, gy: number, level: number}} view scales, gaps and level
 */
export function hit(levels, view, px, py, radius) {
  const { layout } = levels, width = layout.x.length(view.sx, view.gx), height = layout.y.length(view.sy, view.gy);
  let near = null, least = Infinity;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const distance = dx * dx + dy * dy, x = px + dx, y = py + dy;
      if (distance >= least || x < 0 || y < 0 || x >= width || y >= height) continue;
      const at = levels.entry(view, x, y);
      if (levels.value(view.level, ...at) >= 128) { near = at; least = distance; }
    }
  }
  if (near) return levels.find(view.level, ...near);
  if (px < 0 || py < 0 || px >= width || py >= height) return -1;
  return levels.find(view.level, ...levels.entry(view, px, py));
}

/** The next (or, with step -1, the previous) failed position after `from`, around the end; -1 if there is none. */
export function nextFailed(cells, total, from, step = 1) {
  for (let i = 1, p = from; i <= total; i++) {
    p += step;
    if (p >= total) p = 0; else if (p < 0) p = total - 1;
    if (cells[p] >= 128) return p;
  }
  return -1;
}
