package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches calls, refuses them while too many fail or drag, and lets a few probes find out
 * when the other side is well again. Safe for use by many threads. It owns no thread and
 * no timer: its state is a function of what was recorded and of the clock, and whoever
 * looks first after a wait finds the next state.
 *
 * <p>
 * The present {@link Period} is swapped by compare-and-set, and an admitted call carries
 * the period that admitted it. Only the thread whose swap took effect publishes it,
 * afterwards and under no lock.
 */
public final class CircuitBreaker {

	/** Stands for a clock that was not read yet. */
	static final long UNREAD = Long.MIN_VALUE;

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private static final VarHandle PERIOD;

	private static final VarHandle LISTENERS;

	private static final Fallback<?, ?> RETHROW = CircuitBreaker::rethrow;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			PERIOD = lookup.findVarHandle(CircuitBreaker.class, "period", Period.class);
			LISTENERS = lookup.findVarHandle(CircuitBreaker.class, "listeners", Listeners.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
		Rehearsal.run();
	}

	private final String name;

	private final NanoClock nanoClock;

	private final LongAdder successes = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private final LongAdder slowCalls = new LongAdder();

	private final LongAdder ignored = new LongAdder();

	private final LongAdder notPermitted = new LongAdder();

	private final StateNews news;

	private volatile Listeners listeners = Listeners.NONE;

	private volatile Period period;

	private volatile boolean ruleComplaintLogged;

	private CircuitBreaker(String name, CircuitBreakerConfig config) {
		this.name = name;
		this.nanoClock = NanoClock.of(config.nanoClock());
		this.period = Period.first(config.rules, this.nanoClock.read(), instant(config));
		this.news = new StateNews(this.period);
	}

	/**
	 * Makes a breaker.
	 * @param name its name, not empty
	 * @param config its config
	 * @return a new breaker, in the config's initial state
	 */
	public static CircuitBreaker of(String name, CircuitBreakerConfig config) {
		if (Objects.requireNonNull(name, "name").isBlank()) {
			throw new IllegalArgumentException("Invalid name of a circuit breaker ('" + name + "'): must not be empty");
		}
		return new CircuitBreaker(name, Objects.requireNonNull(config, "config"));
	}

	/**
	 * Makes a breaker with {@link CircuitBreakerConfig#ofDefaults()}.
	 * @param name its name, not empty
	 * @return a new breaker
	 */
	public static CircuitBreaker ofDefaults(String name) {
		return of(name, CircuitBreakerConfig.ofDefaults());
	}

	/**
	 * The name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The present config.
	 * @return the config
	 */
	public CircuitBreakerConfig config() {
		return this.period.rules.config;
	}

	/**
	 * The state at this moment: one that is {@link State#OPEN} and whose wait has elapsed
	 * answers {@link State#HALF_OPEN}, traffic or not.
	 * @return the state
	 */
	public State state() {
		return current().state;
	}

	/**
	 * Everything there is to see, of one moment.
	 * @return a snapshot; its totals may be ahead of its window by calls that end while
	 * it is taken
	 */
	public Snapshot snapshot() {
		long now = this.nanoClock.read();
		Period p;
		Figures figures;
		do {
			p = current(now);
			figures = p.figures(now);
			// Figures that led to another state are none of this one's.
		}
		while (p != current(now));
		return new Snapshot(this.name, p.state, p.since, figures.failureRate(), figures.slowCallRate(), figures.calls(),
				figures.failed(), figures.slow(), figures.consecutiveFailures(), figures.callsUntilEvaluated(),
				this.successes.sum(), this.failures.sum(), this.slowCalls.sum(), this.ignored.sum(),
				this.notPermitted.sum(), p.openings, Duration.ofNanos(p.remaining(now)), p.lastChange);
	}

	/**
	 * Makes a call, if it is permitted, and records how it ends.
	 * @param <T> the type of its result
	 * @param <X> what it may throw
	 * @param work the call
	 * @return its result
	 * @throws X what the call throws, as it is
	 * @throws CallNotPermittedException when the call is refused
	 */
	@SuppressWarnings("unchecked")
	public <T extends @Nullable Object, X extends Throwable> T call(ThrowingSupplier<? extends T, X> work) throws X {
		return call(work, (Fallback<? extends T, X>) RETHROW);
	}

