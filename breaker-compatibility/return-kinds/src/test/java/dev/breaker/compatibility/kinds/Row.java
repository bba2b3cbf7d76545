package dev.breaker.compatibility.kinds;

import java.util.EnumSet;
import java.util.Set;

import dev.breaker.annotation.CircuitBreaker;

/**
 * A kind of return type: a bean whose annotated methods return it. A row of the matrix is
 * one subclass, which says how a result of the kind is made and read.
 *
 * @param <T> what the methods return
 */
abstract class Row<T> {

	/** Begins to make a result, whose work the remote does. */
	abstract T make(Remote remote) throws Throwable;

	/** A result that is there, of a fallback. */
	abstract T done(String value);

	/** A result that fails, of a fallback. */
	abstract T failed(RuntimeException thrown);

	/** Reads a result, and begins its work where that is lazy. */
	abstract Answer read(T result);

	/** The cells that the kind has. */
	Set<Cell> cells() {
		return EnumSet.allOf(Cell.class);
	}

	/** Whether a caller gets the value, and not only that the work is done. */
	boolean hasValue() {
		return true;
	}

	@CircuitBreaker(name = "row")
	public T plain(Remote remote) throws Throwable {
		return make(remote);
	}

	@CircuitBreaker(name = "row", fallbackMethod = "instead")
	public T withFallback(Remote remote) throws Throwable {
		return make(remote);
	}

	T instead(Throwable thrown) {
		return done("instead");
	}

	@CircuitBreaker(name = "row", fallbackMethod = "broken")
	public T withBrokenFallback(Remote remote) throws Throwable {
		return make(remote);
	}

	T broken(Throwable thrown) {
		return failed(new IllegalStateException("no fallback"));
	}

	/** Makes a call whose fallback gives a plain value. */
	T withValueFallback(Remote remote) throws Throwable {
		throw new UnsupportedOperationException("No such fallback in " + this);
	}

	@Override
	public String toString() {
		return getClass().getSimpleName();
	}

}
