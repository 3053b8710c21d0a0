// Labels of rows, columns and lanes of the mosaic, thinned to what fits.

import { visible } from './format.js';
import { search } from './mosaic-layout.js';

const short = (name) => visible(String(name).slice(0, 80)); // measuring a very long text takes long
const LABEL = 13; // CSS pixels from label to label

/** Width of the widest of the names, by a sample of them. */
export function widest(g, names) {
  const step = Math.ceil(names.length / 60);
  let most = 0;
  for (let i = 0; i < names.length; i += step) most = Math.max(most, g.measureText(short(names[i])).width);
  return most;
}

/** Draws the labels of a Mosaic beside and above its plot. */
export function drawLabels(mosaic, g, css) {
  const { layout, view, left, top, names, surface: { dpr }, data: { header } } = mosaic, step = LABEL * dpr;
  const text = (name, x, y, room) => {
    let label = short(name);
    if (g.measureText(label).width > room) {
      while (label.length > 1 && g.measureText(`${label}\u2026`).width > room) label = label.slice(0, -1);
      label += '\u2026';
    }
    g.fillText(label, x, y);
  };
  g.fillStyle = css['ink-soft'];
  g.textBaseline = 'middle';
  g.textAlign = 'right';
  const inside = (y) => Math.max(step / 2, Math.min(y, mosaic.plotHeight - step / 2));
  const row = (name, y) => text(name, left - 5 * dpr, top + y, left - 6 * dpr);
  if (layout.mode === 'plain') { // too many lanes for one row each: the label is the lane that a band begins in
    const firsts = mosaic.firsts?.lanes === header.lanes ? mosaic.firsts : { lanes: header.lanes, list: [0] };
    if (firsts !== mosaic.firsts) { header.lanes.forEach((lane, i) => firsts.list.push(firsts.list[i] + lane.cells)); mosaic.firsts = firsts; }
    let before = -1;
    for (let y = 0; y < mosaic.plotHeight; y += step) {
      const slot = Math.floor((y + view.oy + step / 2) / view.sy), p = layout.position(0, slot - slot % layout.band);
      const lane = p < 0 ? -1 : Math.min(search(firsts.list, p), names.length - 1);
      if (lane >= 0 && lane !== before) row(names[lane], inside(y + step / 2));
      before = lane;
    }
    return;
  }
  const span = (axis, i, scale, gap, offset) => [axis.start(i) * scale + i * gap - offset, axis.start(i + 1) * scale + i * gap - offset];
  const even = layout.mode === 'grid' ? Math.max(1, Math.ceil(step / (layout.boxHeight * view.sy + view.gy))) : 1;
  let last = -Infinity;
  for (let i = Math.floor(layout.y.partAt(view.oy, view.sy, view.gy) / even) * even; i < layout.y.parts; i += even) {
    const [a, b] = span(layout.y, i, view.sy, view.gy, view.oy), y = inside((Math.max(a, 0) + Math.min(b, mosaic.plotHeight)) / 2);
    if (a > mosaic.plotHeight) break;
    if (b < 0 || y - last < step) continue;
    last = y;
    row(names[i], y);
  }
  if (layout.mode !== 'grid') return;
  const list = header.columns.values, pitch = layout.boxWidth * view.sx + view.gx, most = Math.min(widest(g, list), 120 * dpr);
  const stride = Math.max(1, Math.ceil((most + 8 * dpr) / pitch));
  for (let i = Math.floor(layout.x.partAt(view.ox, view.sx, view.gx) / stride) * stride; i < layout.x.parts; i += stride) {
    const [a, b] = span(layout.x, i, view.sx, view.gx, view.ox);
    if (a > mosaic.plotWidth) break;
    const wide = b - a >= most;
    if (b < 0 || (a < 0 && !wide)) continue;
    g.textAlign = wide ? 'center' : 'left';
    text(list[i], left + (wide ? (Math.max(a, 0) + Math.min(b, mosaic.plotWidth)) / 2 : a), top / 2, Math.max(most, b - a));
    if (!wide) g.fillRect(left + a, top - 3 * dpr, dpr, 3 * dpr);
  }
}
