package dev.breaker;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A listener that throws, each time something else: exceptions, checked ones too, errors,
 * and one that throws again when somebody wants to know its message.
 */
final class Throwing implements CircuitBreakerListener {

	private final List<Throwable> throwables = throwables().toList();

	private final AtomicInteger turn;

	Throwing(int turn) {
		this.turn = new AtomicInteger(turn);
	}

	static Stream<Throwable> throwables() {
		return Stream.of(new IllegalStateException("hostile"), new IOException("hostile"),
				new AssertionError("hostile"), new StackOverflowError("hostile"), new OutOfMemoryError("hostile"),
				new LinkageError("hostile"), new CallNotPermittedException("other", State.OPEN, 1, null, null, null),
				new InterruptedException("hostile"), new Dying(), new Unspeakable());
	}

	/** Throws a checked exception where none is declared. */
	@SuppressWarnings("unchecked")
	static <X extends Throwable> X sneaky(Throwable thrown) throws X {
		throw (X) thrown;
	}

	private void next() {
		Throwable thrown = this.throwables.get(this.turn.getAndIncrement() % this.throwables.size());
		throw Throwing.<RuntimeException>sneaky(thrown);
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		next();
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		next();
	}

	@Override
	public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
		next();
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		next();
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		next();
	}

	@Override
	public void onReset(CircuitBreaker breaker) {
		next();
	}

	/**
	 * As what a thread that was stopped dies of.
	 */
	private static final class Dying extends Error {

		private static final long serialVersionUID = 1L;

	}

	/**
	 * Throws where a logger asks for its message.
	 */
	private static final class Unspeakable extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new IllegalStateException("No message either");
		}

		@Override
		public String toString() {
			return "Unspeakable";
		}

	}

}
