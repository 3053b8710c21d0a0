// The page's side of the stream: a shared worker, or an own stream where there is none.

/** Starts to listen; `tell` gets the messages of Feed. Returns { check, stop }. */
export function listen(version, tell) {
  let send = () => {}, own = null;
  try {
    const worker = new SharedWorker('/page/stream.js', { type: 'module', name: `jobmon ${version}` });
    worker.port.onmessage = ({ data }) => tell(data);
    worker.onerror = () => { if (!own) alone(); };
    send = (message) => worker.port.postMessage(message);
    worker.port.start();
  } catch { alone(); }

  async function alone() {
    const { Feed } = await import('./feed.js');
    own = new Feed(tell);
    send = ({ kind, visible }) => {
      if (kind === 'check') own.check();
      else if (kind === 'bye' || !visible) own.close();
      else own.open();
    };
    if (!document.hidden) own.open();
  }

  const lock = `jobmon tab ${Math.random()}`;
  const hello = (locked) => send({ kind: 'see', visible: !document.hidden, lock: locked ? lock : null });
  const changed = () => hello(false);
  document.addEventListener('visibilitychange', changed);
  addEventListener('pagehide', () => send({ kind: 'bye' }));
  addEventListener('pageshow', (event) => { if (event.persisted) hello(false); });
  if (!own && navigator.locks) {
    // Held until the tab ends.
    navigator.locks.request(lock, () => { hello(true); return new Promise(() => {}); });
  } else hello(false);
  return {
    check: () => send({ kind: 'check' }),
    stop: () => { document.removeEventListener('visibilitychange', changed); send({ kind: 'bye' }); },
  };
}
