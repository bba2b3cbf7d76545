package dev.breaker.fleet;

import dev.breaker.ProbeRules;
import org.jspecify.annotations.Nullable;

/**
 * What a node does to the record of a shared breaker. Times are in milliseconds.
 */
public sealed interface Action {

	/**
	 * The breaker.
	 * @return its name
	 */
	String breaker();

	/**
	 * The node's own rules have opened its breaker. Where the votes of live nodes reach
	 * the quorum, the breaker is open for the fleet, for this vote's wait. A node has one
	 * vote; another one takes its place. Void while the fleet is open or half-open, or a
	 * command holds, and where the exchange does not know the epoch of the record: the
	 * vote may be one from before the fleet closed.
	 *
	 * @param waitMillis how long the fleet is open if this vote decides
	 * @param ttl how long the vote lives
	 */
	record Vote(String breaker, long waitMillis, long ttl) implements Action {
	}

	/**
	 * The node's breaker has closed by itself: its vote is void.
	 */
	record Withdraw(String breaker) implements Action {
	}

	/**
	 * The node has calls that would be probes. Where the fleet's wait is over it is
	 * half-open from now on, and as many places as are free are leased to the node. A
	 * place that was given out is not given out again, unless it is returned.
	 *
	 * @param epoch the epoch that the node knows; without effect where it is another one
	 * @param places how many are wanted, zero or more; with zero it is only looked
	 * whether the probes are decided, which a node does for what it knows to be half-open
	 * @param rules what the probes are judged by
	 * @param waitMillis how long the fleet is open if the probes fail
	 */
	record Demand(String breaker, long epoch, int places, ProbeRules rules, long waitMillis) implements Action {
	}

	/**
	 * What came of leased places: the totals of the lease since it was granted, so that
	 * one that is told twice counts once. Without effect where the epoch or the lease is
	 * not a present one, or a total is lower than one that was told before. The probes
	 * are decided as soon as {@link ProbeRules#verdict} is, for all nodes; where all
	 * places are given out and the rest of them are lost, by the same shares of those
	 * that came back, and as failed where none did.
	 *
	 * @param lease the token
	 * @param recorded how many were recorded so far
	 * @param failed how many of these failed
	 * @param slow how many of these were slow
	 * @param returned how many are not used
	 */
	record Result(String breaker, long epoch, long lease, int recorded, int failed, int slow, int returned,
			ProbeRules rules, long waitMillis) implements Action {
	}

	/**
	 * The breaker is that of a key, which the store keeps with the records that this
	 * exchange begins: what closes its group closes it, too.
	 *
	 * @param group the name of its group
	 */
	record Key(String breaker, String group) implements Action {
	}

	/**
	 * A command to all nodes, those that join later too, until its hold is over or
	 * another one comes. It wins over votes, and is a new epoch. One that closes a group
	 * closes its keys that are not closed, as the same command would close each.
	 *
	 * @param command the command
	 * @param waitMillis how long {@code OPEN} lasts
	 */
	record Order(String breaker, FleetCommand command, long waitMillis) implements Action {
	}

	/**
	 * What the node knows of a breaker that is not simply closed, told where the store is
	 * another one than before. Of two records the one of the higher epoch holds; what a
	 * command has made since the store is another one stays. Leases are not remembered:
	 * what was half-open is open, and its wait is over.
	 *
	 * @param record the record, with {@code until} by the clock of the store of before
	 * @param remaining what is left until then; negative where it has no end
	 */
	record Remember(FleetRecord record, long remaining) implements Action {

		@Override
		public String breaker() {
			return this.record.breaker();
		}

	}

	/**
	 * A command as it is stored.
	 *
	 * @param state the name of the state, or {@code RESET}
	 * @param hold how long it holds; negative where it has no end of its own
	 */
	record FleetCommand(String state, long hold, @Nullable String comment, @Nullable String actor) {
	}

}
