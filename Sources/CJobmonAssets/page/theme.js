// Light and dark: the system's choice, unless the person chose otherwise.
import { setAttr } from './dom.js';

const system = matchMedia('(prefers-color-scheme: dark)');
const root = document.documentElement;
const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);

/** Connects the toggle. */
export function startTheme(toggle) {
  const paint = () => {
    setAttr(toggle, 'aria-pressed', String(isDark()));
    document.dispatchEvent(new Event('themechange'));
  };
  toggle.addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark';
    root.dataset.theme = next;
    try { localStorage.setItem('jobmon-theme', next); } catch { /* not kept */ }
    paint();
  });
  system.addEventListener('change', paint);
  addEventListener('storage', (event) => {
    if (event.key !== 'jobmon-theme') return;
    root.dataset.theme = event.newValue ?? '';
    paint();
  });
  paint();
}
