package dev.breaker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A window as simple as it can be: a list of calls. For comparison.
 */
final class NaiveWindow {

	private final Deque<Call> calls = new ArrayDeque<>();

	private final SlidingWindowType type;

	private final int size;

	NaiveWindow(SlidingWindowType type, int size) {
		this.type = type;
		this.size = size;
	}

	void record(boolean failed, boolean slow, long now) {
		this.calls.addLast(new Call(second(now), failed, slow));
		forget(now);
	}

	/** Time passes: calls get too old. */
	void forget(long now) {
		if (this.type == SlidingWindowType.COUNT_BASED) {
			while (this.calls.size() > this.size) {
				this.calls.removeFirst();
			}
		}
		else {
			this.calls.removeIf((call) -> call.second() <= second(now) - this.size);
		}
	}

	int size() {
		return this.calls.size();
	}

	int failed() {
		return (int) this.calls.stream().filter(Call::failed).count();
	}

	int slow() {
		return (int) this.calls.stream().filter(Call::slow).count();
	}

	private static long second(long nanos) {
		return Math.floorDiv(nanos, Duration.ofSeconds(1).toNanos());
	}

	private record Call(long second, boolean failed, boolean slow) {
	}

}
