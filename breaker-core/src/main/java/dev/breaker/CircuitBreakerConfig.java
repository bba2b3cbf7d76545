package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * When a circuit breaker opens, how long it stays open, and how it recovers. Immutable,
 * and safe to share between breakers and threads.
 *
 * <p>
 * What was not set has the default that its {@link Builder} method states; some defaults
 * depend on other values, and follow them when a config is changed by
 * {@link #toBuilder()}.
 *
 * <pre>{@code
 * CircuitBreakerConfig config = CircuitBreakerConfig.builder()
 *     .failureRateThreshold(40)
 *     .slidingWindowSize(50)
 *     .waitDurationInOpenState(Duration.ofSeconds(10))
 *     .ignoreExceptions(NoSuchElementException.class)
 *     .build();
 * }</pre>
 */
public final class CircuitBreakerConfig {

	private static final CircuitBreakerConfig DEFAULTS = builder().build();

	private final Builder set;

	/** This config made ready for use, once for all breakers that share it. */
	final Rules rules;

	private CircuitBreakerConfig(Builder set) {
		this.set = set;
		this.rules = new Rules(this);
	}

	/**
	 * Starts a config in which nothing is set.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * The config in which nothing is set.
	 * @return the defaults
	 */
	public static CircuitBreakerConfig ofDefaults() {
		return DEFAULTS;
	}

	/**
	 * Starts a config from this one: what was set here is set there.
	 * @return a new builder
	 */
	public Builder toBuilder() {
		return this.set.copy();
	}

	/** This config on the clocks of another, which a breaker keeps for good. */
	@SuppressWarnings("ReferenceEquality") // equals would be code of the application's
	CircuitBreakerConfig withClocksOf(CircuitBreakerConfig other) {
		return (nanoClock() == other.nanoClock() && clock() == other.clock()) ? this
				: toBuilder().nanoClock(other.nanoClock()).clock(other.clock()).build();
	}

	/**
	 * See {@link Builder#failureRateThreshold}.
	 * @return percent, or {@code null} where the failure rate is not judged
	 */
	public @Nullable Float failureRateThreshold() {
		if (this.set.withoutFailureRateThreshold) {
			return null;
		}
		Float threshold = this.set.failureRateThreshold;
		if (threshold == null && this.set.consecutiveFailureThreshold == null) {
			return Builder.DEFAULT_FAILURE_RATE_THRESHOLD;
		}
		return threshold;
	}

	/**
	 * See {@link Builder#minimumNumberOfCalls}.
	 * @return a number of calls
	 */
	public int minimumNumberOfCalls() {
		Integer minimum = this.set.minimumNumberOfCalls;
		if (minimum != null) {
			return minimum;
		}
		return (slidingWindowType() == SlidingWindowType.COUNT_BASED)
				? Math.min(Builder.DEFAULT_MINIMUM_NUMBER_OF_CALLS, slidingWindowSize())
				: Builder.DEFAULT_MINIMUM_NUMBER_OF_CALLS;
	}

	/**
	 * See {@link Builder#slidingWindowType}.
	 * @return the type
	 */
	public SlidingWindowType slidingWindowType() {
		return this.set.slidingWindowType;
	}

	/**
	 * See {@link Builder#slidingWindowSize}.
	 * @return calls or seconds
	 */
	public int slidingWindowSize() {
		return this.set.slidingWindowSize;
	}

	/**
	 * See {@link Builder#consecutiveFailureThreshold}.
	 * @return a number of calls, or {@code null} where failures in a row are not judged
	 */
	public @Nullable Integer consecutiveFailureThreshold() {
		return this.set.consecutiveFailureThreshold;
	}

	/**
	 * See {@link Builder#slowCallDurationThreshold}.
	 * @return the duration, or {@code null} where no call is slow
	 */
	public @Nullable Duration slowCallDurationThreshold() {
		return this.set.slowCallDurationThreshold;
	}

	/**
	 * See {@link Builder#slowCallRateThreshold}.
	 * @return percent
	 */
	public float slowCallRateThreshold() {
		return this.set.slowCallRateThreshold;
	}

	/**
	 * See {@link Builder#countHungCalls}.
	 * @return whether a call counts as slow while it is still under way
	 */
	public boolean countHungCalls() {
		return this.set.countHungCalls;
	}

	/**
	 * See {@link Builder#waitDurationInOpenState}.
	 * @return the first wait
	 */
	public Duration waitDurationInOpenState() {
		return this.set.waitDurationInOpenState;
	}

	/**
	 * See {@link Builder#waitDurationMultiplier}.
	 * @return the factor
	 */
	public double waitDurationMultiplier() {
		return this.set.waitDurationMultiplier;
	}

	/**
	 * See {@link Builder#maxWaitDurationInOpenState}.
	 * @return the longest wait before jitter, or {@code null} where it may grow without
	 * end
	 */
	public @Nullable Duration maxWaitDurationInOpenState() {
		return this.set.maxWaitDurationInOpenState;
	}

	/**
	 * See {@link Builder#waitDurationJitter}.
	 * @return the factor, 0 to 1
	 */
	public double waitDurationJitter() {
		Double jitter = this.set.waitDurationJitter;
		if (jitter != null) {
			return jitter;
		}
		return (probe() != null) ? Builder.DEFAULT_JITTER_OF_PROBES : 0;
	}

	/**
	 * How long an opening lasts: {@link #waitDurationInOpenState()}, or
	 * {@link #probeInterval()} where the breaker is probed in the dark, multiplied for
	 * each opening before it, up to {@link #maxWaitDurationInOpenState()}, and spread by
	 * {@link #waitDurationJitter()}.
	 * @param openings which opening in a row it is, 1 or more
	 * @return the wait, another one each time where it is spread
	 * @throws IllegalArgumentException if there is no such opening
	 */
	public Duration waitInOpenState(int openings) {
		if (openings < 1) {
			throw new IllegalArgumentException("Invalid opening (" + openings + "): must be 1 or more");
		}
		return Duration.ofNanos(this.rules.waitNanos(openings));
	}

	/**
	 * What the probes of {@link State#HALF_OPEN} decide, as other settings say.
	 * @return the rules, for those that judge the probes of several breakers
	 */
	public ProbeRules probeRules() {
		return this.rules.probeRules;
	}

	/**
	 * See {@link Builder#permittedNumberOfCallsInHalfOpenState}.
	 * @return a number of calls
	 */
	public int permittedNumberOfCallsInHalfOpenState() {
		Integer permitted = this.set.permittedNumberOfCallsInHalfOpenState;
		if (permitted != null) {
			return permitted;
		}
		boolean failuresInARowAlone = this.set.consecutiveFailureThreshold != null && failureRateThreshold() == null;
		return failuresInARowAlone ? 1 : Builder.DEFAULT_PERMITTED_NUMBER_OF_CALLS_IN_HALF_OPEN_STATE;
	}

	/**
	 * See {@link Builder#successThresholdInHalfOpenState}.
	 * @return a number of calls, or {@code null} where the rates decide
	 */
	public @Nullable Integer successThresholdInHalfOpenState() {
		return this.set.successThresholdInHalfOpenState;
	}

	/**
	 * See {@link Builder#maxWaitDurationInHalfOpenState}.
	 * @return how long a probe may take before it is lost
	 */
	public Duration maxWaitDurationInHalfOpenState() {
		return this.set.maxWaitDurationInHalfOpenState;
	}

	/**
	 * See {@link Builder#recoveryRampDuration}.
	 * @return how long calls are let in by and by after closing, or {@code null} where
	 * all calls pass at once
	 */
	public @Nullable Duration recoveryRampDuration() {
		return this.set.recoveryRampDuration;
	}

	/**
	 * See {@link Builder#recoveryRampStart}.
	 * @return percent
	 */
	public float recoveryRampStart() {
		Float start = this.set.recoveryRampStart;
		return (start != null) ? start : Builder.DEFAULT_RECOVERY_RAMP_START;
	}

	/**
	 * See {@link Builder#stableFor}.
	 * @return how long the breaker must stay closed until the openings before are
	 * forgotten, or {@code null} where closing is enough
	 */
	public @Nullable Duration stableFor() {
		return this.set.stableFor;
	}

	/**
	 * See {@link Builder#refuse}.
	 * @return which calls are refused while calls fail
	 */
	public Refuse refuse() {
		return this.set.refuse;
	}

	/**
	 * See {@link Builder#shareFactor}.
	 * @return the factor
	 */
	public double shareFactor() {
		Double factor = this.set.shareFactor;
		return (factor != null) ? factor : Builder.DEFAULT_SHARE_FACTOR;
	}

	/**
	 * See {@link Builder#halfOpenProbes}.
	 * @return where the probes come from
	 */
	public ProbeSource halfOpenProbes() {
		ProbeSource source = this.set.halfOpenProbes;
		if (source != null) {
			return source;
		}
		return (probe() != null) ? ProbeSource.DARK : ProbeSource.CALLS;
	}

	/**
	 * See {@link Builder#probe}.
	 * @return what probes, or {@code null} where nothing does by itself
	 */
	public @Nullable String probe() {
		String probe = this.set.probe;
		return Builder.WITHOUT_PROBE.equals(probe) ? null : probe;
	}

	/**
	 * See {@link Builder#probeInterval}.
	 * @return the time between dark probes, or {@code null} where it is
	 * {@link #waitDurationInOpenState()}
	 */
	public @Nullable Duration probeInterval() {
		return this.set.probeInterval;
	}

	/**
	 * See {@link Builder#probeTimeout}.
	 * @return the longest that a dark probe may take
	 */
	public Duration probeTimeout() {
		Duration timeout = this.set.probeTimeout;
		if (timeout != null) {
			return timeout;
		}
		Duration longest = maxWaitDurationInHalfOpenState();
		return (longest.compareTo(Builder.DEFAULT_PROBE_TIMEOUT) < 0) ? longest : Builder.DEFAULT_PROBE_TIMEOUT;
	}

	/**
	 * See {@link Builder#timeLimit}.
	 * @return the longest that an asynchronous call may take, or {@code null} where there
	 * is no limit
	 */
	public @Nullable Duration timeLimit() {
		return this.set.timeLimit;
	}

	/**
	 * See {@link Builder#recordOutcomes}.
	 * @return how many outcomes are kept, or {@code null} where none are
	 */
	public @Nullable Integer recordOutcomes() {
		return this.set.recordOutcomes;
	}

	/**
	 * See {@link Builder#initialState}.
	 * @return the first state of a new breaker
	 */
	public State initialState() {
		return this.set.initialState;
	}

	/**
	 * See {@link Builder#recordExceptions}.
	 * @return the classes, unmodifiable
	 */
	public List<Class<? extends Throwable>> recordExceptions() {
		return this.set.recordExceptions;
	}

	/**
	 * See {@link Builder#ignoreExceptions}.
	 * @return the classes, unmodifiable
	 */
	public List<Class<? extends Throwable>> ignoreExceptions() {
		return this.set.ignoreExceptions;
	}

	/**
	 * See {@link Builder#recordException}.
	 * @return the rule, or {@code null} where there is none
	 */
	public @Nullable Predicate<? super Throwable> recordException() {
		return this.set.recordException;
	}

	/**
	 * See {@link Builder#ignoreException}.
	 * @return the rule, or {@code null} where there is none
	 */
	public @Nullable Predicate<? super Throwable> ignoreException() {
		return this.set.ignoreException;
	}

	/**
	 * See {@link Builder#recordResult}.
	 * @return the rule, or {@code null} where there is none
	 */
	public @Nullable Predicate<@Nullable Object> recordResult() {
		return this.set.recordResult;
	}

	/**
	 * See {@link Builder#outcomeRule}.
	 * @return the rule, or {@code null} where there is none
	 */
	public @Nullable OutcomeRule outcomeRule() {
		return this.set.outcomeRule;
	}

	/**
	 * See {@link Builder#matchCauses}.
	 * @return whether the rules for exceptions look at causes too
	 */
	public boolean matchCauses() {
		return this.set.matchCauses;
	}

	/**
	 * See {@link Builder#enforce}.
	 * @return whether calls that are not permitted are refused
	 */
	public boolean enforce() {
		return this.set.enforce;
	}

	/**
	 * See {@link Builder#openWhenDown}.
	 * @return the names of health contributors, unmodifiable
	 */
	public List<String> openWhenDown() {
		return this.set.openWhenDown;
	}

	/**
	 * See {@link Builder#healthInterval}.
	 * @return the time from one look to the next
	 */
	public Duration healthInterval() {
		Duration interval = this.set.healthInterval;
		return (interval != null) ? interval : Builder.DEFAULT_HEALTH_INTERVAL;
	}

	/**
	 * See {@link Builder#propagateTo}.
	 * @return the names of other breakers, unmodifiable
	 */
	public List<String> propagateTo() {
		return this.set.propagateTo;
	}

	/**
	 * See {@link Builder#nanoClock}.
	 * @return the clock that decides
	 */
	public LongSupplier nanoClock() {
		return this.set.nanoClock;
	}

	/**
	 * See {@link Builder#clock}.
	 * @return the clock that is shown
	 */
	public Clock clock() {
		return this.set.clock;
	}

	@Override
	public String toString() {
		return "CircuitBreakerConfig[failureRateThreshold=" + failureRateThreshold() + ", minimumNumberOfCalls="
				+ minimumNumberOfCalls() + ", slidingWindowType=" + slidingWindowType() + ", slidingWindowSize="
				+ slidingWindowSize() + ", consecutiveFailureThreshold=" + consecutiveFailureThreshold()
				+ ", slowCallDurationThreshold=" + slowCallDurationThreshold() + ", slowCallRateThreshold="
				+ slowCallRateThreshold() + ", countHungCalls=" + countHungCalls() + ", waitDurationInOpenState="
				+ waitDurationInOpenState() + ", waitDurationMultiplier=" + waitDurationMultiplier()
				+ ", maxWaitDurationInOpenState=" + maxWaitDurationInOpenState() + ", waitDurationJitter="
				+ waitDurationJitter() + ", permittedNumberOfCallsInHalfOpenState="
				+ permittedNumberOfCallsInHalfOpenState() + ", successThresholdInHalfOpenState="
				+ successThresholdInHalfOpenState() + ", maxWaitDurationInHalfOpenState="
				+ maxWaitDurationInHalfOpenState() + ", recoveryRampDuration=" + recoveryRampDuration()
				+ ", recoveryRampStart=" + recoveryRampStart() + ", stableFor=" + stableFor() + ", refuse=" + refuse()
				+ ", shareFactor=" + shareFactor() + ", halfOpenProbes=" + halfOpenProbes() + ", probe=" + probe()
				+ ", probeInterval=" + probeInterval() + ", probeTimeout=" + probeTimeout() + ", timeLimit="
				+ timeLimit() + ", recordOutcomes=" + recordOutcomes() + ", initialState=" + initialState()
				+ ", recordExceptions=" + recordExceptions() + ", ignoreExceptions=" + ignoreExceptions()
				+ ", recordException=" + recordException() + ", ignoreException=" + ignoreException()
				+ ", recordResult=" + recordResult() + ", outcomeRule=" + outcomeRule() + ", matchCauses="
				+ matchCauses() + ", enforce=" + enforce() + ", openWhenDown=" + openWhenDown() + ", healthInterval="
				+ healthInterval() + ", propagateTo=" + propagateTo() + ", nanoClock=" + nanoClock() + ", clock="
				+ clock() + "]";
	}

	/**
	 * Sets what a config says. A value out of its range is refused with an
	 * {@link InvalidCircuitBreakerConfigException} that names the property, the value and
	 * what would be valid: by each method, or by {@link #build()} where the range depends
	 * on another value. Nothing is corrected silently. Not safe for use by several
	 * threads.
	 */
	public static final class Builder implements Cloneable {

		static final float DEFAULT_FAILURE_RATE_THRESHOLD = 50;

		static final int DEFAULT_MINIMUM_NUMBER_OF_CALLS = 20;

		static final int DEFAULT_PERMITTED_NUMBER_OF_CALLS_IN_HALF_OPEN_STATE = 10;

		static final float DEFAULT_RECOVERY_RAMP_START = 10;

		static final double DEFAULT_SHARE_FACTOR = 2.0;

		static final int MOST_OUTCOMES = 1_000_000;

		static final double DEFAULT_JITTER_OF_PROBES = 0.1;

		static final Duration DEFAULT_PROBE_TIMEOUT = Duration.ofSeconds(5);

		/** That there is no probe, which is more than that none was set. */
		static final String WITHOUT_PROBE = "";

		static final Duration DEFAULT_HEALTH_INTERVAL = Duration.ofSeconds(10);

		private static final Duration SHORTEST_HEALTH_INTERVAL = Duration.ofMillis(100);

		private static final int MAX_WINDOW_OF_CALLS = 1_000_000;

		private static final int MAX_WINDOW_OF_SECONDS = 86_400;

		private @Nullable Float failureRateThreshold;

		private boolean withoutFailureRateThreshold;

		private @Nullable Integer minimumNumberOfCalls;

		private SlidingWindowType slidingWindowType = SlidingWindowType.COUNT_BASED;

		private int slidingWindowSize = 100;

		private @Nullable Integer consecutiveFailureThreshold;

		private @Nullable Duration slowCallDurationThreshold;

		private float slowCallRateThreshold = 100;

		private boolean countHungCalls;

		private Duration waitDurationInOpenState = Duration.ofSeconds(60);

		private double waitDurationMultiplier = 1.0;

		private @Nullable Duration maxWaitDurationInOpenState;

		private @Nullable Double waitDurationJitter;

		private @Nullable Integer permittedNumberOfCallsInHalfOpenState;

		private @Nullable Integer successThresholdInHalfOpenState;

		private Duration maxWaitDurationInHalfOpenState = Duration.ofSeconds(60);

		private @Nullable Duration recoveryRampDuration;

		private @Nullable Float recoveryRampStart;

		private @Nullable Duration stableFor;

		private Refuse refuse = Refuse.ALL;

		private @Nullable Double shareFactor;

		private @Nullable ProbeSource halfOpenProbes;

		private @Nullable String probe;

		private @Nullable Duration probeInterval;

		private @Nullable Duration probeTimeout;

		private @Nullable Duration timeLimit;

		private @Nullable Integer recordOutcomes;

		private State initialState = State.CLOSED;

		private List<Class<? extends Throwable>> recordExceptions = List.of();

		private List<Class<? extends Throwable>> ignoreExceptions = List.of();

		private @Nullable Predicate<? super Throwable> recordException;

		private @Nullable Predicate<? super Throwable> ignoreException;

		private @Nullable Predicate<@Nullable Object> recordResult;

		private @Nullable OutcomeRule outcomeRule;

		private boolean matchCauses;

		private boolean enforce = true;

		private List<String> openWhenDown = List.of();

		private @Nullable Duration healthInterval;

		private List<String> propagateTo = List.of();

		private LongSupplier nanoClock = NanoClock.SYSTEM;

		private Clock clock = Clock.systemUTC();

		Builder() {
		}

		Builder copy() {
			try {
				return (Builder) clone();
			}
			catch (CloneNotSupportedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		/**
		 * Opens the breaker when at least this share of the calls in the window failed.
		 * Compared after a recorded failure or slow call, once the window holds
		 * {@link #minimumNumberOfCalls}. Default: 50; off where
		 * {@link #consecutiveFailureThreshold} is set and this is not.
		 * @param percent above 0, at most 100
		 * @return this builder
		 */
		public Builder failureRateThreshold(double percent) {
			this.failureRateThreshold = percent("failureRateThreshold", percent);
			this.withoutFailureRateThreshold = false;
			return this;
		}

		/**
		 * The failure rate is not judged.
		 * @return this builder
		 */
		public Builder withoutFailureRateThreshold() {
			this.failureRateThreshold = null;
			this.withoutFailureRateThreshold = true;
			return this;
		}

		/**
		 * How many calls the window must hold before its rates are judged. Plays no part
		 * in {@link State#HALF_OPEN}. Default: 20, or the size of a smaller count window.
		 * @param calls 1 or more; at most the size of a count window
		 * @return this builder
		 */
		public Builder minimumNumberOfCalls(int calls) {
			this.minimumNumberOfCalls = atLeastOne("minimumNumberOfCalls", calls);
			return this;
		}

		/**
		 * Whether the window holds the last calls or the last seconds. Default:
		 * {@link SlidingWindowType#COUNT_BASED}.
		 * @param type the type
		 * @return this builder
		 */
		public Builder slidingWindowType(SlidingWindowType type) {
			this.slidingWindowType = given("slidingWindowType", type);
			return this;
		}

		/**
		 * How many calls, or seconds, the window holds. The upper end of the range
		 * depends on the type, and is checked by {@link #build()}. Default: 100.
		 * @param size 1 to 1,000,000 calls, or 1 to 86,400 seconds (a day)
		 * @return this builder
		 */
		public Builder slidingWindowSize(int size) {
			this.slidingWindowSize = atLeastOne("slidingWindowSize", size);
			return this;
		}

		/**
		 * Opens the breaker when this many recorded failures came with no recorded
		 * success between them, whatever the rates say. A slow success breaks the row, an
		 * ignored call does not. Default: off.
		 * @param failures 1 or more
		 * @return this builder
		 */
		public Builder consecutiveFailureThreshold(int failures) {
			this.consecutiveFailureThreshold = atLeastOne("consecutiveFailureThreshold", failures);
			return this;
		}

		/**
		 * Failures in a row are not judged.
		 * @return this builder
		 */
		public Builder withoutConsecutiveFailureThreshold() {
			this.consecutiveFailureThreshold = null;
			return this;
		}

		/**
		 * A call that took longer than this is slow; exactly as long is not. Default:
		 * off, no call is slow, and no time is measured where no listener asks for it.
		 * @param duration above zero
		 * @return this builder
		 */
		public Builder slowCallDurationThreshold(Duration duration) {
			this.slowCallDurationThreshold = aboveZero("slowCallDurationThreshold", duration);
			return this;
		}

		/**
		 * No call is slow.
		 * @return this builder
		 */
		public Builder withoutSlowCallDurationThreshold() {
			this.slowCallDurationThreshold = null;
			return this;
		}

		/**
		 * Opens the breaker when at least this share of the calls in the window was slow.
		 * Plays no part where {@link #slowCallDurationThreshold} is off. Default: 100.
		 * @param percent above 0, at most 100
		 * @return this builder
		 */
		public Builder slowCallRateThreshold(double percent) {
			this.slowCallRateThreshold = percent("slowCallRateThreshold", percent);
			return this;
		}

		/**
		 * Whether a call counts as slow as soon as it has been under way for longer than
		 * {@link #slowCallDurationThreshold}, and not at its end: 20 calls that hang open
		 * the breaker at the threshold, not at their timeout. There is no timer: such
		 * calls are found by the next call that begins or ends, or by the next look at
		 * the breaker, and count as of the moment at which they became slow.
		 * <p>
		 * A call counts as slow once, whatever comes after. Its later end is no further
		 * call of the window: a failure is added to the failed calls of the window, in
		 * which the call is already (where it has left a window that holds no call
		 * without a failure, it is recorded as a failed call), a success ends a row of
		 * failures, and a call that is ignored, released or cancelled stays a slow one.
		 * An end after a change of state goes into the totals, and so does the slowness
		 * of a call that was admitted before one. A permit's time runs from when it was
		 * taken; one that is lost counts until the garbage collector has taken it. After
		 * {@link CircuitBreaker#reconfigure} the new threshold is that of calls under
		 * way, too. Default: {@code false}, nothing is tracked.
		 * @param count whether calls under way are tracked; needs a
		 * {@link #slowCallDurationThreshold}
		 * @return this builder
		 */
		public Builder countHungCalls(boolean count) {
			this.countHungCalls = count;
			return this;
		}

		/**
		 * How long the breaker stays {@link State#OPEN}, at the first opening in a row.
		 * Default: 60 seconds.
		 * @param duration zero (the very next call is a probe) or more
		 * @return this builder
		 */
		public Builder waitDurationInOpenState(Duration duration) {
			this.waitDurationInOpenState = notNegative("waitDurationInOpenState", duration);
			return this;
		}

		/**
		 * The wait grows by this factor with each further opening in a row. Closing ends
		 * the row, or, with {@link #recoveryRampDuration} or {@link #stableFor}, having
		 * been closed for so long. Default: 1, always the same wait.
		 * @param factor 1 or more
		 * @return this builder
		 */
		public Builder waitDurationMultiplier(double factor) {
			require(factor >= 1 && Double.isFinite(factor), "waitDurationMultiplier", factor, "must be 1 or more");
			this.waitDurationMultiplier = factor;
			return this;
		}

		/**
		 * The wait grows no longer than this, before jitter. Default: off.
		 * @param duration above zero, and not shorter than
		 * {@link #waitDurationInOpenState}
		 * @return this builder
		 */
		public Builder maxWaitDurationInOpenState(Duration duration) {
			this.maxWaitDurationInOpenState = aboveZero("maxWaitDurationInOpenState", duration);
			return this;
		}

		/**
		 * The wait may grow without end.
		 * @return this builder
		 */
		public Builder withoutMaxWaitDurationInOpenState() {
			this.maxWaitDurationInOpenState = null;
			return this;
		}

		/**
		 * Spreads the wait at random, so that the instances of a service do not probe all
		 * at once: 0.2 gives between 80 and 120 percent of it. Default: 0, no spread; 0.1
		 * where {@link #probe} is set and this is not.
		 * @param factor 0 to 1
		 * @return this builder
		 */
		public Builder waitDurationJitter(double factor) {
			require(factor >= 0 && factor <= 1, "waitDurationJitter", factor, "must be from 0 to 1");
			this.waitDurationJitter = factor;
			return this;
		}

		/**
		 * How many probes {@link State#HALF_OPEN} lets through, and judges together.
		 * Default: 10; 1 where {@link #consecutiveFailureThreshold} is set and
		 * {@link #failureRateThreshold} is not.
		 * @param calls 1 or more
		 * @return this builder
		 */
		public Builder permittedNumberOfCallsInHalfOpenState(int calls) {
			this.permittedNumberOfCallsInHalfOpenState = atLeastOne("permittedNumberOfCallsInHalfOpenState", calls);
			return this;
		}

		/**
		 * At this many successful probes the breaker closes (or opens, where the
		 * slow-call rate among the probes reached its threshold); it opens as soon as
		 * they are out of reach. Default: off, the rates among the permitted probes
		 * decide.
		 * @param successes 1 to {@link #permittedNumberOfCallsInHalfOpenState}
		 * @return this builder
		 */
		public Builder successThresholdInHalfOpenState(int successes) {
			this.successThresholdInHalfOpenState = atLeastOne("successThresholdInHalfOpenState", successes);
			return this;
		}

		/**
		 * The rates among the permitted probes decide.
		 * @return this builder
		 */
		public Builder withoutSuccessThresholdInHalfOpenState() {
			this.successThresholdInHalfOpenState = null;
			return this;
		}

		/**
		 * A probe that has not come back this long after it was admitted is lost, and the
		 * breaker opens again. Default: 60 seconds.
		 * @param duration above zero
		 * @return this builder
		 */
		public Builder maxWaitDurationInHalfOpenState(Duration duration) {
			this.maxWaitDurationInHalfOpenState = aboveZero("maxWaitDurationInHalfOpenState", duration);
			return this;
		}

		/**
		 * After closing, only a share of the calls is admitted, which grows evenly from
		 * {@link #recoveryRampStart} to all of them in this time. The others are refused,
		 * evenly spread, in {@link State#CLOSED}. The rules judge the calls since
		 * closing, from {@link #minimumNumberOfCalls} times the share on, rounded up;
		 * opening again counts as one more opening in a row. A ramp begins wherever the
		 * breaker closes that refused calls before, and ends early by another command to
		 * close. Default: off, all calls pass at once.
		 * @param duration above zero
		 * @return this builder
		 */
		public Builder recoveryRampDuration(Duration duration) {
			this.recoveryRampDuration = aboveZero("recoveryRampDuration", duration);
			return this;
		}

		/**
		 * All calls pass as soon as the breaker is closed.
		 * @return this builder
		 */
		public Builder withoutRecoveryRampDuration() {
			this.recoveryRampDuration = null;
			return this;
		}

		/**
		 * The share of the calls that is admitted at first after closing. Only beside
		 * {@link #recoveryRampDuration}. Default: 10.
		 * @param percent above 0, below 100
		 * @return this builder
		 */
		public Builder recoveryRampStart(double percent) {
			require(percent > 0 && (float) percent > 0 && (float) percent < 100, "recoveryRampStart", percent,
					"must be above 0 and below 100 percent");
			this.recoveryRampStart = (float) percent;
			return this;
		}

		/**
		 * The start of a ramp has its default.
		 * @return this builder
		 */
		public Builder withoutRecoveryRampStart() {
			this.recoveryRampStart = null;
			return this;
		}

		/**
		 * How long the breaker must stay closed until the openings before are forgotten,
		 * by which {@link #waitDurationMultiplier} grows the wait. Default: off, they are
		 * forgotten on closing, or once a ramp is over.
		 * @param duration above zero, and not shorter than {@link #recoveryRampDuration}
		 * @return this builder
		 */
		public Builder stableFor(Duration duration) {
			this.stableFor = aboveZero("stableFor", duration);
			return this;
		}

		/**
		 * The openings are forgotten on closing, or once a ramp is over.
		 * @return this builder
		 */
		public Builder withoutStableFor() {
			this.stableFor = null;
			return this;
		}

		/**
		 * Which calls are refused while calls fail. With {@link Refuse#SHARE} the breaker
		 * refuses, evenly spread, a share of the calls while it is closed and its window
		 * holds {@link #minimumNumberOfCalls}: that by which the calls in the window
		 * exceed {@link #shareFactor} times the successes in it, at most 90 percent. The
		 * other rules open it all the same: for shares to be refused the
		 * {@link #failureRateThreshold} must be high enough, above 50 where the factor is
		 * 2. Default: {@link Refuse#ALL}.
		 * @param refuse which calls
		 * @return this builder
		 */
		public Builder refuse(Refuse refuse) {
			this.refuse = given("refuse", refuse);
			return this;
		}

		/**
		 * How many calls the window may have for each success in it before a share is
		 * refused. With 1 a share as large as the failure rate is refused, with 2 none
		 * until more than half of the calls fail. Only beside {@link Refuse#SHARE}.
		 * Default: 2.
		 * @param factor 1 or more
		 * @return this builder
		 */
		public Builder shareFactor(double factor) {
			require(factor >= 1 && Double.isFinite(factor), "shareFactor", factor, "must be 1 or more");
			this.shareFactor = factor;
			return this;
		}

		/**
		 * The factor has its default.
		 * @return this builder
		 */
		public Builder withoutShareFactor() {
			this.shareFactor = null;
			return this;
		}

		/**
		 * Where the probes come from. With {@link ProbeSource#DARK} no call of a user
		 * passes while the breaker is {@link State#HALF_OPEN}: probes are made by
		 * {@link CircuitBreaker#tryAcquireProbe()}, and
		 * {@link #successThresholdInHalfOpenState}, 1 unless set, decides. One that fails
		 * opens. {@link #permittedNumberOfCallsInHalfOpenState} plays no part then.
		 * Default: {@link ProbeSource#CALLS}; {@code DARK} where {@link #probe} is set.
		 * @param source calls or dark probes; with {@link #probe} only dark probes
		 * @return this builder
		 */
		public Builder halfOpenProbes(ProbeSource source) {
			this.halfOpenProbes = given("halfOpenProbes", source);
			return this;
		}

		/**
		 * What probes in the dark, by a name that the framework around the breaker knows:
		 * with the Spring Boot starter a bean, or a URL. The core runs nothing, and needs
		 * the name for nothing but to show it. Default: none.
		 * @param name the name, not empty
		 * @return this builder
		 */
		public Builder probe(String name) {
			require(!given("probe", name).isBlank(), "probe", name, "must not be empty");
			this.probe = name;
			return this;
		}

		/**
		 * Nothing probes in the dark. {@link #probeInterval} and {@link #probeTimeout}
		 * may stay set, and have no effect.
		 * @return this builder
		 */
		public Builder withoutProbe() {
			this.probe = WITHOUT_PROBE;
			return this;
		}

		/**
		 * How long the breaker stays {@link State#OPEN} before the next dark probe, in
		 * place of {@link #waitDurationInOpenState}: multiplier, longest wait and jitter
		 * hold for it. It is the time between the dark probes of one
		 * {@link State#HALF_OPEN}, too. Default: {@link #waitDurationInOpenState}, which
		 * must not be zero then.
		 * @param duration above zero; it needs a {@link #probe}
		 * @return this builder
		 */
		public Builder probeInterval(Duration duration) {
			this.probeInterval = aboveZero("probeInterval", duration);
			return this;
		}

		/**
		 * The time between dark probes is {@link #waitDurationInOpenState}.
		 * @return this builder
		 */
		public Builder withoutProbeInterval() {
			this.probeInterval = null;
			return this;
		}

		/**
		 * A dark probe that takes longer is given up, and has failed. Default: 5 seconds,
		 * or {@link #maxWaitDurationInHalfOpenState} where that is shorter.
		 * @param duration above zero, and not longer than
		 * {@link #maxWaitDurationInHalfOpenState}; it needs a {@link #probe}
		 * @return this builder
		 */
		public Builder probeTimeout(Duration duration) {
			this.probeTimeout = aboveZero("probeTimeout", duration);
			return this;
		}

		/**
		 * An asynchronous call that takes longer fails with a {@code TimeoutException},
		 * which the rules judge as if it was thrown, and is cancelled; its fallback runs.
		 * It holds in every state, for {@link CircuitBreaker#callAsync} and for stages
		 * and publishers that annotated methods return. It has no effect on
		 * {@link CircuitBreaker#call}, {@link CircuitBreaker#run} and permits, whose
		 * calls cannot be ended from outside: set the timeouts of the client that they
		 * use. The time is real, whatever {@link #nanoClock} says. A stage is recorded,
		 * and fails, on the thread of the timer that all futures share; its fallback runs
		 * on the default executor of futures, or on that thread where the executor has
		 * none free for 100 milliseconds. Default: off, no limit and no timer.
		 * @param duration above zero
		 * @return this builder
		 */
		public Builder timeLimit(Duration duration) {
			this.timeLimit = aboveZero("timeLimit", duration);
			return this;
		}

		/**
		 * An asynchronous call may take as long as it takes.
		 * @return this builder
		 */
		public Builder withoutTimeLimit() {
			this.timeLimit = null;
			return this;
		}

		/**
		 * Keeps the last outcomes of this many calls, on which other configs can be tried
		 * by {@link CircuitBreaker#outcomes()}: when each ended, how long it took,
		 * whether it succeeded, failed or was ignored, and the class of a failure; and
		 * how many calls were refused between them. Takes 16 bytes an outcome, allocated
		 * 256 outcomes at a time as they come, and makes breakers measure time. Each
		 * breaker keeps its own, those made by key too. What was kept stays while the
		 * number does. Default: off, nothing is kept.
		 * @param outcomes 1 to 1,000,000
		 * @return this builder
		 */
		public Builder recordOutcomes(int outcomes) {
			require(outcomes >= 1 && outcomes <= MOST_OUTCOMES, "recordOutcomes", outcomes,
					"must be from 1 to " + MOST_OUTCOMES + " outcomes");
			this.recordOutcomes = outcomes;
			return this;
		}

		/**
		 * No outcome is kept.
		 * @return this builder
		 */
		public Builder withoutRecordOutcomes() {
			this.recordOutcomes = null;
			return this;
		}

		/**
		 * The first state of a new breaker. Default: {@link State#CLOSED}.
		 * @param state any state
		 * @return this builder
		 */
		public Builder initialState(State state) {
			this.initialState = given("initialState", state);
			return this;
		}

		/**
		 * What counts as a failure: these and their subclasses. Where any record rule for
		 * exceptions is given, every other one is a success. Wrappers such as
		 * {@code CompletionException} are looked through. An interrupt, a cancellation
		 * and the refusal of a breaker further in count as nothing unless a class here is
		 * theirs, or one of their subclasses; {@code Exception} or {@code IOException} do
		 * not name them. Replaces what was given before. Default: none, every other
		 * {@code Throwable} is a failure.
		 * @param classes the classes; none at all takes the rule back
		 * @return this builder
		 */
		@SafeVarargs
		@SuppressWarnings("varargs") // List.of copies the array
		public final Builder recordExceptions(Class<? extends Throwable>... classes) {
			this.recordExceptions = classes("recordExceptions", classes);
			return this;
		}

		/**
		 * What counts as nothing: these and their subclasses. An ignore match wins over
		 * every record rule. Replaces what was given before. Default: none.
		 * @param classes the classes; none at all takes the rule back
		 * @return this builder
		 */
		@SafeVarargs
		@SuppressWarnings("varargs") // List.of copies the array
		public final Builder ignoreExceptions(Class<? extends Throwable>... classes) {
			this.ignoreExceptions = classes("ignoreExceptions", classes);
			return this;
		}

		/**
		 * What counts as a failure, beside {@link #recordExceptions}; of an exception
		 * that an interrupt led to, the interrupt is asked about. A rule that throws
		 * makes the call a failure, and is logged once a breaker. Default: none.
		 * @param rule true for a failure; {@code null} takes the rule back
		 * @return this builder
		 */
		public Builder recordException(@Nullable Predicate<? super Throwable> rule) {
			this.recordException = rule;
			return this;
		}

		/**
		 * What counts as nothing, beside {@link #ignoreExceptions}. A rule that throws
		 * makes the call a failure, and is logged once a breaker. Default: none.
		 * @param rule true for an exception to ignore; {@code null} takes the rule back
		 * @return this builder
		 */
		public Builder ignoreException(@Nullable Predicate<? super Throwable> rule) {
			this.ignoreException = rule;
			return this;
		}

		/**
		 * Which results count as a failure although the call returned; they reach the
		 * caller all the same. A rule that throws makes the call a failure, and is logged
		 * once a breaker. Default: none.
		 * @param rule true for a failure, asked about {@code null} results too;
		 * {@code null} takes the rule back
		 * @return this builder
		 */
		public Builder recordResult(@Nullable Predicate<@Nullable Object> rule) {
			this.recordResult = rule;
			return this;
		}

		/**
		 * What results and exceptions count as that carry what decides, such as an HTTP
		 * status. Ignore rules win over it, and it wins over record rules and
		 * {@link #recordResult}. An interrupt, a cancellation and the refusal of a
		 * breaker further in count as nothing, unless it ignores them. A rule that throws
		 * makes the call a failure, and is logged once a breaker. Default: none.
		 * @param rule the rule; {@code null} takes it back
		 * @return this builder
		 */
		public Builder outcomeRule(@Nullable OutcomeRule rule) {
			this.outcomeRule = rule;
			return this;
		}

		/**
		 * Whether the rules for exceptions look at all causes of an exception, up to 32
		 * deep, and not only through wrappers such as {@code CompletionException}: for
		 * libraries that translate what they catch. An ignore rule that matches anywhere
		 * in the chain wins; else a record rule that does makes a failure; of an
		 * {@link #outcomeRule} the outermost verdict holds. Default: {@code false}.
		 * @param match whether causes are looked at
		 * @return this builder
		 */
		public Builder matchCauses(boolean match) {
			this.matchCauses = match;
			return this;
		}

		/**
		 * Whether calls that are not permitted are refused. With {@code false} the
		 * breaker opens, waits, probes and closes as it would otherwise, commands
		 * included, and refuses no call in any state, {@link State#FORCED_OPEN} included:
		 * a call that is not permitted is made all the same. It is counted by
		 * {@link Snapshot#wouldRefuseTotal()}; its end goes into the totals and to the
		 * listeners, and neither into a window nor among the probes, so that changes of
		 * state are those of a breaker that refuses it. Default: {@code true}.
		 * @param enforce whether calls are refused
		 * @return this builder
		 */
		public Builder enforce(boolean enforce) {
			this.enforce = enforce;
			return this;
		}

		/**
		 * The health contributors whose status DOWN or OUT_OF_SERVICE is a
		 * {@linkplain CircuitBreaker#signal signal} to the breaker. For what looks at
		 * health, such as the Spring Boot starter: a breaker alone looks at none.
		 * Replaces what was given before. Default: none.
		 * @param names the names of the contributors, of one inside another as
		 * {@code outer/inner}; none at all takes the {@link #healthInterval} back, too
		 * @return this builder
		 */
		public Builder openWhenDown(String... names) {
			this.openWhenDown = names("openWhenDown", names);
			if (this.openWhenDown.isEmpty()) {
				this.healthInterval = null;
			}
			return this;
		}

		/**
		 * How often the health of {@link #openWhenDown} is looked at; a contributor that
		 * does not answer any more is believed for three times as long, or for two times
		 * and as long as it took to answer. Refused without {@link #openWhenDown}.
		 * Default: 10 seconds.
		 * @param duration 100 milliseconds or more
		 * @return this builder
		 */
		public Builder healthInterval(Duration duration) {
			require(given("healthInterval", duration).compareTo(SHORTEST_HEALTH_INTERVAL) >= 0, "healthInterval",
					duration, "must be 100ms or more");
			this.healthInterval = duration;
			return this;
		}

		/**
		 * The breakers that are {@linkplain CircuitBreaker#signal signalled} when this
		 * one opens, and for as long as it refuses calls; those that they name in their
		 * turn, too. For what knows all breakers by their names, such as the Spring Boot
		 * starter: a breaker alone tells none. Replaces what was given before. Default:
		 * none.
		 * @param names the names of breakers, or of groups, all of whose keys are meant;
		 * none at all takes it back
		 * @return this builder
		 */
		public Builder propagateTo(String... names) {
			this.propagateTo = names("propagateTo", names);
			return this;
		}

		/**
		 * The clock that decides: waits, holds, windows, what is slow. Only what is left
		 * after a restart, and a wait that the other side asks for by a date, go by
		 * {@link #clock}, and a {@link #timeLimit} by real time. Tests move it by hand. A
		 * clock that goes back is taken for one that stands still. Default:
		 * {@link System#nanoTime()}.
		 * @param nanoClock monotonic nanoseconds with any origin
		 * @return this builder
		 */
		public Builder nanoClock(LongSupplier nanoClock) {
			this.nanoClock = given("nanoClock", nanoClock);
			return this;
		}

		/**
		 * The clock for instants that are shown to people. All that it decides is how
		 * much time has passed since an {@linkplain CircuitBreaker#export() export}, and
		 * how far away a date is by which the other side asks for a
		 * {@linkplain OutcomeRule#waitAfter wait}. Default: the system's, in UTC.
		 * @param clock the clock
		 * @return this builder
		 */
		public Builder clock(Clock clock) {
			this.clock = given("clock", clock);
			return this;
		}

		/**
		 * Makes the config.
		 * @return an immutable config
		 * @throws InvalidCircuitBreakerConfigException when a value is out of the range
		 * that another one gives it
		 */
		public CircuitBreakerConfig build() {
			boolean countBased = this.slidingWindowType == SlidingWindowType.COUNT_BASED;
			int size = this.slidingWindowSize;
			if (countBased) {
				require(size <= MAX_WINDOW_OF_CALLS, "slidingWindowSize", size,
						"must be from 1 to " + MAX_WINDOW_OF_CALLS + " calls");
			}
			else {
				require(size <= MAX_WINDOW_OF_SECONDS, "slidingWindowSize", size,
						"must be from 1 to " + MAX_WINDOW_OF_SECONDS + " seconds", "slidingWindowType");
			}
			CircuitBreakerConfig config = new CircuitBreakerConfig(copy());
			int minimum = config.minimumNumberOfCalls();
			require(!countBased || minimum <= size, "minimumNumberOfCalls", minimum,
					"must be at most the " + size + " calls that the count-based window holds (slidingWindowSize)",
					"slidingWindowSize", "slidingWindowType");
			int permitted = config.permittedNumberOfCallsInHalfOpenState();
			Integer successes = this.successThresholdInHalfOpenState;
			if (successes != null && config.halfOpenProbes() == ProbeSource.CALLS) {
				require(successes <= permitted, "successThresholdInHalfOpenState", successes,
						"must be at most permittedNumberOfCallsInHalfOpenState (" + permitted + ")",
						permittedDependsOn());
			}
			require(!this.countHungCalls || this.slowCallDurationThreshold != null, "countHungCalls", true,
					"must be false unless slowCallDurationThreshold is set, which says when a call is slow",
					"slowCallDurationThreshold");
			Duration longest = this.maxWaitDurationInOpenState;
			if (longest != null) {
				require(longest.compareTo(this.waitDurationInOpenState) >= 0, "maxWaitDurationInOpenState", longest,
						"must not be shorter than waitDurationInOpenState (" + this.waitDurationInOpenState + ")",
						"waitDurationInOpenState");
			}
			requireRecovery();
			checkProbes(config);
			Duration interval = this.healthInterval;
			if (interval != null) {
				require(!this.openWhenDown.isEmpty(), "healthInterval", interval,
						"must not be given without openWhenDown, which names the health contributors to look at",
						"openWhenDown");
			}
			return config;
		}

		private void requireRecovery() {
			Duration ramp = this.recoveryRampDuration;
			Float start = this.recoveryRampStart;
			Duration stable = this.stableFor;
			Double factor = this.shareFactor;
			if (start != null) {
				require(ramp != null, "recoveryRampStart", start, "must not be set without recoveryRampDuration",
						"recoveryRampDuration");
			}
			if (ramp != null && stable != null) {
				require(stable.compareTo(ramp) >= 0, "stableFor", stable,
						"must not be shorter than recoveryRampDuration (" + ramp
								+ "), in which opening again counts as one more opening in a row",
						"recoveryRampDuration");
			}
			if (factor != null) {
				require(this.refuse == Refuse.SHARE, "shareFactor", factor, "must not be set unless refuse is SHARE",
						"refuse");
			}
		}

		private void checkProbes(CircuitBreakerConfig config) {
			Duration interval = this.probeInterval;
			Duration timeout = this.probeTimeout;
			String needsProbe = "needs probe to be set, or switched off";
			if (interval != null) {
				require(this.probe != null, "probeInterval", interval, needsProbe, "probe");
			}
			if (timeout != null) {
				require(this.probe != null, "probeTimeout", timeout, needsProbe, "probe");
			}
			if (config.probe() == null) {
				return;
			}
			require(config.halfOpenProbes() == ProbeSource.DARK, "halfOpenProbes", config.halfOpenProbes(),
					"must be DARK where probe is set", "probe");
			require(interval != null || !this.waitDurationInOpenState.isZero(), "probe", config.probe(),
					"needs probeInterval where waitDurationInOpenState is zero, or one probe would follow the other without a pause",
					"probeInterval", "waitDurationInOpenState");
			Duration longest = this.maxWaitDurationInOpenState;
			if (interval != null && longest != null) {
				require(interval.compareTo(longest) <= 0, "probeInterval", interval,
						"must not be longer than maxWaitDurationInOpenState (" + longest + ")",
						"maxWaitDurationInOpenState");
			}
			Duration lease = this.maxWaitDurationInHalfOpenState;
			if (timeout != null) {
				require(timeout.compareTo(lease) <= 0, "probeTimeout", timeout,
						"must not be longer than maxWaitDurationInHalfOpenState (" + lease + ")",
						"maxWaitDurationInHalfOpenState");
			}
		}

		/** The thresholds decide its default. */
		private String[] permittedDependsOn() {
			String permitted = "permittedNumberOfCallsInHalfOpenState";
			boolean byDefault = this.permittedNumberOfCallsInHalfOpenState == null
					&& this.consecutiveFailureThreshold != null;
			return byDefault ? new String[] { permitted, "consecutiveFailureThreshold", "failureRateThreshold" }
					: new String[] { permitted };
		}

		private static float percent(String property, double value) {
			float percent = (float) value;
			require(percent > 0 && value <= 100, property, value, "must be above 0 and at most 100 percent");
			return percent;
		}

		private static int atLeastOne(String property, int value) {
			require(value >= 1, property, value, "must be 1 or more");
			return value;
		}

		private static Duration aboveZero(String property, Duration value) {
			require(!given(property, value).isNegative() && !value.isZero(), property, value, "must be above zero");
			return value;
		}

		private static Duration notNegative(String property, Duration value) {
			require(!given(property, value).isNegative(), property, value, "must be zero or more");
			return value;
		}

		private static List<Class<? extends Throwable>> classes(String property, Class<? extends Throwable>[] classes) {
			for (Class<? extends Throwable> type : given(property, classes)) {
				given(property, type);
			}
			return List.of(classes);
		}

		private static List<String> names(String property, String[] names) {
			for (String name : given(property, names)) {
				require(!given(property, name).isBlank(), property, name, "must not have an empty name");
			}
			return List.of(names);
		}

		private static <T> T given(String property, @Nullable T value) {
			if (value == null) {
				throw new InvalidCircuitBreakerConfigException(property, null, "must be given");
			}
			return value;
		}

		private static void require(boolean valid, String property, Object value, String requirement,
				String... others) {
			if (!valid) {
				throw new InvalidCircuitBreakerConfigException(property, value, requirement, others);
			}
		}

	}

}
