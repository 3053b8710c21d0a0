// The timeline: a lane a host, shaded by running jobs; failed ends are marks painted last; stragglers are marked and listed.

import { bdi, button, el } from './dom.js';
import { duration, exact, number, plural, visible } from './format.js';
import { box, drawTimeAxis, Surface, toolbar } from './canvas.js';

const AXIS = 24;

/** Zooms [from, to] about `at` by a factor, inside [low, high]. */
export function zoomRange([from, to], at, factor, [low, high]) {
  const length = Math.min(high - low, Math.max(1000, (to - from) * factor)), share = (at - from) / (to - from);
  const start = Math.max(low, Math.min(at - share * length, high - length));
  return [start, start + length];
}

export class Lanes {
  /** @param {{range: function(number, number), host: function(string), job: function(number)}} on */
  constructor(container, on) {
    this.on = on;
    const surface = this.surface = new Surface(container, 'lanes', { draw: () => this.draw() }), { canvas } = surface;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-description', 'Up and down choose a host, left and right a time, Enter shows the host, plus, minus and 0 zoom, Shift with left or right pans.');
    canvas.style.touchAction = 'pan-y';
    this.note = toolbar(surface, 'lanes', [['\u2212', 'Zoom out (-)', () => this.zoom(2)], ['+', 'Zoom in (+)', () => this.zoom(0.5)],
      ['Whole', 'Show all of the time (0)', () => this.zoom(1e9)]]).info;
    this.list = el('ul', { class: 'lanes-stragglers' });
    surface.root.append(this.list);
    this.whole = null;
    const listen = (type, act, options) => canvas.addEventListener(type, act, { signal: surface.end.signal, ...options });
    let drag = null;
    listen('pointerdown', (e) => {
      if (e.button > 1 || !this.data) return;
      canvas.setPointerCapture(e.pointerId);
      drag = { x: e.offsetX, from: e.offsetX, y: e.offsetY, moved: false };
      if (e.button === 1) e.preventDefault();
    });
    listen('pointermove', (e) => {
      if (!this.data) return;
      if (!drag) { this.point(e.offsetX, e.offsetY); return; }
      drag.moved ||= Math.abs(e.offsetX - drag.from) > 3;
      if (drag.moved) this.pan((drag.x - e.offsetX) / this.area.width);
      drag.x = e.offsetX;
    });
    listen('pointerup', (e) => {
      if (drag && !drag.moved && !e.button) this.click(e.offsetX, e.offsetY);
      drag = null;
    });
    listen('pointercancel', () => { drag = null; });
    for (const type of ['pointerleave', 'blur']) listen(type, () => { this.lane = null; surface.hideTip(); surface.request(); });
    listen('wheel', (e) => {
      if (!this.data) return;
      const side = e.shiftKey ? e.deltaX || e.deltaY : e.deltaX;
      if (e.ctrlKey || e.metaKey) this.zoom(2 ** (Math.max(-120, Math.min(120, e.deltaY)) / 120), e.offsetX);
      else if (Math.abs(side) > Math.abs(e.shiftKey ? 0 : e.deltaY)) this.pan(side / this.area.width);
      else return; // a plain wheel scrolls the page
      e.preventDefault();
    }, { passive: false });
    listen('keydown', (e) => {
      const n = this.data?.lanes.length;
      if (!n || e.ctrlKey || e.altKey || e.metaKey) return;
      const { key } = e, side = { ArrowLeft: -1, ArrowRight: 1 }[key], down = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -1e9, End: 1e9 }[key];
      if (side && e.shiftKey) this.pan(side * 0.2);
      else if (side || down) {
        this.lane = Math.max(0, Math.min(n - 1, (this.lane ?? (down ? -1 : 0)) + (down ?? 0)));
        const [from, to] = this.view, at = this.at ?? (from + to) / 2;
        this.at = Math.max(from, Math.min(to, at + (side ?? 0) * (to - from) / 40));
        surface.say(this.tell());
      } else if (key === '+' || key === '=') this.zoom(0.5);
      else if (key === '-') this.zoom(2);
      else if (key === '0') this.zoom(1e9);
      else if (key === 'Enter' && this.lane != null) on.host?.(this.data.lanes[this.lane].host);
      else if (key === 'Escape') { this.lane = null; surface.hideTip(); surface.request(); } else return;
      e.preventDefault();
      e.stopPropagation();
    });
  }

  /** Shows an answer of /v1/view/timeline. */
  show(timeline) {
    this.data = timeline;
    const { from, to, lanes, stragglers = [], more } = timeline;
    // The widest range seen is the whole: zooming out ends there.
    this.whole = this.whole ? [Math.min(this.whole[0], from), Math.max(this.whole[1], to)] : [from, to];
    if (!this.timer) this.view = [from, Math.max(to, from + 1)];
    this.most = 1;
    for (const lane of lanes) for (const n of lane.running) if (n > this.most) this.most = n;
    if (this.lane >= lanes.length) this.lane = null;
    const failed = lanes.reduce((sum, lane) => sum + lane.failed.reduce((a, b) => a + b, 0), 0);
    this.note.textContent = [more ? `${number(lanes.length)} of ${number(lanes.length + more)} hosts` : plural(lanes.length, 'host'), failed && `${number(failed)} failed ends`,
      `full colour: ${plural(this.most, 'job')} at once`].filter(Boolean).join(' \u00b7 ');
    this.surface.canvas.setAttribute('aria-label',
      `Timeline of ${plural(lanes.length, 'host')} from ${exact(from)} to ${exact(to)}, ${number(failed)} failed ends, ${plural(stragglers.length, 'straggler')}`);
    this.list.replaceChildren(...stragglers.map((s) => el('li', {}, button(`Job ${s.jid}`, () => this.on.job?.(s.jid)), ' ', bdi(s.name ?? ''), ' on ', bdi(s.host ?? ''),
      `: ${s.running ? 'running for' : 'took'} ${duration(s.time)}, expected ${duration(s.expected)} (${(s.time / s.expected).toFixed(1)} x)`)));
    this.list.hidden = !stragglers.length;
    this.surface.request();
  }

  zoom(factor, x = null) {
    if (!this.data) return;
    const [from, to] = this.view;
    this.move(zoomRange(this.view, x == null ? this.at ?? (from + to) / 2 : this.timeAt(x), factor, this.whole));
  }

  /** Pans by a share of the view. */
  pan(share) {
    const [from, to] = this.view, [low, high] = this.whole, by = Math.max(low - from, Math.min(high - to, share * (to - from)));
    if (by) this.move([from + by, to + by]);
  }

  /** Shows another range at once with the data at hand, and asks for its own soon after. */
  move(view) {
    this.view = view;
    this.surface.hideTip();
    this.surface.request();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.timer = 0; this.on.range?.(Math.round(view[0]), Math.round(view[1])); }, 160);
  }

  timeAt(x) {
    const { area, view: [from, to] } = this;
    return from + Math.max(0, Math.min(1, (x - area.x) / area.width)) * (to - from);
  }
  xOf(ms) { return this.area.x + (ms - this.view[0]) / (this.view[1] - this.view[0]) * this.area.width; }

  straggler(x, y) {
    return this.marks?.find((m) => Math.abs(m.x - x) < 7 && Math.abs(m.y - y) < Math.max(7, this.pitch / 2))?.job;
  }

  click(x, y) {
    const job = this.straggler(x, y), lane = this.data.lanes[Math.floor((y - this.area.y) / this.pitch)];
    if (job) this.on.job?.(job.jid);
    else if (lane) this.on.host?.(lane.host);
  }

  point(x, y) {
    const lane = Math.floor((y - this.area.y) / this.pitch), inside = lane >= 0 && lane < this.data.lanes.length;
    this.lane = inside ? lane : null;
    this.surface.canvas.style.cursor = inside ? 'pointer' : 'default';
    if (!inside) { this.surface.hideTip(); this.surface.request(); return; }
    this.at = this.timeAt(x);
    this.tell(this.straggler(x, y), [x, y]);
  }

  /** Shows what is under the pointer or the cursor; returns it as text. */
  tell(job, [x, y] = [this.xOf(this.at), this.area.y + (this.lane + 1) * this.pitch]) {
    const { data, at } = this, lane = data.lanes[this.lane], bucket = Math.floor((at - data.from) / (data.to - data.from) * data.buckets);
    const failed = lane.failed[bucket] ?? 0, text = `${number(lane.running[bucket] ?? 0)} running${failed ? `, ${number(failed)} failed` : ''}`;
    this.surface.showTip(x, y, el('div', {}, box('b', {}, {}, bdi(lane.host))), el('div', {}, exact(at)), box('div', failed ? { color: 'var(--failed)', fontWeight: '600' } : {}, {}, text),
      ...job ? [el('div', {}, `Straggler: job ${job.jid} `, bdi(job.name ?? ''), `, ${duration(job.time)}, expected ${duration(job.expected)}`)] : []);
    this.surface.request();
    return visible(`${lane.host}, ${exact(at)}: ${text}`);
  }

  draw() {
    const { surface, data } = this, { g, dpr, colours: { css } } = surface, lanes = data?.lanes ?? [];
    const pitch = this.pitch = Math.max(6, Math.min(20, Math.floor(480 / Math.max(1, lanes.length)))), height = Math.max(40, lanes.length * pitch + AXIS + 4);
    surface.resize(height);
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    g.fillStyle = css.paper;
    g.fillRect(0, 0, surface.width, height);
    g.font = '11px system-ui, sans-serif';
    g.textBaseline = 'top';
    g.textAlign = 'left';
    g.fillStyle = css['ink-soft'];
    if (!lanes.length) { g.fillText('No attempts in this time', 8, 8); return; }
    const room = Math.min(130, surface.width / 4), fit = (text) => {
      let label = visible(String(text).slice(0, 80));
      while (label.length > 2 && g.measureText(label).width > room) label = `${label.slice(0, -2)}\u2026`;
      return label;
    };
    const names = lanes.map((lane) => fit(lane.host)), left = Math.ceil(Math.max(...names.map((name) => g.measureText(name).width)) + 8);
    const area = this.area = { x: left, y: 2, width: Math.max(10, surface.width - left - 2), height: lanes.length * pitch }, [from, to] = this.view;
    drawTimeAxis(g, area, from, to, css);
    const thick = pitch - (pitch > 9 ? 3 : 1), step = (data.to - data.from) / data.buckets, x = (bucket) => this.xOf(data.from + bucket * step);
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    const every = Math.ceil(12 / pitch);
    lanes.forEach((lane, i) => {
      g.fillStyle = i === this.lane ? css.ink : css['ink-soft'];
      if (i % every === 0) g.fillText(names[i], left - 5, area.y + (i + 0.5) * pitch);
    });
    g.save();
    g.beginPath();
    g.rect(area.x, area.y, area.width, area.height);
    g.clip();
    const first = Math.max(0, Math.floor((from - data.from) / step)), last = Math.min(data.buckets, Math.ceil((to - data.from) / step));
    g.fillStyle = css.running;
    lanes.forEach((lane, i) => {
      for (let b = first; b < last;) { // runs of equal numbers are one rectangle
        const n = lane.running[b];
        let end = b + 1;
        while (end < last && lane.running[end] === n) end++;
        if (n) {
          g.globalAlpha = 0.22 + 0.78 * n / this.most;
          g.fillRect(x(b), area.y + i * pitch + 1, x(end) - x(b), thick);
        }
        b = end;
      }
    });
    g.globalAlpha = 1;
    // Stragglers, then failed ends: these come last and are never narrower than a pixel.
    const index = new Map(lanes.map((lane, i) => [lane.host, i]));
    this.marks = [];
    for (const job of data.stragglers ?? []) {
      const i = index.get(job.host);
      if (i == null) continue;
      const start = Date.parse(job.started), mid = area.y + i * pitch + 1 + thick / 2, a = this.xOf(start), b = this.xOf(start + job.time * 1000), r = Math.min(5, thick / 2);
      g.fillStyle = css.late;
      g.fillRect(a, mid - 1, b - a, 2);
      g.beginPath();
      const tip = Math.max(area.x + r, Math.min(b, area.x + area.width - r));
      g.moveTo(tip - r, mid);
      g.lineTo(tip, mid - r);
      g.lineTo(tip + r, mid);
      g.lineTo(tip, mid + r);
      g.closePath();
      g.fill();
      g.strokeStyle = css.paper;
      g.stroke();
      this.marks.push({ x: tip, y: mid, job });
    }
    for (const [colour, edge] of [[css.paper, 1], [css.failed, 0]]) {
      g.fillStyle = colour;
      lanes.forEach((lane, i) => {
        for (let b = first; b < last; b++) if (lane.failed[b]) g.fillRect(x(b) - edge, area.y + i * pitch + 1, Math.max(2, x(b + 1) - x(b)) + 2 * edge, thick);
      });
    }
    if (this.lane != null) {
      g.strokeStyle = css.ink;
      g.strokeRect(area.x + 0.5, area.y + this.lane * pitch + 0.5, area.width - 1, pitch - 1);
      g.fillStyle = css.ink;
      if (this.at != null) g.fillRect(Math.round(this.xOf(this.at)), area.y + this.lane * pitch, 1, pitch);
    }
    g.restore();
  }

  destroy() { clearTimeout(this.timer); this.surface.destroy(); }
}
