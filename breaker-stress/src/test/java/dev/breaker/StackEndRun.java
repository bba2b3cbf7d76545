package dev.breaker;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Goes down until the stack ends, and does something at each level on the way back.
 */
final class StackEndRun implements Runnable {

	private final AtomicReference<@Nullable Throwable> unexpected = new AtomicReference<>();

	private final IntConsumer use;

	private int times;

	private StackEndRun(int first, IntConsumer use) {
		this.times = first;
		this.use = use;
	}

	/**
	 * Does it on a thread with a small stack.
	 * @param first the first number that is given
	 * @param use is given a number that grows
	 */
	static void run(int first, IntConsumer use) {
		StackEndRun run = new StackEndRun(first, use);
		Thread thread = new Thread(null, run, "deep", 256 * 1024L);
		thread.start();
		Crowd.join(thread);
		if (run.unexpected.get() != null) {
			throw new AssertionError("Neither the call's own nor a stack overflow", run.unexpected.get());
		}
	}

	@Override
	public void run() {
		try {
			down();
		}
		catch (StackOverflowError ex) {
			// At its end
		}
		catch (Throwable ex) {
			this.unexpected.set(ex);
		}
	}

	private void down() {
		try {
			down();
		}
		finally {
			use();
		}
	}

	private void use() {
		int time = this.times++;
		try {
			this.use.accept(time);
		}
		catch (IllegalStateException | CallNotPermittedException | StackOverflowError ex) {
			// As it should be
		}
		catch (InternalError ex) {
			// A JVM that links a lambda anew, since an agent has redefined the class
			if (!(ex.getCause() instanceof StackOverflowError)) {
				throw ex;
			}
		}
	}

}
