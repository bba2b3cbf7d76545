package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import dev.breaker.Settings.Ending;
import org.jspecify.annotations.Nullable;

/**
 * What a circuit breaker should do, as plainly as it can be said: one lock, lists that
 * are counted anew each time, no code of the real one. Its clock never goes back.
 */
final class NaiveBreaker {

	/** A share is counted in parts of which so many are all calls. */
	private static final long ALL = 1L << 32;

	record Call(boolean failed, boolean slow, long second) {
	}

	/** A command; without a state, a reset. A hold below zero is none. */
	record Order(@Nullable State state, long hold, @Nullable String comment, @Nullable String actor) {

		private static final String[] WORDS = { null, null, "drill", "bank moves" };

		static Order to(@Nullable State state) {
			return new Order(state, -1, null, null);
		}

		static Order random(Random random) {
			State state = (random.nextInt(6) > 0) ? State.values()[random.nextInt(State.values().length)] : null;
			boolean held = (state == State.OPEN || state == State.FORCED_OPEN || state == State.DISABLED)
					&& random.nextBoolean();
			return new Order(state, held ? random.nextLong(3_000_000_000L) : -1, WORDS[random.nextInt(WORDS.length)],
					WORDS[random.nextInt(WORDS.length)]);
		}

		StateCommand toCommand() {
			StateCommand command = (this.state != null) ? StateCommand.to(this.state) : StateCommand.reset();
			return ((this.hold >= 0) ? command.hold(Duration.ofNanos(this.hold)) : command).comment(this.comment)
				.actor(this.actor);
		}

	}

	record Change(State from, State to, Reason reason, @Nullable String comment, @Nullable String actor) {
	}

	/** A signal; cleared ones live for zero nanoseconds from then on. */
	record Heard(String source, @Nullable String reason, long at, long ttl, boolean ofGroup) {

		static final List<String> SOURCES = List.of("backlog", "db", "billing");

		static Heard random(Random random, long now) {
			long ttl = switch (random.nextInt(4)) {
				case 0 -> 1 + random.nextLong(3600_000_000_000L);
				case 1 -> 1;
				default -> 1 + random.nextLong(5_000_000_000L);
			};
			return new Heard(SOURCES.get(random.nextInt(SOURCES.size())),
					Order.WORDS[random.nextInt(Order.WORDS.length)], now, ttl, false);
		}

		Heard toAll() {
			return new Heard(this.source, this.reason, this.at, this.ttl, true);
		}

		long left(long now) {
			return Math.max(0, this.ttl - (now - this.at));
		}

		void giveTo(CircuitBreaker breaker) {
			breaker.signal(this.source, this.reason, Duration.ofNanos(this.ttl));
		}

	}

	record Figures(int calls, int failed, int slow, int inARow, int untilEvaluated, float failureRate, float slowRate) {
	}

	static final class Admission {

		State state;

		Settings settings;

		int period;

		long at;

		/** Inside another call that decides. */
		boolean unrecorded;

		/** Counts as slow before its end. */
		boolean hung;

		/** What its place among the probes is of. */
		@Nullable FuzzGate gate;

		/** A gate waited for it in vain. */
		boolean lost;

		@Nullable Admission outer;

	}

	Settings settings;

	State state;

	int openings;

	long successes, failures, slowCalls, ignored, notPermitted;

	final List<Change> changes = new ArrayList<>();

	/** When the last change took effect, and when the state began. */
	long changedAt, since;

	private boolean commanded;

	/** Whether that command gave its own hold or wait. */
	private boolean heldByCommand;

	private @Nullable FuzzGate gate;

	/** Since when the breaker itself judges its probes. */
	private @Nullable Long judgesSince;

	/** By their sources, also those that are over since this state began. */
	private final Map<String, Heard> signals = new LinkedHashMap<>();

	/** How long it stays open after the last of them. */
	private long waitAfterSignals;

	private int period;

	private long began, limit, windowBegan;

	private final List<Call> calls = new ArrayList<>();

	private final List<Admission> probes = new ArrayList<>();

	/** Calls under way that are tracked, in the order in which they began. */
	private final List<Admission> underWay = new ArrayList<>();

