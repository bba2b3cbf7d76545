package dev.breaker.fleet;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.HookFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of one node on an executor that many nodes can share: one at a time, in
 * their order. Adding a task does not wait. Tasks that come after the end of the executor
 * are never run.
 */
final class SerialTasks {

	private static final Logger logger = LoggerFactory.getLogger(FleetNode.class);

	private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

	/** How many tasks are queued; the thread that made it more than zero runs them. */
	private final AtomicInteger pending = new AtomicInteger();

	private final Executor executor;

	private final Runnable round = this::runAll;

	SerialTasks(Executor executor) {
		this.executor = executor;
	}

	void add(Runnable task) {
		this.queue.add(task);
		if (this.pending.getAndIncrement() == 0) {
			try {
				this.executor.execute(this.round);
			}
			catch (RejectedExecutionException ex) {
				// The executor has ended, and the node with it.
			}
		}
	}

	private void runAll() {
		int ran;
		do {
			ran = this.pending.get();
			for (int i = 0; i < ran; i++) {
				run(this.queue.remove());
			}
		}
		while (this.pending.addAndGet(-ran) > 0);
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			HookFailures.log(logger, "A step of a fleet's node failed; the node goes on", ex);
		}
	}

}
