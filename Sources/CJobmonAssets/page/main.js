// Starts the page: the door, then the parts, then the stream; decides who is told about what.
import { get, hooks, leave, path } from './api.js';
import { button, commandBox, el, keyed, replace, setAttr, setNow, setText, show } from './dom.js';
import { enter } from './door.js';
import { showFilter, showFilterProblem, showParams, startFilter } from './filter.js';
import { clock, percent, plural, visible } from './format.js';
import { showGroups, startGroups } from './groups.js';
import { listen } from './live.js';
import { Loader, refreshAll, setConnected, setReady } from './loader.js';
import { after, session } from './session.js';
import { showPlace, showSummary, startSummary } from './summary.js';
import { startTheme } from './theme.js';
import { filterText, go, href, onState, state } from './url.js';

const $ = (id) => document.getElementById(id);
const views = { overview: 'Overview', hosts: 'Hosts', timeline: 'Timeline', resources: 'Resources' };
let stream = null, placed = showPlace, view = null, overview, board = null, later = null, over = false, lostAt = 0, pictured;
/** Resolved when the numbers and the failures are on the screen. */
const picture = new Promise((done) => { pictured = done; });

/** Shows the state of the connection. */
function link(kind, words) {
  setAttr($('link'), 'class', kind);
  setText($('link').querySelector('.words'), words);
}

// The session ended or the link was used: nothing more can be asked.
function ended(problem) {
  if (over) return;
  over = true;
  setConnected(false);
  stream?.stop();
  link('lost', 'no session');
  for (const id of ['summary', 'controls', 'content', 'banner']) show($(id), false);
  const box = $('problem');
  box.replaceChildren(el('p', {}, el('b', {}, problem?.status === 401 || !problem ? 'This link was used, or its session has ended.' : visible(problem.message)), ' ',
    problem?.status && problem.status !== 401 ? visible(problem.hint ?? '') : 'Run this again to get a new link:'), commandBox('jobmon dashboard', 'the command'));
  show(box, true);
}

function lost(at) {
  if (over) return;
  lostAt ||= at;
  setConnected(false);
  // The next monitor reads its jobs first: the first line tells when it has.
  setReady(false);
  link('lost', 'no answer');
  setText($('banner'), `The monitor does not answer since ${clock(lostAt)}; the page shows the state of then. Trying again.`);
  show($('banner'), true);
}

/** The version and sequence of the last tick; null: there was none. */
let lastTick = null;

function back() {
  if (over) return;
  link('live', 'live');
  show($('banner'), false);
  if (lostAt) board?.forgetVersion();
  lostAt = 0;
  setConnected(true);
}

function heard(message) {
  if (message.kind === 'lost') lost(message.at);
  else if (message.kind === 'ended') ended();
  else if (message.kind === 'open') back();
  else {
    if (lostAt) back();
    link('live', 'live');
    setNow(message.tick.now);
    // The first tick tells the present state, which is mostly what is shown already. With each further one every part
    // asks again: the first line may have got the news by itself, the others have not.
    const { version, sequence } = message.tick, isNews = lastTick !== null && lastTick !== `${version} ${sequence}`;
    lastTick = `${version} ${sequence}`;
    if (isNews || !view || view.version !== version || view.sequence !== sequence || view.ready === false) refreshAll();
  }
}

let liveTimer = 0;

function showView(data) {
  view = data;
  // The end of a jobmon run is no event: while one works, ask now and then.
  clearTimeout(liveTimer);
  if (!session.report && data.queues?.some((queue) => queue.live)) liveTimer = setTimeout(() => overview.soon(), 5000);
  setNow(data.now);
  setReady(data.ready !== false);
  const ready = data.ready !== false, none = data.total === 0;
  for (const id of ['summary', 'controls', 'content']) show($(id), true);
  showFilterProblem($('problem'), null);
  showSummary(data, $('said'));
  placed($('place'), session, data.queues ?? []);
  showFilter(data);
  show($('start'), !ready || none);
  show($('overview'), !none && state.view === 'overview');
  // While jobs are read, only the summary and the failures are known.
  for (const part of $('overview').children) if (part.id !== 'groups') show(part, ready);
  replace($('start'), [ready, none, data.read, data.total], () => (!ready ? [el('h2', {},
    `Reading ${plural(data.total, 'job')}: ${percent(data.read ?? 0, 1)}`), meter(data.read ?? 0),
    el('p', { class: 'soft' }, 'The monitor reads its ledger. The numbers above are already right; pictures and table follow.')] : none ? howTo() : null));
  showGroups(data);
  requestAnimationFrame(() => setTimeout(pictured));
  if (!ready) { setTimeout(() => overview.soon(), 1000); return; }
  later?.showStates(data);
}

