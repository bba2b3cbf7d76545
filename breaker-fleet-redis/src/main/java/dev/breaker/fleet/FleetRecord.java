package dev.breaker.fleet;

import java.util.List;

import dev.breaker.State;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a shared breaker. One that it knows nothing of is closed.
 *
 * @param breaker the name
 * @param epoch grows with each change of state and each command; never goes back
 * @param revision grows with each change of the record, also of the probes
 * @param state CLOSED, OPEN, HALF_OPEN, or what a command holds
 * @param since when that began, in milliseconds of the store's clock
 * @param until when the wait or the hold is over, in milliseconds of the store's clock;
 * negative where time does not end it
 * @param openings OPEN periods in a row without a recovery
 * @param cause why: {@code VOTES}, {@code PROBES_SUCCEEDED}, {@code PROBES_FAILED},
 * {@code PROBES_LOST}, {@code COMMAND}, {@code ABANDONED}: no node that lives is open or
 * half-open any more
 * @param votes how many votes opened it
 * @param quorum how many were needed
 * @param live how many nodes lived then
 * @param voters the names of the first 20 of those that voted
 * @param command the command that holds or made the state
 * @param probes the probes of a half-open fleet
 */
public record FleetRecord(String breaker, long epoch, long revision, State state, long since, long until, int openings,
		String cause, int votes, int quorum, int live, List<String> voters, Action.@Nullable FleetCommand command,
		@Nullable Progress probes) {

	/**
	 * How far the probes of a half-open fleet have come.
	 *
	 * @param given how many places were given out
	 * @param holders the names of the nodes that hold leases, at most 20
	 */
	public record Progress(int permitted, int given, int recorded, int failed, int slow, List<String> holders) {
	}

}
