// The answers of a report: they are inside its file, and nothing is asked of anybody. In a report this module takes the
// place of api.js, whose names it has.
import { Problem } from './api.js';
export { hooks, path, Problem } from './api.js';

/** The filter of a query, in the order of filterText(). */
export function filterOf(query, ...others) {
  const filter = new URLSearchParams(query);
  for (const name of others) filter.delete(name);
  filter.sort();
  return filter.toString();
}

/** A path with its query, however it is written. */
function question(text) {
  const at = text.indexOf('?'), query = at < 0 ? '' : filterOf(text.slice(at + 1));
  return (at < 0 ? text : text.slice(0, at)) + (query ? '?' + query : '');
}

// Each part of the file is gzip in base64, which needs no escape in markup, and is unpacked when it is first needed.
async function unpacked(number) {
  const text = document.getElementById(`part-${number}`).textContent;
  let bytes;
  if (Uint8Array.fromBase64) bytes = Uint8Array.fromBase64(text);
  else {
    const characters = atob(text), { length } = characters;
    bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = characters.charCodeAt(i);
  }
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
}

const parts = new Map();
const once = (number, kind) => {
  if (!parts.has(number)) parts.set(number, unpacked(number).then((answer) => answer[kind]()));
  return parts.get(number);
};

let places = null, lists = new Map(), filters = new Set();
/** What the report is of, and which answers it has. */
export const contents = once(0, 'json').then((found) => {
  places = new Map(Object.entries(found.places).map(([text, number]) => [question(text), number]));
  filters = new Set(found.filters.map(({ filter }) => filterOf(filter)));
  for (const key of places.keys()) {
    if (!key.startsWith('/v1/view/rows?')) continue;
    const query = new URLSearchParams(key.slice(14)), filter = filterOf(query, 'sort');
    lists.set(filter, [...lists.get(filter) ?? [], { sort: query.get('sort'), key }]);
  }
  return found;
});

/** Whether the report has the answer to a question; false before `contents` is resolved. */
export const has = (path) => places?.has(question(path)) ?? false;

/** Whether the report has the overview of a filter. */
export const hasFilter = (filter) => filters.has(filterOf(filter));

const missing = (what) => new Problem(404, { code: 'not_found', message: `Not in this report: ${what}.` });

/** A filter in words. */
export const inWords = (filter) => [...new URLSearchParams(filter)].map(([name, value]) => (value === 'true' ? name : `${name} ${value}`)).join(', ')
  || 'all jobs';

async function json(path) {
  await contents;
  const key = question(path), number = places.get(key);
  if (number == null) {
    const query = key.includes('?') ? key.slice(key.indexOf('?')) : '', jid = new URLSearchParams(query).get('jid');
    throw missing(jid ? `job ${jid}` : query ? inWords(query) : 'this view');
  }
  const part = await once(number, 'json');
  if (!part.asked) {
    part.asked = new Map(Object.entries(part.answers).map(([text, answer]) => [question(text), answer]));
  }
  return part.asked.get(key);
}

// Rows

const byKey = {
  jid: (r) => r.jid, name: (r) => r.name, status: (r) => r.status, host: (r) => r.host, time: (r) => r.time, memory: (r) => r.memory, wait: (r) => r.wait,
  cpu: (r) => r.cpu, attempts: (r) => r.attempts, submitted: (r) => r.submitted, end: (r) => r.finished,
};

/** Rows in an order; those without the value are last in both directions. */
export function sorted(rows, sort) {
  const down = sort.startsWith('-'), key = byKey[down ? sort.slice(1) : sort] ?? byKey.jid, sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x == null || y == null) return (x == null) - (y == null) || a.jid - b.jid;
    return x < y ? -sign : x > y ? sign : a.jid - b.jid;
  });
}

const firsts = { '-end': 'that ended last', '-time': 'that took longest', jid: 'with the lowest numbers' };

async function rows(query) {
  await contents;
  const filter = filterOf(query, 'sort', 'after', 'limit'), sort = query.get('sort') || 'jid', held = lists.get(filter);
  if (!held) throw missing(`the jobs of ${inWords(filter)}`);
  const exact = held.find((list) => list.sort === sort), list = exact ?? held[0], answer = await json(list.key);
  const all = exact ? answer.rows : sorted(answer.rows, sort), at = Number(query.get('after') || 0), end = at + Number(query.get('limit') || 100);
  const note = answer.count === answer.rows.length ? '' : exact ? '; the report has no more of them'
    : `; sorted are the ${answer.rows.length.toLocaleString('en-US')} that the report has, those ${firsts[list.sort] ?? ''}`;
  return { count: answer.count, rows: all.slice(at, end), next: end < all.length ? String(end) : null, note };
}

