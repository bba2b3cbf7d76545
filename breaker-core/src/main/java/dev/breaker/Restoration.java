package dev.breaker;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What an exported state has become by the time that it is restored.
 *
 * @param state the state to be in
 * @param limit how many nanoseconds it lasts from now on, or {@link Period#WITHOUT_END}
 * @param since when it began
 * @param openings openings in a row
 * @param command the command that made it, if one
 */
record Restoration(State state, long limit, Instant since, int openings, @Nullable StateCommand command) {

	/** Null where nothing of it holds any more. */
	static @Nullable Restoration of(ExportedState exported, Rules rules, Instant now) {
		Duration passed = passed(exported.at(), now);
		return switch (exported.state()) {
			case CLOSED -> null;
			case OPEN, HALF_OPEN -> outage(exported, rules, passed, now);
			case FORCED_OPEN, DISABLED, METRICS_ONLY ->
				(exported.command() == null || isOver(exported, passed)) ? null : same(exported, passed, now);
		};
	}

	/** Opened by the rules, or by a command to go on by itself from there. */
	private static @Nullable Restoration outage(ExportedState exported, Rules rules, Duration passed, Instant now) {
		Duration left = exported.left();
		if (left != null && !isOver(exported, passed)) {
			return same(exported, passed, now);
		}
		double wait = rules.plainWaitNanos(Math.max(1, exported.openings()));
		if (Rules.nanos(passed) >= wait) {
			return null;
		}
		boolean waited = exported.state() == State.OPEN;
		Instant since = (waited && left != null) ? exported.at().plus(left) : exported.since();
		return new Restoration(State.HALF_OPEN, Period.WITHOUT_END, earlier(since, now), exported.openings(),
				waited ? null : exported.command());
	}

	private static Restoration same(ExportedState exported, Duration passed, Instant now) {
		Duration left = exported.left();
		// An OPEN period counts as one opening at least.
		int openings = (exported.state() == State.OPEN) ? Math.max(1, exported.openings()) : exported.openings();
		return new Restoration(exported.state(), (left != null) ? Rules.nanos(left.minus(passed)) : Period.WITHOUT_END,
				earlier(exported.since(), now), openings, exported.command());
	}

	/** At exactly its end it is over. */
	private static boolean isOver(ExportedState exported, Duration passed) {
		Duration left = exported.left();
		return left != null && left.compareTo(passed) <= 0;
	}

	/** Clocks of two processes may differ: time does not go back. */
	private static Duration passed(Instant at, Instant now) {
		Duration passed = Duration.between(at, now);
		return passed.isNegative() ? Duration.ZERO : passed;
	}

	private static Instant earlier(Instant one, Instant other) {
		return one.isBefore(other) ? one : other;
	}

}
