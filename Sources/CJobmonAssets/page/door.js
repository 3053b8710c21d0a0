// The door: exchanges the token of the link for a session, once, and takes the token out of the URL.
import { get, post } from './api.js';

/** Returns the session, or throws the Problem that says why there is none. */
export async function enter() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return get('/v1/session');
  history.replaceState(null, '', location.pathname + location.search);
  try {
    return await post('/v1/session', { token });
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    // The link was used before; the session that it opened may still be there.
    try { return await get('/v1/session'); } catch { throw problem; }
  }
}