function meter(share) {
  const fill = el('i', {});
  fill.style.width = `${100 * share}%`;
  return el('div', { class: 'meter wide', role: 'progressbar', 'aria-label': 'Jobs read', 'aria-valuemin': 0, 'aria-valuemax': 100,
    'aria-valuenow': Math.round(100 * share) }, fill);
}

function howTo() {
  const directory = /^[\w./+@%:-]+$/.test(session.directory) ? session.directory : `'${session.directory.replaceAll("'", "'\\''")}'`;
  return [el('h2', {}, 'No jobs yet'), el('p', {}, 'Put this in front of a command to monitor it:'),
    commandBox(`jobmon exec -d ${directory} -- python model.py`, 'the command'),
    el('p', {}, 'Or run many jobs as a queue:'), commandBox(`jobmon run -d ${directory} --each year=1990..2020 -- python model.py --year {year}`,
      'the command'), el('p', { class: 'soft' }, 'They appear here at once.')];
}

function showTabs() {
  keyed($('views'), Object.entries(views), ([name]) => name, ([name, text]) => el('a', { 'data-nav': true, 'data-focus': name }, text), (node, [name]) => {
    setAttr(node, 'href', href({ view: name }));
    setAttr(node, 'aria-current', state.view === name ? 'page' : null);
  });
  for (const name of Object.keys(views)) show($(name), state.view === name && (name !== 'overview' || view?.total !== 0));
}

function changed(now, before) {
  if (!views[state.view]) { go({ view: 'overview' }); return; }
  const filter = filterText(before.filter) !== filterText(), tab = before.view !== state.view;
  showTabs();
  if (view) { showSummary(view, $('said')); placed($('place'), session, view.queues ?? []); showFilter(view); showGroups(view); }
  if (filter) overview.now();
  if (filter || tab) for (const name of ['hosts', 'timeline', 'resources']) if (state.view === name) later?.loaders[name].now();
  board?.boardState(before);
  later?.follow(before);
  if (tab) scrollTo(0, 0);
}

function told(text, bad = false) {
  const box = $('done');
  setText(box, text);
  box.classList.toggle('bad', bad);
  clearTimeout(told.timer);
  told.timer = setTimeout(() => setText(box, ''), 12000);
}

async function start() {
  startTheme($('theme'));
  hooks.ended = ended;
  hooks.away = () => stream?.check();
  let problem = null;
  for (let pause = 500; ; pause = Math.min(5000, pause * 2)) {
    try { Object.assign(session, await enter()); break; } catch (error) { problem = error; }
    if (problem.status) { ended(problem); return; }
    lost(Date.now());
    await new Promise((done) => setTimeout(done, pause));
  }
  show($('banner'), false);
  lostAt = 0;
  setConnected(true);
  after.changed = refreshAll;
  after.tell = told;
  startSummary($('summary'));
  startFilter($('filter'));
  startGroups($('groups'));
  if (session.report) {
    const report = await import('./report.js');
    placed = report.showReport;
    await report.startReport({ link: $('link'), filter: $('filter'), jobs: $('jobs'), foot: $('overview') });
  }
  overview = new Loader({ early: true, load: (signal) => get(path('view', filterText()), signal), show: showView, fail: (p) => {
    if (over) return; // It is said already, with what to do.
    for (const id of ['controls']) show($(id), true);
    showFilter(null);
    showFilterProblem($('problem'), p);
  }, pause: 300 });
  onState(changed);
  if (!views[state.view]) go({ view: 'overview' });
  const end = !session.report && button('End session', async () => { try { await leave(); } catch { /* it ends by itself */ } ended(); },
    { class: 'quiet', title: 'End the session of this browser' });
  if (end) $('help').before(end);
  showTabs();
  refreshAll();
  // The rest is started after the first picture, and what the mosaic does not need after the mosaic, or at once if it is
  // what the URL asks for.
  const atMost = (promise, time) => Promise.race([promise, new Promise((done) => setTimeout(done, time))]);
  const plain = state.view === 'overview' && !state.job;
  if (plain) await atMost(picture, 1500);
  if (!session.report) stream = listen(session.version, heard);
  board = await import('./board.js');
  board.startBoard($('board'));
  new Loader({ load: (signal) => get('/v1/view/params', signal), pause: 30000,
    show: ({ params }) => { board.offerParams(params); showParams(params); } }).soon();
  if (plain) await atMost(board.boardDrawn, 1500);
  later = await (await import('./later.js')).startLater();
  if (view && view.ready !== false) later.showStates(view);
  refreshAll();
}

// early.js says what a browser lacks; the link stays unused then, for another one.
if (document.documentElement.dataset.missing) link('lost', 'not started');
else start();
