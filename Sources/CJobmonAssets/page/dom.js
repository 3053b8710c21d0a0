// Makes and updates elements. Text goes through textContent only; nothing here parses markup.
import { ago, exact, visible } from './format.js';

/**
 * Makes an element. Attributes: `on...` functions are listeners, `true` sets an empty attribute, null and false are left
 * out. Children: elements or strings, null is skipped.
 */
export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) if (child != null && child !== false) node.append(child);
  return node;
}

/** Makes an SVG element; children are elements. */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Untrusted text, isolated from the direction of the text around it. */
export const bdi = (text, className) => el('bdi', { class: className, dir: 'auto' }, visible(text));

/** Sets the text of a node if it differs. */
export function setText(node, text) {
  text = String(text ?? '');
  if (node.textContent !== text) node.textContent = text;
}

/** Sets or removes an attribute if it differs. */
export function setAttr(node, name, value) {
  if (value == null || value === false) { if (node.hasAttribute(name)) node.removeAttribute(name); return; }
  value = value === true ? '' : String(value);
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Shows or hides a node. */
export function show(node, wanted) { if (node.hidden === !!wanted) node.hidden = !wanted; }

/** Replaces the children of a node, unless `key` is that of the last call for it. */
export function replace(node, key, make) {
  key = JSON.stringify(key);
  if (node.jobmonKey === key) return;
  node.jobmonKey = key;
  keepFocus(node, () => node.replaceChildren(...[make()].flat(Infinity).filter((x) => x != null && x !== false)));
}

/** Runs `change` and puts the focus back where it was: on the same node, or on the one with the same data-focus. */
function keepFocus(parent, change) {
  const before = document.activeElement;
  const inside = before && before !== parent && parent.contains(before);
  change();
  if (!inside || document.activeElement === before) return;
  const name = before.dataset?.focus;
  const target = before.isConnected ? before : name && [...parent.querySelectorAll('[data-focus]')].find((n) => n.dataset.focus === name);
  target?.focus({ preventScroll: true });
}

/**
 * Brings the children of `parent` in line with `items`, in order, and keeps the node of each key.
 * `make(item)` makes a node, `update(node, item)` is called for every item.
 */
export function keyed(parent, items, key, make, update) {
  const old = parent.jobmonNodes ?? new Map(), nodes = new Map();
  for (const item of items) {
    const k = key(item);
    if (!nodes.has(k)) nodes.set(k, [old.get(k) ?? make(item), item]);
  }
  keepFocus(parent, () => {
    for (const [k, node] of old) if (!nodes.has(k)) node.remove();
    let at = parent.firstChild;
    for (const [node, item] of nodes.values()) {
      if (node === at) at = at.nextSibling;
      else parent.insertBefore(node, at);
      update(node, item);
    }
  });
  parent.jobmonNodes = new Map([...nodes].map(([k, [node]]) => [k, node]));
}

/** A <time> that is shown relative to now; `setTime` changes it, `refreshTimes` keeps it true. */
export function timeNode(iso) {
  const node = el('time', {});
  setTime(node, iso);
  return node;
}

/** Sets the moment of a node of timeNode(); null empties it. */
export function setTime(node, iso) {
  const ms = iso ? Date.parse(iso) : NaN;
  if (Number.isNaN(ms)) {
    setText(node, '');
    for (const name of ['datetime', 'title', 'data-at']) setAttr(node, name, null);
    return;
  }
  if (node.dataset.at === String(ms)) return;
  node.dataset.at = ms;
  node.setAttribute('datetime', iso);
  node.setAttribute('title', exact(ms));
  setText(node, told(ms));
}

let skew = 0, told = (ms) => ago(ms, now());

/** Tells times by their date from here on, not by how long ago they were. */
export const exactTimes = () => { told = exact; };

/** Takes over the monitor's clock. */
export function setNow(iso) {
  const ms = Date.parse(iso);
  if (!Number.isNaN(ms)) skew = ms - Date.now();
}

/** Now by the monitor's clock, in milliseconds. */
export const now = () => Date.now() + skew;

/** Brings the text of all relative times up to date. */
export function refreshTimes() {
  for (const node of document.querySelectorAll('time[data-at]')) setText(node, told(Number(node.dataset.at)));
}

/** True when the focus is where keys mean text. */
export const typing = (node) => !!node?.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]');

/** A button. `name` is its accessible name when the text alone does not say it. */
export const button = (text, onclick, attributes) => el('button', { type: 'button', onclick, ...attributes }, text);

/** A button that copies the text that `text()` returns. */
export function copyButton(text, what) {
  const node = button('Copy', async () => {
    let done = false;
    try { await navigator.clipboard.writeText(text()); done = true; } catch { /* not allowed here */ }
    setText(node, done ? 'Copied' : 'Select the text and copy it');
    setTimeout(() => setText(node, 'Copy'), 2500);
  }, { class: 'quiet', 'aria-label': `Copy ${what}` });
  return node;
}

/** A command line in a box, with its copy button. */
export function commandBox(text, what) {
  return el('div', { class: 'command' }, el('code', { dir: 'ltr', tabindex: '0' }, visible(text)), copyButton(() => text, what));
}
