// The mosaic: one cell a job, up to a million. Bytes go into mip levels once (mosaic-mip.js); a frame only picks pixels from them.

import { bdi, el } from './dom.js';
import { duration, number, plural, visible } from './format.js';
import { box, Surface, toolbar } from './canvas.js';
import { drawLabels, widest } from './mosaic-labels.js';
import { createLayout, zoomScales } from './mosaic-layout.js';
import { hit, Levels, nextFailed } from './mosaic-mip.js';
import { drawCell, Painter, palette, Stamps, styles } from './mosaic-paint.js';
import { listen } from './mosaic-input.js';

const HEIGHT = 360, BAR = 4; // CSS pixels; the bars of a zoomed view stand beside the cells, since they must not cover a failed job
const HELP = 'Arrow keys move, Enter opens the job, n and Shift+N go to the next and previous failed job, plus, minus and 0 zoom, '
  + 'Ctrl+arrows pan, Shift+arrows select, Escape clears.';

/** Pixel a with a third of b. */
const mix = (a, b) => [0, 8, 16].reduce((sum, bit) => sum | Math.round(((a >> bit & 255) * 2 + (b >> bit & 255)) / 3) << bit, 0xff000000) >>> 0;

export class Mosaic {
  /**
   * @param {HTMLElement} container
   * @param {{open: function(number), hover: function(?number, number, number), brush: function(number, number), describe: function(): string}} on
   *   positions in the current order; hover: x, y in CSS pixels of the canvas
   */
  constructor(container, on) {
    this.on = on;
    this.surface = new Surface(container, 'mosaic',
      { draw: () => this.draw(), layout: () => this.data && this.lay(this.data), theme: () => this.paintColours() });
    const { canvas } = this.surface;
    for (const [name, value] of [['role', 'application'], ['aria-roledescription', 'mosaic of jobs'], ['aria-description', HELP]]) canvas.setAttribute(name, value);
    const { info, buttons: [next, ...tools] } = toolbar(this.surface, 'mosaic', [['Next failed', 'Go to the next failed job (n)', () => this.jump(1)],
      ['\u2212', 'Zoom out (-)', () => this.zoomBy(-1)], ['+', 'Zoom in (+)', () => this.zoomBy(1)], ['Whole', 'Show the whole (0)', () => this.zoomBy(-99)]]);
    Object.assign(this, { info, next, tools });
    this.painter = new Painter();
    this.clear();
    listen(this);
  }

  /** Shows an answer of /v1/view/mosaic. Throws an Error and keeps the old picture if header and body do not fit together. */
  show({ header, cells, counts = null }) {
    const old = this.data?.header, same = old && old.cells === header.cells && old.order === header.order;
    this.lay({ header, cells, counts }, same);
    if (!same) {
      this.range = this.cursor = this.hovered = this.selected = null;
      this.surface.hideTip();
    }
    this.surface.canvas.setAttribute('aria-label', this.on.describe?.() ?? 'Jobs');
    this.surface.request();
  }

  lay(data, keep = true) {
    const { surface } = this, { dpr } = surface, { header } = data, g = surface.g;
    g.font = this.font = `${11 * dpr}px system-ui, sans-serif`;
    const width = Math.max(1, Math.floor(surface.width * dpr)), grid = header.rows && header.columns;
    const names = header.rows && header.columns ? header.rows.values : header.lanes?.map((lane) => lane.label) ?? [];
    const left = names.length ? Math.ceil(Math.min(widest(g, names) + 8 * dpr, 140 * dpr, width / 4)) : 0, top = grid ? Math.round(17 * dpr) : 0;
    const plotWidth = Math.max(1, width - left - BAR * dpr | 0), layout = createLayout(data, plotWidth, Math.round(HEIGHT * dpr) - top, dpr);
    // The same shape keeps its view to the pixel; another one (a new width) keeps what was in the middle.
    const was = this.layout, stay = keep && was && left === this.left && ['width', 'height', 'sx', 'sy', 'mode'].every((k) => was[k] === layout[k]);
    const middle = keep && !stay && this.view?.z > 0 ? this.positionNear(this.plotWidth / 2, this.plotHeight / 2) : -1;
    const { cells } = data, used = new Uint8Array(256);
    let failed = 0;
    for (let i = 0; i < header.cells; i++) { used[cells[i]] = 1; failed += cells[i] >> 7; }
    for (const { value } of header.legend ?? []) used[value] = 1;
    const blank = used.lastIndexOf(0, 127); // the byte that stands for "no job"
    Object.assign(this, { data, layout, left, top, names, blank, used, failed, plotWidth, scales: zoomScales(layout, dpr) });
    this.levels = new Levels(layout, cells, blank);
    this.styles = styles(header);
    this.paintColours();
    this.whole = layout.y.length(layout.sy, layout.y.gap(layout.sy, dpr));
    if (!stay) this.tallest = 0;
    if (!stay) this.view = { z: middle >= 0 ? Math.min(this.view.z, this.scales.length - 1) : 0, ox: 0, oy: 0 };
    this.scale(this.view.z);
    if (middle >= 0) this.reveal(middle, 0.5);
  }

