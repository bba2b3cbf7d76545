package dev.breaker.fleet;

import java.util.Objects;

import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import org.jspecify.annotations.Nullable;

/**
 * Tells records of the store that can be followed from those that were damaged or made
 * up.
 */
final class RecordCheck {

	/** Numbers above are not exact in each store. */
	private static final long HIGHEST = 1L << 53;

	/** In the year 2255. Nanoseconds until then fit into a long. */
	private static final long LATEST = 9_000_000_000_000L;

	private static final int MOST_OPENINGS = 1_000_000_000;

	static final String RESET = "RESET";

	private RecordCheck() {
	}

	/**
	 * What is wrong with a record. Where records are made from text, each part can be
	 * missing.
	 * @return what is wrong, or {@code null} where it can be followed
	 */
	static @Nullable String problem(@Nullable FleetRecord record) {
		if (record == null || record.breaker() == null || record.breaker().isBlank()) {
			return "it has no name";
		}
		if (record.state() == null) {
			return "it has no state";
		}
		if (record.epoch() <= 0 || record.epoch() > record.revision() || record.revision() > HIGHEST) {
			return "its epoch " + record.epoch() + " is none of revision " + record.revision();
		}
		if (isTooLate(record.until()) || (record.state() == State.OPEN && record.until() < 0)) {
			return "it ends at " + record.until();
		}
		if (record.openings() < 0 || record.openings() > MOST_OPENINGS) {
			return "it has " + record.openings() + " openings";
		}
		if (record.cause() == null || record.voters() == null) {
			return "it has no cause";
		}
		return problemOfCommand(record);
	}

	private static @Nullable String problemOfCommand(FleetRecord record) {
		Action.FleetCommand command = record.command();
		boolean held = switch (record.state()) {
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> true;
			case CLOSED, OPEN, HALF_OPEN -> false;
		};
		if (command == null) {
			return held ? "it is " + record.state() + " without a command" : null;
		}
		boolean fits = record.state().name().equals(command.state())
				|| (record.state() == State.CLOSED && RESET.equals(command.state()));
		return fits ? null : "it is " + record.state() + " by the command " + command.state();
	}

	/** Whether a moment of the store's clock is none that it can have reached. */
	static boolean isTooLate(long millis) {
		return millis > LATEST;
	}

	/** The command as a breaker obeys it, without its hold. */
	static StateCommand obeyed(Action.FleetCommand command) {
		StateCommand plain = command.state().equals(RESET) ? StateCommand.reset()
				: StateCommand.to(State.valueOf(command.state()));
		return plain.comment(command.comment()).actor(command.actor());
	}

	/** Whether a change of a breaker is what came of a command. */
	static boolean isOf(StateChange change, Action.FleetCommand command) {
		return change.to() == obeyed(command).state() && Objects.equals(change.comment(), command.comment())
				&& Objects.equals(change.actor(), command.actor());
	}

}
