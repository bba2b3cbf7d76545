// A breaker that is shared by a fleet: what its instances say of it, who voted and who probes, and how far a command goes.
import { element, setAttribute, setClass, setHidden, setShape, setText, shape } from './dom.js';
import { STATES, WORDS, count, duration, moment, plural, remaining } from './words.js';

const MOST_ROWS = 50; // those in most trouble; a fleet may have thousands of instances

/** Whether a breaker or a group is shared: of a breaker, "live" then says whether it is open on this instance alone. */
const isShared = (target) => target.shared === true || typeof target.localOnly === 'boolean';

const badge = () => element('span', { class: 'badge' }, 'local-only');

/** Says beside a state that it is this instance's alone. */
export function showBadge(state, breaker) {
  const shown = state.querySelector('.badge');
  if (breaker.localOnly !== true) shown?.remove();
  else if (!shown) state.append(badge());
}

/** Chooses in the dialog of commands whether all instances are meant; shown where the breaker or the group is shared. */
export class ScopeChoice {
  #shared = false;
  #fleet;

  constructor(changed) {
    const choice = (value, label, about) => element('label', { class: 'choice' },
      element('input', { type: 'radio', name: 'scope', value, checked: value === 'fleet', onchange: changed }),
      element('span', {}, element('b', {}, label), element('small', {}, about)));
    this.node = element('fieldset', { class: 'choices scopes' }, element('legend', {}, 'Scope'),
      choice('fleet', 'All instances', 'and those that join later'), choice('node', 'This instance', 'the others go on by themselves'));
    this.#fleet = this.node.querySelector('[value=fleet]');
  }

  ask(target) {
    this.#shared = isShared(target);
  }

  /** A change of the config, as of whether it is enforced, is this instance's alone. */
  show(command) {
    setHidden(this.node, !this.#shared || command.body !== undefined);
  }

  /** The scope as the endpoint is told it; undefined where there is no choice. */
  get value() {
    return this.node.hidden ? undefined : this.#fleet.checked ? 'fleet' : 'node';
  }

  /** How far the command goes, after what it does. */
  get sentence() {
    return { fleet: ' It reaches all instances of the fleet.', node: ' It reaches this instance alone.' }[this.value] ?? '';
  }

  get words() {
    return { fleet: ' on all instances', node: ' on this instance' }[this.value] ?? '';
  }
}

/** The part of a breaker's own view that says what the fleet does; hidden where the breaker is not shared. */
export class FleetPanel {
  #rows = [];

  constructor() {
    this.sentence = element('p', { class: 'fleet-sentence' }, shape('CLOSED'), element('span', {}));
    this.lost = element('p', { class: 'problem', hidden: true }, 'The other instances cannot be reached: this one decides alone, and what stands here was known before.');
    this.facts = element('dl', { class: 'facts' });
    this.body = element('tbody', {});
    this.table = element('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Instances of the fleet' },
      element('table', {}, element('thead', {}, element('tr', {}, ...['Instance', 'State', 'Heartbeat'].map((title) => element('th', { scope: 'col' }, title)))), this.body));
    this.more = element('p', { class: 'hint', hidden: true });
    this.node = element('section', { class: 'panel fleet', 'aria-labelledby': 'view-fleet', hidden: true },
      element('h3', { id: 'view-fleet' }, 'Fleet'), this.sentence, this.lost, this.facts, this.table, this.more);
  }

  /** Shows what the endpoint has as "fleet"; so many seconds ago it was the server's time. */
  show(fleet, serverTime, aged) {
    setHidden(this.node, !fleet);
    if (!fleet) return;
    const left = fleet.until ? Math.max(0, (Date.parse(fleet.until) - serverTime) / 1000 - aged) : null;
    setAttribute(this.node, 'data-state', fleet.state);
    setShape(this.sentence.firstElementChild, fleet.state);
    setText(this.sentence.lastElementChild, said(fleet, left));
    setHidden(this.lost, fleet.connected);
    this.#showFacts(fleet);
    this.#showNodes(fleet);
  }

