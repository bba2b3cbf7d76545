package dev.breaker.fleet;

import java.util.List;

/**
 * What the store answers to an exchange.
 *
 * @param now the store's clock, in milliseconds
 * @param incarnation the life of the store: another one where it was emptied
 * @param revision the highest revision
 * @param live how many nodes live
 * @param quorum how many votes open a breaker
 * @param changed the records that have changed since the revision that the node knew; all
 * of them where the incarnation is another one
 * @param grants the leases of the node that are not settled, of the breakers that the
 * exchange demands: also one whose first answer was lost
 */
public record Reply(long now, String incarnation, long revision, int live, int quorum, List<FleetRecord> changed,
		List<Grant> grants) {

	/**
	 * Places that are leased to a node. The lease lives as long as the node does.
	 *
	 * @param lease the fencing token
	 * @param places how many it was granted with
	 */
	public record Grant(String breaker, long epoch, long lease, int places) {
	}

}
