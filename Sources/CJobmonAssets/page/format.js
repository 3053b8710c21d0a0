// Numbers, durations, sizes, times and untrusted text, as the page shows them.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1500 -> "1,500". */
export const number = (n) => (n == null ? '' : whole.format(n));

/** "1 job", "1,500 jobs". */
export const plural = (n, one, many = one + 's') => `${number(n)} ${n === 1 ? one : many}`;

/** A share of a whole as "94 %"; never rounds a part up to all or down to nothing. */
export function percent(part, all) {
  if (!all) return '0 %';
  const p = (100 * part) / all;
  if (part > 0 && p < 0.1) return '< 0.1 %';
  if (part < all && p > 99.9) return '> 99.9 %';
  return (p < 10 || p > 99 ? p.toFixed(1).replace(/\.0$/, '') : p.toFixed(0)) + ' %';
}

/** Seconds as "0.21 s", "12.5 s", "4 min 10 s", "1 h 7 min", "3 d 4 h". */
export function duration(seconds) {
  if (seconds == null) return '';
  const s = Math.abs(seconds);
  if (s < 1) return s === 0 ? '0 s' : s < 0.01 ? '< 0.01 s' : s.toFixed(2) + ' s';
  if (s < 60) return (s < 10 ? s.toFixed(1).replace(/\.0$/, '') : s.toFixed(0)) + ' s';
  const two = (big, unit, small, smallUnit) => (small ? `${number(big)} ${unit} ${small} ${smallUnit}` : `${number(big)} ${unit}`);
  const m = Math.round(s / 60);
  if (s < 3600 && m < 60) return two(Math.floor(s / 60), 'min', Math.floor(s % 60), 's');
  const minutes = Math.floor(s / 60), hours = Math.floor(minutes / 60);
  if (hours < 48) return two(hours, 'h', minutes % 60, 'min');
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Seconds without false precision: "40 s", "26 min", "1 h 10 min". */
export function roughly(seconds) {
  if (seconds < 90) return duration(Math.max(1, Math.round(seconds)));
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 36000 ? duration(Math.round(seconds / 600) * 600) : seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

/** Bytes as "512 B", "1.2 GiB". */
export function bytes(n) {
  if (n == null) return '';
  let unit = 0;
  while (n >= 1024 && unit < 5) { n /= 1024; unit += 1; }
  const text = unit === 0 || n >= 100 ? n.toFixed(0) : n.toFixed(1).replace(/\.0$/, '');
  return `${text} ${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit]}`;
}

/** A value of a quantile table by its unit. */
export const quantity = (value, unit) => (unit === 'bytes' ? bytes(value) : duration(value));

/** Jobs per second as "12.3 jobs/s", "40 jobs/min" or "3 jobs/h". */
export function rate(perSecond) {
  if (perSecond == null) return '';
  const short = (x) => (x < 10 ? x.toFixed(1).replace(/\.0$/, '') : number(x));
  if (perSecond >= 1) return `${short(perSecond)} jobs/s`;
  if (perSecond * 60 >= 1) return `${short(perSecond * 60)} jobs/min`;
  return `${short(perSecond * 3600)} jobs/h`;
}

/** "4 s ago", or "in 4 s" for a time that is still to come. */
export function ago(ms, now) {
  const s = (now - ms) / 1000;
  if (s < -1) return 'in ' + duration(Math.round(-s));
  if (s < 1) return 'now';
  if (s < 3600) return (s < 60 ? `${Math.floor(s)} s` : `${Math.floor(s / 60)} min`) + ' ago';
  return (s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} d`) + ' ago';
}

const pad = (n) => String(n).padStart(2, '0');

/** Local time of day, "01:40:12". */
export function clock(ms) {
  const d = new Date(ms);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

/** Exact local time, "2026-11-30 01:40:12". */
export function exact(ms) {
  const d = new Date(ms);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} ${clock(ms)}`;
}

const hex = (code) => `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
// Control characters, line and paragraph separators, bidirectional controls and characters without width.
const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

function picture(char) {
  const code = char.charCodeAt(0);
  if (code < 32) return String.fromCharCode(0x2400 + code);
  return code === 127 ? '\u2421' : hex(code);
}

/** Untrusted text on one line: every character that cannot be seen is made visible. */
export const visible = (text) => String(text ?? '').replace(hidden, picture);

/** Untrusted text of several lines: as visible(), but line ends and tabs stay. A lone carriage return ends a line. */
export const visibleLines = (text) => String(text ?? '').replace(/\r\n/g, '\n').replace(hidden, (c) =>
  (c === '\n' || c === '\t' ? c : c === '\r' ? '\u240d\n' : picture(c)));
