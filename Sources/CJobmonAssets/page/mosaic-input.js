// Pointer, wheel and keys of the mosaic. Points are CSS pixels of the canvas.

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -10], PageDown: [0, 10] };

/** The job beside the cursor, one entry of the level away (gaps and empty boxes are skipped); null at the edge. */
function beside(mosaic, from, [dx, dy]) {
  const { view, layout, levels } = mosaic, slot = layout.slot(from);
  const level = levels.list[view.level];
  let y = Math.floor(Math.floor(slot / layout.width) * level.h / layout.height), x = Math.floor((slot % layout.width) * level.w / layout.width);
  for (;;) {
    x += dx;
    y += dy;
    if (x < 0 || y < 0 || x >= level.w || y >= level.h) return null;
    if (levels.value(view.level, x, y) !== levels.blank) return levels.find(view.level, x, y);
  }
}

/** Connects the events of a Mosaic's canvas. */
export function listen(mosaic) {
  const { surface, on } = mosaic, { canvas } = surface, pointers = new Map();
  let drag = null, space = false, pending = null, pinch = 0, anchor = null, notches = 0;
  const listener = (type, act, options) => canvas.addEventListener(type, act, { signal: surface.end.signal, ...options });

  const brush = (from, to) => {
    const [a, b] = mosaic.layout.snap(Math.min(from, to), Math.max(from, to));
    mosaic.range = [a, b];
    surface.request();
  };
  const near = (x, y) => mosaic.positionNear(Math.floor(x * surface.dpr) - mosaic.left, Math.floor(y * surface.dpr) - mosaic.top);
  const distance = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  const leave = () => {
    pending = null;
    if (mosaic.hovered == null) return;
    mosaic.rest(null);
    surface.request();
  };

  listener('pointerdown', (event) => {
    if (!mosaic.view || event.button > 1) return;
    const { offsetX: x, offsetY: y } = event, touch = event.pointerType === 'touch';
    pointers.set(event.pointerId, { x, y });
    if (pointers.size === 2) { pinch = distance(); drag = null; mosaic.range = null; return; }
    const pan = event.button === 1 || space || (touch && mosaic.view.z > 0);
    drag = { x, y, pan, moved: false, from: near(x, y) };
    if (pan && !touch) event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
  });

  listener('pointermove', (event) => {
    if (!mosaic.view) return;
    const { offsetX: x, offsetY: y } = event, before = pointers.get(event.pointerId);
    if (before && pointers.size === 2) {
      Object.assign(before, { x, y });
      const now = distance(), steps = Math.trunc(Math.log(now / pinch) / Math.log(1.3));
      if (!steps) return;
      pinch = now;
      const [a, b] = [...pointers.values()];
      mosaic.zoomBy(steps, (a.x + b.x) / 2, (a.y + b.y) / 2);
      return;
    }
    if (before && drag) {
      if (!drag.moved && Math.hypot(x - drag.x, y - drag.y) < 4) return;
      if (!drag.moved) leave();
      drag.moved = true;
      if (drag.pan) mosaic.panBy(before.x - x, before.y - y);
      else { const to = near(x, y); if (to >= 0 && drag.from >= 0) brush(drag.from, to); }
      Object.assign(before, { x, y });
      return;
    }
    // Several moves may come in a frame: only the last one counts.
    if (!pending) requestAnimationFrame(() => {
      if (!pending || !mosaic.view) { pending = null; return; }
      const [px, py] = pending, position = mosaic.at(px, py);
      pending = null;
      canvas.style.cursor = space ? 'grab' : position >= 0 ? 'pointer' : 'default';
      if (position === (mosaic.hovered ?? -1)) return;
      surface.hideTip();
      if (position < 0) leave(); else mosaic.rest(position, px, py);
      surface.request();
    });
    pending = [x, y];
  });

  listener('pointerup', (event) => {
    const { offsetX: x, offsetY: y } = event, was = drag;
    pointers.delete(event.pointerId);
    drag = null;
    if (!was || !mosaic.view) return;
    if (was.moved) { if (!was.pan && mosaic.range) on.brush?.(...mosaic.range); return; }
    if (event.button !== 0 || space) return;
    const position = mosaic.at(x, y);
    mosaic.range = null;
    surface.request();
    if (position >= 0) { mosaic.cursor = null; on.open?.(position); }
  });
  listener('pointercancel', (event) => { pointers.delete(event.pointerId); drag = null; });
  listener('pointerleave', leave);
  listener('blur', () => { space = false; if (!canvas.matches(':hover')) leave(); surface.request(); });
  listener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // without a key the wheel scrolls the page
    event.preventDefault();
    notches -= event.deltaY / (event.deltaMode ? 3 : 60); // a pinch on a touchpad comes as many small steps
    const steps = Math.trunc(notches);
    notches -= steps;
    if (steps) mosaic.zoomBy(Math.max(-3, Math.min(3, steps)), event.offsetX, event.offsetY);
  }, { passive: false });

  const keys = {
    '+': () => mosaic.zoomBy(1), '=': () => mosaic.zoomBy(1), '-': () => mosaic.zoomBy(-1), 0: () => mosaic.zoomBy(-99),
    n: () => mosaic.jump(1), N: () => mosaic.jump(-1), ' ': () => { space = true; canvas.style.cursor = 'grab'; },
    Enter: () => { if (mosaic.cursor != null) on.open?.(mosaic.cursor); },
    Home: () => mosaic.moveTo(0), End: () => mosaic.moveTo(mosaic.data.header.cells - 1),
    Escape: () => {
      if (mosaic.range) mosaic.range = null; else { mosaic.cursor = null; mosaic.rest(null); }
      surface.hideTip();
      surface.request();
    },
  };
  listener('keydown', (event) => {
    if (!mosaic.data?.header.cells || event.altKey) return;
    const move = MOVES[event.key];
    if (move && (event.ctrlKey || event.metaKey)) mosaic.panBy(move[0] * 60, move[1] * 60);
    else if (event.ctrlKey || event.metaKey) return;
    else if (move) {
      const from = mosaic.cursor ?? near(0, 0), to = mosaic.cursor == null ? from : beside(mosaic, from, move);
      if (event.shiftKey) {
        if (!mosaic.range || anchor == null) anchor = from;
        if (to != null) brush(anchor, to);
      }
      if (to != null) mosaic.moveTo(to);
    } else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  listener('keyup', (event) => {
    if (event.key === ' ') { space = false; canvas.style.cursor = 'default'; }
    if (event.key === 'Shift' && anchor != null) {
      anchor = null;
      if (mosaic.range) on.brush?.(...mosaic.range);
    }
  });
}
