// Shared worker: one stream of ticks for all tabs of a browser; none while all tabs are hidden.
import { Feed } from './feed.js';

const tabs = new Map();       // port -> visible
const feed = new Feed((message) => {
  for (const [port, visible] of tabs) if (visible || message.kind !== 'tick') port.postMessage(message);
});

function settle() {
  if ([...tabs.values()].some(Boolean)) feed.open();
  else feed.close();
}

function drop(port) {
  tabs.delete(port);
  settle();
}

self.addEventListener('connect', (event) => {
  const port = event.ports[0];
  port.onmessage = ({ data }) => {
    if (data.kind === 'bye') { drop(port); return; }
    if (data.kind === 'check') { feed.check(); return; }
    // A tab that ends without a word releases its lock.
    if (data.lock && self.navigator.locks) self.navigator.locks.request(data.lock, () => drop(port));
    const before = tabs.get(port);
    tabs.set(port, data.visible);
    settle();
    if (!data.visible || before) return;
    if (feed.lost) port.postMessage({ kind: 'lost', at: feed.lost });
    else if (feed.source?.readyState === 1) port.postMessage({ kind: 'open' });
    if (feed.last && !feed.lost) port.postMessage({ kind: 'tick', tick: feed.last });
  };
});
