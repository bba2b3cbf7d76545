package dev.breaker.test;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.SlidingWindowType;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateCommand;
import org.jspecify.annotations.Nullable;

/**
 * Finds circuit breakers and brings them into the state that a test begins with. What
 * cannot be done is an {@link AssertionError} that says why, and what to do.
 */
public final class CircuitBreakers {

	private CircuitBreakers() {
	}

	/**
	 * The breaker of that name. Unlike {@link CircuitBreakerRegistry#get(String)} it
	 * makes none, so that a misspelled name fails the test.
	 * @param registry where to look
	 * @param name the exact name; {@code name:key} for the breaker of a key
	 * @return the breaker
	 * @throws AssertionError if there is none; the message names the nearest
	 */
	public static CircuitBreaker named(CircuitBreakerRegistry registry, String name) {
		return registry.find(name).orElseThrow(() -> unknown(registry, name));
	}

	/**
	 * Opens a breaker by command, as if its rules had said so, for the wait of its
	 * config. The name of a group opens all of its keys, those that come while it holds
	 * too; {@code group:key} opens the breaker of that key, which is made where it is
	 * missing.
	 * @param registry where to look
	 * @param name the exact name
	 * @throws AssertionError if there is neither a breaker nor a group of that name,
	 * where the message names the nearest; if the name can be a key of several groups; or
	 * if the key has no place of its own
	 */
	public static void open(CircuitBreakerRegistry registry, String name) {
		Optional<CircuitBreakerGroup> group = registry.findGroup(name);
		group.ifPresent((found) -> found.apply(StateCommand.to(State.OPEN)));
		Optional<CircuitBreaker> breaker = registry.find(name).or(() -> ofKey(registry, name));
		breaker.ifPresent(CircuitBreaker::open);
		if (group.isEmpty() && breaker.isEmpty()) {
			throw unknown(registry, name);
		}
	}

	private static Optional<CircuitBreaker> ofKey(CircuitBreakerRegistry registry, String name) {
		List<CircuitBreakerGroup> groups = registry.groups()
			.stream()
			.filter((group) -> name.startsWith(group.name() + ":"))
			.sorted(Comparator.comparing(CircuitBreakerGroup::name))
			.toList();
		if (groups.size() > 1) {
			throw new AssertionError("'" + name + "' is no single key: "
					+ groups.stream()
						.map((group) -> "'" + key(group, name) + "' of '" + group.name() + "'")
						.collect(Collectors.joining(" or "))
					+ ". Open the breaker itself: registry.findGroup(GROUP).orElseThrow().get(KEY).open()");
		}
		return groups.stream().findFirst().map((group) -> {
			CircuitBreaker breaker = group.get(key(group, name));
			if (group.overflow().filter((shared) -> shared == breaker).isPresent()) {
				throw new AssertionError("'" + key(group, name) + "' has no breaker of its own: all " + group.limit()
						+ " places of '" + group.name() + "' are in use, and it shares '" + breaker.name()
						+ "'. Raise the limit, or end the calls and commands of other keys");
			}
			return breaker;
		});
	}

	private static String key(CircuitBreakerGroup group, String name) {
		return name.substring(group.name().length() + 1);
	}

	/**
	 * Brings all breakers and groups back to where they began: the initial state of their
	 * config, an empty window, totals of zero, no command that holds. Clocks and configs
	 * stay as they are, and so do listeners.
	 * @param registry the registry whose breakers are reset
	 */
	public static void reset(CircuitBreakerRegistry registry) {
		registry.groups().forEach((group) -> group.apply(StateCommand.reset()));
		for (CircuitBreaker breaker : registry.all()) {
			State initial = breaker.config().initialState();
			if (breaker.group() == null && (initial == State.CLOSED || !isUnused(breaker.snapshot(), initial))) {
				breaker.reset();
			}
			if (initial != State.CLOSED) {
				breaker.apply(StateCommand.to(initial));
			}
		}
	}

	/** A reset would be two changes of state that lead to where it is. */
	private static boolean isUnused(Snapshot snapshot, State initial) {
		return snapshot.state() == initial
				&& snapshot.notPermittedCallsTotal() + snapshot.wouldRefuseTotal() + recorded(snapshot) == 0;
	}

	/**
	 * Makes calls that throw until the breaker is OPEN by its own rules. They are
	 * recorded, and listeners hear of them. It takes no time, and so they are not slow.
	 * @param breaker a breaker that is CLOSED or HALF_OPEN
	 * @param thrown what the calls throw
	 * @throws AssertionError if the rules of the breaker do not count it as a failure, or
	 * do not open for failures, or its state lets nothing open it; the message says what
	 * to do
	 */
	public static void trip(CircuitBreaker breaker, Throwable thrown) {
		Snapshot before = breaker.snapshot();
		if (before.state() != State.CLOSED && before.state() != State.HALF_OPEN) {
			throw untrippable(breaker, "its state is " + before.state(),
					"Reset or close it before, or open it by open()");
		}
		for (long left = mostFailures(breaker.config(), before); left > 0; left--) {
			Permit permit = breaker.tryAcquire();
			if (permit == null) {
				break;
			}
			long failures = breaker.snapshot().failedCallsTotal();
			permit.failure(thrown, 0);
			Snapshot after = breaker.snapshot();
			if (after.failedCallsTotal() == failures) {
				throw uncounted(breaker, thrown, before, after);
			}
			if (after.state() == State.OPEN) {
				return;
			}
		}
		if (breaker.state() != State.OPEN) {
			throw untrippable(breaker, "its rules do not open for failures",
					"Set failureRateThreshold or consecutiveFailureThreshold, reset() a window that is full of "
							+ "successes, or open it by open()");
		}
	}

