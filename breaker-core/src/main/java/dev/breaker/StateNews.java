package dev.breaker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Delivers the changes of one breaker one at a time and in their order. Periods are
 * linked back to those before them; whoever finds nobody delivering walks the links and
 * delivers what is new, for others too, so nobody waits for a listener but the thread
 * that runs it.
 */
final class StateNews {

	/**
	 * Zero: nobody delivers. More: somebody does, and was called so many times since it
	 * last looked.
	 */
	private final AtomicInteger calls = new AtomicInteger();

	/**
	 * The last period whose news was delivered. Touched by the one thread that delivers.
	 */
	private Period delivered;

	StateNews(Period first) {
		this.delivered = first;
	}

	void deliver(CircuitBreaker breaker) {
		if (this.calls.getAndIncrement() != 0) {
			return;
		}
		int answered = 1;
		try {
			do {
				deliverUntil(breaker.period(), breaker);
				answered = this.calls.addAndGet(-answered);
			}
			while (answered != 0);
		}
		finally {
			if (answered != 0) {
				// An error such as a stack overflow came through: the next change
				// delivers the rest.
				this.calls.set(0);
			}
		}
	}

	@SuppressWarnings("ReferenceEquality") // two changes may be equal, and both are news
	private void deliverUntil(Period present, CircuitBreaker breaker) {
		Deque<Period> news = new ArrayDeque<>();
		for (Period period = present; period != null && period != this.delivered; period = period.before) {
			news.push(period);
		}
		for (Period period : news) {
			StateChange known = this.delivered.lastChange;
			this.delivered = period;
			period.before = null;
			StateChange change = period.lastChange;
			if (change != null && change != known) {
				breaker.listeners().stateChanged(breaker, change);
			}
			if (period.reset) {
				breaker.listeners().wasReset(breaker);
			}
		}
	}

}
