package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Many threads that begin at once. What one of them throws fails the test, and so does
 * one that does not come to an end.
 */
final class Crowd {

	/** As many threads as the promises speak of. */
	static final int SIZE = 64;

	/** How many times as long as in a plain build an attack lasts. */
	private static final int SCALE = Integer.getInteger("stress.scale", 1);

	private static final Duration PATIENCE = Duration.ofMinutes(scaled(2));

	private Crowd() {
	}

	static int scaled(int times) {
		return Math.multiplyExact(times, SCALE);
	}

	static void run(int size, Member work) {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		CyclicBarrier start = new CyclicBarrier(size);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			int number = i;
			Thread thread = new Thread(() -> {
				try {
					start.await();
					work.run(number);
				}
				catch (Throwable ex) {
					failure.compareAndSet(null, ex);
				}
			}, "crowd-" + i);
			thread.setDaemon(true);
			threads.add(thread);
			thread.start();
		}
		threads.forEach(Crowd::join);
		if (failure.get() != null) {
			throw new AssertionError("A thread of the crowd failed", failure.get());
		}
	}

	/** Waits for a thread, for some minutes at most. */
	static void join(Thread thread) {
		try {
			thread.join(PATIENCE.toMillis());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		if (thread.isAlive()) {
			AssertionError stuck = new AssertionError(thread.getName() + " is stuck");
			stuck.setStackTrace(thread.getStackTrace());
			throw stuck;
		}
	}

	/**
	 * What each thread does.
	 */
	interface Member {

		void run(int number) throws Throwable;

	}

}
