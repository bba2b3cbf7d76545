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

	private final SingletonSupplier<List<Hearing>> listeners;

	FallbackNotifier(ObjectProvider<FallbackListener> listeners) {
		this.listeners = SingletonSupplier.of(() -> listeners.orderedStream().map(Hearing::new).toList());
	}

	@Override
	public void onFallback(String name, boolean success) {
		listeners().forEach((hearing) -> hearing.tell(name, success));
	}

	/** The listeners; none where a context that is closed cannot give them. */
	private List<Hearing> listeners() {
		try {
			return this.listeners.obtain();
		}
		catch (Throwable ex) {
			return List.of();
		}
	}

	/** A listener, and whether it has thrown: it may do so with every fallback. */
	private static final class Hearing {

		private final FallbackListener listener;

		private volatile boolean complained;

		Hearing(FallbackListener listener) {
			this.listener = listener;
		}

		void tell(String name, boolean success) {
			try {
				this.listener.onFallback(name, success);
			}
			catch (Throwable ex) {
				if (!this.complained) {
					this.complained = true;
					HookFailures.log(logger,
							"A listener to fallbacks of circuit breaker '{}' failed; its further failures are not logged: {}",
							LogText.oneLine(name), this.listener.getClass(), ex);
				}
			}
		}

	}

}
