// Pixels of the mosaic: colours and marks of the bytes, and the painter. Only Stamps needs a canvas.

const MARKS = 12;

/** Strokes mark number `mark` (0: cross) into a square of size s at (x, 0): what tells kinds apart without colour. */
function strokeMark(g, mark, x, s) {
  const a = x + s * 0.28, b = x + s * 0.72, m = x + s / 2, t = s * 0.28, u = s * 0.72, h = s / 2;
  const line = (...p) => { g.moveTo(p[0], p[1]); for (let i = 2; i < p.length; i += 2) g.lineTo(p[i], p[i + 1]); };
  g.beginPath();
  [() => { line(a, t, b, u); line(a, u, b, t); }, () => { line(a, h, b, h); line(m, t, m, u); }, () => line(a, u, b, t),
    () => { line(a, h - s * 0.12, b, h - s * 0.12); line(a, h + s * 0.12, b, h + s * 0.12); }, () => line(a, u, m, t, b, u, a, u),
    () => line(m, t, b, h, m, u, a, h, m, t), () => line(a, t, m, h, b, t), () => { line(a, t, b, t); line(m, t, m, u); },
    () => line(a, t, b, t, b, u, a, u, a, t), () => { line(m - s * 0.12, t, m - s * 0.12, u); line(m + s * 0.12, t, m + s * 0.12, u); },
    () => line(a, t, a, u, b, u), () => line(a, t, b, u)][mark % MARKS]();
  g.stroke();
}

/** Style of each byte of a legend: {colour name, mark}. Causes and groups get a series colour each, in legend order. */
export function styles(header) {
  const map = new Map(), series = header.colour === 'cause' || header.colour === 'group';
  let order = 0;
  for (const { value, kind, level } of header.legend ?? []) {
    const failed = value >= 128 || kind === 'failed', index = failed ? order++ : 0;
    const colour = failed ? (series && index < 12 ? `series-${index + 1}` : 'failed') : level != null ? `level-${level}` : kind === 'none' ? 'line' : kind;
    map.set(value, { colour, kind: failed ? 'failed' : kind, mark: index, level });
  }
  return map;
}
const UNLISTED = (value) => ({ colour: value >= 128 ? 'failed' : 'unknown', kind: value >= 128 ? 'failed' : 'unknown', mark: 0 });

/** Colours of the 256 bytes as pixels; `blank` is paper. */
export function palette(map, word, blank) {
  const list = new Uint32Array(256);
  for (let v = 0; v < 256; v++) list[v] = word[(map.get(v) ?? UNLISTED(v)).colour] ?? word.unknown;
  list[blank] = word.paper;
  return list;
}

/** Draws one cell with its mark at (x, 0): also for legends. */
export function drawCell(g, style, x, width, height, css) {
  const s = Math.min(width, height), { kind } = style, colour = css[style.colour] ?? css.unknown;
  g.lineWidth = Math.max(1, s / 10);
  g.fillStyle = g.strokeStyle = colour;
  g.beginPath();
  g.roundRect(x, 0, width, height, s / 7);
  if (kind === 'waiting') { // hollow
    g.globalAlpha = 0.35;
    g.fill();
    g.globalAlpha = 1;
    g.beginPath();
    g.roundRect(x + g.lineWidth / 2, g.lineWidth / 2, width - g.lineWidth, height - g.lineWidth, s / 8);
    g.stroke();
    return;
  }
  g.fill();
  g.save();
  g.translate((width - s) / 2, (height - s) / 2); // the mark stands in the middle
  g.fillStyle = g.strokeStyle = css.paper;
  if (kind === 'failed') strokeMark(g, style.mark, x, s);
  else if (style.level != null) g.fillRect(x + s * 0.2, s * 0.72, Math.max(1, s * 0.6 * (style.level + 1) / 16), Math.max(1, s * 0.1));
  else if (kind === 'running') { // a triangle, as on a player
    g.beginPath();
    g.moveTo(x + s * 0.36, s * 0.27);
    g.lineTo(x + s * 0.74, s * 0.5);
    g.lineTo(x + s * 0.36, s * 0.73);
    g.fill();
  } else if (kind === 'cancelled') g.fillRect(x + s * 0.25, s * 0.43, s * 0.5, s * 0.14);
  else if (kind === 'late') { // an exclamation mark
    g.fillRect(x + s * 0.43, s * 0.2, s * 0.14, s * 0.36);
    g.fillRect(x + s * 0.43, s * 0.66, s * 0.14, s * 0.14);
  }
  else if (kind === 'unknown') for (const d of [0.22, 0.44, 0.66]) g.fillRect(x + s * d, s * 0.43, s * 0.13, s * 0.13);
  g.restore();
}

