// One job: attempts, explanation with its evidence, the error with the user's own frame, output, the command, actions.
import { act, continueBox } from './actions.js';
import { get, path } from './api.js';
import { bdi, button, commandBox, el, replace, setText, show, timeNode } from './dom.js';
import { bytes, duration, visible, visibleLines } from './format.js';
import { badge, icon, kindOf } from './icons.js';
import { Loader } from './loader.js';
import { Output } from './output.js';
import { session } from './session.js';
import { go, href, state, withFilter } from './url.js';

let panel, title, parts, output = null, loader, opener = null;

/** Builds the panel. */
export function startJob(aside) {
  panel = aside;
  title = el('h2', { id: 'job-title', tabindex: '-1' });
  parts = Object.fromEntries(['state', 'actions', 'why', 'error', 'attempts', 'output', 'command',
    'facts'].map((name) => [name, el('div', { class: `part part-${name}` })]));
  panel.append(el('div', { class: 'head' }, title, button('\u00d7', closeJob,
    { class: 'quiet close', 'aria-label': 'Close the job', title: 'Close (Escape)' })), ...Object.values(parts));
  loader = new Loader({ load: (signal) => get(path('view/job', '', { jid: state.job }), signal), show: showJob, fail, wanted: () => Boolean(state.job),
    pause: 1500 });
  return loader;
}

/** Closes the panel; the focus goes back to where it was opened. */
export function closeJob() {
  if (!state.job) return;
  go({ job: '' });
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
}

/** Follows the URL. */
export function jobState(before) {
  show(panel, state.job);
  document.body.classList.toggle('with-job', Boolean(state.job));
  if (!state.job) { output?.stop(); output = null; parts.output.replaceChildren(); return; }
  if (before && before.job === state.job) return;
  if (before && !panel.contains(document.activeElement)) opener = document.activeElement;
  setText(title, `Job ${visible(state.job)}`);
  for (const name of Object.keys(parts)) { parts[name].replaceChildren(); parts[name].jobmonKey = null; }
  panel.scrollTop = 0;
  output?.stop();
  output = new Output();
  parts.output.append(output.node);
  show(output.node, false);
  loader.now();
  if (before) title.focus({ preventScroll: true });
}

function fail(problem) { parts.state.replaceChildren(el('p', { class: 'notice bad' }, visible(problem.text))); parts.state.jobmonKey = null; }

const last = (list) => list[list.length - 1];

function showJob(data) {
  const { job, explanation: why } = data, jid = job.jid;
  if (String(jid) !== state.job) return;
  const instances = job.instances ?? [], status = job.status.toLowerCase(), newest = last(instances), running = status === 'running';
  replace(title, [jid, job.name], () => [`Job ${jid} `, bdi(job.name, 'soft')]);
  replace(parts.state, [status, job.attempts, job.max_attempts, newest, job.cancel_requested, job.queue, job.params, location.search], () => [
    el('p', { class: 'line' }, badge(status), newest?.cause ? el('span', {}, newest.cause.replaceAll('_', ' ')) : null,
      newest?.late_since && running ? el('span', { class: 'badge' }, icon('late'), 'late since ', timeNode(newest.late_since)) : null,
      job.cancel_requested ? el('span', {}, 'cancel requested') : null, el('span', { class: 'soft' }, `attempt ${job.attempts} of ${job.max_attempts}`)),
    el('p', { class: 'line soft' }, job.queue ? el('a', { 'data-nav': true, href: href({ filter: withFilter({ queue: job.queue }) }) }, 'queue ',
      bdi(job.queue)) : 'no queue',
      Object.entries(job.params ?? {}).map(([k, v]) => el('a', { 'data-nav': true, href: href({ filter: withFilter({ param: `${k}=${v}` }) }),
        title: 'Filter: this value' }, bdi(`${k}=${v}`)))),
  ]);
  actions(jid, status);
  explain(why);
  showError(instances, why);
  attempts(instances);
  if (session.report) elsewhere(jid, data.outputs ?? []);
  else {
    show(output.node, true);
    output.show(jid, data.outputs ?? [], running);
  }
  replace(parts.command, [data.command, data.continue], () => [
    data.command ? [el('h3', {}, 'Run it by hand'), commandBox(data.command, 'the command that runs this job by hand')] : null,
    data.continue ? [el('h3', {}, 'Continue the queue'), el('p', { class: 'soft' }, 'No jobmon run works on this queue now.'),
      continueBox(data.continue)] : null].flat());
  facts(job);
}

// A report has the text of errors, not what jobs wrote.
function elsewhere(jid, outputs) {
  const files = outputs.map((o) => o.path);
  if (files.length) parts.output.replaceChildren(el('h3', {}, 'Output'), el('p', { class: 'soft' }, 'Not in this report. It was written to:'),
    el('ul', { class: 'soft' }, files.map((path) => el('li', {}, bdi(path)))));
}

function actions(jid, status) {
  if (session.read_only) return;
  const over = ['failed', 'cancelled', 'unknown'].includes(status), live = ['queued', 'submitted', 'running', 'unknown'].includes(status);
  const ask = (action, more) => act({ action, jid, filter: new URLSearchParams({ numbers: jid }), ...more });
  replace(parts.actions, [jid, over, live], () => [
    over ? [button('Retry', () => ask('retry'), { 'data-focus': 'retry' }),
      button('Retry with more memory', () => ask('retry', { memory: '1.5x' }), { 'data-focus': 'memory' }),
      button('Retry with more time', () => ask('retry', { runtime: '1.5x' }), { 'data-focus': 'time' })] : null,
    live ? button('Cancel', () => ask('cancel'), { 'data-focus': 'cancel' }) : null].flat());
  show(parts.actions, over || live);
}

