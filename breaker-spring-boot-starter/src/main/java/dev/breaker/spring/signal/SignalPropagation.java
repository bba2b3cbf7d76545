package dev.breaker.spring.signal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Predicate;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.Reason;
import dev.breaker.Signal;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Signals the breakers that {@code propagate-to} of another one names while that refuses
 * calls for a reason of its own, and those that they name in their turn. A breaker that
 * is open only since others are tells none: each breaker hears of each cause once, from
 * where it is, and breakers that name each other in a circle do not keep each other open.
 *
 * <p>
 * Breakers and groups that are made later are told as soon as they are there; the signals
 * of a breaker that is removed, and of all when this is destroyed, are taken back. A
 * config that code gives to one breaker alone is found with the next news of it.
 *
 * <p>
 * Safe for use by many threads.
 */
public final class SignalPropagation
		implements CircuitBreakerListener, CircuitBreakerRegistryListener, SmartInitializingSingleton, DisposableBean {

	private static final String SOURCE = "circuit breaker ";

	private static final int MOST_NAME = 200;

	/** For a state that time does not end: the next state clears the signal. */
	private static final Duration HELD = Duration.ofDays(365);

	private final CircuitBreakerRegistry registry;

	private final NamedSignals signals;

	/** Which names a breaker has told that it refuses calls. */
	private final Map<CircuitBreaker, Set<String>> told = Collections.synchronizedMap(new WeakHashMap<>());

	private volatile boolean destroyed;

	/**
	 * Creates a listener.
	 * @param registry the breakers
	 */
	public SignalPropagation(CircuitBreakerRegistry registry) {
		this.registry = registry;
		this.signals = new NamedSignals(registry);
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.registry.addRegistryListener(this);
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		tell(breaker, (name) -> true);
	}

	@Override
	public void onSignal(CircuitBreaker breaker, Signal signal) {
		if (!isPropagated(signal.source())) {
			tell(breaker, (name) -> true);
		}
	}

	/** It may begin open. */
	@Override
	public void onAdded(CircuitBreaker breaker) {
		tell(breaker, (name) -> true);
		lookAtTellersOf(breaker.name(), breaker.name()::equals);
	}

	@Override
	public void onRemoved(CircuitBreaker breaker) {
		tell(breaker, (name) -> false);
		lookAtTellersOf(breaker.name(), (name) -> false);
	}

	@Override
	public void onGroupAdded(CircuitBreakerGroup group) {
		lookAtTellersOf(group.name(), group.name()::equals);
	}

	@Override
	public void onGroupRemoved(CircuitBreakerGroup group) {
		lookAtTellersOf(group.name(), (name) -> false);
	}

	/**
	 * Looks at all breakers, whose configs may have changed. A signal that was given is
	 * not repeated: a command may have cleared it since.
	 */
	public void lookAtAll() {
		this.registry.all().forEach((breaker) -> tell(breaker, (name) -> false));
	}

	/** A breaker that is told may name others, which are told too. */
	private void lookAtTellersOf(String name, Predicate<String> anew) {
		List<CircuitBreaker> tellers = new ArrayList<>();
		synchronized (this.told) {
			this.told.forEach((breaker, names) -> {
				if (names.contains(name)) {
					tellers.add(breaker);
				}
			});
		}
		tellers.forEach((breaker) -> tell(breaker, anew));
	}

	/**
	 * Of two threads, the one that looks last tells what holds.
	 * @param anew which names are told again that have been told before
	 */
	private void tell(CircuitBreaker breaker, Predicate<String> anew) {
		if (breaker.config().propagateTo().isEmpty() && !this.told.containsKey(breaker)) {
			return;
		}
		String source = source(breaker.name());
		Set<String> known = new LinkedHashSet<>();
		Set<String> cleared = new HashSet<>();
		Set<String> named;
		do {
			Snapshot snapshot = breaker.snapshot();
			Duration left = ownTime(breaker, snapshot);
			named = left.isZero() ? Set.of() : reachable(breaker);
			Set<String> before = named.isEmpty() ? this.told.remove(breaker) : this.told.put(breaker, named);
			if (before != null) {
				known.addAll(before);
			}
			for (String name : named) {
				if (before == null || !before.contains(name) || cleared.contains(name) || anew.test(name)) {
					this.signals.signal(name, source, reason(snapshot), left);
				}
			}
			for (String name : known) {
				if (!named.contains(name)) {
					this.signals.clear(name, source);
					cleared.add(name);
				}
			}
			known.addAll(named);
		}
		while (!named.equals(dependents(breaker)));
		if (!cleared.isEmpty() && !isPresent(breaker)) {
			// Another one of the name has the same source.
			this.registry.find(breaker.name()).ifPresent((other) -> tell(other, (name) -> true));
		}
	}

	/** The names that should be told at this moment. */
	private Set<String> dependents(CircuitBreaker breaker) {
		return ownTime(breaker, breaker.snapshot()).isZero() ? Set.of() : reachable(breaker);
	}

	/** What is heard of breakers that come and go may be heard late. */
	private boolean isPresent(CircuitBreaker breaker) {
		return this.registry.find(breaker.name()).filter((present) -> present == breaker).isPresent();
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
	private Duration ownTime(CircuitBreaker breaker, Snapshot snapshot) {
		if (this.destroyed || !isPresent(breaker) || !breaker.config().enforce()) {
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

	@Override
	public void destroy() {
		this.destroyed = true;
		this.registry.removeRegistryListener(this);
		List<CircuitBreaker> tellers;
		synchronized (this.told) {
			tellers = List.copyOf(this.told.keySet());
		}
		tellers.forEach((breaker) -> tell(breaker, (name) -> false));
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
		if (name.length() <= MOST_NAME) {
			return SOURCE + name;
		}
		boolean splitsPair = Character.isHighSurrogate(name.charAt(MOST_NAME - 1));
		return SOURCE + name.substring(0, splitsPair ? MOST_NAME - 1 : MOST_NAME) + "~"
				+ Integer.toHexString(name.hashCode());
	}

}
