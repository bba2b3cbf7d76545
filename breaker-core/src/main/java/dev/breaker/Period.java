package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One stay in one state, under one config. A breaker holds one reference to its present
 * period, swapped by compare-and-set; a period never comes back, so it can serve as the
 * admission of the calls that it admits. Immutable but for what is marked.
 */
final class Period implements Admission {

	/** The limit of a period that time does not end. */
	static final long WITHOUT_END = -1;

	/** The limit of an OPEN period that lasts as long as the rules say. */
	static final long BY_RULES = -2;

	final State state;

	final Rules rules;

	/** Shared by the periods into which a new config splits one stay in a state. */
	final Generation generation;

	/** In CLOSED and METRICS_ONLY. */
	final @Nullable SlidingWindow window;

	/** In CLOSED its share, in HALF_OPEN its probes. */
	private final @Nullable Admitting admitting;

	private final long began;

	private final long limit;

	final Instant since;

	private final int openings;

	private final Circumstances circumstances;

	/**
	 * What the calls that end elsewhere have in common. Made by the first of them,
	 * perhaps by some at once: each keeps its own. Plain, since all it holds is final.
	 */
	private CallState.@Nullable OfPeriod calls;

	private Period(State state, Rules rules, @Nullable Generation generation, @Nullable SlidingWindow window,
			@Nullable Admitting admitting, long began, long limit, Instant since, int openings,
			Circumstances circumstances) {
		this.state = state;
		this.rules = rules;
		this.generation = (generation != null) ? generation : new Generation(null, null, null);
		if (rules.hungCallsCounted) {
			this.generation.track();
		}
		this.window = window;
		this.admitting = admitting;
		this.began = began;
		this.limit = limit;
		this.since = since;
		this.openings = openings;
		this.circumstances = circumstances;
	}

	/** The first period of a breaker. */
	static Period first(Rules rules, long now, Instant at) {
		State state = rules.config.initialState();
		int openings = (state == State.OPEN) ? 1 : 0;
		SlidingWindow window = newWindow(state, rules, now);
		return new Period(state, rules, null, window, newAdmitting(state, rules, window, null, null), now,
				limit(state, rules, BY_RULES, openings), at, openings, Circumstances.NONE);
	}

	/** The period that follows by the rules or by time. */
	Period next(State next, Decision decision, long began, Instant at) {
		boolean bySignals = decision.reason == Reason.SIGNAL;
		return next(next, decision.reason, bySignals ? 0 : (next == State.OPEN) ? decision.wait : BY_RULES, null,
				decision, null, signals(), began, at);
	}

	/** The period that follows by a command. */
	Period next(StateCommand command, long now, Instant at) {
		Duration hold = command.hold();
		return next(command.state(), Reason.COMMAND, (hold != null) ? Rules.nanos(hold) : BY_RULES, command, null, null,
				signals(), now, at);
	}

	/**
	 * What a signal makes of it: the open period that follows, or, where the breaker is
	 * open already or held by a command, the same with the signal.
	 */
	Period signalled(Signals.Given signal, long now, Instant at) {
		Signals present = signals();
		return switch (this.state) {
			case CLOSED, HALF_OPEN ->
				next(State.OPEN, Reason.SIGNAL, 0, null, null, null, present.with(signal, now, 0), now, at);
			case OPEN -> with(present.with(signal, now,
					(present != Signals.NONE) ? present.waitNanos() : this.rules.waitNanos(this.openings)));
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> with(present.with(signal, now, 0));
		};
	}

	/** The same without the signal of a source; this very one where none of it lives. */
	Period withoutSignal(String source, long now) {
		Signals present = signals();
		Signals fewer = present.without(source, now);
		return (fewer != present) ? with(fewer) : this;
	}

	private Period with(Signals signals) {
		return in(this.circumstances.with(signals));
	}

	/** The same stay in other circumstances. */
	private Period in(Circumstances other) {
		return new Period(this.state, this.rules, this.generation, this.window, this.admitting, this.began, this.limit,
				this.since, this.openings, other);
	}

