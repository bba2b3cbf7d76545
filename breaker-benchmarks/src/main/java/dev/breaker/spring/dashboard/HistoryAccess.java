package dev.breaker.spring.dashboard;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.dashboard.Ring.Line;

/**
 * A history of the dashboard, whose seconds are ended by hand.
 */
public final class HistoryAccess {

	private final AtomicLong second = new AtomicLong(1_000_000);

	private final History history;

	/**
	 * Begins a history.
	 * @param registry the breakers
	 */
	public HistoryAccess(CircuitBreakerRegistry registry) {
		InstantSource time = () -> Instant.ofEpochSecond(this.second.get());
		this.history = new History(registry, time.withZone(ZoneOffset.UTC));
	}

	/** A second is over, and added to the history. */
	public void endSecond() {
		this.second.incrementAndGet();
		this.history.sample();
	}

	/**
	 * What was counted in the second that ended last.
	 * @param name the name of a breaker
	 * @return the letter of its state, its successes and its refusals
	 */
	public String newest(String name) {
		Line line = this.history.all().line(name);
		int last = line.length() - 1;
		return line.states().charAt(last) + " " + line.succeeded()[last] + " " + line.refused()[last];
	}

	/**
	 * The successes of all seconds that are kept.
	 * @param name the name of a breaker
	 * @return their number
	 */
	public long succeeded(String name) {
		return Arrays.stream(this.history.all().line(name).succeeded()).asLongStream().sum();
	}

}
