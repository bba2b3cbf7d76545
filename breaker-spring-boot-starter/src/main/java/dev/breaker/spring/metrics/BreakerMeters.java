package dev.breaker.spring.metrics;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Reason;
import dev.breaker.Snapshot;
import dev.breaker.State;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one name in one meter registry, made once, so that a call looks nothing
 * up. The breakers made by key under that name share them, and the one of that name
 * itself: counters and timers add up, {@code breaker.state} says how many of them are in
 * a state, rates are those of all their windows together.
 */
final class BreakerMeters {

	private static final double NANOS = 1e9;

	/**
	 * The ways that a breaker goes by itself are there from the start, others once they
	 * were gone.
	 */
	private static final List<Tags> TRANSITIONS = List.of(way(State.CLOSED, State.OPEN, Reason.FAILURE_RATE),
			way(State.CLOSED, State.OPEN, Reason.SLOW_CALL_RATE),
			way(State.CLOSED, State.OPEN, Reason.CONSECUTIVE_FAILURES),
			way(State.OPEN, State.HALF_OPEN, Reason.WAIT_ELAPSED),
			way(State.HALF_OPEN, State.CLOSED, Reason.PROBES_SUCCEEDED),
			way(State.HALF_OPEN, State.OPEN, Reason.PROBES_FAILED),
			way(State.HALF_OPEN, State.OPEN, Reason.PROBES_LOST));

	private static final Tags SUCCESS = Tags.of("outcome", "success");

	private static final Tags FAILURE = Tags.of("outcome", "failure");

	private static final Tags IGNORED = Tags.of("outcome", "ignored");

	private final MeterRegistry registry;

	private final Tags name;

	private final Set<CircuitBreaker> breakers = ConcurrentHashMap.newKeySet();

	private final Set<Meter> registered = new LinkedHashSet<>();

	private boolean removed;

	final Timer success;

	final Timer failure;

	final Timer ignored;

	final Counter slow;

	final Counter notPermitted;

	final Counter wouldRefuse;

	final Counter fallbackSuccess;

	final Counter fallbackFailure;

	BreakerMeters(MeterRegistry registry, String name) {
		this.registry = registry;
		this.name = Tags.of("name", name);
		this.success = calls(SUCCESS);
		this.failure = calls(FAILURE);
		this.ignored = calls(IGNORED);
		this.slow = counter("breaker.calls.slow", "Recorded calls that took longer than the slow-call threshold");
		this.notPermitted = counter("breaker.calls.not.permitted", "Calls that the circuit breaker refused");
		this.wouldRefuse = counter("breaker.calls.would.refuse",
				"Calls that the circuit breaker would have refused if it was enforced");
		this.fallbackSuccess = fallbacks(SUCCESS);
		this.fallbackFailure = fallbacks(FAILURE);
		for (State state : State.values()) {
			gauge("breaker.state", "1 for the present state; of breakers made by key, how many are in it",
					(all) -> all.stream().filter((breaker) -> breaker.state() == state).count(),
					Tags.of("state", tag(state)));
		}
		gauge("breaker.enforced", "1 where calls are refused; of breakers made by key, of how many they are",
				(all) -> all.stream().filter((breaker) -> breaker.config().enforce()).count());
		gauge("breaker.failure.rate", "Failed calls in percent of the window", percent(Snapshot::failedCalls));
		gauge("breaker.slow.call.rate", "Slow calls in percent of the window", percent(Snapshot::slowCalls));
		gauge("breaker.failure.rate.threshold", "The failure rate in percent that opens the circuit breaker",
				lowest((config) -> numberOf(config.failureRateThreshold())));
		gauge("breaker.slow.call.rate.threshold", "The slow-call rate in percent that opens the circuit breaker",
				lowest((config) -> (config.slowCallDurationThreshold() != null) ? config.slowCallRateThreshold()
						: Double.NaN));
		gauge("breaker.window.calls", "Calls in the window",
				(all) -> all.stream().mapToLong((breaker) -> breaker.snapshot().bufferedCalls()).sum());
		gauge("breaker.calls.in.flight", "Calls under way, where count-hung-calls is on",
				(all) -> all.stream().mapToLong((breaker) -> breaker.snapshot().inFlight()).sum());
		gauge("breaker.calls.until.evaluated", "How many more recorded calls it takes until the rates are judged",
				(all) -> all.stream()
					.mapToDouble((breaker) -> breaker.snapshot().callsUntilEvaluated())
					.min()
					.orElse(Double.NaN));
		gauge("breaker.admitted.share", "Calls in percent that are admitted while the circuit breaker is closed",
				(all) -> all.stream()
					.mapToDouble((breaker) -> breaker.snapshot().admittedShare())
					.min()
					.orElse(Double.NaN));
		for (State state : State.values()) {
			timeGauge("breaker.state.duration", "Time since the present state began, zero for the others",
					(all) -> longest(all, (breaker) -> timeIn(breaker, state)), Tags.of("state", tag(state)));
		}
		timeGauge("breaker.retry.after", "Time until a probe may pass",
				(all) -> longest(all, (breaker) -> breaker.snapshot().retryAfter()), Tags.empty());
		gauge("breaker.signals", "Signals from elsewhere that live",
				(all) -> all.stream().mapToLong((breaker) -> breaker.snapshot().signals().size()).sum());
		TRANSITIONS.forEach(this::transition);
	}

