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
		return this.set.waitDurationJitter;
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
	 * See {@link Builder#timeLimit}.
	 * @return the longest that an asynchronous call may take, or {@code null} where there
	 * is no limit
	 */
	public @Nullable Duration timeLimit() {
		return this.set.timeLimit;
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
				+ slowCallRateThreshold() + ", waitDurationInOpenState=" + waitDurationInOpenState()
				+ ", waitDurationMultiplier=" + waitDurationMultiplier() + ", maxWaitDurationInOpenState="
				+ maxWaitDurationInOpenState() + ", waitDurationJitter=" + waitDurationJitter()
				+ ", permittedNumberOfCallsInHalfOpenState=" + permittedNumberOfCallsInHalfOpenState()
				+ ", successThresholdInHalfOpenState=" + successThresholdInHalfOpenState()
				+ ", maxWaitDurationInHalfOpenState=" + maxWaitDurationInHalfOpenState() + ", timeLimit=" + timeLimit()
				+ ", initialState=" + initialState() + ", recordExceptions=" + recordExceptions()
				+ ", ignoreExceptions=" + ignoreExceptions() + ", recordException=" + recordException()
				+ ", ignoreException=" + ignoreException() + ", recordResult=" + recordResult() + ", outcomeRule="
				+ outcomeRule() + ", matchCauses=" + matchCauses() + ", openWhenDown=" + openWhenDown()
				+ ", healthInterval=" + healthInterval() + ", propagateTo=" + propagateTo() + ", nanoClock="
				+ nanoClock() + ", clock=" + clock() + "]";
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

		private Duration waitDurationInOpenState = Duration.ofSeconds(60);

		private double waitDurationMultiplier = 1.0;

		private @Nullable Duration maxWaitDurationInOpenState;

		private double waitDurationJitter;

		private @Nullable Integer permittedNumberOfCallsInHalfOpenState;

		private @Nullable Integer successThresholdInHalfOpenState;

		private Duration maxWaitDurationInHalfOpenState = Duration.ofSeconds(60);

		private @Nullable Duration timeLimit;

		private State initialState = State.CLOSED;

		private List<Class<? extends Throwable>> recordExceptions = List.of();

		private List<Class<? extends Throwable>> ignoreExceptions = List.of();

		private @Nullable Predicate<? super Throwable> recordException;

		private @Nullable Predicate<? super Throwable> ignoreException;

		private @Nullable Predicate<@Nullable Object> recordResult;

		private @Nullable OutcomeRule outcomeRule;

		private boolean matchCauses;

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
		 * The wait grows by this factor with each further opening in a row; closing ends
		 * the row. Default: 1, always the same wait.
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
		 * at once: 0.2 gives between 80 and 120 percent of it. Default: 0, no spread.
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
		 * does not answer is believed for three times as long. Refused without
		 * {@link #openWhenDown}. Default: 10 seconds.
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
		 * The only clock that decides anything. Tests move it by hand. A clock that goes
		 * back is taken for one that stands still. Default: {@link System#nanoTime()}.
		 * @param nanoClock monotonic nanoseconds with any origin
		 * @return this builder
		 */
		public Builder nanoClock(LongSupplier nanoClock) {
			this.nanoClock = given("nanoClock", nanoClock);
			return this;
		}

		/**
		 * The clock for instants that are shown to people; it decides nothing. Default:
		 * the system's, in UTC.
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
			if (successes != null) {
				require(successes <= permitted, "successThresholdInHalfOpenState", successes,
						"must be at most permittedNumberOfCallsInHalfOpenState (" + permitted + ")",
						permittedDependsOn());
			}
			Duration longest = this.maxWaitDurationInOpenState;
			if (longest != null) {
				require(longest.compareTo(this.waitDurationInOpenState) >= 0, "maxWaitDurationInOpenState", longest,
						"must not be shorter than waitDurationInOpenState (" + this.waitDurationInOpenState + ")",
						"waitDurationInOpenState");
			}
			Duration interval = this.healthInterval;
			if (interval != null) {
				require(!this.openWhenDown.isEmpty(), "healthInterval", interval,
						"must not be given without openWhenDown, which names the health contributors to look at",
						"openWhenDown");
			}
			return config;
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
