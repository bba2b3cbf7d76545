package dev.breaker.spring.aop;

import java.util.List;

import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.spring.fallback.FallbackListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/**
 * Tells all listeners of fallbacks, and keeps what they throw away from the call. They
 * are looked for at the first news, since some of them measure and must not be made
 * before their turn.
 */
final class FallbackListeners implements FallbackListener {

	private static final Logger logger = LoggerFactory.getLogger(FallbackListeners.class);

	private final SingletonSupplier<List<FallbackListener>> listeners;

	FallbackListeners(ObjectProvider<FallbackListener> listeners) {
		this.listeners = SingletonSupplier.of(() -> listeners.orderedStream().toList());
	}

	@Override
	public void onFallback(String name, boolean success) {
		for (FallbackListener listener : listeners()) {
			try {
				listener.onFallback(name, success);
			}
			catch (Throwable ex) {
				HookFailures.log(logger, "A listener failed to hear of a fallback of circuit breaker '{}'",
						LogText.oneLine(name), ex);
			}
		}
	}

	/** None where they cannot be had, as in a context that is closed. */
	private List<FallbackListener> listeners() {
		try {
			return this.listeners.obtain();
		}
		catch (Throwable ex) {
			return List.of();
		}
	}

}