	/**
	 * Makes a call, if it is permitted, and records how it ends. Where it is refused, or
	 * ends in what counts as a failure, the fallback gives the result; ignored
	 * exceptions, interrupts and cancellations are thrown as they are.
	 * @param <T> the type of its result
	 * @param <X> what it may throw
	 * @param work the call
	 * @param fallback what is done instead; a result that counts as a failure is returned
	 * and needs no fallback
	 * @return the result of the call or of the fallback
	 * @throws X what the call throws where no fallback runs, or what the fallback throws
	 */
	public <T extends @Nullable Object, X extends Throwable> T call(ThrowingSupplier<? extends T, X> work,
			Fallback<? extends T, X> fallback) throws X {
		Ticket ticket = admit();
		if (ticket instanceof Refusal refusal) {
			return fallback.apply(refusal.toException(this.name));
		}
		boolean timed = timed(ticket);
		long start = timed ? this.nanoClock.read() : UNREAD;
		T result;
		try {
			result = work.get();
		}
		catch (Throwable thrown) {
			long end = timed ? this.nanoClock.read() : UNREAD;
			if (threw(ticket, thrown, elapsed(start, end), end) == Outcome.FAILURE) {
				return fallback.apply(thrown);
			}
			throw thrown;
		}
		long end = timed ? this.nanoClock.read() : UNREAD;
		returned(ticket, result, elapsed(start, end), end);
		return result;
	}

	/**
	 * As {@link #call(ThrowingSupplier)}, for a call without a result.
	 * @param <X> what it may throw
	 * @param work the call
	 * @throws X what the call throws, as it is
	 * @throws CallNotPermittedException when the call is refused
	 */
	public <X extends Throwable> void run(ThrowingRunnable<X> work) throws X {
		this.<@Nullable Object, X>call(() -> {
			work.run();
			return null;
		});
	}

	/**
	 * Makes an asynchronous call, if it is permitted, and records it when its stage
	 * completes. A refusal comes as a stage that failed with a
	 * {@link CallNotPermittedException}; what {@code work} itself throws is thrown.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @return a {@link CompletableFuture} that ends as the call does, after the call was
	 * recorded; cancelling it records nothing, and cancels the call
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work) {
		return startAsync(work, null);
	}

	/**
	 * Makes an asynchronous call, if it is permitted, and records it when its stage
	 * completes. Where it is refused, or ends in what counts as a failure (thrown by
	 * {@code work} itself, too), the fallback gives the stage.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @param fallback what is done instead; it is given what was really thrown, without a
	 * {@code CompletionException}
	 * @return a {@link CompletableFuture} that ends as the call or the fallback does,
	 * after the call was recorded; cancelling it records nothing, and cancels the call
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work,
			Function<Throwable, ? extends CompletionStage<T>> fallback) {
		return startAsync(work, Objects.requireNonNull(fallback, "fallback"));
	}

	private <T extends @Nullable Object> CompletionStage<T> startAsync(Supplier<? extends CompletionStage<T>> work,
			@Nullable Function<Throwable, ? extends CompletionStage<T>> fallback) {
		Ticket ticket = admit();
		if (ticket instanceof Refusal refusal) {
			CallNotPermittedException exception = refusal.toException(this.name);
			return (fallback != null) ? fallback.apply(exception) : CompletableFuture.failedFuture(exception);
		}
		boolean timed = timed(ticket);
		long start = timed ? this.nanoClock.read() : UNREAD;
		return new AsyncCall<>(this, ticket, timed, start, work, fallback).start();
	}

	/**
	 * Takes a permit, for a call that begins and ends in different places.
	 * @return a permit, to be given back once
	 * @throws CallNotPermittedException when the call is refused
	 */
	public Permit acquire() {
		Ticket ticket = admit();
		if (ticket instanceof Refusal refusal) {
			throw refusal.toException(this.name);
		}
		return new BreakerPermit(this, ticket);
	}

