// Asks the shop and its actuator every second, and shows the answers.

const PERIOD = 1000;
const HISTORY = 60;
const MODES = ['ok', 'slow', 'error', 'hang', 'refuse'];
const RATES = [0, 5, 20, 50, 200];
const ABOUT = {
  payments: 'An annotated method with a fallback: while it is away, orders are accepted and paid later.',
  inventory: 'A breaker a warehouse (key = "#warehouse"). Without stock there is no order: 502, or 503 at once.',
  partner: 'An annotated class without a fallback. A refusal is a 503 with Retry-After.',
};
const COMMANDS = {
  FORCED_OPEN: { name: 'Force open', consequence: 'Every call is refused.', holds: true },
  CLOSED: { name: 'Close', consequence: 'Calls pass, and the window starts anew.' },
  reset: { name: 'Reset', consequence: 'It starts as configured: window and totals are empty.' },
};
const OUTCOMES = [
  { name: 'paid', label: '200 paid', status: 200 },
  { name: 'later', label: '202 paid later', status: 202 },
  { name: 'refused', label: '503 refused', status: 503 },
  { name: 'failed', label: '502 failed', status: 502 },
];

const $ = (selector, root = document) => root.querySelector(selector);
const services = new Map();  // name -> its section
const breakers = new Map();  // name -> { card, snapshot, at }
const history = [];          // a { paid, later, refused, failed } a second
let before = null;           // the report of the traffic a second ago

async function json(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) {
    const answer = await response.text();
    throw new Error(`${path} answered ${response.status}: ${message(answer)}`);
  }
  return response.status === 204 ? null : response.json();
}

