package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The signals that keep a breaker open, one of each source, and when the last of them is
 * over. Those whose time is over are left out when the next one comes. Immutable.
 */
final class Signals {

	static final Signals NONE = new Signals(List.of(), 0, 0, 0);

	/** In the order in which their sources were heard first. */
	private final List<Given> given;

	/** When they became these. */
	private final long at;

	/** How many nanoseconds after that the last one is over. */
	private final long left;

	/** How many nanoseconds an open breaker waits after that. */
	private final long wait;

	private Signals(List<Given> given, long at, long left, long wait) {
		this.given = given;
		this.at = at;
		this.left = left;
		this.wait = wait;
	}

	private static Signals of(List<Given> given, long now, long wait) {
		long left = 0;
		for (Given each : given) {
			left = Math.max(left, each.left(now));
		}
		return new Signals(List.copyOf(given), now, left, wait);
	}

	/**
	 * These and one more, which takes the place of what its source said before. Of too
	 * many the one that ends first is left out.
	 */
	Signals with(Given signal, long now, long wait) {
		List<Given> living = new ArrayList<>();
		boolean replaced = false;
		for (Given each : living(now)) {
			boolean same = each.source().equals(signal.source());
			living.add(same ? signal : each);
			replaced |= same;
		}
		if (!replaced) {
			living.add(signal);
		}
		if (living.size() > Signal.MAX_SOURCES) {
			living.remove(living.stream().min(Comparator.comparingLong((each) -> each.left(now))).orElseThrow());
		}
		return of(living, now, wait);
	}

	/** These without that of a source; the very same where none of it lives. */
	Signals without(String source, long now) {
		if (!lives(source, now)) {
			return this;
		}
		List<Given> others = new ArrayList<>();
		for (Given each : living(now)) {
			if (!each.source().equals(source)) {
				others.add(each);
			}
		}
		return of(others, now, this.wait);
	}

	/** That very signal, and not one that says the same. */
	@SuppressWarnings("ReferenceEquality")
	boolean has(Given signal) {
		for (Given each : this.given) {
			if (each == signal) {
				return true;
			}
		}
		return false;
	}

	/** All of them, also those that are over. */
	List<Given> given() {
		return this.given;
	}

	/** Those that live at a moment, for a period that begins then. */
	Signals livingAt(long now, long wait) {
		List<Given> living = living(now);
		return living.isEmpty() ? NONE : of(living, now, wait);
	}

	List<Given> living(long now) {
		List<Given> living = new ArrayList<>();
		for (Given each : this.given) {
			if (each.left(now) > 0) {
				living.add(each);
			}
		}
		return living;
	}

	/** Whether a signal of a source lives. */
	boolean lives(String source, long now) {
		Given found = find(source);
		return found != null && found.left(now) > 0;
	}

	private @Nullable Given find(String source) {
		for (Given each : this.given) {
			if (each.source().equals(source)) {
				return each;
			}
		}
		return null;
	}

	/** How many nanoseconds the last one lives; zero where none does. */
	long left(long now) {
		return (this == NONE) ? 0 : left(this.left, this.at, now);
	}

	/** How many nanoseconds an open breaker waits after the last one. */
	long waitNanos() {
		return this.wait;
	}

	/**
	 * How long an open period lasts that would last so long without them: the usual wait
	 * follows the last one.
	 */
	long prolong(long limit, long began) {
		return (this == NONE) ? limit : Math.max(limit, sum(sum(this.left, this.wait), this.at - began));
	}

	/** The one that lives longest. */
	Given longest() {
		Given longest = this.given.get(0);
		for (Given each : this.given) {
			if (each.left(this.at) > longest.left(this.at)) {
				longest = each;
			}
		}
		return longest;
	}

	/** As they are shown at a moment. */
	List<Signal> shown(long now) {
		if (this == NONE) {
			return List.of();
		}
		List<Signal> shown = new ArrayList<>();
		for (Given each : living(now)) {
			shown.add(each.shown(now));
		}
		return Collections.unmodifiableList(shown);
	}

	/** As much of a reason as is kept. */
	static String cut(String reason) {
		int most = Signal.MAX_REASON_LENGTH;
		if (reason.length() <= most) {
			return reason;
		}
		boolean splitsPair = Character.isHighSurrogate(reason.charAt(most - 1));
		return reason.substring(0, splitsPair ? most - 1 : most);
	}

	private static long left(long nanos, long at, long now) {
		long elapsed = now - at;
		return (elapsed >= 0) ? Math.max(0, nanos - elapsed) : sum(nanos, -elapsed);
	}

	/** Of a number from zero on and another one, the highest long where it is higher. */
	static long sum(long one, long other) {
		long sum = one + other;
		return (other > 0 && sum < 0) ? Long.MAX_VALUE : sum;
	}

	/**
	 * A signal as it was given.
	 *
	 * @param ttl how many nanoseconds it lives
	 * @param at when it was given
	 * @param ofGroup whether it was given to all keys of a group
	 */
	record Given(String source, @Nullable String reason, long ttl, long at, boolean ofGroup) {

		/** A signal that is to be given. */
		static Given of(String source, @Nullable String reason, Duration ttl) {
			checkSource(source);
			if (Objects.requireNonNull(ttl, "ttl").isNegative() || ttl.isZero()) {
				throw new IllegalArgumentException("Invalid ttl (" + ttl + ") of the signal of '"
						+ LogText.oneLine(source) + "': must be above zero");
			}
			return new Given(source, (reason != null) ? cut(reason) : null, Rules.nanos(ttl), 0, false);
		}

		private static void checkSource(String source) {
			if (Objects.requireNonNull(source, "source").isBlank()) {
				throw new IllegalArgumentException(
						"Invalid source of a signal ('" + LogText.oneLine(source) + "'): must not be empty");
			}
			if (source.length() > Signal.MAX_SOURCE_LENGTH) {
				throw new IllegalArgumentException("Invalid source of a signal ('" + LogText.oneLine(source)
						+ "'): has " + source.length() + " characters, may have " + Signal.MAX_SOURCE_LENGTH);
			}
		}

		Given givenAt(long now) {
			return new Given(this.source, this.reason, this.ttl, now, false);
		}

		Given givenToGroupAt(long now) {
			return new Given(this.source, this.reason, this.ttl, now, true);
		}

		/** At exactly its time it is over. */
		long left(long now) {
			return Signals.left(this.ttl, this.at, now);
		}

		Signal shown(long now) {
			return new Signal(this.source, this.reason, Duration.ofNanos(left(now)));
		}

	}

}
