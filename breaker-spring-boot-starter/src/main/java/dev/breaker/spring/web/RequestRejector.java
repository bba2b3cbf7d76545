package dev.breaker.spring.web;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Signal;
import dev.breaker.StandingCommand;
import dev.breaker.State;
import dev.breaker.spring.http.HttpServerEntry;
import org.jspecify.annotations.Nullable;

/**
 * Says which requests are answered before their handlers run: those of an entry whose
 * breaker refuses calls at this moment. No permit is taken, no refusal is counted by the
 * breaker, and none is made. Of breakers made by key, whose key is not known before the
 * handler runs, it is a command to all of them that refuses calls, or a signal to all of
 * them while no command to all lets calls pass. Safe for use by many threads.
 */
public final class RequestRejector {

	private final List<HttpServerEntry> entries;

	private final CircuitBreakerRegistry registry;

	private final Map<String, LongAdder> rejected;

	/**
	 * Creates a rejector.
	 * @param entries which requests depend on which breaker; all that match are asked
	 * @param registry where the breakers are
	 */
	public RequestRejector(List<HttpServerEntry> entries, CircuitBreakerRegistry registry) {
		this.entries = List.copyOf(entries);
		this.registry = registry;
		Map<String, LongAdder> counters = new LinkedHashMap<>();
		this.entries.forEach((entry) -> counters.putIfAbsent(entry.breaker(), new LongAdder()));
		this.rejected = counters;
	}

	/**
	 * The breakers that requests depend on.
	 * @return their names, as in the entries
	 */
	public Set<String> breakers() {
		return Set.copyOf(this.rejected.keySet());
	}

	/**
	 * How many requests were answered since the start, while a breaker refused calls.
	 * @param breaker the name of the breaker, as in the entries
	 * @return the number; zero for a name of no entry
	 */
	public long rejected(String breaker) {
		LongAdder counter = this.rejected.get(breaker);
		return (counter != null) ? counter.sum() : 0;
	}

	/**
	 * The answer to a request that is rejected, which is counted.
	 * @param method the method
	 * @param path the decoded path within the application, without the query
	 * @param uri the path as the client wrote it
	 * @return the answer, or {@code null} for a request that passes
	 */
	@Nullable RefusalProblem reject(String method, String path, String uri) {
		for (HttpServerEntry entry : this.entries) {
			RefusalProblem problem = entry.matches(method, path) ? problem(entry.breaker(), uri) : null;
			LongAdder counter = (problem != null) ? this.rejected.get(entry.breaker()) : null;
			if (counter != null) {
				counter.increment();
				return problem;
			}
		}
		return null;
	}

	private @Nullable RefusalProblem problem(String name, String uri) {
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		if (breaker != null && !breaker.permits()) {
			return RefusalProblem.of(name, breaker.state(), breaker.retryAfter(), uri);
		}
		CircuitBreakerGroup group = this.registry.findGroup(name).orElse(null);
		return (group != null && group.config().enforce()) ? problem(group, uri) : null;
	}

	private static @Nullable RefusalProblem problem(CircuitBreakerGroup group, String uri) {
		StandingCommand standing = group.standingCommand().orElse(null);
		Duration signalled = signalled(group);
		if (standing == null) {
			return signalled.isZero() ? null : RefusalProblem.of(group.name(), State.OPEN, signalled, uri);
		}
		State state = standing.command().state();
		if (!state.refuses()) {
			return null;
		}
		Duration left = left(standing.until(), group);
		boolean prolonged = state == State.OPEN && signalled.compareTo(left) > 0;
		return RefusalProblem.of(group.name(), state, prolonged ? signalled : left, uri);
	}

	/** How long the last signal to all keys lives; zero where none does. */
	private static Duration signalled(CircuitBreakerGroup group) {
		Duration longest = Duration.ZERO;
		for (Signal signal : group.signals()) {
			longest = (signal.remaining().compareTo(longest) > 0) ? signal.remaining() : longest;
		}
		return longest;
	}

	private static Duration left(@Nullable Instant until, CircuitBreakerGroup group) {
		if (until == null) {
			return Duration.ZERO;
		}
		try {
			Duration left = Duration.between(group.config().clock().instant(), until);
			return left.isNegative() ? Duration.ZERO : left;
		}
		catch (Throwable ex) {
			// A clock of the application's own
			return Duration.ZERO;
		}
	}

}
