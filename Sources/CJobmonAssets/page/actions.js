// Actions: count first, state the number, do exactly that number; mute and note of a group.
import { get, path, post } from './api.js';
import { bdi, button, commandBox, el, replace, setText, show } from './dom.js';
import { number, plural, visible } from './format.js';
import { after } from './session.js';

const factors = ['1.5x', '2x', '3x', '4x'];
let serial = 0;

function dialog(title) {
  const id = `dialog-${serial += 1}`, heading = el('h2', { id, tabindex: '-1' }, title), body = el('div', { class: 'body' }), foot = el('div', { class: 'foot' });
  const node = el('dialog', { 'aria-labelledby': id }, heading, body, foot), opener = document.activeElement;
  node.addEventListener('close', () => { node.remove(); if (opener?.isConnected) opener.focus({ preventScroll: true }); });
  node.addEventListener('click', (event) => { if (event.target === node) node.close(); });
  document.body.append(node);
  node.showModal();
  return { node, heading, body, foot };
}

function factorField(label, value, examples, changed) {
  const own = el('input', { hidden: true, 'aria-label': `${label}: own value`, placeholder: examples, size: 8, spellcheck: 'false' });
  const select = el('select', {}, el('option', { value: '' }, 'as requested before'),
    factors.map((f) => el('option', { value: f }, f.replace('x', '\u00d7 as much'))), el('option', { value: 'own' }, 'other\u2026'));
  select.value = value ?? '';
  const read = () => (select.value === 'own' ? own.value.trim() : select.value) || null;
  select.addEventListener('change', () => { show(own, select.value === 'own'); if (select.value === 'own') own.focus(); changed(); });
  own.addEventListener('change', changed);
  return { read, node: el('div', { class: 'field' }, el('label', {}, el('span', {}, label), select), own) };
}

const more = (memory, runtime) => (memory || runtime ? ' with ' + [memory && `${memory} memory`, runtime && `${runtime} time`].filter(Boolean).join(' and ') : '');

/**
 * Asks for a retry or a cancel of the jobs of a filter.
 * `what` completes "Retry 1,500 jobs ..."; `jid` is set when it is about one job.
 */
