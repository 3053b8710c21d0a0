// Stacked areas: the number of jobs in each state over time.

import { el } from './dom.js';
import { exact, number } from './format.js';
import { box, drawTimeAxis, HIDDEN, Surface } from './canvas.js';

const STATES = ['waiting', 'running', 'complete', 'cancelled', 'failed']; // from below; failed is painted last

/** Round values from 0 to `most`, about `wanted` of them. */
export function countTicks(most, wanted) {
  const raw = Math.max(1, most / wanted), power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].find((m) => m * power >= raw * 0.999) * power);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** Sums from below: one list a state, and the largest total. */
export function stack(states) {
  const n = Math.max(0, ...STATES.map((name) => states?.[name]?.length ?? 0)), sums = [];
  let below = new Float64Array(n);
  for (const name of STATES) {
    below = below.map((sum, i) => sum + (states[name]?.[i] ?? 0));
    sums.push(below);
  }
  return { n, sums, most: n ? Math.max(...below) : 0 };
}

export class Areas {
  /** @param {{range: function(number, number)}} on called with the range (ms since 1970) that a drag selects */
  constructor(container, on) {
    this.on = on;
    const surface = this.surface = new Surface(container, 'areas', { draw: () => this.draw() });
    this.table = el('table');
    surface.root.append(box('div', HIDDEN, {}, this.table)); // a table cannot be one pixel wide itself
    surface.canvas.setAttribute('role', 'application');
    surface.canvas.setAttribute('aria-description', 'Left and right read the points, with Shift they select a range, Enter applies it, Escape clears it.');
    surface.canvas.style.touchAction = 'pan-y';
    const listen = (type, act) => surface.canvas.addEventListener(type, act, { signal: surface.end.signal });
    let from = null;
    listen('pointerdown', (e) => {
      if (e.button || !this.data?.n) return;
      surface.canvas.setPointerCapture(e.pointerId);
      from = this.index(e.offsetX);
    });
    listen('pointermove', (e) => {
      if (!this.data?.n) return;
      this.point = this.index(e.offsetX);
      if (from != null && (this.range || from !== this.point)) this.range = [from, this.point];
      this.tell();
    });
    listen('pointerup', () => { if (from != null && this.range) this.apply(); from = null; });
    listen('pointercancel', () => { from = this.range = null; });
    listen('pointerleave', () => { this.point = null; surface.hideTip(); surface.request(); });
    listen('blur', () => { this.point = null; surface.hideTip(); surface.request(); });
    listen('keydown', (e) => {
      if (!this.data?.n) return;
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e9, End: 1e9 }[e.key];
      if (step) {
        const old = this.point ?? this.data.n - 1;
        this.point = Math.max(0, Math.min(this.data.n - 1, old + step));
        this.range = e.shiftKey ? [this.range?.[0] ?? old, this.point] : null;
        surface.say(this.tell());
      } else if (e.key === 'Enter' && this.range) this.apply();
      else if (e.key === 'Escape') { this.range = this.point = null; surface.hideTip(); surface.request(); } else return;
      e.preventDefault();
      e.stopPropagation();
    });
  }

  /** Shows the "states" object of /v1/view. */
  show(states) {
    this.states = states;
    this.data = stack(states);
    const { n } = this.data;
    this.range = null;
    if (this.point >= n) this.point = null;
    const row = (i) => STATES.map((name) => number(states[name]?.[i] ?? 0));
    const end = row(n - 1), label = n ? `from ${exact(this.time(0))} to ${exact(this.time(n - 1))}. At the end: ${STATES.map((s, k) => `${end[k]} ${s}`).join(', ')}.` : 'no data';
    this.surface.canvas.setAttribute('aria-label', `Jobs by state, ${label}`);
    const rows = Math.min(n, 12), picks = Array.from({ length: rows }, (_, i) => Math.round(i * (n - 1) / Math.max(1, rows - 1)));
    this.table.replaceChildren(el('caption', {}, 'Jobs by state'), el('tr', {}, ...['time', ...STATES].map((s) => el('th', { scope: 'col' }, s))),
      ...picks.map((i) => el('tr', {}, el('th', { scope: 'row' }, exact(this.time(i))), ...row(i).map((v) => el('td', {}, v)))));
    this.surface.request();
  }

  /** End of step i, where its numbers hold. */
  time(i) { return this.states.start + (i + 1) * this.states.step; }

  index(x) {
    const { area, data: { n } } = this;
    return area ? Math.max(0, Math.min(n - 1, Math.round((x - area.x) / area.width * (n - 1)))) : 0;
  }

  apply() {
    const [a, b] = [Math.min(...this.range), Math.max(...this.range)];
    this.on.range?.(this.time(a), this.time(b));
  }

  /** Shows the numbers of the point; returns them as text. */
  tell() {
    const { point, states, area, data, surface } = this, time = exact(this.time(point)), [a, b] = this.range ?? [];
    const lines = STATES.toReversed().filter((name) => states[name]?.[point]).map((name) => [name, number(states[name][point])]);
    const x = area.x + point / Math.max(1, data.n - 1) * area.width;
    const head = this.range ? `${exact(this.time(Math.min(a, b)))} to ${exact(this.time(Math.max(a, b)))}` : time;
    surface.showTip(x, area.y, box('b', {}, {}, head), ...lines.map(([name, text]) => box('div', { display: 'flex', gap: '6px', alignItems: 'center' }, {},
      box('span', { width: '10px', height: '10px', borderRadius: '2px', background: `var(--${name})` }, {}),
      box('span', { flex: '1', marginRight: '12px' }, {}, name), el('span', {}, text))));
    surface.request();
    return `${head}: ${lines.map(([name, text]) => `${text} ${name}`).join(', ')}`;
  }

  draw() {
    const { surface, data } = this, { g, dpr, colours: { css } } = surface, height = Math.max(150, Math.min(220, surface.width * 0.28));
    surface.resize(height);
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    g.fillStyle = css.paper;
    g.fillRect(0, 0, surface.width, height);
    g.font = '11px system-ui, sans-serif';
    if (!data?.n || !data.most) {
      g.fillStyle = css['ink-soft'];
      g.textBaseline = 'top';
      g.fillText('No jobs in this time', 8, 8);
      return;
    }
    const { n, sums, most } = data, ticks = countTicks(most, height / 45), left = g.measureText(number(ticks.at(-1))).width + 10;
    const area = this.area = { x: left, y: 8, width: Math.max(10, surface.width - left - 4), height: height - 8 - 22 };
    const x = (i) => area.x + (n === 1 ? i : i / (n - 1)) * area.width, y = (v) => area.y + area.height * (1 - v / most);
    drawTimeAxis(g, area, this.time(0), n === 1 ? this.time(1) : this.time(n - 1), css);
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    const points = n === 1 ? [0, 0] : Array.from({ length: n }, (_, i) => i);
    STATES.slice(0, -1).forEach((name, k) => {
      g.beginPath();
      points.forEach((p, i) => g.lineTo(x(i), y(sums[k][p])));
      points.toReversed().forEach((p, i) => g.lineTo(x(points.length - 1 - i), y(k ? sums[k - 1][p] : 0)));
      g.fillStyle = css[name];
      g.fill();
    });
    for (const tick of ticks) { // grid lines over the areas, faint
      g.globalAlpha = 0.35;
      g.fillStyle = css['ink-soft'];
      if (tick) g.fillRect(area.x, Math.round(y(tick)), area.width, 1 / dpr);
      g.globalAlpha = 1;
      g.fillText(number(tick), left - 5, Math.max(y(tick), 7));
    }
    // Failed last, column by column: at least one pixel high wherever there is one.
    g.fillStyle = css.failed;
    const columns = Math.round(area.width * dpr), failed = this.states.failed ?? [];
    for (let c = 0; c < columns; c++) {
      const at = n === 1 ? 0 : c / columns * (n - 1), i = Math.floor(at), j = Math.min(i + 1, n - 1), f = at - i;
      const value = (failed[i] ?? 0) * (1 - f) + (failed[j] ?? 0) * f;
      if (!(value > 0)) continue;
      const top = y(sums[4][i] * (1 - f) + sums[4][j] * f), h = Math.max(1, value / most * area.height);
      g.fillRect(area.x + c / dpr, top, 1 / dpr, h);
    }
    g.fillStyle = css['ink-soft'];
    g.fillRect(area.x, area.y + area.height, area.width, 1);
    if (this.range) {
      const [a, b] = [x(Math.min(...this.range)), x(Math.max(...this.range))];
      g.fillStyle = css.paper;
      g.globalAlpha = 0.65;
      g.fillRect(area.x, area.y, a - area.x, area.height);
      g.fillRect(b, area.y, area.x + area.width - b, area.height);
      g.globalAlpha = 1;
      g.fillStyle = css.accent;
      for (const edge of [a, b]) g.fillRect(Math.round(edge), area.y, 1, area.height);
    }
    if (this.point != null) {
      g.fillStyle = css.ink;
      g.fillRect(Math.round(x(this.point)), area.y, 1, area.height);
    }
  }

  destroy() { this.surface.destroy(); }
}
