// The view of the hosts: jobs, failures and speed of each.
import { get, path } from './api.js';
import { bdi, el, keyed, setAttr, setText, show } from './dom.js';
import { number, percent, plural, visible } from './format.js';
import { Loader } from './loader.js';
import { filterText, href, state, withFilter } from './url.js';

let rows, note;

/** Builds the view. */
export function startHosts(section) {
  note = el('span', { class: 'soft', role: 'status' });
  section.querySelector('.head').append(note);
  rows = el('tbody', {});
  const head = (text, numeric, title) => el('th', { scope: 'col', class: numeric ? 'n' : null, title }, text);
  section.append(el('p', { class: 'soft' }, 'Speed compares each host with the same jobs, by name, elsewhere: 1 is as fast, 0.5 is half as fast.'),
    el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table of hosts' },
      el('table', { class: 'numbers' }, el('thead', {}, el('tr', {}, head('Host'), head('Jobs', true), head('Running', true), head('Complete', true),
      head('Failed', true),
      head('Share failed'), head('Speed'), head('Timed jobs', true, 'Number of jobs that the speed rests on'))), rows)));
  return new Loader({ part: section, load: (signal) => get(path('view/hosts', filterText()), signal), show: take,
    fail: (p) => setText(note, visible(p.message)), wanted: () => state.view === 'hosts', pause: 2000 });
}

function make(host) {
  const cell = (numeric) => el('td', { class: numeric ? 'n' : null }), name = el('a', { 'data-nav': true, 'data-focus': host.host }, bdi(host.host)),
    bar = el('i', { class: 'bad' }), dot = el('i', {});
  const failed = el('a', { 'data-nav': true });
  const node = el('tr', {}, el('th', { scope: 'row' }, name), cell(true), cell(true), cell(true), el('td', { class: 'n' }, failed),
    el('td', { class: 'barred' }, el('span', { class: 'meter', 'aria-hidden': 'true' }, bar), el('span', {})),
      el('td', { class: 'barred' }, el('span', { class: 'speed', 'aria-hidden': 'true' }, dot), el('span', {})), cell(true));
  node.parts = { name, failed, bar, dot };
  return node;
}

function update(node, h) {
  const c = node.children, p = node.parts;
  setAttr(p.name, 'href', href({ filter: withFilter({ host: h.host }), view: 'overview' }));
  setAttr(p.failed, 'href', href({ filter: withFilter({ host: h.host, status: 'failed' }), view: 'overview' }));
  [h.jobs, h.running, h.complete].forEach((n, k) => setText(c[k + 1], number(n)));
  setText(p.failed, number(h.failed));
  setText(c[5].lastChild, percent(h.failed, h.jobs));
  p.bar.style.width = `${(100 * h.failed) / Math.max(1, h.jobs)}%`;
  show(c[6].firstChild, h.speed != null);
  const slow = h.speed != null && h.speed < 0.75;
  setText(c[6].lastChild, h.speed == null ? '\u2013' : h.speed.toFixed(2) + (slow ? ' slow' : ''));
  setAttr(p.dot, 'class', slow ? 'slow' : null);
  if (h.speed != null) p.dot.style.left = `${Math.min(100, 50 * h.speed)}%`;
  setText(c[7], number(h.timed));
}

function take({ hosts, more }) {
  keyed(rows, hosts, (h) => h.host, make, update);
  setText(note, hosts.length ? `${plural(hosts.length, 'host')}${more ? ` of ${number(hosts.length + more)}` : ''}, most failures first` : 'No job has run on a host yet.');
}