	private int row;

	/** Probes that counted as slow and were given back. */
	private int unknown;

	private @Nullable Figures frozen;

	private @Nullable Long ruledSince;

	/** Where calls are let in by and by: since when. */
	private @Nullable Long rampFrom;

	/** The shares of all calls so far. */
	private long sharesSoFar;

	NaiveBreaker(Settings settings, long now) {
		this.settings = settings;
		this.state = settings.initialState();
		this.openings = (this.state == State.OPEN) ? 1 : 0;
		this.since = now;
		begin(-1, now);
	}

	private void begin(long hold, long now) {
		this.limit = (this.state == State.OPEN && hold < 0) ? byRules() : hold;
		this.began = now;
		this.period++;
		this.probes.clear();
		this.unknown = 0;
		emptyWindow(now);
		forgetShares();
	}

	/** The first call is admitted. */
	private void forgetShares() {
		this.sharesSoFar = ALL - 1;
	}

	private boolean isRampOver(long now) {
		return this.rampFrom != null && now - this.rampFrom >= this.settings.recovery().rampNanos();
	}

	private long rampShare(long now) {
		if (this.rampFrom == null || isRampOver(now)) {
			return ALL;
		}
		long start = (long) (this.settings.recovery().rampStart() / 100.0 * ALL);
		return start + (long) ((double) (ALL - start) * (now - this.rampFrom) / this.settings.recovery().rampNanos());
	}

	private long share(long now) {
		Double factor = this.settings.recovery().shareFactor();
		Figures figures = figures(now);
		if (this.state != State.CLOSED || factor == null || figures.calls < this.settings.minimumCalls()) {
			return rampShare(now);
		}
		double bySuccesses = factor * (figures.calls - figures.failed) / figures.calls;
		return Math.min(rampShare(now), (long) (Math.min(1, Math.max(0.1, bySuccesses)) * ALL));
	}

	/** Whether a call is among those that the share admits. */
	private boolean isAdmittedByShare(long now) {
		long share = share(now);
		if (share == ALL) {
			return true;
		}
		long before = this.sharesSoFar / ALL;
		this.sharesSoFar += share;
		return this.sharesSoFar / ALL > before;
	}

	synchronized float admittedPercent(long now) {
		return (float) (100.0 * share(now) / ALL);
	}

	/** From how many calls on the rates are judged. */
	private int minimumCalls(long now) {
		return (int) Math.max(1, Math.ceil((double) this.settings.minimumCalls() * rampShare(now) / ALL));
	}

	/** Openings in a row; forgotten once it was closed for long enough. */
	synchronized int openings(long now) {
		Long stable = this.settings.recovery().stableNanos();
		boolean forgotten = this.state == State.CLOSED && (this.rampFrom == null || isRampOver(now))
				&& now - this.began >= ((stable != null) ? stable : 0);
		return forgotten ? 0 : this.openings;
	}

	private long byRules() {
		return byRules(this.openings);
	}

	private long byRules(int inARow) {
		Long max = this.settings.maxWaitNanos();
		double wait = this.settings.waitNanos() * Math.pow(this.settings.multiplier(), inARow - 1);
		return Math.round(Math.min(wait, (max != null) ? max : Long.MAX_VALUE));
	}

	private void emptyWindow(long now) {
		this.calls.clear();
		this.row = 0;
		this.windowBegan = now;
	}

	private void enter(State next, Reason reason, long hold, long now) {
		enter(next, reason, hold, null, null, now);
	}