	/**
	 * Takes a permit, for a call that begins and ends in different places.
	 * @return a permit, to be given back once, or {@code null} when the call is refused
	 */
	public @Nullable Permit tryAcquire() {
		Ticket ticket = admit();
		return (ticket instanceof Refusal) ? null : new BreakerPermit(this, ticket);
	}

	/** Who may pass. */
	private Ticket admit() {
		Period p = this.period;
		if (p.state == State.CLOSED) {
			return p;
		}
		if (p.isTimeless()) {
			return (p.state == State.FORCED_OPEN) ? refuse(p, 0) : p;
		}
		long now = this.nanoClock.read();
		Ticket ticket;
		do {
			p = current(now);
			ticket = switch (p.state) {
				case CLOSED, DISABLED, METRICS_ONLY -> p;
				case HALF_OPEN -> Objects.requireNonNull(p.probes).take(p, now);
				case OPEN, FORCED_OPEN -> null;
			};
			// No place among the probes: perhaps since they have just decided.
		}
		while (ticket == null && p.state == State.HALF_OPEN && p != current(now));
		return (ticket != null) ? ticket : refuse(p, p.remaining(now));
	}

	private Refusal refuse(Period p, long remaining) {
		this.notPermitted.increment();
		this.listeners.notPermitted(this);
		return new Refusal(p, remaining);
	}

	private boolean timed(Ticket ticket) {
		return ticket.period().rules.slowCallsJudged || this.listeners.wantTime;
	}

	/** Zero of two that were not read. */
	static long elapsed(long start, long end) {
		return Math.max(0, end - start);
	}

	/** A call came back. */
	void returned(Ticket ticket, @Nullable Object result, long elapsed, long end) {
		if (ticket.period().state == State.DISABLED) {
			return;
		}
		if (ticket.period().rules.isFailure(result, this)) {
			fail(ticket, null, elapsed, end);
		}
		else {
			succeed(ticket, elapsed, end);
		}
	}

	/** A call threw. */
	Outcome threw(Ticket ticket, Throwable thrown, long elapsed, long end) {
		Outcome outcome = ticket.period().rules.outcomeOfThrown(thrown, this);
		if (ticket.period().state != State.DISABLED) {
			switch (outcome) {
				case SUCCESS -> succeed(ticket, elapsed, end);
				case FAILURE -> fail(ticket, Rules.unwrap(thrown), elapsed, end);
				case IGNORED -> ignore(ticket, Rules.unwrap(thrown), elapsed);
				case NOTHING -> release(ticket);
			}
		}
		return outcome;
	}

	/** A call was not made, or counts as nothing. */
	void release(Ticket ticket) {
		if (ticket instanceof Probes.Probe probe) {
			// First what time decided: a probe that comes back too late is lost.
			current();
			probe.giveBack();
		}
	}

	private void succeed(Ticket ticket, long elapsed, long end) {
		this.successes.increment();
		record(ticket, false, elapsed, end);
		this.listeners.succeeded(this, elapsed);
	}

	private void fail(Ticket ticket, @Nullable Throwable thrown, long elapsed, long end) {
		this.failures.increment();
		if (thrown != null) {
			ticket.period().lastFailure(thrown);
		}
		record(ticket, true, elapsed, end);
		this.listeners.failed(this, thrown, elapsed);
	}

	private void ignore(Ticket ticket, Throwable thrown, long elapsed) {
		release(ticket);
		this.ignored.increment();
		this.listeners.ignored(this, thrown, elapsed);
	}

