package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches calls, and refuses them while too many fail or are slow; a few probes decide
 * when calls pass again. Safe for use by many threads. It owns no thread and no timer:
 * its state is a function of what was recorded and of the clock, and the first look after
 * a wait finds the next state.
 *
 * <p>
 * The present {@link Period} is swapped by compare-and-set, and an admitted call carries
 * the period that admitted it. Listeners hear of a change after it took effect, under no
 * lock; nothing is decided by a reading of the clock from before they ran.
 *
 * <pre>{@code
 * CircuitBreaker breaker = CircuitBreaker.ofDefaults("payments");
 * Receipt receipt = breaker.call(() -> client.pay(order));
 * }</pre>
 */
public final class CircuitBreaker {

	/** Stands for a clock that was not read yet. */
	static final long UNREAD = Long.MIN_VALUE;

	/**
	 * How many calls under way count as slow, at most, before one more begins or ends.
	 */
	private static final int MOST_HUNG_AT_ONCE = 64;

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private static final VarHandle PERIOD = FieldHandle.of(MethodHandles.lookup(), "period", Period.class);

	private static final VarHandle LISTENERS = FieldHandle.of(MethodHandles.lookup(), "listeners", Listeners.class);

	private static final VarHandle OUTERMOST = FieldHandle.of(MethodHandles.lookup(), "outermost",
			OutermostCalls.class);

	private static final VarHandle DISPATCHER = FieldHandle.of(MethodHandles.lookup(), "dispatcher",
			StateChangeDispatcher.class);

	static final Fallback<?, ?> RETHROW = CircuitBreaker::rethrow;

	static {
		ClassWarmUp.run();
	}

	private final String name;

	/** Read as a field where the stack may end, and nothing can be called. */
	final @Nullable GroupMember member;

	private final NanoClock nanoClock;

	private final LongAdder successes = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private final LongAdder slowCalls = new LongAdder();

	private final LongAdder ignored = new LongAdder();

	private final Refusals notPermitted = new Refusals();

	/** Null as long as there was no news. */
	private volatile @Nullable StateChangeDispatcher dispatcher;

	/** Read as a field where the stack may end. */
	volatile @Nullable OutermostCalls outermost;

	private volatile Listeners listeners;

	private volatile Period period;

	private volatile boolean hookFailureLogged;

	CircuitBreaker(String name, CircuitBreakerConfig config, @Nullable GroupMember member) {
		this.name = name;
		this.member = member;
		this.nanoClock = NanoClock.of(config.nanoClock());
		Instant at = instant(config, 0);
		long now = this.nanoClock.read();
		this.period = Period.first(config.rules, now, at);
		this.listeners = Listeners.NONE.recording(config.recordOutcomes(), now);
	}

	/**
	 * Makes a breaker.
	 * @param name its name, not empty
	 * @param config its config
	 * @return a new breaker, in the config's initial state
	 */
	public static CircuitBreaker of(String name, CircuitBreakerConfig config) {
		return new CircuitBreaker(checkName(name), Objects.requireNonNull(config, "config"), null);
	}

