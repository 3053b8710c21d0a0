// The first line: how many jobs are done, running, waiting, failed and late, how fast, until when; and where this is.
import { bdi, el, refreshTimes, replace, setAttr, setText, setTime, show, timeNode } from './dom.js';
import { number, percent, plural, rate, roughly, visible } from './format.js';
import { icon } from './icons.js';
import { hasFilter, href, state, withFilter } from './url.js';

const parts = [
  ['done', 'complete', ['complete'], (j) => j.complete],
  ['running', 'running', ['running'], (j) => j.running],
  ['waiting', 'waiting', ['queued', 'submitted'], (j) => j.queued + j.submitted],
  ['failed', 'failed', ['failed'], (j) => j.failed],
  ['unknown', 'unknown', ['unknown'], (j) => j.unknown],
  ['cancelled', 'cancelled', ['cancelled'], (j) => j.cancelled],
];

const items = new Map();
let bar, line, all, announced = { at: 0, text: '', timer: 0 };

function item(name, kind) {
  const value = el('b', {}), link = el('a', { 'data-nav': true, class: `figure ${kind ?? ''}` }, kind ? icon(kind) : null, value, ' ', el('span', {}, name));
  items.set(name, { link, value });
  return link;
}

/** Builds the line. */
export function startSummary(section) {
  all = item('jobs');
  const last = el('a', { 'data-nav': true, class: 'figure' }, el('span', {}, 'last finished '), timeNode(null));
  items.set('last', { link: last, value: last.lastChild });
  line = el('div', { class: 'figures' }, all, parts.map(([name, kind]) => item(name, kind)), item('late', 'late'), item('doubtful', 'unknown'),
    el('span', { class: 'gap' }), item('rate'), item('to go'), last);
  bar = el('div', { class: 'progress', role: 'img' }, parts.map(([, kind]) => el('i', { class: kind })));
  section.append(line, bar);
  setInterval(() => { if (!document.hidden) refreshTimes(); }, 1000);
}

function put(name, text, changes, wanted = true, on = false, title = null) {
  const { link, value } = items.get(name);
  show(link, wanted);
  if (!wanted) return;
  if (text != null) setText(value, text);
  setAttr(link, 'href', href(changes));
  setAttr(link, 'aria-current', on ? 'true' : null);
  setAttr(link, 'title', title);
}

// "26 min (21 to 34 min)": the unit once where both ends have the same.
function interval({ seconds, low, high }) {
  const [a, b] = [roughly(low), roughly(high)], [n, unit] = a.split(' ');
  if (a === b) return roughly(seconds);
  return `${roughly(seconds)} (${a.split(' ').length === 2 && b.split(' ').length === 2 && b.endsWith(' ' + unit) ? n : a} to ${b})`;
}

/** Shows the numbers of /v1/view. */
export function showSummary(view, live) {
  const jobs = view.jobs, selected = view.selected ?? view.total, base = withFilter({ status: null, late: null, doubtful: null });
  const filtered = selected !== view.total || state.filter.size > 0;
  put('jobs', filtered ? `${number(selected)} of ${number(view.total)}` : number(view.total), { filter: new URLSearchParams(), view: 'overview' }, true, false,
    filtered ? 'Show all jobs' : null);
  for (const [name, , statuses, count] of parts) {
    const on = hasFilter('status', statuses), n = count(jobs);
    put(name, number(n), { filter: withFilter({ status: on ? null : statuses }, base) }, n > 0 || !['unknown', 'cancelled'].includes(name) || on, on,
      percent(n, selected));
    setAttr(items.get(name).link, 'data-zero', n === 0);
  }
  for (const name of ['late', 'doubtful']) {
    const on = state.filter.has(name), n = view[name] ?? 0;
    put(name, number(n), { filter: withFilter({ [name]: on ? null : 'true' }, base) }, n > 0 || on || name === 'late', on,
      name === 'late' ? 'Running jobs that have been silent for longer than expected' : 'Complete, but there is reason to doubt it');
    setAttr(items.get(name).link, 'data-zero', n === 0);
  }
  const left = jobs.queued + jobs.submitted + jobs.running + jobs.unknown, eta = view.eta;
  put('rate', rate(view.rate), { view: 'timeline' }, view.rate != null, false, 'Jobs ended per second, recently');
  setText(items.get('rate').link.lastChild, '');
  put('to go', eta ? interval(eta) : left ? 'ETA unknown' : '', { filter: withFilter({ status: ['queued', 'submitted', 'running', 'unknown'] }, base) },
    Boolean(left) && view.ready !== false, false, eta ? 'Estimated time to go, with its interval' : 'Too few jobs have ended to tell');
  setText(items.get('to go').link.lastChild, eta ? 'to go' : '');
  put('last', null, { sort: '-end', view: 'overview' }, Boolean(view.last_finished));
  setTime(items.get('last').value, view.last_finished);
  parts.forEach(([, , , count], k) => { bar.children[k].style.flexGrow = count(jobs); });
  const said = parts.map(([name, , , count]) => [count(jobs), name]).filter(([n]) => n).map(([n, name]) => `${number(n)} ${name}`).join(', ');
  setAttr(bar, 'aria-label', `Of ${plural(selected, 'job')}: ${said}`);
  announce(live, said);
  document.title = `${jobs.failed ? number(jobs.failed) + ' failed, ' : ''}${percent(jobs.complete, selected)} done \u2013 jobmon`;
}

// Screen readers hear the numbers at most every 20 s, and only when they changed.
function announce(live, text) {
  if (text === announced.text) return;
  announced.text = text;
  if (announced.timer) return;
  announced.timer = setTimeout(() => {
    announced.timer = 0;
    announced.at = Date.now();
    setText(live, announced.text);
  }, Math.max(1000, announced.at + 20000 - Date.now()));
}

/** Shows queue, directory and host of the monitor. */
export function showPlace(node, session, queues) {
  const shown = queues.slice(0, 3);
  replace(node, [session.directory, session.host, session.read_only, session.expires, queues.map((q) => [q.name, q.live]), location.search], () => [
    ...shown.map((q) => el('a', { 'data-nav': true, class: 'queue', href: href({ filter: withFilter({ queue: q.name }) }),
      title: `${plural(q.jobs, 'job')}; ${q.live ? 'a jobmon run works on it now' : 'no jobmon run works on it now'}` },
      'queue ', bdi(q.name), q.live ? ' \u25cf running' : ' \u25cb stopped')),
    queues.length > 3 ? el('span', { title: queues.slice(3).map((q) => visible(q.name)).join(', ') }, `and ${plural(queues.length - 3, 'more queue')}`) : null,
    el('span', { title: 'Directory of the monitor' }, bdi(session.directory)),
    el('span', { title: 'Host of the monitor' }, 'on ', bdi(session.host)),
    session.read_only ? el('strong', {}, 'read-only link', session.expires ? [', ends ', timeNode(session.expires)] : null) : null,
  ]);
}
