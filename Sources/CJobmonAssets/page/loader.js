// Decides when a part of the page asks the monitor: only while it is visible, one request at a time, never too often.
import { Problem } from './api.js';

const loaders = new Set();
let connected = true, ready = true;

/** False while the monitor is away: nothing is asked. When it is back, everything is asked again. */
export function setConnected(yes) {
  if (yes === connected) return;
  connected = yes;
  if (yes) refreshAll();
}

/** False while the monitor still reads its jobs: only the first screen's numbers are asked. */
export function setReady(yes) {
  if (yes === ready) return;
  ready = yes;
  if (yes) refreshAll();
}

/** Something changed: every part asks again as soon as it may. */
export function refreshAll() { for (const loader of loaders) loader.soon(); }

document.addEventListener('visibilitychange', () => { if (!document.hidden) refreshAll(); });

const seen = 'IntersectionObserver' in window ? new IntersectionObserver((entries) => {
  for (const entry of entries) entry.target.jobmonLoader?.onScreen(entry.isIntersecting);
}, { rootMargin: '200px' }) : null;

/** One kind of request of one part of the page. */
export class Loader {
  /**
   * @param load   (signal) => promise of the data
   * @param show   (data) => void
   * @param fail   (problem) => void
   * @param part   the element that must be on the screen; null: always wanted
   * @param wanted () => boolean: a further condition
   * @param early  true: asked even while the monitor still reads its jobs
   * @param mark   () => void: called when what is shown may be old
   * @param pause  least time between two requests, milliseconds
   */
  constructor({ load, show, fail = () => {}, part = null, wanted = () => true, early = false, mark = () => {}, pause = 1000 }) {
    Object.assign(this, { load, show, fail, wanted, early, mark, pause, visible: !part || !seen, stale: true, running: null, next: 0, timer: 0 });
    loaders.add(this);
    if (part && seen) { part.jobmonLoader = this; seen.observe(part); }
  }

  onScreen(yes) { this.visible = yes; if (yes) this.pump(); }

  /** What is shown may be old: ask again when visible and not too soon. */
  soon() { this.mark(); this.ask(); }

  /** Asks for what is missing. */
  ask() { this.stale = true; this.pump(); }

  /** Something else is to be shown (another filter): give up what runs and ask at once. */
  now() {
    this.running?.abort();
    this.running = null;
    this.next = 0;
    this.soon();
  }

  pump() {
    if (!this.stale || this.running || !connected || (!ready && !this.early) || document.hidden || !this.visible || !this.wanted()) return;
    const wait = this.next - performance.now();
    clearTimeout(this.timer);
    if (wait > 0) { this.timer = setTimeout(() => this.pump(), wait); return; }
    this.run();
  }

  async run() {
    let least = this.pause;
    const own = this.running = new AbortController(), begin = performance.now();
    this.stale = false;
    try {
      const data = await this.load(own.signal);
      if (this.running === own) this.show(data);
    } catch (error) {
      if (this.running !== own || error.name === 'AbortError') return;
      if (!(error instanceof Problem)) console.error(error);
      // No answer, or a monitor in trouble: ask again later.
      if (error.status === 0 || error.status >= 500) { this.stale = true; least = 5000; }
      if (error.status !== 0) this.fail(error);
    } finally {
      if (this.running === own) {
        this.running = null;
        // A slow answer costs the monitor: ask again only after four times its duration.
        const end = performance.now();
        this.next = end + Math.max(least, Math.min(30000, 4 * (end - begin)));
        if (this.stale) this.pump();
      }
    }
  }
}
