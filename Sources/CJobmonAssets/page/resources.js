// The view of the resources: what was requested and what was used, by name of the job.
import { get, path } from './api.js';
import { bdi, el, keyed, replace, setAttr, setText, svg } from './dom.js';
import { number, percent, plural, quantity, visible } from './format.js';
import { Loader } from './loader.js';
import { filterText, href, state, withFilter } from './url.js';

let rows, note;

/** Builds the view. */
export function startResources(section) {
  note = el('span', { class: 'soft', role: 'status' });
  section.querySelector('.head').append(note);
  rows = el('tbody', {});
  const head = (text, numeric, title) => el('th', { scope: 'col', class: numeric ? 'n' : null, title }, text);
  section.append(el('p', { class: 'soft' }, 'Each bar: line from the minimum to the maximum, box from p25 to p75, tick at the median and at p95; the upright bar is what was requested.'),
    el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table of resources' },
      el('table', { class: 'numbers' }, el('thead', {}, el('tr', {}, head('Name'), head('Queue'), head('Jobs', true),
      head('Memory requested', true), head('p95', true), head('max', true), head('Memory used'), head('Time requested', true), head('p95', true),
        head('max', true), head('Time used'), head('Slots', true), head('CPU use', true, 'CPU seconds by time and slots'))), rows)));
  return new Loader({ part: section, load: (signal) => get(path('view/resources', filterText()), signal), show: take,
    fail: (p) => setText(note, visible(p.message)), wanted: () => state.view === 'resources', pause: 2000 });
}

const W = 160;

/** A distribution against what was requested, as a small picture. */
function plot(q, requested, unit) {
  if (!q) return el('span', { class: 'soft' }, 'not measured');
  const top = Math.max(q.max, requested ?? 0) || 1, x = (v) => 2 + ((W - 4) * v) / top, line = (a, b, c) => svg('path', { d: `M${x(a)} 9H${x(b)}`, class: c });
  const tick = (v, c, h = 4) => svg('path', { d: `M${x(v)} ${9 - h}V${9 + h}`, class: c });
  const text = `min ${quantity(q.min, unit)}, p25 ${quantity(q.p25, unit)}, median ${quantity(q.p50, unit)}, p75 ${quantity(q.p75, unit)}, p95 ${quantity(q.p95, unit)}, max ${quantity(q.max, unit)}`;
  const node = svg('svg', { viewBox: `0 0 ${W} 18`, width: W, height: 18, class: 'plot', role: 'img', 'aria-label': text }, line(q.min, q.max, 'line'),
    svg('rect', { x: x(q.p25), y: 5, width: Math.max(1, x(q.p75) - x(q.p25)), height: 8 }), tick(q.p50, 'median'), tick(q.p95, 'line'),
      ...(requested ? [tick(requested, 'asked', 8)] : []));
  node.append(svg('title', {}));
  node.lastChild.textContent = text;
  return node;
}

function update(node, r) {
  const c = node.children, of = (q, name, unit) => (q ? quantity(q[name], unit) : '');
  setAttr(c[0].firstChild, 'href', href({ filter: withFilter({ name: r.name }), view: 'overview' }));
  setText(c[2], number(r.jobs));
  setText(c[3], r.memory_requested == null ? '\u2013' : quantity(r.memory_requested, 'bytes'));
  setText(c[4], of(r.memory, 'p95', 'bytes'));
  setText(c[5], of(r.memory, 'max', 'bytes'));
  replace(c[6], [r.memory, r.memory_requested], () => plot(r.memory, r.memory_requested, 'bytes'));
  setText(c[7], r.time_requested == null ? '\u2013' : quantity(r.time_requested, 'seconds'));
  setText(c[8], of(r.time, 'p95', 'seconds'));
  setText(c[9], of(r.time, 'max', 'seconds'));
  replace(c[10], [r.time, r.time_requested], () => plot(r.time, r.time_requested, 'seconds'));
  setText(c[11], r.slots ?? '\u2013');
  setText(c[12], r.cpu_use == null ? '\u2013' : percent(r.cpu_use, 1));
}

function take({ rows: list, more }) {
  const cell = (numeric) => el('td', { class: numeric ? 'n' : null });
  keyed(rows, list, (r) => `${r.queue} ${r.name}`, (r) => el('tr', {}, el('th', { scope: 'row' },
    el('a', { 'data-nav': true, 'data-focus': `${r.queue} ${r.name}` }, bdi(r.name))), el('td', {}, r.queue ? bdi(r.queue) : null),
    cell(true), cell(true), cell(true), cell(true), cell(), cell(true), cell(true), cell(true), cell(), cell(true), cell(true)), update);
  setText(note, list.length ? `${plural(list.length, 'name')}${more ? ` of ${number(list.length + more)}` : ''}` : 'No job has been measured yet.');
}