	/** Records a result where it belongs, and switches where it must. */
	private void record(Ticket ticket, boolean failed, long elapsed, long end) {
		Period admitted = ticket.period();
		boolean slow = elapsed > admitted.rules.slowNanos;
		if (slow) {
			this.slowCalls.increment();
		}
		Period p = this.period;
		if (p.stretch != admitted.stretch) {
			return;
		}
		switch (p.state) {
			case CLOSED -> {
				SlidingWindow window = Objects.requireNonNull(p.window);
				if (window.record(failed, slow, timeFor(window, end), p.rules) != null) {
					current(this.nanoClock.read());
				}
			}
			case METRICS_ONLY -> {
				SlidingWindow window = Objects.requireNonNull(p.window);
				window.record(failed, slow, timeFor(window, end), null);
			}
			case HALF_OPEN -> {
				// First what time decided: a probe that comes back too late is lost.
				if (current().stretch == admitted.stretch) {
					((Probes.Probe) ticket).record(failed, slow);
					current();
				}
			}
			case OPEN, FORCED_OPEN, DISABLED -> throw new IllegalStateException(p.state + " records nothing");
		}
	}

	private long timeFor(SlidingWindow window, long end) {
		return (window.timeBased() && end == UNREAD) ? this.nanoClock.read() : end;
	}

	private Period current() {
		Period p = this.period;
		return p.isTimeless() ? p : current(this.nanoClock.read());
	}

	/**
	 * The present period, after the changes that are due: whoever looks first makes them.
	 */
	private Period current(long now) {
		while (true) {
			Period p = this.period;
			Reason due = switch (p.state) {
				case METRICS_ONLY -> null;
				case CLOSED -> Objects.requireNonNull(p.window).tripped();
				case OPEN -> p.isOver(now) ? Reason.WAIT_ELAPSED : null;
				case FORCED_OPEN, DISABLED -> p.isOver(now) ? Reason.HOLD_ELAPSED : null;
				case HALF_OPEN -> Objects.requireNonNull(p.probes).verdict(now);
			};
			if (due == null) {
				return p;
			}
			State next = switch (due) {
				case WAIT_ELAPSED -> State.HALF_OPEN;
				case HOLD_ELAPSED, PROBES_SUCCEEDED -> State.CLOSED;
				case PROBES_FAILED, PROBES_LOST, FAILURE_RATE, SLOW_CALL_RATE, CONSECUTIVE_FAILURES, COMMAND, FLEET ->
					State.OPEN;
			};
			// A lost probe opened the breaker when its time was up, also where nobody
			// looked.
			long began = (due == Reason.PROBES_LOST) ? Objects.requireNonNull(p.probes).lostAt() : now;
			swap(p, p.next(next, due, Period.BY_RULES, false, began, instant(p.rules.config)));
		}
	}

	/** Puts the next period in the place of this one, unless another was faster. */
	private boolean swap(Period ended, Period next) {
		if (!PERIOD.compareAndSet(this, ended, next)) {
			return false;
		}
		this.news.deliver(this);
		return true;
	}

	private void command(State state, long limit, boolean reset) {
		Period p;
		Period next;
		do {
			long now = this.nanoClock.read();
			p = current(now);
			next = p.next(state, Reason.COMMAND, limit, reset, now, instant(p.rules.config));
		}
		while (!swap(p, next));
	}

	/**
	 * Closes, with an empty window; goes on by itself from there. Given again in the same
	 * state, a command begins the state anew, which is no change of state.
	 */
	public void close() {
		command(State.CLOSED, Period.BY_RULES, false);
	}

	/**
	 * Opens as if the rules had said so, for as long as they say; goes on by itself from
	 * there.
	 */
	public void open() {
		command(State.OPEN, Period.BY_RULES, false);
	}

	/**
	 * Opens as if the rules had said so, but for a wait of its own; goes on by itself
	 * from there.
	 * @param wait how long, zero or more
	 */
	public void open(Duration wait) {
		command(State.OPEN, limit("wait", wait), false);
	}

	/**
	 * Goes half-open, with all places free; goes on by itself from there.
	 */
	public void halfOpen() {
		command(State.HALF_OPEN, Period.BY_RULES, false);
	}

	/**
	 * Refuses every call until another command.
	 */
	public void forceOpen() {
		command(State.FORCED_OPEN, Period.BY_RULES, false);
	}

	/**
	 * Refuses every call until another command, or until the hold is over: then it is
	 * {@link State#CLOSED}.
	 * @param hold how long, zero or more
	 */
	public void forceOpen(Duration hold) {
		command(State.FORCED_OPEN, limit("hold", hold), false);
	}