	private void enter(State next, Reason reason, long hold, @Nullable String comment, @Nullable String actor,
			long now) {
		boolean refuses = next == State.OPEN || next == State.FORCED_OPEN;
		boolean refused = this.state == State.OPEN || this.state == State.FORCED_OPEN || this.state == State.HALF_OPEN;
		int before = openings(now);
		this.frozen = refuses ? figures(now) : null;
		Change last = lastChange();
		if (next != this.state || comment != null || actor != null
				|| (last != null && (last.comment != null || last.actor != null))) {
			this.changes.add(new Change(this.state, next, reason, comment, actor));
			this.changedAt = now;
		}
		if (next != this.state) {
			this.since = now;
		}
		Recovery recovery = this.settings.recovery();
		this.rampFrom = (next == State.CLOSED && refused && recovery.rampNanos() != null) ? now : null;
		if (next == State.OPEN) {
			int counted = (reason == Reason.SIGNAL) ? Math.max(1, before) : before + 1;
			this.openings = (this.state == State.OPEN) ? this.openings : counted;
		}
		else {
			boolean forgets = this.rampFrom == null && recovery.stableNanos() == null;
			this.openings = (next == State.CLOSED && forgets) ? 0 : before;
		}
		this.signals.values()
			.removeIf((each) -> next == State.CLOSED || next == State.HALF_OPEN || each.left(now) == 0);
		if (next == State.OPEN && !this.signals.isEmpty()) {
			this.waitAfterSignals = byRules();
		}
		this.commanded = reason == Reason.COMMAND;
		this.heldByCommand = this.commanded && hold >= 0;
		this.state = next;
		begin(hold, now);
	}

	/** What time has decided, in its order. */
	synchronized void look(long now) {
		Admission slow = nextHung(now);
		while (slow != null) {
			long due = due(slow);
			change(due);
			countHung(slow, due);
			slow = nextHung(now);
		}
		change(now);
	}

	private @Nullable Admission nextHung(long now) {
		return !this.settings.hung() ? null
				: this.underWay.stream()
					.filter((call) -> !call.hung && now - call.at > this.settings.slowNanos())
					.findFirst()
					.orElse(null);
	}

	/** No sooner than the rule came that says so. */
	private long due(Admission call) {
		long slow = call.at + this.settings.slowNanos() + 1;
		return (this.ruledSince != null && slow - this.ruledSince < 0) ? this.ruledSince : slow;
	}

	private void countHung(Admission call, long due) {
		call.hung = true;
		this.slowCalls++;
		if (call.period == this.period && !call.lost) {
			this.calls.add(new Call(false, true, second(due)));
			judge(false, true, due);
		}
	}

	int inFlight() {
		return this.settings.hung() ? this.underWay.size() : 0;
	}

	long oldestInFlight(long now) {
		return (inFlight() > 0) ? now - this.underWay.get(0).at : 0;
	}

	private void change(long now) {
		if (this.state == State.OPEN && now - this.began >= openFor()) {
			enter(State.HALF_OPEN, Reason.WAIT_ELAPSED, -1, this.began + openFor());
		}
		else if ((this.state == State.FORCED_OPEN || this.state == State.DISABLED) && this.limit >= 0
				&& now - this.began >= this.limit) {
			long end = this.began + this.limit;
			Heard longest = longest(end);
			if (longest == null) {
				enter(State.CLOSED, Reason.HOLD_ELAPSED, -1, end);
			}
			else {
				enter(State.OPEN, Reason.SIGNAL, 0, longest.reason, longest.source, end);
				change(now);
			}
		}
		else if (this.state == State.HALF_OPEN && isShared()) {
			for (Admission probe : List.copyOf(this.probes)) {
				if (probe.gate != null && now - probe.at >= this.settings.maxProbeNanos()) {
					this.probes.remove(probe);
					probe.lost = true;
					addProbe(probe, true, false, now);
				}
			}
		}
		else if (!this.probes.isEmpty() && now - this.probes.get(0).at >= this.settings.maxProbeNanos()) {
			long lost = this.probes.get(0).at + this.settings.maxProbeNanos();
			// No sooner than the rule came that says so.
			enter(State.OPEN, Reason.PROBES_LOST, -1, noSooner(noSooner(lost, this.ruledSince), this.judgesSince));
			change(now);
		}
		if (isRampOver(now)) {
			this.rampFrom = null;
			forgetShares();
		}
	}

	private static long noSooner(long time, @Nullable Long than) {
		return (than != null && time - than < 0) ? than : time;
	}

	/** Whether a gate gives out the places and judges the probes. */
	private boolean isShared() {
		return this.gate != null && this.gate.shared;
	}

	private boolean isFull(int places) {
		return isShared() ? !this.gate.tryTake() : this.probes.size() - hungProbes() + this.calls.size() >= places;
	}