// The mosaic

const views = new Map();

/** An answer of the mosaic: header, and where its cells are. */
function mosaic(path) {
  const key = question(path);
  if (!views.has(key)) {
    views.set(key, contents.then(async () => {
      const number = places.get(key);
      if (number == null) throw missing('the mosaic in this order and colour');
      const data = await once(number, 'arrayBuffer'), size = new DataView(data).getUint32(0, true);
      return { data, header: JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size))), at: 4 + size };
    }));
  }
  return views.get(key);
}

const plain = (filter, colour = 'status') => `/v1/view/mosaic?${filter ? filter + '&' : ''}order=number&colour=${colour}`;

/** The number at a position of "1-100,105". */
export function numberAt(text, position) {
  for (const range of text.split(',')) {
    const [from, to = from] = range.split('-').map(Number);
    if (position <= to - from) return from + position;
    position -= to - from + 1;
  }
  return null;
}

// What is known of a job that stands in the mosaic: its row if it is in a table, else its number and its status.
async function cell(query) {
  await contents;
  const filter = filterOf(query, 'order', 'at'), at = Number(query.get('at')), { numbers } = await contents;
  const known = Object.entries(numbers).find(([text]) => filterOf(text) === filter)?.[1], jid = known == null ? null : numberAt(known, at);
  if (jid == null || query.get('order') !== 'number') throw missing('the number of this job');
  for (const list of [...lists.get('status=failed') ?? [], ...lists.get(filter) ?? [], ...lists.get('') ?? []]) {
    const row = (await json(list.key)).rows.find((r) => r.jid === jid);
    if (row) return { ...row, position: at };
  }
  const { header, data, at: begin } = await mosaic(plain(filter)), value = new Uint8Array(data, begin, header.cells)[at];
  return { jid, position: at, status: header.legend.find((entry) => entry.value === value)?.label ?? '' };
}

// The timeline

// A part of the time: whole steps of the one that is there.
async function timeline(query) {
  const whole = await json(`/v1/view/timeline?${filterOf(query, 'from', 'to', 'buckets')}`), step = (whole.to - whole.from) / whole.buckets;
  const [from, to] = ['from', 'to'].map((name) => (query.get(name) ? Number(query.get(name)) : whole[name]));
  const first = Math.max(0, Math.min(whole.buckets - 1, Math.floor((from - whole.from) / step))),
    last = Math.max(first + 1, Math.min(whole.buckets, Math.ceil((to - whole.from) / step)));
  return { ...whole, from: whole.from + first * step, to: whole.from + last * step, buckets: last - first,
    lanes: whole.lanes.map((lane) => ({ ...lane, running: lane.running.slice(first, last), failed: lane.failed.slice(first, last) })) };
}

const special = {
  '/v1/session': async () => (await contents).session,
  '/v1/view/params': async () => ({ params: [] }),
  '/v1/view/rows': rows, '/v1/view/cell': cell, '/v1/view/timeline': timeline,
  '/v1/view/brush': async () => { throw missing('a selection of cells; it has the filters that it lists'); },
};

/** In place of a GET of a JSON answer. */
export async function get(path) {
  const [name, query = ''] = path.split('?');
  return special[name] ? special[name](new URLSearchParams(query)) : json(path);
}

/** In place of a GET of the mosaic. What is shown already has no changes. */
export async function getBytes(path) {
  const [name, query] = path.split('?'), known = new URLSearchParams(query).get('known');
  const { data, header } = await mosaic(`${name}?${filterOf(query, 'known')}`);
  if (known == null) return data.slice(0); // cells are changed in place by who shows them
  const text = new TextEncoder().encode(JSON.stringify({ ...header, rows: null, patch: true, changes: 0 })), answer = new Uint8Array(4 + text.length);
  new DataView(answer.buffer).setUint32(0, text.length, true);
  answer.set(text, 4);
  return answer.buffer;
}

/** Nothing is changed from a report. */
export const post = async () => { throw missing('actions'); };
export const leave = post;