  paintColours() {
    if (!this.data) return;
    const { word } = this.surface.colours;
    this.colours = palette(this.styles, word, this.blank);
    if (this.layout.mode === 'grid') this.colours[this.blank] = mix(word.paper, word.line); // so that empty boxes are seen
    this.stamps = {}; // by size of the cells
    this.stale = true;
  }

  /** Sets the scales of zoom step z; the offsets stay. */
  scale(z) {
    const { view, layout, surface: { dpr }, scales } = this, s = scales[z];
    const sx = Math.max(layout.sx, s), sy = Math.max(layout.sy, s), gx = layout.x.gap(sx, dpr), gy = layout.y.gap(sy, dpr);
    const seam = Math.min(sx, sy) >= 4 * dpr ? Math.round(dpr) : 0;
    Object.assign(view, { z, sx, sy, gx, gy, seam, level: this.levels.index(Math.min(sx, sy)) });
    view.width = layout.x.length(sx, gx);
    view.height = layout.y.length(sy, gy);
    const most = Math.round(HEIGHT * dpr) - this.top;
    // Grows with the zoom and then stays: another height lays the whole document out again, which takes a frame or more.
    this.tallest = Math.max(this.tallest, this.whole, z ? view.height : 0);
    this.plotHeight = Math.max(1, Math.min(most, this.tallest));
    // Few failed jobs get larger marks than one pixel, with a halo, so that they are found.
    const area = view.width * view.height / dpr / dpr, few = this.failed * 9 < 0.03 * area;
    view.mark = Math.round((!few ? 1 : this.failed <= 50 ? 5 : 3) * dpr);
    view.halo = few && this.failed <= 1000 ? Math.round(dpr) : 0;
    if (Math.min(sx, sy) >= 8 * dpr) view.mark = view.halo = 0;
    this.clamp();
  }

  clamp() {
    const { view } = this;
    view.ox = Math.round(Math.max(0, Math.min(view.ox, view.width - this.plotWidth)));
    view.oy = Math.round(Math.max(0, Math.min(view.oy, view.height - this.plotHeight)));
    this.stale = true;
    this.surface.request();
  }

  /** Zooms by steps, about a point of the canvas in CSS pixels (else the cursor, else the middle). */
  zoomBy(steps, x = null, y = null) {
    const { view, layout, surface: { dpr } } = this;
    if (!view) return;
    const z = Math.max(0, Math.min(view.z + steps, this.scales.length - 1));
    if (z === view.z) return;
    const at = this.cursor == null ? null : this.cellRect(this.cursor);
    const px = x != null ? x * dpr - this.left : at ? at.x + at.w / 2 - this.left : this.plotWidth / 2;
    const py = y != null ? y * dpr - this.top : at ? at.y + at.h / 2 - this.top : this.plotHeight / 2;
    let column = layout.x.at(px + view.ox, view.sx, view.gx), row = layout.y.at(py + view.oy, view.sy, view.gy);
    const job = x == null ? -1 : this.at(x, y);
    if (job >= 0 && this.data.cells[job] > 127) { // a mark is larger than its job, and beside it at an edge: go on with the job
      const slot = layout.slot(job);
      [column, row] = [slot % layout.width + 0.5, Math.floor(slot / layout.width) + 0.5];
    }
    this.scale(z);
    view.ox = layout.x.pixel(column, view.sx, view.gx) - px;
    view.oy = layout.y.pixel(row, view.sy, view.gy) - py;
    this.clamp();
    this.surface.hideTip();
    this.surface.say(z === 0 ? 'Whole' : `Zoom step ${z} of ${this.scales.length - 1}`);
  }