	/** Counts how a probe ended, here and where its place is of. */
	private void addProbe(Admission probe, boolean failed, boolean slow, long now) {
		this.row = failed ? this.row + 1 : 0;
		if (!probe.hung) {
			this.calls.add(new Call(failed, slow, second(now)));
		}
		else if (failed) {
			addFailure(now);
		}
		if (probe.gate != null) {
			probe.gate.recorded(failed, slow || probe.hung);
		}
	}

	/** Another gate, or what happens to it; null for none. */
	synchronized void gate(@Nullable FuzzGate other, FuzzGate.@Nullable Move move, long now) {
		look(now);
		if (move != null) {
			move.make(other);
		}
		this.gate = other;
		this.judgesSince = now;
		if (this.state == State.HALF_OPEN) {
			judgeProbes(now);
		}
		look(now);
	}

	/** What a fleet decides. */
	synchronized boolean follow(FleetDecision fleet, long now) {
		look(now);
		State next = fleet.state();
		int fleets = (next == State.OPEN) ? Math.max(1, fleet.openings()) : fleet.openings();
		boolean open = this.state == State.OPEN;
		if (this.state == State.FORCED_OPEN || this.state == State.DISABLED || this.state == State.METRICS_ONLY
				|| (open && this.heldByCommand) || (this.state == State.CLOSED && next == State.CLOSED)) {
			return false;
		}
		long limitBefore = this.limit;
		int openingsBefore = this.openings;
		if (open && next == State.OPEN) {
			this.limit = now - this.began + fleet.remaining().toNanos();
			this.openings = fleets;
		}
		else if (open && signalLeft(now) > 0) {
			this.limit = Math.min(this.limit, now - this.began);
		}
		else if (this.state == next) {
			this.openings = fleets;
		}
		else {
			enter(next, Reason.FLEET, (next == State.OPEN) ? fleet.remaining().toNanos() : -1, fleet.why(), null, now);
			this.openings = (next != State.CLOSED) ? fleets : this.openings;
			return true;
		}
		return this.limit != limitBefore || this.openings != openingsBefore;
	}

	/**
	 * @param outer the call around this one on the same thread
	 * @param once whether such calls are recorded once, at the outermost
	 */
	synchronized @Nullable Admission admit(@Nullable Admission outer, boolean once, long now) {
		look(now);
		boolean dark = this.settings.dark();
		boolean inside = outer != null && ((this.state == State.HALF_OPEN) ? (once && !dark) || isInProbe(outer)
				: once && (this.state == State.CLOSED || this.state == State.METRICS_ONLY));
		boolean full = this.state == State.HALF_OPEN && !inside && (dark || isFull(this.settings.permitted()));
		boolean limited = this.state == State.CLOSED && !inside && !isAdmittedByShare(now);
		if (this.state == State.OPEN || this.state == State.FORCED_OPEN || full || limited) {
			this.notPermitted++;
			return null;
		}
		Admission admission = admission(now);
		admission.outer = outer;
		admission.unrecorded = inside;
		if (this.state == State.HALF_OPEN && !inside) {
			addPlace(admission);
		}
		if (this.settings.hung() && !inside && this.state != State.DISABLED) {
			this.underWay.add(admission);
		}
		return admission;
	}

	private void addPlace(Admission probe) {
		probe.gate = isShared() ? this.gate : null;
		this.probes.add(probe);
	}

	private int hungProbes() {
		return (int) this.probes.stream().filter((probe) -> probe.hung).count();
	}

	/** A probe that no user waits for. */
	synchronized @Nullable Admission admitProbe(long now) {
		look(now);
		if (this.state != State.HALF_OPEN || isFull(this.settings.places())) {
			return null;
		}
		Admission admission = admission(now);
		addPlace(admission);
		if (this.settings.hung()) {
			this.underWay.add(admission);
		}
		return admission;
	}

	private Admission admission(long now) {
		Admission admission = new Admission();
		admission.state = this.state;
		admission.settings = this.settings;
		admission.period = this.period;
		admission.at = now;
		return admission;
	}

