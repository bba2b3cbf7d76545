package dev.breaker.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.FleetDecision;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import org.jspecify.annotations.Nullable;

/**
 * One breaker of this node that the fleet shares: what is known of its record, how far it
 * is followed, and what is to be told. Changed by the engine alone; what calls touch is
 * the {@link SharedGate}.
 */
final class SharedBreaker {

	/** The comment of what ends the hold of a command that the fleet has ended. */
	private static final String RELEASED = "the fleet's command is over";

	private static final Duration LONGEST = Duration.ofDays(3650);

	/** After so many demands without an answer the store is told the record again. */
	private static final int PATIENCE = 5;

	private final CircuitBreaker breaker;

	/** Whether it stands for a group, so that no call is its probe. */
	private final boolean ofGroup;

	private final StoreClock clock;

	private final LongSupplier nanoTime;

	private final Duration heartbeat;

	private final SharedProbes probes;

	/** What the store knows. Read by any thread. */
	private volatile @Nullable FleetRecord record;

	/** The life of the store that the record is of. */
	private @Nullable String life;

	/** The last life of the store that was told what is known. */
	private @Nullable String toldLife;

	/** Whether another life of the store has a record of a lower epoch. */
	private boolean passedOver;

	/** A reading of when the record was heard. */
	private long heard;

	/** The epoch that was followed; zero where the present one is to be followed. */
	private long followed;

	/** Whether the present epoch was followed before it is followed once more. */
	private boolean again;

	/** Whether it is followed once more when the wait is over that a command gave. */
	private boolean deferred;

	/** Whether it is open or half-open since the fleet is. */
	private boolean following;

	/** Whether it is held by a command to the fleet. */
	private boolean held;

	/** Whether its own rules have opened it. */
	private boolean own;

	/** A reading of when the wait is over for which these have opened it. */
	private long ownEnd;

	private boolean voteDue;

	/** Whether the store may have a vote. */
	private boolean voted;

	/** A command of this node that the store may not know. */
	private @Nullable PendingOrder order;

	/** Whether the breaker has obeyed it. */
	private boolean obeyed;

	/**
	 * Whether a command to this node alone has closed it, and nothing was followed since.
	 */
	private boolean closedAlone;

	/** For how long it has opened the breaker. */
	private Duration orderedWait = Duration.ZERO;

	/** How many demands in a row brought nothing. */
	private int unserved;

	/** How often other nodes were let to ask first in this epoch. */
	private int passed;

	private volatile boolean leaving;

	SharedBreaker(CircuitBreaker breaker, boolean ofGroup, StoreClock clock, LongSupplier nanoTime, Duration heartbeat,
			SharedProbes probes) {
		this.breaker = breaker;
		this.ofGroup = ofGroup;
		this.clock = clock;
		this.nanoTime = nanoTime;
		this.heartbeat = heartbeat;
		this.probes = probes;
	}

	CircuitBreaker breaker() {
		return this.breaker;
	}

	@Nullable FleetRecord record() {
		return this.record;
	}

	/**
	 * Whether it is open or half-open without the fleet. For any thread.
	 */
	boolean isLocalOnly() {
		return isOpen(this.breaker.state()) && !isOpen(this.record);
	}

	/** Whether the store knows of nothing that opens or holds it. */
	boolean isClosedForAll() {
		FleetRecord known = this.record;
		return known == null || known.state() == State.CLOSED;
	}

	private static boolean isOpen(@Nullable FleetRecord record) {
		return record != null && isOpen(record.state());
	}

	private static boolean isOpen(State state) {
		return state == State.OPEN || state == State.HALF_OPEN;
	}

	/** What the fleet says at this moment: closed where a hold is over. */
	private State fleetState() {
		FleetRecord known = this.record;
		if (known == null) {
			return State.CLOSED;
		}
		boolean over = known.state() != State.OPEN && known.until() >= 0 && left(known).isZero();
		return over ? State.CLOSED : known.state();
	}

	private Duration left(FleetRecord known) {
		return this.clock.until(known.until(), this.nanoTime.getAsLong());
	}

	/** Whether the fleet is half-open, or could be. */
	private boolean isProbed() {
		FleetRecord known = this.record;
		return known != null
				&& (known.state() == State.HALF_OPEN || (known.state() == State.OPEN && left(known).isZero()));
	}

