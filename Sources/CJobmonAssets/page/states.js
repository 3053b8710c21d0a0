// States over time, and the quantile table of time, memory, wait and cpu.
import { Areas } from './areas.js';
import { bdi, el, keyed, setText, show } from './dom.js';
import { number, quantity } from './format.js';
import { go, withFilter } from './url.js';

const columns = ['min', 'p25', 'p50', 'p75', 'p95', 'max'];
let areas, rows, none, noneTime, box, table;

/** Builds both sections. */
export function startStates(section, quantiles) {
  box = el('div', { class: 'picture' });
  noneTime = el('p', { class: 'soft', hidden: true }, 'No job has started yet.');
  section.append(box, noneTime);
  areas = new Areas(box, { range: (from) => go({ filter: withFilter({ since: new Date(from).toISOString() }) }) });
  rows = el('tbody', {});
  table = el('table', { class: 'numbers' }, el('caption', { class: 'unseen' }, 'Quantiles of the jobs that have the value'),
    el('thead', {}, el('tr', {}, ['of each job', 'jobs', 'min', 'p25', 'median', 'p75', 'p95',
      'max'].map((name, k) => el('th', { scope: 'col', class: k ? 'n' : null }, name)))), rows);
  none = el('p', { class: 'soft', hidden: true }, 'No job has been measured yet.');
  quantiles.append(el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Quantile table' }, table), none);
}

/** Shows the states and the quantiles of /v1/view. */
export function showStates(view) {
  const any = view.states?.waiting?.length > 0;
  show(noneTime, !any);
  show(box, any);
  if (any) areas.show(view.states);
  const list = view.quantiles ?? [];
  show(none, !list.length);
  show(table, list.length);
  keyed(rows, list, (q) => q.what, (q) => el('tr', {}, el('th', { scope: 'row' }, bdi(q.what)), el('td', { class: 'n soft' }),
    columns.map((c) => el('td', { class: c === 'p50' ? 'n strong' : 'n' }))), (node, q) => {
    setText(node.children[1], number(q.jobs));
    columns.forEach((c, k) => setText(node.children[k + 2], quantity(q[c], q.unit)));
  });
}
