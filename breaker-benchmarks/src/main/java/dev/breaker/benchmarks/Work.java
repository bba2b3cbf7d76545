package dev.breaker.benchmarks;

import java.util.function.Supplier;

import dev.breaker.ThrowingSupplier;
import dev.failsafe.function.CheckedSupplier;

/**
 * The call that is guarded: as good as nothing, so that what is measured is the guard.
 * One class for every library, so that all do the same work.
 */
class Work implements Supplier<Object>, ThrowingSupplier<Object, RuntimeException>, CheckedSupplier<Object> {

	private final Answer result = new Answer();

	@Override
	public Object get() {
		return this.result;
	}

	/**
	 * What it gives.
	 */
	static final class Answer {

	}

	/**
	 * Fails at every so many calls, always with the same exception: what it costs to make
	 * one is no part of the question. For one thread.
	 */
	static final class Failing extends Work {

		private final Failure failure = new Failure();

		private final int every;

		private int calls;

		private long failures;

		Failing(int percent) {
			this.every = 100 / percent;
		}

		@Override
		public Object get() {
			if (++this.calls == this.every) {
				this.calls = 0;
				this.failures++;
				throw this.failure;
			}
			return super.get();
		}

		/** Some calls came as far as this, and failed. */
		void check() {
			Checks.that(this.failures > 0, () -> "no call has failed");
		}

	}

	/**
	 * Succeeds at first and at every so many calls, and fails at all others: not even a
	 * threshold of 100 % is ever reached, if a window has room for so many. For one
	 * thread.
	 */
	static final class FailingMostly extends Work {

		private final Failure failure = new Failure();

		private final int every;

		private int left = 1;

		FailingMostly(int every) {
			this.every = every;
		}

		@Override
		public Object get() {
			if (--this.left != 0) {
				throw this.failure;
			}
			this.left = this.every;
			return super.get();
		}

	}

	/**
	 * What failing work throws.
	 */
	static final class Failure extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Failure() {
			super("failing", null, false, false);
		}

	}

}
