// The shape, the name and the colour of each status; colour never stands alone.
import { el, svg } from './dom.js';

const shapes = {
  waiting: [['circle', { cx: 6, cy: 6, r: 4, class: 'hollow' }]],
  running: [['path', { d: 'M3 1.5 10.5 6 3 10.5Z' }]],
  complete: [['path', { d: 'M1.5 6.5 4.5 9.5 10.5 2.5', class: 'hollow' }]],
  failed: [['rect', { x: 0.5, y: 0.5, width: 11, height: 11, rx: 2 }], ['path', { d: 'M3.5 3.5 8.5 8.5M8.5 3.5 3.5 8.5', class: 'cut' }]],
  cancelled: [['circle', { cx: 6, cy: 6, r: 4.5, class: 'hollow' }], ['path', { d: 'M3 9 9 3', class: 'hollow' }]],
  unknown: [['path', { d: 'M6 .5 11.5 6 6 11.5 .5 6Z' }], ['path', { d: 'M6 3.2V6.6M6 8.2V8.9', class: 'cut' }]],
  late: [['circle', { cx: 6, cy: 6, r: 5, class: 'hollow' }], ['path', { d: 'M6 3V6.3L8.2 7.6', class: 'hollow' }]],
};

/** The kind (colour and shape) of a status. */
export const kindOf = (status) => ({ queued: 'waiting', submitted: 'waiting' }[status] ?? (shapes[status] ? status : 'unknown'));

/** The statuses of a kind, for a filter. */
export const statusesOf = (kind) => (kind === 'waiting' ? ['queued', 'submitted'] : [kind]);

/** The icon of a kind; decorative, as text stands beside it. */
export function icon(kind) {
  return svg('svg', { viewBox: '0 0 12 12', class: `icon ${kind}`, 'aria-hidden': 'true' }, ...(shapes[kind] ?? []).map(([tag, a]) => svg(tag, a)));
}

/** Icon and name of a status. */
export function badge(status) {
  return el('span', { class: 'badge' }, icon(kindOf(status)), status);
}
