// Makes and changes elements. Names and messages become text, never markup.

const SVG = 'http://www.w3.org/2000/svg';

// Control characters and those that turn the direction of writing could make a name look like another
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text as it is shown: what would be invisible, or change what is beside it, is a sign of its own. */
export const visible = (text) => String(text).toWellFormed().replace(UNSEEN, '\ufffd');

/** The URL of a breaker's own view. One with half a character in its name has none, and must not stop the page. */
export const link = (name) => `#/breaker/${encodeURIComponent(name.toWellFormed())}`;

// What is read out is what is shown
const attribute = (name, value) => (name === 'aria-label' ? visible(value) : String(value));

/** An element with attributes, listeners (on…) and children; what is null is left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key === 'class') made.className = value;
    else made.setAttribute(key, value === true ? '' : attribute(key, value));
  }
  made.append(...children.filter((child) => child != null).map((child) => (child instanceof Node ? child : visible(child))));
  return made;
}

/** A text whose lines may break after a dot or a comma, such as the name of a class. */
export const breakable = (text) => String(text).split(/(?<=[.,$])/).flatMap((part, index) => (index === 0 ? [part] : [document.createElement('wbr'), part]));

/** Sets a text where it differs, so that what stays the same costs no layout. */
export function setText(node, text) {
  if (node.shown !== text) {
    node.shown = text;
    node.textContent = visible(text);
  }
}

export function setAttribute(node, name, value) {
  const text = value == null ? null : attribute(name, value);
  if (node.getAttribute(name) === text) return;
  if (text === null) node.removeAttribute(name);
  else node.setAttribute(name, text);
}

export function setHidden(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}

export function setClass(node, name, present) {
  if (node.classList.contains(name) !== present) node.classList.toggle(name, present);
}

/** Puts nodes into an order with as few moves as there must be; a node keeps its focus. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) {
    if (!wanted.has(child)) child.remove();
  }
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) {
      next = next.nextElementSibling;
      continue;
    }
    const focused = node.contains(document.activeElement) ? document.activeElement : null;
    if (node.parentNode === parent && parent.moveBefore) parent.moveBefore(node, next);
    else parent.insertBefore(node, next);
    if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }
}

// --- The shapes of the states: each has a silhouette of its own

const SHAPES = {
  CLOSED: { d: 'M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2Zm0 1.9a4.9 4.9 0 1 1 0 9.8 4.9 4.9 0 0 1 0-9.8Zm2.5 2.6L7.4 8.9 5.8 7.3 4.7 8.4l2.7 2.7 4.2-4.3Z' },
  OPEN: { d: 'M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5ZM4 6.9v2.2h8V6.9Z' },
  HALF_OPEN: { d: 'M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2Zm0 1.9a4.9 4.9 0 0 1 0 9.8Z' },
  FORCED_OPEN: { d: 'M4.2 7V4.8a3.8 3.8 0 0 1 7.6 0V7h1.4v8H2.8V7Zm1.9 0h3.8V4.8a1.9 1.9 0 0 0-3.8 0Zm1 2.6v3h1.8v-3Z' },
  DISABLED: { d: 'M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2Zm0 1.9c1 0 2 .3 2.7.8L3.9 10.7A4.9 4.9 0 0 1 8 3.1Zm4.1 2.2a4.9 4.9 0 0 1-6.8 6.8Z' },
  METRICS_ONLY: { d: 'M1.5 8.5h3.2v6H1.5Zm4.9-7h3.2v13H6.4Zm4.9 4.2h3.2v8.8h-3.2Z' },
  // Closed, and not all calls are admitted
  SHARE: { d: 'M1.2 14.8 14.8 1.2v13.6Z' },
  // No state: what another source says
  SIGNAL: { d: 'M1 5.6h3.4l7-4.1v13l-7-4.1H1Zm12 .2a3.4 3.4 0 0 1 0 4.4Z' },
};

/** Puts the shapes into the document, once, for shape() to refer to. */
export function shapes() {
  const store = document.createElementNS(SVG, 'svg');
  store.setAttribute('class', 'shapes');
  store.setAttribute('aria-hidden', 'true');
  for (const [state, { d }] of Object.entries(SHAPES)) {
    const symbol = document.createElementNS(SVG, 'symbol');
    symbol.setAttribute('id', `shape-${state}`);
    symbol.setAttribute('viewBox', '0 0 16 16');
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    path.setAttribute('fill-rule', 'evenodd');
    symbol.append(path);
    store.append(symbol);
  }
  return store;
}

/** The shape of a state; the word beside it says the same to those who do not see it. */
export function shape(state) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'shape');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'use'));
  setShape(svg, state);
  return svg;
}

export function setShape(svg, state) {
  setAttribute(svg.firstElementChild, 'href', `#shape-${state}`);
}