  /** Moves the view by CSS pixels. */
  panBy(dx, dy) {
    if (!this.view) return;
    this.view.ox += dx * this.surface.dpr;
    this.view.oy += dy * this.surface.dpr;
    this.surface.hideTip();
    this.clamp();
  }

  /** Position of the job at a point of the canvas (CSS pixels), failed ones first, or -1. */
  at(x, y) {
    const { view, surface: { dpr } } = this, px = Math.floor(x * dpr) - this.left, py = Math.floor(y * dpr) - this.top;
    if (!view || px < 0 || py < 0 || px >= this.plotWidth || py >= this.plotHeight) return -1;
    // A cell of 8 CSS pixels is large enough to be hit itself: a failed neighbour must not take its clicks.
    // The mark of a failed job, which is moved inside at the edges, is clicked as a whole.
    const radius = Math.min(view.sx, view.sy) < 8 * dpr ? Math.max(Math.round(4 * dpr), view.mark) : 0;
    return hit(this.levels, view, px + view.ox, py + view.oy, radius);
  }

  /** Position at or left of a pixel of the plot, even beside the cells; -1 if there is none. */
  positionNear(px, py) {
    const { view, levels, layout } = this, clip = (v, length) => Math.max(0, Math.min(v, length - 1));
    let [x, y] = levels.entry(view, clip(px + view.ox, view.width), clip(py + view.oy, view.height));
    for (; y >= 0; y--, x = layout.width) for (; x >= 0; x--) if (levels.value(view.level, x, y) !== levels.blank) return levels.find(view.level, x, y);
    return -1;
  }

  /** Rectangle of a job on the canvas, device pixels. */
  cellRect(position) {
    const { view, layout } = this, slot = layout.slot(position), y = Math.floor(slot / layout.width), x = slot - y * layout.width;
    return {
      x: Math.floor(layout.x.pixel(x, view.sx, view.gx)) - view.ox + this.left, w: Math.max(1, view.sx - view.seam),
      y: Math.floor(layout.y.pixel(y, view.sy, view.gy)) - view.oy + this.top, h: Math.max(1, view.sy - view.seam),
    };
  }

  /** Pans so that a job is inside; place 0.5: in the middle. */
  reveal(position, place = null) {
    const r = this.cellRect(position), { view } = this, pad = 12 * this.surface.dpr;
    for (const [o, at, size, room] of [['ox', r.x - this.left, r.w, this.plotWidth], ['oy', r.y - this.top, r.h, this.plotHeight]]) {
      if (place != null) view[o] += at + size / 2 - room * place;
      else if (at < pad) view[o] += at - pad;
      else if (at + size > room - pad) view[o] += at + size - room + pad;
    }
    this.clamp();
  }

  /** Moves the cursor to a position, shows and announces it. */
  moveTo(position) {
    const { header, cells } = this.data, entry = header.legend?.find((e) => e.value === cells[position]);
    this.cursor = position;
    this.surface.hideTip();
    this.reveal(position);
    this.surface.say(`${visible(entry?.label ?? (cells[position] > 127 ? 'failed' : ''))}, position ${number(position + 1)} of ${number(header.cells)}`);
    this.rest(position);
  }

  /** Calls hover once the pointer or the cursor rests on a job. */
  rest(position, x, y) {
    clearTimeout(this.timer);
    this.hovered = position;
    if (position == null) { this.surface.hideTip(); this.on.hover?.(null, 0, 0); return; }
    this.timer = setTimeout(() => {
      const r = this.cellRect(position), { dpr } = this.surface;
      this.tipAt = x == null ? [(r.x + r.w) / dpr, (r.y + r.h) / dpr] : [x, y];
      this.on.hover?.(position, ...this.tipAt);
    }, 60);
  }

