// The filter: a chip for each condition with a button that removes it, and a small form that adds conditions.
import { bdi, button, el, keyed, replace, setAttr, setText, show } from './dom.js';
import { visible } from './format.js';
import { addFilter, dropFilter, go, state } from './url.js';

export const statuses = ['queued', 'submitted', 'running', 'unknown', 'complete', 'failed', 'cancelled'];
export const causes = ['exit', 'signal', 'missing_output', 'reported_error', 'timeout', 'time_limit', 'out_of_memory', 'node_failure', 'preempted', 'requeued',
  'cancelled', 'submit_failed', 'not_started', 'lost'];
const names = { status: 'status', queue: 'queue', name: 'name', param: 'param', cause: 'cause', host: 'host', error: 'group', numbers: 'jobs', since: 'since' };

let chips, form, toggle, clear, lists = {};

/** Builds chips and form; `hint` is the placeholder shown when there is no filter. */
export function startFilter(section) {
  const options = (values) => [el('option', { value: '' }, 'any'), values.map((v) => el('option', { value: v }, v.replaceAll('_', ' ')))];
  const field = (name, label, control) => el('label', { class: 'field' }, el('span', {}, label), control);
  const input = (name, placeholder, list) => el('input', { name, placeholder, autocomplete: 'off', spellcheck: 'false', list: list && `list-${name}` });
  for (const name of ['queue', 'param', 'error']) lists[name] = el('datalist', { id: `list-${name}` });
  form = el('form', { id: 'filter-form', hidden: true, onsubmit: submit, 'aria-label': 'Add to the filter' },
    field('name', 'Name (glob)', input('name', 'fit*')),
    field('status', 'Status', el('select', { name: 'status' }, options(statuses))),
    field('cause', 'Cause', el('select', { name: 'cause' }, options(causes))),
    field('error', 'Group', input('error', 'E3', true)),
    field('queue', 'Queue', input('queue', '', true)),
    field('host', 'Host', input('host', 'n07')),
    field('param', 'Param', input('param', 'year=1990', true)),
    field('numbers', 'Job numbers', input('numbers', '10-90,95')),
    el('span', { class: 'buttons' }, el('button', { type: 'submit', class: 'primary' }, 'Apply'), button('Close', () => open(false))),
    Object.values(lists));
  form.addEventListener('keydown', (event) => { if (event.key === 'Escape') { event.stopPropagation(); open(false); } });
  toggle = button('Filter', () => open(form.hidden), { class: 'quiet', 'aria-expanded': 'false', 'aria-controls': 'filter-form', 'aria-keyshortcuts': '/',
    title: 'Add to the filter (/)' });
  chips = el('ul', { class: 'chips', 'aria-label': 'Conditions of the filter' });
  clear = button('Clear', () => go({ filter: new URLSearchParams() }), { class: 'quiet', 'aria-label': 'Remove all conditions' });
  section.append(el('div', { class: 'row' }, toggle, chips, clear), form);
}

function open(yes) {
  show(form, yes);
  setAttr(toggle, 'aria-expanded', String(yes));
  (yes ? form.elements.name : toggle).focus();
}

/** Opens the form and puts the focus into it. */
export const focusFilter = () => open(true);

function submit(event) {
  event.preventDefault();
  let filter = new URLSearchParams(state.filter);
  for (const [name, value] of new FormData(form)) if (value.trim()) filter = addFilter(name, value.trim(), filter);
  form.reset();
  go({ filter });
}

/** Shows the conditions of the URL, and what the form can complete. */
export function showFilter(view) {
  const conditions = [...state.filter].map(([name, value]) => ({ name, value }));
  show(clear, conditions.length > 0);
  show(chips, conditions.length > 0);
  keyed(chips, conditions, (c) => `${c.name}=${c.value}`, ({ name, value }) => {
    const text = value === 'true' ? name : `${names[name] ?? visible(name)}: `;
    return el('li', {}, el('span', {}, text, value === 'true' ? null : bdi(value)),
      button('\u00d7', () => go({ filter: dropFilter(name, value) }), { 'aria-label': `Remove the condition ${visible(name)} ${visible(value)}` }));
  }, () => {});
  if (!view) return;
  const fill = (name, values) => replace(lists[name], values, () => values.map(([value, label]) => el('option', { value }, label && visible(label))));
  fill('queue', (view.queues ?? []).map((q) => [q.name]));
  fill('error', (view.groups ?? []).map((g) => [g.group, g.title]));
}

/** Offers the names of the params in the form. */
export function showParams(params) {
  replace(lists.param, params, () => params.map((p) => el('option', { value: p.name + '=' })));
}

/** Shows what is wrong with the filter of the URL, or nothing. */
export function showFilterProblem(box, problem) {
  show(box, problem);
  if (problem) {
    replace(box, [problem.message, problem.hint, state.filter.toString()], () => [el('span', {}, visible(problem.text)), ' ',
      state.filter.size ? button('Remove the filter', () => go({ filter: new URLSearchParams() })) : null]);
  } else { setText(box, ''); box.jobmonKey = null; }
}
