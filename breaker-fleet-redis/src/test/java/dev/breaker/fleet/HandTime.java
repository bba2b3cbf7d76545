package dev.breaker.fleet;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Time that moves only when a test says so, with what is to happen at which moment. One
 * thread moves it and does all that happens.
 */
final class HandTime {

	private final PriorityQueue<Step> steps = new PriorityQueue<>(
			Comparator.comparingLong(Step::at).thenComparingLong(Step::number));

	private long nanos;

	private long number;

	long nanos() {
		return this.nanos;
	}

	long millis() {
		return this.nanos / 1_000_000;
	}

	void in(long delayNanos, Runnable action) {
		this.steps.add(new Step(this.nanos + Math.max(0, delayNanos), this.number++, action));
	}

	void advance(Duration by) {
		long end = this.nanos + by.toNanos();
		while (!this.steps.isEmpty() && this.steps.peek().at <= end) {
			Step next = this.steps.poll();
			this.nanos = Math.max(this.nanos, next.at);
			next.action.run();
		}
		this.nanos = end;
	}

	private record Step(long at, long number, Runnable action) {
	}

}
