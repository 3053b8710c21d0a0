// Failures by cause: each group with its count, trend, concentration, first and last seen, and what can be done.
import { bdi, button, el, keyed, replace, setAttr, setText, setTime, show, svg, timeNode } from './dom.js';
import { number, percent, plural, visible } from './format.js';
import { actions, session } from './session.js';
import { href, state, withFilter } from './url.js';

const first = 6;
let title, tools, list, more, mutedBox, mutedTitle, mutedList, all = false, shown = null;

/** Builds the section. */
export function startGroups(section) {
  title = section.querySelector('h2');
  tools = el('div', { class: 'tools' });
  const head = el('div', { class: 'head' });
  title.before(head);
  head.append(title, tools);
  list = el('ol', { class: 'groups' });
  more = button('', () => { all = !all; showGroups(shown); }, { class: 'more' });
  mutedList = el('ol', { class: 'groups' });
  mutedTitle = el('summary', {});
  mutedBox = el('details', { class: 'muted', hidden: true }, mutedTitle, mutedList);
  section.append(list, more, mutedBox);
}

/** "1,500 failures have 12 causes; 3 of them cover 94 %", or, where jobs failed for several causes or work by now, "58 failed jobs, 13 causes". */
export function headline(view) {
  const failed = view.jobs.failed, groups = view.groups ?? [], count = groups.length + (view.groups_more ?? 0);
  if (!failed && !count) return 'No failures';
  const grouped = groups.reduce((n, g) => n + g.jobs, 0), total = Math.max(failed, grouped + (view.ungrouped ?? 0));
  if (!count) return plural(failed, 'failure');
  if (total !== failed) return `${plural(failed, 'failed job')}, ${plural(count, 'cause')} of errors`;
  let covered = 0, k = 0;
  while (k < groups.length && covered < 0.9 * total) { covered += groups[k].jobs; k += 1; }
  const sentence = `${plural(total, 'failure')} ${total === 1 ? 'has' : 'have'} ${plural(count, 'cause')}`;
  return k && k < count ? `${sentence}; ${k} of them ${k === 1 ? 'covers' : 'cover'} ${percent(covered, total)}` : sentence;
}

const groupFilter = (group) => withFilter({ error: group, status: state.filter.getAll('status').length ? state.filter.getAll('status') : 'failed' });

function make(group) {
  const id = group.group, ask = async (memory) => (await actions()).act({ action: 'retry', filter: groupFilter(id), what: `of group ${id}`, memory });
  const node = el('li', { class: 'group' });
  const parts = node.parts = {
    open: el('a', { 'data-nav': true, class: 'title', 'data-focus': id }, el('span', { class: 'id' }, id), bdi(group.title)),
    mark: el('span', { class: 'mark', hidden: true }), count: el('a', { 'data-nav': true, class: 'count' }),
    share: el('span', { class: 'share' }), bar: el('i', {}), spark: el('span', { class: 'spark' }), detail: el('p', { class: 'detail' }),
    from: timeNode(null), to: timeNode(null), go: el('a', { 'data-nav': true, class: 'button', 'aria-label': `Open group ${id}` }, 'Open'),
    mute: button('', async () => (await actions()).setGroup(id, node.group.muted ? 'unmute' : 'mute')),
  };
  parts.share.append(el('span', { class: 'meter', 'aria-hidden': 'true' }, parts.bar), parts.text = el('span', {}));
  node.append(
    el('div', { class: 'what' }, el('p', { class: 'name' }, parts.open, parts.mark), parts.detail),
    el('div', { class: 'much' }, parts.count, parts.share), parts.spark,
    el('p', { class: 'when' }, 'last ', parts.to, el('br', {}), 'first ', parts.from),
    el('div', { class: 'buttons' }, parts.go, session.read_only ? null : [
      button('Retry', () => ask(null), { 'aria-label': `Retry group ${id}` }),
      button('Retry with more memory', () => ask('1.5x'), { 'aria-label': `Retry group ${id} with more memory` }),
      parts.mute, button('Note', async () => (await actions()).notePrompt(node.group), { 'aria-label': `Note on group ${id}` })]));
  return node;
}

