// What the application has told: the newest figures, and five minutes of outcomes for each breaker.
import { STATES, isShadow, refuses } from './words.js';

const SECONDS = 300;
export const SERIES = ['succeeded', 'failed', 'slow', 'ignored', 'refused'];

export class Store {
  application = '';
  instance = null;
  writable = false;
  commands = 'circuitbreakers';
  breakers = new Map(); // name -> the figures, with history and longestWait
  groups = new Map();
  receivedAt = 0; // by this machine's clock; 0 before the first answer
  serverTime = Date.now(); // by this machine's clock before the first answer

  /** Takes an answer of "live" or an event of the stream, and tells which states changed. */
  receive(live) {
    const first = this.receivedAt === 0;
    const changes = [];
    this.application = live.application ?? '';
    this.instance = live.instance;
    this.writable = live.writable === true;
    this.commands = live.commands ?? 'circuitbreakers';
    this.receivedAt = Date.now();
    this.serverTime = Date.parse(live.time);
    this.groups = new Map(live.groups.map((group) => [group.name, group]));
    const end = endOf(live);
    const gone = new Set(this.breakers.keys());
    for (const breaker of live.breakers) {
      gone.delete(breaker.name);
      const before = this.breakers.get(breaker.name);
      if (!first && before?.state !== breaker.state && (before || breaker.state !== 'CLOSED')) changes.push(breaker);
      this.breakers.set(breaker.name, joined(before, breaker, end));
    }
    gone.forEach((name) => this.breakers.delete(name));
    return changes;
  }

  /** The newest end of what the own view of a breaker was told, for keys that "live" does not have. */
  joinOne(before, answer) {
    return joined(before, answer.breaker, endOf({ since: answer.since, breakers: [answer.breaker] }));
  }

  /** Milliseconds since the figures were right; 0 before the first answer. */
  get age() {
    return this.receivedAt > 0 ? Date.now() - this.receivedAt : 0;
  }

  /**
   * How many breakers there are in each state, all keys of groups included; how many are open and refuse calls, which is
   * the worst state of those that are enforced, and how many are not.
   */
  counts() {
    const [counts, enforced] = [0, 0].map((none) => Object.fromEntries(STATES.map((state) => [state, none])));
    const add = (state, number, what) => {
      counts[state] += number;
      if (!isShadow(what)) enforced[state] += number;
    };
    for (const breaker of this.breakers.values()) {
      if (!this.groups.has(breaker.group)) add(breaker.state, 1, breaker);
    }
    for (const group of this.groups.values()) {
      for (const [state, number] of Object.entries(group.states)) add(state, number, group);
    }
    const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
    const total = sum(Object.values(counts));
    const open = sum(STATES.filter(refuses).map((state) => enforced[state]));
    const worst = STATES.find((state) => enforced[state] > 0) ?? 'CLOSED';
    return { ...counts, total, open, worst, shadows: total - sum(Object.values(enforced)) };
  }
}

// All series of an answer end at the same second; the longest begins at "since"
function endOf({ since, breakers }) {
  return (since ?? 0) + breakers.reduce((longest, { sparkline }) => Math.max(longest, sparkline?.succeeded.length ?? 0), 0);
}

function joined(before, breaker, end) {
  const samePeriod = before?.since === breaker.since && before.state === breaker.state;
  return {
    ...breaker,
    history: withNewest(before?.history, breaker.sparkline, end),
    longestWait: Math.max(samePeriod ? before.longestWait : 0, breaker.retryAfter ?? 0),
  };
}

function withNewest(history, newest, end) {
  const length = newest?.succeeded.length ?? 0;
  if (length === 0) return history ?? { end, states: '', ...Object.fromEntries(SERIES.map((name) => [name, []])) };
  const missing = history ? end - history.end : length;
  if (!history || length >= history.succeeded.length || missing > length || missing < 0) {
    return { end, states: newest.states ?? '', ...Object.fromEntries(SERIES.map((name) => [name, newest[name].slice()])) };
  }
  if (missing === 0) return history;
  for (const name of SERIES) {
    history[name].push(...newest[name].slice(length - missing));
    if (history[name].length > SECONDS) history[name].splice(0, history[name].length - SECONDS);
  }
  history.states = (history.states + (newest.states ?? '').slice(length - missing)).slice(-SECONDS);
  history.end = end;
  return history;
}

/** Sums of a history, for those who do not see its picture. */
export function sums(history) {
  const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
  return Object.fromEntries(SERIES.map((name) => [name, sum(history[name])]));
}
