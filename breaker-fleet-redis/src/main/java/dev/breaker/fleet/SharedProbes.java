package dev.breaker.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreaker;
import dev.breaker.ProbeRules;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;

/**
 * The probes of one shared breaker as far as they are this node's: the gate through which
 * calls get places, the leases that these are of, and what is told of them. Changed by
 * the engine alone.
 */
final class SharedProbes {

	/** How long places wait for a call at least: longer than a dark prober waits. */
	private static final long SHORTEST_PATIENCE = TimeUnit.SECONDS.toNanos(2);

	private final CircuitBreaker breaker;

	private final Link link;

	private final LongSupplier nanoTime;

	private final long firstPatience;

	/** Says to the engine that there is something to tell or to ask. */
	private final Runnable wake;

	private Leases leases = new Leases();

	private @Nullable SharedGate gate;

	/** Without places, until the store has heard of a command. Set by any thread. */
	private volatile @Nullable SharedGate early;

	/** A reading of when places were granted last. */
	private long granted;

	/**
	 * After so long places that no call has taken go back. Twice as long each time: they
	 * are asked for by a call that is refused, and one that comes a minute later must
	 * find them.
	 */
	private long patience;

	/**
	 * Whether places may be leased whose answer was lost: also of the epoch that began
	 * with the demand.
	 */
	private boolean unanswered;

	SharedProbes(CircuitBreaker breaker, Link link, LongSupplier nanoTime, Duration heartbeat, Runnable wake) {
		this.breaker = breaker;
		this.link = link;
		this.nanoTime = nanoTime;
		this.firstPatience = Math.max(SHORTEST_PATIENCE, 2 * heartbeat.toNanos());
		this.patience = this.firstPatience;
		this.wake = wake;
	}

	/**
	 * A new epoch has begun: nothing that was leased before counts.
	 * @param shared whether the fleet is open or half-open: a breaker that is half-open
	 * sooner than the fleet waits for it
	 */
	void begin(boolean shared) {
		this.leases = new Leases();
		this.patience = this.firstPatience;
		open(shared);
	}

	private void open(boolean shared) {
		SharedGate before = this.gate;
		SharedGate next = shared ? new SharedGate(this.link, this.wake) : null;
		if (before != null) {
			before.takeUnused();
		}
		this.gate = next;
		this.unanswered &= shared;
		replace(before, endWait());
	}

	/**
	 * Calls go through the present gate. One before shares until then, and gives out
	 * nothing: a breaker without a gate that shares has places of its own.
	 */
	private void replace(@Nullable SharedGate before, @Nullable SharedGate awaiting) {
		if (this.gate != null || before != null || awaiting != null) {
			this.breaker.probeGate(this.gate);
		}
		if (before != null) {
			before.retire();
		}
		if (awaiting != null) {
			awaiting.retire();
		}
	}

	/**
	 * The breaker is about to be commanded to be half-open: it has no places of its own
	 * beside those that the fleet gives out as soon as the store has heard of the
	 * command. For any thread.
	 */
	void awaitFleet() {
		SharedGate empty = new SharedGate(this.link, this.wake);
		this.early = empty;
		this.breaker.probeGate(empty);
	}

	/**
	 * The store hears of no command any more: calls go through the gate that the command
	 * had taken the place of.
	 */
	void giveUpWait() {
		SharedGate empty = endWait();
		if (empty != null) {
			replace(null, empty);
		}
	}

	/** The gate that waits for the fleet, which nothing waits for any more. */
	private @Nullable SharedGate endWait() {
		SharedGate empty = this.early;
		if (empty != null) {
			this.early = null;
		}
		return empty;
	}

	/**
	 * The breaker has left HALF_OPEN by itself: of its probes none comes back any more.
	 */
	void settle() {
		if (!this.leases.isEmpty()) {
			takeOut();
			this.leases.lose();
			open(true);
		}
	}

	/** Not shared from now on: places that are taken are lost. */
	void leave() {
		end();
		this.leases.lose();
		this.gate = null;
	}

	/** No call gets a place any more. */
	void end() {
		SharedGate empty = endWait();
		if (empty != null) {
			empty.retire();
		}
		SharedGate ended = this.gate;
		if (ended != null) {
			ended.retire();
		}
		takeOut();
	}

