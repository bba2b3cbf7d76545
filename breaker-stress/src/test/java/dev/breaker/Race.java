package dev.breaker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A few threads that do one thing each, as much at the same moment as can be. For tens of
 * thousands of races in a row: the threads stay.
 */
final class Race {

	private static final ExecutorService THREADS = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "racer");
		thread.setDaemon(true);
		return thread;
	});

	private Race() {
	}

	static void run(Runner... runners) {
		AtomicInteger missing = new AtomicInteger(runners.length);
		Future<?>[] others = new Future<?>[runners.length];
		for (int i = 1; i < runners.length; i++) {
			Runner runner = runners[i];
			others[i] = THREADS.submit(() -> {
				start(missing);
				runner.run();
				return null;
			});
		}
		try {
			start(missing);
			runners[0].run();
			for (int i = 1; i < runners.length; i++) {
				others[i].get(2, TimeUnit.MINUTES);
			}
		}
		catch (Throwable ex) {
			throw new AssertionError("A racer failed", ex);
		}
	}

	private static void start(AtomicInteger missing) {
		missing.decrementAndGet();
		while (missing.get() > 0) {
			// Where there are fewer processors than racers, the others come, too.
			Thread.yield();
		}
	}

	/**
	 * What each thread does.
	 */
	interface Runner {

		void run() throws Exception;

	}

}
