// The frame: summary, filters, search, the state of the connection, and which of the two views is shown.
import { Connection } from './connection.js';
import { CommandDialog } from './commands.js';
import { element, link, setAttribute, setClass, setHidden, setText, setShape, shape, shapes, visible } from './dom.js';
import { Overview } from './overview.js';
import { Store } from './store.js';
import { nextTheme, onThemeChange, theme } from './theme.js';
import { View } from './view.js';
import { STATES, WORDS, count, duration, named, plural, refuses, shadowed, timeOfDay } from './words.js';

const QUIET = 4000; // changes of state are announced together, at most so often
const ROUTE = /^#\/breaker\/(.+)$/;

/** Puts the dashboard into an element; one for each document. */
export function openDashboard(root) {
  return new Dashboard(root);
}

class Dashboard {
  #store = new Store();
  #connection = new Connection((live) => this.#received(live), () => this.#tick());
  #dialog = new CommandDialog((name, body) => this.#give(name, body), (text) => this.#toast(text));
  #overview = new Overview(this.#store, (...asked) => this.#dialog.ask(...asked));
  #view = null;
  #filter = { state: null, text: '', typed: '' };
  #news = [];
  #told = 0;
  #title = ''; // while figures are right

  constructor(root) {
    this.#build();
    root.append(shapes(), this.skip, this.header, this.lost, this.main, this.toast, this.announcer, this.#dialog.node);
    window.addEventListener('hashchange', () => this.#route(true));
    document.addEventListener('keydown', (event) => this.#key(event));
    onThemeChange(() => this.#overview.redraw());
    this.#overview.onPainted = () => {
      if (this.#painted) return;
      this.#painted = true;
      performance.mark('breakers-shown');
    };
    this.#route(false);
    this.#connection.start();
  }

  #painted = false;

  #build() {
    this.skip = element('a', { class: 'skip', href: '#breaker-main', onclick: (event) => {
      event.preventDefault();
      this.main.focus();
    } }, 'Skip to the breakers');
    this.application = element('h1', {}, 'Circuit breakers');
    this.instance = element('span', { class: 'instance' });
    this.connected = element('span', { class: 'connected', 'data-how': 'waiting' }, element('i', { 'aria-hidden': 'true' }), element('span', {}, 'Connecting'));
    this.theme = element('button', { type: 'button', class: 'theme', onclick: () => {
      nextTheme();
      this.#showTheme();
    } });
    this.#showTheme();
    this.worst = shape('CLOSED');
    this.summary = element('p', { class: 'summary', id: 'summary' }, this.worst, element('strong', {}, '…'), element('span', {}));
    this.chips = element('div', { class: 'chips', role: 'group', 'aria-label': 'Show only' });
    this.search = element('input', { type: 'search', placeholder: 'Search name or cause', 'aria-label': 'Search breakers by name or cause', 'aria-keyshortcuts': '/', autocomplete: 'off', spellcheck: 'false', oninput: () => this.#filtered() });
    this.tools = element('div', { class: 'tools' }, this.chips, element('div', { class: 'search' }, this.search, element('kbd', { 'aria-hidden': 'true' }, '/')));
    this.header = element('header', { class: 'top' },
      element('div', { class: 'bar' }, element('div', { class: 'who' }, this.application, this.instance), this.connected, this.theme), this.summary);
    this.lost = element('p', { class: 'lost', role: 'alert', hidden: true }, element('strong', {}), element('span', { 'aria-live': 'off' }));
    this.main = element('main', { id: 'breaker-main', tabindex: '-1' }, this.tools, this.#overview.node);
    this.toast = element('p', { class: 'toast', role: 'status' });
    this.announcer = element('p', { class: 'unseen', role: 'status' });
  }

  // --- What comes in

  #received(live) {
    const changes = this.#store.receive(live);
    this.#news.push(...changes.map((breaker) => `${named(breaker.name)} is ${shadowed(WORDS[breaker.state].toLowerCase(), breaker)}`));
    this.#show();
    if (changes.some(({ name }) => name === this.#view?.name)) this.#view.refresh();
  }

  #tick() {
    const how = this.#connection.how;
    if (this.#store.receivedAt > 0 && how !== 'lost' && this.#store.age > 1500) this.#update();
    this.#showConnection(how);
    this.#announce();
  }

  #show() {
    const { application, instance } = this.#store;
    const counts = this.#store.counts();
    setText(this.application, application || 'Circuit breakers');
    setText(this.instance, instance ?? '');
    this.#title = `${counts.open} of ${counts.total} open`;
    setShape(this.worst, counts.worst);
    setAttribute(this.summary, 'data-state', counts.worst);
    setText(this.summary.children[1], `${count(counts.open)} of ${count(counts.total)} open`);
    setText(this.summary.children[2], STATES.filter((state) => !refuses(state) && state !== 'CLOSED' && counts[state] > 0)
      .map((state) => `${count(counts[state])} ${WORDS[state].toLowerCase()}`)
      .concat(counts.shadows > 0 ? `${count(counts.shadows)} not enforced` : []).join(' · '));
    this.#showChips(counts);
    this.#showConnection(this.#connection.how);
    this.#update();
  }

  #update() {
    if (this.#view) this.#view.update();
    else this.#overview.update();
  }

  #showChips(counts) {
    const wanted = [null, ...STATES.filter((state) => counts[state] > 0 || state === this.#filter.state)];
    const key = wanted.join();
    if (this.chips.dataset.states !== key) {
      const focused = this.chips.contains(document.activeElement) ? document.activeElement.dataset.state : null;
      this.chips.dataset.states = key;
      this.chips.replaceChildren(...wanted.map((state) => element('button', { type: 'button', class: 'chip', 'data-state': state ?? 'ALL', onclick: () => this.#filterState(state) },
        state ? shape(state) : null, element('span', {}, state ? WORDS[state] : 'All'), element('b', {}))));
      if (focused) this.chips.querySelector(`[data-state="${focused}"]`)?.focus();
    }
    wanted.forEach((state, index) => {
      const chip = this.chips.children[index];
      setText(chip.lastElementChild, count(state ? counts[state] : counts.total));
      setAttribute(chip, 'aria-pressed', this.#filter.state === state);
    });
  }

  #showConnection(how) {
    const answered = this.#store.receivedAt > 0;
    const age = Math.floor(this.#store.age / 1000);
    const { trouble } = this.#connection;
    const [, word] = this.connected.children;
    setAttribute(this.connected, 'data-how', !answered && how !== 'lost' ? 'waiting' : how);
    setText(word, how === 'lost' ? trouble ? 'No figures' : 'No connection' : !answered ? 'Connecting' : how === 'live' ? 'Live' : 'Every 3 s');
    const old = how === 'lost';
    this.#showTitle(old ? word.shown : this.#title);
    setClass(document.documentElement, 'old-figures', old && answered);
    setHidden(this.lost, !old);
    if (!old) return;
    setText(this.lost.children[0], trouble ? `${trouble.replace(/[.!]$/, '')}.` : 'The application does not answer.');
    setText(this.lost.children[1], answered ? ` These figures are ${duration(age)} old, of ${timeOfDay(this.#store.receivedAt)}. Trying again.` : ' Trying again.');
  }

  // In the title of a tab that is not looked at, too, where no frame is painted
  #showTitle(said) {
    const title = said && visible(`${said} – ${this.#store.application || 'circuit breakers'}`);
    if (title && document.title !== title) document.title = title;
  }

  // --- What is asked for

  #route(moveFocus) {
    const name = decoded(ROUTE.exec(location.hash)?.[1]);
    if (name === this.#view?.name && this.#view) return;
    const back = this.#view?.name;
    this.#view?.close();
    this.#view = null;
    setHidden(this.tools, name !== undefined);
    setClass(this.header, 'above-view', name !== undefined);
    setHidden(this.#overview.node, name !== undefined);
    if (name !== undefined) {
      this.#view = new View(name, this.#store, this.#connection, (...asked) => this.#dialog.ask(...asked));
      this.main.append(this.#view.node);
      if (moveFocus) {
        window.scrollTo(0, 0);
        this.#view.heading.focus();
      }
    }
    if (this.#store.receivedAt > 0) this.#update();
    if (back !== undefined && name === undefined && moveFocus) this.main.querySelector(`a[href="${CSS.escape(link(back))}"]`)?.focus();
  }

  #filterState(state) {
    this.#filter.state = this.#filter.state === state ? null : state;
    this.#filtered();
  }

  #filtered() {
    const typed = this.search.value.trim();
    this.#filter = { ...this.#filter, typed, text: typed.toLowerCase() };
    this.#overview.filter(this.#filter);
    if (this.#store.receivedAt > 0) this.#showChips(this.#store.counts());
  }

  #key(event) {
    const typing = event.target.closest?.('input, textarea, select, dialog');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !this.#view) {
      event.preventDefault();
      this.search.focus();
      this.search.select();
    } else if (event.key === 'Escape' && event.target === this.search && this.search.value !== '') {
      event.preventDefault();
      this.search.value = '';
      this.#filtered();
    }
  }

  async #give(name, body) {
    await this.#connection.command(this.#store.commands, name, body);
    await this.#connection.refresh();
    await this.#view?.refresh();
  }

  // --- What is said

  #toast(text) {
    setText(this.toast, text);
    setClass(this.toast, 'seen', true);
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => {
      setClass(this.toast, 'seen', false);
      setText(this.toast, '');
    }, 6000);
  }

  #announce() {
    if (this.#news.length === 0 || Date.now() - this.#told < QUIET) return;
    this.#told = Date.now();
    setText(this.announcer, this.#news.length > 3 ? `${plural(this.#news.length, 'change')} of state. ${document.title}` : this.#news.join('. '));
    this.#news = [];
  }

  #showTheme() {
    const word = { system: 'System', light: 'Light', dark: 'Dark' }[theme()];
    setText(this.theme, word);
    setAttribute(this.theme, 'aria-label', `Colours: ${word.toLowerCase()}. Change`);
  }
}

function decoded(part) {
  try {
    return part && decodeURIComponent(part);
  } catch {
    return part;
  }
}
