// A breaker's own view: why it is or is not open, its charts, config, guarded methods, failures and events.
import { arrange, breakable, element, setAttribute, setClass, setHidden, setText, shape } from './dom.js';
import { OutcomeChart, ShareChart, library } from './charts.js';
import { FleetPanel } from './fleet.js';
import { SERIES, sums } from './store.js';
import { Recovery, recoveryFacts } from './recovery.js';
import { onThemeChange } from './theme.js';
import { gauge, said, showGauge, showState, showWait, waiting } from './tile.js';
import { count, duration, explained, isShadow, meanwhile, moment, named, percent, perSecond, plural, shadowed, timeOfDay, words } from './words.js';

const PERIOD = 2000;
const LATER = 10000; // where there is no such breaker
const QUICK = [['FORCED_OPEN', 'Force open…'], ['CLOSED', 'Close…'], ['HALF_OPEN', 'Probe now…'], ['DISABLED', 'Disable…'], ['METRICS_ONLY', 'More…']];

export class View {
  #store;
  #connection;
  #command;
  #answer = null;
  #own = null; // the figures of a breaker that "live" does not have
  #charts = [];
  #timer = 0;
  #closed = false;
  #shown = {};
  #drawn = null;
  #forgetTheme;

  constructor(name, store, connection, command) {
    this.name = name;
    this.#store = store;
    this.#connection = connection;
    this.#command = command;
    this.#build();
    this.#read();
    this.#loadCharts();
    this.#forgetTheme = onThemeChange(() => this.#charts.length > 0 && this.#makeCharts());
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#forgetTheme();
    this.#charts.forEach((chart) => chart.destroy());
    this.node.remove();
  }