	private boolean isInProbe(Admission outer) {
		for (Admission around = outer; around != null; around = around.outer) {
			if (this.probes.contains(around)) {
				return true;
			}
		}
		return false;
	}

	synchronized void end(Admission admission, Ending ending, long elapsed, long now) {
		look(now);
		boolean present = admission.period == this.period && !admission.lost;
		this.probes.remove(admission);
		this.underWay.remove(admission);
		if (present && this.state == State.HALF_OPEN
				&& (ending == Ending.INTERRUPT || ending == Ending.RELEASE || ending == Ending.ILLEGAL_ARGUMENT)) {
			giveBack(admission, now);
		}
		if (admission.unrecorded || admission.state == State.DISABLED || ending == Ending.INTERRUPT
				|| ending == Ending.RELEASE) {
			return;
		}
		if (ending == Ending.ILLEGAL_ARGUMENT) {
			this.ignored++;
			return;
		}
		boolean failed = switch (ending) {
			case BAD_RESULT, IO_EXCEPTION, WRAPPED_IO_EXCEPTION -> true;
			default -> ending == Ending.ILLEGAL_STATE && !admission.settings.recordIoOnly();
		};
		Long slowNanos = slowNanos(admission);
		boolean slow = !admission.hung && slowNanos != null && elapsed > slowNanos;
		this.successes += failed ? 0 : 1;
		this.failures += failed ? 1 : 0;
		this.slowCalls += slow ? 1 : 0;
		if (present && this.state == State.HALF_OPEN) {
			addProbe(admission, failed, slow, now);
			judgeProbes(now);
		}
		else if (present) {
			this.row = failed ? this.row + 1 : 0;
			if (!admission.hung) {
				this.calls.add(new Call(failed, slow, second(now)));
			}
			else if (failed) {
				addFailure(now);
			}
			judge(failed, slow, now);
		}
	}

	/** A call that takes longer is slow; of one that is tracked by the present rules. */
	synchronized @Nullable Long slowNanos(Admission admission) {
		boolean tracked = admission.settings.hung() && this.settings.hung();
		return (tracked ? this.settings : admission.settings).slowNanos();
	}

	/** One that counts as slow stays recorded, as one that did not fail or succeed. */
	private void giveBack(Admission probe, long now) {
		this.unknown += probe.hung ? 1 : 0;
		if (probe.gate != null && probe.hung && successesWanted() == null) {
			probe.gate.recorded(false, true);
		}
		else if (probe.gate != null) {
			probe.gate.giveBack();
		}
		if (probe.hung) {
			judgeProbes(now);
		}
	}

	/**
	 * To the newest call of the window that has none, since that has the call already.
	 */
	private void addFailure(long now) {
		int oldest = this.calls.size() - window(now).size();
		for (int i = this.calls.size() - 1; i >= oldest; i--) {
			Call call = this.calls.get(i);
			if (!call.failed) {
				this.calls.set(i, new Call(true, call.slow, call.second));
				return;
			}
		}
		this.calls.add(new Call(true, false, second(now)));
	}

	private void judge(boolean failed, boolean slow, long now) {
		if (this.state == State.HALF_OPEN) {
			judgeProbes(now);
		}
		else if (this.state == State.CLOSED && (failed || slow)) {
			Figures figures = figures(now);
			boolean enough = figures.calls >= minimumCalls(now);
			Integer row = this.settings.consecutiveFailures();
			if (enough && reached(figures.failureRate, this.settings.failureRate())) {
				enter(State.OPEN, Reason.FAILURE_RATE, -1, now);
			}
			else if (enough && reached(figures.slowRate, slowRate())) {
				enter(State.OPEN, Reason.SLOW_CALL_RATE, -1, now);
			}
			else if (row != null && figures.inARow >= row) {
				enter(State.OPEN, Reason.CONSECUTIVE_FAILURES, -1, now);
			}
		}
	}

