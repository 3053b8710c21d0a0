// The mosaic with its order and colour choices, its legend with numbers, hover, brush and open.
import { get, getBytes, path } from './api.js';
import { el, keyed, replace, setAttr, setText, show } from './dom.js';
import { number, plural, visible } from './format.js';
import { icon, statusesOf } from './icons.js';
import { Loader } from './loader.js';
import { Mosaic } from './mosaic.js';
import { styles } from './mosaic-paint.js';
import { session } from './session.js';
import { filterText, go, state, toggleHref, withFilter } from './url.js';
import { causes } from './filter.js';

const colours = { status: 'status', cause: 'cause of the failure', group: 'group of the failure', time: 'time', memory: 'memory', attempts: 'attempts' };
const orders = { number: 'job number', end: 'time of the end', host: 'host' };
let mosaic, legend, order, second, secondField, colour, note, loader, held = null, params = [], asking = null, waiting = null;

let drawn;
/** Resolved when the first picture is drawn. */
export const boardDrawn = new Promise((done) => { drawn = done; });

const what = () => JSON.stringify([filterText(), state.order, state.colour]);

/** Builds the section. */
export function startBoard(section) {
  const select = (label, values, change) => {
    const node = el('select', { onchange: change, 'aria-label': label }, Object.entries(values).map(([value, text]) => el('option', { value }, text)));
    return [node, el('label', { class: 'field' }, el('span', {}, label), node)];
  };
  const [orderNode, orderField] = select('Order', orders, chosen);
  const [secondNode, secondLabel] = select('then by', { '': 'nothing else' }, chosen);
  const [colourNode, colourField] = select('Colour', colours, () => go({ colour: colour.value }));
  [order, second, secondField, colour] = [orderNode, secondNode, secondLabel, colourNode];
  show(orderField, !session.report); // a report has one order
  note = el('span', { class: 'soft' });
  section.querySelector('.head').append(note, el('div', { class: 'tools' }, orderField, secondField, colourField));
  const box = el('div', { class: 'picture' });
  legend = el('ul', { class: 'legend', 'aria-label': 'Legend' });
  section.append(box, legend);
  mosaic = new Mosaic(box, {
    open: (position) => get(path('view/cell', filterText(), { order: state.order, at: position })).then((row) => go({ job: String(row.jid) }),
      (problem) => { if (session.report) setText(note, visible(problem.message)); }),
    hover, brush, describe,
  });
  loader = new Loader({ part: section, load, show: take, pause: 300, fail: (problem) => setText(note, visible(problem.message)), wanted: () => state.view === 'overview' });
  showChoices();
  return loader;
}

function chosen() {
  go({ order: order.value.startsWith('param:') && second.value && second.value !== order.value ? `${order.value},${second.value}` : order.value });
}

/** Offers the params as orders: one, or two as a grid. */
export function offerParams(list) {
  params = list;
  const name = (p) => `param:${p.name}`, option = (p) => el('option', { value: name(p) }, visible(p.name) + (p.values ? ` (${number(p.values)} values)` : ''));
  replace(order, [params], () => [...Object.entries(orders).map(([value, text]) => el('option', { value }, text)), ...params.map(option)]);
  replace(second, [params], () => [el('option', { value: '' }, 'nothing else'), ...params.map(option)]);
  showChoices();
}

function showChoices() {
  const [one, two] = state.order.split(',');
  order.value = one;
  second.value = two ?? '';
  colour.value = state.colour;
  show(secondField, one.startsWith('param:') && params.length > 1);
}

async function load(signal) {
  const key = what(), since = held?.key === key && !held.gone ? held.version : null;
  const data = await getBytes(path('view/mosaic', filterText(), { order: state.order, colour: state.colour, known: since }), signal);
  const size = new DataView(data).getUint32(0, true), header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size)));
  return { key, header, data, at: 4 + size };
}

