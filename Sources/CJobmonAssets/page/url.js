// The state of the page lives in its URL: the filter, and the page's own names.

const own = ['view', 'sort', 'order', 'colour', 'job'];
const defaults = { view: 'overview', sort: 'jid', order: 'number', colour: 'status', job: '' };
const many = new Set(['status', 'cause', 'host', 'error', 'param']);
const listeners = [];

/** A report does not have every state: `resolve` gives the nearest URL that it has, or null, which `refused` tells. */
export const limits = { resolve: (url) => url, refused() {} };

/** The present state: { filter: URLSearchParams, view, sort, order, colour, job }. */
export let state = parse(location.search);

/** The state of a query. */
export function parse(search) {
  const query = new URLSearchParams(search), filter = new URLSearchParams(), result = { filter, ...defaults };
  for (const [name, value] of query) {
    if (own.includes(name)) result[name] = value || defaults[name];
    else filter.append(name, value);
  }
  return result;
}

/** The filter as a query string, in an order that does not depend on how it was reached. */
export function filterText(filter = state.filter) {
  const sorted = new URLSearchParams(filter);
  sorted.sort();
  return sorted.toString();
}

/** The URL of a state that differs from the present one by `changes`. */
export function href(changes = {}) {
  const next = { ...state, ...changes }, query = new URLSearchParams(filterText(next.filter));
  for (const name of own) if (next[name] && String(next[name]) !== defaults[name]) query.set(name, next[name]);
  const text = query.toString();
  return text ? '?' + text : location.pathname;
}

/** Goes to a state that differs from the present one by `changes`. */
export const go = (changes) => visit(href(changes));

/** Goes to a URL of this page without loading it again. */
export function visit(wanted) {
  const url = limits.resolve(wanted);
  // Controls show the state again that stays.
  if (url === null) { limits.refused(wanted); apply(); return; }
  if (url === location.search || (url === location.pathname && !location.search)) return;
  history.pushState(null, '', url);
  apply();
}

/** Calls `listener(state, before)` on every change. */
export const onState = (listener) => listeners.push(listener);

function apply() {
  const before = state;
  state = parse(location.search);
  for (const listener of listeners) listener(state, before);
}
addEventListener('popstate', apply);

// Links of the page are real links; a plain click does not load the page again.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-nav]');
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.hasAttribute('href')) visit(link.getAttribute('href'));
});

/** A copy of a filter with names set: a value, an array of values, or null to remove the name. */
export function withFilter(changes, base = state.filter) {
  const next = new URLSearchParams(base);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const v of [value].flat()) if (v != null && v !== '') next.append(name, v);
  }
  return next;
}

/** A copy of the filter with a condition added: to the others of its kind, or in place of the old one. */
export function addFilter(name, value, base = state.filter) {
  if (!many.has(name)) return withFilter({ [name]: value }, base);
  const next = new URLSearchParams(base);
  if (!next.getAll(name).includes(value)) next.append(name, value);
  return next;
}

/** A copy of the filter without one condition. */
export function dropFilter(name, value, base = state.filter) {
  return withFilter({ [name]: base.getAll(name).filter((v) => v !== value) }, base);
}

/** True when the filter holds exactly these values of a name. */
export function hasFilter(name, values, base = state.filter) {
  const held = base.getAll(name), wanted = [values].flat();
  return held.length === wanted.length && wanted.every((v) => held.includes(v));
}

/** The link target that sets a filter, or removes it when it is set already. */
export function toggleHref(name, values, more = {}) {
  const on = hasFilter(name, values);
  return { href: href({ filter: withFilter({ [name]: on ? null : values }), ...more }), on };
}