  /** Goes to the next (1) or previous (-1) failed job. */
  jump(step) {
    if (!this.data) return;
    const { header, cells } = this.data, from = this.cursor ?? this.selected ?? (step > 0 ? -1 : header.cells);
    const position = nextFailed(cells, header.cells, from, step);
    if (position >= 0) this.moveTo(position);
    else this.surface.say('No failed jobs');
  }

  /** Changes the values of jobs in place. */
  patch(positions, values) {
    if (!this.data) return;
    const { cells, header } = this.data;
    let again = false;
    for (let i = 0; i < positions.length; i++) {
      const p = positions[i];
      if (p >= header.cells) continue;
      this.failed += (values[i] >> 7) - (cells[p] >> 7);
      cells[p] = values[i];
      if (!this.used[values[i]]) { this.used[values[i]] = 1; this.stamps = {}; }
      if (values[i] === this.blank) again = true;
      else if (!again) this.levels.update(p);
    }
    if (again) this.lay(this.data); // the byte that stood for "no job" is a value now
    this.scale(this.view.z);
  }

  /** Shows the row of /v1/view/cell of the job under the pointer or the cursor. */
  tell(position, row) {
    if (!this.data || position !== this.hovered || !this.tipAt || !row) return;
    const cause = row.cause && row.cause !== row.status ? ` (${row.cause.replaceAll('_', ' ')})` : '';
    const params = Object.entries(row.params ?? {}).slice(0, 6).map(([name, value]) => `${name}=${value}`).join('  ');
    const facts = [row.host && `on ${row.host}`, row.time != null && duration(row.time), row.attempts > 1 && plural(row.attempts, 'attempt'), row.late && 'late'].filter(Boolean).join(', ');
    const line = (text, style) => text && box('div', style, {}, bdi(text));
    const soft = { color: 'var(--ink-soft)' };
    this.surface.showTip(...this.tipAt, ...[
      el('div', {}, box('b', {}, {}, `${row.jid}  `), bdi(row.name ?? '')), 
      line(`${row.status}${cause}`, row.status === 'failed' ? { color: 'var(--failed)', fontWeight: '600' } : {}),
      line(facts, soft), line(params, soft), line(row.error?.slice(0, 200), { fontFamily: 'ui-monospace, monospace', fontSize: '11px' })].filter(Boolean));
    this.surface.say(visible(`Job ${row.jid}, ${row.name ?? ''}, ${row.status}${cause}${facts && `, ${facts}`}. Position ${number(position + 1)} of ${number(this.data.header.cells)}`));
  }

  /** Marks the job that is open. */
  select(position) {
    this.selected = position != null && this.data && position < this.data.header.cells ? position : null;
    this.surface.request();
  }

  clear() {
    clearTimeout(this.timer);
    Object.assign(this, { data: null, layout: null, levels: null, view: null, range: null, cursor: null, hovered: null, selected: null, plotHeight: 0, top: 0, left: 0 });
    this.surface.hideTip();
    this.surface.request();
  }

  destroy() {
    clearTimeout(this.timer);
    this.surface.destroy();
  }

  /** A canvas with the cell of a byte of the legend, colour and mark, for the legend of the page. */
  swatch(value, size = 14) {
    const { dpr, colours } = this.surface, canvas = box('canvas', { width: `${size}px`, height: `${size}px` }, { width: size * dpr, height: size * dpr, 'aria-hidden': 'true' });
    const style = this.styles?.get(value);
    if (style) drawCell(canvas.getContext('2d'), style, 0, size * dpr, size * dpr, colours.css);
    return canvas;
  }