	/**
	 * What a fleet's decision makes of it: the period that follows, the same with the end
	 * and the openings that the fleet says, or this very one where nothing changes. What
	 * a command holds stays, and signals that live keep it open.
	 */
	Period followed(FleetDecision decision, long now, Instant at) {
		State next = decision.state();
		return switch (this.state) {
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> this;
			case CLOSED -> (next != State.CLOSED) ? next(decision, now, at) : this;
			case HALF_OPEN -> (next != State.HALF_OPEN) ? next(decision, now, at)
					: lasting(this.limit, openings(decision), commanded());
			case OPEN -> hasHoldOfItsOwn() ? this : (next == State.OPEN) ? waiting(decision, now, at)
					: (signals().left(now) > 0) ? waitingForSignals(now) : next(decision, now, at);
		};
	}

	private Period next(FleetDecision decision, long now, Instant at) {
		long limit = (decision.state() == State.OPEN) ? Rules.nanos(decision.remaining()) : BY_RULES;
		return next(decision.state(), Reason.FLEET, limit, null, null, decision, signals(), now, at);
	}

	private boolean hasHoldOfItsOwn() {
		StandingCommand by = commanded();
		return by != null && by.command().hold() != null;
	}

	/** Open still, until the fleet's end. */
	private Period waiting(FleetDecision decision, long now, Instant at) {
		long remaining = Rules.nanos(decision.remaining());
		long passed = Math.max(0, now - this.began);
		long whole = (remaining <= Long.MAX_VALUE - passed) ? passed + remaining : Long.MAX_VALUE;
		StandingCommand by = commanded();
		return lasting(whole, openings(decision),
				(by != null) ? new StandingCommand(by.command(), end(at, remaining)) : null);
	}

	/** Open still, but only for its signals. */
	private Period waitingForSignals(long now) {
		return lasting(Math.min(this.limit, Math.max(0, now - this.began)), this.openings, commanded());
	}

	/** As many as can be counted, at most. */
	private static int oneMore(int openings) {
		return Math.min(openings, Integer.MAX_VALUE - 1) + 1;
	}

	/** An OPEN period counts as one opening at least. */
	private static int openings(FleetDecision decision) {
		return (decision.state() == State.OPEN) ? Math.max(1, decision.openings()) : decision.openings();
	}

	/** The same stay with another end, or this very one where it is the same. */
	private Period lasting(long nanos, int openings, @Nullable StandingCommand commanded) {
		return (nanos == this.limit && openings == this.openings) ? this
				: new Period(this.state, this.rules, this.generation, this.window, this.admitting, this.began, nanos,
						this.since, openings, this.circumstances.with(commanded));
	}

	private Period next(State next, Reason reason, long limit, @Nullable StateCommand command,
			@Nullable Decision decision, @Nullable FleetDecision fleet, Signals signals, long began, Instant at) {
		boolean same = next == this.state;
		boolean reset = command != null && command.isReset();
		Ramp ramp = (next == State.CLOSED && refusesAny() && !reset) ? this.rules.rampFrom(began) : null;
		boolean forgets = reset || (ramp == null && this.rules.stableNanos == 0);
		int openings = switch (next) {
			case CLOSED -> forgets ? 0 : openings(began);
			// A signal is no failure: it does not lengthen the wait.
			case OPEN -> (fleet != null) ? openings(fleet) : same ? this.openings
					: (reason == Reason.SIGNAL) ? Math.max(1, openings(began)) : oneMore(openings(began));
			case HALF_OPEN -> (fleet != null) ? openings(fleet) : openings(began);
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> openings(began);
		};
		Signals kept = (signals == Signals.NONE) ? signals : switch (next) {
			case CLOSED, HALF_OPEN -> Signals.NONE;
			case OPEN -> signals.livingAt(began, this.rules.waitNanos(openings));
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> signals.livingAt(began, 0);
		};
		StateChange last = lastChange();
		boolean told = !same || hasWords(command) || hasWords(last);
		Signals.Given cause = (reason == Reason.SIGNAL) ? kept.longest() : null;
		StateChange change = !told ? last : new StateChange(this.state, next, reason, at, lastFailure(),
				(command != null) ? command.comment()
						: (fleet != null) ? fleet.why() : (cause != null) ? cause.reason() : null,
				(command != null) ? command.actor() : (cause != null) ? cause.source() : null, this.rules.enforced);
		News news = news();
		news = (told || reset) ? news.followedBy(told ? change : null, reset, decision) : news;
		Generation generation = (next == State.CLOSED) ? new Generation(null, null, this.generation.inFlight)
				: new Generation(this.generation.failures(), next.refuses() ? counts(began) : null,
						this.generation.inFlight);
		long ownLimit = limit(next, this.rules, limit, openings);
		SlidingWindow window = newWindow(next, this.rules, began);
		StandingCommand by = (command != null) ? new StandingCommand(command, end(at, ownLimit)) : null;
		GuardedGate gate = gate();
		return new Period(next, this.rules, generation, window, newAdmitting(next, this.rules, window, ramp, gate),
				began, ownLimit, same ? this.since : at, openings,
				new Circumstances(change, by, news, kept, next.refuses() ? lastFailure() : null, gate));
	}