function sparkline(trend) {
  const top = Math.max(1, ...trend), w = 4;
  return svg('svg', { viewBox: `0 0 ${trend.length * w} 24`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `Failures over time: ${trend.join(', ')}` },
    ...trend.map((n, k) => svg('rect', { x: k * w, width: w - 1, y: n ? 24 - Math.max(1.5, (22 * n) / top) : 23.5,
      height: n ? Math.max(1.5, (22 * n) / top) : 0.5 })));
}

function update(node, group, total) {
  const p = node.parts;
  node.group = group;
  const target = href({ filter: withFilter({ error: group.group }), view: 'overview' });
  for (const link of [p.open, p.count, p.go]) setAttr(link, 'href', target);
  setAttr(p.open, 'title', visible(group.line ?? group.title));
  setText(p.open.lastChild, visible(group.title));
  setText(p.count, number(group.jobs));
  setAttr(p.count, 'title', `${plural(group.jobs, 'job')}, ${plural(group.errors, 'error')}`);
  setAttr(p.count, 'aria-label', `${plural(group.jobs, 'job')} in group ${group.group}`);
  setText(p.text, percent(group.jobs, total));
  p.bar.style.width = `${(100 * group.jobs) / Math.max(1, total)}%`;
  show(p.mark, group.since_last_run);
  setText(p.mark, group.since_last_run === 'new' ? 'new' : 'gone');
  setAttr(p.mark, 'class', `mark ${group.since_last_run}`);
  setAttr(p.mark, 'title', group.since_last_run === 'new' ? 'Not seen in the last run' : 'Seen in the last run, not in this one');
  replace(p.detail, [group.concentration, group.note, group.example, location.search], () => [
    ...(group.concentration ?? []).map((text) => el('span', { class: 'where' }, bdi(text))),
    group.note ? el('span', { class: 'note' }, 'Note: ', bdi(group.note)) : null,
    group.example ? el('span', {}, 'example ', el('a', { 'data-nav': true, href: href({ job: group.example }) }, `job ${group.example}`)) : null,
  ]);
  replace(p.spark, group.trend, () => sparkline(group.trend ?? []));
  setTime(p.from, group.first_seen);
  setTime(p.to, group.last_seen);
  setText(p.mute, group.muted ? 'Unmute' : 'Mute');
  setAttr(p.mute, 'aria-label', `${group.muted ? 'Unmute' : 'Mute'} group ${group.group}`);
}

/** Shows the groups of /v1/view. */
export function showGroups(view) {
  shown = view;
  setText(title, headline(view));
  const groups = view.groups ?? [], open = groups.filter((g) => !g.muted), muted = groups.filter((g) => g.muted);
  const total = Math.max(view.jobs.failed, groups.reduce((n, g) => n + g.jobs, 0) + (view.ungrouped ?? 0));
  const part = all ? open : open.slice(0, first), key = (g) => g.group;
  keyed(list, part, key, make, (node, g) => update(node, g, total));
  keyed(mutedList, muted, key, make, (node, g) => update(node, g, total));
  const hidden = open.slice(first), rest = view.groups_more ? ` The ${plural(view.groups_more, 'smallest group')} are not listed.` : '';
  show(more, hidden.length);
  setText(more, all ? `Show only the first ${first} of ${open.length} groups.${rest}` : `Show ${plural(hidden.length, 'more group')} (${plural(hidden.reduce((n, g) => n + g.jobs, 0), 'job')}).${rest}`);
  setAttr(more, 'aria-expanded', String(all));
  show(mutedBox, muted.length);
  setText(mutedTitle, `${plural(muted.length, 'muted group')}, ${plural(muted.reduce((n, g) => n + g.jobs, 0), 'job')}`);
  replace(tools, [view.jobs.failed > 0, view.ungrouped, session.read_only], () => [
    view.ungrouped ? el('span', { class: 'soft' }, `${plural(view.ungrouped, 'failure')} without a group`) : null,
    view.jobs.failed && !session.read_only ? button('Retry all failed', async () => (await actions()).act({ action: 'retry',
      filter: withFilter({ status: 'failed' }), what: 'that failed' })) : null,
  ]);
}
