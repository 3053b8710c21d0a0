// The table of jobs: pages of 100 by key, sortable, with a selection and its actions.
import { act } from './actions.js';
import { get, path } from './api.js';
import { bdi, button, el, keyed, replace, setAttr, setText, setTime, show, timeNode } from './dom.js';
import { bytes, duration, number, plural, visible } from './format.js';
import { icon, kindOf } from './icons.js';
import { Loader } from './loader.js';
import { session } from './session.js';
import { filterText, go, href, state, withFilter } from './url.js';

const limit = 100;
// key, heading, key to sort by, numeric, class
const columns = [
  ['jid', 'Job', 'jid', true], ['name', 'Name', 'name'], ['status', 'Status', 'status'], ['host', 'Host', 'host'],
  ['time', 'Time', 'time', true], ['memory', 'Memory', 'memory', true], ['wait', 'Wait', 'wait', true, 'wide'], ['cpu', 'CPU', 'cpu', true, 'wide'],
  ['attempts', 'Attempts', 'attempts', true], ['submitted', 'Submitted', 'submitted', true, 'wide'], ['end', 'Ended', 'end', true], ['error', 'Error', null],
];
const selected = new Set();
let table, title, status, more, bar, all, heads = new Map(), pages = [], loader, total = 0, note = '', onVisible;

