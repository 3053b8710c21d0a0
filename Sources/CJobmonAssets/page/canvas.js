// Shared by the pictures of the page: colours, the time axis, a canvas that follows its container.
import { button, el } from './dom.js';

const FALLBACK = {
  paper: '#fff', ink: '#1b1f24', 'ink-soft': '#5b6470', line: '#d5dae0', accent: '#0b62d6', waiting: '#c3cad3',
  running: '#3b82f6', complete: '#8fc7a4', failed: '#d01c2a', cancelled: '#8a7ca8', unknown: '#9a9a9a', late: '#e08a00',
};
const NAMES = Object.keys(FALLBACK);
for (let i = 1; i <= 12; i++) NAMES.push(`series-${i}`);
for (let i = 0; i < 16; i++) NAMES.push(`level-${i}`);

/**
 * Reads the colours of :root. Resolved by the browser, so any CSS colour works (light-dark(), color-mix(), oklch()).
 * @returns {{css: Object<string,string>, word: Object<string,number>}} word: the colour as one pixel of ImageData
 */
export function readColours() {
  const probe = document.createElement('div');
  probe.hidden = true;
  const spans = NAMES.map((name) => {
    const span = document.createElement('span');
    span.style.color = `var(--${name}, ${FALLBACK[name] ?? '#888'})`;
    span.style.transition = 'none';
    probe.append(span);
    return span;
  });
  document.documentElement.append(probe);
  const canvas = new OffscreenCanvas(NAMES.length, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const css = {};
  spans.forEach((span, i) => {
    css[NAMES[i]] = getComputedStyle(span).color;
    context.fillStyle = css[NAMES[i]];
    context.fillRect(i, 0, 1, 1);
  });
  probe.remove();
  const words = new Uint32Array(context.getImageData(0, 0, NAMES.length, 1).data.buffer);
  const word = {};
  NAMES.forEach((name, i) => { word[name] = words[i]; });
  return { css, word };
}

const two = (n) => String(n).padStart(2, '0');
/** Local time of a tick; `step` in ms decides how much is said. */
export function clock(ms, step = 1000) {
  const d = new Date(ms), day = `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  if (step >= 86400000) return day;
  const hm = `${two(d.getHours())}:${two(d.getMinutes())}`;
  if (step >= 60000) return hm === '00:00' ? day : hm;
  return `${hm}:${two(d.getSeconds())}${step < 1000 ? `.${Math.floor(d.getMilliseconds() / 100)}` : ''}`;
}
const STEPS = [0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000].map((s) => s * 1000);
/** Round times between from and to, at most about `most` of them; in local time. */
export function timeTicks(from, to, most) {
  const step = STEPS.find((s) => (to - from) / s <= most) ?? (to - from) / Math.max(1, most);
  const zone = new Date(from).getTimezoneOffset() * 60000, ticks = [];
  for (let t = Math.ceil((from - zone) / step) * step + zone; t <= to; t += step) ticks.push(t);
  return { step, ticks };
}

/** Draws the time axis of `area` (CSS pixels): grid lines and labels below. */
export function drawTimeAxis(g, area, from, to, css) {
  const { step, ticks } = timeTicks(from, to, Math.max(2, Math.floor(area.width / 80)));
  g.textBaseline = 'top';
  for (const t of ticks) {
    const x = area.x + (t - from) / (to - from) * area.width;
    g.fillStyle = css.line;
    g.fillRect(Math.round(x), area.y, 1, area.height + 4);
    g.fillStyle = css['ink-soft'];
    const text = clock(t, step), half = g.measureText(text).width / 2;
    g.textAlign = 'center';
    g.fillText(text, Math.min(Math.max(x, area.x + half), area.x + area.width - half), area.y + area.height + 6);
  }
}

/** el() with styles set from script, which the page's policy allows (style attributes are not). */
export function box(tag, style, attributes, ...children) {
  const node = el(tag, attributes, ...children);
  Object.assign(node.style, style);
  return node;
}

/**
 * A line above a picture: a text, and buttons given as [text, label, action].
 * @returns {{info: HTMLElement, buttons: HTMLElement[]}}
 */
export function toolbar(surface, name, tools) {
  const info = box('span', { flex: '1 1 200px', color: 'var(--ink-soft)', font: '12px system-ui, sans-serif' }, { class: `${name}-info` });
  const buttons = tools.map(([text, label, act]) => button(text, act, { 'aria-label': label, title: label })), flex = { display: 'flex', gap: '6px', alignItems: 'center' };
  surface.stage.before(box('div', { ...flex, flexWrap: 'wrap', marginBottom: '6px' }, { class: `${name}-tools` }, info, box('div', flex, {}, ...buttons)));
  return { info, buttons };
}

/** For readers only: not painted, but spoken. */
export const HIDDEN = { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)', whiteSpace: 'nowrap' };
const TIP = {
  position: 'absolute', zIndex: '5', pointerEvents: 'none', display: 'none', maxWidth: 'min(340px, 94%)', padding: '6px 9px', boxSizing: 'border-box',
  font: '12px/1.45 system-ui, sans-serif', color: 'var(--ink)', background: 'var(--paper)', border: '1px solid var(--line)', borderRadius: '6px',
  boxShadow: '0 2px 10px rgb(0 0 0 / .2)', overflowWrap: 'anywhere', top: '0', left: '0',
};

/** A focusable canvas with a tip and a live region, which follows size, pixel ratio and theme. */
export class Surface {
  /**
   * @param {HTMLElement} container
   * @param {string} name class prefix
   * @param {{draw: function(), layout: function(), theme: function()}} on draw: at most once a frame; layout: the size changed
   */
  constructor(container, name, on) {
    this.on = on;
    this.canvas = box('canvas', { display: 'block' }, { class: `${name}-canvas`, tabindex: 0 });
    this.tip = box('div', TIP, { class: `${name}-tip`, 'aria-hidden': 'true' });
    this.live = box('div', HIDDEN, { role: 'status', 'aria-live': 'polite' });
    this.stage = box('div', { position: 'relative' }, { class: `${name}-stage` }, this.canvas, this.tip);
    this.root = box('div', { position: 'relative', minWidth: '0' }, { class: name }, this.stage, this.live);
    container.append(this.root);
    this.g = this.canvas.getContext('2d', { alpha: false });
    this.colours = readColours();
    this.width = this.root.offsetWidth;
    this.dpr = devicePixelRatio || 1;
    this.frame = 0;
    this.end = new AbortController();
    const signal = this.end.signal;
    this.observer = new ResizeObserver(() => {
      if (this.root.offsetWidth === this.width || !this.root.offsetWidth) return;
      this.width = this.root.offsetWidth;
      this.request(true);
    });
    this.observer.observe(this.root);
    this.theme = () => { this.colours = readColours(); on.theme?.(); this.request(); };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.theme, { signal });
    document.addEventListener('themechange', this.theme, { signal });
    this.watchRatio();
  }

  watchRatio() { // a media query can only ask for one ratio, so it is asked anew after each change
    const { signal } = this.end, check = () => {
      if ((devicePixelRatio || 1) === this.dpr) return;
      this.ratio.abort();
      this.dpr = devicePixelRatio || 1;
      this.watchRatio();
      this.request(true);
    };
    this.ratio = new AbortController();
    for (const [target, type] of [[matchMedia(`(resolution: ${this.dpr}dppx)`), 'change'], [window, 'resize']]) {
      target.addEventListener(type, check, { signal: AbortSignal.any([signal, this.ratio.signal]) });
    }
  }

  /** Asks for one draw in the next animation frame; relayout: on.layout() before it. */
  request(relayout = false) {
    this.relayout ||= relayout;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (this.relayout) { this.relayout = false; this.on.layout?.(); }
      this.on.draw();
    });
  }

  /** Sets the bitmap to whole device pixels. Returns true if it changed (the bitmap is then empty). */
  resize(cssHeight) {
    const w = Math.max(1, Math.floor(this.width * this.dpr)), h = Math.max(1, Math.round(cssHeight * this.dpr));
    if (this.canvas.width === w && this.canvas.height === h) return false;
    this.canvas.width = w;
    this.canvas.height = h;
    this.canvas.style.width = `${w / this.dpr}px`;
    this.canvas.style.height = `${h / this.dpr}px`;
    return true;
  }

  /** Shows the tip at a point of the canvas (CSS pixels), inside the container. */
  showTip(x, y, ...lines) {
    this.tip.replaceChildren(...lines);
    this.tip.style.display = 'block';
    const w = this.tip.offsetWidth, h = this.tip.offsetHeight;
    const left = x + 14 + w > this.width ? Math.max(0, x - w - 10) : x + 14;
    const top = y + 14 + h > this.canvas.offsetHeight && y - h - 8 > -120 ? y - h - 8 : y + 14;
    this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hideTip() { this.tip.style.display = 'none'; }
  say(text) { if (this.live.textContent !== text) this.live.textContent = text; }

  destroy() {
    this.end.abort();
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }
}
