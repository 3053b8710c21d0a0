// The view of the timeline: a lane for each host, and the stragglers.
import { get, path } from './api.js';
import { bdi, el, keyed, setAttr, setText, show } from './dom.js';
import { duration, exact, number, plural, visible } from './format.js';
import { Lanes } from './lanes.js';
import { Loader } from './loader.js';
import { filterText, go, href, state, withFilter } from './url.js';

let lanes, note, box, rows, table, none, loader, range = null, whole = null;

/** Builds the view. */
export function startTimeline(section) {
  note = el('span', { class: 'soft', role: 'status' });
  section.querySelector('.head').append(note);
  box = el('div', { class: 'picture' });
  rows = el('tbody', {});
  none = el('p', { class: 'soft' }, 'No job takes much longer than expected.');
  const head = (text, numeric) => el('th', { scope: 'col', class: numeric ? 'n' : null }, text);
  table = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table of stragglers' },
    el('table', { class: 'numbers' }, el('thead', {}, el('tr', {}, head('Job', true), head('Name'), head('Host'), head('Started'), head('Time', true),
      head('Expected', true), head('Ratio', true), head('State'))), rows));
  section.append(box, el('h2', {}, 'Stragglers'), none, table);
  lanes = new Lanes(box, { range: zoom, host: (host) => go({ filter: withFilter({ host }), view: 'overview' }), job: (jid) => go({ job: String(jid) }) });
  return loader = new Loader({ part: section, load, show: take, fail: (p) => setText(note, visible(p.message)), wanted: () => state.view === 'timeline',
    pause: 2000 });
}

function load(signal) {
  const buckets = Math.max(100, Math.min(1000, Math.round((box.offsetWidth || 800) / 2)));
  return get(path('view/timeline', filterText(), { from: range && Math.round(range[0]), to: range && Math.round(range[1]), buckets }), signal);
}

// The whole time grows with the run, so it is not kept as a range.
function zoom(from, to) {
  range = whole && from <= whole[0] && to >= whole[1] ? null : [from, to];
  loader.now();
}

function take(data) {
  if (!range) whole = [data.from, data.to];
  show(box, data.lanes.length);
  if (data.lanes.length) lanes.show(data);
  setText(note, data.lanes.length ? `${plural(data.lanes.length, 'host')}${data.more ? ` of ${number(data.lanes.length + data.more)}, those with most jobs` : ''}; ${exact(data.from)} to ${exact(data.to)}` : 'No job has run on a host yet.');
  show(table, data.stragglers.length);
  show(none, !data.stragglers.length);
  keyed(rows, data.stragglers, (s) => `${s.jid} ${s.started}`, (s) => el('tr', {},
    el('td', { class: 'n' }, el('a', { 'data-nav': true, 'data-focus': s.jid }, s.jid)), el('td', {}, bdi(s.name)), el('td', {}, bdi(s.host)),
    el('td', {}, exact(Date.parse(s.started))),
    el('td', { class: 'n' }), el('td', { class: 'n' }), el('td', { class: 'n' }), el('td', {})), (node, s) => {
    const c = node.children;
    setAttr(c[0].firstChild, 'href', href({ job: s.jid }));
    setText(c[4], duration(s.time));
    setText(c[5], duration(s.expected));
    setText(c[6], s.expected ? `${(s.time / s.expected).toFixed(1)}\u00d7` : '');
    setText(c[7], s.running ? 'running' : 'ended');
  });
}
