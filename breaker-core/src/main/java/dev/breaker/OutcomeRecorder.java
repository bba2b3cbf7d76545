package dev.breaker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the last outcomes of the calls of one breaker, in two words each, and how many
 * calls it refused between them. It hears of them as listeners do, so that a breaker
 * without one does nothing more than before.
 *
 * <p>
 * A writer claims a place by counting up, and takes no lock. Both words of a place say in
 * which round over all places they were written; a reader leaves out what is half
 * written, or replaced meanwhile.
 */
final class OutcomeRecorder implements CircuitBreakerListener {

	/** Refusals with no other outcome between them share a place for so long. */
	static final long TOGETHER = 1_000_000_000;

	/** As many classes of failures as are told apart. */
	static final int MOST_TYPES = 254;

	/** Places that are allocated together, when the first of them is written. */
	private static final int CHUNK = 256;

	/** In both words: the round. */
	private static final int ROUND_BITS = 6;

	private static final long ROUND = (1L << ROUND_BITS) - 1;

	// The first word is the time, the second one the amount, the type and the kind.

	private static final long KIND = 0b111;

	private static final int TYPE_SHIFT = ROUND_BITS + 3;

	private static final int TYPE = 0xFF;

	private static final int AMOUNT_SHIFT = TYPE_SHIFT + 8;

	/** In nanoseconds some 39 hours. */
	static final long MOST_AMOUNT = -1L >>> AMOUNT_SHIFT;

	private static final int NO_TYPE = 0;

	private static final int OTHER_TYPE = MOST_TYPES + 1;

	final int capacity;

	/** The reading of the clock that times are told from. */
	final long origin;

	private final AtomicReferenceArray<@Nullable AtomicLongArray> chunks;

	private final AtomicLong claimed = new AtomicLong();

	private final AtomicReference<String[]> types = new AtomicReference<>(new String[0]);

	OutcomeRecorder(int capacity, long now) {
		this.capacity = capacity;
		this.origin = now;
		this.chunks = new AtomicReferenceArray<>((capacity + CHUNK - 1) / CHUNK);
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		write(RecordedCall.Kind.SUCCESS, NO_TYPE, elapsedNanos, time(breaker));
	}

	@Override
	public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
		write(RecordedCall.Kind.FAILURE, (thrown != null) ? type(thrown.getClass().getName()) : NO_TYPE, elapsedNanos,
				time(breaker));
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		write(RecordedCall.Kind.IGNORED, NO_TYPE, elapsedNanos, time(breaker));
	}

	@Override
	public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
		write(RecordedCall.Kind.IGNORED, NO_TYPE, elapsedNanos, time(breaker));
	}

	/** Hears of a dark probe in the place of the above. */
	void onDarkProbe(CircuitBreaker breaker, boolean failed, long elapsedNanos) {
		write(failed ? RecordedCall.Kind.PROBE_FAILURE : RecordedCall.Kind.PROBE_SUCCESS, NO_TYPE, elapsedNanos,
				time(breaker));
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		long now = time(breaker);
		if (!joins(this.claimed.get() - 1, now)) {
			write(RecordedCall.Kind.REFUSED, NO_TYPE, 1, now);
		}
	}

	private long time(CircuitBreaker breaker) {
		return Math.max(0, breaker.nanoClock().read() - this.origin);
	}

	/** Counts a refusal where the newest outcome is one of a moment ago. */
	private boolean joins(long place, long now) {
		AtomicLongArray words = (place >= 0) ? this.chunks.get(chunk(place)) : null;
		if (words == null) {
			return false;
		}
		int first = first(place);
		while (true) {
			long time = words.get(first);
			long outcome = words.get(first + 1);
			if (!isOf(place, time, outcome) || kind(outcome) != RecordedCall.Kind.REFUSED
					|| now - time(time) >= TOGETHER) {
				return false;
			}
			if (words.compareAndSet(first + 1, outcome, outcome + (1L << AMOUNT_SHIFT))) {
				return true;
			}
		}
	}

	private void write(RecordedCall.Kind kind, int type, long amount, long time) {
		long place = this.claimed.getAndIncrement();
		long round = round(place);
		AtomicLongArray words = written(chunk(place));
		int first = first(place);
		words.set(first, (time << ROUND_BITS) | round);
		words.set(first + 1, (Math.min(amount, MOST_AMOUNT) << AMOUNT_SHIFT) | ((long) type << TYPE_SHIFT)
				| ((long) kind.code << ROUND_BITS) | round);
	}

	private AtomicLongArray written(int chunk) {
		AtomicLongArray present = this.chunks.get(chunk);
		while (present == null) {
			int places = Math.min(CHUNK, this.capacity - chunk * CHUNK);
			this.chunks.compareAndSet(chunk, null, new AtomicLongArray(2 * places));
			present = this.chunks.get(chunk);
		}
		return present;
	}

	private int chunk(long place) {
		return (int) (place % this.capacity) / CHUNK;
	}

	private int first(long place) {
		return 2 * ((int) (place % this.capacity) % CHUNK);
	}

	private long round(long place) {
		return (place / this.capacity) & ROUND;
	}

	/** Whether both words were written for that very place. */
	private boolean isOf(long place, long time, long outcome) {
		long round = round(place);
		return (time & ROUND) == round && (outcome & ROUND) == round && ((outcome >>> ROUND_BITS) & KIND) != 0;
	}

	private static long time(long word) {
		return word >>> ROUND_BITS;
	}

	private static RecordedCall.Kind kind(long outcome) {
		return RecordedCall.Kind.of((int) ((outcome >>> ROUND_BITS) & KIND));
	}

	/**
	 * The number of a class, which is told by its name: no class loader is kept alive.
	 */
	int type(String name) {
		while (true) {
			String[] known = this.types.get();
			for (int i = 0; i < known.length; i++) {
				if (known[i].equals(name)) {
					return i + 1;
				}
			}
			if (known.length == MOST_TYPES) {
				return OTHER_TYPE;
			}
			String[] more = Arrays.copyOf(known, known.length + 1);
			more[known.length] = name;
			this.types.compareAndSet(known, more);
		}
	}

	/** What it holds at this moment, in the order in which the calls ended. */
	List<RecordedCall> calls() {
		long end = this.claimed.get();
		List<RecordedCall> calls = new ArrayList<>((int) Math.min(end, this.capacity));
		for (long place = Math.max(0, end - this.capacity); place < end; place++) {
			AtomicLongArray words = this.chunks.get(chunk(place));
			if (words != null) {
				int first = first(place);
				long time = words.get(first);
				long outcome = words.get(first + 1);
				if (isOf(place, time, outcome) && words.get(first) == time) {
					calls.add(call(time(time), outcome));
				}
			}
		}
		// Stable: of two at the same time, the one that was recorded first.
		calls.sort(Comparator.comparingLong(RecordedCall::end));
		return calls;
	}

	private RecordedCall call(long time, long outcome) {
		RecordedCall.Kind kind = kind(outcome);
		long amount = outcome >>> AMOUNT_SHIFT;
		if (kind == RecordedCall.Kind.REFUSED) {
			return new RecordedCall(time, time, kind, null, amount);
		}
		int type = (int) (outcome >>> TYPE_SHIFT) & TYPE;
		String name = switch (type) {
			case NO_TYPE -> Explanation.RESULTS;
			case OTHER_TYPE -> Explanation.OTHERS;
			default -> this.types.get()[type - 1];
		};
		return new RecordedCall(time - amount, time, kind, (kind == RecordedCall.Kind.FAILURE) ? name : null, 1);
	}

}
