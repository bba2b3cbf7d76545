package dev.breaker.spring.signal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.Signal;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

/**
 * Signals the breakers that {@code propagate-to} of another one names while that refuses
 * calls for a reason of its own, and those that they name in their turn. A breaker that
 * is open only since others are tells none: each breaker hears of each cause once, from
 * where it is, and breakers that name each other in a circle do not keep each other open.
 *
 * <p>
 * Safe for use by many threads.
 */
public final class SignalPropagation implements CircuitBreakerListener {

	private static final String SOURCE = "circuit breaker ";

	private static final int MOST_NAME = 200;

	/** For a state that time does not end: the next state clears the signal. */
	private static final Duration HELD = Duration.ofDays(365);

	private final CircuitBreakerRegistry registry;

	private final NamedSignals signals;

	/** Which names a breaker has told that it refuses calls. */
	private final Map<CircuitBreaker, Set<String>> told = Collections.synchronizedMap(new WeakHashMap<>());

	/**
	 * Creates a listener.
	 * @param registry the breakers
	 */
	public SignalPropagation(CircuitBreakerRegistry registry) {
		this.registry = registry;
		this.signals = new NamedSignals(registry);
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		tell(breaker);
	}

	@Override
	public void onSignal(CircuitBreaker breaker, Signal signal) {
		if (!isPropagated(signal.source())) {
			tell(breaker);
		}
	}

	/** Of two threads, the one that looks last tells what holds. */
	private void tell(CircuitBreaker breaker) {
		if (breaker.config().propagateTo().isEmpty() && !this.told.containsKey(breaker)) {
			return;
		}
		boolean refuses;
		do {
			Snapshot snapshot = breaker.snapshot();
			Duration left = ownTime(breaker, snapshot);
			refuses = !left.isZero();
			Set<String> named = refuses ? reachable(breaker) : Set.of();
			Set<String> before = named.isEmpty() ? this.told.remove(breaker) : this.told.put(breaker, named);
			String source = source(breaker.name());
			for (String name : named) {
				this.signals.signal(name, source, reason(snapshot), left);
			}
			for (String name : (before != null) ? before : Set.<String>of()) {
				if (!named.contains(name)) {
					this.signals.clear(name, source);
				}
			}
		}
		while (refuses == ownTime(breaker, breaker.snapshot()).isZero());
	}

	/** All names that are told, but for its own. */
	private Set<String> reachable(CircuitBreaker breaker) {
		Set<String> found = new LinkedHashSet<>();
		Deque<List<String>> open = new ArrayDeque<>();
		open.add(breaker.config().propagateTo());
		CircuitBreakerGroup group = breaker.group();
		while (!open.isEmpty()) {
			for (String name : open.remove()) {
				boolean itself = name.equals(breaker.name()) || (group != null && name.equals(group.name()));
				if (!itself && found.add(name)) {
					this.registry.find(name).ifPresent((next) -> open.add(next.config().propagateTo()));
					this.registry.findGroup(name).ifPresent((next) -> open.add(next.config().propagateTo()));
				}
			}
		}
		return found;
	}

	/**
	 * For how long it refuses calls for reasons of its own; zero where it has none. What
	 * others have told it is left out, or two that tell each other would never end.
	 */
	private static Duration ownTime(CircuitBreaker breaker, Snapshot snapshot) {
		if (!breaker.config().enforce()) {
			return Duration.ZERO;
		}
		if (snapshot.state() == State.FORCED_OPEN) {
			return snapshot.retryAfter().isZero() ? HELD : snapshot.retryAfter();
		}
		if (snapshot.state() != State.OPEN) {
			return Duration.ZERO;
		}
		Duration ofOthers = Duration.ZERO;
		Duration own = Duration.ZERO;
		for (Signal signal : snapshot.signals()) {
			if (isPropagated(signal.source())) {
				ofOthers = longer(ofOthers, signal.remaining());
			}
			else {
				own = longer(own, signal.remaining());
			}
		}
		if (own.isZero() && isOpenedByOthers(snapshot.lastChange())) {
			return Duration.ZERO;
		}
		return longer(own, snapshot.retryAfter().minus(ofOthers));
	}

	private static boolean isOpenedByOthers(@Nullable StateChange change) {
		String source = (change != null && change.reason() == Reason.SIGNAL) ? change.actor() : null;
		return source != null && isPropagated(source);
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) >= 0) ? one : other;
	}

	private static String reason(Snapshot snapshot) {
		StateChange change = snapshot.lastChange();
		String state = "is " + snapshot.state();
		if (change == null) {
			return state;
		}
		return state + " (" + change.reason() + ((change.comment() != null) ? ": " + change.comment() : "") + ")";
	}

	private static boolean isPropagated(String source) {
		return source.startsWith(SOURCE);
	}

	private static String source(String name) {
		return SOURCE + ((name.length() <= MOST_NAME) ? name
				: name.substring(0, MOST_NAME) + "~" + Integer.toHexString(name.hashCode()));
	}

}
