package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A {@link GuardedCall} whose work comes from a source, which signals one thing after the
 * other and can be cancelled meanwhile. One field has the source and, once the call has
 * ended, says so: a call that ends once needs no atomic step but the change of that
 * field, which it has to make anyway.
 *
 * <p>
 * Of a call that ends once, a cancellation after a result is recorded as its completion.
 *
 * <p>
 * Safe for use by several threads that get it from each other safely; signals of the
 * source come one after the other.
 *
 * @param <S> the type of the source
 */
public abstract class SourceCall<S> extends GuardedCall {

	private static final VarHandle SOURCE = FieldHandle.of(MethodHandles.lookup(), "source", Object.class);

	/** Null, the source, or what stands for it once the call has ended. */
	private @Nullable Object source;

	/**
	 * Asks for a permit.
	 * @param breaker the breaker
	 * @param nests whether the call can be inside of another one of its breaker, or have
	 * others inside, as those of {@link CircuitBreaker#outermost()}
	 * @param endsOnce whether the source decides which of its ends is the first: not
	 * where a result ends the call, and its source goes on
	 */
	protected SourceCall(CircuitBreaker breaker, boolean nests, boolean endsOnce) {
		super(breaker, nests, endsOnce);
	}

	/**
	 * The source is there.
	 * @param source the source
	 * @return {@code false} where another one was there before, which stays
	 */
	protected final boolean begin(S source) {
		if (!endsOnce()) {
			if (this.source != null) {
				return false;
			}
			this.source = source;
			return true;
		}
		if (SOURCE.compareAndSet(this, null, source)) {
			return true;
		}
		// A call that has ended without it: it can be cancelled all the same.
		return SOURCE.getVolatile(this) instanceof Over over && over.source == null
				&& SOURCE.compareAndSet(this, over, new Over(source));
	}

	/**
	 * The source, also after the call has ended.
	 * @return the source, or {@code null} where it is not there yet or has ended
	 */
	@SuppressWarnings("unchecked") // only sources are put there
	protected final @Nullable S source() {
		Object present = SOURCE.getVolatile(this);
		if (present instanceof Over over) {
			return (S) over.source;
		}
		return (present instanceof Ended) ? null : (S) present;
	}

	/**
	 * The source signals its end by an exception, as {@link #threw}, and is done.
	 * @param thrown the exception
	 * @return what a fallback of the call is given, without the exceptions that the JDK
	 * wraps around it, or {@code null} where none runs
	 */
	protected final @Nullable Throwable failed(Throwable thrown) {
		if (!endsOnce()) {
			// What listeners cancel meanwhile is over.
			done();
		}
		Throwable cause = signalled(thrown);
		done();
		return cause;
	}

	/** The source has ended: it signals no more, and has nothing to cancel. */
	protected final void done() {
		this.source = Ended.DONE;
	}

	/**
	 * Whether the source has ended.
	 * @return whether {@link #done()} was called
	 */
	protected final boolean isDone() {
		return this.source == Ended.DONE;
	}

	@Override
	final boolean claim(boolean signalled) {
		Object present = SOURCE.getVolatile(this);
		while (!(present instanceof Ended || present instanceof Over)) {
			Object next = signalled ? Ended.SIGNALLED : new Over(present);
			if (SOURCE.compareAndSet(this, present, next)) {
				return true;
			}
			present = SOURCE.getVolatile(this);
		}
		return false;
	}

	/**
	 * That a source has ended.
	 */
	private enum Ended {

		/** Its signal has ended the call, and has not been passed on yet. */
		SIGNALLED,

		DONE

	}

	/**
	 * The source of a call that has ended without it.
	 */
	private static final class Over {

		private final @Nullable Object source;

		Over(@Nullable Object source) {
			this.source = source;
		}

	}

}
