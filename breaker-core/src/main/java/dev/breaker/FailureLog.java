package dev.breaker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What failed since a breaker was last closed: how often which class, and the last
 * failures. Bounded, and of names and text alone, so that neither exceptions nor class
 * loaders are kept alive. It is shared by the periods up to the next recovery.
 */
final class FailureLog extends SpinLock {

	private static final int MOST_CLASSES = 10;

	private static final int MOST_LAST = 5;

	/** Of how many failures the class is known one by one. */
	private static final int MOST_RECENT = 64;

	private static final int FIRST_RECENT = 4;

	private static final byte[] NONE_RECENT = {};

	/** In the order in which they were seen first. */
	private @Nullable Count first;

	/** Null as long as nothing was thrown. */
	private @Nullable Thrown thrown;

	/**
	 * The places that the classes of the last failures have among the counts; a ring,
	 * whose length is a power of two.
	 */
	private byte[] places = NONE_RECENT;

	/**
	 * How many failures there were: up to a full ring, then those in it and some more.
	 */
	private int calls;

	/**
	 * Null where the last failure was a result. Written under the lock, and read without
	 * it by those that the failure made a state refuse, and who see it by that state.
	 */
	private @Nullable String lastType;

	/** Adds a failure that was thrown. Makes no object for a class that it knows. */
	void add(Throwable failure, Instant at) {
		String type = failure.getClass().getName();
		String message = Failure.messageOf(failure);
		long second = at.getEpochSecond();
		int nano = at.getNano();
		lock();
		try {
			Thrown kept = this.thrown;
			if (kept == null) {
				kept = new Thrown();
				this.thrown = kept;
			}
			remember(count(type));
			kept.add(type, message, second, nano);
			this.lastType = type;
		}
		finally {
			this.held = 0;
		}
	}

	/** Adds a result that is a failure. */
	void addResult() {
		lock();
		try {
			remember(count(Explanation.RESULTS));
			this.lastType = null;
		}
		finally {
			this.held = 0;
		}
	}

	/** The class of the last failure; null where there is none, or it was a result. */
	@Nullable String lastType() {
		return this.lastType;
	}

	/** The last failure; null where there is none, or it was a result. */
	@Nullable Failure last() {
		lock();
		try {
			return (this.thrown != null && this.lastType != null) ? this.thrown.last() : null;
		}
		finally {
			this.held = 0;
		}
	}

	/**
	 * Counts a failure of a class.
	 * @return the place of the class
	 */
	private int count(String type) {
		int place = 0;
		int classes = 0;
		Count newest = null;
		for (Count count = this.first; count != null; count = count.next) {
			if (count.type.equals(type)) {
				count.calls++;
				return place;
			}
			newest = count;
			place++;
			classes += isClass(count.type) ? 1 : 0;
		}
		if (classes == MOST_CLASSES && isClass(type)) {
			return count(Explanation.OTHERS);
		}
		Count fresh = new Count(type);
		if (newest == null) {
			this.first = fresh;
		}
		else {
			newest.next = fresh;
		}
		return place;
	}

	/** No class has a name like what stands for others. */
	private static boolean isClass(String type) {
		return type.charAt(0) != '(';
	}

	private void remember(int place) {
		int length = this.places.length;
		if (this.calls == length && length < MOST_RECENT) {
			this.places = Arrays.copyOf(this.places, Math.max(FIRST_RECENT, 4 * length));
		}
		this.places[this.calls & (this.places.length - 1)] = (byte) place;
		this.calls = next(this.calls, MOST_RECENT);
	}

	/** Counts up to a full ring, and then round and round: no number is too large. */
	private static int next(int calls, int ring) {
		return (calls == 2 * ring - 1) ? ring : calls + 1;
	}

	/** The newest first. */
	private byte[] newestFirst() {
		byte[] newestFirst = new byte[Math.min(this.calls, this.places.length)];
		for (int i = 0; i < newestFirst.length; i++) {
			newestFirst[i] = this.places[(this.calls - 1 - i) & (this.places.length - 1)];
		}
		return newestFirst;
	}