  #build() {
    const section = (id, title, ...children) => element('section', { class: `panel ${id}`, 'aria-labelledby': `view-${id}` }, element('h3', { id: `view-${id}` }, title), ...children);
    this.heading = element('h2', { tabindex: '-1' }, named(this.name));
    this.state = element('p', { class: 'state' }, shape('CLOSED'), element('span', { class: 'word' }), element('span', { class: 'time' }));
    this.sentence = element('p', { class: 'sentence' });
    this.wait = element('div', { class: 'wait' }, element('span', { class: 'wait-text' }), element('span', { class: 'wait-track' }, element('i', {})));
    this.users = element('p', { class: 'users' });
    this.recovery = new Recovery(this.users, (source) => this.#command(this.breaker, 'clearSignal', source));
    this.buttons = element('div', { class: 'commands', role: 'group', 'aria-label': `Commands to ${named(this.name)}`, hidden: true },
      ...QUICK.map(([value, label]) => element('button', { type: 'button', class: 'command', 'data-command': value, onclick: () => this.#command(this.breaker, value) }, label)));
    this.problem = element('p', { class: 'problem', role: 'alert', hidden: true });
    this.failures = gauge('failures', 'failed');
    this.slow = gauge('slow-calls', 'slow');
    this.facts = element('dl', { class: 'facts' });
    this.outcomes = element('canvas', { role: 'img', 'aria-label': 'Calls a second' });
    this.shares = element('canvas', { role: 'img', 'aria-label': 'Share of failed and slow calls' });
    this.minutes = element('tbody', {});
    this.charts = section('charts', 'The last five minutes',
      element('figure', {}, element('figcaption', {}, 'Calls a second'), element('div', { class: 'chart' }, this.outcomes)),
      element('figure', {}, element('figcaption', {}, 'Share of the calls of each 10 seconds; the breaker itself looks at its window'), element('div', { class: 'chart' }, this.shares)));
    this.table = element('details', { class: 'as-table' }, element('summary', {}, 'As a table'),
      element('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Outcomes by minute' }, element('table', {}, head('Minute', 'Succeeded', 'Failed', 'Slow', 'Ignored', 'Refused'), this.minutes)));
    this.charts.append(this.table);
    this.failed = new FailureList();
    this.bindings = element('div', {}, nothing(LOADING));
    this.config = element('div', {}, nothing(LOADING));
    this.events = new KeptList(element('ol', { class: 'happened', tabindex: '0', 'aria-label': 'Events, the newest first' }), 'No event is kept.', happened, showRun);
    this.fleet = new FleetPanel();
    this.body = element('div', { class: 'view-body', hidden: true },
      element('div', { class: 'view-main' }, this.fleet.node, this.charts, section('failed', 'What failed', this.failed.node), section('events', 'What happened', this.events.node)),
      element('div', { class: 'view-side' }, section('figures', 'Figures', this.failures, this.slow, this.facts), section('methods', 'Guarded methods', this.bindings), section('config', 'Configuration', this.config)));
    this.node = element('article', { class: 'view' },
      element('p', { class: 'back' }, element('a', { href: '#/' }, '← All breakers')),
      element('div', { class: 'view-head' }, this.heading, this.state, this.buttons), this.sentence, this.wait, this.users, this.problem, this.body);
    [this.state, this.wait, this.sentence, this.users].forEach((node) => { node.hidden = true; });
  }

  get breaker() {
    return this.#store.breakers.get(this.name) ?? this.#own;
  }

  async #read() {
    clearTimeout(this.#timer);
    let pause = PERIOD;
    try {
      this.#answer = await this.#connection.breaker(this.name);
      this.#own = this.#store.joinOne(this.#own, this.#answer);
      this.#trouble(null);
    } catch (failure) {
      if (failure.status === 404) pause = LATER;
      this.#trouble(failure.status === 404 ? `${failure.message}. It may be a key that has had no call yet, or that was forgotten.` : failure.message);
    }
    if (this.#closed) return;
    this.update();
    this.#timer = setTimeout(() => this.#read(), pause);
  }

  /** What changed is read at once. */
  refresh() {
    return this.#read();
  }

  #trouble(message) {
    setHidden(this.problem, message === null);
    setText(this.problem, message ?? '');
  }

  update() {
    const { breaker } = this;
    if (!breaker || this.#closed) return;
    const aged = this.#store.age / 1000;
    this.node.dataset.state = breaker.state;
    setClass(this.node, 'shadow', isShadow(breaker));
    [this.state, this.sentence, this.body].forEach((node) => setHidden(node, false));
    showState(this.state, breaker, aged);
    setText(this.sentence, explained(breaker));
    showWait(this.wait, waiting(breaker, aged, this.#store.serverTime));
    const refuses = ['OPEN', 'FORCED_OPEN', 'HALF_OPEN'].includes(breaker.state);
    setHidden(this.users, !refuses);
    if (refuses) setText(this.users, `${meanwhile(breaker)}.`);
    this.recovery.show(breaker, aged, this.#store.writable);
    setHidden(this.buttons, !this.#store.writable);
    for (const button of this.buttons.children) setHidden(button, button.dataset.command === breaker.state && breaker.state !== 'METRICS_ONLY');
    showGauge(this.failures, breaker.failureRate, breaker.failureRateThreshold);
    setHidden(this.slow, breaker.slowCallRateThreshold == null);
    if (breaker.slowCallRateThreshold != null) showGauge(this.slow, breaker.slowCallRate, breaker.slowCallRateThreshold);
    this.#showFacts(breaker);
    this.#showHistory(breaker);
    if (this.#answer) {
      this.fleet.show(this.#answer.fleet, this.#store.serverTime, aged);
      this.#once('failures', this.#answer.failures, (failures) => this.failed.show(failures));
      this.#once('bindings', this.#answer.bindings, (bindings) => this.bindings.replaceChildren(...methods(bindings)));
      this.#once('config', this.#answer.config, (config) => this.config.replaceChildren(...configured(config)));
      this.#once('events', this.#answer.events, (events) => this.events.show(inRuns(events ?? [], this.#answer.breaker)));
    }
  }

  // A part is made anew where what it shows is another
  #once(part, value, show) {
    const text = JSON.stringify(value ?? null);
    if (this.#shown[part] === text) return;
    this.#shown[part] = text;
    show(value);
  }

  #showFacts(breaker) {
    const command = breaker.command;
    const facts = {
      Since: moment(breaker.since),
      ...(command ? {
        'Commanded by': command.actor ?? 'a command without an account',
        ...(command.comment ? { Reason: command.comment } : {}),
        Until: command.until ? moment(command.until) : 'another command',
      } : {}),
      'Calls a second': perSecond(breaker.callsPerSecond),
      'Refusals a second': perSecond(breaker.refusalsPerSecond),
      'Calls in the window': count(breaker.bufferedCalls),
      ...(breaker.state === 'CLOSED' && breaker.callsUntilEvaluated > 0 ? { 'Judged after': `${count(breaker.callsUntilEvaluated)} more` } : {}),
      ...(breaker.state === 'HALF_OPEN' ? { 'Probes done': `${breaker.probesDone} of ${breaker.probesPermitted}` } : {}),
      ...recoveryFacts(breaker),
      ...(breaker.openings > 0 ? { 'Openings in a row': count(breaker.openings) } : {}),
      Succeeded: count(breaker.successfulCallsTotal),
      Failed: count(breaker.failedCallsTotal),
      Slow: count(breaker.slowCallsTotal),
      Ignored: count(breaker.ignoredCallsTotal),
      Refused: count(breaker.notPermittedCallsTotal),
      ...(isShadow(breaker) || breaker.wouldRefuseTotal > 0 ? { 'Would be refused': count(breaker.wouldRefuseTotal) } : {}),
    };
    const names = Object.keys(facts).join();
    if (this.facts.dataset.names !== names) {
      this.facts.dataset.names = names;
      this.facts.replaceChildren(...Object.keys(facts).map((name) => element('div', {}, element('dt', {}, name), element('dd', {}))));
    }
    Object.values(facts).forEach((value, index) => setText(this.facts.children[index].lastElementChild, value));
  }

  #showHistory({ history }) {
    if (!history || this.#drawn === history.end) return;
    this.#drawn = history.end;
    this.#charts.forEach((chart) => chart.show(history, this.breaker));
    this.outcomes.setAttribute('aria-label', said(history));
    const all = sums(history);
    this.shares.setAttribute('aria-label', all.succeeded + all.failed > 0
      ? `Of all calls of that time ${percent((all.failed / (all.succeeded + all.failed)) * 100)} failed and ${percent((all.slow / (all.succeeded + all.failed)) * 100)} were slow`
      : 'No calls in that time');
    this.minutes.replaceChildren(...minutes(history));
  }

  async #loadCharts() {
    try {
      await library();
      if (!this.#closed) this.#makeCharts();
    } catch {
      // Without the library there is the table
      setClass(this.charts, 'without-charts', true);
      this.table.open = true;
    }
  }

  async #makeCharts() {
    const Chart = await library();
    this.#charts.forEach((chart) => chart.destroy());
    this.#charts = [new OutcomeChart(Chart, this.outcomes), new ShareChart(Chart, this.shares)];
    this.#drawn = null;
    if (this.breaker) this.#showHistory(this.breaker);
  }
}

// Said of what the first answer is still to tell
const LOADING = 'Loading…';

const head = (...titles) => element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title))));

const table = (titles, rows) => element('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': titles.join(', ') },
  element('table', {}, head(...titles), element('tbody', {}, ...rows)));

const row = (attributes, ...cells) => element('tr', attributes, ...cells.map((cell) => element('td', {}, cell)));

const nothing = (text) => element('p', { class: 'hint' }, text);

function minutes(history) {
  const rows = [];
  const length = history.succeeded.length;
  for (let end = length; end > 0; end -= 60) {
    const part = Object.fromEntries(SERIES.map((name) => [name, history[name].slice(Math.max(0, end - 60), end)]));
    const all = sums(part);
    const until = new Date((history.end - length + end) * 1000);
    rows.push(row({}, `to ${timeOfDay(until)}`, count(all.succeeded), count(all.failed), count(all.slow), count(all.ignored), count(all.refused)));
  }
  return rows;
}

// A list, the newest first, whose items stay as long as what they show does, or the run that grows: so do the focus, what is scrolled to, and what is selected
class KeptList {
  #list;
  #none;
  #hint = nothing(LOADING);
  #make;
  #renew;
  #items = new Map();

  constructor(list, none, make, renew = null) {
    this.#list = list;
    this.#none = none;
    this.#make = make;
    this.#renew = renew;
    this.node = element('div', {}, list, this.#hint);
    setHidden(list, true);
  }

  /** Takes what there is, the oldest first. */
  show(values) {
    const today = new Date().toDateString(); // another day's times have their date
    const items = new Map();
    for (const value of values) {
      let key = `${today} ${value.run ?? JSON.stringify(value)}`;
      while (items.has(key)) key += ' ';
      const item = this.#items.get(key) ?? this.#make(value);
      this.#renew?.(item, value);
      items.set(key, item);
    }
    this.#items = items;
    arrange(this.#list, [...items.values()].reverse());
    setHidden(this.#list, values.length === 0);
    setText(this.#hint, this.#none);
    setHidden(this.#hint, values.length > 0);
  }
}

class FailureList {
  #counts = element('ul', { class: 'counts', 'aria-label': 'Failed calls since it was last closed, by what was thrown' });
  #heading = element('h4', {}, 'The last of them');
  #last = new KeptList(element('ol', { class: 'messages' }), 'Nothing since it was last closed.', message);

  constructor() {
    this.node = element('div', {}, this.#counts, this.#heading, this.#last.node);
    [this.#counts, this.#heading].forEach((node) => setHidden(node, true));
  }

  show(failures) {
    const counts = Object.entries(failures?.counts ?? {});
    const last = counts.length > 0 ? failures.last ?? [] : [];
    this.#counts.replaceChildren(...bars(counts));
    this.#last.show(last);
    setHidden(this.#counts, counts.length === 0);
    setHidden(this.#heading, last.length === 0);
    setHidden(this.#last.node, counts.length > 0 && last.length === 0);
  }
}

function bars(counts) {
  const most = Math.max(...counts.map(([, number]) => number));
  return counts.map(([type, number]) => {
    const fill = element('i', { class: 'fill' });
    fill.style.width = `${(number / most) * 100}%`;
    return element('li', {}, element('span', { class: 'type' }, type), element('span', { class: 'number' }, count(number)), element('span', { class: 'track', 'aria-hidden': 'true' }, fill));
  });
}

const message = ({ exception, message: text, time }) => element('li', {},
  element('time', { datetime: time }, moment(time)), element('span', { class: 'message' }, text ? `${exception}: ${text}` : exception));

function methods(bindings) {
  if (!bindings?.length) return [nothing('No annotated method is known. It may be guarded in code, or be an HTTP client.')];
  return [element('ul', { class: 'methods' }, ...bindings.map((binding) => element('li', { class: binding.intercepted ? null : 'broken' },
    element('code', {}, binding.method),
    element('span', {}, binding.fallbacks.length > 0 ? `falls back to ${binding.fallbacks.join(', ')}${binding.refusalFallback ? '' : ', but not where a call is refused'}` : 'no fallback'),
    binding.key ? element('span', {}, `key ${binding.key}`) : null,
    binding.intercepted ? null : element('strong', {}, `Not guarded: ${binding.reason ?? 'not intercepted'}`))))];
}

function configured(config) {
  if (!config?.length) return [nothing('Not known.')];
  const own = (line) => line.origin !== 'default';
  const sorted = [...config].sort((a, b) => own(b) - own(a) || a.property.localeCompare(b.property));
  return [table(['Property, and where its value is from', 'Value'], sorted.map((line) => row({ class: own(line) ? 'own' : null },
    element('div', {}, element('code', {}, line.property), element('small', {}, line.origin)), element('code', {}, ...breakable(line.value ?? 'off')))))];
}

// Refusals, with how many there were of them
const REFUSALS = { NOT_PERMITTED: 'notPermittedCallsTotal', WOULD_REFUSE: 'wouldRefuseTotal' };

/** Events, the oldest first, with refusals in a row as one item; of the first ones, some may be kept no more. */
function inRuns(events, totals) {
  const items = [];
  for (const event of events) {
    const last = items.at(-1);
    if (event.type in REFUSALS && last?.type === event.type) {
      last.times += 1;
      last.until = event.time;
    } else if (event.type in REFUSALS) {
      const first = !items.some(({ type }) => type === event.type);
      const more = first && events.filter(({ type }) => type === event.type).length < totals[REFUSALS[event.type]];
      items.push({ ...event, run: `${event.type} ${more ? '' : event.time}`, more, times: 1, until: event.time });
    } else {
      items.push(event);
    }
  }
  return items;
}

function showRun(item, { run, more, times, time, until }) {
  if (!run) return;
  const [when, , said] = item.children;
  setAttribute(when, 'datetime', until);
  setText(when, moment(until));
  const period = times > 1 ? `, from ${moment(time)} to ${moment(until)}` : '';
  setText(said, more || times > 1 ? `${more ? 'at least ' : ''}${plural(times, 'time')}${period}` : '');
}

const happened = (event) => element('li', { 'data-to': event.to },
  element('time', { datetime: event.time }, moment(event.time)),
  element('span', { class: 'type' }, event.to ? `${words(event.from)} → ${words(event.to)}` : EVENTS[event.type] ?? words(event.type)),
  element('span', { class: 'detail' }, detail(event)));

const EVENTS = { NOT_PERMITTED: 'refused', WOULD_REFUSE: 'would be refused' };

function detail({ reason, exception, elapsed, comment, actor, enforced }) {
  return [reason && shadowed(words(reason), { enforced }), actor && `by ${actor}`, comment, exception, elapsed && took(elapsed)].filter(Boolean).join(' · ');
}

// PT1M4.25S, as the endpoint writes durations
function took(elapsed) {
  const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(elapsed);
  if (!parts) return elapsed;
  const seconds = (+parts[1] || 0) * 3600 + (+parts[2] || 0) * 60 + (+parts[3] || 0);
  return seconds < 10 ? `${Math.round(seconds * 1000)} ms` : duration(seconds);
}