  draw() {
    const { surface, view, layout, left, top, plotWidth, plotHeight } = this, { g, dpr, colours: { css, word } } = surface;
    if (surface.resize(((view ? plotHeight + BAR * dpr : 48 * dpr) + top) / dpr)) this.stale = true;
    const { width, height } = surface.canvas;
    g.fillStyle = css.paper;
    g.fillRect(0, 0, width, height);
    g.font = this.font ?? '12px sans-serif';
    this.tools[0].disabled = this.tools[2].disabled = !(view?.z > 0);
    this.tools[1].disabled = !view || view.z === this.scales.length - 1;
    this.next.disabled = !this.failed || !view;
    const n = this.data?.header.cells;
    this.info.textContent = n == null ? '' : this.summary(n);
    surface.canvas.style.touchAction = view?.z ? 'none' : 'pan-y';
    if (!n) return;
    if (this.stale) {
      this.painter.resize(plotWidth, plotHeight);
      this.painter.paint(this.levels, view, this.colours, word.paper, this.stampsFor(view, css), view.mark, view.halo);
      this.stale = false;
    }
    g.putImageData(this.painter.image, left, top);
    g.save();
    g.beginPath();
    g.rect(left, top, plotWidth, plotHeight);
    g.clip();
    if (this.range) this.drawRange(g, css);
    if (this.hovered != null && this.hovered !== this.cursor) this.ring(g, this.hovered, css.ink, 1, 5);
    if (this.selected != null) this.ring(g, this.selected, css.accent, 2, 9);
    if (this.cursor != null) this.ring(g, this.cursor, css.ink, 2, 7);
    g.restore();
    this.drawBars(g, css);
    if (this.names.length) drawLabels(this, g, css);
  }

  /** Cells with marks, if the cells are large enough for them. */
  stampsFor({ sx, sy, seam }, css) {
    if (Math.min(sx, sy) < 8 * this.surface.dpr) return null;
    return this.stamps[`${sx} ${sy}`] ??= new Stamps(this.styles, [...this.used.keys()].filter((v) => this.used[v] || v === this.blank), sx, sy, seam, css,
      this.blank, this.layout.mode === 'grid' ? `color-mix(in srgb, ${css.line} 33%, ${css.paper})` : css.paper);
  }

  summary(n) {
    const { view, data: { header }, layout } = this, per = 1 / (Math.min(1, view.sx) * Math.min(1, view.sy));
    return [plural(n, 'job'), this.failed && `${number(this.failed)} failed`, per > 1.5 && `up to ${number(per)} jobs a pixel`,
      layout.mode === 'grid' && visible(`rows: ${header.rows.param}, columns: ${header.columns.param}`)].filter(Boolean).join(' \u00b7 ');
  }

  /** Dims all but the brushed jobs. */
  drawRange(g, css) {
    const { layout, view, left, top } = this, [from, to] = this.range;
    const axis = (a, scale, gap, s0, s1) => [Math.floor(a.pixel(s0, scale, gap)), Math.ceil(a.pixel(s1 - 1, scale, gap) + scale)];
    g.beginPath();
    g.rect(left, top, this.plotWidth, this.plotHeight);
    for (const [x0, y0, x1, y1] of layout.rects(from, to)) {
      const [a, b] = axis(layout.x, view.sx, view.gx, x0, x1), [c, d] = axis(layout.y, view.sy, view.gy, y0, y1);
      g.rect(left + a - view.ox, top + c - view.oy, b - a, d - c);
    }
    g.fillStyle = css.paper;
    g.globalAlpha = 0.68;
    g.fill('evenodd');
    g.globalAlpha = 1;
    this.ring(g, from, css.accent, 1, 3);
    this.ring(g, to, css.accent, 1, 3);
  }

  /** A frame around a job, at least `least` CSS pixels wide inside. */
  ring(g, position, colour, weight, least) {
    const { dpr } = this.surface, r = this.cellRect(position), line = weight * dpr;
    const size = Math.max(least * dpr, this.view.mark), w = Math.max(r.w, size) + line + 2 * dpr, h = Math.max(r.h, size) + line + 2 * dpr, x = r.x + (r.w - w) / 2, y = r.y + (r.h - h) / 2;
    for (const [style, lineWidth] of [[this.surface.colours.css.paper, line + 2 * dpr], [colour, line]]) {
      g.strokeStyle = style;
      g.lineWidth = lineWidth;
      g.strokeRect(x, y, w, h);
    }
  }

  /** Where the view is in the whole, when zoomed. */
  drawBars(g, css) {
    const { view, left, top, plotWidth: w, plotHeight: h } = this, t = 3 * this.surface.dpr, gap = this.surface.dpr;
    g.fillStyle = css['ink-soft'];
    if (view.width > w) g.fillRect(left + view.ox / view.width * w, top + h + gap, Math.max(t, w * w / view.width), t);
    if (view.height > h) g.fillRect(left + w + gap, top + view.oy / view.height * h, t, Math.max(t, h * h / view.height));
  }
}
