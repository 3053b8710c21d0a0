// The stream of ticks: opens it, notices that the monitor went away, tries again with growing pauses.
// Runs in the shared worker (stream.js), or in the page where there is no shared worker.

const longest = 5000, silence = 30000, patience = 10000;

/** Tells { kind: "open" | "tick" | "lost" | "ended" } to `tell`. */
export class Feed {
  constructor(tell) {
    Object.assign(this, { tell, source: null, timer: 0, pause: 500, lost: 0, wanted: false, heard: 0, probing: false, last: null, errors: 0 });
  }

  open() {
    if (this.wanted) return;
    this.wanted = true;
    this.connect();
  }

  /** Ends the stream; it costs nothing until open() is called. */
  close() {
    this.wanted = false;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  connect() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = this.source = new EventSource('/v1/view/ticks');
    source.addEventListener('open', () => { if (this.source === source) this.alive(); });
    source.addEventListener('tick', (event) => {
      if (this.source !== source) return;
      this.alive();
      try { this.last = JSON.parse(event.data); } catch { return; }
      this.tell({ kind: 'tick', tick: this.last });
    });
    source.addEventListener('error', () => {
      if (this.source !== source) return;
      source.close();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.check(), this.errors++ ? this.grow() : 0);
    });
  }

  alive() {
    this.heard = Date.now();
    this.pause = 500;
    this.errors = 0;
    if (this.lost || !this.told) { this.told = true; this.lost = 0; this.tell({ kind: 'open' }); }
    this.watch();
  }

  // Comments of the stream are not seen by a page; so after a long silence ask whether the monitor is there.
  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), silence);
  }

  /** Asks whether the monitor answers; opens the stream again if it broke. */
  async check() {
    if (!this.wanted || this.probing) return;
    clearTimeout(this.timer);
    this.probing = true;
    let status = 0;
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), patience);
    try { status = (await fetch('/v1/session', { cache: 'no-store', credentials: 'same-origin', signal: stop.signal })).status; } catch { /* away */ }
    clearTimeout(limit);
    this.probing = false;
    if (!this.wanted) return;
    if (status === 401) { this.close(); this.tell({ kind: 'ended' }); return; }
    if (status === 200) {
      // 2: the stream was closed. After the monitor was away the stream is a new one in any case.
      if (this.lost || !this.source || this.source.readyState !== 1) this.connect();
      if (!this.lost) { this.timer = setTimeout(() => this.check(), this.source.readyState === 1 ? silence : this.grow()); return; }
    } else {
      this.source?.close();
      this.source = null;
      if (!this.lost) { this.lost = Date.now(); this.tell({ kind: 'lost', at: this.lost }); }
    }
    this.timer = setTimeout(() => this.check(), this.grow());
  }

  grow() {
    const pause = this.pause;
    this.pause = Math.min(longest, pause * 2);
    return pause;
  }
}