	private void judgeProbes(long now) {
		if (isShared()) {
			return;
		}
		Figures figures = figures(now);
		int permitted = this.settings.places();
		int toCome = Math.max(0, permitted - figures.calls);
		int hung = hungProbes();
		int succeeded = figures.calls - figures.failed - hung - this.unknown;
		// More came back than are permitted now.
		int judged = Math.max(permitted, figures.calls);
		boolean oneOpens = this.settings.consecutiveFailures() != null || !ratesJudged();
		boolean bad;
		boolean good;
		Integer wanted = successesWanted();
		if (wanted != null) {
			good = succeeded >= wanted && !reached(figures.slowRate, slowRate());
			bad = succeeded + hung + toCome < wanted || (succeeded >= wanted && !good);
		}
		else {
			Double rate = this.settings.failureRate();
			bad = (oneOpens && figures.failed > 0) || (!oneOpens && reached(percent(figures.failed, judged), rate))
					|| reached(percent(figures.slow, judged), slowRate());
			good = !(oneOpens && toCome + hung > 0) && !reached(percent(figures.failed + toCome + hung, judged), rate)
					&& !reached(percent(figures.slow + toCome, judged), slowRate());
		}
		if (bad || good) {
			enter(bad ? State.OPEN : State.CLOSED, bad ? Reason.PROBES_FAILED : Reason.PROBES_SUCCEEDED, -1, now);
			change(now);
		}
	}

	/** At how many successes of probes to close; null where rates decide. */
	private @Nullable Integer successesWanted() {
		return this.settings.dark() ? (Integer) this.settings.needed() : this.settings.successesToClose();
	}

	synchronized void command(Order order, long now) {
		look(now);
		enter((order.state != null) ? order.state : State.CLOSED, Reason.COMMAND, order.hold, order.comment,
				order.actor, now);
		if (order.state == null) {
			this.rampFrom = null;
			this.openings = 0;
			this.successes = this.failures = this.slowCalls = this.ignored = this.notPermitted = 0;
		}
	}

	synchronized void signal(Heard signal, long now) {
		look(now);
		Heard before = this.signals.get(signal.source);
		if (before != null && before.left(now) == 0) {
			this.signals.remove(signal.source);
		}
		if (this.state == State.OPEN && this.signals.isEmpty() && before == null) {
			this.waitAfterSignals = byRules();
		}
		this.signals.put(signal.source, signal);
		if (this.state == State.CLOSED || this.state == State.HALF_OPEN) {
			enter(State.OPEN, Reason.SIGNAL, 0, signal.reason, signal.source, now);
		}
	}

	/** Whether there was one. */
	synchronized boolean clearSignal(String source, long now) {
		look(now);
		boolean lives = hasSignal(source, now);
		if (lives) {
			this.signals.put(source, new Heard(source, null, now, 0, false));
		}
		return lives;
	}

	synchronized boolean hasSignal(String source, long now) {
		Heard signal = this.signals.get(source);
		return signal != null && signal.left(now) > 0;
	}

	/** The sources of those that live and were given to all keys of a group. */
	synchronized List<String> sourcesOfGroup(long now) {
		return this.signals.values()
			.stream()
			.filter((each) -> each.ofGroup && each.left(now) > 0)
			.map(Heard::source)
			.toList();
	}

	synchronized List<Signal> signals(long now) {
		return this.signals.values()
			.stream()
			.filter((each) -> each.left(now) > 0)
			.map((each) -> new Signal(each.source, each.reason, Duration.ofNanos(each.left(now))))
			.toList();
	}

	/** How long the last signal lives. */
	synchronized long signalLeft(long now) {
		Heard longest = longest(now);
		return (longest != null) ? longest.left(now) : 0;
	}

	private @Nullable Heard longest(long now) {
		Heard longest = null;
		for (Heard each : this.signals.values()) {
			if (each.left(now) > ((longest != null) ? longest.left(now) : 0)) {
				longest = each;
			}
		}
		return longest;
	}

	/** The usual wait begins when the last signal is over. */
	private long openFor() {
		long open = this.limit;
		for (Heard each : this.signals.values()) {
			open = Math.max(open, each.at - this.began + each.ttl + this.waitAfterSignals);
		}
		return open;
	}

	@Nullable Change lastChange() {
		return this.changes.isEmpty() ? null : this.changes.get(this.changes.size() - 1);
	}

