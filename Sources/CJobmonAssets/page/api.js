// Requests to the monitor: JSON answers, problems, one request of a kind at a time.

/** An answer that says what is wrong. `status` 0: the monitor did not answer. */
export class Problem extends Error {
  constructor(status, { code = 'unknown', message, hint } = {}) {
    super(message || (status ? `The monitor answered with status ${status}.` : 'The monitor does not answer.'));
    Object.assign(this, { status, code, hint });
  }

  /** What is wrong, and what to do. */
  get text() { return [this.message, this.hint].filter(Boolean).join('; '); }
}

/** Set by main.js: `ended(problem)` when the session ended, `away()` when the monitor did not answer. */
export const hooks = { ended() {}, away() {} };

// Answers that early.js asked for, by method and path; each is taken once.
const early = globalThis.jobmonEarly ?? {};

function send(path, options) {
  const key = `${options.method ?? 'GET'} ${path}`, known = early[key];
  delete early[key];
  return known ?? fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
}

async function request(path, options) {
  let answer;
  try {
    answer = await send(path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    hooks.away();
    throw new Problem(0);
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => null);
  const problem = new Problem(answer.status, body);
  if (answer.status === 401 && path !== '/v1/session') hooks.ended(problem);
  throw problem;
}

/** Reads the body; a connection that breaks on the way counts as no answer. */
async function body(answer, kind) {
  try { return await answer[kind](); } catch (error) {
    if (error.name === 'AbortError') throw error;
    hooks.away();
    throw new Problem(0);
  }
}

/** GET of a JSON answer. */
export const get = async (path, signal) => body(await request(path, { signal }), 'json');

/** GET of an answer in bytes. */
export const getBytes = async (path, signal) => body(await request(path, { signal }), 'arrayBuffer');

/** POST of a JSON body. */
export const post = async (path, value) => body(await request(path, {
  method: 'POST', body: JSON.stringify(value), headers: { 'Content-Type': 'application/json', 'X-Jobmon-Page': '1' },
}), 'json');

/** Ends the session. */
export const leave = () => request('/v1/session', { method: 'DELETE', headers: { 'X-Jobmon-Page': '1' } });

/** The path of a view with the filter and more names. */
export function path(name, filterText, more = {}) {
  const query = new URLSearchParams(filterText);
  for (const [key, value] of Object.entries(more)) if (value != null && value !== '') query.append(key, value);
  const text = query.toString();
  return `/v1/${name}${text ? '?' + text : ''}`;
}
