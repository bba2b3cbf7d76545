package dev.breaker.spring.signal;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.LogText;
import dev.breaker.spring.CircuitBreakerSignal;
import dev.breaker.spring.config.BreakerConfigs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

/**
 * Hands each {@link CircuitBreakerSignal} that the application publishes to its breaker.
 */
public final class SignalEventListener implements ApplicationListener<PayloadApplicationEvent<CircuitBreakerSignal>> {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	/** Names come from outside: so many unknown ones are logged. */
	private static final int MOST_LOGGED = 100;

	private final CircuitBreakerRegistry registry;

	private final NamedSignals signals;

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	/**
	 * Creates a listener.
	 * @param registry the breakers
	 */
	public SignalEventListener(CircuitBreakerRegistry registry) {
		this.registry = registry;
		this.signals = new NamedSignals(registry);
	}

	@Override
	public void onApplicationEvent(PayloadApplicationEvent<CircuitBreakerSignal> event) {
		CircuitBreakerSignal signal = event.getPayload();
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

}
