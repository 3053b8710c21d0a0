// The session, and what the parts tell each other; filled by main.js.

/** The answer of /v1/session. */
export const session = { read_only: true };

/** `changed()`: something was changed, ask again. `tell(text, bad)`: say what was done. */
export const after = { changed() {}, tell() {} };

/** Loads the dialogs of the actions when they are first used. */
export const actions = () => import('./actions.js');
