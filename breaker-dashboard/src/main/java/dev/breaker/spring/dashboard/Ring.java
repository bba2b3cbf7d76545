package dev.breaker.spring.dashboard;

import java.nio.charset.StandardCharsets;

import dev.breaker.CircuitBreaker;
import dev.breaker.Snapshot;
import dev.breaker.State;

/**
 * The last five minutes of one breaker: what was counted in each second, and the state at
 * its end. Takes less than 8 KiB. Guarded by the lock of the {@link History}.
 */
final class Ring {

	static final int SECONDS = 300;

	/** What rates are the mean of. */
	private static final int SECONDS_OF_RATES = 10;

	private static final int SUCCEEDED = 0;

	private static final int FAILED = 1;

	private static final int SLOW = 2;

	private static final int IGNORED = 3;

	private static final int REFUSED = 4;

	private static final int KINDS = 5;

	private final CircuitBreaker breaker;

	private final int[][] counts = new int[KINDS][SECONDS];

	private final byte[] states = new byte[SECONDS];

	/** At the end of the newest second. */
	private long[] totals;

	private int size;

	/** Where the next second is put. */
	private int next;

	private Ring(CircuitBreaker breaker, long[] totals) {
		this.breaker = breaker;
		this.totals = totals;
	}

	/** All calls of the breaker are made in seconds to come, or in the one that ends. */
	static Ring ofNew(CircuitBreaker breaker) {
		return new Ring(breaker, new long[KINDS]);
	}

	/** The calls of the breaker so far were made in seconds that are not kept. */
	static Ring from(CircuitBreaker breaker, Snapshot snapshot) {
		return new Ring(breaker, totals(snapshot));
	}

	CircuitBreaker breaker() {
		return this.breaker;
	}

	/**
	 * Adds the second that ended.
	 * @param snapshot the breaker at its end
	 * @param seconds how many seconds ended since the last one that was added, 1 or more:
	 * what was counted meanwhile stands in the newest
	 */
	void add(Snapshot snapshot, int seconds) {
		if (this.size > 0) {
			byte state = this.states[(this.next + SECONDS - 1) % SECONDS];
			for (int i = 1; i < seconds; i++) {
				add(new long[KINDS], state);
			}
		}
		long[] now = totals(snapshot);
		long[] counted = now.clone();
		if (!isReset(now)) {
			for (int kind = 0; kind < KINDS; kind++) {
				counted[kind] -= this.totals[kind];
			}
		}
		add(counted, (byte) letter(snapshot.state()));
		this.totals = now;
	}

	private void add(long[] counted, byte state) {
		for (int kind = 0; kind < KINDS; kind++) {
			this.counts[kind][this.next] = (int) Math.min(counted[kind], Integer.MAX_VALUE);
		}
		this.states[this.next] = state;
		this.next = (this.next + 1) % SECONDS;
		this.size = Math.min(this.size + 1, SECONDS);
	}

	/** A reset begins the totals anew. */
	private boolean isReset(long[] now) {
		for (int kind = 0; kind < KINDS; kind++) {
			if (now[kind] < this.totals[kind]) {
				return true;
			}
		}
		return false;
	}

	private static long[] totals(Snapshot snapshot) {
		long[] totals = new long[KINDS];
		totals[SUCCEEDED] = snapshot.successfulCallsTotal();
		totals[FAILED] = snapshot.failedCallsTotal();
		totals[SLOW] = snapshot.slowCallsTotal();
		totals[IGNORED] = snapshot.ignoredCallsTotal();
		totals[REFUSED] = snapshot.notPermittedCallsTotal();
		return totals;
	}

	private static char letter(State state) {
		return switch (state) {
			case CLOSED -> 'C';
			case OPEN -> 'O';
			case HALF_OPEN -> 'H';
			case FORCED_OPEN -> 'F';
			case DISABLED -> 'D';
			case METRICS_ONLY -> 'M';
		};
	}

	/**
	 * The newest seconds, the oldest of them first.
	 * @param seconds how many at most
	 */
	Line newest(int seconds) {
		int length = Math.min(seconds, this.size);
		byte[] letters = new byte[length];
		for (int i = 0; i < length; i++) {
			letters[i] = this.states[place(i, length)];
		}
		int rated = Math.min(SECONDS_OF_RATES, this.size);
		long calls = sum(SUCCEEDED, rated) + sum(FAILED, rated) + sum(IGNORED, rated);
		return new Line(newest(SUCCEEDED, length), newest(FAILED, length), newest(SLOW, length),
				newest(IGNORED, length), newest(REFUSED, length), new String(letters, StandardCharsets.US_ASCII),
				(rated > 0) ? (double) calls / rated : 0, (rated > 0) ? (double) sum(REFUSED, rated) / rated : 0);
	}

	private int[] newest(int kind, int length) {
		int[] newest = new int[length];
		for (int i = 0; i < length; i++) {
			newest[i] = this.counts[kind][place(i, length)];
		}
		return newest;
	}

	private long sum(int kind, int length) {
		long sum = 0;
		for (int i = 0; i < length; i++) {
			sum += this.counts[kind][place(i, length)];
		}
		return sum;
	}

	private int place(int index, int length) {
		return (this.next + SECONDS - length + index) % SECONDS;
	}

	/**
	 * Seconds of one breaker, the oldest first.
	 *
	 * @param succeeded successes, slow ones too
	 * @param failed failures, slow ones too
	 * @param slow slow calls, successful or failed
	 * @param ignored ignored calls
	 * @param refused refused calls
	 * @param states the state at the end of each second, by its first letter
	 * @param callsPerSecond successes, failures and ignored calls, the mean of the last
	 * ten seconds
	 * @param refusalsPerSecond refused calls, the mean of the last ten seconds
	 */
	@SuppressWarnings("ArrayRecordComponent") // made for one reader, and never compared
	record Line(int[] succeeded, int[] failed, int[] slow, int[] ignored, int[] refused, String states,
			double callsPerSecond, double refusalsPerSecond) {

		static final Line NONE = new Line(new int[0], new int[0], new int[0], new int[0], new int[0], "", 0, 0);

		int length() {
			return this.succeeded.length;
		}

	}

}
