// All breakers, those in most trouble first; keyed ones under the name of their group.
import { arrange, element, link, setAttribute, setClass, setHidden, setText } from './dom.js';
import { SignalList } from './recovery.js';
import { Tile } from './tile.js';
import { STATES, WORDS, count, explained, isShadow, named, plural, refuses, shadowed, trouble } from './words.js';

const BUDGET = 6; // milliseconds of a frame for the tiles
const RESTING = 1500; // tiles keep their places so long after the pointer moved over them
const FEW = 6; // so many keys are shown without being asked for

class Group {
  constructor(name, command) {
    this.name = name;
    this.tiles = element('ul', { class: 'tiles', id: `group-${Group.next++}`, 'aria-label': `Keys of ${named(name)}` });
    this.heading = element('span', { class: 'group-name' }, named(name));
    this.button = element('button', { type: 'button', class: 'disclosure', 'aria-controls': this.tiles.id, onclick: () => this.toggle() }, this.heading);
    this.size = element('span', { class: 'group-size' });
    this.states = element('span', { class: 'group-states' });
    this.command = element('button', { type: 'button', class: 'command', 'aria-label': `Command all keys of ${named(name)}`, onclick: () => command(this.group) }, 'Command all…');
    this.signals = new SignalList((source) => command(this.group, 'clearSignal', source));
    this.more = element('p', { class: 'more' });
    this.node = element('li', { class: 'group' },
      element('div', { class: 'group-head' }, element('h3', {}, this.button), this.size, this.states, this.command), this.signals.node, this.tiles, this.more);
  }

  static next = 1;

  toggle() {
    this.asked = !this.open;
    this.onToggle();
  }

  show(group, members, shown, { writable, age }) {
    this.group = group;
    this.signals.show(group.signals, age / 1000, writable);
    const troubled = STATES.some((state) => state !== 'CLOSED' && (group.states[state] ?? 0) > 0) || members.some((breaker) => trouble(breaker) < 7);
    this.open = this.asked ?? (troubled || members.length <= FEW);
    setAttribute(this.button, 'aria-expanded', this.open);
    setHidden(this.tiles, !this.open);
    const size = Object.values(group.states).reduce((sum, number) => sum + number, 0);
    setText(this.size, `${plural(size, 'key')} of at most ${count(group.limit)}${group.overflowCalls > 0 ? `, ${count(group.overflowCalls)} calls beyond the limit` : ''}`);
    setText(this.states, shadowed(STATES.filter((state) => (group.states[state] ?? 0) > 0).map((state) => `${count(group.states[state])} ${WORDS[state].toLowerCase()}`).join(' · ') || 'no keys', group));
    setClass(this.node, 'trouble', members.some((breaker) => refuses(breaker.state) && !isShadow(breaker)));
    setHidden(this.command, !writable);
    const hidden = size - shown;
    setHidden(this.more, !this.open || hidden <= 0);
    if (hidden > 0) setText(this.more, `${plural(hidden, 'more key')}, in less trouble or left out by the filter`);
  }
}

export class Overview {
  #store;
  #command;
  #list = element('ul', { class: 'tiles', id: 'breakers', 'aria-label': 'Circuit breakers, those in most trouble first' });
  #nothing = element('p', { class: 'nothing', hidden: true });
  #tiles = new Map();
  #groups = new Map();
  #queue = [];
  #frame = 0;
  #movedAt = -RESTING;
  #order = '';
  #filter = { state: null, text: '' };