function explain(why) {
  const list = (name, items, code) => (items?.length ? [el('h4', {}, name),
    el('ul', {}, items.map((text) => (code && text.startsWith('jobmon ') ? el('li', {}, commandBox(text, 'the command')) : el('li', {}, bdi(text)))))] : null);
  replace(parts.why, why, () => (why ? [el('h3', {}, 'Why'), el('p', { class: 'reason' }, bdi(why.why), ' ',
    el('span', { class: `sure ${why.certainty}` }, why.certainty)),
    list('Evidence', why.evidence), list('What sets it apart', why.differences), list('Next', why.next, true)].flat() : null));
}

function errorBox(text, frame) {
  const lines = visibleLines(text).trimEnd().split('\n');
  return el('pre', { class: 'error', tabindex: '0', dir: 'ltr', 'aria-label': 'Error text' }, lines.map((line, k) => (k === frame
    ? el('mark', { 'data-frame': true }, line + '\n', el('span', { class: 'unseen' }, '(your own code)'))
    : el('span', {}, line + '\n'))));
}

function showError(instances, why) {
  const newest = last(instances.filter((i) => i.error || i.headline)), frame = newest && newest === last(instances) ? why?.frame?.line ?? null : null;
  replace(parts.error, [newest?.error, newest?.headline, frame], () => (newest ? [el('div', { class: 'head' }, el('h3', {}, 'Error'),
    frame != null ? el('span', { class: 'soft' }, 'your own code is marked') : null),
    newest.headline ? el('p', { class: 'headline' }, bdi(newest.headline)) : null, newest.error ? errorBox(newest.error, frame) : null] : null));
  const box = parts.error.querySelector('pre'), mark = parts.error.querySelector('mark');
  if (mark && box && !box.jobmonScrolled) { box.jobmonScrolled = true; box.scrollTop = Math.max(0, mark.offsetTop - box.offsetTop - box.offsetHeight / 2); }
}

// The peak of all processes, else that of the largest one.
function memory(i) {
  const known = i.memory_peak != null, peak = known ? i.memory_peak : i.maxrss;
  const bound = known ? i.memory_bound : i.maxrss_at_most ? 'at_most' : null;
  return peak != null ? `${bound ? `${bound.replaceAll('_', ' ')} ` : ''}${bytes(peak)}` : null;
}

const spent = (i) => (i.wallclock != null ? duration(i.wallclock) : '');

function attempts(instances) {
  replace(parts.attempts, [instances, location.search], () => [el('h3', {}, 'Attempts'),
    instances.length ? el('ol', { class: 'attempts' }, [...instances].reverse().map((i) => {
    const status = i.status.toLowerCase(), facts = [
      i.exit_code != null ? `exit code ${i.exit_code}` : null, i.signal != null ? `signal ${i.signal}` : null, spent(i),
        memory(i), i.cpu != null ? `cpu ${duration(i.cpu)}` : null,
      i.pid != null ? `pid ${i.pid}` : null].filter(Boolean).join(' \u00b7 ');
    return el('li', {},
      el('p', { class: 'line' }, el('b', {}, `${i.retry_number + 1}`), el('span', { class: 'badge' }, icon(kindOf(status)), status),
        i.cause ? el('span', {}, i.cause.replaceAll('_', ' ')) : null,
        i.host ? el('a', { 'data-nav': true, href: href({ filter: withFilter({ host: i.host }) }) }, bdi(i.host)) : null,
          el('span', { class: 'soft' }, bdi(i.executor), i.executor_id ? [' ', bdi(i.executor_id)] : null)),
      el('p', { class: 'soft' }, facts),
      el('p', { class: 'soft' }, i.submitted_date ? ['submitted ', timeNode(i.submitted_date)] : null,
        i.started_date ? [', started ', timeNode(i.started_date)] : null, i.finished_date ? [', ended ', timeNode(i.finished_date)] : null),
      i.doubt ? el('p', {}, el('span', { class: 'badge' }, icon('unknown'), 'doubt: '), bdi(i.doubt)) : null,
      i !== last(instances) && i.headline ? el('p', {}, bdi(i.headline)) : null,
      i.relaunch ? el('p', { class: 'soft' }, 'then: ', bdi(i.relaunch.words)) : null);
  })) : el('p', { class: 'soft' }, 'No attempt has started yet.')]);
}

function facts(job) {
  const rows = [['Command', [job.runfile, ...(job.args ?? [])].join(' ')], ['Folder', job.cwd], ['Resources', pairs(job.resources)],
    ['Timeout', job.timeout != null ? duration(job.timeout) : null], ['Environment', pairs(job.env)]];
  replace(parts.facts, [rows, job.submitted_date], () => [el('h3', {}, 'Definition'),
    el('dl', {}, rows.filter(([, v]) => v).map(([k, v]) => [el('dt', {}, k), el('dd', {}, bdi(v))]).flat(),
    job.submitted_date ? [el('dt', {}, 'Submitted'), el('dd', {}, timeNode(job.submitted_date))] : null)]);
}

const pairs = (object) => Object.entries(object ?? {}).map(([k, v]) => `${k}=${v}`).join(' ');
