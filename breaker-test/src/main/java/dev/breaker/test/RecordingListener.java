package dev.breaker.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what it hears, in the order in which it heard it. For one breaker
 * ({@code breaker.addListener}) or for all of a registry ({@code registry.addListener}).
 * Safe for use by many threads.
 *
 * <pre>{@code
 * RecordingListener listener = RecordingListener.of(breaker);
 * service.payLater(order);
 * listener.awaitCalls(1, Duration.ofSeconds(5));
 * assertThat(listener.calls()).singleElement().extracting(Call::outcome).isEqualTo(Outcome.FAILURE);
 * }</pre>
 */
public final class RecordingListener implements CircuitBreakerListener {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition heard = this.lock.newCondition();

	// Guarded by the lock

	private final List<Call> calls = new ArrayList<>();

	private final List<Change> changes = new ArrayList<>();

	private final List<String> resets = new ArrayList<>();

	/**
	 * Makes a listener that was added to a breaker.
	 * @param breaker the breaker
	 * @return a new listener
	 */
	public static RecordingListener of(CircuitBreaker breaker) {
		RecordingListener listener = new RecordingListener();
		breaker.addListener(listener);
		return listener;
	}

	/**
	 * Makes a listener that was added to every breaker of a registry, those made later
	 * too.
	 * @param registry the registry
	 * @return a new listener
	 */
	public static RecordingListener of(CircuitBreakerRegistry registry) {
		RecordingListener listener = new RecordingListener();
		registry.addListener(listener);
		return listener;
	}

	/**
	 * The calls that ended or were refused.
	 * @return an unmodifiable copy, the newest last
	 */
	public List<Call> calls() {
		return copy(this.calls);
	}

	/**
	 * The calls of one breaker that ended or were refused.
	 * @param circuitBreaker the name of the breaker
	 * @return an unmodifiable copy, the newest last
	 */
	public List<Call> calls(String circuitBreaker) {
		return calls().stream().filter((call) -> call.circuitBreaker().equals(circuitBreaker)).toList();
	}

	/**
	 * The changes of state.
	 * @return an unmodifiable copy, the newest last
	 */
	public List<StateChange> changes() {
		return copy(this.changes).stream().map(Change::change).toList();
	}

	/**
	 * The changes of state of one breaker.
	 * @param circuitBreaker the name of the breaker
	 * @return an unmodifiable copy, the newest last
	 */
	public List<StateChange> changes(String circuitBreaker) {
		return copy(this.changes).stream()
			.filter((change) -> change.circuitBreaker().equals(circuitBreaker))
			.map(Change::change)
			.toList();
	}

	/**
	 * The names of the breakers that were reset, one for each time.
	 * @return an unmodifiable copy, the newest last
	 */
	public List<String> resets() {
		return copy(this.resets);
	}

	/**
	 * Waits until as many calls were heard, those before this moment included. A call is
	 * heard after it was recorded.
	 * @param count how many calls, refused ones too
	 * @param timeout how long to wait for them at most, in real time
	 * @throws AssertionError if they do not come in time, or the thread is interrupted
	 */
	public void awaitCalls(int count, Duration timeout) {
		long left = timeout.toNanos();
		this.lock.lock();
		try {
			while (this.calls.size() < count) {
				if (left <= 0) {
					throw new AssertionError("Expected " + count + " calls within " + timeout + ", heard "
							+ this.calls.size() + ": " + this.calls);
				}
				left = this.heard.awaitNanos(left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted while waiting for " + count + " calls", ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Forgets what was heard so far.
	 */
	public void clear() {
		this.lock.lock();
		try {
			this.calls.clear();
			this.changes.clear();
			this.resets.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T> List<T> copy(List<T> list) {
		this.lock.lock();
		try {
			return List.copyOf(list);
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T> void keep(List<T> list, T news) {
		this.lock.lock();
		try {
			list.add(news);
			this.heard.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void ended(CircuitBreaker breaker, Outcome outcome, @Nullable Throwable thrown, long elapsedNanos) {
		keep(this.calls, new Call(breaker.name(), outcome, thrown, Duration.ofNanos(elapsedNanos)));
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		keep(this.changes, new Change(breaker.name(), change));
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		ended(breaker, Outcome.SUCCESS, null, elapsedNanos);
	}

	@Override
	public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
		ended(breaker, Outcome.FAILURE, thrown, elapsedNanos);
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		ended(breaker, Outcome.IGNORED, thrown, elapsedNanos);
	}

	@Override
	public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
		ended(breaker, Outcome.IGNORED, null, elapsedNanos);
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		ended(breaker, Outcome.NOT_PERMITTED, null, 0);
	}

	@Override
	public void onReset(CircuitBreaker breaker) {
		keep(this.resets, breaker.name());
	}

	/** How a call ended. */
	public enum Outcome {

		/** It was recorded as a success. */
		SUCCESS,

		/** It was recorded as a failure. */
		FAILURE,

		/** It threw or returned what the rules ignore. */
		IGNORED,

		/** It was refused. */
		NOT_PERMITTED

	}

	/**
	 * A call that ended or was refused.
	 *
	 * @param circuitBreaker the name of the breaker
	 * @param outcome how it ended
	 * @param thrown what it threw; {@code null} where it returned or was refused
	 * @param elapsed how long it took; zero where it was refused
	 */
	public record Call(String circuitBreaker, Outcome outcome, @Nullable Throwable thrown, Duration elapsed) {
	}

	private record Change(String circuitBreaker, StateChange change) {
	}

}
