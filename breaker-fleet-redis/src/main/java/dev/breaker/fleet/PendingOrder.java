package dev.breaker.fleet;

import java.time.Duration;
import java.util.Objects;

import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;

/**
 * A command to the fleet that was given at this node, until the store knows it. What is
 * left of its hold is counted from when it was given.
 *
 * @param given a reading of when that was
 * @param after the epoch that was known then
 */
record PendingOrder(StateCommand command, long given, long after) {

	/** As the store is told at that moment. */
	Action.FleetCommand told(long reading) {
		Duration hold = this.command.hold();
		return new Action.FleetCommand(this.command.isReset() ? RecordCheck.RESET : this.command.state().name(),
				(hold != null) ? SharedBreaker.millis(left(hold, reading)) : -1, this.command.comment(),
				this.command.actor());
	}

	/** What is left of a time that began when it was given. */
	Duration left(Duration hold, long reading) {
		Duration left = hold.minusNanos(reading - this.given);
		return left.isNegative() ? Duration.ZERO : left;
	}

	/**
	 * Whether it has ended before the store heard of it.
	 * @param wait what is left of the wait of {@code OPEN} here
	 */
	boolean isOver(Duration wait, long reading) {
		Duration hold = this.command.hold();
		return (this.command.state() == State.OPEN) ? wait.isZero() : hold != null && left(hold, reading).isZero();
	}

	/** Whether a record is what came of it. */
	boolean isIn(FleetRecord record) {
		Action.FleetCommand there = record.command();
		Action.FleetCommand here = told(this.given);
		return there != null && record.epoch() > this.after && there.state().equals(here.state())
				&& Objects.equals(there.comment(), here.comment()) && Objects.equals(there.actor(), here.actor());
	}

	/** Whether a change is what came of it here. */
	boolean isIn(StateChange change) {
		return RecordCheck.isOf(change, told(this.given));
	}

}