// The header has any length, so words are copied to where they are aligned.
function take({ key, header, data, at }) {
  if (key !== what()) return;
  const before = held;
  // The label of the picture is made of it.
  held = { key, version: header.version, header: { ...(header.patch ? held.header : {}), ...header, rows: header.rows ?? held?.header.rows } };
  if (header.patch) {
    const n = header.changes ?? (data.byteLength - at) / 5;
    if (n) mosaic.patch(new Uint32Array(data.slice(at, at + 4 * n)), new Uint8Array(data, at + 4 * n, n));
  } else {
    const words = header.rows && header.columns ? header.rows.values.length * header.columns.values.length : 0;
    const counts = words ? new Uint32Array(data.slice(at, at + 4 * words)) : null;
    try { mosaic.show({ header, counts, cells: new Uint8Array(data, at + 4 * words, header.cells) }); } catch (error) { held = before; throw error; }
  }
  drawn();
  setText(note, header.cells ? '' : 'No job passes the filter.');
  showLegend();
}

/** After the monitor was away: its versions may count from somewhere else. */
export function forgetVersion() { if (held) held.gone = true; }

// The condition of the filter that a legend entry stands for, or null.
function condition(entry) {
  if (entry.filter) { const [[name, value]] = [...new URLSearchParams(entry.filter)]; return [name, [value]]; }
  const { colour: shown } = held.header;
  if (shown === 'group' && /^E\d+/.test(entry.label)) return ['error', [entry.label.match(/^E\d+/)[0]]];
  if (shown === 'cause' && causes.includes(entry.label)) return ['cause', [entry.label]];
  if (entry.level != null || entry.kind === 'none') return null;
  if (entry.kind === 'late') return ['late', ['true']];
  return ['attempts', 'time', 'memory'].includes(shown) && entry.label !== entry.kind ? null : ['status', statusesOf(entry.kind)];
}

function showLegend() {
  const look = styles(held.header);
  keyed(legend, (held.header.legend ?? []).filter((e) => e.jobs > 0), (e) => `${held.header.colour} ${e.value} ${e.label}`, (e) => {
    const colourOf = look.get(e.value)?.colour ?? e.kind, plain = colourOf === e.kind;
    const mark = plain ? icon(e.kind) : el('i', { class: 'swatch' });
    if (!plain) mark.style.background = `var(--${colourOf})`;
    return el('li', {}, el(condition(e) ? 'a' : 'span', { 'data-nav': condition(e) ? true : null, 'data-focus': e.value }, mark,
      el('bdi', {}, visible(e.label)), ' ', el('b', {})));
  }, (node, e) => {
    const part = node.firstChild, target = condition(e);
    setText(part.lastChild, number(e.jobs));
    if (!target) return;
    const { href: to, on } = toggleHref(...target);
    setAttr(part, 'href', to);
    setAttr(part, 'aria-current', on ? 'true' : null);
  });
}

// One request at a time; only the last position that was asked for is asked next.
function hover(position) {
  waiting = position;
  if (position == null || asking) return;
  asking = setTimeout(async () => {
    const at = waiting;
    if (at != null) {
      try {
        const row = await get(path('view/cell', filterText(), { order: state.order, at }));
        if (waiting === at) mosaic.tell(at, row);
      } catch { /* the cell is gone, or the monitor is away: no tip */ }
    }
    asking = null;
    if (waiting != null && waiting !== at) hover(waiting);
  }, 60);
}

async function brush(from, to) {
  try {
    const answer = await get(path('view/brush', filterText(), { order: state.order, from, to }));
    let filter = state.filter;
    for (const name of new Set(new URLSearchParams(answer.filter).keys())) filter = withFilter({ [name]: new URLSearchParams(answer.filter).getAll(name) }, filter);
    go({ filter });
  } catch (problem) { setText(note, visible(problem.text)); }
}

function describe() {
  const h = held?.header;
  if (!h) return 'Mosaic of all jobs; not loaded yet.';
  const [one, two] = h.order.split(',').map((o) => o.replace('param:', ''));
  return `Mosaic of ${plural(h.cells, 'job')}, ordered by ${two ? `${visible(one)} and ${visible(two)}` : orders[one] ?? visible(one)}, coloured by ${colours[h.colour]}: `
    + h.legend.filter((e) => e.jobs).map((e) => `${number(e.jobs)} ${visible(e.label)}`).join(', ') + '.';
}

/** Follows the URL: another filter, order or colour; the job that is open is marked where its position is its number. */
export function boardState(before) {
  showChoices();
  if (held) showLegend();
  if (before.order !== state.order || before.colour !== state.colour || filterText(before.filter) !== filterText()) loader.now();
  markJob();
}

function markJob() {
  const plain = state.order === 'number' && !state.filter.size;
  mosaic.select(plain && state.job ? Number(state.job) - 1 : null);
}