	/** Takes out of the gate what came of its places, and those that no call has. */
	private void takeOut() {
		collect();
		giveBackUnused();
	}

	/**
	 * Gives places back that are not taken.
	 * @return how many
	 */
	int giveBackUnused() {
		SharedGate present = this.gate;
		int unused = (present != null) ? present.takeUnused() : 0;
		this.leases.giveBack(unused);
		return unused;
	}

	private void collect() {
		SharedGate present = this.gate;
		if (present != null) {
			this.leases.record(present.takeOutcomes());
		}
	}

	/** Places of the present epoch were leased, now or before. */
	void grant(long token, int places) {
		SharedGate present = this.gate;
		if (present != null && places > 0 && places <= SharedGate.MOST_PLACES && this.leases.grant(token, places)) {
			present.add(places);
			this.granted = this.nanoTime.getAsLong();
		}
	}

	boolean isSettled() {
		return this.leases.isEmpty();
	}

	/** Whether calls have asked for places in vain. */
	boolean isMissed() {
		SharedGate present = this.gate;
		return present != null && present.isMissed();
	}

	/** Whether there are results that the store does not know. */
	boolean hasResults() {
		collect();
		return !this.leases.untold().isEmpty();
	}

	/**
	 * Says what came of leased places.
	 * @param state the state of the breaker
	 * @param wait how long the fleet is open if the probes fail
	 * @return what was said
	 */
	Map<Leases.Lease, Leases.Totals> sayResults(List<Action> actions, State state, long epoch, long wait) {
		collect();
		if (state != State.HALF_OPEN) {
			giveBackUnused();
		}
		else if (this.nanoTime.getAsLong() - this.granted >= this.patience && giveBackUnused() > 0) {
			this.patience *= 2;
		}
		ProbeRules rules = this.breaker.config().probeRules();
		List<Leases.Lease> untold = this.leases.untold();
		for (Leases.Lease lease : untold) {
			Leases.Totals totals = lease.totals();
			actions.add(new Action.Result(this.breaker.name(), epoch, lease.token, totals.recorded(), totals.failed(),
					totals.slow(), totals.returned(), rules, wait));
		}
		return untold.stream().collect(Collectors.toMap((lease) -> lease, Leases.Lease::totals));
	}

	/** The store knows that. */
	void told(Map<Leases.Lease, Leases.Totals> results) {
		results.forEach(this.leases::told);
	}

	/**
	 * Says how many places calls have asked for, or only looks whether the probes are
	 * decided.
	 * @param state the state of the breaker
	 * @param asks whether there may be places
	 * @param looks whether it is looked at in any case
	 * @return what was said; {@code null} where nothing was
	 */
	@Nullable Wish sayDemand(List<Action> actions, State state, long epoch, long wait, boolean asks, boolean looks) {
		SharedGate present = this.gate;
		if (present == null || !(asks || looks || this.unanswered)) {
			return null;
		}
		ProbeRules rules = this.breaker.config().probeRules();
		int missed = asks ? present.takeMissed() : 0;
		int most = Math.min(rules.permitted(), SharedGate.MOST_PLACES);
		int places = (state == State.HALF_OPEN) ? Math.max(0, Math.min(missed, most) - present.unused()) : 0;
		if (places == 0 && !looks && !this.unanswered) {
			return null;
		}
		actions.add(new Action.Demand(this.breaker.name(), epoch, places, rules, wait));
		return new Wish(present, missed, places);
	}

	/** What the store has made of a demand is known. */
	void answered(Wish wish) {
		if (wish.gate == this.gate) {
			this.unanswered = false;
		}
	}

	/** What the store has made of a demand is not known: it is made again. */
	void lost(Wish wish) {
		wishAgain(wish);
		this.unanswered |= this.gate != null;
	}

	/** A demand that was not served is to be made again. */
	void wishAgain(Wish wish) {
		if (wish.gate == this.gate) {
			wish.gate.missAgain(wish.missed);
		}
	}

	/**
	 * What was demanded.
	 *
	 * @param missed how many calls have asked in vain before
	 * @param places how many places were demanded for them
	 */
	record Wish(SharedGate gate, int missed, int places) {
	}

}