export function act({ action, filter, what = '', memory = null, runtime = null, jid = null }) {
  const verb = action === 'retry' ? 'Retry' : 'Cancel', { node, heading, body, foot } = dialog(`${verb} ${jid ? `job ${jid}` : `jobs ${what}`}: counting`);
  const text = el('p', { 'aria-live': 'polite' }), problem = el('p', { class: 'notice bad', role: 'alert', hidden: true }), hint = el('div', { class: 'hint' });
  const fields = action === 'retry' ? [factorField('Memory', memory, '8G', () => count()), factorField('Time limit', runtime, '2h', () => count())] : [];
  const confirm = button('Wait\u2026', () => (answer ? run() : count()), { class: action === 'retry' ? 'primary' : 'primary danger', disabled: true }),
    close = button('Close', () => node.close());
  const wanted = () => ({ memory: fields[0]?.read() ?? null, runtime: fields[1]?.read() ?? null });
  const query = jid ? `jid=${jid}` : filter.toString();
  let answer = null, asked = 0;
  body.append(text, el('div', { class: 'fields' }, fields.map((f) => f.node)), problem, hint);
  foot.append(close, confirm);
  count();

  async function count({ keeps = false } = {}) {
    const mine = asked += 1;
    confirm.disabled = true;
    try {
      const next = await get(path('view/count', query, wanted()));
      if (mine !== asked) return;
      answer = next;
      if (!keeps) show(problem, false);
      state();
    } catch (error) { if (mine === asked) fail(error); }
  }

  function state() {
    const n = answer[action], { memory: m, runtime: t } = wanted(), question = `${verb} ${jid ? `job ${jid}` : plural(n, 'job')}${more(m, t)}?`;
    setText(heading, n ? question : `Nothing to ${action}`);
    const rest = answer.jobs - n;
    setText(text, n ? `${jid ? '' : `${plural(n, 'job')} ${what}. `}${rest > 0 ? `${plural(rest, 'other job')} of this selection cannot be ${action === 'retry' ? 'retried' : 'cancelled'} in the present state.` : ''}`
      : `None of ${plural(answer.jobs, 'job')} can be ${action === 'retry' ? 'retried: only jobs that ended without being complete are retried' : 'cancelled: they have ended'}.`);
    show(text, text.textContent);
    setText(confirm, jid ? `${verb} job ${jid}` : `${verb} ${plural(n, 'job')}`);
    confirm.disabled = !n;
    if (n && action === 'retry' && (document.activeElement === close || node === document.activeElement || document.activeElement === heading || !node.contains(document.activeElement))) confirm.focus();
    hints(n);
  }

  // Where no queue works on these jobs, nothing would start them: say how to continue.
  function hints(n) {
    const live = answer.queues?.some((q) => q.live), names = (answer.queues ?? []).map((q) => q.name);
    replace(hint, [live, answer.continue, answer.command, n], () => [
      action === 'retry' && n && !live ? el('p', { class: 'soft' }, names.length ? ['No jobmon run works on queue ', bdi(names.join(', ')),
        ' now: the jobs will wait.'] : 'These jobs belong to no queue.',
        answer.continue ? ' To continue:' : '') : null,
      action === 'retry' && n && !live && answer.continue ? continueBox(answer.continue) : null,
      answer.command && n ? [el('p', { class: 'soft' }, 'The same in a terminal:'), commandBox(answer.command, 'the command')] : null,
    ].flat());
  }

  async function run() {
    const { memory: m, runtime: t } = wanted(), n = answer[action];
    confirm.disabled = true;
    show(problem, false);
    try {
      const result = await post('/v1/view/act', { action, filter: query, expect: n, memory: m, runtime: t });
      after.changed();
      finish(result);
    } catch (error) {
      if (error.status === 409) {
        setText(problem, 'The number changed while you looked. This is the new one:');
        show(problem, true);
        await count({ keeps: true });
      } else fail(error);
    }
  }

  function finish(result) {
    const done = `${plural(result.done, 'job')} ${action === 'retry' ? 'will be retried' : 'will be cancelled'}${result.repeated ? `, ${number(result.repeated)} already were` : ''}${result.refused ? `, ${number(result.refused)} refused` : ''}.`;
    after.tell(done);
    const stopped = action === 'retry' && !answer.queues?.some((q) => q.live) && answer.continue;
    if (!result.refused && !stopped) { node.close(); return; }
    setText(heading, done);
    const listed = result.refusals ?? [];
    body.replaceChildren(...[
      stopped ? el('p', {}, 'No jobmon run works on them now. To continue:') : null, stopped ? continueBox(answer.continue) : null,
      result.refused ? el('p', {}, `Refused (${number(Math.min(20, listed.length))} of ${number(result.refused)}):`) : null,
      result.refused ? el('ul', {}, listed.slice(0, 20).map((r) => el('li', {}, `job ${r.jid}: `, bdi(r.problem)))) : null].filter(Boolean));
    confirm.remove();
    close.focus();
  }

  function fail(error) {
    setText(problem, visible(error.text));
    show(problem, true);
    answer = null;
    setText(confirm, 'Try again');
    confirm.disabled = false;
  }
}

/** "run the same jobmon run again: jobmon run ..." -> the words, and the command in a box. */
export function continueBox(text) {
  const at = text.indexOf(': jobmon ');
  return at < 0 ? commandBox(text, 'the command that continues')
    : el('div', {}, el('p', { class: 'soft' }, visible(text.slice(0, at + 1))), commandBox(text.slice(at + 2), 'the command that continues'));
}

/** Mutes or unmutes a group. */
export async function setGroup(group, action, text = '') {
  try {
    await post('/v1/view/group', { group, action, text });
    after.changed();
    after.tell({ mute: `Group ${group} is muted.`, unmute: `Group ${group} is no longer muted.`, note: `Note on group ${group} saved.` }[action]);
    return true;
  } catch (error) { after.tell(visible(error.message), true); return false; }
}

/** Asks for the note of a group. */
export function notePrompt(group) {
  const { node, body, foot } = dialog(`Note on group ${group.group}`), field = el('textarea', { rows: 4, 'aria-label': 'Note', maxlength: 2000 });
  field.value = group.note ?? '';
  body.append(el('p', { class: 'soft' }, bdi(group.title)), field);
  foot.append(button('Close', () => node.close()), button('Save note', async () => {
    if (await setGroup(group.group, 'note', field.value)) node.close();
  }, { class: 'primary' }));
  field.focus();
}

/** A dialog with fixed content. */
export function inform(title, ...content) {
  const { node, body, foot } = dialog(title), close = button('Close', () => node.close());
  body.append(...content);
  foot.append(close);
  close.focus();
}
