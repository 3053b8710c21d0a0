// Live output of one attempt: the last 64 KiB first, then what is appended, while the page is visible.
import { get, path } from './api.js';
import { button, el, setAttr, setText, show } from './dom.js';
import { bytes, visible, visibleLines } from './format.js';

const keep = 512 * 1024, calm = 1500;

/** The viewer of one job's output. */
export class Output {
  constructor() {
    this.select = el('select', { 'aria-label': 'Attempt and stream', onchange: () => this.restart() });
    this.followButton = button('Follow', () => this.follow(!this.following), { 'aria-pressed': 'false' });
    this.begin = button('From the start', () => this.restart(0), { class: 'quiet' });
    this.size = el('span', { class: 'soft' });
    this.text = el('pre', { class: 'output', tabindex: '0', dir: 'ltr', 'aria-label': 'Output' });
    this.more = button('More', () => this.read(), { hidden: true, class: 'more' });
    this.node = el('section', { 'aria-label': 'Output' }, el('div', { class: 'head' }, el('h3', {}, 'Output'), this.size,
      el('div', { class: 'tools' }, this.select, this.begin, this.followButton)), this.text, this.more);
    this.following = false;
    this.key = null;
    this.shown = () => { if (!document.hidden) this.poll(); };
    document.addEventListener('visibilitychange', this.shown);
  }

  /** Shows the outputs of a job; `running`: follow from the start. */
  show(jid, outputs, running) {
    const key = JSON.stringify([jid, outputs.map((o) => [o.attempt, o.stream, o.readable])]);
    this.running = running;
    if (key === this.key) { if (this.following) this.poll(); return; }
    const other = this.jid !== jid;
    this.key = key;
    this.jid = jid;
    this.outputs = outputs;
    const before = this.select.value;
    this.select.replaceChildren(...outputs.map((o, k) => el('option', { value: `${o.attempt} ${o.stream}`, 'data-at': k },
      `${o.stream} of attempt ${o.attempt}${o.readable ? '' : ' (cannot be read)'}`)));
    const newest = outputs.at(-1)?.attempt, wanted = (stream) => outputs.find((o) => o.attempt === newest && o.stream === stream);
    const first = (running ? wanted('stdout') : null) ?? wanted('stderr') ?? outputs.at(-1);
    this.select.value = !other && outputs.some((o) => `${o.attempt} ${o.stream}` === before) ? before : first ? `${first.attempt} ${first.stream}` : '';
    for (const node of [this.select, this.followButton, this.begin]) show(node, outputs.length);
    if (other || this.select.value !== before) { this.follow(running); this.restart(); }
  }

  restart(after = null) {
    this.next = after;
    this.chars = 0;
    this.text.replaceChildren();
    show(this.more, false);
    const [attempt, stream] = this.select.value.split(' '), output = this.outputs.find((o) => String(o.attempt) === attempt && o.stream === stream);
    this.own = {};
    this.reading = false;
    if (!output) { setText(this.text, 'There is no output: it was not captured, or no attempt has started.'); setText(this.size, ''); return; }
    setAttr(this.size, 'title', visible(output.path));
    if (!output.readable) { setText(this.text, `${visible(output.path)} cannot be read by the monitor.`); return; }
    this.read();
  }

  async read() {
    if (this.reading || !this.select.value) return;
    const own = this.own, [attempt, stream] = this.select.value.split(' '), first = this.next == null;
    this.reading = true;
    try {
      const answer = await get(path('view/output', '', { jid: this.jid, attempt, stream, after: this.next == null ? null : String(this.next) }));
      if (own !== this.own) return;
      if (answer.next < (this.next ?? 0)) { this.restart(); return; }
      this.append(answer.text, first && answer.start > 0 ? `\u2026 ${bytes(answer.start)} before this\n` : '');
      this.next = answer.next;
      setText(this.size, `${bytes(answer.next)} of ${bytes(answer.size)}`);
      show(this.more, answer.more && !this.following);
      if (!answer.size) setText(this.text, this.running ? 'Nothing yet.' : 'Empty.');
      this.empty = !answer.size;
      if (this.following) this.poll(answer.more ? 0 : calm);
    } catch (problem) {
      if (own !== this.own) return;
      if (problem.status) setText(this.text, visible(problem.message));
      else if (this.following) this.poll(5000);
    } finally { if (own === this.own) this.reading = false; }
  }

  append(text, head) {
    if (!text) return;
    if (this.empty) this.text.replaceChildren();
    const end = this.text.scrollHeight - this.text.scrollTop - this.text.offsetHeight < 30 || !this.text.textContent;
    const part = head + visibleLines(text);
    this.text.append(document.createTextNode(part));
    this.chars += part.length;
    while (this.chars > keep && this.text.childNodes.length > 1) { this.chars -= this.text.firstChild.length; this.text.firstChild.remove(); }
    if (end && this.next !== 0) this.text.scrollTop = this.text.scrollHeight;
  }

  follow(yes) {
    this.following = yes;
    setAttr(this.followButton, 'aria-pressed', String(yes));
    if (!yes) { clearTimeout(this.timer); return; }
    this.text.scrollTop = this.text.scrollHeight;
    this.poll();
  }

  poll(pause = 0) {
    clearTimeout(this.timer);
    if (this.following && !document.hidden) this.timer = setTimeout(() => { if (this.node.isConnected) this.read(); }, pause);
  }

  /** Ends the following. */
  stop() {
    this.follow(false);
    this.own = null;
    document.removeEventListener('visibilitychange', this.shown);
  }
}