	/** A copy, of one moment. */
	Content content() {
		Map<String, Long> counts = new LinkedHashMap<>();
		List<Failure> failures;
		byte[] recent;
		lock();
		try {
			for (Count count = this.first; count != null; count = count.next) {
				counts.put(count.type, count.calls);
			}
			failures = (this.thrown != null) ? this.thrown.all() : List.of();
			recent = newestFirst();
		}
		finally {
			this.held = 0;
		}
		List<Failure> shown = new ArrayList<>(failures.size());
		for (Failure failure : failures) {
			shown.add(failure.shown());
		}
		return new Content(mostFirst(counts), Collections.unmodifiableList(shown),
				new Recent(List.copyOf(counts.keySet()), recent));
	}

	private static Map<String, Long> mostFirst(Map<String, Long> counts) {
		List<Map.Entry<String, Long>> entries = new ArrayList<>(counts.entrySet());
		// Stable: of two that are as many, the one that was seen first.
		entries.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
		Map<String, Long> sorted = new LinkedHashMap<>();
		for (Map.Entry<String, Long> entry : entries) {
			sorted.put(entry.getKey(), entry.getValue());
		}
		return Collections.unmodifiableMap(sorted);
	}

	/**
	 * What it holds at one moment.
	 *
	 * @param counts how often which class failed, the most frequent first
	 * @param last the last failures, the newest last
	 * @param recent the classes of the last failures
	 */
	record Content(Map<String, Long> counts, List<Failure> last, Recent recent) {

		static final Content NONE = new Content(Map.of(), List.of(), new Recent(List.of(), new byte[0]));

	}

	/**
	 * The classes of the last failures, {@value FailureLog#MOST_RECENT} at most.
	 */
	static final class Recent {

		/** In the order in which they were seen first. */
		private final List<String> types;

		/** The newest first. */
		private final byte[] places;

		Recent(List<String> types, byte[] places) {
			this.types = types;
			this.places = places;
		}

		/**
		 * The class that most of the last failures are of; of two that as many are of,
		 * the one that was seen first.
		 * @param failures how many of the last failures
		 * @return null where none of them is of a class that is known by name
		 */
		@Nullable String most(int failures) {
			int[] counts = new int[this.types.size()];
			for (int i = 0; i < Math.min(failures, this.places.length); i++) {
				counts[this.places[i]]++;
			}
			String most = null;
			int calls = 0;
			for (int place = 0; place < counts.length; place++) {
				if (counts[place] > calls && !this.types.get(place).equals(Explanation.OTHERS)) {
					most = this.types.get(place);
					calls = counts[place];
				}
			}
			return most;
		}

	}

	/**
	 * The last failures that were thrown, in rings: numbers and not instants, so that a
	 * failure makes no object that is kept.
	 */
	private static final class Thrown {

		private final @Nullable String[] types = new @Nullable String[MOST_LAST];

		private final @Nullable String[] messages = new @Nullable String[MOST_LAST];

		private final long[] seconds = new long[MOST_LAST];

		private final int[] nanos = new int[MOST_LAST];

		/** How many there were: up to a full ring, then those in it and some more. */
		private int calls;

		void add(String type, @Nullable String message, long second, int nano) {
			int following = next(this.calls, MOST_LAST);
			int place = this.calls % MOST_LAST;
			// From here on no call that a stack's end could stop half-way
			this.types[place] = type;
			this.messages[place] = message;
			this.seconds[place] = second;
			this.nanos[place] = nano;
			this.calls = following;
		}

		Failure last() {
			return at(this.calls - 1);
		}

		/** The newest last. */
		List<Failure> all() {
			List<Failure> failures = new ArrayList<>(MOST_LAST);
			for (int i = Math.max(0, this.calls - MOST_LAST); i < this.calls; i++) {
				failures.add(at(i));
			}
			return failures;
		}

		private Failure at(int call) {
			int place = call % MOST_LAST;
			return new Failure(Objects.requireNonNull(this.types[place]), this.messages[place],
					Instant.ofEpochSecond(this.seconds[place], this.nanos[place]));
		}

	}

	private static final class Count {

		private final String type;

		private long calls = 1;

		private @Nullable Count next;

		Count(String type) {
			this.type = type;
		}

	}

}