  constructor(store, command) {
    this.#store = store;
    this.#command = command;
    this.node = element('div', { class: 'overview' }, this.#list, this.#nothing);
    this.#list.addEventListener('pointermove', () => { this.#movedAt = performance.now(); });
    this.#list.addEventListener('pointerleave', () => { this.#movedAt = -RESTING; });
  }

  filter(filter) {
    this.#filter = filter;
    this.#movedAt = -RESTING;
    if (this.#store.receivedAt > 0) this.update();
  }

  /** Shows what the store has. Texts and pictures follow in the next frames, what is seen first. */
  update() {
    this.#forget();
    const items = this.#items();
    this.#place(items);
    this.#showNothing(items.length);
    this.#queue = [...this.#tiles.values()].filter((tile) => tile.wanted).sort((a, b) => b.visible - a.visible);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  redraw() {
    this.#tiles.forEach((tile) => tile.redraw());
  }

  #forget() {
    for (const [name, tile] of this.#tiles) {
      if (!this.#store.breakers.has(name)) {
        tile.remove();
        this.#tiles.delete(name);
      }
      tile.wanted = false;
    }
    for (const [name, group] of this.#groups) {
      if (!this.#store.groups.has(name)) {
        group.node.remove();
        this.#groups.delete(name);
      }
    }
  }

  // What is shown, in the order of trouble: breakers, and groups with their members
  #items() {
    const items = [];
    const members = new Map([...this.#store.groups.keys()].map((name) => [name, []]));
    for (const breaker of this.#store.breakers.values()) {
      const rank = trouble(breaker);
      if (members.has(breaker.group)) members.get(breaker.group).push({ breaker, rank });
      else if (this.#matches(breaker)) items.push({ breaker, rank, name: breaker.name });
    }
    for (const [name, all] of members) {
      all.sort(worstFirst);
      const shown = all.filter(({ breaker }) => this.#matches(breaker));
      const group = this.#store.groups.get(name);
      // Of a large group, the keys of a state may not be among those that are here
      if (shown.length > 0 || this.#matchesGroup(group)) {
        items.push({ group, all, shown, rank: (shown[0]?.rank ?? 8) + 0.5, name });
      }
    }
    return items.sort(worstFirst);
  }

  #matches(breaker) {
    const { state, text } = this.#filter;
    if (state !== null && breaker.state !== state) return false;
    return text === '' || [breaker.name, explained(breaker), breaker.lastFailure].some((part) => part?.toLowerCase().includes(text));
  }

  #matchesGroup(group) {
    const { state, text } = this.#filter;
    return (state === null || group.states[state] > 0) && group.name.toLowerCase().includes(text);
  }

  #place(items) {
    const nodes = [];
    const order = [];
    const keeps = performance.now() - this.#movedAt < RESTING;
    for (const item of items) {
      if (item.group) {
        const group = this.#groupFor(item.name);
        const tiles = item.shown.map(({ breaker }) => this.#tileFor(breaker, breaker.key));
        group.show(item.group, item.all.map(({ breaker }) => breaker), item.shown.length, this.#store);
        tiles.forEach((tile) => { tile.wanted = group.open; });
        order.push(`${item.name}\n${item.shown.map(({ breaker }) => breaker.name).join('\n')}`);
        if (!keeps) arrange(group.tiles, tiles.map(({ node }) => node));
        nodes.push(group.node);
      } else {
        const tile = this.#tileFor(item.breaker, item.name);
        tile.wanted = true;
        order.push(item.name);
        nodes.push(tile.node);
      }
    }
    const present = order.join('\n\n');
    if (present !== this.#order && !(keeps && this.#list.childElementCount > 0)) {
      this.#order = present;
      arrange(this.#list, nodes);
    }
  }

  #tileFor(breaker, label) {
    let tile = this.#tiles.get(breaker.name);
    if (!tile) {
      tile = new Tile(breaker.name, label ?? breaker.name, this.#command);
      this.#tiles.set(breaker.name, tile);
    }
    return tile;
  }

  #groupFor(name) {
    let group = this.#groups.get(name);
    if (!group) {
      group = new Group(name, this.#command);
      group.onToggle = () => this.update();
      this.#groups.set(name, group);
    }
    return group;
  }

  #showNothing(shown) {
    setHidden(this.#nothing, shown > 0);
    if (shown > 0) return;
    const { text } = this.#filter;
    if (this.#store.breakers.size + this.#store.groups.size === 0) {
      this.#nothing.replaceChildren('There is no circuit breaker yet. One appears when it is configured, or first used.');
    } else if (text !== '') {
      this.#nothing.replaceChildren('Nothing here has that in its name or its cause. Of large groups only the 20 keys in most trouble are here: ',
        element('a', { href: link(this.#filter.typed) }, `look for a breaker called ${named(this.#filter.typed)}`));
    } else {
      this.#nothing.replaceChildren('No breaker is in this state.');
    }
  }

  // A part of the tiles in each frame, so that the page stays fluid with hundreds
  #paint() {
    this.#frame = 0;
    const begin = performance.now();
    const aged = this.#store.age / 1000;
    while (this.#queue.length > 0 && performance.now() - begin < BUDGET) {
      const tile = this.#queue.shift();
      const breaker = this.#store.breakers.get(tile.name);
      if (breaker) tile.show(breaker, this.#store, aged);
    }
    if (this.#queue.length > 0) this.#frame = requestAnimationFrame(() => this.#paint());
    else this.onPainted?.();
  }
}

function worstFirst(a, b) {
  return a.rank - b.rank || nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true });
}

const nameOf = (item) => item.name ?? item.breaker.name;
