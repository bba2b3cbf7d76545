// One breaker in the overview. A tile is made once, and changes only where its breaker did.
import { element, link, setAttribute, setClass, setHidden, setShape, setText, shape } from './dom.js';
import { showBadge } from './fleet.js';
import { draw } from './sparkline.js';
import { Recovery, probe, stateShape, stateWords } from './recovery.js';
import { sums } from './store.js';
import { cause, count, duration, isShadow, meanwhile, named, percent, perSecond, plural, remaining, trouble, withoutPackages } from './words.js';

const HEIGHT = 44;
const seen = new Map(); // canvas -> its tile

const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) seen.get(target)?.resized(contentRect.width);
});
const sights = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) seen.get(target)?.inSight(isIntersecting);
}, { rootMargin: '200px' });

let prototype = null;

function gauge(kind, label) {
  return element('div', { class: `gauge ${kind}` },
    element('span', { class: 'gauge-label' }, label),
    element('span', { class: 'track', role: 'meter', 'aria-label': label, 'aria-valuemin': '0', 'aria-valuemax': '100' },
      element('i', { class: 'fill' }), element('i', { class: 'threshold' })),
    element('span', { class: 'gauge-value' }));
}

function makePrototype() {
  const state = element('p', { class: 'state' }, shape('CLOSED'),
    element('span', { class: 'word' }), element('span', { class: 'time' }));
  return element('li', { class: 'tile' },
    element('div', { class: 'tile-head' }, element('h3', {}, element('a', {})), state),
    element('p', { class: 'why' }),
    element('div', { class: 'wait' }, element('span', { class: 'wait-text' }), element('span', { class: 'wait-track' }, element('i', {}))),
    element('p', { class: 'cause' }),
    element('p', { class: 'users' }),
    element('div', { class: 'picture' }, element('canvas', { class: 'sparkline', role: 'img', 'aria-label': 'Outcomes of the last five minutes' }), element('span', { class: 'peak', 'aria-hidden': 'true' })),
    gauge('failures', 'failed'),
    gauge('slow-calls', 'slow'),
    element('div', { class: 'tile-foot' },
      element('p', { class: 'figures' }, element('span', { class: 'rate' }), element('span', { class: 'refusals' }), element('span', { class: 'unjudged' })),
      element('button', { type: 'button', class: 'command' }, 'Command…')));
}

/** Shows a rate beside its threshold; also used by the own view. */
export function showGauge(node, rate, threshold) {
  const [, track, value] = node.children;
  const [fill, mark] = track.children;
  const width = `${rate ?? 0}%`;
  if (fill.style.width !== width) fill.style.width = width;
  setHidden(mark, threshold == null);
  if (threshold != null && mark.style.left !== `${threshold}%`) mark.style.left = `${threshold}%`;
  setClass(node, 'reached', threshold != null && rate != null && rate >= threshold);
  const text = threshold == null ? `${percent(rate)}, no limit` : `${percent(rate)} of ${percent(threshold)}`;
  setText(value, text);
  setAttribute(track, 'aria-valuenow', rate ?? 0);
  setAttribute(track, 'aria-valuetext', rate == null ? 'no calls yet' : text);
}

export { gauge };

/** What is being waited for, and how much of the wait is left, from 1 to 0. */
export function waiting(breaker, aged, serverTime) {
  const left = Math.max(0, (breaker.retryAfter ?? 0) - aged);
  const part = breaker.longestWait > 0 ? left / breaker.longestWait : 0;
  switch (breaker.state) {
    case 'OPEN':
      return left > 0 ? { text: `Next ${probe(breaker)} in ${remaining(left)}`, part } : { text: `A ${probe(breaker)} ${breaker.darkProbes ? 'is due' : 'may pass now'}`, part: 0 };
    case 'FORCED_OPEN':
    case 'DISABLED': {
      const until = breaker.command?.until ? (Date.parse(breaker.command.until) - serverTime) / 1000 - aged : null;
      const what = breaker.state === 'DISABLED' ? 'Off' : 'Held';
      if (until == null) return { text: `${what} until another command`, part: null };
      const whole = (Date.parse(breaker.command.until) - Date.parse(breaker.since)) / 1000;
      return { text: `${what} for another ${remaining(Math.max(0, until))}`, part: whole > 0 ? Math.min(1, Math.max(0, until / whole)) : null };
    }
    case 'HALF_OPEN':
      return { text: `${breaker.probesDone} of ${plural(breaker.probesPermitted, probe(breaker))} done`, part: breaker.probesPermitted > 0 ? breaker.probesDone / breaker.probesPermitted : 0 };
    default:
      return null;
  }
}

export function showWait(node, wait) {
  setHidden(node, wait === null);
  if (wait === null) return;
  const [text, track] = node.children;
  setText(text, wait.text);
  setHidden(track, wait.part === null);
  if (wait.part !== null) {
    const scale = `scaleX(${wait.part.toFixed(3)})`;
    if (track.firstElementChild.style.transform !== scale) track.firstElementChild.style.transform = scale;
  }
}

