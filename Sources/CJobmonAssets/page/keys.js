// The keyboard, and the dialog that documents it.
import { inform } from './actions.js';
import { el, typing } from './dom.js';
import { focusFilter } from './filter.js';
import { closeJob } from './job.js';
import { session } from './session.js';
import { moveRow, pickRow } from './table.js';
import { go, state } from './url.js';

const help = [
  ['/', 'Filter: open the form'], ['g', 'Go to the groups of failures'], ['t', 'Go to the table of jobs'], ['j', 'Next row of the table'],
    ['k', 'Previous row of the table'], ['x', 'Select or unselect the row'],
  ['Enter', 'Open the job, follow the link'], ['Escape', 'Close the job, the form or the dialog'], ['?', 'This help'],
];
const stored = 'jobmon-keys';
let on = true;
try { on = localStorage.getItem(stored) !== 'off'; } catch { /* no storage: the keys stay on */ }

function showHelp() {
  const check = el('input', { type: 'checkbox', onchange: () => { on = check.checked; try { localStorage.setItem(stored,
    on ? 'on' : 'off'); } catch { /* not kept */ } } });
  check.checked = on;
  inform('Keys and help', el('table', { class: 'keys' }, el('tbody', {},
    help.filter(([key]) => !(session.report && '/x'.includes(key))).map(([key, text]) => el('tr', {}, el('th', { scope: 'row' }, el('kbd', {}, key)), el('td', {}, text))))),
    el('label', { class: 'check' }, check, ' Use single-letter keys'),
    el('p', { class: 'soft' }, 'In the pictures: the arrow keys move, Enter opens, dragging selects a range. Every number is a link that filters; the filter stands in the address of the page, so that the address can be kept and shared.'));
}

function focus(id) {
  if (state.view !== 'overview') go({ view: 'overview' });
  const node = document.getElementById(id);
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: 'start' });
}

/** Connects the keyboard. */
export function startKeys(helpButton) {
  helpButton.addEventListener('click', showHelp);
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') { if (!typing(event.target)) closeJob(); return; }
    if (!on || typing(event.target)) return;
    const run = { '/': session.report ? null : focusFilter, '?': showHelp, g: () => focus('groups'), t: () => focus('jobs'), j: () => moveRow(1), k: () => moveRow(-1),
      x: pickRow }[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });
}
