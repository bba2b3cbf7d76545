package dev.breaker.spring.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.HookFailures;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the breakers of a registry tell while the context starts, since most
 * listeners are beans that are not there yet, and tells it to them, in its order and
 * once, when all beans are. The log hears of changes at once, so that a start that fails
 * is explained. Ten thousand changes and ten thousand calls are kept, the first ones.
 *
 * <p>
 * Safe for use by many threads. No listener runs under a lock.
 */
public final class StartupNews implements CircuitBreakerListener {

	private static final Logger logger = LoggerFactory.getLogger(StartupNews.class);

	private static final int MAX_KEPT = 10_000;

	private final CircuitBreakerRegistry registry;

	private final Supplier<@Nullable StateChangeLogger> log;

	/** Guarded by this. */
	private final List<News> kept = new ArrayList<>();

	/** Guarded by this. */
	private int calls;

	/** Guarded by this. */
	private int changes;

	/** Listeners that hear at once, when all that was kept is told. Guarded by this. */
	private @Nullable List<CircuitBreakerListener> audience;

	StartupNews(CircuitBreakerRegistry registry, Supplier<@Nullable StateChangeLogger> log) {
		this.registry = registry;
		this.log = log;
		registry.addListener(this);
	}

	/**
	 * Of a context that has started: there is nothing to be told.
	 * @return news that are empty
	 */
	public static StartupNews none() {
		return new StartupNews(CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()), () -> null);
	}

	/**
	 * Adds a listener to one breaker, and tells it what was kept so far.
	 * @param listener the listener
	 * @param breaker the breaker that it wants to hear of
	 */
	public void addTo(CircuitBreaker breaker, CircuitBreakerListener listener) {
		catchUp(() -> breaker.addListener(listener), (news) -> {
			if (news.breaker() == breaker) {
				news.tell(listener);
			}
		});
	}

	/**
	 * Lets a listener begin, and gives it what was kept until then.
	 */
	void catchUp(Runnable begin, Consumer<News> missed) {
		List<News> before;
		synchronized (this) {
			before = List.copyOf(this.kept);
		}
		begin.run();
		before.forEach(missed);
	}

	/**
	 * Tells the listeners what was kept, and puts them in its own place.
	 */
	void handOver(List<CircuitBreakerListener> listeners) {
		int told = 0;
		while (true) {
			List<News> next;
			synchronized (this) {
				if (told == this.kept.size()) {
					this.audience = listeners;
					break;
				}
				next = List.copyOf(this.kept.subList(told, this.kept.size()));
			}
			told += next.size();
			next.forEach((news) -> listeners.forEach(news::tell));
		}
		this.registry.replaceListener(this, listeners);
		forget();
	}

	/** Hears and keeps nothing more. */
	void close() {
		this.registry.removeListener(this);
		forget();
	}

	private synchronized void forget() {
		this.kept.clear();
		if (this.audience == null) {
			this.audience = List.of();
		}
	}

	private void keep(News news) {
		List<CircuitBreakerListener> listeners;
		int before = 0;
		synchronized (this) {
			listeners = this.audience;
			if (listeners == null) {
				before = news.isCall() ? this.calls++ : this.changes++;
				if (before < MAX_KEPT) {
					this.kept.add(news);
				}
			}
		}
		if (listeners != null) {
			listeners.forEach(news::tell);
		}
		else if (before == MAX_KEPT) {
			HookFailures.log(logger,
					"While the context starts there are more than {} {} of circuit breakers; their listeners miss the rest until it has started",
					MAX_KEPT, news.isCall() ? "calls" : "changes");
		}
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		StateChangeLogger knowing = this.log.get();
		if (knowing != null) {
			knowing.onStateChange(breaker, change);
		}
		keep(new News(BreakerEvent.Type.STATE_CHANGE, breaker, change.at(), change, null, 0, false, knowing));
	}

	@Override
	public void onReset(CircuitBreaker breaker) {
		keep(News.of(BreakerEvent.Type.RESET, breaker, null, 0));
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		keep(News.of(BreakerEvent.Type.SUCCESS, breaker, null, elapsedNanos));
	}

	@Override
	public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
		keep(News.of(BreakerEvent.Type.FAILURE, breaker, thrown, elapsedNanos));
	}

	@Override
	public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
		keep(News.ofSlowCall(breaker, elapsedNanos));
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		keep(News.of(BreakerEvent.Type.IGNORED, breaker, thrown, elapsedNanos));
	}

	@Override
	public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
		keep(News.of(BreakerEvent.Type.IGNORED, breaker, null, elapsedNanos));
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		keep(News.of(BreakerEvent.Type.NOT_PERMITTED, breaker, null, 0));
	}

	@Override
	public void onWouldRefuse(CircuitBreaker breaker) {
		keep(News.of(BreakerEvent.Type.WOULD_REFUSE, breaker, null, 0));
	}

	/**
	 * Something to tell.
	 *
	 * @param type what happened
	 * @param breaker the breaker that it is about
	 * @param at when
	 * @param change the change of state, if it is one
	 * @param thrown what a call threw
	 * @param elapsedNanos how long a call took
	 * @param slow that the call was slow, and nothing else of it
	 * @param knowing the listener that has heard it already
	 */
	record News(BreakerEvent.Type type, CircuitBreaker breaker, Instant at, @Nullable StateChange change,
			@Nullable Throwable thrown, long elapsedNanos, boolean slow, @Nullable CircuitBreakerListener knowing) {

		static News of(BreakerEvent.Type type, CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
			return new News(type, breaker, now(breaker), null, thrown, elapsedNanos, false, null);
		}

		static News ofSlowCall(CircuitBreaker breaker, long elapsedNanos) {
			return new News(BreakerEvent.Type.SUCCESS, breaker, now(breaker), null, null, elapsedNanos, true, null);
		}

		private static Instant now(CircuitBreaker breaker) {
			try {
				return Objects.requireNonNull(breaker.config().clock().instant());
			}
			catch (Throwable ex) {
				// A clock of the application's own
				return Instant.now();
			}
		}

		boolean isCall() {
			return this.type != BreakerEvent.Type.STATE_CHANGE && this.type != BreakerEvent.Type.RESET;
		}

		void tell(CircuitBreakerListener listener) {
			if (listener == this.knowing) {
				return;
			}
			try {
				if (this.slow) {
					listener.onSlowCall(this.breaker, this.elapsedNanos);
					return;
				}
				switch (this.type) {
					case STATE_CHANGE -> listener.onStateChange(this.breaker, Objects.requireNonNull(this.change));
					case RESET -> listener.onReset(this.breaker);
					case SUCCESS -> listener.onSuccess(this.breaker, this.elapsedNanos);
					case FAILURE -> listener.onFailure(this.breaker, this.thrown, this.elapsedNanos);
					case IGNORED -> {
						if (this.thrown != null) {
							listener.onIgnored(this.breaker, this.thrown, this.elapsedNanos);
						}
						else {
							listener.onIgnoredResult(this.breaker, this.elapsedNanos);
						}
					}
					case NOT_PERMITTED -> listener.onNotPermitted(this.breaker);
					case WOULD_REFUSE -> listener.onWouldRefuse(this.breaker);
				}
			}
			catch (Throwable ex) {
				HookFailures.logListener(logger, this.breaker, listener, ex);
			}
		}

	}

}