/** The state as a shape, a word and a time. */
export function showState(node, breaker, aged) {
  const [svg, word, time] = node.children;
  setShape(svg, stateShape(breaker));
  setText(word, stateWords(breaker));
  setText(time, duration(breaker.stateSeconds + aged));
  showBadge(node, breaker);
}

/** What a picture of outcomes says, in words. */
export function said(history) {
  const all = sums(history);
  return `Last ${duration(history.succeeded.length)}: ${count(all.succeeded)} succeeded, ${count(all.failed)} failed, ${count(all.slow)} slow, ${count(all.ignored)} ignored, ${count(all.refused)} refused`;
}

export class Tile {
  #parts;
  #recovery;
  #width = 0;
  #visible = false;
  #breaker = null;
  #drawn = null;

  constructor(name, label, command) {
    prototype ??= makePrototype();
    this.name = name;
    this.node = prototype.cloneNode(true);
    const find = (selector) => this.node.querySelector(selector);
    this.#parts = {
      state: find('.state'), why: find('.why'), cause: find('.cause'), wait: find('.wait'), users: find('.users'), canvas: find('canvas'),
      peak: find('.peak'), failures: find('.failures'), slow: find('.slow-calls'), rate: find('.rate'), refusals: find('.refusals'),
      unjudged: find('.unjudged'), command: find('.command'),
    };
    this.#recovery = new Recovery(this.#parts.wait);
    const heading = find('a');
    setText(heading, named(label));
    heading.href = link(name);
    if (label !== name) setAttribute(heading, 'aria-label', named(name));
    setAttribute(this.#parts.command, 'aria-label', `Command ${named(name)}`);
    this.#parts.command.addEventListener('click', () => command(this.#breaker));
    seen.set(this.#parts.canvas, this);
    sizes.observe(this.#parts.canvas);
    sights.observe(this.#parts.canvas);
  }

  get visible() {
    return this.#visible;
  }

  show(breaker, store, aged) {
    const parts = this.#parts;
    const inTrouble = trouble(breaker) < 6;
    this.#breaker = breaker;
    setAttribute(this.node, 'data-state', breaker.state);
    setClass(this.node, 'trouble', inTrouble);
    setClass(this.node, 'shadow', isShadow(breaker));
    showState(parts.state, breaker, aged);
    const why = inTrouble ? cause(breaker) : '';
    setHidden(parts.why, why === '');
    setText(parts.why, why);
    const failure = inTrouble ? breaker.lastFailure ?? breaker.topFailure : breaker.failureRate > 0 ? breaker.topFailure : null;
    setHidden(parts.cause, !failure);
    if (failure) setText(parts.cause, `${inTrouble ? 'Last' : 'Mostly'}: ${withoutPackages(failure)}`);
    showWait(parts.wait, waiting(breaker, aged, store.serverTime));
    this.#recovery.show(breaker, aged);
    const refused = breaker.state === 'OPEN' || breaker.state === 'FORCED_OPEN' || breaker.state === 'HALF_OPEN';
    setHidden(parts.users, !refused);
    if (refused) setText(parts.users, meanwhile(breaker));
    showGauge(parts.failures, breaker.failureRate, breaker.failureRateThreshold);
    setHidden(parts.slow, breaker.slowCallRateThreshold == null);
    if (breaker.slowCallRateThreshold != null) showGauge(parts.slow, breaker.slowCallRate, breaker.slowCallRateThreshold);
    setText(parts.rate, `${perSecond(breaker.callsPerSecond)} calls/s`);
    const refusals = breaker.notPermittedCallsTotal;
    if (isShadow(breaker)) setText(parts.refusals, `${count(breaker.wouldRefuseTotal)} would be refused`);
    else setText(parts.refusals, refusals === 0 ? 'none refused' : `${count(refusals)} refused${breaker.refusalsPerSecond > 0 ? `, ${perSecond(breaker.refusalsPerSecond)}/s` : ''}`);
    const missing = breaker.state === 'CLOSED' ? breaker.callsUntilEvaluated : 0;
    setHidden(parts.unjudged, missing === 0);
    if (missing > 0) setText(parts.unjudged, `judged after ${plural(missing, 'more call')}`);
    setHidden(parts.command, !store.writable);
    this.#draw();
  }

  resized(width) {
    this.#width = width;
    this.#drawn = null;
    this.#draw();
  }

  inSight(visible) {
    this.#visible = visible;
    this.#draw();
  }

  redraw() {
    this.#drawn = null;
    this.#draw();
  }

  #draw() {
    const history = this.#breaker?.history;
    if (!history || !this.#visible || this.#width === 0 || this.#drawn === history.end) return;
    this.#drawn = history.end;
    const highest = draw(this.#parts.canvas, this.#width, HEIGHT, history);
    setText(this.#parts.peak, highest > 0 ? `peak ${perSecond(highest)}/s` : 'no calls in five minutes');
    setAttribute(this.#parts.canvas, 'aria-label', said(history));
  }

  remove() {
    seen.delete(this.#parts.canvas);
    sizes.unobserve(this.#parts.canvas);
    sights.unobserve(this.#parts.canvas);
    this.node.remove();
  }
}