// The part of an error's JSON that is made for reading
function message(answer) {
  try {
    const { message, detail } = JSON.parse(answer);
    return message ?? detail ?? answer;
  } catch {
    return answer;
  }
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

const plural = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;
const clockTime = (instant) => new Date(instant).toLocaleTimeString([], { hour12: false });
const words = (name) => name.toLowerCase().replaceAll('_', ' ');

// PT1M4.25S -> 64.25
function seconds(duration) {
  const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(duration ?? '');
  return parts ? (+parts[1] || 0) * 3600 + (+parts[2] || 0) * 60 + (+parts[3] || 0) : 0;
}

const withoutPackage = (exception) => exception.replace(/^[\w.$]+[.$](?=\w)/, '');

function ago(instant) {
  const passed = Math.max(0, Math.round((Date.now() - Date.parse(instant)) / 1000));
  if (passed < 60) return `${passed} s`;
  return passed < 3600 ? `${Math.floor(passed / 60)} min` : `${Math.floor(passed / 3600)} h`;
}

// --- commands ---

async function command(path, options) {
  try {
    const answer = await json(path, { method: 'POST', ...options });
    await poll();
    return answer;
  } catch (error) {
    trouble(error.message, 6000);
    return null;
  }
}

// A command concerns every caller of the breaker: it is asked for again, with how long it holds and why
function ask(breaker, what) {
  const { name, consequence, holds } = COMMANDS[what];
  const dialog = $('#confirm');
  const form = $('form', dialog);
  form.reset();
  $('h2', dialog).textContent = `${name} ${breaker}?`;
  $('.consequence', dialog).textContent = consequence;
  $('.hold', dialog).hidden = !holds;
  $('.do', dialog).textContent = name;
  problem(null);
  form.onsubmit = (event) => {
    event.preventDefault();
    operate(breaker, what, form.elements.hold.value.trim(), form.elements.comment.value.trim());
  };
  dialog.showModal();
}

function problem(message) {
  $('#confirm .problem').hidden = !message;
  $('#confirm .problem').textContent = message ?? '';
}

async function operate(breaker, what, hold, comment) {
  const body = what === 'reset' ? { reset: true } : { state: what };
  if (hold) body.hold = hold;
  if (comment) body.reason = comment;
  try {
    await json(`actuator/circuitbreakers/${encodeURIComponent(breaker)}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    $('#confirm').close();
  } catch (error) {
    problem(error.message);
    return;
  }
  await poll().catch((error) => trouble(error.message, 6000));
}

function breakService(name, mode) {
  const where = $('select', services.get(name)).value;
  const only = where && mode !== 'ok' && mode !== 'refuse' ? `&warehouse=${encodeURIComponent(where)}` : '';
  command(`faults/${name}?mode=${mode}${only}`);
}

// --- traffic ---

function markRate(rps) {
  for (const button of $('#rates').children) {
    button.setAttribute('aria-pressed', String(+button.dataset.rate === rps));
  }
}

async function setRate(rate) {
  const report = await command(`traffic?rps=${rate}`);
  if (report) markRate(report.rps);
}

function showTraffic(report) {
  if (!$('#rates').children.length) {
    $('#rates').append(...RATES.map((rate) => {
      const button = element('button', rate === 0 ? 'Off' : rate);
      button.type = 'button';
      button.dataset.rate = rate;
      button.addEventListener('click', () => setRate(rate));
      return button;
    }));
    $('#outcomes').append(...OUTCOMES.map(({ name, label }) => {
      const outcome = element('div', '', name);
      outcome.append(element('dt', label), element('dd', ''));
      return outcome;
    }));
  }
  markRate(report.rps);
  const total = (of, status) => (of?.checkout[status] ?? 0) + (of?.partner[status] ?? 0);
  const second = {};
  OUTCOMES.forEach(({ name, status }, index) => {
    second[name] = before ? Math.max(0, total(report, status) - total(before, status)) : 0;
    const shown = $('dd', $('#outcomes').children[index]);
    shown.replaceChildren(total(report, status).toLocaleString('en'), element('small', `${second[name]} / s`));
  });
  before = report;
  history.push(second);
  if (history.length > HISTORY) history.shift();
}

function drawHistory() {
  const sum = (second) => OUTCOMES.reduce((all, { name }) => all + second[name], 0);
  const highest = Math.max(1, ...history.map(sum));
  const bars = [];
  history.forEach((second, index) => {
    let bottom = 56;
    for (const { name } of OUTCOMES) {
      const height = (second[name] / highest) * 54;
      if (height === 0) continue;
      bottom -= height;
      const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      bar.setAttribute('class', name);
      const place = { x: (HISTORY - history.length + index) * 4, y: bottom, width: 3.2, height };
      Object.entries(place).forEach(([key, value]) => bar.setAttribute(key, value));
      bars.push(bar);
    }
  });
  $('#history').replaceChildren(...bars);
}

// --- remote services ---

function serviceSection(name, warehouses) {
  const section = $('#service').content.cloneNode(true).firstElementChild;
  $('h2', section).textContent = name;
  $('.about', section).textContent = ABOUT[name] ?? '';
  $('.modes', section).setAttribute('aria-label', `Behaviour of ${name}`);
  $('.modes', section).append(...MODES.map((mode) => {
    const button = element('button', mode);
    button.type = 'button';
    button.dataset.mode = mode;
    button.addEventListener('click', () => breakService(name, mode));
    return button;
  }));
  const select = $('select', section);
  select.append(new Option('all warehouses', ''));
  if (warehouses) {
    select.append(...warehouses.map((warehouse) => new Option(warehouse, warehouse)));
    $('.where', section).hidden = false;
  }
  section.classList.add(name);
  $('#services .happened').before(section);
  return section;
}

function showFaults(faults) {
  for (const [name, service] of Object.entries(faults)) {
    if (!services.has(name)) services.set(name, serviceSection(name, service.warehouses));
    const section = services.get(name);
    for (const button of $('.modes', section).children) {
      button.setAttribute('aria-pressed', String(button.dataset.mode === service.mode));
    }
    $('.now', section).textContent = service.warehouse ? `, now ${service.mode} in ${service.warehouse} only` : '';
    $('.received', section).textContent = service.received.toLocaleString('en');
  }
}

// --- breakers ---

function breakerCard(name) {
  const card = $('#breaker').content.cloneNode(true).firstElementChild;
  $('h3', card).textContent = name;
  for (const button of card.querySelectorAll('[data-command]')) {
    button.addEventListener('click', () => ask(name, button.dataset.command));
  }
  const place = services.get(name.split(':')[0]) ?? [...services.values()].at(-1);
  $('.breakers', place).append(card);
  return card;
}

function showRate(row, rate, threshold) {
  $('i', row).style.width = `${rate ?? 0}%`;
  $('b', row).hidden = threshold == null;
  $('b', row).style.left = `${threshold ?? 0}%`;
  const limit = threshold == null ? '' : ` of ${Math.round(threshold)}`;
  $('.value', row).textContent = rate == null ? `–${limit} %` : `${Math.round(rate)}${limit} %`;
}

function outlook({ state, callsUntilEvaluated }) {
  switch (state) {
    case 'CLOSED': return callsUntilEvaluated > 0 ? `calls pass; ${callsUntilEvaluated} more until judged` : 'calls pass';
    case 'OPEN': return 'refuses calls';
    case 'HALF_OPEN': return 'lets a few probes pass';
    case 'FORCED_OPEN': return 'refuses calls';
    default: return 'everything passes';
  }
}

function waiting({ state }, left) {
  if (left > 0) return state === 'FORCED_OPEN' ? ` for another ${left.toFixed(1)} s` : `; a probe in ${left.toFixed(1)} s`;
  return state === 'FORCED_OPEN' ? ' until another command' : '';
}

function showBreaker(name, snapshot) {
  if (!breakers.has(name)) breakers.set(name, { card: breakerCard(name), longest: 0 });
  const breaker = breakers.get(name);
  const wait = seconds(snapshot.retryAfter);
  breaker.longest = breaker.snapshot?.since === snapshot.since ? Math.max(breaker.longest, wait) : wait;
  Object.assign(breaker, { snapshot, over: performance.now() + wait * 1000 });

  const { card } = breaker;
  card.dataset.state = snapshot.state;
  $('.state', card).textContent = `${snapshot.state.replace('_', ' ')} · ${ago(snapshot.since)}`;
  showRate($('.failure', card), snapshot.failureRate, snapshot.failureRateThreshold);
  showRate($('.slow', card), snapshot.slowCallRate, snapshot.slowCallRateThreshold);
  $('.window', card).textContent = `window ${plural(snapshot.bufferedCalls, 'call')} · `
    + `${snapshot.failedCalls} failed · ${snapshot.slowCalls} slow · ${snapshot.consecutiveFailures} failed in a row`;
  const totals = {
    ok: snapshot.successfulCallsTotal,
    failed: snapshot.failedCallsTotal,
    slow: snapshot.slowCallsTotal,
    ignored: snapshot.ignoredCallsTotal,
    refused: snapshot.notPermittedCallsTotal,
  };
  $('.totals', card).replaceChildren(...Object.entries(totals).map(([label, total]) => {
    const entry = element('div', '');
    entry.append(element('dt', label), element('dd', total.toLocaleString('en')));
    return entry;
  }));
  const change = snapshot.lastChange;
  const row = snapshot.openings > 1 ? ` (${snapshot.openings} in a row)` : '';
  $('.last', card).textContent = change
    ? `${clockTime(change.at)}: ${words(change.from)} → ${words(change.to)}, ${words(change.reason)}${row}`
    : 'No change of state yet';
  const because = why(change);
  $('.why', card).hidden = !because;
  $('.why', card).textContent = because;
  showCountdown(breaker);
}

// What failed, where the change is due to calls; what its operator says, where it is a command
function why(change) {
  const { lastFailure: failure, comment, actor } = change ?? {};
  if (comment || actor) return [comment, actor && `(${actor})`].filter(Boolean).join(' ');
  if (!failure || change.to !== 'OPEN') return '';
  const text = typeof failure === 'string' ? failure : [failure.type, failure.message].filter(Boolean).join(': ');
  return `last failure: ${withoutPackage(text)}`;
}

function showCountdown({ card, snapshot, over, longest }) {
  const left = Math.max(0, (over - performance.now()) / 1000);
  const counting = left > 0 && longest > 0;
  $('.countdown', card).classList.toggle('running', counting);
  $('.countdown i', card).style.transform = `scaleX(${counting ? left / longest : 0})`;
  $('.outlook', card).textContent = outlook(snapshot) + waiting(snapshot, left);
}

// Moves a card only when it must, for a moved button loses the focus
function sortCards(names) {
  for (const { children } of document.querySelectorAll('.breakers')) {
    const sorted = names.map((name) => breakers.get(name).card).filter((card) => [...children].includes(card));
    sorted.forEach((card, index) => {
      if (children[index] !== card) children[index].before(card);
    });
  }
}

function showBreakers(all) {
  // The breaker that keyed ones take their configuration from sees no call itself
  const bases = new Set(Object.keys(all).filter((name) => name.includes(':')).map((name) => name.split(':')[0]));
  const shown = Object.keys(all).filter((name) => !bases.has(name) && 'bufferedCalls' in all[name]).sort();
  for (const [name, { card }] of breakers) {
    if (!shown.includes(name)) {
      card.remove();
      breakers.delete(name);
    }
  }
  shown.forEach((name) => showBreaker(name, all[name]));
  sortCards(shown);
}

// --- events ---

function detail(event) {
  if (event.to) return `${words(event.from)} → ${words(event.to)}: ${words(event.reason)}`;
  const thrown = withoutPackage(event.exception ?? '');
  return event.elapsed ? `${thrown} (${Math.round(seconds(event.elapsed) * 1000)} ms)` : thrown;
}

// Refusals are left out, since the totals show them; what repeats itself between two changes of state is one entry
function entries(events) {
  const changes = {};
  const shown = new Map();
  for (const event of events.filter(({ type }) => type !== 'NOT_PERMITTED').reverse()) {
    const name = event.circuitBreaker;
    if (event.to) changes[name] = (changes[name] ?? 0) + 1;
    const key = `${name} ${event.type} ${changes[name] ?? 0}`;
    if (shown.has(key)) shown.get(key).times++;
    else shown.set(key, { event, times: 1 });
  }
  return [...shown.values()].slice(0, 40);
}

function showEvents(events) {
  const shown = entries(events);
  $('#no-events').hidden = shown.length > 0;
  $('#events').replaceChildren(...shown.map(({ event, times }) => {
    const entry = element('li', '');
    if (event.to) entry.dataset.to = event.to;
    entry.append(element('time', clockTime(event.time)),
      ` ${event.circuitBreaker} · ${words(event.type)}${times > 1 ? ` × ${times}` : ''}`, element('span', detail(event), 'detail'));
    return entry;
  }));
}

// --- the round ---

let troubleUntil = 0;

function trouble(message, forMillis = 0) {
  if (!message && performance.now() < troubleUntil) return;
  troubleUntil = performance.now() + forMillis;
  $('#trouble').hidden = !message;
  $('#trouble').textContent = message ?? '';
}

async function poll() {
  const [faults, all, events, traffic] = await Promise.all([
    json('faults'), json('actuator/circuitbreakers'), json('actuator/circuitbreakerevents'), json('traffic'),
  ]);
  showFaults(faults);
  const keyed = Object.values(all.groups).flatMap(({ keys }) => keys).map((breaker) => [breaker.name, breaker]);
  showBreakers({ ...all.circuitBreakers, ...Object.fromEntries(keyed) });
  showEvents(events.events);
  return traffic;
}

async function round() {
  try {
    showTraffic(await poll());
    drawHistory();
    trouble(null);
  } catch (error) {
    trouble(`The shop does not answer: ${error.message}`);
  }
  setTimeout(round, PERIOD);
}

$('#confirm .cancel').addEventListener('click', () => $('#confirm').close());
setInterval(() => breakers.forEach(showCountdown), 100);
round();