	/** With as many failures it is open, or it never is. */
	private static long mostFailures(CircuitBreakerConfig config, Snapshot snapshot) {
		long most = config.slidingWindowSize();
		Float threshold = config.failureRateThreshold();
		if (config.slidingWindowType() == SlidingWindowType.TIME_BASED && threshold != null && threshold < 100) {
			int successes = snapshot.bufferedCalls() - snapshot.failedCalls();
			most = Math.max(config.minimumNumberOfCalls(),
					(long) Math.ceil(successes * threshold / (100.0 - threshold)) + 1);
		}
		most = Math.max(most, config.minimumNumberOfCalls());
		Integer inARow = config.consecutiveFailureThreshold();
		most = Math.max(most, (inARow != null) ? inARow : 0);
		return Math.max(most, config.permittedNumberOfCallsInHalfOpenState());
	}

	private static AssertionError uncounted(CircuitBreaker breaker, Throwable thrown, Snapshot before, Snapshot after) {
		String type = thrown.getClass().getName();
		if (after.ignoredCallsTotal() > before.ignoredCallsTotal()) {
			return untrippable(breaker, "its rules ignore a " + type,
					"Choose an exception that they count, or take it out of ignoreExceptions or ignoreException");
		}
		if (after.successfulCallsTotal() > before.successfulCallsTotal()) {
			return untrippable(breaker, "its rules count a " + type + " as a success, since no record rule names it",
					"Choose an exception that they count, or add it to recordExceptions or recordException");
		}
		return untrippable(breaker, "a " + type + " counts as nothing, as an interrupt, a cancellation or a refusal",
				"Choose an exception that they count, or name it in recordExceptions");
	}

	private static AssertionError untrippable(CircuitBreaker breaker, String reason, String remedy) {
		return new AssertionError("Circuit breaker '" + breaker.name() + "' cannot be tripped: " + reason + ". "
				+ remedy + ".\n" + Description.of(breaker.snapshot()));
	}

	/**
	 * Waits until a breaker has recorded as many results, for calls that end on other
	 * threads. They are counted since the breaker was made or reset, so that it does not
	 * matter how many came before this moment. Those awaited here are in the window, too,
	 * and the state is what they made of it.
	 * @param breaker the breaker
	 * @param results how many successes, failures and ignored calls together
	 * @param timeout how long to wait for them at most, in real time
	 * @throws AssertionError if they do not come in time, or the thread is interrupted
	 * @see RecordingListener#awaitCalls
	 */
	public static void awaitRecorded(CircuitBreaker breaker, long results, Duration timeout) {
		Results news = new Results();
		long deadline = System.nanoTime() + timeout.toNanos();
		breaker.addListener(news);
		try {
			long missing = results - recorded(breaker.snapshot());
			while (missing > 0) {
				// Heard after they were recorded in full; counted before
				int permits = (int) Math.min(missing, Integer.MAX_VALUE);
				if (!news.arrived.tryAcquire(permits, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
					Snapshot snapshot = breaker.snapshot();
					throw new AssertionError("Circuit breaker '" + breaker.name() + "' recorded " + recorded(snapshot)
							+ " of " + results + " results within " + timeout + ".\n" + Description.of(snapshot));
				}
				missing = results - recorded(breaker.snapshot());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(
					"Interrupted while waiting for " + results + " results of circuit breaker '" + breaker.name() + "'",
					ex);
		}
		finally {
			breaker.removeListener(news);
		}
	}

	private static long recorded(Snapshot snapshot) {
		return snapshot.successfulCallsTotal() + snapshot.failedCallsTotal() + snapshot.ignoredCallsTotal();
	}

	private static AssertionError unknown(CircuitBreakerRegistry registry, String name) {
		Collection<String> names = new TreeSet<>();
		registry.all().forEach((breaker) -> names.add(breaker.name()));
		registry.groups().forEach((group) -> names.add(group.name()));
		String message = "There is no circuit breaker '" + name + "'. ";
		if (registry.findGroup(name).isPresent()) {
			message += "There is a group of that name, with a breaker for each key called '" + name + ":KEY'. ";
		}
		else if (!names.isEmpty()) {
			message += "Did you mean '" + Nearest.of(name, names) + "'? ";
		}
		return new AssertionError(message + "There are: " + (names.isEmpty() ? "none" : String.join(", ", names)));
	}

	/** Counts the results that it hears. */
	private static final class Results implements CircuitBreakerListener {

		final Semaphore arrived = new Semaphore(0);

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			this.arrived.release();
		}

		@Override
		public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
			this.arrived.release();
		}

		@Override
		public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
			this.arrived.release();
		}

		@Override
		public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
			this.arrived.release();
		}

	}

}