	void add(CircuitBreaker breaker) {
		this.breakers.add(breaker);
	}

	void remove(CircuitBreaker breaker) {
		this.breakers.remove(breaker);
	}

	boolean isEmpty() {
		return this.breakers.isEmpty();
	}

	// A change that is told late must not bring back what was unregistered.
	synchronized void countTransition(State from, State to, Reason reason) {
		if (!this.removed) {
			transition(way(from, to, reason)).increment();
		}
	}

	synchronized void unregister() {
		this.removed = true;
		this.registered.forEach(this.registry::remove);
		this.registered.clear();
	}

	private Counter transition(Tags way) {
		return counter("breaker.state.transitions", "Changes of state", way);
	}

	private Timer calls(Tags outcome) {
		return registered(Timer.builder("breaker.calls")
			.description("Recorded and ignored calls")
			.tags(this.name.and(outcome))
			.register(this.registry));
	}

	private Counter fallbacks(Tags outcome) {
		return counter("breaker.fallbacks", "Fallbacks that ran", outcome);
	}

	private Counter counter(String meter, String description) {
		return counter(meter, description, Tags.empty());
	}

	private Counter counter(String meter, String description, Tags tags) {
		return registered(
				Counter.builder(meter).description(description).tags(this.name.and(tags)).register(this.registry));
	}

	private void gauge(String meter, String description, ToDoubleFunction<Set<CircuitBreaker>> value) {
		gauge(meter, description, value, Tags.empty());
	}

	private void gauge(String meter, String description, ToDoubleFunction<Set<CircuitBreaker>> value, Tags tags) {
		registered(Gauge.builder(meter, this.breakers, value)
			.description(description)
			.tags(this.name.and(tags))
			.strongReference(true)
			.register(this.registry));
	}

	private void timeGauge(String meter, String description, ToDoubleFunction<Set<CircuitBreaker>> seconds, Tags tags) {
		registered(TimeGauge.builder(meter, this.breakers, TimeUnit.SECONDS, seconds)
			.description(description)
			.tags(this.name.and(tags))
			.strongReference(true)
			.register(this.registry));
	}

	private <M extends Meter> M registered(M meter) {
		this.registered.add(meter);
		return meter;
	}

	private static ToDoubleFunction<Set<CircuitBreaker>> percent(ToLongFunction<Snapshot> part) {
		return (all) -> {
			List<Snapshot> snapshots = all.stream().map(CircuitBreaker::snapshot).toList();
			double whole = snapshots.stream().mapToLong(Snapshot::bufferedCalls).sum();
			return 100.0 * snapshots.stream().mapToLong(part).sum() / whole;
		};
	}

	/** The lowest of a name's thresholds, NaN where it is off. */
	private static ToDoubleFunction<Set<CircuitBreaker>> lowest(ToDoubleFunction<CircuitBreakerConfig> threshold) {
		return (all) -> all.stream()
			.mapToDouble((breaker) -> threshold.applyAsDouble(breaker.config()))
			.filter((value) -> !Double.isNaN(value))
			.min()
			.orElse(Double.NaN);
	}

	private static double numberOf(@Nullable Float threshold) {
		return (threshold != null) ? threshold : Double.NaN;
	}

	/** In seconds, zero where there is no breaker. */
	private static double longest(Set<CircuitBreaker> all, Function<CircuitBreaker, Duration> duration) {
		return all.stream().map(duration).max(Comparator.naturalOrder()).orElse(Duration.ZERO).toNanos() / NANOS;
	}

	private static Duration timeIn(CircuitBreaker breaker, State state) {
		Snapshot snapshot = breaker.snapshot();
		if (snapshot.state() != state) {
			return Duration.ZERO;
		}
		Duration elapsed = Duration.between(snapshot.since(), breaker.config().clock().instant());
		return elapsed.isNegative() ? Duration.ZERO : elapsed;
	}

	private static Tags way(State from, State to, Reason reason) {
		return Tags.of("from", tag(from), "to", tag(to), "reason", tag(reason));
	}

	private static String tag(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
