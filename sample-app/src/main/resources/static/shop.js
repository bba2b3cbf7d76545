// The dashboard, and above it what only this shop has: faults of its services, customers, and what these get.
import { openDashboard } from './actuator/breakerdashboard/dashboard.js';
import { element, setAttribute, setClass, setHidden, setText } from './actuator/breakerdashboard/dom.js';

const PERIOD = 1000;
const MODES = ['ok', 'slow', 'error', 'hang', 'refuse'];
const RATES = [0, 5, 20, 50, 200];
const BACKLOG = 12000; // payments
const ABOUT = {
  payments: 'An annotated method with a fallback: orders are paid later. A backlog is a signal: the breaker opens before a call fails.',
  inventory: 'A breaker for each warehouse. Without stock there is no order. One that comes back is asked by a share of its customers, which grows.',
  partner: 'An annotated class without a fallback: 503 with Retry-After.',
};
const OUTCOMES = [
  { name: 'paid', label: '200 paid', status: 200 },
  { name: 'later', label: '202 paid later', status: 202 },
  { name: 'refused', label: '503 refused', status: 503 },
  { name: 'failed', label: '502 failed', status: 502 },
];
const STEPS = {
  customers: () => post('traffic?rps=20'),
  break: () => post('faults/payments?mode=error'),
  mend: () => post('faults/payments?mode=ok'),
};

const $ = (selector, root = document) => root.querySelector(selector);
const services = new Map(); // name -> its control
const done = { customers: false, broken: false, opened: false, closed: false };
let before = null; // the report of the traffic a second ago

async function json(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) {
    const { detail, message } = await response.json().catch(() => ({}));
    throw new Error(detail ?? message ?? `${path} answered ${response.status}`);
  }
  return response.json();
}

async function post(path) {
  try {
    await json(path, { method: 'POST' });
    await show();
  } catch (error) {
    trouble(error.message);
  }
}

function trouble(message) {
  setHidden($('#trouble'), !message);
  setText($('#trouble'), message ?? '');
}

function pressed(row, of) {
  for (const button of row.children) setAttribute(button, 'aria-pressed', of(button));
}

// --- Customers

function build() {
  $('#rates').append(...RATES.map((rate) => element('button', { type: 'button', 'data-rate': rate, onclick: () => post(`traffic?rps=${rate}`) }, rate === 0 ? 'Off' : rate)));
  $('#outcomes').append(...OUTCOMES.map(({ name, label }) => element('div', { class: name }, element('dt', {}, label), element('dd', {}))));
  for (const button of document.querySelectorAll('#steps [data-step]')) button.addEventListener('click', STEPS[button.dataset.step]);
}

function showTraffic(report) {
  pressed($('#rates'), (button) => +button.dataset.rate === report.rps);
  const total = (of, status) => (of.checkout[status] ?? 0) + (of.partner[status] ?? 0);
  OUTCOMES.forEach(({ status }, index) => {
    const second = before ? Math.max(0, total(report, status) - total(before, status)) : 0;
    setText($('dd', $('#outcomes').children[index]), `${total(report, status).toLocaleString('en')}${second > 0 ? ` (+${second})` : ''}`);
  });
  before = report;
}

// --- Services

function control(name, warehouses) {
  const where = warehouses && element('select', { 'aria-label': 'Warehouse in trouble' }, ...['all warehouses', ...warehouses].map((warehouse, index) => element('option', { value: index === 0 ? '' : warehouse }, warehouse)));
  const modes = element('div', { class: 'choice-row', role: 'group', 'aria-label': `Behaviour of ${name}` },
    ...MODES.map((mode) => element('button', { type: 'button', 'data-mode': mode, onclick: () => behave(name, mode, where?.value) }, mode)));
  const backlog = name === 'payments' ? element('button', { type: 'button', 'data-signal': 'backlog', 'aria-pressed': 'false', onclick: () => post(`backlog?waiting=${backlog.ariaPressed === 'true' ? 0 : BACKLOG}`) }, 'backlog') : null;
  const signals = backlog && element('div', { class: 'choice-row', role: 'group', 'aria-label': `Signals to ${name}` }, backlog);
  const received = element('span', {});
  const node = element('div', { class: `control service ${name}` }, element('h3', {}, name), element('p', { class: 'hint' }, ABOUT[name] ?? ''), modes, signals,
    element('p', { class: 'hint where' }, ...(where ? ['Trouble in ', where, '. '] : []), received, ' requests have arrived there.'));
  $('#services').append(node);
  return { modes, received };
}

function behave(name, mode, warehouse) {
  const only = warehouse && mode !== 'ok' && mode !== 'refuse' ? `&warehouse=${encodeURIComponent(warehouse)}` : '';
  return post(`faults/${name}?mode=${mode}${only}`);
}

function showFaults(faults) {
  for (const [name, service] of Object.entries(faults)) {
    if (!services.has(name)) services.set(name, control(name, service.warehouses));
    const { modes, received } = services.get(name);
    pressed(modes, (button) => button.dataset.mode === service.mode);
    setText(received, service.received.toLocaleString('en'));
  }
}

function showBacklog({ signals }) {
  setAttribute($('[data-signal=backlog]'), 'aria-pressed', signals.some(({ source }) => source === 'backlog'));
}

// --- The steps: each is done once it was seen, and the first that is not is next

function showSteps(traffic, faults, payments) {
  const broken = faults.payments.mode !== 'ok';
  if (broken && done.closed) Object.assign(done, { opened: false, closed: false });
  done.customers = traffic.rps > 0;
  done.broken = broken || done.opened;
  if (broken && payments.state === 'OPEN') done.opened = true;
  if (done.opened && !broken && payments.state === 'CLOSED') done.closed = true;
  const steps = [done.customers, done.broken, done.opened, done.closed];
  const next = steps.indexOf(false);
  steps.forEach((over, index) => {
    const step = $('#steps').children[index];
    setClass(step, 'done', over);
    setClass(step, 'now', index === next);
    setAttribute(step, 'aria-current', index === next ? 'step' : null);
  });
}

// --- The round

async function show() {
  const [faults, traffic, payments] = await Promise.all([json('faults'), json('traffic'), json('actuator/circuitbreakers/payments')]);
  showFaults(faults);
  showTraffic(traffic);
  showBacklog(payments);
  showSteps(traffic, faults, payments);
}

async function round() {
  try {
    await show();
    trouble(null);
  } catch (error) {
    trouble(`The shop does not answer: ${error.message}`);
  }
  setTimeout(round, PERIOD);
}

build();
openDashboard($('#dashboard'));
round();