/** Prepared pixels of cells of one size. */
export class Stamps {
  /** @param {number} width, height device pixels of a slot; @param {number} seam empty pixels at its right and lower side */
  constructor(map, values, width, height, seam, css, blank, empty) {
    const canvas = new OffscreenCanvas(width * values.length, height), g = canvas.getContext('2d', { willReadFrequently: true });
    g.fillStyle = css.paper;
    g.fillRect(0, 0, canvas.width, height);
    this.index = new Uint32Array(256);
    values.forEach((value, i) => {
      this.index[value] = i * width;
      if (value === blank) { g.fillStyle = empty; g.fillRect(i * width, 0, width - seam, height - seam); } else drawCell(g, map.get(value) ?? UNLISTED(value), i * width, width - seam, height - seam, css);
    });
    this.stride = canvas.width;
    this.pixels = new Uint32Array(g.getImageData(0, 0, canvas.width, height).data.buffer);
  }
}

/** Paints a view of the levels into pixels. */
export class Painter {
  resize(width, height) {
    if (this.width === width && this.height === height) return;
    Object.assign(this, { width, height, image: new ImageData(width, height), fails: new Int32Array(1024) });
    this.pixels = new Uint32Array(this.image.data.buffer);
    [this.column, this.inX, this.start, this.row, this.inY] = [width, width, width, height, height].map((n) => new Int32Array(n));
  }

  /**
   * @param levels Levels; @param view {ox, oy, sx, sy, gx, gy, level, seam}; @param {Uint32Array} colours
   * @param {number} paper; @param {?Stamps} stamps for large cells; @param {number} mark least size of a failed job; @param {number} halo
   */
  paint(levels, view, colours, paper, stamps, mark, halo) {
    const { column, inX, start, row, inY, pixels, width, height } = this, { layout } = levels;
    layout.x.fill(column, inX, view.ox, view.sx, view.gx, stamps ? 0 : view.seam);
    layout.y.fill(row, inY, view.oy, view.sy, view.gy, stamps ? 0 : view.seam);
    const { w, data } = levels.list[view.level], grow = mark > Math.max(1, Math.min(view.sx, view.sy));
    let n = 0, { fails } = this;
    for (let y = 0; y < height; y++) {
      const at = y * width;
      if (row[y] < 0) { pixels.fill(paper, at, at + width); continue; }
      const base = row[y] * w, again = y > 0 && row[y] === row[y - 1];
      if (stamps) {
        const { index, pixels: from, stride } = stamps, line = inY[y] * stride;
        if (!again) for (let x = 0; x < width; x++) start[x] = column[x] < 0 ? -1 : index[data[base + column[x]]] + inX[x];
        for (let x = 0; x < width; x++) pixels[at + x] = start[x] < 0 ? paper : from[line + start[x]];
        continue;
      }
      if (again) { pixels.copyWithin(at, at - width, at); continue; }
      for (let x = 0; x < width; x++) {
        const c = column[x];
        if (c < 0) { pixels[at + x] = paper; continue; }
        const v = data[base + c];
        pixels[at + x] = colours[v];
        if (v > 127 && grow && (x === 0 || column[x - 1] !== c)) {
          if (n === fails.length) { this.fails = new Int32Array(n * 2); this.fails.set(fails); ({ fails } = this); }
          fails[n++] = at + x;
        }
      }
    }
    if (!grow) return;
    // Failed jobs come last and cover the others; the halo of one must not cover another, so it is a pass of its own.
    for (const edge of halo ? [halo, 0] : [0]) {
      const sx = Math.max(mark, view.sx) + 2 * edge, sy = Math.max(mark, view.sy) + 2 * edge;
      const dx = (sx - Math.max(1, view.sx)) >> 1, dy = (sy - Math.max(1, view.sy)) >> 1;
      for (let i = 0; i < n; i++) {
        const x = fails[i] % width, y = (fails[i] - x) / width, colour = edge ? paper : colours[data[row[y] * w + column[x]]];
        const x0 = Math.max(0, Math.min(x - dx, width - sx)), y0 = Math.max(0, Math.min(y - dy, height - sy));
        const x1 = Math.min(width, x0 + sx), y1 = Math.min(height, y0 + sy);
        for (let r = y0; r < y1; r++) for (let at = r * width + x0, end = r * width + x1; at < end; at++) pixels[at] = colour;
      }
    }
  }
}