	/**
	 * Lets every call pass and records none, until another command.
	 */
	public void disable() {
		command(State.DISABLED, Period.BY_RULES, false);
	}

	/**
	 * Lets every call pass and records none, until another command, or until the hold is
	 * over: then it is {@link State#CLOSED}.
	 * @param hold how long, zero or more
	 */
	public void disable(Duration hold) {
		command(State.DISABLED, limit("hold", hold), false);
	}

	/**
	 * Lets every call pass and records them, without ever opening, until another command.
	 */
	public void metricsOnly() {
		command(State.METRICS_ONLY, Period.BY_RULES, false);
	}

	/**
	 * Closes, with an empty window, totals of zero and no memory of earlier openings.
	 */
	public void reset() {
		this.successes.reset();
		this.failures.reset();
		this.slowCalls.reset();
		this.ignored.reset();
		this.notPermitted.reset();
		command(State.CLOSED, Period.BY_RULES, true);
	}

	private boolean swapRules(Period p, Period next) {
		Probes probes = p.probes;
		if (probes == null) {
			return swap(p, next);
		}
		boolean swapped = probes.under(next.rules, () -> PERIOD.compareAndSet(this, p, next));
		if (swapped) {
			this.news.deliver(this);
		}
		return swapped;
	}

	private static long limit(String parameter, Duration duration) {
		if (Objects.requireNonNull(duration, parameter).isNegative()) {
			throw new IllegalArgumentException("Invalid " + parameter + " (" + duration + "): must be zero or more");
		}
		return Rules.nanos(duration);
	}

	/**
	 * Goes on under another config. State, totals, listeners, what is left of a wait, and
	 * the clocks that the breaker was made with stay; a window whose type or size changed
	 * starts empty.
	 * @param config the config
	 */
	public void reconfigure(CircuitBreakerConfig config) {
		CircuitBreakerConfig made = this.period.rules.config;
		Rules rules = config.toBuilder().nanoClock(made.nanoClock()).clock(made.clock()).build().rules;
		Period p;
		Period next;
		do {
			long now = this.nanoClock.read();
			p = current(now);
			next = p.under(rules, now);
		}
		while (!swapRules(p, next));
		current();
	}

	/**
	 * Adds a listener.
	 * @param listener the listener
	 */
	public void addListener(CircuitBreakerListener listener) {
		Listeners before;
		do {
			before = this.listeners;
		}
		while (!LISTENERS.compareAndSet(this, before, before.with(listener)));
	}

	/**
	 * Takes a listener back. One that was not added is passed over.
	 * @param listener the listener
	 */
	public void removeListener(CircuitBreakerListener listener) {
		Listeners before;
		do {
			before = this.listeners;
		}
		while (!LISTENERS.compareAndSet(this, before, before.without(listener)));
	}

	void replaceListener(CircuitBreakerListener listener, List<? extends CircuitBreakerListener> replacements) {
		Listeners before;
		do {
			before = this.listeners;
		}
		while (!LISTENERS.compareAndSet(this, before, before.replacing(listener, replacements)));
	}

	Listeners listeners() {
		return this.listeners;
	}

	Period period() {
		return this.period;
	}

	NanoClock nanoClock() {
		return this.nanoClock;
	}

	private Instant instant(CircuitBreakerConfig config) {
		try {
			return config.clock().instant();
		}
		catch (Throwable ex) {
			complain(ex);
			return Instant.now();
		}
	}

	/** A hook of the user's threw, which harms nobody, but should be known. */
	void complain(Throwable thrown) {
		if (!this.ruleComplaintLogged) {
			this.ruleComplaintLogged = true;
			Complaint.log(logger, "A rule or clock of circuit breaker '{}' failed; further failures are not logged",
					this.name, thrown);
		}
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> Object rethrow(Throwable thrown) throws X {
		throw (X) thrown;
	}

	@Override
	public String toString() {
		return "CircuitBreaker[" + this.name + ", " + state() + "]";
	}

}