	/** Whether there is nothing to see or to tell. */
	boolean isSettled() {
		return this.order == null && !this.voted && !this.own && this.probes.isSettled()
				&& (this.leaving || (this.breaker.state() == State.CLOSED && fleetState() == State.CLOSED));
	}

	/**
	 * What the other nodes are told; null where it is closed, unless a command to this
	 * node alone has closed it while the fleet is open, or it stands for a group and its
	 * wait is over: then the store closes the record.
	 */
	@Nullable String report() {
		State state = this.breaker.state();
		boolean over = this.ofGroup && state == State.HALF_OPEN;
		if (over && !this.leaving && isOpen(this.record)) {
			return State.CLOSED.name();
		}
		if (this.leaving || over || (state == State.CLOSED && !(this.closedAlone && isOpen(this.record)))) {
			return null;
		}
		return (isOpen(state) && !isOpen(this.record)) ? state + " local-only" : state.name();
	}

	// What the breaker says

	/**
	 * The breaker has changed its state.
	 * @param command the command that the breaker was under when this was told;
	 * {@code null} for none
	 * @return whether the store is to hear of it at once
	 */
	boolean changed(StateChange change, @Nullable StateCommand command) {
		if (this.leaving || isOfFleet(change)) {
			return false;
		}
		boolean isDue = this.deferred;
		this.deferred = false;
		this.closedAlone = change.reason() == Reason.COMMAND && change.to() == State.CLOSED;
		if (change.from() == State.HALF_OPEN) {
			this.probes.settle();
		}
		switch (change.reason()) {
			case FAILURE_RATE, SLOW_CALL_RATE, CONSECUTIVE_FAILURES, PROBES_FAILED, PROBES_LOST -> {
				this.own = true;
				this.ownEnd = this.nanoTime.getAsLong() + Math.min(waitWithoutSignals().toNanos(), LONGEST.toNanos());
				this.voteDue = true;
				// Decided without the store, it ends where the fleet has closed since.
				this.following = isOpen(this.record);
				returnToOpenFleet();
			}
			case PROBES_SUCCEEDED -> {
				this.own = false;
				returnToOpenFleet();
			}
			case COMMAND -> {
				this.own = false;
				this.following = false;
				this.held = false;
				FleetRecord known = this.record;
				this.followed = (known != null) ? known.epoch() : 0;
				giveAgain(change, command);
			}
			case HOLD_ELAPSED -> {
				this.own = false;
				this.held = false;
				returnToFleet();
			}
			case SIGNAL, RESTORED -> this.own = false;
			case WAIT_ELAPSED -> {
				if (isDue) {
					returnToOpenFleet();
				}
			}
			case FLEET -> {
			}
		}
		return this.own || this.voted || this.probes.hasResults();
	}

	private void returnToOpenFleet() {
		if (isOpen(this.record)) {
			followAgain();
		}
	}

	/** What this node was commanded to be is over. */
	private void returnToFleet() {
		if (fleetState() != State.CLOSED) {
			followAgain();
		}
	}

	private void followAgain() {
		FleetRecord known = this.record;
		this.again |= known != null && this.followed == known.epoch();
		this.followed = 0;
	}

	/**
	 * A command to this node alone wins over what the fleet had decided before it, also
	 * where that was followed once more while the news of the command was on its way.
	 */
	@SuppressWarnings("ReferenceEquality") // the same words can come twice
	private void giveAgain(StateChange change, @Nullable StateCommand command) {
		StateChange last = this.breaker.snapshot().lastChange();
		if (!this.again || last == null || last == change || !isOfFleet(last)) {
			return;
		}
		if (command != null && command.state() == change.to()) {
			this.breaker.apply(command);
		}
		else if (change.to() == State.CLOSED || change.to() == State.HALF_OPEN) {
			// The command itself is not known any more. These have no hold.
			this.breaker.apply(StateCommand.to(change.to()).comment(change.comment()).actor(change.actor()));
		}
	}

	private boolean isOfFleet(StateChange change) {
		if (change.reason() != Reason.COMMAND) {
			return change.reason() == Reason.FLEET;
		}
		FleetRecord known = this.record;
		PendingOrder given = this.order;
		return RELEASED.equals(change.comment())
				|| (known != null && known.command() != null && RecordCheck.isOf(change, known.command()))
				|| (given != null && given.isIn(change));
	}

	// What the store says

