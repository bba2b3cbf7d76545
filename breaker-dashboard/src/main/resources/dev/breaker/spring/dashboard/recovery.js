// What a breaker says beside its state: the share of the calls that it admits, the signals that live, and the calls under
// way. Where there is nothing to say, nothing is made.
import { element, setAttribute, setClass, setHidden, setText, shape } from './dom.js';
import { WORDS, admitsLess, duration, isShadow, meanwhile, plural, remaining, shadowed, shareOf } from './words.js';

const FEW = 3; // so many signals are on a tile

/** The state in words; closed with a share is not closed as another one is. */
export function stateWords(breaker) {
  const words = admitsLess(breaker)
    ? `${WORDS.CLOSED}, ${isShadow(breaker) ? 'would admit' : 'admits'} ${shareOf(breaker)}`
    : WORDS[breaker.state] ?? breaker.state;
  return shadowed(words, breaker);
}

/** The shape of the state, which a share has one of its own for. */
export const stateShape = (breaker) => (admitsLess(breaker) ? 'SHARE' : breaker.state);

/** What finds out whether the other side is well. */
export const probe = ({ darkProbes }) => (darkProbes ? 'dark probe' : 'probe');

/** What closes it, where no call does. */
export const recoveryFacts = ({ darkProbes, state }) => (darkProbes && (state === 'OPEN' || state === 'HALF_OPEN')
  ? { 'Closed by': 'a dark probe; no call is risked' }
  : {});

export class Recovery {
  #before;
  #node = null;
  #share;
  #meter;
  #fill;
  #value;
  #others;
  #signals;
  #calls;

  /** What there is to say comes after an element, in that one's parent. clear(source) asks to clear a signal. */
  constructor(before, clear = null) {
    this.#before = before;
    this.#signals = new SignalList(clear, clear ? Infinity : FEW);
  }

  show(breaker, aged, writable = false) {
    const less = admitsLess(breaker);
    const anything = less || breaker.signals.length > 0 || breaker.inFlight > 0;
    setClass(this.#before.parentElement, 'partial', less);
    if (!anything && this.#node === null) return;
    this.#node ??= this.#build();
    setHidden(this.#node, !anything);
    this.#showShare(breaker, less);
    this.#signals.show(breaker.signals, aged, writable);
    setHidden(this.#calls, breaker.inFlight === 0);
    setText(this.#calls, underWay(breaker, aged));
  }

  #build() {
    this.#fill = element('i', { class: 'fill' });
    this.#meter = element('span', { class: 'track', role: 'meter', 'aria-label': 'admitted', 'aria-valuemin': '0', 'aria-valuemax': '100' }, this.#fill);
    this.#value = element('span', { class: 'gauge-value' });
    this.#share = element('div', { class: 'gauge admitted' }, element('span', { class: 'gauge-label' }, 'admitted'), this.#meter, this.#value);
    this.#others = element('p', { class: 'others' });
    this.#calls = element('p', { class: 'under-way' });
    const node = element('div', { class: 'recovery' }, this.#share, this.#others, this.#signals.node, this.#calls);
    this.#before.after(node);
    return node;
  }

  #showShare(breaker, less) {
    setHidden(this.#share, !less);
    setHidden(this.#others, !less || isShadow(breaker));
    if (!less) return;
    const width = `${breaker.admittedShare}%`;
    if (this.#fill.style.width !== width) this.#fill.style.width = width;
    const text = `${shareOf(breaker)} of calls`;
    setText(this.#value, text);
    setAttribute(this.#meter, 'aria-valuenow', breaker.admittedShare);
    setAttribute(this.#meter, 'aria-valuetext', text);
    setText(this.#others, meanwhile(breaker).replace(/^Callers/, 'Refused callers'));
  }
}

const underWay = ({ inFlight, oldestInFlight }, aged) => `${plural(inFlight, 'call')} under way${inFlight === 1 ? ' for' : ', the oldest for'} ${duration(oldestInFlight + aged)}`;

/** The signals of a breaker, or of a group. */
export class SignalList {
  #clear;
  #most;
  #items = [];
  #further = element('li', { class: 'further', hidden: true });

  /** clear(source) asks to clear a signal; without it, there are no buttons. */
  constructor(clear, most = Infinity) {
    this.#clear = clear;
    this.#most = most;
    this.node = element('ul', { class: 'signals', 'aria-label': 'Signals', hidden: true }, this.#further);
  }

  show(signals, aged, writable) {
    const living = signals.filter((signal) => signal.remaining > aged);
    const shown = living.slice(0, this.#most);
    setHidden(this.node, living.length === 0);
    while (this.#items.length > shown.length) this.#items.pop().node.remove();
    while (this.#items.length < shown.length) this.#items.push(this.#make());
    shown.forEach((signal, index) => this.#items[index].show(signal, aged, writable));
    setHidden(this.#further, living.length === shown.length);
    setText(this.#further, `and ${plural(living.length - shown.length, 'further signal')}`);
  }

  #make() {
    const item = new SignalItem(this.#clear);
    this.#further.before(item.node);
    return item;
  }
}

class SignalItem {
  #source = element('b', {});
  #left = element('span', {});
  #reason = element('span', {});
  #button = null;
  #signal = null;

  constructor(clear) {
    if (clear) this.#button = element('button', { type: 'button', class: 'command', hidden: true, onclick: () => clear(this.#signal.source) }, 'Clear…');
    this.node = element('li', {}, shape('SIGNAL'), element('span', { class: 'signal' }, 'Signal of ', this.#source, this.#left, this.#reason), this.#button);
  }

  show(signal, aged, writable) {
    this.#signal = signal;
    setText(this.#source, signal.source);
    setText(this.#left, `, ${remaining(signal.remaining - aged)} left`);
    setText(this.#reason, signal.reason ? `: ${signal.reason}` : '');
    if (!this.#button) return;
    setHidden(this.#button, !writable);
    setAttribute(this.#button, 'aria-label', `Clear the signal of ${signal.source}`);
  }
}

/** Which signal a command clears. */
export class SignalChoice {
  #select = element('select', { name: 'source', id: 'command-source' });

  constructor() {
    this.node = element('div', { class: 'field', hidden: true }, element('label', { for: 'command-source' }, 'Signal of'), this.#select);
  }

  ask({ signals = [] }, source) {
    this.#select.replaceChildren(...signals.map((signal) => element('option', { value: signal.source }, signal.source)));
    if (source !== undefined) this.#select.value = source;
  }

  show(command) {
    setHidden(this.node, command.signal !== true);
  }

  get value() {
    return this.#select.value;
  }
}
