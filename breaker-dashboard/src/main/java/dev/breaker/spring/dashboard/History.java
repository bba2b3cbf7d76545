package dev.breaker.spring.dashboard;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Snapshot;
import dev.breaker.spring.actuate.GroupRanking;
import dev.breaker.spring.dashboard.Ring.Line;

/**
 * The last five minutes of the breakers, one sample a second, made of their totals: no
 * call knows of it. It has those without a key, and of each group the 20 keys in most
 * trouble; one that leaves these, or the registry, is forgotten with the next sample.
 * Safe for use by many threads.
 */
final class History {

	private static final int KEYS_OF_A_GROUP = 20;

	private final CircuitBreakerRegistry registry;

	private final Clock clock;

	/** One sample is made at a time. Readers do not wait for it. */
	private final ReentrantLock sampling = new ReentrantLock();

	private final ReentrantLock lock = new ReentrantLock();

	/** By the breaker's name, guarded by the lock. */
	private Map<String, Ring> rings = new HashMap<>();

	/** The second that ended last, since the epoch, guarded by the lock. */
	private long newest;

	/** How many seconds there were, guarded by the lock. */
	private long samples;

	/**
	 * Begins a history.
	 * @param registry the breakers
	 * @param clock says which second it is
	 */
	History(CircuitBreakerRegistry registry, Clock clock) {
		this.registry = registry;
		this.clock = clock;
		this.newest = clock.instant().getEpochSecond() - 1;
		read().forEach((each) -> this.rings.put(each.name(), Ring.from(each.breaker(), each.snapshot())));
	}

	Instant now() {
		return this.clock.instant();
	}

	/**
	 * Adds the second that ended last, unless it is there. Seconds that were missed have
	 * no calls, which stand in the newest.
	 */
	void sample() {
		this.sampling.lock();
		try {
			long ended = this.clock.instant().getEpochSecond() - 1;
			// A state that is due begins here, and listeners hear of it.
			add(read(), ended);
		}
		finally {
			this.sampling.unlock();
		}
	}

	private void add(List<Reading> readings, long ended) {
		this.lock.lock();
		try {
			long passed = ended - this.newest;
			if (passed == 0) {
				return;
			}
			// A clock that was set back goes on with one second.
			int seconds = (passed > 0) ? (int) Math.min(passed, Ring.SECONDS) : 1;
			Map<String, Ring> present = new HashMap<>();
			for (Reading each : readings) {
				Ring ring = this.rings.get(each.name());
				if (ring == null || ring.breaker() != each.breaker()) {
					// A key may have been used long before it comes here.
					ring = each.isOfKey() ? Ring.from(each.breaker(), each.snapshot()) : Ring.ofNew(each.breaker());
				}
				ring.add(each.snapshot(), seconds);
				present.put(each.name(), ring);
			}
			this.rings = present;
			this.newest = ended;
			this.samples += seconds;
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Reading> read() {
		List<Reading> readings = new ArrayList<>();
		for (CircuitBreaker breaker : this.registry.all()) {
			if (breaker.group() == null) {
				readings.add(new Reading(breaker, breaker.snapshot()));
			}
		}
		for (CircuitBreakerGroup group : this.registry.groups()) {
			GroupRanking.of(group)
				.worst(KEYS_OF_A_GROUP)
				.forEach((member) -> readings.add(new Reading(member.breaker(), member.snapshot())));
		}
		return readings;
	}

	/** All of it. */
	View all() {
		return of((breaker) -> true);
	}

	/** All of some breakers. */
	View of(Predicate<CircuitBreaker> wanted) {
		return view(0, wanted);
	}

	/**
	 * The seconds that came after some others.
	 * @param seen how many {@linkplain View#samples() samples} there were
	 */
	View since(long seen) {
		return view(seen, (breaker) -> true);
	}

	private View view(long seen, Predicate<CircuitBreaker> wanted) {
		this.lock.lock();
		try {
			int seconds = (int) Math.min(this.samples - seen, Ring.SECONDS);
			Map<String, Line> lines = new TreeMap<>();
			this.rings.forEach((name, ring) -> {
				if (wanted.test(ring.breaker())) {
					lines.put(name, ring.newest(seconds));
				}
			});
			return new View(this.samples, this.newest, lines);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A breaker at the end of a second. */
	private record Reading(CircuitBreaker breaker, Snapshot snapshot) {

		private String name() {
			return this.breaker.name();
		}

		private boolean isOfKey() {
			return this.breaker.group() != null;
		}

	}

	/**
	 * What there is to see of some breakers.
	 *
	 * @param samples how many seconds there were since the history began
	 * @param newest the second that ended last, since the epoch
	 * @param lines the seconds of each breaker by its name, sorted; all end with the
	 * newest
	 */
	record View(long samples, long newest, Map<String, Line> lines) {

		Line line(String name) {
			return this.lines.getOrDefault(name, Line.NONE);
		}

		/** The second that a number of seconds begin with, since the epoch. */
		long since(int length) {
			return this.newest - length + 1;
		}

	}

}