	private boolean refusesAny() {
		return this.state.refuses() || this.state == State.HALF_OPEN;
	}

	/** Null where it has none, or one that no instant can tell. */
	private static @Nullable Instant end(Instant at, long limit) {
		try {
			return (limit != WITHOUT_END) ? at.plusNanos(limit) : null;
		}
		catch (DateTimeException | ArithmeticException ex) {
			return null;
		}
	}

	private static boolean hasWords(@Nullable StateCommand command) {
		return command != null && (command.comment() != null || command.actor() != null);
	}

	private static boolean hasWords(@Nullable StateChange change) {
		return change != null && (change.comment() != null || change.actor() != null);
	}

	/**
	 * The same generation under other rules: what is left of a wait is kept, and a window
	 * of the same type and size. A ramp goes on as the other rules say, and none begins.
	 */
	Period under(Rules other, long now) {
		SlidingWindow window = this.window;
		if (window != null && !window.fits(other.config)) {
			window = SlidingWindow.of(other.config, now);
		}
		CallsInFlight inFlight = this.generation.inFlight;
		if (inFlight != null) {
			inFlight.ruled(now);
		}
		Ramp ramp = isRamping() ? other.rampFrom(this.began) : null;
		return new Period(this.state, other, this.generation, window, sharing(ramp, other, window), this.began,
				this.limit, this.since, openings(now), this.circumstances);
	}

	/** The same generation with another gate, or without one. */
	Period gated(@Nullable GuardedGate other) {
		return in(this.circumstances.with(other));
	}

	/** Whether its ramp is over, so that {@link #afterRamp()} is to follow. */
	boolean isRampOver(long now) {
		AdmittedShare share = share();
		return share != null && share.isRampOver(now);
	}

	/** The same generation without the ramp. */
	Period afterRamp() {
		return new Period(this.state, this.rules, this.generation, this.window, sharing(null, this.rules, this.window),
				this.began, this.limit, this.since, this.openings, this.circumstances);
	}

	/**
	 * Whether it is the one that this decision opened, still lasts otherwise than the
	 * other side asked for, and no command came since. Asked before the decision is told.
	 */
	boolean lacksWaitOf(Decision decision) {
		return this.state == State.OPEN && commanded() == null && news().decision == decision
				&& this.limit != decision.wait;
	}

	/** The same generation with another limit. */
	Period lasting(long nanos) {
		return lasting(nanos, this.openings, commanded());
	}

	private static @Nullable SlidingWindow newWindow(State state, Rules rules, long now) {
		return (state == State.CLOSED || state == State.METRICS_ONLY) ? SlidingWindow.of(rules.config, now) : null;
	}

	private static @Nullable Admitting newAdmitting(State state, Rules rules, @Nullable SlidingWindow window,
			@Nullable Ramp ramp, @Nullable GuardedGate gate) {
		return switch (state) {
			case CLOSED -> AdmittedShare.of(ramp, rules, Objects.requireNonNull(window));
			case HALF_OPEN -> new Probes(rules, gate);
			case OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY -> null;
		};
	}