/** Builds the section. */
export function startTable(section) {
  title = section.querySelector('h2');
  status = el('span', { class: 'soft', role: 'status' }, 'reading');
  bar = el('div', { class: 'tools' });
  section.querySelector('.head').append(status, bar);
  all = el('input', { type: 'checkbox', 'aria-label': 'Select all jobs that are listed', onchange: () => {
    for (const page of pages) for (const row of page.rows) if (all.checked) selected.add(row.jid); else selected.delete(row.jid);
    paintSelection();
  } });
  const head = el('tr', {}, el('th', { class: 'pick', scope: 'col' }, session.read_only ? el('span', { class: 'unseen' }, 'State') : all),
    columns.map(([key, text, sort, numeric, wide]) => {
    const th = el('th', { scope: 'col', class: [numeric && 'n', wide].filter(Boolean).join(' ') }, sort ? button(text, () => sortBy(sort, numeric)) : text);
    if (sort) heads.set(sort, th);
    return th;
  }));
  table = el('table', { class: 'jobs' }, el('caption', { class: 'unseen' }, 'Jobs that pass the filter'), el('thead', {}, head));
  more = button('Load more', () => loadMore(), { class: 'more', hidden: true });
  section.append(el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table of jobs' }, table), more);
  // A page of rows that comes onto the screen is asked again.
  onVisible = 'IntersectionObserver' in window ? new IntersectionObserver((entries) => {
    for (const e of entries) { e.target.jobmonPage.visible = e.isIntersecting; if (e.isIntersecting && e.target.jobmonPage.stale) loader.ask(); }
  }, { rootMargin: '200px' }) : null;
  loader = new Loader({ part: section, load, show: take, fail, wanted: () => state.view === 'overview', mark() { for (const page of pages) page.stale = true; } });
  reset();
  return loader;
}

function addPage(after) {
  const page = { after, rows: [], next: null, stale: true, visible: true, body: el('tbody', {}) };
  page.body.jobmonPage = page;
  pages.push(page);
  table.append(page.body);
  onVisible?.observe(page.body);
  return page;
}

function reset() {
  const kept = pages[0];
  for (const page of pages.slice(1)) { onVisible?.unobserve(page.body); page.body.remove(); }
  pages = kept ? [kept] : [];
  if (kept) Object.assign(kept, { stale: true, next: null, visible: true });
  else addPage(null);
}

function sortBy(key, numeric) {
  const down = state.sort === '-' + key, up = state.sort === key;
  go({ sort: up ? '-' + key : down ? key : numeric && key !== 'jid' ? '-' + key : key });
}

function loadMore() {
  const last = pages.at(-1);
  if (!last.next) return;
  more.disabled = true;
  addPage(last.next);
  loader.next = 0;
  loader.ask();
}

const key = () => filterText() + ' ' + state.sort;

// All stale pages that are on the screen, one after the other.
async function load(signal) {
  const done = [], asked = key();
  for (const page of pages) {
    if (!page.stale || !(page.visible || page === pages[0] && pages.length === 1)) continue;
    const answer = await get(path('view/rows', filterText(), { sort: state.sort, after: page.after, limit }), signal);
    page.stale = false;
    done.push([page, answer]);
    const next = pages[pages.indexOf(page) + 1];
    if (next && answer.next && next.after !== answer.next) Object.assign(next, { after: answer.next, stale: true });
  }
  return { asked, done };
}

function take({ asked, done }) {
  if (asked !== key()) return;
  for (const [page, answer] of done) {
    total = answer.count;
    note = answer.note ?? '';
    page.next = answer.next;
    page.rows = answer.rows;
  }
  // A job that moved from one page to another is listed once, where it was seen last.
  const fresh = new Set(done.flatMap(([, answer]) => answer.rows.map((r) => r.jid)));
  for (const page of pages) if (!done.some(([p]) => p === page)) page.rows = page.rows.filter((r) => !fresh.has(r.jid));
  for (const page of pages) keyed(page.body, page.rows, (r) => r.jid, make, update);
  const shown = pages.reduce((n, p) => n + p.rows.length, 0), next = pages.at(-1).next;
  setText(title, 'Jobs');
  setText(status, total ? `${number(shown)} of ${number(total)}${next ? '' : note}` : 'No job passes the filter.');
  show(more, next);
  more.disabled = false;
  setText(more, `Load ${Math.min(limit, Math.max(1, total - shown))} more`);
  paintSelection();
}

function fail(problem) {
  more.disabled = false;
  setText(status, visible(problem.text));
}

function make(row) {
  const tr = el('tr', {}), jid = row.jid;
  const pick = session.read_only ? null : el('input', { type: 'checkbox', 'aria-label': `Select job ${jid}`,
    onchange: (e) => { if (e.target.checked) selected.add(jid); else selected.delete(jid); paintSelection(); } });
  const p = tr.parts = { pick, link: el('a', { 'data-nav': true, class: 'jid', 'data-focus': jid }, jid), name: el('bdi', { dir: 'auto' }),
    params: el('span', { class: 'params' }), end: timeNode(null), submitted: timeNode(null), cells: {} };
  tr.append(el('td', { class: 'pick' }, pick));
  for (const [name, , , numeric, wide] of columns) {
    const td = p.cells[name] = el('td', { class: [numeric && 'n', wide, name].filter(Boolean).join(' ') });
    if (name === 'jid') td.append(p.link);
    if (name === 'name') td.append(p.name, p.params);
    if (name === 'end') td.append(p.end);
    if (name === 'submitted') td.append(p.submitted);
    tr.append(td);
  }
  return tr;
}

function update(tr, row) {
  const { cells: c, ...p } = tr.parts;
  tr.row = row;
  setAttr(p.link, 'href', href({ job: row.jid }));
  setText(p.name, visible(row.name));
  const params = Object.entries(row.params ?? {}).map(([k, v]) => `${k}=${v}`).join(' ');
  setText(p.params, visible(params));
  setAttr(c.name, 'title', visible(`${row.name} ${params}`));
  const mark = row.late ? 'late' : row.doubt ? 'unknown' : kindOf(row.status), text = row.late ? 'running, late' : row.doubt ? `${row.status}?` : row.status;
  replace(c.status, [mark, text, row.cause], () => el('span', { class: 'badge' }, icon(mark), text,
    row.cause && row.cause !== row.status ? el('span', { class: 'soft' }, row.cause.replaceAll('_', ' ')) : null));
  setAttr(c.status, 'title', row.doubt ? visible(row.doubt) : null);
  replace(c.host, [row.host, location.search], () => row.host && el('a',
    { 'data-nav': true, href: href({ filter: withFilter({ host: row.host }) }), 'aria-label': `Filter: host ${visible(row.host)}` }, bdi(row.host)));
  setText(c.time, duration(row.time));
  setText(c.memory, bytes(row.memory));
  setText(c.wait, duration(row.wait));
  setText(c.cpu, duration(row.cpu));
  setText(c.attempts, row.max_attempts ? `${row.attempts}/${row.max_attempts}` : row.attempts);
  setTime(p.end, row.finished);
  setTime(p.submitted, row.submitted);
  replace(c.error, [row.group, row.error, location.search], () => [
    row.group && el('a', { 'data-nav': true, class: 'id', href: href({ filter: withFilter({ error: row.group }) }),
      'aria-label': `Filter: group ${row.group}` }, row.group), row.error && bdi(row.error)]);
  setAttr(c.error, 'title', row.error ? visible(row.error) : null);
  setAttr(tr, 'data-open', String(row.jid) === state.job);
}

// Job numbers as the filter names them: "10-90,95".
function ranges(set) {
  const parts = [];
  for (const n of [...set].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last && last[1] === n - 1) last[1] = n; else parts.push([n, n]);
  }
  return parts.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join(',');
}