	/**
	 * A record that can be followed has come. One of a lower epoch, in another life of
	 * the store, is passed over until that store was told what is known here.
	 * @param of the life of the store
	 * @return whether it says something new
	 */
	boolean hear(FleetRecord told, String of) {
		FleetRecord known = this.record;
		boolean sameLife = known != null && of.equals(this.life);
		boolean sameEpoch = known != null && known.epoch() == told.epoch();
		if (known != null && sameLife
				&& (told.epoch() < known.epoch() || (sameEpoch && told.revision() <= known.revision()))) {
			return false;
		}
		if (known != null && !sameLife && told.epoch() < known.epoch() && isRemembered() && !of.equals(this.toldLife)) {
			this.passedOver = true;
			return false;
		}
		this.record = told;
		this.life = of;
		this.passedOver = false;
		this.heard = this.nanoTime.getAsLong();
		this.unserved = 0;
		if (!sameLife || !sameEpoch) {
			// Epochs of two lives can be the same.
			boolean same = known != null && sameEpoch && known.since() == told.since()
					&& Objects.equals(known.command(), told.command());
			// Leases live as long as their epoch is half-open: their places go on.
			if (known == null || !same || known.state() != State.HALF_OPEN || told.state() != State.HALF_OPEN) {
				begin(told, same && this.followed == told.epoch());
			}
		}
		return true;
	}

	private void begin(FleetRecord told, boolean alreadyFollowed) {
		// A new epoch takes all votes away.
		this.voted = false;
		this.voteDue = this.own;
		this.passed = 0;
		this.probes.begin(isOpen(told));
		this.followed = alreadyFollowed ? told.epoch() : 0;
		this.again = false;
		this.deferred = false;
		PendingOrder given = this.order;
		if (given != null && given.isIn(told)) {
			this.order = null;
			this.followed = told.epoch();
			this.following = isOpen(told);
			this.held = isHeld(told.state());
		}
	}

	/** The record was none of the store's. */
	void disown() {
		this.record = null;
		this.life = null;
		this.passedOver = false;
		this.followed = 0;
		this.probes.begin(false);
	}

	/** Whether the record is of that life and a later epoch, and was heard before. */
	boolean isAhead(String of, long revision, long reading) {
		FleetRecord known = this.record;
		return known != null && isOf(of) && known.epoch() > revision && this.heard - reading <= 0;
	}

	/** Whether the record is of that life of the store. */
	boolean isOf(String present) {
		return present.equals(this.life);
	}

	/** Whether the record is not of a later epoch than that. */
	boolean isWithin(long revision) {
		FleetRecord known = this.record;
		return known == null || known.epoch() <= revision;
	}

	/** The store knows nothing of it any more: it has been closed for long. */
	void forgotten() {
		disown();
		if (this.held) {
			this.held = false;
			this.breaker.apply(StateCommand.to(State.CLOSED).comment(RELEASED));
		}
		else if (this.following) {
			this.following = false;
			this.breaker.follow(new FleetDecision(State.CLOSED, Duration.ZERO, 0, null));
			this.own = false;
		}
	}

	/** Places were leased, now or before. */
	void grant(Reply.Grant grant) {
		FleetRecord known = this.record;
		if (known != null && known.state() == State.HALF_OPEN && known.epoch() == grant.epoch()) {
			this.probes.grant(grant.lease(), grant.places());
		}
	}

	/** Gives places back that are not taken: the store may have taken them away. */
	void giveBackUnused() {
		this.probes.giveBackUnused();
	}

	/**
	 * Does what the fleet has decided, once in each epoch. A command of this node that
	 * the store does not know yet comes first.
	 * @param joining whether the node has just started, so that what closed before is
	 * none of its business
	 */
	void follow(boolean joining) {
		FleetRecord told = this.record;
		if (told == null || told.epoch() == this.followed || this.order != null || this.leaving) {
			return;
		}
		Action.FleetCommand command = told.command();
		this.followed = told.epoch();
		this.closedAlone = false;
		switch (told.state()) {
			case CLOSED -> {
				if (command != null && !joining) {
					this.breaker.apply(RecordCheck.obeyed(command));
					this.own = false;
				}
				else {
					close(told);
				}
				this.following = false;
				this.held = false;
			}
			case OPEN -> open(told, command);
			case HALF_OPEN -> {
				if (command != null) {
					obey(RecordCheck.obeyed(command), true);
				}
				else {
					decide(State.HALF_OPEN, Duration.ZERO, told);
				}
			}
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> {
				if (command != null) {
					hold(told, command);
				}
			}
		}
	}