	/** With another share, where it has one. */
	private @Nullable Admitting sharing(@Nullable Ramp ramp, Rules other, @Nullable SlidingWindow window) {
		return (this.state == State.CLOSED) ? AdmittedShare.of(ramp, other, Objects.requireNonNull(window))
				: this.admitting;
	}

	/** Whether it is closed and admits all calls, at no cost. */
	boolean admitsAll() {
		return this.admitting == AdmittedShare.ALL;
	}

	/** In CLOSED. */
	@Nullable AdmittedShare share() {
		return (this.admitting instanceof AdmittedShare share) ? share : null;
	}

	/** In HALF_OPEN. */
	@Nullable Probes probes() {
		return (this.admitting instanceof Probes probes) ? probes : null;
	}

	/** What calls of the breaker that it admits and that end elsewhere begin with. */
	CallState.OfPeriod calls(CircuitBreaker breaker) {
		CallState.OfPeriod present = this.calls;
		if (present == null) {
			present = CallState.OfPeriod.of(breaker, this);
			this.calls = present;
		}
		return present;
	}

	private static long limit(State state, Rules rules, long limit, int openings) {
		if (limit != BY_RULES) {
			return limit;
		}
		return (state == State.OPEN) ? rules.waitNanos(openings) : WITHOUT_END;
	}

	@Override
	public Period period() {
		return this;
	}

	/** Whether time cannot end it, or its ramp, so that no clock need be read. */
	boolean isTimeless() {
		return this.limit == WITHOUT_END && this.state != State.HALF_OPEN && !isRamping();
	}

	private boolean isRamping() {
		AdmittedShare share = share();
		return share != null && share.isRamping();
	}

	/** Whether it is closed and a call may be refused all the same. */
	boolean isLimited() {
		AdmittedShare share = share();
		return share != null && share.isLimited();
	}

	/**
	 * OPEN periods in a row at that moment. Those before it closed are forgotten once it
	 * has stayed so for long enough; a ramp is over by then.
	 */
	int openings(long now) {
		boolean forgotten = this.state == State.CLOSED && (!isRamping() || isRampOver(now))
				&& now - this.began >= this.rules.stableNanos;
		return forgotten ? 0 : this.openings;
	}

	/** Why not all calls are admitted while it is closed; null where they are. */
	AdmittedShare.@Nullable Limit limit(long now) {
		AdmittedShare share = share();
		return (share != null) ? share.limit(now) : null;
	}

	/** The rules that judge its window at that moment. */
	Rules judge(long now) {
		AdmittedShare share = share();
		return (share != null) ? share.judge(this.rules, now) : this.rules;
	}

	/** What ends it, if it is to end at that moment. */
	@Nullable Decision due(long now) {
		return switch (this.state) {
			case METRICS_ONLY -> null;
			case CLOSED -> Objects.requireNonNull(this.window).decision();
			case OPEN -> isOver(now) ? Decision.ofTime(Reason.WAIT_ELAPSED, this.began + lasts()) : null;
			case FORCED_OPEN, DISABLED -> isOver(now) ? held(this.began + this.limit) : null;
			case HALF_OPEN -> Objects.requireNonNull(probes()).decision(now);
		};
	}

	/** The limit, and in OPEN what signals add to it. */
	private long lasts() {
		return (this.state == State.OPEN) ? signals().prolong(this.limit, this.began) : this.limit;
	}

	/** What follows a hold that ends at that moment. */
	private Decision held(long end) {
		return Decision.ofTime((signals().left(end) > 0) ? Reason.SIGNAL : Reason.HOLD_ELAPSED, end);
	}

	/** Whether time has ended it. At exactly its limit it is over. */
	private boolean isOver(long now) {
		return this.limit != WITHOUT_END && now - this.began >= lasts();
	}

	/**
	 * How many nanoseconds it goes on to refuse calls, also after a hold that signals
	 * outlive; zero where it refuses none, or where time does not end it.
	 */
	long remaining(long now) {
		if (this.limit == WITHOUT_END || !this.state.refuses()) {
			return 0;
		}
		if (this.state == State.FORCED_OPEN && signals().left(this.began + this.limit) > 0) {
			double wait = this.rules.plainWaitNanos(Math.max(1, this.openings));
			return Signals.sum(signals().left(now), Math.round(wait));
		}
		return left(now);
	}

