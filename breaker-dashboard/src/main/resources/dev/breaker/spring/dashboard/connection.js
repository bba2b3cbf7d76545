// Live by server-sent events; where these do not come, and in a hidden tab, by polling. URLs are relative to this module, for
// the page does not know its own prefix.

const SILENCE = 3000; // no event for so long: ask
const LOST = 6000; // no answer for so long: the figures are old
const PATIENCE = 8000; // a request may take so long
const AGAIN = 15000; // a stream that is closed, or silent, is opened anew after so long

const url = (path) => new URL(path, import.meta.url);

export class Connection {
  #receive;
  #tick;
  #stream = null;
  #openedAt = 0;
  #heardAt = Date.now();
  #eventAt = 0;
  #seenAt = 0;
  #asking = false;
  #failure = null; // of the last time it asked

  /** receive(live) is called for each answer; tick() each second. */
  constructor(receive, tick) {
    this.#receive = receive;
    this.#tick = tick;
  }

  start() {
    if (document.hidden) this.#ask();
    else this.#open();
    setInterval(() => this.#watch(), 1000);
    document.addEventListener('visibilitychange', () => this.#seen(!document.hidden));
    window.addEventListener('online', () => this.#ask());
  }

  // A browser has few connections to a host, for all its tabs together: those that nobody looks at hold none
  #seen(seen) {
    if (seen) {
      this.#seenAt = Date.now();
      this.#open();
      // A page that was asleep asks at once
      this.#watch();
    } else {
      this.#stream?.close();
      this.#stream = null;
    }
  }

  /** 'live', 'polling', or 'lost'. While it was hidden, its browser may have let it ask once a minute. */
  get how() {
    const now = Date.now();
    const asks = document.hidden || now - this.#seenAt <= SILENCE;
    if (now - this.#heardAt > LOST && (this.#failure || !asks)) return 'lost';
    return now - this.#eventAt <= SILENCE * 2 ? 'live' : 'polling';
  }

  #open() {
    this.#stream?.close();
    this.#openedAt = Date.now();
    this.#stream = new EventSource(url('stream'));
    this.#stream.addEventListener('live', (event) => {
      this.#eventAt = Date.now();
      this.#heard(JSON.parse(event.data));
    });
  }

  #heard(live) {
    this.#heardAt = Date.now();
    this.#failure = null;
    this.#receive(live);
  }

  #watch() {
    const now = Date.now();
    if (now - this.#heardAt > SILENCE) this.#ask();
    const silent = now - Math.max(this.#eventAt, this.#openedAt) > AGAIN;
    if (silent && !document.hidden) this.#open();
    this.#tick();
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    let live = null;
    try {
      live = await json('live');
    } catch (failure) {
      this.#failure = failure;
    }
    this.#asking = false;
    if (live) this.#heard(live);
    else this.#tick();
  }

  /** What was answered in place of figures the last time, in words; null where nothing was, or where all is well. */
  get trouble() {
    return this.#failure?.answered ? this.#failure.message : null;
  }

  /** The figures at once, such as after a command. */
  refresh() {
    return this.#ask();
  }

  async breaker(name) {
    return json(`breaker?name=${encodeURIComponent(name)}`);
  }

  /** Gives a command to a breaker or a group; throws what failed, in words. */
  async command(commands, name, body) {
    const path = pathOf(name);
    const headers = { 'Content-Type': 'application/json' };
    const live = await answer('live');
    const [header, token] = ['X-Csrf-Header-Name', 'X-Csrf-Token'].map((key) => live.headers.get(key));
    if (header && token) headers[header] = token;
    await answer(`../${commands}/${path}`, {
      method: 'POST', headers, body: JSON.stringify(body),
    });
  }
}

// A URL is resolved before it is asked for: such a segment would lead to another breaker, or to no breaker at all
function pathOf(name) {
  const segments = name.split('/');
  if (!name.isWellFormed() || segments.some((segment) => ['', '.', '..'].includes(segment))) {
    throw new Error("No path leads to this name: no segment may be empty, '.' or '..', and no character incomplete. Give the command to its group, or in code");
  }
  return segments.map(encodeURIComponent).join('/');
}

async function answer(path, options = {}) {
  let response;
  try {
    response = await fetch(url(path), { ...options, cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    throw unanswered(error);
  }
  if (response.type === 'opaqueredirect') throw answered('The application asks for a login: open this page anew');
  if (!response.ok) throw answered(await reason(response), response.status);
  return response;
}

async function json(path) {
  const response = await answer(path);
  try {
    return await response.json();
  } catch (error) {
    throw error instanceof SyntaxError ? answered('What answers is not this page\'s application: open this page anew') : unanswered(error);
  }
}

const unanswered = ({ name }) => new Error(name === 'TimeoutError' ? `No answer within ${PATIENCE / 1000} s` : 'No connection to the application');

const answered = (message, status) => Object.assign(new Error(message), { answered: true, status });

async function reason(response) {
  const text = await response.text().catch(() => '');
  let said;
  try {
    const { message, detail } = JSON.parse(text);
    said = message ?? detail;
  } catch {
    said = null;
  }
  if (said) return said;
  if (response.status === 401) return 'Not signed in (401): open this page anew';
  if (response.status === 403) return 'Not permitted (403): this account may not do it, or its session is over';
  return `The application answered ${response.status}`;
}