	private void close(FleetRecord told) {
		if (this.held && isHeld(this.breaker.state())) {
			this.breaker.apply(StateCommand.to(State.CLOSED).comment(RELEASED));
		}
		else if (this.following) {
			this.breaker.follow(new FleetDecision(State.CLOSED, Duration.ZERO, 0, why(told)));
			this.own = false;
		}
	}

	private void open(FleetRecord told, Action.@Nullable FleetCommand command) {
		Duration left = left(told);
		if (left.isZero()) {
			decide(State.HALF_OPEN, left, told);
		}
		else if (command != null) {
			obey(RecordCheck.obeyed(command).hold(left), true);
		}
		else {
			decide(State.OPEN, left, told);
		}
	}

	private void decide(State state, Duration left, FleetRecord told) {
		if (this.held && isHeld(this.breaker.state())) {
			// The command that ended the hold was missed.
			this.breaker.apply(StateCommand.to(State.OPEN).comment(RELEASED));
		}
		this.held = false;
		this.following = true;
		this.own = false;
		this.breaker.follow(new FleetDecision(state, left, told.openings(), why(told)));
		if (this.breaker.state() == State.OPEN && this.breaker.export().command() != null) {
			// The fleet may be open for longer. Not before that wait is over: a command
			// that ends it sooner holds.
			this.deferred = true;
		}
	}

	private void obey(StateCommand command, boolean open) {
		this.held = !open;
		this.following = open;
		this.own = false;
		this.breaker.apply(command);
	}

	private void hold(FleetRecord told, Action.FleetCommand command) {
		StateCommand plain = RecordCheck.obeyed(command);
		Duration left = left(told);
		if (told.until() < 0 || told.state() == State.METRICS_ONLY) {
			obey(plain, false);
		}
		else if (!left.isZero()) {
			obey(plain.hold(left), false);
		}
		else {
			close(told);
			this.following = false;
			this.held = false;
		}
	}

	private static boolean isHeld(State state) {
		return state == State.FORCED_OPEN || state == State.DISABLED || state == State.METRICS_ONLY;
	}

	private static @Nullable String why(FleetRecord told) {
		return switch (told.cause()) {
			case "VOTES" -> told.votes() + " of " + told.live() + (told.live() == 1 ? " instance" : " instances");
			case "PROBES_SUCCEEDED" -> "probes succeeded";
			case "PROBES_FAILED" -> "probes failed";
			case "PROBES_LOST" -> "probes did not come back";
			case "ABANDONED" -> "no instance was open any more";
			default -> null;
		};
	}

	// What the node says

	/**
	 * A command to the whole fleet is about to be given to the breaker. For any thread.
	 */
	void orderComes(StateCommand command) {
		if (command.state() == State.HALF_OPEN) {
			this.probes.awaitFleet();
		}
	}

	/**
	 * A command is given at this node, for the whole fleet. From now on nothing else is
	 * followed; the store hears of it once it is obeyed here.
	 */
	void order(StateCommand command, long reading) {
		FleetRecord known = this.record;
		this.order = new PendingOrder(command, reading, (known != null) ? known.epoch() : 0);
		this.obeyed = false;
		this.own = false;
		this.following = false;
		this.held = isHeld(command.state());
		if (this.leaving) {
			// What waits for the fleet would wait for ever.
			this.probes.giveUpWait();
		}
	}

	/**
	 * The breaker has obeyed the command; what it followed since then was decided before.
	 */
	void obeyed(StateCommand command) {
		PendingOrder given = this.order;
		if (given != null && given.command() == command) {
			this.obeyed = true;
			if (this.breaker.state() != command.state() && !this.leaving) {
				this.breaker.apply(command);
			}
			Duration hold = command.hold();
			this.orderedWait = (hold != null) ? hold : waitWithoutSignals();
		}
	}

	/**
	 * Follows nothing from now on, so that what its group has let go is not brought back.
	 * For any thread; {@link #leave()} is to follow.
	 */
	void part() {
		this.leaving = true;
	}

	/**
	 * Not shared from now on: what is leased is settled, and a vote withdrawn. A command
	 * that the store does not know yet is told all the same.
	 */
	void leave() {
		this.leaving = true;
		this.own = false;
		this.probes.leave();
	}