	static String checkName(String name) {
		if (Objects.requireNonNull(name, "name").isBlank()) {
			throw new IllegalArgumentException(
					"Invalid name of a circuit breaker ('" + LogText.oneLine(name) + "'): must not be empty");
		}
		return name;
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
	 * The group of a breaker that was made for a key.
	 * @return the group, or {@code null} where it is no member of one
	 */
	public @Nullable CircuitBreakerGroup group() {
		return (this.member != null) ? this.member.group : null;
	}

	/**
	 * The key of a breaker that was made for one.
	 * @return the key as its group has it, which cuts long ones, or {@code null} where it
	 * was made for no key
	 */
	public @Nullable String key() {
		return (this.member != null) ? this.member.key : null;
	}

	/** Its place in a group; null where it is in none. */
	@Nullable GroupMember member() {
		return this.member;
	}

	/**
	 * The present config.
	 * @return the config
	 */
	public CircuitBreakerConfig config() {
		return live().period.rules.config;
	}

	/**
	 * The state at this moment: one that is {@link State#OPEN} and whose wait has elapsed
	 * answers {@link State#HALF_OPEN}, traffic or not.
	 * @return the state
	 */
	public State state() {
		return live().settled().state;
	}

	/**
	 * Everything there is to see, of one moment.
	 * @return a snapshot; its totals may be ahead of its window by calls that end while
	 * it is taken
	 */
	public Snapshot snapshot() {
		return live().shown();
	}

	/**
	 * Says why the breaker is in its present state: since when, because of what, what
	 * failed, and what leads out of it. Costs more than a {@link #snapshot()}, and no
	 * call waits for it.
	 * @return an explanation, whose {@code toString()} is one sentence
	 */
	public Explanation explain() {
		return live().explained();
	}

	/**
	 * Whether a call that this thread began now would be permitted. Nothing is taken,
	 * counted or told; a change of state that is due is made, as by {@link #state()}. It
	 * is no promise: the next call may find another state, or the last place among the
	 * probes taken. Costs one volatile read while {@link State#CLOSED}, unless hung calls
	 * are counted.
	 * @return {@code true} while {@link State#CLOSED}, of whose calls a share may be
	 * refused all the same, {@link State#DISABLED} and {@link State#METRICS_ONLY}, where
	 * the breaker does not {@linkplain CircuitBreakerConfig.Builder#enforce enforce}, and
	 * while {@link State#HALF_OPEN} where a place among the probes is free or this thread
	 * makes a call inside of one
	 */
	public boolean permits() {
		CircuitBreaker live = live();
		Period p = live.period;
		// Calls that hang may be due to open it.
		return (p.state == State.CLOSED && !p.rules.hungCallsCounted) || live.admitsNow();
	}

	private boolean admitsNow() {
		while (true) {
			Period p = settled();
			if (p.admits()) {
				return true;
			}
			// No place among the probes: perhaps since they have just decided.
			if (p.state != State.HALF_OPEN || p == settled()) {
				return false;
			}
		}
	}

	/**
	 * How long until a probe may pass; in {@link State#FORCED_OPEN} until calls may or,
	 * where a signal outlives the hold, until a probe may after its usual wait. As that
	 * of a {@link #snapshot()} of this moment, and of a refusal but for those of a ramp;
	 * nothing is counted or told, a change of state that is due is made, as by
	 * {@link #state()}.
	 * @return the duration; zero when due or unknown, and in states in which calls pass
	 */
	public Duration retryAfter() {
		CircuitBreaker live = live();
		Period p = live.period;
		if (p.isTimeless() && !p.rules.hungCallsCounted) {
			return Duration.ZERO;
		}
		Sight sight = live.look();
		return Duration.ofNanos(sight.period().remaining(sight.now()));
	}

	/**
	 * What another breaker, in another process, needs to go on from here: the state, what
	 * is left of its wait or hold, the openings in a row, and the command that made it.
	 * The window, the totals and the probes under way are none of it.
	 * @return the state of this moment
	 * @see #restore(ExportedState)
	 */
	public ExportedState export() {
		CircuitBreaker live = live();
		Sight sight = live.look();
		Period p = sight.period();
		return p.exported(sight.now(), live.instant(p.rules.config, 0));
	}

	/**
	 * Goes on from an exported state, less the time that has passed since by the
	 * {@linkplain CircuitBreakerConfig#clock() clock for instants}; the change has the
	 * reason {@link Reason#RESTORED}. For a breaker that has just been made:
	 * <ul>
	 * <li>{@link State#OPEN} for what is left of the wait, however long the present
	 * config would wait, and {@link State#HALF_OPEN} where that is over;
	 * {@link State#HALF_OPEN} with all places free. {@link State#HALF_OPEN} is not
	 * restored where the export is as old as the wait that the present config gives to so
	 * many openings in a row, before any jitter, and neither state where the initial
	 * state of the config is another one than {@link State#CLOSED} and no command opened
	 * it;</li>
	 * <li>{@link State#FORCED_OPEN}, {@link State#DISABLED} and
	 * {@link State#METRICS_ONLY} where a command made them, for what is left of its hold,
	 * or until another command;</li>
	 * <li>of {@link State#CLOSED} there is nothing to restore.</li>
	 * </ul>
	 * A breaker that has changed its state before, or was commanded, stays as it is.
	 * @param exported what {@link #export()} of another breaker gave
	 * @return whether the state was restored
	 */
	public boolean restore(ExportedState exported) {
		Objects.requireNonNull(exported, "exported");
		CircuitBreaker live = entered(true);
		try {
			boolean restored = live.takeOver(exported);
			live.tell();
			return restored;
		}
		finally {
			live.exit();
		}
	}

	private boolean takeOver(ExportedState exported) {
		Period p;
		Period next;
		countHung();
		do {
			Instant at = instant(this.period.rules.config, 0);
			long now = this.nanoClock.read();
			p = current(now);
			next = p.restored(exported, now, at);
			if (next == null) {
				return false;
			}
		}
		while (!swap(p, next));
		return true;
	}

	/**
	 * The last outcomes of its calls, on which other configs can be tried. They are
	 * recorded where {@link CircuitBreakerConfig.Builder#recordOutcomes} is set; a reset
	 * keeps them. Costs a copy of them, and no call waits for it.
	 * @return the outcomes, as they are at this moment; empty where none are recorded
	 */
	public RecordedOutcomes outcomes() {
		CircuitBreaker live = live();
		return new RecordedOutcomes(live.name, live.listeners.recorder, live.nanoClock,
				live.instant(live.period.rules.config, 0));
	}

	private Explanation explained() {
		Sight sight = look();
		Period p = sight.period();
		CircuitBreakerConfig config = p.rules.config;
		FailureLog.Content failures = p.failed();
		StandingCommand command = p.commanded();
		String sentence = new Sentence(p, sight.counts(), command, failures.recent(), instant(config, 0),
				Duration.ofNanos(p.remaining(sight.now())), zone(config), p.limit(sight.now()), inFlight(sight),
				p.signals().shown(sight.now()))
			.toString();
		return new Explanation(p.state, p.since, sentence, failures.counts(), failures.last(), command,
				p.signals().shown(sight.now()));
	}

	private ZoneId zone(CircuitBreakerConfig config) {
		try {
			return Objects.requireNonNull(config.clock().getZone());
		}
		catch (Throwable ex) {
			logHookFailure(ex);
			return ZoneOffset.UTC;
		}
	}

	/** What there is to see, of one moment. */
	private Sight look() {
		long now;
		Period p;
		WindowCounts counts;
		do {
			p = settled();
			now = this.nanoClock.read();
			counts = p.counts(now);
			// WindowCounts that led to another state are none of this one's.
		}
		while (endsAt(p, now));
		return new Sight(p, counts, now);
	}

	/** Whether it is over at that moment; the change is made and told. */
	private boolean endsAt(Period p, long now) {
		if (p == current(now)) {
			return false;
		}
		tell();
		return true;
	}

	private record Sight(Period period, WindowCounts counts, long now) {
	}

	private static CallsInFlight.Figures inFlight(Sight sight) {
		CallsInFlight calls = sight.period().inFlight();
		return (calls != null) ? calls.figures(sight.now()) : CallsInFlight.Figures.NONE;
	}

	private Snapshot shown() {
		Sight sight = look();
		Period p = sight.period();
		WindowCounts counts = sight.counts();
		AdmittedShare.Limit limit = p.limit(sight.now());
		CallsInFlight.Figures inFlight = inFlight(sight);
		return new Snapshot(this.name, p.state, p.since, counts.failureRate(), counts.slowCallRate(), counts.calls(),
				counts.failed(), counts.slow(), counts.consecutiveFailures(), counts.callsUntilEvaluated(),
				this.successes.sum(), this.failures.sum(), this.slowCalls.sum(), this.ignored.sum(),
				this.notPermitted.sum(), p.openings(sight.now()), Duration.ofNanos(p.remaining(sight.now())),
				p.lastChange(), (limit != null) ? limit.percent() : 100, inFlight.calls(), inFlight.oldest(),
				this.notPermitted.unpermittedSum(), p.signals().shown(sight.now()));
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
	 * Makes a call, if it is permitted, and records how it ends. Where it is refused, by
	 * this breaker or by one further in, or throws what counts as a failure (in
	 * {@link State#DISABLED} too, though nothing is recorded), the fallback gives the
	 * result; ignored exceptions, interrupts and cancellations are thrown as they are.
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
		Objects.requireNonNull(work, "work");
		Objects.requireNonNull(fallback, "fallback");
		return (this.member == null) ? make(work, fallback, false) : callEntered(work, fallback, false);
	}

	/** A call inside a call, see {@link OutermostCalls}. */
	<T extends @Nullable Object, X extends Throwable> T callInside(ThrowingSupplier<? extends T, X> work,
			Fallback<? extends T, X> fallback) throws X {
		return callEntered(work, fallback, true);
	}

	private <T extends @Nullable Object, X extends Throwable> T callEntered(ThrowingSupplier<? extends T, X> work,
			Fallback<? extends T, X> fallback, boolean inside) throws X {
		CircuitBreaker live = entered(false);
		boolean exited = false;
		try {
			try {
				return live.make(work, fallback, inside);
			}
			finally {
				live.exit();
				exited = true;
			}
		}
		catch (Throwable ex) {
			GroupMember place = live.member;
			if (!exited && place != null) {
				// The end of the stack: nothing can be called, only written.
				place.endUncounted = true;
				place.group.queue.stackEnded = true;
			}
			throw ex;
		}
	}

	private <T extends @Nullable Object, X extends Throwable> T make(ThrowingSupplier<? extends T, X> work,
			Fallback<? extends T, X> fallback, boolean inside) throws X {
		Admission admission = judge(Thread.currentThread(), inside);
		if (admission instanceof Period) {
			return attempt(admission, work, fallback);
		}
		if (admission instanceof Admission.Refusal refusal) {
			return fallback.apply(refusal.toException());
		}
		try {
			return attempt(admission, work, fallback);
		}
		finally {
			if (admission instanceof Probes.Probe probe) {
				// Also where the end of the stack kept it from being recorded.
				probe.over = true;
			}
			else if (admission instanceof UnpermittedCalls.Unpermitted call) {
				call.thread = null;
				call.leave();
			}
		}
	}

	private <T extends @Nullable Object, X extends Throwable> T attempt(Admission admission,
			ThrowingSupplier<? extends T, X> work, Fallback<? extends T, X> fallback) throws X {
		boolean timed = timed(admission);
		long start = timed ? start(admission) : UNREAD;
		T result;
		try {
			result = work.get();
		}
		catch (Throwable thrown) {
			long end = timed ? this.nanoClock.read() : UNREAD;
			if (threw(admission, thrown, elapsed(start, end), end).fallsBack()) {
				return fallback.apply(thrown);
			}
			throw thrown;
		}
		long end = timed ? this.nanoClock.read() : UNREAD;
		returned(admission, result, elapsed(start, end), end);
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
		Objects.requireNonNull(work, "work");
		this.<@Nullable Object, X>call(() -> {
			work.run();
			return null;
		});
	}

	/**
	 * Makes an asynchronous call, if it is permitted, and records it when its stage
	 * completes. A refusal comes as a stage that failed with a
	 * {@link CallNotPermittedException}; what {@code work} itself throws is thrown. Where
	 * the config has a {@link CircuitBreakerConfig.Builder#timeLimit timeLimit}, a call
	 * that takes longer is cancelled, and fails with a {@code TimeoutException}.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @return a {@link CompletableFuture} that ends as the call does, after the call was
	 * recorded. Its completion from outside ends and cancels the call: an exceptional
	 * one, such as a timeout, is judged by the rules as if thrown; any other, and
	 * cancelling it, records nothing, or a slow success where it was slow by then
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work) {
		return startAsync(Objects.requireNonNull(work, "work"), null, false);
	}

	/**
	 * Makes an asynchronous call, if it is permitted, and records it when its stage
	 * completes. Where it is refused, by this breaker or by one further in, or throws
	 * what counts as a failure ({@code work} itself, too), the fallback gives the stage.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @param fallback what is done instead; it is given what was really thrown, without a
	 * {@code CompletionException}
	 * @return the fallback's own stage where the call is refused or {@code work} itself
	 * fails; else a {@link CompletableFuture} that ends as the call or the fallback does,
	 * after the call was recorded. Its completion from outside cancels what is under way,
	 * the call or its fallback; it ends the call as without a fallback, which does not
	 * run for it
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work,
			Function<Throwable, ? extends CompletionStage<T>> fallback) {
		return startAsync(Objects.requireNonNull(work, "work"), Objects.requireNonNull(fallback, "fallback"), false);
	}

	/** A call inside a call, see {@link OutermostCalls}. */
	<T extends @Nullable Object> CompletionStage<T> callAsyncInside(Supplier<? extends CompletionStage<T>> work,
			@Nullable Function<Throwable, ? extends CompletionStage<T>> fallback) {
		return startAsync(work, fallback, true);
	}

	private <T extends @Nullable Object> CompletionStage<T> startAsync(Supplier<? extends CompletionStage<T>> work,
			@Nullable Function<Throwable, ? extends CompletionStage<T>> fallback, boolean inside) {
		CircuitBreaker live = entered(false);
		Admission admission = null;
		AsyncCall<T> call = null;
		boolean exited = false;
		try {
			admission = live.judge(Thread.currentThread(), inside);
			if (admission instanceof Admission.Refusal refusal) {
				live.exit();
				exited = true;
				CallNotPermittedException exception = refusal.toException();
				return (fallback != null) ? AsyncCall.instead(fallback, exception)
						: CompletableFuture.failedFuture(exception);
			}
			boolean timed = live.timed(admission);
			long start = timed ? live.start(admission) : UNREAD;
			call = new AsyncCall<>(live, admission, timed, start, work, fallback);
			return call.start();
		}
		catch (Throwable ex) {
			if (!exited && (call == null || !call.permit.ended)) {
				// The end of the stack: nothing can be called, only written.
				if (call != null) {
					call.permit.ended = true;
				}
				if (admission instanceof Probes.Probe probe) {
					probe.over = true;
				}
				else if (admission instanceof UnpermittedCalls.Unpermitted unpermitted) {
					unpermitted.thread = null;
				}
				GroupMember place = live.member;
				if (place != null) {
					place.endUncounted = true;
					place.group.queue.stackEnded = true;
				}
			}
			throw ex;
		}
	}

	/**
	 * Takes a permit, for a call that begins and ends in different places.
	 * @return a permit, to be given back once
	 * @throws CallNotPermittedException when the call is refused
	 */
	@SuppressWarnings("NullAway") // a call, such as a check, could lose the permit
	public Permit acquire() {
		return permit(true);
	}

	/**
	 * Takes a permit, for a call that begins and ends in different places.
	 * @return a permit, to be given back once, or {@code null} when the call is refused
	 */
	public @Nullable Permit tryAcquire() {
		return permit(false);
	}

	/**
	 * Takes a permit for a probe that no user waits for, such as a look at the health of
	 * the other side. It takes one of the places of {@link State#HALF_OPEN}, and is
	 * recorded as any probe; where {@link CircuitBreakerConfig.Builder#halfOpenProbes} is
	 * {@link ProbeSource#DARK}, only such probes have places. That there is none is no
	 * refusal, and is neither counted nor told.
	 * @return a permit, to be given back once, or {@code null} in any other state, and
	 * where all places are taken
	 */
	public @Nullable Permit tryAcquireProbe() {
		if (state() != State.HALF_OPEN) {
			return null;
		}
		// As a command: for no other key.
		CircuitBreaker live = entered(true);
		Probes.Probe probe = null;
		boolean exited = false;
		try {
			probe = live.admitProbe();
			if (probe == null) {
				live.exit();
				exited = true;
				return null;
			}
			tracked(probe, live.nanoClock.read());
			return new DefaultPermit(live, probe);
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (probe != null) {
				probe.over = true;
			}
			GroupMember place = live.member;
			if (!exited && place != null) {
				place.endUncounted = true;
				place.group.queue.stackEnded = true;
			}
			throw ex;
		}
	}

	/** Admits a dark probe, or gives null. */
	private Probes.@Nullable Probe admitProbe() {
		while (true) {
			Period before = this.period;
			long now = this.nanoClock.read();
			Period p = current(now);
			if (p != before) {
				tell();
				continue;
			}
			Probes probes = p.probes();
			if (probes == null) {
				return null;
			}
			beforeProbe(p, probes, now);
			Probes.Probe probe = probes.takeDark(p, now);
			// No place: perhaps since the others have just decided.
			if (probe != null || p == current(now)) {
				return probe;
			}
		}
	}

	/** Null, or an exception where one is wanted, for a call that is refused. */
	private @Nullable Permit permit(boolean orThrow) {
		CircuitBreaker live = entered(false);
		Admission admission = null;
		boolean exited = false;
		try {
			admission = live.judge(null, false);
			if (admission instanceof Admission.Refusal refusal) {
				live.exit();
				exited = true;
				if (orThrow) {
					throw refusal.toException();
				}
				return null;
			}
			return new DefaultPermit(live, admission);
		}
		catch (Throwable ex) {
			// Where it is not refused, it is the end of the stack: nothing can be called,
			// only written.
			if (admission instanceof Probes.Probe probe) {
				probe.over = true;
			}
			GroupMember place = live.member;
			if (!exited && place != null) {
				place.endUncounted = true;
				place.group.queue.stackEnded = true;
			}
			throw ex;
		}
	}

	/**
	 * These calls as the outermost ones: a call inside a call of this breaker on the same
	 * thread is recorded once, at the outermost. For guards around methods that call each
	 * other; it costs each call some time to know.
	 * @return the calls, the same object each time
	 */
	public OutermostCalls outermost() {
		OutermostCalls present = this.outermost;
		while (present == null) {
			OUTERMOST.compareAndSet(this, null, new OutermostCalls(this));
			present = this.outermost;
		}
		return present;
	}

	/**
	 * The breaker that a call or a command is for, which counts it as under way until it
	 * is refused or it is over: this one, or the present one of its key. {@link #exit()}
	 * is to follow.
	 */
	CircuitBreaker entered(boolean byCommand) {
		GroupMember place = this.member;
		return (place != null) ? place.enter(byCommand) : this;
	}

	/** A call that was entered is over. */
	void exit() {
		GroupMember place = this.member;
		if (place != null) {
			place.exit();
		}
	}

	/** The breaker to look at: this one, or the present one of its key. */
	CircuitBreaker live() {
		GroupMember place = this.member;
		return (place != null) ? place.live() : this;
	}

	/**
	 * Admits a call that was entered, or refuses it.
	 * @param caller the thread whose calls are inside this one from now on, or null where
	 * it does not belong to one thread
	 * @param inside whether it is known to be inside of another call, which decides
	 */
	Admission judge(@Nullable Thread caller, boolean inside) {
		Period p = this.period;
		if (p.rules.hungCallsCounted) {
			return judgeTracked(caller, inside);
		}
		if (p.admitsAll()) {
			return inside ? new Admission.Nested(p) : p;
		}
		Admission admission = admit(caller, inside);
		countRefusal(admission);
		return admission;
	}

	/** Counts and tells that a call is refused, or would be. */
	private void countRefusal(Admission admission) {
		if (admission instanceof Admission.Refusal) {
			this.notPermitted.increment();
			this.listeners.notPermitted(this);
		}
		else if (admission instanceof UnpermittedCalls.Unpermitted call) {
			call.calls.total.increment();
			this.listeners.wouldRefuse(this);
			call.begin();
		}
	}

	/** As {@link #judge(Thread, boolean)}, where calls under way are tracked. */
	private Admission judgeTracked(@Nullable Thread caller, boolean inside) {
		long now = this.nanoClock.read();
		boolean counted = countHung(now, MOST_HUNG_AT_ONCE);
		// Also what another thread has counted, whose listener blocks.
		if (tellHung() || counted) {
			now = this.nanoClock.read();
		}
		Period p = this.period;
		Admission admission = admit(caller, inside);
		try {
			countRefusal(admission);
			// What is not admitted by that very period has met listeners, which took
			// time.
			return tracked(admission, (admission == p) ? now : this.nanoClock.read());
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (admission instanceof Probes.Probe probe) {
				probe.over = true;
			}
			else if (admission instanceof UnpermittedCalls.Unpermitted call) {
				call.thread = null;
			}
			throw ex;
		}
	}

	/** Nested calls and those of a disabled breaker are not tracked. */
	private static Admission tracked(Admission admission, long now) {
		Period p = admission.period();
		CallsInFlight calls = p.inFlight();
		if (calls != null && admission instanceof Probes.Probe probe) {
			calls.begin(probe, now);
		}
		else if (calls != null && admission instanceof UnpermittedCalls.Unpermitted call) {
			calls.begin(call, now);
		}
		else if (calls != null && admission == p && p.window != null) {
			return calls.begin(p, now);
		}
		return admission;
	}

	/**
	 * When an admitted call began, which a tracked one knows.
	 */
	long start(Admission admission) {
		return (admission instanceof CallsInFlight.Tracked tracked) ? tracked.start : this.nanoClock.read();
	}

	/**
	 * All calls under way that are slow by now count as such, before what is to follow.
	 * {@link #tell()} is to follow, too.
	 */
	private void countHung() {
		if (this.period.rules.hungCallsCounted) {
			countHung(this.nanoClock.read(), Integer.MAX_VALUE);
		}
	}

	/**
	 * The calls under way that are slow at that moment count as such, the oldest first
	 * and at most so many. That, and what it decides, is to be told afterwards: a
	 * listener that looks at the breaker finds none that is due.
	 * @return whether there were any
	 */
	private boolean countHung(long now, int most) {
		for (int counted = 0; counted < most; counted++) {
			Period p = this.period;
			CallsInFlight calls = p.inFlight();
			if (calls == null || !calls.isDue(now, p.rules.slowNanos) || !calls.count(this, now, p.rules.slowNanos)) {
				return counted > 0;
			}
		}
		return true;
	}

	/**
	 * Tells of the calls that have counted as slow under way, one by one, and of each
	 * what it has decided.
	 * @return whether there were any, so that time has passed
	 */
	private boolean tellHung() {
		CallsInFlight calls = this.period.generation.inFlight();
		if (calls == null) {
			return false;
		}
		CallsInFlight.Hung hung = calls.takeUntold();
		boolean any = hung != null;
		while (hung != null) {
			Decision decision = hung.decided;
			try {
				if (decision != null) {
					current(this.nanoClock.read());
				}
				this.listeners.slow(this, hung.elapsed);
			}
			finally {
				// Where the end of the stack comes through, too: by plain writes, since a
				// call can fail here, and the news would stay held back for good.
				hung.teller = null;
				if (decision != null) {
					decision.told = true;
				}
			}
			if (decision != null) {
				tellNews();
			}
			hung = calls.takeUntold();
		}
		return any;
	}

	/**
	 * Records a call that is under way and slow where it belongs, under the lock of the
	 * calls in flight.
	 * @param due the moment from which it is slow
	 * @return what it, or a call before it, has decided
	 */
	@Nullable Decision recordHung(Admission admission, long due) {
		this.slowCalls.increment();
		Period p = this.period;
		if (p.generation != admission.period().generation || admission instanceof UnpermittedCalls.Unpermitted) {
			return null;
		}
		return switch (p.state) {
			case CLOSED -> Objects.requireNonNull(p.window).recordHung(due, p.judge(due));
			case METRICS_ONLY -> Objects.requireNonNull(p.window).recordHung(due, null);
			case HALF_OPEN -> ((Probes.Probe) admission).recordHung(due);
			case OPEN, FORCED_OPEN, DISABLED -> throw new IllegalStateException(p.state + " records nothing");
		};
	}

	/**
	 * A call is under way no more. First what time has decided: one that is slow counts
	 * as such.
	 * @return whether it counts as slow
	 */
	private boolean landed(Admission admission, long end) {
		countHung((end != UNREAD) ? end : this.nanoClock.read(), MOST_HUNG_AT_ONCE);
		tellHung();
		return CallsInFlight.Call.end(admission);
	}

	/**
	 * As {@link #judge(Thread, boolean)}, where a refusal is neither counted nor told.
	 */
	Admission admit(@Nullable Thread caller, boolean inside) {
		Period p = this.period;
		if (p.isTimeless() && !p.isLimited()) {
			return (p.state == State.FORCED_OPEN) ? refuse(new Admission.Refusal(this.name, p, 0), caller)
					: inside ? new Admission.Nested(p) : p;
		}
		// What most refusals are, without what the others take.
		long left = (p.state == State.OPEN) ? p.remaining(this.nanoClock.read()) : 0;
		return (left > 0) ? refuse(new Admission.Refusal(this.name, p, left), caller) : admitAsDue(caller, inside);
	}

	/** As {@link #admit}, after the changes that are due. */
	private Admission admitAsDue(@Nullable Thread caller, boolean inside) {
		Period p = this.period;
		while (true) {
			Period before = p;
			long now = this.nanoClock.read();
			p = current(now);
			if (p != before) {
				// Listeners and the clock for instants that are shown took time: it is
				// read anew.
				tell();
				continue;
			}
			Admission admission = switch (p.state) {
				case CLOSED -> inside ? new Admission.Nested(p) : share(p, caller, now);
				case DISABLED, METRICS_ONLY -> inside ? new Admission.Nested(p) : p;
				case HALF_OPEN -> p.rules.darkProbes ? Objects.requireNonNull(p.probes()).nest()
						: (inside || isInsideUnpermitted(p)) ? nested(p) : takeProbe(p, caller, now);
				case OPEN, FORCED_OPEN -> null;
			};
			if (admission != null) {
				return admission;
			}
			// No place among the probes: perhaps since they have just decided.
			if (p.state != State.HALF_OPEN || p == current(now)) {
				return refuse(new Admission.Refusal(this.name, p, p.remaining(now)), caller);
			}
		}
	}

	/**
	 * The answer to a call that is not permitted: it is refused, or let through where the
	 * breaker does not enforce.
	 */
	private Admission refuse(Admission.Refusal refusal, @Nullable Thread caller) {
		Period p = refusal.period();
		if (p.rules.enforced) {
			return refusal;
		}
		return isInsideUnpermitted(p) ? new Admission.Nested(p)
				: new UnpermittedCalls.Unpermitted(p, caller, this.notPermitted.unpermitted());
	}

	private Admission share(Period p, @Nullable Thread caller, long now) {
		Admission admission = Objects.requireNonNull(p.share()).admit(this.name, p, now);
		return (admission instanceof Admission.Refusal refusal) ? refuse(refusal, caller) : admission;
	}

	/**
	 * Whether the thread is inside of a call that a breaker which enforces would not have
	 * let it make.
	 */
	private boolean isInsideUnpermitted(Period p) {
		return !p.rules.enforced && this.notPermitted.isInsideUnpermitted();
	}

	/** Admits a call that is inside of another one, which may be a probe. */
	private static Admission nested(Period p) {
		Admission inProbe = Objects.requireNonNull(p.probes()).nest();
		return (inProbe != null) ? inProbe : new Admission.Nested(p);
	}

	private @Nullable Admission takeProbe(Period p, @Nullable Thread caller, long now) {
		Probes probes = Objects.requireNonNull(p.probes());
		beforeProbe(p, probes, now);
		// Nothing is called once the place is taken: where the stack ends, it would stay
		// so.
		return probes.take(p, caller, now);
	}

	/** What is to be said, and seen to, before a place is taken. */
	private void beforeProbe(Period p, Probes probes, long now) {
		GuardedGate gate = p.gate();
		if (gate != null) {
			gate.complain(this.name);
			// A place that was taken there, and not handed on, would be lost.
			StackEnd.requireFar();
		}
		if (probes.isFruitless(now)) {
			HookFailures.log(logger,
					"Circuit breaker '{}' has been HALF_OPEN and given out probes for {} without one that was recorded: "
							+ "they end in what counts as nothing, such as ignored exceptions, cancellations, "
							+ "or refusals by the same breaker of calls that they make on other threads",
					LogText.oneLine(this.name), p.rules.config.maxWaitDurationInHalfOpenState());
		}
	}

	/** Whether it is to be known how long an admitted call takes. */
	boolean timed(Admission admission) {
		return admission.period().rules.slowCallsJudged || this.listeners.wantTime;
	}

	/** Zero of two that were not read. */
	static long elapsed(long start, long end) {
		return Math.max(0, end - start);
	}

	/** A call came back. */
	void returned(Admission admission, @Nullable Object result, long elapsed, long end) {
		if (isUnrecorded(admission)) {
			return;
		}
		Rules rules = admission.period().rules;
		if (!rules.resultsJudged) {
			succeed(admission, elapsed, end);
			return;
		}
		switch (verdictOn(rules, result)) {
			case SUCCESS -> succeed(admission, elapsed, end);
			case FAILURE -> fail(admission, result, null, elapsed, end);
			case IGNORED -> ignore(admission, elapsed);
		}
	}

	/** A call ended with what counts as a failure, whatever the rules say. */
	void failed(Admission admission, Throwable failure, long elapsed, long end) {
		if (!isUnrecorded(admission)) {
			fail(admission, null, failure, elapsed, end);
		}
	}

	/** A call gave all its results, which were judged one by one. */
	void ended(Admission admission, boolean failed, long elapsed, long end) {
		if (isUnrecorded(admission)) {
			return;
		}
		if (failed) {
			fail(admission, null, null, elapsed, end);
		}
		else {
			succeed(admission, elapsed, end);
		}
	}

	/**
	 * A call was given up before it had a result. One that was slow by then is a slow
	 * success, so that timeouts of callers are seen; else it counts as nothing.
	 */
	void abandoned(Admission admission, long elapsed, long end) {
		if (elapsed > slowNanos(admission)) {
			ended(admission, false, elapsed, end);
		}
		else {
			release(admission);
		}
	}

	/** Whether what a call was given up with counts as anything. */
	boolean counts(Admission admission, Throwable thrown) {
		return outcomeOf(admission, thrown, true) != Outcome.NOTHING;
	}

	/** All results of a call are ignored ones. */
	void ignored(Admission admission, long elapsed) {
		if (!isUnrecorded(admission)) {
			ignore(admission, elapsed);
		}
	}

	/** What one of the results of a call counts as, where it is recorded. */
	OutcomeRule.Verdict judgeOne(Admission admission, @Nullable Object result) {
		Rules rules = admission.period().rules;
		return (rules.resultsJudged && !isUnrecorded(admission)) ? verdictOn(rules, result)
				: OutcomeRule.Verdict.SUCCESS;
	}

	/** A call threw. */
	Outcome threw(Admission admission, Throwable thrown, long elapsed, long end) {
		if (admission instanceof Admission.Nested nested && nested.isInDarkProbe()) {
			// For the probe to see: a fallback would answer for the other side.
			return Outcome.NOTHING;
		}
		Outcome outcome = outcomeOf(admission, thrown, false);
		if (!isUnrecorded(admission)) {
			switch (outcome) {
				case SUCCESS -> succeed(admission, elapsed, end);
				case FAILURE -> fail(admission, null, CallClassifier.unwrap(thrown), elapsed, end);
				case IGNORED -> ignore(admission, CallClassifier.unwrap(thrown), elapsed);
				case REFUSED, NOTHING -> release(admission);
			}
		}
		return outcome;
	}

	/** A rule that throws makes the call a failure. */
	private OutcomeRule.Verdict verdictOn(Rules rules, @Nullable Object result) {
		try {
			return rules.classifier.verdictOnResult(result);
		}
		catch (Throwable ex) {
			logHookFailure(ex);
			return OutcomeRule.Verdict.FAILURE;
		}
	}

	/** A rule that throws makes the call a failure. */
	Outcome outcomeOf(Admission admission, Throwable thrown, boolean givenUp) {
		try {
			return admission.period().rules.classifier.outcomeOf(thrown, givenUp);
		}
		catch (Throwable ex) {
			logHookFailure(ex);
			return Outcome.FAILURE;
		}
	}

	private static boolean isUnrecorded(Admission admission) {
		return admission.period().state == State.DISABLED || admission instanceof Admission.Nested;
	}

	/** A call was not made, or counts as nothing. */
	void release(Admission admission) {
		boolean hung = admission.period().rules.hungCallsCounted && landed(admission, UNREAD);
		if (admission instanceof Probes.Probe probe) {
			// First what time decided: a probe that comes back too late is lost.
			if (current().generation == probe.period().generation) {
				probe.giveBack();
			}
			else {
				probe.giveBackLate();
			}
			if (hung) {
				// It stays recorded, and may have been the last one.
				current();
			}
			tell();
		}
		else if (admission instanceof UnpermittedCalls.Unpermitted call) {
			call.leave();
		}
	}

	private void succeed(Admission admission, long elapsed, long end) {
		this.successes.increment();
		ended(admission, false, null, null, elapsed, end);
	}

	private void fail(Admission admission, @Nullable Object result, @Nullable Throwable thrown, long elapsed,
			long end) {
		this.failures.increment();
		if (admission instanceof UnpermittedCalls.Unpermitted call) {
			// It is none of the failures that explain a state; its fallback is outside.
			call.leave();
		}
		else {
			keep(admission.period(), thrown);
		}
		ended(admission, true, result, thrown, elapsed, end);
	}

	/** Keeps what explains a state; null is a result that counts as a failure. */
	private void keep(Period admitted, @Nullable Throwable thrown) {
		if (thrown != null) {
			admitted.failures().add(thrown, instant(admitted.rules.config, 0));
		}
		else {
			admitted.failures().addResult();
		}
	}

	/** Records and tells an end, then what it has decided. */
	private void ended(Admission admission, boolean failed, @Nullable Object result, @Nullable Throwable thrown,
			long elapsed, long end) {
		Rules rules = admission.period().rules;
		if (rules.recordsOtherwise && endedOtherwise(admission, failed, result, thrown, elapsed, end)) {
			return;
		}
		boolean slow = elapsed > rules.slowNanos;
		tellEnded(admission, failed, result, thrown, elapsed, slow, record(admission, failed, slow, end));
	}

	/**
	 * As {@link #ended}, of a call that is not recorded as all others are.
	 * @return whether it is one
	 */
	private boolean endedOtherwise(Admission admission, boolean failed, @Nullable Object result,
			@Nullable Throwable thrown, long elapsed, long end) {
		boolean tracked = admission.period().rules.hungCallsCounted;
		boolean counted = tracked && landed(admission, end);
		boolean slow = !counted && elapsed > slowNanos(admission);
		if (admission instanceof UnpermittedCalls.Unpermitted) {
			// It counts in the totals alone.
			if (slow) {
				this.slowCalls.increment();
			}
			tellEnded(admission, failed, thrown, elapsed, slow);
			return true;
		}
		if (tracked) {
			Decision decision = counted ? recordEndOfHung(admission, failed, end)
					: record(admission, failed, slow, end);
			tellEnded(admission, failed, result, thrown, elapsed, slow, decision);
		}
		return tracked;
	}

	/**
	 * An admitted call that takes longer is slow: as it was admitted or, where calls
	 * under way are tracked, as the present rules say.
	 */
	private long slowNanos(Admission admission) {
		Rules admitted = admission.period().rules;
		Rules present = admitted.hungCallsCounted ? this.period.rules : admitted;
		return present.hungCallsCounted ? present.slowNanos : admitted.slowNanos;
	}

	private void tellEnded(Admission admission, boolean failed, @Nullable Object result, @Nullable Throwable thrown,
			long elapsed, boolean slow, @Nullable Decision decision) {
		if (decision == null) {
			tellEnded(admission, failed, thrown, elapsed, slow);
			return;
		}
		Thread me = Thread.currentThread();
		try {
			if (failed && decision.by == me) {
				askForWait(admission.period().rules, decision, result, thrown);
			}
			current(this.nanoClock.read());
			if (failed && decision.by == me) {
				extend(decision);
			}
			tellEnded(admission, failed, thrown, elapsed, slow);
		}
		finally {
			if (decision.by == me) {
				decision.told = true;
			}
		}
		tell();
	}

	/** The other side may ask for a wait of its own; a rule that throws asks for none. */
	private void askForWait(Rules rules, Decision decision, @Nullable Object result, @Nullable Throwable thrown) {
		try {
			OutcomeRule rule = rules.config.outcomeRule();
			Duration wait = (rule != null) ? rules.classifier.waitAfter(rule, result, thrown, instant(rules.config, 0))
					: null;
			if (wait != null && !wait.isNegative() && !wait.isZero()) {
				decision.wait = rules.askedNanos(wait);
			}
		}
		catch (Throwable ex) {
			logHookFailure(ex);
		}
	}

	/** Another thread may have opened the breaker before the wait was known. */
	private void extend(Decision decision) {
		long wait = decision.wait;
		Period p = this.period;
		while (wait != Period.BY_RULES && p.lacksWaitOf(decision) && !swap(p, p.lasting(wait))) {
			p = this.period;
		}
	}

	private void tellEnded(Admission admission, boolean failed, @Nullable Throwable thrown, long elapsed,
			boolean slow) {
		if (isDark(admission)) {
			this.listeners.probed(this, failed, thrown, elapsed);
		}
		else if (failed) {
			this.listeners.failed(this, thrown, elapsed);
		}
		else {
			this.listeners.succeeded(this, elapsed);
		}
		if (slow) {
			this.listeners.slow(this, elapsed);
		}
	}

	private static boolean isDark(Admission admission) {
		return admission instanceof Probes.Probe probe && probe.dark;
	}

	private void ignore(Admission admission, long elapsed) {
		release(admission);
		this.ignored.increment();
		this.listeners.ignoredResult(this, isDark(admission), elapsed);
	}

	private void ignore(Admission admission, Throwable thrown, long elapsed) {
		release(admission);
		this.ignored.increment();
		this.listeners.ignored(this, isDark(admission), thrown, elapsed);
	}

	/**
	 * Records a result where it belongs.
	 * @return what it, or a call before it, has decided; what time decided is told by the
	 * caller too
	 */
	private @Nullable Decision record(Admission admission, boolean failed, boolean slow, long end) {
		Period admitted = admission.period();
		if (slow) {
			this.slowCalls.increment();
		}
		Period p = this.period;
		if (p.generation != admitted.generation) {
			return null;
		}
		if (p.admitsAll()) {
			SlidingWindow window = Objects.requireNonNull(p.window);
			return window.record(failed, slow, timeFor(window, end), p.rules);
		}
		return switch (p.state) {
			case CLOSED -> recordShare(p, failed, slow, end);
			case METRICS_ONLY -> {
				SlidingWindow window = Objects.requireNonNull(p.window);
				yield window.record(failed, slow, timeFor(window, end), null);
			}
			case HALF_OPEN -> {
				if (!(admission instanceof Probes.Probe probe)) {
					// It was not permitted.
					yield null;
				}
				// First what time decided: a probe that comes back too late is lost.
				Period settled = settled();
				yield (settled.generation == admitted.generation) ? probe.record(failed, slow) : null;
			}
			// It was not permitted.
			case OPEN, FORCED_OPEN -> null;
			case DISABLED -> throw new IllegalStateException(p.state + " records nothing");
		};
	}

	/** Records a result where not all calls are admitted. */
	private @Nullable Decision recordShare(Period p, boolean failed, boolean slow, long end) {
		SlidingWindow window = Objects.requireNonNull(p.window);
		if (!failed && !slow) {
			return window.record(false, false, timeFor(window, end), p.rules);
		}
		long now = (end != UNREAD) ? end : this.nanoClock.read();
		Decision decision = window.record(failed, slow, now, p.judge(now));
		if (failed) {
			toldShare(p);
		}
		return decision;
	}

	/** A failure is in the window: the share that goes on with it is to see it. */
	private void toldShare(Period p) {
		Period present = this.period;
		AdmittedShare share = (present.generation == p.generation) ? present.share() : p.share();
		if (share != null) {
			share.failed();
		}
	}

	/** As {@link #record}, of a call that counts as slow already. */
	private @Nullable Decision recordEndOfHung(Admission admission, boolean failed, long end) {
		Period p = this.period;
		SlidingWindow window = p.window;
		if (window == null || p.generation != admission.period().generation) {
			return record(admission, failed, false, end);
		}
		AdmittedShare share = p.share();
		if (share == null || share == AdmittedShare.ALL) {
			return window.recordEndOfHung(failed, timeFor(window, end), (share != null) ? p.rules : null);
		}
		long now = (end != UNREAD) ? end : this.nanoClock.read();
		Decision decision = window.recordEndOfHung(failed, now, p.judge(now));
		if (failed) {
			toldShare(p);
		}
		return decision;
	}

	private long timeFor(SlidingWindow window, long end) {
		return (window.timeBased() && end == UNREAD) ? this.nanoClock.read() : end;
	}

	/**
	 * The present period, after the changes that are due were made and told. Time has
	 * passed since the last reading of the clock.
	 */
	private Period settled() {
		if (this.period.rules.hungCallsCounted) {
			countHung();
			tellHung();
		}
		while (true) {
			Period before = this.period;
			Period p = current();
			if (p == before || !tell()) {
				return p;
			}
		}
	}

	/**
	 * The present period, after the changes that are due were made; they are to be told.
	 */
	private Period current() {
		Period p = this.period;
		return p.isTimeless() ? p : current(this.nanoClock.read());
	}

	/**
	 * The present period, after the changes that are due at that moment were made: the
	 * first look makes them. They are to be told.
	 */
	private Period current(long now) {
		return current(now, 0);
	}

	/**
	 * As {@link #current(long)}, of a moment that was so many nanoseconds ago.
	 */
	private Period current(long now, long ago) {
		while (true) {
			Period p = this.period;
			Decision due = p.due(now);
			if (due == null) {
				if (!p.isRampOver(now)) {
					return p;
				}
				swap(p, p.afterRamp());
				continue;
			}
			State next = switch (due.reason) {
				case WAIT_ELAPSED -> State.HALF_OPEN;
				case HOLD_ELAPSED, PROBES_SUCCEEDED -> State.CLOSED;
				case PROBES_FAILED, PROBES_LOST, FAILURE_RATE, SLOW_CALL_RATE, CONSECUTIVE_FAILURES, COMMAND, SIGNAL,
						FLEET, RESTORED ->
					State.OPEN;
			};
			long began = due.time(now);
			swap(p, p.next(next, due, began, instant(p.rules.config, ago + now - began)));
		}
	}

	/** Its group may see it with other eyes now. */
	private void moved() {
		GroupMember place = this.member;
		if (place != null) {
			place.changed();
		}
	}

	/** Puts the next period in the place of this one, unless another was faster. */
	private boolean swap(Period ended, Period next) {
		if (!PERIOD.compareAndSet(this, ended, next)) {
			return false;
		}
		moved();
		return true;
	}

	/**
	 * Carries out a command; it wins over what calls and clocks would do at the same
	 * moment. Given again in the same state, a command begins the state anew. That is no
	 * change of state; it is told as one from the state to itself where the command, or
	 * the last change, has a comment or an actor, so that those in sight are of the
	 * newest command.
	 * @param command the command
	 */
	public void apply(StateCommand command) {
		Objects.requireNonNull(command, "command");
		CircuitBreaker live = entered(true);
		try {
			live.obey(command);
			live.tell();
		}
		finally {
			live.exit();
		}
	}

	/**
	 * Carries out a command on this very breaker, also where its group let it go. It is
	 * in force afterwards, and {@link #tell()} is to follow.
	 */
	void obey(StateCommand command) {
		Period p;
		Period next;
		countHung();
		clear(command);
		do {
			Instant at = instant(this.period.rules.config, 0);
			long now = this.nanoClock.read();
			p = current(now);
			next = p.next(command, now, at);
		}
		while (!swap(p, next));
	}

	/**
	 * As {@link #obey(StateCommand)}, of a command that was given before: what was due
	 * after it has not happened.
	 */
	void obey(StateCommand command, long given) {
		Period p;
		Period next;
		countHung(given, Integer.MAX_VALUE);
		clear(command);
		do {
			long ago = Math.max(0, this.nanoClock.read() - given);
			p = current(given, ago);
			next = p.next(command, given, instant(p.rules.config, ago));
		}
		while (!swap(p, next));
	}

	private void clear(StateCommand command) {
		if (command.isReset()) {
			this.successes.reset();
			this.failures.reset();
			this.slowCalls.reset();
			this.ignored.reset();
			this.notPermitted.reset();
		}
	}

	/**
	 * Sees to it that what has changed is told, and before it which calls under way have
	 * counted as slow.
	 * @return whether this thread told anything, so that time has passed
	 */
	boolean tell() {
		boolean toldHung = tellHung();
		return tellNews() || toldHung;
	}

	private boolean tellNews() {
		if (this.period.news() == News.NONE) {
			return false;
		}
		return dispatcher().tell(this);
	}

	private StateChangeDispatcher dispatcher() {
		StateChangeDispatcher present = this.dispatcher;
		while (present == null) {
			DISPATCHER.compareAndSet(this, null, new StateChangeDispatcher());
			present = this.dispatcher;
		}
		return present;
	}

	/**
	 * Closes, with an empty window; goes on by itself from there.
	 * @see #apply(StateCommand)
	 */
	public void close() {
		apply(StateCommand.to(State.CLOSED));
	}

	/**
	 * Opens as if the rules had said so, for as long as they say; goes on by itself from
	 * there.
	 * @see #apply(StateCommand)
	 */
	public void open() {
		apply(StateCommand.to(State.OPEN));
	}

	/**
	 * Opens as if the rules had said so, but for a wait of its own; goes on by itself
	 * from there.
	 * @param wait how long, zero or more
	 * @see #apply(StateCommand)
	 */
	public void open(Duration wait) {
		apply(StateCommand.to(State.OPEN).hold(wait));
	}

	/**
	 * Goes half-open, with all places free; goes on by itself from there.
	 * @see #apply(StateCommand)
	 */
	public void halfOpen() {
		apply(StateCommand.to(State.HALF_OPEN));
	}

	/**
	 * Refuses every call, or none where the config does not
	 * {@linkplain CircuitBreakerConfig.Builder#enforce enforce}, until another command.
	 * @see #apply(StateCommand)
	 */
	public void forceOpen() {
		apply(StateCommand.to(State.FORCED_OPEN));
	}

	/**
	 * Refuses every call, or none where the config does not
	 * {@linkplain CircuitBreakerConfig.Builder#enforce enforce}, until another command,
	 * or until the hold is over: then it is {@link State#CLOSED}.
	 * @param hold how long, zero or more
	 * @see #apply(StateCommand)
	 */
	public void forceOpen(Duration hold) {
		apply(StateCommand.to(State.FORCED_OPEN).hold(hold));
	}

	/**
	 * Lets every call pass and records none, until another command.
	 * @see #apply(StateCommand)
	 */
	public void disable() {
		apply(StateCommand.to(State.DISABLED));
	}

	/**
	 * Lets every call pass and records none, until another command, or until the hold is
	 * over: then it is {@link State#CLOSED}.
	 * @param hold how long, zero or more
	 * @see #apply(StateCommand)
	 */
	public void disable(Duration hold) {
		apply(StateCommand.to(State.DISABLED).hold(hold));
	}

	/**
	 * Lets every call pass and records them, without ever opening, until another command.
	 * @see #apply(StateCommand)
	 */
	public void metricsOnly() {
		apply(StateCommand.to(State.METRICS_ONLY));
	}

	/**
	 * Closes, with an empty window, totals of zero and no memory of earlier openings.
	 * @see #apply(StateCommand)
	 */
	public void reset() {
		apply(StateCommand.reset());
	}

	/**
	 * Says that calls should be refused, whatever this breaker has seen of them: the
	 * backlog of a queue is too long, or what is behind it is known to be down. While the
	 * signal of any source lives, the breaker is {@link State#OPEN}, for
	 * {@link Reason#SIGNAL}; when the last one is over, the usual wait and probes follow.
	 * It counts as no failure. Where the breaker was closed, this opening is the first of
	 * a row, and a probe that fails after it opens the breaker for the wait of the second
	 * one; where it was half-open, or remembers earlier openings, their number stays. A
	 * source has one signal: another one takes its place. One whose time is over is
	 * forgotten, without a timer.
	 *
	 * <p>
	 * Commands win: what {@link #forceOpen()}, {@link #disable()} or
	 * {@link #metricsOnly()} holds stays as it is, and signals are only kept; those that
	 * still live at the end of the hold open the breaker then. {@link #close()},
	 * {@link #halfOpen()} and {@link #reset()} clear all signals.
	 *
	 * <p>
	 * A breaker hears {@value Signal#MAX_SOURCES} sources at a time: of more, the signal
	 * that ends first is left out. Safe for use by many threads.
	 * @param source what says so: not empty, at most {@value Signal#MAX_SOURCE_LENGTH}
	 * characters
	 * @param reason why, of which {@value Signal#MAX_REASON_LENGTH} characters are kept;
	 * {@code null} for none
	 * @param ttl how long the signal lives, above zero; a source that goes on saying so
	 * repeats it
	 * @throws IllegalArgumentException if the source or the ttl is none of these
	 */
	public void signal(String source, @Nullable String reason, Duration ttl) {
		Signals.Given signal = Signals.Given.of(source, reason, ttl);
		CircuitBreaker live = entered(true);
		try {
			live.heed(signal);
			live.tell();
			live.listeners.signalled(live, new Signal(signal.source(), signal.reason(), ttl));
		}
		finally {
			live.exit();
		}
	}

	/**
	 * Takes the signal of a source back; the usual wait and probes follow where it was
	 * the last one. Does nothing where none of it lives.
	 * @param source the source
	 */
	public void clearSignal(String source) {
		Objects.requireNonNull(source, "source");
		if (!live().period.signals().lives(source, this.nanoClock.read())) {
			return;
		}
		CircuitBreaker live = entered(true);
		try {
			boolean cleared = live.ignoreSignal(source);
			live.tell();
			if (cleared) {
				live.listeners.signalled(live, new Signal(source, null, Duration.ZERO));
			}
		}
		finally {
			live.exit();
		}
	}

	/** A signal is given, on this very breaker. {@link #tell()} is to follow. */
	void heed(Signals.Given signal) {
		Period p;
		Period next;
		countHung();
		do {
			Instant at = instant(this.period.rules.config, 0);
			long now = this.nanoClock.read();
			p = current(now);
			next = p.signalled(signal.givenAt(now), now, at);
		}
		while (!swap(p, next));
	}

	/**
	 * As {@link #heed(Signals.Given)}, of a signal that was given before: what was due
	 * after it has not happened.
	 * @param lasts whether it was not taken back since. Asked when the period is read
	 * that the signal changes: a command that takes it back is carried out afterwards
	 * @return whether it was heeded
	 */
	boolean heedLate(Signals.Given signal, BooleanSupplier lasts) {
		Period p;
		Period next;
		countHung(signal.at(), Integer.MAX_VALUE);
		do {
			long ago = Math.max(0, this.nanoClock.read() - signal.at());
			p = current(signal.at(), ago);
			if (!lasts.getAsBoolean()) {
				return false;
			}
			next = p.signalled(signal, signal.at(), instant(p.rules.config, ago));
		}
		while (!swap(p, next));
		return true;
	}

	/**
	 * A signal is taken back, on this very breaker. {@link #tell()} is to follow.
	 * @return whether it lived
	 */
	boolean ignoreSignal(String source) {
		Period p;
		Period next;
		countHung();
		do {
			long now = this.nanoClock.read();
			p = current(now);
			next = p.withoutSignal(source, now);
		}
		while (next != p && !swap(p, next));
		return next != p;
	}

	/**
	 * Follows what a fleet of processes has decided on the breaker that they share; the
	 * change has the reason {@link Reason#FLEET}.
	 * <ul>
	 * <li>{@link State#OPEN}: opens for what is left of the fleet's wait. Where it is
	 * open already it stays so, with the fleet's end and openings, which is no change of
	 * state;</li>
	 * <li>{@link State#HALF_OPEN}: goes half-open, with all places free. Where it is so
	 * already, only the openings change;</li>
	 * <li>{@link State#CLOSED}: closes as after probes that succeeded: a ramp begins, and
	 * the openings are forgotten or not, as the config says.</li>
	 * </ul>
	 * Commands win: {@link State#FORCED_OPEN}, {@link State#DISABLED},
	 * {@link State#METRICS_ONLY} and an {@link State#OPEN} whose wait a command gave
	 * stay. A signal that lives keeps the breaker open, too: what the fleet has decided
	 * then ends its other wait alone. Safe for use by many threads.
	 * @param decision what the fleet has decided
	 * @return whether the state, its end, or the number of openings changed
	 */
	public boolean follow(FleetDecision decision) {
		Objects.requireNonNull(decision, "decision");
		CircuitBreaker live = entered(true);
		try {
			boolean changed = live.takeOver(decision);
			live.tell();
			return changed;
		}
		finally {
			live.exit();
		}
	}

	private boolean takeOver(FleetDecision decision) {
		Period p;
		Period next;
		countHung();
		do {
			Instant at = instant(this.period.rules.config, 0);
			long now = this.nanoClock.read();
			p = current(now);
			next = p.followed(decision, now, at);
		}
		while (next != p && !swap(p, next));
		return next != p;
	}

	/**
	 * Sets what gives out the places of probes while this breaker is
	 * {@link State#HALF_OPEN} and the gate {@linkplain ProbeGate#isShared() shares} them.
	 * It takes the place of the one before; none is set at first. Nothing else is asked
	 * of it, and it is never asked in another state. Probes under way go on: their places
	 * are given back where they were taken. Where no gate shares them, the breaker judges
	 * all that came back since it went half-open. Of a breaker that was made for a key,
	 * this is for that breaker alone, also where its group let it go: it is no command,
	 * and does not bring it back. Safe for use by many threads.
	 * @param gate the gate; {@code null} for none
	 */
	public void probeGate(@Nullable ProbeGate gate) {
		goThrough((gate != null) ? new GuardedGate(gate) : null);
		tell();
	}

	private void goThrough(@Nullable GuardedGate gate) {
		Period p;
		Period next;
		long now;
		countHung();
		do {
			now = this.nanoClock.read();
			p = current(now);
			next = p.gated(gate);
		}
		while (!swapRules(p, next, now));
		current();
	}

	private boolean swapRules(Period p, Period next, long now) {
		Probes probes = p.probes();
		return (probes != null) ? probes.under(next.rules, next.gate(), now, () -> swap(p, next)) : swap(p, next);
	}

	/**
	 * Goes on under another config. State, totals, listeners, what is left of a wait, and
	 * the clocks that the breaker was made with stay; a window whose type or size changed
	 * starts empty. The initial state of the config plays no part. Of a breaker that was
	 * made for a key, this is for that breaker alone:
	 * {@link CircuitBreakerGroup#reconfigure} is for all of a group.
	 * @param config the config
	 */
	public void reconfigure(CircuitBreakerConfig config) {
		Objects.requireNonNull(config, "config");
		CircuitBreaker live = entered(true);
		try {
			live.follow(config);
			live.tell();
		}
		finally {
			live.exit();
		}
	}

	/**
	 * Goes on under another config on this very breaker, also where its group let it go.
	 * {@link #tell()} is to follow.
	 */
	void follow(CircuitBreakerConfig config) {
		Rules rules = config.withClocksOf(this.period.rules.config).rules;
		Period p;
		Period next;
		long now;
		countHung();
		do {
			now = this.nanoClock.read();
			p = current(now);
			next = p.under(rules, now);
		}
		while (!swapRules(p, next, now));
		current();
		recordAsTold();
	}

	/**
	 * As {@link #follow(CircuitBreakerConfig)}, of a config that was given before: what
	 * was due after it has not happened.
	 */
	void follow(CircuitBreakerConfig config, long given) {
		Rules rules = config.withClocksOf(this.period.rules.config).rules;
		Period p;
		Period next;
		long ago;
		countHung(given, Integer.MAX_VALUE);
		do {
			ago = Math.max(0, this.nanoClock.read() - given);
			p = current(given, ago);
			next = p.under(rules, given);
		}
		while (!swapRules(p, next, given));
		current(given, ago);
		recordAsTold();
	}

	/** Of two configs at a time, the one that it goes on under says what is recorded. */
	private void recordAsTold() {
		CircuitBreakerConfig told;
		do {
			told = this.period.rules.config;
			Integer outcomes = told.recordOutcomes();
			changeListeners((before) -> before.recording(outcomes, this.nanoClock.read()));
		}
		while (told != this.period.rules.config);
	}

	/**
	 * Adds a listener.
	 * @param listener the listener
	 */
	public void addListener(CircuitBreakerListener listener) {
		live().attach(List.of(Objects.requireNonNull(listener, "listener")));
	}

	/** Adds listeners to this very breaker, in one step. */
	void attach(List<CircuitBreakerListener> added) {
		changeListeners((before) -> before.with(added));
	}

	/**
	 * Takes a listener back, by identity. An unknown one is ignored.
	 * @param listener the listener
	 */
	public void removeListener(CircuitBreakerListener listener) {
		List<CircuitBreakerListener> removed = Collections.singletonList(listener);
		CircuitBreaker live = live();
		live.detach(removed);
		if (live != this) {
			detach(removed);
		}
	}

	/** Takes listeners from this very breaker, in one step. */
	void detach(List<CircuitBreakerListener> removed) {
		changeListeners((before) -> before.without(removed));
	}

	/**
	 * Whether a new breaker would be just the same. It only looks: no change that is due
	 * is carried out, no clock is read, and no code of the application runs.
	 */
	boolean isClean(long now) {
		return this.period.isClean(now);
	}

	/**
	 * For how many nanoseconds an operator's command or a signal holds it where it is;
	 * zero where none does, and the highest number where it is until another command. It
	 * only looks.
	 */
	long heldNanos(long now) {
		return this.period.heldNanos(now);
	}

	void replaceListener(CircuitBreakerListener listener, List<? extends CircuitBreakerListener> replacements) {
		changeListeners((before) -> before.replacing(listener, replacements));
	}

	private void changeListeners(UnaryOperator<Listeners> change) {
		Listeners before;
		do {
			before = this.listeners;
		}
		while (!LISTENERS.compareAndSet(this, before, change.apply(before)));
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

	/** So many nanoseconds ago, by the clock for instants that are shown. */
	private Instant instant(CircuitBreakerConfig config, long ago) {
		try {
			return config.clock().instant().minusNanos(ago);
		}
		catch (Throwable ex) {
			logHookFailure(ex);
			return Instant.now().minusNanos(ago);
		}
	}

	/**
	 * Whether a listener of this breaker, or of those of all keys, fails the first time.
	 */
	boolean isFirstFailureOf(Object listener) {
		FailedListeners failed = (this.member != null) ? this.member.group.failedListeners
				: dispatcher().failedListeners();
		return failed.add(listener);
	}

	/** Logs what a rule or a clock of the application threw, the first time. */
	private void logHookFailure(Throwable thrown) {
		if (!this.hookFailureLogged) {
			this.hookFailureLogged = true;
			HookFailures.log(logger, "A rule or clock of circuit breaker '{}' failed; further failures are not logged",
					LogText.oneLine(this.name), thrown);
		}
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> Object rethrow(Throwable thrown) throws X {
		throw (X) thrown;
	}

	@Override
	public String toString() {
		return "CircuitBreaker[" + LogText.oneLine(this.name) + ", " + state()
				+ (config().enforce() ? "" : ", not enforced") + "]";
	}

}
