// Asks which command to give, for how long and why, and says what users will see, before it is given.
import { element, setHidden, setText } from './dom.js';
import { ScopeChoice } from './fleet.js';
import { SignalChoice } from './recovery.js';
import { count, fallbacks, guarded, isShadow, named, plural, refuses } from './words.js';

const error = 'callers get an error at once (over HTTP: 503 with Retry-After)';

const cleared = (target) => (target.signals?.length > 0 ? ' Its signals are cleared; a source that repeats one opens it again.' : '');

function refusedCallers(target) {
  if (!target.fallbacks) return error;
  if (target.unanswered.length === 0) return `${fallbacks(target)} answers callers instead`;
  const { answered, unanswered } = guarded(target);
  return `${fallbacks(target)} answers callers of ${answered} instead; callers of ${unanswered}${error.replace(/^callers/, '')}`;
}

const COMMANDS = [
  {
    value: 'FORCED_OPEN', label: 'Force open', about: 'refuse every call', holds: true, refuses: true,
    users: (target) => `Every call is refused, and ${refusedCallers(target)}. Nothing reaches the other side.`,
    afterwards: 'then it closes, with an empty window.',
  },
  {
    value: 'CLOSED', label: 'Close', about: 'let calls pass, count anew',
    users: (target) => `Calls reach the other side again. If that is still failing or slow, users get its errors and wait for it, until enough calls are counted to open the breaker again.${cleared(target)}`,
  },
  {
    value: 'HALF_OPEN', label: 'Probe now', about: 'do not wait any longer', refuses: true,
    users: (target) => `${target.darkProbes ? 'No call passes: a dark probe runs, and its outcome decides' : `The next ${target.probesPermitted ? plural(target.probesPermitted, 'call') : 'calls'} pass as probes, and their outcome decides`} between closed and open. Until then ${refusedCallers(target)}.${cleared(target)}`,
  },
  {
    value: 'DISABLED', label: 'Disable', about: 'pass every call, count none', holds: true,
    users: () => 'Every call reaches the other side and nothing is counted. If that fails or is slow, users get its errors and wait for it, and the breaker does not open.',
    afterwards: 'then it closes, with an empty window.',
  },
  {
    value: 'METRICS_ONLY', label: 'Metrics only', about: 'count, and never open',
    users: () => 'Every call reaches the other side and is counted. If that fails or is slow, users get its errors and wait for it, and the breaker does not open, until another command.',
  },
  {
    value: 'OPEN', label: 'Open', about: 'refuse, then probe', holds: true, mayWait: true, refuses: true,
    users: (target) => `Calls are refused, and ${refusedCallers(target)}. After the hold, or the configured wait where it is empty, probes decide.`,
  },
  {
    value: 'enforce', label: 'Enforce', about: 'refuse what is not permitted', shadow: true, body: { enforce: true },
    users: (target) => (refuses(target.state) ? `Calls are refused from now on, and ${refusedCallers(target)}.` : `As soon as it is open, calls are refused, and ${refusedCallers(target)}.`),
  },
  {
    value: 'unenforce', label: 'Do not enforce', about: 'go on, and refuse nothing', shadow: false, body: { enforce: false },
    users: () => 'Every call reaches the other side from now on. The breaker opens and closes as before, and counts what it would refuse.',
  },
  {
    value: 'reset', label: 'Reset', about: 'as after the start', reset: true,
    users: (target) => `It starts as configured, with an empty window: calls pass unless it is configured to begin otherwise. Its totals begin at zero.${cleared(target)}`,
  },
  {
    value: 'clearSignal', label: 'Clear signal', about: 'what its source said is over', signal: true, body: {},
    users: (target) => `Where nothing else keeps it open, the usual wait and then probes follow. Until these succeed ${refusedCallers(target)}. A source that repeats its signal opens it again.`,
  },
];

/** Whether there is anything for it to do. */
const isOf = ({ shadow, signal }, target) => (shadow === undefined || shadow === isShadow(target)) && (!signal || target.signals?.length > 0);

const HOLDS = ['5m', '10m', '30m', '1h'];

