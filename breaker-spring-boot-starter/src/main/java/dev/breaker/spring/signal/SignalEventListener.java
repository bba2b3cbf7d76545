package dev.breaker.spring.signal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.LogText;
import dev.breaker.spring.CircuitBreakerSignal;
import dev.breaker.spring.config.BreakerConfigs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

/**
 * Hands each {@link CircuitBreakerSignal} that the application publishes to its breaker.
 * Spring publishes in a parent context what a child has published: where the child has
 * breakers of its own, it has heard by then, and the parent leaves it alone. Safe for use
 * by many threads.
 */
public final class SignalEventListener implements ApplicationListener<PayloadApplicationEvent<CircuitBreakerSignal>> {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	/** Names come from outside: so many unknown ones are logged. */
	private static final int MOST_LOGGED = 100;

	/** Where Spring publishes what has been heard to no parent, it is not taken. */
	private static final int MOST_HEARD = 100;

	private final CircuitBreakerRegistry registry;

	private final NamedSignals signals;

	private final @Nullable SignalEventListener outer;

	/** What a child context has heard, and this one is about to. Guarded by itself. */
	private final Deque<CircuitBreakerSignal> heardBelow = new ArrayDeque<>();

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	/**
	 * Creates a listener.
	 * @param registry the breakers
	 * @param outer hands signals to other breakers, in a parent context; {@code null}
	 * where there is none
	 */
	public SignalEventListener(CircuitBreakerRegistry registry, @Nullable SignalEventListener outer) {
		this.registry = registry;
		this.outer = outer;
		this.signals = new NamedSignals(registry);
	}

	@Override
	public void onApplicationEvent(PayloadApplicationEvent<CircuitBreakerSignal> event) {
		CircuitBreakerSignal signal = event.getPayload();
		if (this.outer != null) {
			this.outer.isHeardBelow(signal);
		}
		if (wasHeardBelow(signal)) {
			return;
		}
		String name = signal.circuitBreaker();
		boolean known = signal.ttl().isZero() ? this.signals.clear(name, signal.source())
				: this.signals.signal(name, signal.source(), signal.reason(), signal.ttl());
		if (!known && this.logged.size() < MOST_LOGGED && this.logged.add(name)) {
			Set<String> present = new TreeSet<>();
			this.registry.all().forEach((breaker) -> present.add(breaker.name()));
			this.registry.groups().forEach((group) -> present.add(group.name()));
			logger.warn("There is no circuit breaker for the signal of '{}': {}. This is logged once a name",
					LogText.oneLine(signal.source()), BreakerConfigs.list(Set.of(name), present));
		}
	}

	private void isHeardBelow(CircuitBreakerSignal signal) {
		synchronized (this.heardBelow) {
			if (this.heardBelow.size() == MOST_HEARD) {
				this.heardBelow.remove();
			}
			this.heardBelow.add(signal);
		}
	}

	/** That very signal: another one may say the same. */
	@SuppressWarnings("ReferenceEquality")
	private boolean wasHeardBelow(CircuitBreakerSignal signal) {
		synchronized (this.heardBelow) {
			for (Iterator<CircuitBreakerSignal> each = this.heardBelow.iterator(); each.hasNext();) {
				if (each.next() == signal) {
					each.remove();
					return true;
				}
			}
			return false;
		}
	}

}