	/** How many nanoseconds it still lasts. */
	private long left(long now) {
		return Math.max(0, lasts() - Math.max(0, now - this.began));
	}

	/**
	 * Whether a call that this thread begins now is admitted. What is due was carried
	 * out.
	 */
	boolean admits() {
		return !this.rules.enforced || switch (this.state) {
			case CLOSED, DISABLED, METRICS_ONLY -> true;
			case HALF_OPEN -> Objects.requireNonNull(probes()).hasPlace();
			case OPEN, FORCED_OPEN -> false;
		};
	}

	/** What another breaker needs to go on from here. */
	ExportedState exported(long now, Instant at) {
		StandingCommand by = commanded();
		return new ExportedState(this.state, this.since, at,
				(this.limit != WITHOUT_END) ? Duration.ofNanos(leftWithoutSignals(now)) : null, openings(now),
				(by != null) ? by.command() : null);
	}

	/** What is left where the signals that live, which are not exported, ended now. */
	private long leftWithoutSignals(long now) {
		long own = Math.max(0, this.limit - Math.max(0, now - this.began));
		boolean signalled = this.state == State.OPEN && signals().left(now) > 0;
		return signalled ? Math.max(own, signals().waitNanos()) : left(now);
	}

	/**
	 * The period that follows where an exported state is restored; null where it stays.
	 */
	@Nullable Period restored(ExportedState exported, long now, Instant at) {
		Restoration restoration = isFirst() ? Restoration.of(exported, this.rules, at) : null;
		if (restoration == null || restoration.state() == this.state
				|| (restoration.command() == null && this.state != State.CLOSED)) {
			return null;
		}
		State next = restoration.state();
		StateCommand command = restoration.command();
		StateChange change = new StateChange(this.state, next, Reason.RESTORED, at, null,
				(command != null) ? command.comment() : null, (command != null) ? command.actor() : null,
				this.rules.enforced);
		SlidingWindow window = newWindow(next, this.rules, now);
		Signals kept = (next == State.HALF_OPEN) ? Signals.NONE : signals().livingAt(now,
				(next == State.OPEN) ? this.rules.waitNanos(Math.max(1, restoration.openings())) : 0);
		Generation generation = new Generation(null, null, this.generation.inFlight);
		StandingCommand by = (command != null) ? new StandingCommand(command, end(at, restoration.limit())) : null;
		GuardedGate gate = gate();
		return new Period(next, this.rules, generation, window, newAdmitting(next, this.rules, window, null, gate), now,
				restoration.limit(), restoration.since(), restoration.openings(),
				new Circumstances(change, by, news().followedBy(change, false, null), kept, null, gate));
	}

	/** Whether it is what the breaker began with. */
	private boolean isFirst() {
		return lastChange() == null && commanded() == null;
	}

	/**
	 * Whether it is closed, or what a breaker begins with, admits all calls, remembers no
	 * opening, and has seen no failure and no slow call.
	 */
	boolean isClean(long now) {
		if (signals().left(now) > 0) {
			return false;
		}
		if (isOver(now) && (this.state == State.FORCED_OPEN || this.state == State.DISABLED)) {
			long closed = this.began + this.limit;
			// Closed by now, or open since then.
			if (signals().left(closed) != 0) {
				return false;
			}
			Ramp ramp = refusesAny() ? this.rules.rampFrom(closed) : null;
			boolean remembered = this.openings != 0 && now - closed < this.rules.stableNanos;
			return !remembered && (ramp == null || ramp.isOver(now));
		}
		if (this.state != State.CLOSED && !isFirst()) {
			return false;
		}
		if (this.state == State.CLOSED && ((isRamping() && !isRampOver(now)) || openings(now) != 0)) {
			return false;
		}
		WindowCounts counts = counts(now);
		return counts.failed() == 0 && counts.slow() == 0 && counts.consecutiveFailures() == 0;
	}