function paintSelection() {
  let listed = 0, on = 0;
  for (const page of pages) for (const tr of page.body.children) {
    listed += 1;
    const yes = selected.has(tr.row.jid);
    if (yes) on += 1;
    if (tr.parts.pick && tr.parts.pick.checked !== yes) tr.parts.pick.checked = yes;
    setAttr(tr, 'data-picked', yes);
  }
  all.checked = listed > 0 && on === listed;
  all.indeterminate = on > 0 && on < listed;
  if (session.read_only) return;
  const n = selected.size;
  replace(bar, [n, total, location.search], () => {
    const filter = n ? new URLSearchParams({ numbers: ranges(selected) }) : state.filter,
      what = n ? 'that are selected' : state.filter.size ? 'of the filter' : 'of all';
    if (!total && !n) return null;
    const go = (action, memory = null) => act({ action, filter, what, memory }),
      of = n ? plural(n, 'selected job') : state.filter.size ? `all ${number(total)} of the filter` : null;
    return of ? [el('span', { class: 'soft' }, `${of}:`), button('Retry', () => go('retry'), { 'aria-label': `Retry ${of}`, 'data-focus': 'retry' }),
      button('Retry with more memory', () => go('retry', '1.5x'), { 'aria-label': `Retry ${of} with more memory`, 'data-focus': 'memory' }),
      button('Cancel', () => go('cancel'), { 'aria-label': `Cancel ${of}`, 'data-focus': 'cancel' }),
        n ? button('Unselect', () => { selected.clear(); paintSelection(); }) : null] : el('span', { class: 'soft' }, 'Select rows or set a filter to act on jobs');
  });
}

/** Follows the URL: another filter or order starts from the first page. */
export function tableState(before) {
  for (const [name, th] of heads) setAttr(th, 'aria-sort', state.sort === name ? 'ascending' : state.sort === '-' + name ? 'descending' : null);
  if (!before || before.sort !== state.sort || filterText(before.filter) !== filterText()) {
    if (before && filterText(before.filter) !== filterText()) selected.clear();
    reset();
    loader.now();
  }
  for (const page of pages) for (const tr of page.body.children) update(tr, tr.row);
  paintSelection();
}

/** Moves the focus by `step` rows. */
export function moveRow(step) {
  const rows = [...table.querySelectorAll('tbody tr')], at = rows.indexOf(document.activeElement?.closest('tbody tr'));
  const next = rows[at < 0 ? (rows.findIndex((r) => r.dataset.open != null) + 1 || 1) - 1 : Math.max(0, Math.min(rows.length - 1, at + step))];
  next?.parts.link.focus();
  next?.scrollIntoView({ block: 'nearest' });
  if (next === rows.at(-1) && step > 0 && !more.hidden && !more.disabled) loadMore();
}

/** Selects or unselects the row with the focus. */
export function pickRow() { document.activeElement?.closest('tbody tr')?.parts?.pick?.click(); }