export class CommandDialog {
  #send;
  #given;
  #target = null;
  #problem = element('p', { class: 'problem', role: 'alert', hidden: true });
  #title = element('h2', { id: 'command-title' });
  #signal = new SignalChoice();
  #scope = element('p', { class: 'scope', hidden: true });
  #reach = new ScopeChoice(() => this.#show());
  #hold = element('input', { name: 'hold', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', placeholder: 'such as 10m', 'aria-describedby': 'hold-hint' });
  #holdHint = element('p', { class: 'hint', id: 'hold-hint' });
  #holdField = element('div', { class: 'field' }, element('label', { for: 'command-hold' }, 'Hold'),
    element('div', { class: 'hold' }, this.#hold, ...HOLDS.map((hold) => element('button', { type: 'button', class: 'quick', 'aria-label': `Hold for ${hold}`, onclick: () => this.#holdFor(hold) }, hold))),
    this.#holdHint);
  #reason = element('input', { name: 'reason', id: 'command-reason', maxlength: '1000', autocomplete: 'off', placeholder: 'for the log and for colleagues' });
  #reasonField = element('div', { class: 'field' }, element('label', { for: 'command-reason' }, 'Reason'), this.#reason);
  #users = element('p', {});
  #give = element('button', { type: 'submit', class: 'give' });
  #choices = COMMANDS.map((command) => element('label', { class: 'choice' },
    element('input', { type: 'radio', name: 'command', value: command.value, onchange: () => this.#show() }),
    element('span', {}, element('b', {}, command.label), element('small', {}, command.about))));

  /** send(name, body) gives the command or throws what failed; given(text) is told what was done. */
  constructor(send, given) {
    this.#send = send;
    this.#given = given;
    this.#hold.id = 'command-hold';
    this.#hold.addEventListener('input', () => this.#show());
    this.form = element('form', { onsubmit: (event) => this.#submit(event) }, this.#title, this.#scope,
      element('fieldset', { class: 'choices' }, element('legend', {}, 'Command'), ...this.#choices), this.#reach.node, this.#holdField, this.#reasonField,
      element('section', { class: 'users-see', 'aria-live': 'polite', 'aria-labelledby': 'users-see' }, element('h3', { id: 'users-see' }, 'What users will see'), this.#users),
      this.#problem,
      element('div', { class: 'buttons' }, element('button', { type: 'button', class: 'cancel', onclick: () => this.node.close() }, 'Cancel'), this.#give));
    this.form.querySelector('.choices').after(this.#signal.node);
    this.node = element('dialog', { class: 'command-dialog', 'aria-labelledby': 'command-title' }, this.form);
    this.node.addEventListener('close', () => this.#opener?.isConnected && this.#opener.focus());
  }

  #opener = null;

  /** Asks for a command to a breaker, or to a group, which has a size; of a signal, with its source. */
  ask(target, preferred, source) {
    this.#target = target;
    this.#opener = document.activeElement;
    this.form.reset();
    this.#hold.value = '10m';
    setText(this.#title, `Command ${named(target.name)}`);
    setHidden(this.#scope, target.size === undefined);
    setText(this.#scope, `All ${count(target.size ?? 0)} keys, and those made while the command holds.`);
    COMMANDS.forEach((command, index) => setHidden(this.#choices[index], !isOf(command, target)));
    this.#signal.ask(target, source);
    const value = preferred ?? (target.state && target.state !== 'CLOSED' ? 'CLOSED' : 'FORCED_OPEN');
    this.form.elements.command.value = value;
    this.#reach.ask(target);
    this.#trouble(null);
    this.#busy(false);
    this.#show();
    this.node.showModal();
    this.form.querySelector('input:checked').focus();
  }

  get #command() {
    return COMMANDS.find(({ value }) => value === this.form.elements.command.value);
  }

  #holdFor(hold) {
    this.#hold.value = hold;
    this.#show();
  }

  #show() {
    const command = this.#command;
    const hold = command.holds ? this.#hold.value.trim() : '';
    setHidden(this.#holdField, !command.holds);
    this.#reach.show(command);
    setHidden(this.#reasonField, command.reset === true);
    setText(this.#holdHint, command.mayWait ? 'Empty: the configured wait.' : hold ? '' : 'Empty: until another command, which is easily forgotten.');
    const afterwards = command.afterwards ? (hold ? ` It holds for ${hold}; ${command.afterwards}` : ' It holds until another command.') : '';
    const passes = isShadow(this.#target) && command.refuses ? 'It is not enforced: no call is refused. Otherwise: ' : '';
    setText(this.#users, passes + command.users(this.#target) + afterwards + this.#reach.sentence);
    setText(this.#give, `${command.label}${hold ? ` for ${hold}` : ''}`);
    this.#signal.show(command);
  }

  #trouble(message) {
    setHidden(this.#problem, message === null);
    setText(this.#problem, message ?? '');
  }

  #busy(busy) {
    this.#give.disabled = busy;
    this.form.setAttribute('aria-busy', String(busy));
  }

  async #submit(event) {
    event.preventDefault();
    const command = this.#command;
    const body = command.body ? { ...command.body } : command.reset ? { reset: true } : { state: command.value };
    if (command.signal) body.clearSignal = this.#signal.value;
    const [hold, reason] = [this.#hold.value.trim(), this.#reason.value.trim()];
    if (command.holds && hold) body.hold = hold;
    if (!command.reset && reason) body.reason = reason;
    if (this.#reach.value) body.scope = this.#reach.value;
    this.#trouble(null);
    this.#busy(true);
    try {
      await this.#send(this.#target.name, body);
      this.node.close();
      this.#given(`${named(this.#target.name)}: ${command.label.toLowerCase()}${body.hold ? ` for ${hold}` : ''}${this.#reach.words}, done.`);
    } catch (failure) {
      this.#trouble(failure.message);
    } finally {
      this.#busy(false);
    }
  }
}