  #showFacts(fleet) {
    const names = (list) => list.join(', ');
    const facts = {
      ...(fleet.voters.length > 0 ? { Voted: names(fleet.voters) } : {}),
      ...(fleet.quorum > 0 ? { Quorum: `${plural(fleet.quorum, 'vote')} of ${plural(fleet.live, 'instance')}` } : {}),
      ...(fleet.probing.length > 0 ? { Probing: names(fleet.probing) } : {}),
      ...(fleet.until ? { Until: moment(fleet.until) } : {}),
    };
    const present = Object.keys(facts).join();
    if (this.facts.dataset.names !== present) {
      this.facts.dataset.names = present;
      this.facts.replaceChildren(...Object.keys(facts).map((name) => element('div', {}, element('dt', {}, name), element('dd', {}))));
    }
    Object.values(facts).forEach((value, index) => setText(this.facts.children[index].lastElementChild, value));
  }

  #showNodes(fleet) {
    const sorted = [...fleet.nodes].sort(worstFirst);
    const shown = sorted.slice(0, MOST_ROWS);
    while (this.#rows.length > shown.length) this.#rows.pop().node.remove();
    while (this.#rows.length < shown.length) {
      const row = new Row();
      this.#rows.push(row);
      this.body.append(row.node);
    }
    shown.forEach((node, index) => this.#rows[index].show(node, fleet));
    const hidden = sorted.length - shown.length;
    setHidden(this.more, hidden === 0);
    if (hidden > 0) setText(this.more, `${plural(hidden, 'more instance')}, in less trouble`);
  }
}

class Row {
  constructor() {
    this.name = element('th', { scope: 'row' });
    this.state = element('span', { class: 'state' }, shape('CLOSED'), element('span', { class: 'word' }));
    this.does = element('small', { hidden: true });
    this.seen = element('td', {});
    this.node = element('tr', {}, this.name, element('td', {}, this.state, this.does), this.seen);
  }

  show({ node, state, localOnly, seen }, { node: own, voters, probing }) {
    const [svg, word] = this.state.children;
    setText(this.name, node);
    setAttribute(this.node, 'data-state', state);
    setShape(svg, state);
    setText(word, WORDS[state] ?? state);
    showBadge(this.state, { localOnly });
    const does = [node === own && 'this instance', voters.includes(node) && 'voted', probing.includes(node) && 'probes'].filter(Boolean).join(', ');
    setHidden(this.does, does === '');
    setText(this.does, does);
    setText(this.seen, `${duration(seen)} ago`);
    setClass(this.node, 'alone', localOnly);
  }
}

function worstFirst(a, b) {
  return rank(a) - rank(b) || a.node.localeCompare(b.node, 'en', { numeric: true });
}

const rank = ({ state }) => (STATES.includes(state) ? STATES.indexOf(state) : STATES.length);

// What holds for all, and for how long
function said(fleet, left) {
  const { state, nodes, live, quorum, votes, probing, since } = fleet;
  const there = nodes.filter((node) => node.state === state).length;
  const where = ` on ${count(there)} of ${plural(nodes.length, 'instance')}`;
  const began = since ? ` since ${moment(since)}` : '';
  const forTime = left > 0 ? `, for another ${remaining(left)}` : '';
  const enough = quorum > 0 ? ` ${plural(quorum, 'vote')} of ${plural(live, 'instance')} ${quorum === 1 ? 'opens' : 'open'} it for all.` : '';
  const alone = nodes.filter((node) => node.localOnly).length;
  switch (state) {
    case 'OPEN':
      return `Open${where}${began}${left === 0 ? '; the fleet probes as soon as there are calls' : forTime}${votes > 0 ? `: ${plural(votes, 'vote')}, ${count(quorum)} needed` : ''}.`;
    case 'HALF_OPEN':
      return `Half-open${where}${began}: together they let through as many probes as one alone would${probing.length > 0 ? `, now ${probing.join(', ')}` : ''}.`;
    case 'CLOSED':
      return alone > 0 ? `Closed for the fleet, and not closed on ${plural(alone, 'instance')} alone.${enough}` : `Closed for the fleet.${enough}`;
    default:
      return `${WORDS[state] ?? state} by a command to the fleet${where}${began}${forTime || ', until another command'}.`;
  }
}
