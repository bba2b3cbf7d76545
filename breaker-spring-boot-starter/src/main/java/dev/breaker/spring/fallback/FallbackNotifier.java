package dev.breaker.spring.fallback;

import java.util.List;

import dev.breaker.HookFailures;
import dev.breaker.LogText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/**
 * Tells all listeners of fallbacks, and keeps what they throw away from the call. The
 * listeners are looked for when the first fallback runs, since some of them measure and
 * must not be made before their turn. Safe for use by many threads.
 */
final class FallbackNotifier implements FallbackListener {

	private static final Logger logger = LoggerFactory.getLogger(FallbackNotifier.class);

	private final SingletonSupplier<List<FallbackListener>> listeners;

	FallbackNotifier(ObjectProvider<FallbackListener> listeners) {
		this.listeners = SingletonSupplier.of(() -> listeners.orderedStream().toList());
	}

	@Override
	public void onFallback(String name, boolean success) {
		for (FallbackListener listener : listeners()) {
			try {
				listener.onFallback(name, success);
			}
			catch (Throwable ex) {
				HookFailures.log(logger, "A listener to fallbacks of circuit breaker '{}' failed: {}",
						LogText.oneLine(name), listener.getClass(), ex);
			}
		}
	}

	/** The listeners; none where a context that is closed cannot give them. */
	private List<FallbackListener> listeners() {
		try {
			return this.listeners.obtain();
		}
		catch (Throwable ex) {
			return List.of();
		}
	}

}
