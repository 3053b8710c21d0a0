// What is different in a report: the head, the list of its filters, and links that lead to what the report has.
import { bdi, el, exactTimes, setAttr, setText, show } from './dom.js';
import { number, visible } from './format.js';
import { contents, filterOf, has, hasFilter, inWords } from './frozen.js';
import { after, session } from './session.js';
import { filterText, href, limits, go, onState, parse, state } from './url.js';

const query = (filter, more = '') => [filter, more].filter(Boolean).join('&');
const at = (name, filter, more) => { const text = query(filter, more); return `/v1/${name}${text ? '?' + text : ''}`; };

// What of a state is not in the report, in words; null: all of it is there.
function absent(next) {
  const filter = filterText(next.filter);
  if (!hasFilter(filter)) return `a view of ${inWords(filter)}`;
  if (next.view !== 'overview' && !has(at(`view/${next.view}`, filter))) return `the ${next.view} of ${inWords(filter)}`;
  if (next.order !== 'number') return 'the mosaic in this order';
  if (!has(at('view/mosaic', filter, `order=number&colour=${next.colour}`))) return `the mosaic of ${inWords(filter)} by ${next.colour}`;
  return next.job && !has(`/v1/view/job?jid=${next.job}`) ? `job ${next.job}` : null;
}

// Several conditions at once are rarely in a report: then the one that a link adds is, in place of the others.
function nearest(url) {
  const next = parse(url.includes('?') ? url.slice(url.indexOf('?')) : '');
  if (!hasFilter(next.filter)) {
    const added = new URLSearchParams([...next.filter].filter(([name, value]) => !state.filter.getAll(name).includes(value)));
    if (added.size && hasFilter(added)) next.filter = added;
  }
  if (filterText(next.filter) !== filterText()) next.colour = has(at('view/mosaic', filterText(next.filter), `order=number&colour=${next.colour}`)) ? next.colour : 'status';
  return next;
}

function resolve(url) {
  const next = nearest(url);
  return absent(next) ? null : href(next);
}

function refused(url) {
  const next = nearest(url), what = absent(next), { again } = session.report;
  after.tell(visible(`Not in this report: ${what}.${next.job && what.startsWith('job') ? ` It is told by: jobmon show ${next.job}${again}` : ''}`), true);
}

// A link to what the report does not have is plain text.
function check(link) {
  const to = link.getAttribute('href');
  if (to == null) return;
  const target = resolve(to);
  if (target === null) link.removeAttribute('href');
  else setAttr(link, 'href', target);
}

function watchLinks() {
  const within = (node) => [...(node.matches?.('a[data-nav]') ? [node] : []), ...(node.querySelectorAll?.('a[data-nav]') ?? [])];
  new MutationObserver((records) => {
    const links = new Set();
    for (const { type, target, addedNodes } of records) {
      if (type === 'attributes') { if (target.matches('a[data-nav]')) links.add(target); } else for (const node of addedNodes) for (const link of within(node)) links.add(link);
    }
    links.forEach(check);
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['href'] });
}

/** The filters of the report, as a list to choose from. */
function offerFilters(section, filters) {
  const select = el('select', { 'aria-label': 'Jobs of this report', onchange: () => go({ filter: new URLSearchParams(select.value) }) },
    filters.map(({ filter, label, jobs }) => el('option', { value: filterOf(filter) }, `${visible(label)} (${number(jobs)})`)));
  const choose = () => { select.value = filterText(); };
  const row = section.querySelector('.row');
  show(row.firstChild, false); // the form for any filter
  row.prepend(el('label', { class: 'field' }, el('span', {}, 'Show'), select));
  onState(choose);
  choose();
}

// The two lists that most readers want, above the table.
function offerLists(section) {
  const failed = el('a', { 'data-nav': true }, 'failed, last ended first'), slowest = el('a', { 'data-nav': true }, 'slowest');
  const update = () => {
    setAttr(failed, 'href', href({ filter: new URLSearchParams('status=failed'), sort: '-end', job: '' }));
    setAttr(slowest, 'href', href({ filter: new URLSearchParams(), sort: '-time', job: '' }));
    setAttr(failed, 'aria-current', filterText() === 'status=failed' && state.sort === '-end' ? 'true' : null);
    setAttr(slowest, 'aria-current', filterText() === '' && state.sort === '-time' ? 'true' : null);
  };
  const list = el('span', { class: 'lists' }, 'List: ', hasFilter('status=failed') ? [failed, ', '] : null, slowest);
  section.querySelector('h2').after(list);
  onState(update);
  update();
}

/** Prepares the page; the parts are there, and show nothing yet. */
export async function startReport(parts) {
  const { filters } = await contents;
  exactTimes();
  Object.assign(limits, { resolve, refused });
  watchLinks();
  show(parts.link, false);
  offerFilters(parts.filter, filters);
  offerLists(parts.jobs);
  const { left_out: leftOut } = session.report;
  if (leftOut.length) parts.foot.append(el('p', { class: 'soft' }, visible(`Left out, to keep the file small: ${leftOut.join('; ')}.`)));
}

/** Shows what this is a report of. */
export function showReport(node) {
  const made = new Date(session.report.made).toISOString();
  const part = (title, ...words) => [el('span', { title }, ...words), ' '];
  node.replaceChildren(el('strong', {}, 'Report'), ' ', ...part('Directory of the monitor', 'of ', bdi(session.directory)),
    ...part('Host on which it was made', 'on ', bdi(session.host), ','), ...part(null, `made ${made.slice(0, 10)} ${made.slice(11, 16)} UTC,`),
    ...part('Version that made it', `jobmon ${visible(session.version)}`));
  setText(document.querySelector('#link .words'), 'report');
}