	/**
	 * The node ends: what calls have taken is lost with it.
	 */
	void end() {
		this.leaving = true;
		this.own = false;
		this.probes.end();
	}

	/** Whether calls have asked for places that the store may have. */
	boolean wantsPlaces() {
		FleetRecord known = this.record;
		return known != null && this.probes.isMissed() && isProbed() && mayHavePlaces(known);
	}

	private boolean mayHavePlaces(FleetRecord known) {
		FleetRecord.Progress progress = known.probes();
		return progress == null || progress.permitted() <= 0 || (progress.given() < progress.permitted()
				&& (progress.holders().isEmpty() || !this.breaker.config().probeRules().dark()));
	}

	/** Whether the store is to hear of it, or to be asked, before the next heartbeat. */
	boolean isUrgent() {
		return this.probes.hasResults() || wantsPlaces() || (this.voteDue && isVoting());
	}

	/** A signal that lives keeps it open, and its vote does not. */
	private boolean isVoting() {
		return this.own && this.order == null && fleetState() == State.CLOSED && this.breaker.config().enforce()
				&& this.breaker.state() == State.OPEN && this.ownEnd - this.nanoTime.getAsLong() > 0;
	}

	/** Signals are those of this node, and prolong no wait but its own. */
	private Duration waitWithoutSignals() {
		Duration left = this.breaker.export().left();
		return (left != null) ? left : Duration.ZERO;
	}

	/**
	 * Says what there is to say.
	 * @param actions what the node does, to which this is added
	 * @param all whether votes are told again
	 * @param present the present life of the store, as far as it is known
	 * @param turns whether it is this node that asks for places, and that looks whether
	 * the probes are decided; {@code null} where neither is to be
	 * @return what was said
	 */
	Said say(List<Action> actions, boolean all, @Nullable String present, @Nullable Turns turns) {
		State state = this.breaker.state();
		int first = actions.size();
		remember(actions, present);
		PendingOrder given = sayOrder(actions, state);
		boolean vote = sayVote(actions, all);
		CircuitBreakerGroup group = (this.breaker.key() != null) ? this.breaker.group() : null;
		if (group != null && actions.size() > first) {
			actions.add(first, new Action.Key(this.breaker.name(), group.name()));
		}
		boolean withdrawal = !vote && this.voted && !this.own;
		if (withdrawal) {
			actions.add(new Action.Withdraw(this.breaker.name()));
		}
		FleetRecord known = this.record;
		if (known == null) {
			return new Said(this, present, given, vote, withdrawal, Map.of(), null, null, false);
		}
		long wait = nextWait(known);
		Map<Leases.Lease, Leases.Totals> results = this.probes.sayResults(actions, state, known.epoch(), wait);
		if (turns == null || !isProbed() || this.leaving) {
			return new Said(this, present, given, vote, withdrawal, results, known, null, false);
		}
		boolean letsOthers = letsOthersAsk(known, turns);
		boolean looks = known.state() == State.HALF_OPEN && turns.isLooker();
		SharedProbes.Wish wish = this.probes.sayDemand(actions, state, known.epoch(), wait,
				mayHavePlaces(known) && !letsOthers, looks);
		return new Said(this, present, given, vote, withdrawal, results, known, wish, letsOthers);
	}

	/** Whether other nodes ask first, since nothing is known of the places yet. */
	private boolean letsOthersAsk(FleetRecord known, Turns turns) {
		boolean unknown = known.probes() == null || known.probes().permitted() <= 0;
		if (!unknown || !this.probes.isMissed()
				|| turns.isFirst(this.breaker.config().probeRules().permitted(), this.passed)) {
			return false;
		}
		this.passed++;
		return true;
	}

	/** To a store that has lost the record, or seems to have. */
	private void remember(List<Action> actions, @Nullable String present) {
		FleetRecord known = this.record;
		boolean lost = present != null && !present.equals(this.life);
		if (known != null && isRemembered() && (lost || this.unserved >= PATIENCE)) {
			this.unserved = 0;
			actions.add(new Action.Remember(known, (known.until() >= 0) ? millis(left(known)) : -1));
		}
	}

	/** Whether a store that has lost the record is told it. */
	private boolean isRemembered() {
		return fleetState() != State.CLOSED && !this.leaving;
	}

