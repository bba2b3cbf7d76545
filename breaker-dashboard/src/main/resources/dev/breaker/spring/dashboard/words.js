// How states, figures and times are said.

/** From the worst to the best; what is held or off by a command is in the middle. */
export const STATES = ['OPEN', 'FORCED_OPEN', 'HALF_OPEN', 'DISABLED', 'METRICS_ONLY', 'CLOSED'];

export const WORDS = {
  OPEN: 'Open',
  FORCED_OPEN: 'Forced open',
  HALF_OPEN: 'Half-open',
  DISABLED: 'Disabled',
  METRICS_ONLY: 'Metrics only',
  CLOSED: 'Closed',
};

export const refuses = (state) => state === 'OPEN' || state === 'FORCED_OPEN';

/** Whether it changes its state and refuses no call all the same: of a breaker, a group or a change. */
export const isShadow = ({ enforced }) => enforced === false;

export const shadowed = (text, what) => (isShadow(what) ? `${text}, not enforced` : text);

/** Whether it is closed and does not admit all calls: after closing, or while too few succeed. */
export const admitsLess = ({ state, admittedShare }) => state === 'CLOSED' && admittedShare < 100;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (number) => whole.format(number);

export const perSecond = (number) => (number < 100 ? tenths : whole).format(number);

/** Cut and not rounded, so that no rate below its threshold looks as if it had reached it. */
export const percent = (rate) => (rate == null ? '–' : `${tenths.format(Math.floor(rate * 10) / 10)} %`);

/** The share that is admitted, as the explanation says it: one that is not all calls never looks as if it was. */
export const shareOf = ({ admittedShare }) => percent(Math.min(99.9, Math.round(admittedShare * 10) / 10));

export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

/** A name as it is shown: quoted where blanks would not be seen otherwise, and none of them lost. */
export const named = (name) => (/^$|^\p{Zs}|\p{Zs}$|\p{Zs}{2}/u.test(name) ? `"${name.replaceAll(' ', '\u00a0')}"` : name);

/** Two units at most: 4 s, 2 min 5 s, 3 h 20 min, 2 d 4 h. */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return joined(Math.floor(s / 60), 'min', s < 600 ? s % 60 : 0, 's');
  if (s < 86400) return joined(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  return joined(Math.floor(s / 86400), 'd', Math.floor((s % 86400) / 3600), 'h');
}

const joined = (more, unit, less, smaller) => `${more} ${unit}${less ? ` ${less} ${smaller}` : ''}`;

/** What is still to come is never said to be over before it is. */
export const remaining = (seconds) => duration(Math.ceil(seconds));

export function timeOfDay(instant) {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleTimeString('en-GB');
}

/** The time of day, with the date where it is not today's. */
export function moment(instant) {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const today = date.toDateString() === new Date().toDateString();
  return today ? timeOfDay(date) : `${date.toLocaleDateString('en-CA')} ${timeOfDay(date)}`;
}

/** Classes without their packages and outer classes: java.net.ConnectException is ConnectException. */
export const withoutPackages = (text) => text.replace(/(?<![\w.$])(?:[a-z_][\w]*\.)+(?=[A-Z])/g, '').replace(/(?<![\w$])(?:[A-Z]\w*\$)+(?=[A-Z])/g, '');

export const words = (name) => (WORDS[name] ?? name.replaceAll('_', ' ')).toLowerCase();

/** What users get while calls are refused. */
export const meanwhile = (breaker) => (isShadow(breaker) ? 'Callers get their answers: no call is refused' : callersGet(breaker));

function callersGet(breaker) {
  if (!breaker.fallbacks) return `Callers get an error: no fallback ${breaker.answersFailures ? 'takes a refusal' : 'is known'}`;
  if (breaker.unanswered.length === 0) return `Callers get the answer of ${fallbacks(breaker)}`;
  const methods = guarded(breaker);
  return `Callers of ${methods.answered} get the answer of ${fallbacks(breaker)}; callers of ${methods.unanswered} are refused`;
}

/** The methods that answer refused calls instead, without packages and parameters. */
export const fallbacks = (breaker) => listed(shortened(breaker.fallbacks.split(/, (?![^()]*\))/)), 'or');

/** The guarded methods whose callers get such an answer, and those whose callers are refused; of some name in both, with their classes. */
export function guarded({ answered, unanswered }) {
  const simple = (names) => names.map((name) => name.replace(/^.*\./, ''));
  const [those, others] = [shortened(answered), shortened(unanswered)];
  const unclear = simple(those).some((name) => simple(others).includes(name));
  return { answered: listed(unclear ? those : simple(those), 'and'), unanswered: listed(unclear ? others : simple(others), 'and') };
}

const shortened = (methods) => methods.map((method) => withoutPackages(method.replace(/\([^()]*\)/g, '')));

const listed = (names, word) => [...new Set(names)].join(', ').replace(/, (?=[^,]*$)/, ` ${word} `);

const HOLD = /^((?:Held open|Disabled|Metrics only) .*?) until (?:\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}(?::\d{2})?(?: UTC| [+-]\d{2}:\d{2}(?::\d{2})?)?/;

/** The explanation with the end of a hold in the browser's time zone, as all times of the page. */
export const explained = ({ explanation, command }) => (command?.until
  ? explanation.replace(HOLD, (_, held) => `${held} until ${moment(command.until)}`)
  : explanation);

/** The explanation without what a tile says beside it: the state, its time, the probes, the wait, signals, calls under way. */
export function cause(breaker) {
  const said = withoutPackages(withoutSignals(breaker))
    .replace(/^(Open|Half-open|Closed) for [\d.]+ \w+(?: [\d.]+ \w+)?/, '$1')
    .replace(/^(?:Open|Half-open)(?:: |$)/, '')
    .replace(/^\d+ of \d+ (?:dark )?probes done(?:[,;] )?/, '')
    .replace(/; not enforced, no call is refused$/, '')
    .replace(/; \d+ calls? under way(?:, the oldest)? for [^;]*$/, '')
    .replace(/; (?:the next (?:probe may pass|dark probe runs) in [^;]*|a (?:probe may pass now|dark probe is due))$/, '');
  return said.charAt(0).toUpperCase() + said.slice(1);
}

// What comes after the signals is the wait, and what is said beside it, too
function withoutSignals(breaker) {
  const { signals } = breaker;
  const explanation = explained(breaker);
  const begin = signals.length > 0 ? explanation.indexOf(`signal of ${signals[0].source} (`) : -1;
  return begin < 0 ? explanation : explanation.slice(0, begin).replace(/[:;] $/, '');
}

/**
 * How much trouble a breaker is in, 0 is the most. Coarse, so that tiles do not change places with each call.
 */
export function trouble(breaker) {
  const { state } = breaker;
  if (state !== 'CLOSED') return isShadow(breaker) ? Math.max(STATES.indexOf('METRICS_ONLY'), STATES.indexOf(state)) : STATES.indexOf(state);
  if (admitsLess(breaker)) return 5;
  if (reaches(breaker.failureRate, breaker.failureRateThreshold, 1) || reaches(breaker.slowCallRate, breaker.slowCallRateThreshold, 1)) return 5;
  if (reaches(breaker.failureRate, breaker.failureRateThreshold, 0.5) || reaches(breaker.slowCallRate, breaker.slowCallRateThreshold, 0.5)) return 6;
  return 7;
}

const reaches = (rate, threshold, part) => rate != null && threshold != null && rate > 0 && rate >= threshold * part;
