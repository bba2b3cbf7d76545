package dev.breaker.fleet;

import java.util.ArrayList;
import java.util.List;

/**
 * The leases that this node has of one breaker in one epoch, with the totals of what came
 * of each. Which place a call has taken is not known, and need not be: what is recorded
 * is put to any lease that has a place left. Changed by the engine alone.
 */
final class Leases {

	private final List<Lease> leases = new ArrayList<>();

	/**
	 * Takes a lease in that is not known yet.
	 * @return whether it is a new one
	 */
	boolean grant(long token, int places) {
		for (Lease lease : this.leases) {
			if (lease.token == token) {
				return false;
			}
		}
		this.leases.add(new Lease(token, places));
		return true;
	}

	void record(SharedGate.Outcomes outcomes) {
		int recorded = outcomes.recorded();
		int failed = outcomes.failed();
		int slow = outcomes.slow();
		for (Lease lease : this.leases) {
			int part = Math.min(recorded, lease.open());
			int failedPart = Math.min(failed, part);
			int slowPart = Math.min(slow, part);
			lease.add(part, failedPart, slowPart, 0);
			recorded -= part;
			failed -= failedPart;
			slow -= slowPart;
		}
	}

	/** So many places are not used. */
	void giveBack(int places) {
		int left = places;
		for (Lease lease : this.leases) {
			int part = Math.min(left, lease.open());
			lease.add(0, 0, 0, part);
			left -= part;
		}
	}

	/** What has not come back does not: it counts as failed. */
	void lose() {
		for (Lease lease : this.leases) {
			lease.add(lease.open(), lease.open(), 0, 0);
		}
	}

	boolean isEmpty() {
		return this.leases.isEmpty();
	}

	/** Those whose totals the store does not know. */
	List<Lease> untold() {
		return this.leases.stream().filter((lease) -> !lease.totals.equals(lease.told)).toList();
	}

	/** The store knows these totals of a lease. A settled one is forgotten. */
	void told(Lease lease, Totals totals) {
		lease.told = totals;
		this.leases.removeIf((each) -> each.open() == 0 && each.totals.equals(each.told));
	}

	/**
	 * The totals of a lease.
	 */
	record Totals(int recorded, int failed, int slow, int returned) {

		static final Totals NONE = new Totals(0, 0, 0, 0);

	}

	/**
	 * One lease.
	 */
	static final class Lease {

		final long token;

		private final int places;

		private Totals totals = Totals.NONE;

		private Totals told = Totals.NONE;

		Lease(long token, int places) {
			this.token = token;
			this.places = places;
		}

		Totals totals() {
			return this.totals;
		}

		/** How many places have not come back. */
		private int open() {
			return this.places - this.totals.recorded() - this.totals.returned();
		}

		private void add(int recorded, int failed, int slow, int returned) {
			this.totals = new Totals(this.totals.recorded() + recorded, this.totals.failed() + failed,
					this.totals.slow() + slow, this.totals.returned() + returned);
		}

	}

}