	private @Nullable PendingOrder sayOrder(List<Action> actions, State state) {
		PendingOrder given = this.order;
		if (given == null || !this.obeyed) {
			return null;
		}
		long now = this.nanoTime.getAsLong();
		Duration wait = Duration.ZERO;
		if (state == State.OPEN) {
			wait = min(this.breaker.retryAfter(), given.left(this.orderedWait, now));
		}
		if (given.isOver(wait, now)) {
			this.order = null;
			this.probes.giveUpWait();
			returnToFleet();
			return null;
		}
		actions.add(new Action.Order(this.breaker.name(), given.told(now), millis(wait)));
		return given;
	}

	private boolean sayVote(List<Action> actions, boolean all) {
		if (!(this.voteDue || all) || !isVoting()) {
			return false;
		}
		Duration left = Duration.ofNanos(this.ownEnd - this.nanoTime.getAsLong());
		long wait = Math.max(1, millis(min(this.breaker.retryAfter(), left)));
		actions.add(new Action.Vote(this.breaker.name(), wait, wait + 2 * this.heartbeat.toMillis()));
		this.voteDue = false;
		this.voted = true;
		return true;
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	/** How long the fleet is open if its probes fail. */
	private long nextWait(FleetRecord known) {
		return Math.max(1, millis(this.breaker.config().waitInOpenState(known.openings() + 1)));
	}

	/** Rounded up, and ten years where it is longer. */
	static long millis(Duration duration) {
		return (duration.compareTo(LONGEST) < 0) ? duration.plusNanos(999_999).toMillis() : LONGEST.toMillis();
	}

	/**
	 * What was said in one exchange.
	 */
	static final class Said {

		private final SharedBreaker by;

		/** The present life of the store, as far as it was known. */
		private final @Nullable String present;

		private final @Nullable PendingOrder order;

		private final boolean vote;

		private final boolean withdrawal;

		private final Map<Leases.Lease, Leases.Totals> results;

		/** What was known then. */
		private final @Nullable FleetRecord record;

		private final SharedProbes.@Nullable Wish wish;

		private final boolean letsOthers;

		private Said(SharedBreaker by, @Nullable String present, @Nullable PendingOrder order, boolean vote,
				boolean withdrawal, Map<Leases.Lease, Leases.Totals> results, @Nullable FleetRecord record,
				SharedProbes.@Nullable Wish wish, boolean letsOthers) {
			this.by = by;
			this.present = present;
			this.order = order;
			this.vote = vote;
			this.withdrawal = withdrawal;
			this.results = results;
			this.record = record;
			this.wish = wish;
			this.letsOthers = letsOthers;
		}

		/**
		 * The store has heard it.
		 * @param known the revision that the store took for known
		 * @return whether something is to be said again
		 */
		boolean heard(long known) {
			if (this.order != null && this.order.equals(this.by.order)) {
				this.by.order = null;
			}
			if (this.withdrawal && !this.by.own) {
				this.by.voted = false;
			}
			this.by.probes.told(this.results);
			if (this.wish != null) {
				this.by.probes.answered(this.wish);
			}
			FleetRecord present = this.by.record;
			boolean voidVote = this.vote && present != null && present.epoch() > known;
			if (voidVote && this.by.own) {
				this.by.voteDue = true;
			}
			return hearWish(present) || (this.by.voteDue && this.by.isVoting());
		}

		/**
		 * What is known was told to the store where its record is of another life.
		 * @param of the life of the store that has heard it
		 * @return whether that keeps to a record that was passed over, and is to tell it
		 * again
		 */
		boolean isOverruled(String of) {
			if (!of.equals(this.present)) {
				return false;
			}
			boolean overruled = this.by.passedOver;
			this.by.passedOver = false;
			this.by.toldLife = of;
			return overruled;
		}

		private boolean hearWish(@Nullable FleetRecord present) {
			FleetRecord then = this.record;
			SharedProbes.Wish made = this.wish;
			if (this.letsOthers) {
				return this.by.wantsPlaces();
			}
			if (made == null || then == null || present == null || then.revision() != present.revision()) {
				return false;
			}
			this.by.unserved++;
			if (made.places() > 0 && present.state() == State.OPEN) {
				this.by.probes.wishAgain(made);
			}
			return this.by.wantsPlaces();
		}

		/** The store may not have heard it. */
		void lost() {
			this.by.voteDue = this.by.own;
			if (this.wish != null) {
				this.by.probes.lost(this.wish);
			}
		}

	}

}
