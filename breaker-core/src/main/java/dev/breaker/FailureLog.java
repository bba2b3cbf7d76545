package dev.breaker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What failed since a breaker was last closed: how often which class, and the last
 * failures. Bounded, and of names and text alone, so that neither exceptions nor class
 * loaders are kept alive. It is shared by the periods up to the next recovery.
 */
final class FailureLog extends SpinLock {

	private static final int MOST_CLASSES = 10;

	private static final int MOST_LAST = 5;

	/** In the order in which they were seen first. */
	private @Nullable Count first;

	private @Nullable Deque<Failure> last;

	/** Adds a failure that was thrown. Makes no object for a class that it knows. */
	void add(Failure failure) {
		lock();
		try {
			count(failure.type());
			Deque<Failure> kept = this.last;
			if (kept == null) {
				kept = new ArrayDeque<>(MOST_LAST);
				this.last = kept;
			}
			else if (kept.size() == MOST_LAST) {
				kept.removeFirst();
			}
			kept.addLast(failure);
		}
		finally {
			this.held = 0;
		}
	}

	/** Adds a result that is a failure. */
	void addResult() {
		lock();
		try {
			count(Explanation.RESULTS);
		}
		finally {
			this.held = 0;
		}
	}

	private void count(String type) {
		int classes = 0;
		Count newest = null;
		for (Count count = this.first; count != null; count = count.next) {
			if (count.type.equals(type)) {
				count.calls++;
				return;
			}
			newest = count;
			classes += isClass(count.type) ? 1 : 0;
		}
		if (classes == MOST_CLASSES && isClass(type)) {
			count(Explanation.OTHERS);
			return;
		}
		Count added = new Count(type);
		if (newest == null) {
			this.first = added;
		}
		else {
			newest.next = added;
		}
	}

	/** No class has a name like what stands for others. */
	private static boolean isClass(String type) {
		return type.charAt(0) != '(';
	}

	/** A copy, of one moment. */
	Content content() {
		Map<String, Long> counts = new LinkedHashMap<>();
		List<Failure> failures = new ArrayList<>(MOST_LAST);
		lock();
		try {
			for (Count count = this.first; count != null; count = count.next) {
				counts.put(count.type, count.calls);
			}
			if (this.last != null) {
				failures.addAll(this.last);
			}
		}
		finally {
			this.held = 0;
		}
		return new Content(mostFirst(counts), failures.stream().map(Failure::shown).toList());
	}

	private static Map<String, Long> mostFirst(Map<String, Long> counts) {
		List<Map.Entry<String, Long>> entries = new ArrayList<>(counts.entrySet());
		// Stable: of two that are as many, the one that was seen first.
		entries.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
		Map<String, Long> sorted = new LinkedHashMap<>();
		entries.forEach((entry) -> sorted.put(entry.getKey(), entry.getValue()));
		return Collections.unmodifiableMap(sorted);
	}

	/**
	 * What it holds at one moment.
	 *
	 * @param counts how often which class failed, the most frequent first
	 * @param last the last failures, the newest last
	 */
	record Content(Map<String, Long> counts, List<Failure> last) {
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
