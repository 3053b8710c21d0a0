// Runs in the page before its own scripts: notes when pictures are on the screen. Only the benchmark has it.
(() => {
  const afterPaint = (act) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = act;
    channel.port2.postMessage(0);
  };
  const probe = window.probe = { picture: null, mosaic: null, failedPixels: -1, changes: [], watch: false, put: null };

  // The first picture: the summary line and the groups. What stands there in an animation frame is painted by it.
  const look = () => {
    const summary = document.getElementById('summary'), total = summary?.querySelector('.figure b')?.textContent;
    const group = document.querySelector('#groups li.group .count')?.textContent;
    if (!total || summary.hidden || !group) { requestAnimationFrame(look); return; }
    afterPaint(() => { probe.picture = performance.now(); });
  };
  requestAnimationFrame(look);

  const own = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function put(image, x, y) {
    own.call(this, image, x, y);
    if (!this.canvas.classList?.contains('mosaic-canvas')) return;
    if (probe.mosaic == null) { probe.mosaic = 0; afterPaint(() => { probe.mosaic = performance.now(); }); }
    probe.put = { image, x, y };
    if (!probe.watch) return;
    const count = probe.count();
    if (count !== probe.failedPixels) {
      probe.failedPixels = count;
      afterPaint(() => probe.changes.push(performance.timeOrigin + performance.now()));
    }
  };

  const until = async (what, tries = Infinity) => {
    for (let i = 0; i < tries && what() == null; i++) await new Promise((done) => setTimeout(done, 10));
    return what();
  };

  /** When something was seen first, in milliseconds after the navigation. */
  probe.seen = (name) => until(() => probe[name] || null);

  /** The next change of the failed pixels; null: none came. */
  probe.changed = () => until(() => probe.changes[0] ?? null, 300);

  /** Whether a job is opened soon. */
  probe.opened = async () => !!await until(() => (location.search.includes('job=') ? true : null), 300);

  /** The pixels of the mosaic that have the colour of failed jobs. */
  probe.count = () => {
    const pixels = new Uint32Array(probe.put.image.data.buffer), word = probe.word ??= probe.failedWord();
    let count = 0;
    for (let i = 0; i < pixels.length; i++) if (pixels[i] === word && !count++) probe.first = i;
    return count;
  };
  probe.failedWord = () => {
    const span = document.body.appendChild(document.createElement('span'));
    span.style.color = 'var(--failed)';
    const g = new OffscreenCanvas(1, 1).getContext('2d');
    g.fillStyle = getComputedStyle(span).color;
    span.remove();
    g.fillRect(0, 0, 1, 1);
    return new Uint32Array(g.getImageData(0, 0, 1, 1).data.buffer)[0];
  };

  /** Where the first pixel of a failed job is in the window, in CSS pixels; null: none is seen. */
  probe.place = () => {
    if (!probe.count()) return null;
    const { image, x, y } = probe.put, box = document.querySelector('.mosaic-canvas').getBoundingClientRect();
    const column = x + probe.first % image.width, row = y + Math.floor(probe.first / image.width);
    return [box.x + (column + 0.5) / devicePixelRatio, box.y + (row + 0.5) / devicePixelRatio];
  };

  /** The time, in milliseconds since 1970, when the number of failed jobs in the summary line changed. */
  probe.number = () => new Promise((done) => {
    const number = () => document.querySelector('#summary a.figure.failed b')?.textContent, before = number();
    const wait = () => {
      if (number() === before) requestAnimationFrame(wait);
      else afterPaint(() => done(performance.timeOrigin + performance.now()));
    };
    wait();
  });

  /** Lengths of `count` frames in milliseconds, with `act(n)` at the start of each. */
  probe.frames = (count, act) => new Promise((done) => {
    const lengths = [];
    let before = 0, n = 0;
    const frame = (now) => {
      if (before) lengths.push(now - before);
      before = now;
      if (lengths.length >= count) { done(lengths); return; }
      act(n++);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
})();