	/**
	 * For how many nanoseconds an operator's command or a signal holds the breaker here;
	 * zero where none does, and the highest number where a command does until another
	 * one.
	 */
	long heldNanos(long now) {
		return Math.max(heldByCommand(now), signals().left(now));
	}

	private long heldByCommand(long now) {
		if (commanded() == null) {
			return 0;
		}
		return switch (this.state) {
			case OPEN, FORCED_OPEN, DISABLED -> (this.limit != WITHOUT_END) ? left(now) : Long.MAX_VALUE;
			case METRICS_ONLY -> Long.MAX_VALUE;
			case CLOSED, HALF_OPEN -> 0;
		};
	}

	/** The command that it began by; null where it began by none. */
	@Nullable StandingCommand commanded() {
		return this.circumstances.commanded();
	}

	@Nullable StateChange lastChange() {
		return this.circumstances.lastChange();
	}

	News news() {
		return this.circumstances.news();
	}

	Signals signals() {
		return this.circumstances.signals();
	}

	@Nullable GuardedGate gate() {
		return this.circumstances.gate();
	}

	WindowCounts counts(long now) {
		if (this.window != null) {
			return this.window.counts(now, judge(now));
		}
		Probes probes = probes();
		if (probes != null) {
			return probes.counts();
		}
		WindowCounts frozen = this.generation.frozen;
		return (frozen != null) ? frozen : new WindowCounts(0, 0, 0, 0, this.rules.callsUntilEvaluated(0));
	}

	/** The calls under way, of earlier periods too; null where they are not tracked. */
	@Nullable CallsInFlight inFlight() {
		return this.rules.hungCallsCounted ? this.generation.inFlight : null;
	}

	/** What failed since the breaker was last closed. */
	FailureLog failures() {
		return this.generation.failures();
	}

	/** A copy of that, of one moment. */
	FailureLog.Content failed() {
		FailureLog failures = this.generation.failures;
		return (failures != null) ? failures.content() : FailureLog.Content.NONE;
	}

	/** Null where nothing has failed, or a result last. */
	private @Nullable Failure lastFailure() {
		if (this.state.refuses()) {
			return this.circumstances.lastFailure();
		}
		FailureLog failures = this.generation.failures;
		return (failures != null) ? failures.last() : null;
	}

	/** The class of the last failure, as far as there is one. */
	@Nullable String lastFailureType() {
		if (this.state.refuses()) {
			Failure last = this.circumstances.lastFailure();
			return (last != null) ? last.type() : null;
		}
		FailureLog failures = this.generation.failures;
		return (failures != null) ? failures.lastType() : null;
	}

	/**
	 * One stay in one state, whatever configs it sees.
	 */
	static final class Generation {

		private static final VarHandle FAILURES = FieldHandle.of(MethodHandles.lookup(), "failures", FailureLog.class);

		private static final VarHandle IN_FLIGHT = FieldHandle.of(MethodHandles.lookup(), "inFlight",
				CallsInFlight.class);

		/** Made with the first failure, or at the end of the generation. */
		private volatile @Nullable FailureLog failures;

		/** In OPEN and FORCED_OPEN: the counts when it opened. */
		private final @Nullable WindowCounts frozen;

		/**
		 * Made when a config first wants it, and handed on from then: calls outlast the
		 * periods that admit them.
		 */
		private volatile @Nullable CallsInFlight inFlight;

		Generation(@Nullable FailureLog failures, @Nullable WindowCounts frozen, @Nullable CallsInFlight inFlight) {
			this.failures = failures;
			this.frozen = frozen;
			this.inFlight = inFlight;
		}

		private FailureLog failures() {
			FailureLog present = this.failures;
			while (present == null) {
				FAILURES.compareAndSet(this, null, new FailureLog());
				present = this.failures;
			}
			return present;
		}

		/** The calls under way, also where the present rules track none. */
		@Nullable CallsInFlight inFlight() {
			return this.inFlight;
		}

		private void track() {
			if (this.inFlight == null) {
				IN_FLIGHT.compareAndSet(this, null, new CallsInFlight());
			}
		}

	}

}
