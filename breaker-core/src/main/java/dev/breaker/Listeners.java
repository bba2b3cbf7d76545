package dev.breaker;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one breaker, sorted by what they override, so that a call pays only
 * for those that listen to calls. Held in one immutable value that is replaced as a
 * whole. What a listener throws is logged once, and goes no further.
 */
final class Listeners {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	// Looked up once for a class: breakers made by key come and go with their listeners.
	private static final ClassValue<Set<News>> OVERRIDDEN = new ClassValue<>() {

		@Override
		protected Set<News> computeValue(Class<?> type) {
			Set<News> overridden = EnumSet.noneOf(News.class);
			for (News news : News.values()) {
				if (news.isOverridden(type)) {
					overridden.add(news);
				}
			}
			return overridden;
		}

	};

	static final Listeners NONE = new Listeners(List.of(), null);

	private final List<CircuitBreakerListener> all;

	/** Hears of calls before all others; null where no outcome is recorded. */
	final @Nullable OutcomeRecorder recorder;

	private final CircuitBreakerListener[] stateChange;

	private final CircuitBreakerListener[] success;

	private final CircuitBreakerListener[] failure;

	private final CircuitBreakerListener[] slowCall;

	private final CircuitBreakerListener[] ignored;

	private final CircuitBreakerListener[] ignoredResult;

	private final CircuitBreakerListener[] notPermitted;

	private final CircuitBreakerListener[] wouldRefuse;

	private final CircuitBreakerListener[] reset;

	private final CircuitBreakerListener[] signal;

	/** Whether a listener hears how long calls take. */
	final boolean wantTime;

	private Listeners(List<CircuitBreakerListener> all, @Nullable OutcomeRecorder recorder) {
		this.all = all;
		this.recorder = recorder;
		this.stateChange = hearing(News.STATE_CHANGE);
		this.success = hearing(News.SUCCESS);
		this.failure = hearing(News.FAILURE);
		this.slowCall = hearing(News.SLOW_CALL);
		this.ignored = hearing(News.IGNORED);
		this.ignoredResult = hearing(News.IGNORED_RESULT);
		this.notPermitted = hearing(News.NOT_PERMITTED);
		this.wouldRefuse = hearing(News.WOULD_REFUSE);
		this.reset = hearing(News.RESET);
		this.signal = hearing(News.SIGNAL);
		this.wantTime = this.success.length + this.failure.length + this.ignored.length + this.ignoredResult.length > 0;
	}

	private CircuitBreakerListener[] hearing(News news) {
		List<CircuitBreakerListener> found = new ArrayList<>(this.all.size());
		if (this.recorder != null && OVERRIDDEN.get(OutcomeRecorder.class).contains(news)) {
			found.add(this.recorder);
		}
		for (CircuitBreakerListener listener : this.all) {
			if (OVERRIDDEN.get(listener.getClass()).contains(news)) {
				found.add(listener);
			}
		}
		return found.toArray(new CircuitBreakerListener[0]);
	}

	/**
	 * Looks up what the class of a listener overrides. That can load classes, which no
	 * lock should wait for.
	 */
	static void lookAt(CircuitBreakerListener listener) {
		OVERRIDDEN.get(listener.getClass());
	}

	Listeners with(List<CircuitBreakerListener> added) {
		return added.isEmpty() ? this : new Listeners(with(this.all, added), this.recorder);
	}

	static <L> List<L> with(List<L> all, List<L> added) {
		List<L> more = new ArrayList<>(all);
		more.addAll(added);
		return List.copyOf(more);
	}

	Listeners without(List<CircuitBreakerListener> removed) {
		List<CircuitBreakerListener> fewer = this.all;
		for (CircuitBreakerListener listener : removed) {
			fewer = without(fewer, listener);
		}
		return (fewer != this.all) ? new Listeners(fewer, this.recorder) : this;
	}

	/**
	 * The list without the first place of that very one, or the list itself. No
	 * {@code equals} of the user's runs, since locks may be held.
	 */
	static <L> List<L> without(List<L> all, L one) {
		for (int i = 0; i < all.size(); i++) {
			if (all.get(i) == one) {
				List<L> fewer = new ArrayList<>(all);
				fewer.remove(i);
				return List.copyOf(fewer);
			}
		}
		return all;
	}

	/**
	 * With what keeps as many outcomes as that, from empty where it kept another number.
	 */
	Listeners recording(@Nullable Integer outcomes, long now) {
		int wanted = (outcomes != null) ? outcomes : 0;
		int present = (this.recorder != null) ? this.recorder.capacity : 0;
		return (wanted == present) ? this
				: new Listeners(this.all, (wanted != 0) ? new OutcomeRecorder(wanted, now) : null);
	}

	Listeners replacing(CircuitBreakerListener listener, List<? extends CircuitBreakerListener> replacements) {
		List<CircuitBreakerListener> replaced = replacing(this.all, listener, replacements);
		return (replaced != this.all) ? new Listeners(replaced, this.recorder) : this;
	}

