package dev.breaker;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A command to a group, and until when it holds for keys that have no breaker yet.
 * Compared by identity: to be given again makes it another one.
 */
final class GroupCommand {

	static final long WITHOUT_END = Long.MAX_VALUE;

	final StateCommand command;

	/** The config of the group at that time. */
	final CircuitBreakerConfig config;

	/** When it was given, by the group's clock: it begins then for each breaker. */
	final long issued;

	/** How many nanoseconds it holds; zero where it holds for no breaker made later. */
	private final long limit;

	/** Until when by the clock for people; null where it has no end. */
	final @Nullable Instant until;

	GroupCommand(StateCommand command, CircuitBreakerConfig config, long issued, long limit, @Nullable Instant until) {
		this.command = command;
		this.config = config;
		this.issued = issued;
		this.limit = limit;
		this.until = until;
	}

	static long limit(StateCommand command, Rules rules) {
		Duration hold = command.hold();
		if (hold != null) {
			return Rules.nanos(hold);
		}
		return switch (command.state()) {
			case OPEN -> rules.waitNanos(1);
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> WITHOUT_END;
			case CLOSED, HALF_OPEN -> 0;
		};
	}

	/**
	 * Whether it holds at that moment for a breaker that was not there when it was given.
	 */
	boolean holdsAt(long now) {
		return this.limit == WITHOUT_END || now - this.issued < this.limit;
	}

}