	/** Whether a command or a signal holds it where it is. */
	synchronized boolean isHeld(long now) {
		return signalLeft(now) > 0 || (this.commanded && switch (this.state) {
			case OPEN -> now - this.began < openFor();
			case FORCED_OPEN, DISABLED -> this.limit < 0 || now - this.began < this.limit;
			case METRICS_ONLY -> true;
			case CLOSED, HALF_OPEN -> false;
		});
	}

	/** Whether nothing would be lost with it. */
	synchronized boolean isClean(long now) {
		if (signalLeft(now) > 0) {
			return false;
		}
		boolean closes = (this.state == State.FORCED_OPEN || this.state == State.DISABLED) && this.limit >= 0
				&& now - this.began >= this.limit && longest(this.began + this.limit) == null;
		if (closes) {
			Recovery recovery = this.settings.recovery();
			long closed = now - (this.began + this.limit);
			boolean ramps = this.state == State.FORCED_OPEN && recovery.rampNanos() != null
					&& closed < recovery.rampNanos();
			boolean remembers = this.openings != 0 && recovery.stableNanos() != null && closed < recovery.stableNanos();
			return !ramps && !remembers;
		}
		boolean asMade = this.changes.isEmpty() && !this.commanded;
		Figures figures = figures(now);
		boolean remembers = this.state == State.CLOSED
				&& ((this.rampFrom != null && !isRampOver(now)) || openings(now) != 0);
		return (this.state == State.CLOSED || asMade) && !remembers && figures.failed == 0 && figures.slow == 0
				&& figures.inARow == 0;
	}

	synchronized void reconfigure(Settings other, long now) {
		look(now);
		boolean same = other.timeBased() == this.settings.timeBased()
				&& other.windowSize() == this.settings.windowSize();
		this.openings = openings(now);
		this.rampFrom = (other.recovery().rampNanos() != null) ? this.rampFrom : null;
		this.settings = other;
		this.ruledSince = now;
		forgetShares();
		if (this.state == State.HALF_OPEN) {
			judgeProbes(now);
		}
		else if (!same) {
			emptyWindow(now);
		}
		look(now);
	}

	synchronized Figures figures(long now) {
		if (this.frozen != null) {
			return this.frozen;
		}
		List<Call> window = window(now);
		int all = window.size();
		int failed = (int) window.stream().filter(Call::failed).count();
		int slow = (int) window.stream().filter(Call::slow).count();
		int wanted = (this.state == State.HALF_OPEN) ? this.settings.places() : ratesJudged() ? minimumCalls(now) : 0;
		return new Figures(all, failed, slow, this.row, Math.max(0, wanted - all), percent(failed, all),
				percent(slow, all));
	}

	private List<Call> window(long now) {
		if (this.state == State.HALF_OPEN) {
			return this.calls;
		}
		if (this.settings.timeBased()) {
			long tooOld = second(now) - this.settings.windowSize();
			return this.calls.stream().filter((call) -> call.second > tooOld).toList();
		}
		return this.calls.subList(Math.max(0, this.calls.size() - this.settings.windowSize()), this.calls.size());
	}

	synchronized long retryAfter(long now) {
		if (this.state == State.OPEN) {
			return openFor() - (now - this.began);
		}
		if (this.state != State.FORCED_OPEN || this.limit < 0) {
			return 0;
		}
		if (longest(this.began + this.limit) == null) {
			return this.limit - (now - this.began);
		}
		// It is open behind the hold, and for the usual wait after that.
		long sum = signalLeft(now) + byRules(Math.max(1, this.openings));
		return (sum >= 0) ? sum : Long.MAX_VALUE;
	}

	private boolean ratesJudged() {
		return this.settings.failureRate() != null || this.settings.slowNanos() != null;
	}

	private @Nullable Double slowRate() {
		return (this.settings.slowNanos() != null) ? this.settings.slowRate() : null;
	}

	private static boolean reached(float rate, @Nullable Double threshold) {
		return threshold != null && rate >= threshold.floatValue();
	}

	private static float percent(int part, int whole) {
		return (float) (100.0 * part / whole);
	}

	private long second(long now) {
		return Math.floorDiv(now - this.windowBegan + Math.floorMod(this.windowBegan, 1_000_000_000L), 1_000_000_000L);
	}

}