	/** The list with others in the first place of that very one, or the list itself. */
	static <L> List<L> replacing(List<L> all, L one, List<? extends L> others) {
		for (int i = 0; i < all.size(); i++) {
			if (all.get(i) == one) {
				List<L> replaced = new ArrayList<>(all);
				replaced.remove(i);
				replaced.addAll(i, others);
				return List.copyOf(replaced);
			}
		}
		return all;
	}

	void stateChanged(CircuitBreaker breaker, StateChange change) {
		tell(this.stateChange, breaker, (listener) -> listener.onStateChange(breaker, change));
	}

	void wasReset(CircuitBreaker breaker) {
		tell(this.reset, breaker, (listener) -> listener.onReset(breaker));
	}

	void signalled(CircuitBreaker breaker, Signal signal) {
		tell(this.signal, breaker, (listener) -> listener.onSignal(breaker, signal));
	}

	void notPermitted(CircuitBreaker breaker) {
		if (this.notPermitted.length != 0) {
			tell(this.notPermitted, breaker, (listener) -> listener.onNotPermitted(breaker));
		}
	}

	void wouldRefuse(CircuitBreaker breaker) {
		if (this.wouldRefuse.length != 0) {
			tell(this.wouldRefuse, breaker, (listener) -> listener.onWouldRefuse(breaker));
		}
	}

	// Tells by itself what comes with every healthy call, and so makes no object.
	void succeeded(CircuitBreaker breaker, long elapsed) {
		for (CircuitBreakerListener listener : this.success) {
			try {
				listener.onSuccess(breaker, elapsed);
			}
			catch (Throwable ex) {
				HookFailures.logListener(logger, breaker, listener, ex);
			}
		}
	}

	void failed(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsed) {
		if (this.failure.length != 0) {
			tell(this.failure, breaker, (listener) -> listener.onFailure(breaker, thrown, elapsed));
		}
	}

	/** A dark probe ended: it is recorded as what it is, and told as a call. */
	void probed(CircuitBreaker breaker, boolean failed, @Nullable Throwable thrown, long elapsed) {
		tell(failed ? this.failure : this.success, breaker, (listener) -> {
			if (listener instanceof OutcomeRecorder present) {
				present.onDarkProbe(breaker, failed, elapsed);
			}
			else if (failed) {
				listener.onFailure(breaker, thrown, elapsed);
			}
			else {
				listener.onSuccess(breaker, elapsed);
			}
		});
	}

	void slow(CircuitBreaker breaker, long elapsed) {
		if (this.slowCall.length != 0) {
			tell(this.slowCall, breaker, (listener) -> listener.onSlowCall(breaker, elapsed));
		}
	}

	/** A dark probe that counts as nothing is not recorded. */
	void ignored(CircuitBreaker breaker, boolean dark, Throwable thrown, long elapsed) {
		if (this.ignored.length != 0) {
			tell(this.ignored, breaker, (listener) -> {
				if (!dark || listener != this.recorder) {
					listener.onIgnored(breaker, thrown, elapsed);
				}
			});
		}
	}

	void ignoredResult(CircuitBreaker breaker, boolean dark, long elapsed) {
		if (this.ignoredResult.length != 0) {
			tell(this.ignoredResult, breaker, (listener) -> {
				if (!dark || listener != this.recorder) {
					listener.onIgnoredResult(breaker, elapsed);
				}
			});
		}
	}

	private static void tell(CircuitBreakerListener[] listeners, CircuitBreaker breaker,
			Consumer<CircuitBreakerListener> news) {
		for (CircuitBreakerListener listener : listeners) {
			try {
				news.accept(listener);
			}
			catch (Throwable ex) {
				HookFailures.logListener(logger, breaker, listener, ex);
			}
		}
	}

	/** What a listener can hear, each by a method of its own. */
	// Arrays that nothing changes
	@SuppressWarnings("ImmutableEnumChecker")
	private enum News {

		STATE_CHANGE("onStateChange", StateChange.class),

		SUCCESS("onSuccess", long.class),

		FAILURE("onFailure", Throwable.class, long.class),

		SLOW_CALL("onSlowCall", long.class),

		IGNORED("onIgnored", Throwable.class, long.class),

		IGNORED_RESULT("onIgnoredResult", long.class),

		NOT_PERMITTED("onNotPermitted"),

		RESET("onReset"),

		WOULD_REFUSE("onWouldRefuse"),

		SIGNAL("onSignal", Signal.class);

		private final String method;

		private final Class<?>[] parameters;

		News(String method, Class<?>... others) {
			this.method = method;
			this.parameters = new Class<?>[others.length + 1];
			this.parameters[0] = CircuitBreaker.class;
			System.arraycopy(others, 0, this.parameters, 1, others.length);
		}

		boolean isOverridden(Class<?> type) {
			try {
				return type.getMethod(this.method, this.parameters).getDeclaringClass() != CircuitBreakerListener.class;
			}
			catch (Throwable ex) {
				// As in a native image that was not told of the class: it hears
				// everything.
				return true;
			}
		}

	}

}
