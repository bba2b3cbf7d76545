package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded family of circuit breakers under one name and config, one for each key, made
 * on first use and called {@code name:key}. Obtained from
 * {@link CircuitBreakerRegistry#group}; its breakers are in that registry, and have its
 * listeners.
 *
 * <p>
 * There are never more of them than the limit, whatever the keys are. At the limit, of
 * the 32 least recently used the first that is as a new one makes room for a new key:
 * closed with all calls admitted, or still in its initial state, with neither failed nor
 * slow calls in its window, no row of failures and no openings that are remembered. Where
 * none of them is, the least recently used one does, whatever its state. One with a call
 * under way stays, and so does one that a command or a signal holds where it is. Only
 * where all of them stay, keys without a breaker share one called {@code name:_overflow}.
 * A breaker that made room and is used again, by a reference that was kept, comes back
 * with all that it recorded, unless its key has a new one by then, which is used instead,
 * or no place is free: then its calls are made on the shared one.
 *
 * <p>
 * A key of more than 128 characters is cut, and a hash of all of it put in place of the
 * rest. Where the name of a breaker is taken in the registry already, a hash follows it.
 *
 * <p>
 * Safe for use by many threads. Finding a breaker that is there takes no lock; no code of
 * the application's runs under one.
 *
 * <pre>{@code
 * CircuitBreakerGroup stores = registry.group("stores", config, 100);
 * Stock stock = stores.get(store.id()).call(() -> client.stock(store));
 * }</pre>
 */
public final class CircuitBreakerGroup {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreakerGroup.class);

	private static final String OVERFLOW = "_overflow";

	private final String name;

	private final int limit;

	private final CircuitBreakerRegistry registry;

	private final NanoClock clock;

	private final ConcurrentHashMap<String, GroupMember> members = new ConcurrentHashMap<>();

	private final LongAdder overflowCalls = new LongAdder();

	/** Of all keys, since those come and go. */
	final FailedListeners failedListeners = new FailedListeners();

	/** Guarded by the lock, but for what is marked there. */
	final EvictionQueue queue = new EvictionQueue(this.members);

	// Before that of the registry. What is due and what is told waits until it is free.
	final SpinLock lock = new SpinLock();

	// Written under the lock

	private volatile CircuitBreakerConfig config;

	private volatile @Nullable GroupCommand latest;

	/** Those that keys get which have no breaker yet. */
	private volatile Signals signals = Signals.NONE;

	private volatile @Nullable GroupMember overflow;

	private volatile boolean registered = true;

	// Guarded by the lock

	private boolean overflowLogged;

	private volatile boolean renamingLogged;

	CircuitBreakerGroup(String name, CircuitBreakerConfig config, int limit, CircuitBreakerRegistry registry) {
		this.name = name;
		this.config = config;
		this.limit = limit;
		this.registry = registry;
		this.clock = NanoClock.of(config.nanoClock());
	}

	/**
	 * The name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The present config of its breakers.
	 * @return the config that each of them is made with, and goes on under unless it was
	 * given one of its own
	 */
	public CircuitBreakerConfig config() {
		return this.config;
	}

	/**
	 * How many keys have a breaker at this moment.
	 * @return a number from zero to the {@link #limit()}
	 */
	public int size() {
		this.lock.lock();
		try {
			return this.members.size();
		}
		finally {
			this.lock.held = 0;
		}
	}

	/**
	 * How many keys may have a breaker at a time.
	 * @return the limit, 1 or more
	 */
	public int limit() {
		return this.limit;
	}

	/**
	 * The breaker of a key, made on first use. However many threads ask, a key has one
	 * breaker.
	 * @param key the key
	 * @return the breaker of the key; the {@link #overflow()} breaker where the limit is
	 * reached and no breaker can make room
	 */
	public CircuitBreaker get(String key) {
		String bounded = KeyText.bounded(Objects.requireNonNull(key, "key"));
		GroupMember present = this.members.get(bounded);
		if (present != null) {
			present.stamp();
			return present.breaker;
		}
		GroupMember added = add(bounded, null, false);
		return (added != null) ? added.breaker : share();
	}

	/**
	 * Looks for the breaker of a key, and makes none.
	 * @param key the key
	 * @return the breaker, if the key has one of its own
	 */
	public Optional<CircuitBreaker> find(String key) {
		GroupMember present = this.members.get(KeyText.bounded(Objects.requireNonNull(key, "key")));
		return (present != null) ? Optional.of(present.breaker) : Optional.empty();
	}

	/**
	 * The breakers of all keys, as they are at this moment.
	 * @return an unmodifiable copy, in no order; without the {@link #overflow()} breaker
	 */
	public Collection<CircuitBreaker> all() {
		List<CircuitBreaker> all = new ArrayList<>();
		this.lock.lock();
		try {
			for (GroupMember member : this.members.values()) {
				all.add(member.breaker);
			}
		}
		finally {
			this.lock.held = 0;
		}
		return Collections.unmodifiableList(all);
	}

	/**
	 * The breaker that keys share while they find no place for one of their own. It is
	 * none of {@link #all()}, and does not count for {@link #size()}.
	 * @return the breaker, if there was such a key
	 */
	public Optional<CircuitBreaker> overflow() {
		GroupMember present = this.overflow;
		return (present != null) ? Optional.of(present.breaker) : Optional.empty();
	}

	/**
	 * How many times a key was given the {@link #overflow()} breaker.
	 * @return a number since the group was made
	 */
	public long overflowCalls() {
		return this.overflowCalls.sum();
	}

	/**
	 * Carries out a command on every key: on the breakers that there are, and on those
	 * made while it holds, before they see a call. {@link State#FORCED_OPEN} and
	 * {@link State#DISABLED} hold until their hold is over, else until another command to
	 * the group, as {@link State#METRICS_ONLY} does; {@link State#OPEN} for its hold, or
	 * the first wait of the config; the others are for the breakers that there are. A
	 * command to the breaker of a key is for that breaker alone.
	 * @param command the command
	 */
	public void apply(StateCommand command) {
		Objects.requireNonNull(command, "command");
		StackEnd.requireFar();
		CircuitBreakerConfig present = this.config;
		long limit = GroupCommand.limit(command, present.rules);
		Instant until = (limit != GroupCommand.WITHOUT_END) ? instantAfter(limit) : null;
		GroupCommand issued = new GroupCommand(command, present, this.clock.read(), limit, until);
		List<GroupMember> members;
		Signals told;
		this.lock.lock();
		try {
			this.latest = issued;
			if (command.clearsSignals()) {
				this.signals = Signals.NONE;
			}
			members = everyMember();
			told = this.signals;
		}
		finally {
			this.lock.held = 0;
		}
		// In force for all keys before a listener hears of one.
		for (GroupMember member : members) {
			obeyLatest(member);
			hearLatest(member, told);
		}
		tell(members);
	}

	/**
	 * Gives a signal to every key: to the breakers that there are, and to those made
	 * while it lives, before they see a call. See
	 * {@link CircuitBreaker#signal(String, String, Duration)}. A command to the group
	 * that clears signals, and one to the breaker of a key, does so for these too.
	 * @param source what says so: not empty, at most {@value Signal#MAX_SOURCE_LENGTH}
	 * characters
	 * @param reason why, of which {@value Signal#MAX_REASON_LENGTH} characters are kept;
	 * {@code null} for none
	 * @param ttl how long the signal lives, above zero
	 * @throws IllegalArgumentException if the source or the ttl is none of these
	 */
	public void signal(String source, @Nullable String reason, Duration ttl) {
		Signals.Given given = Signals.Given.of(source, reason, ttl).givenToGroupAt(this.clock.read());
		changeSignals((before) -> before.with(given, given.at(), 0), (breaker) -> heed(breaker, given),
				new Signal(given.source(), given.reason(), ttl));
	}

	/**
	 * Takes the signal of a source back from every key, of those in the group also where
	 * it was given to the breaker of a key alone.
	 * @param source the source
	 */
	public void clearSignal(String source) {
		Objects.requireNonNull(source, "source");
		long now = this.clock.read();
		changeSignals((before) -> before.without(source, now), (breaker) -> breaker.ignoreSignal(source),
				new Signal(source, null, Duration.ZERO));
	}

	private void changeSignals(UnaryOperator<Signals> change, Predicate<CircuitBreaker> step, Signal heard) {
		StackEnd.requireFar();
		List<GroupMember> members;
		Signals told;
		this.lock.lock();
		try {
			this.signals = change.apply(this.signals);
			members = everyMember();
			told = this.signals;
		}
		finally {
			this.lock.held = 0;
		}
		List<CircuitBreaker> changed = new ArrayList<>();
		// In force for all keys before a listener hears of one.
		for (GroupMember member : members) {
			if (step.test(member.breaker)) {
				changed.add(member.breaker);
			}
			hearLatest(member, told);
		}
		tell(members);
		for (CircuitBreaker breaker : changed) {
			breaker.listeners().signalled(breaker, heard);
		}
	}

	private static void tell(List<GroupMember> members) {
		for (GroupMember member : members) {
			member.breaker.tell();
		}
	}

	/**
	 * Of two signals, or a signal and a command, at a time, all breakers end with the
	 * same signals.
	 * @param known those that it has heard
	 */
	private void hearLatest(GroupMember member, Signals known) {
		Signals heard = known;
		while (heard != this.signals) {
			Signals present = this.signals;
			hear(member.breaker, heard, present);
			heard = present;
		}
	}

	/**
	 * Tells a breaker what differs: what it does not know, and what it has and all keys
	 * have not any more.
	 */
	private void hear(CircuitBreaker breaker, Signals known, Signals present) {
		long now = this.clock.read();
		for (Signals.Given each : breaker.period().signals().living(now)) {
			if (each.ofGroup() && !present.lives(each.source(), now)) {
				breaker.ignoreSignal(each.source());
			}
		}
		for (Signals.Given each : present.given()) {
			if (!known.has(each) && each.left(now) > 0) {
				heed(breaker, each);
			}
		}
	}

	/** Unless a command to the group has cleared it meanwhile. */
	private boolean heed(CircuitBreaker breaker, Signals.Given signal) {
		return breaker.heedLate(signal, () -> this.signals.has(signal));
	}

	/**
	 * The signals that keys get which have no breaker yet: those to the group that live.
	 * @return the signals, unmodifiable
	 */
	public List<Signal> signals() {
		return this.signals.shown(this.clock.read());
	}

	/**
	 * Makes the breaker of a key go on from an exported state, as
	 * {@link CircuitBreaker#restore(ExportedState)} does. It is made where there is none.
	 * @param key the key as {@link CircuitBreaker#key()} says it
	 * @param exported what {@link CircuitBreaker#export()} of the earlier breaker of the
	 * key gave
	 * @return whether the state was restored; {@code false} also where the limit is
	 * reached and no breaker can make room
	 */
	public boolean restore(String key, ExportedState exported) {
		GroupMember present = this.members.get(Objects.requireNonNull(key, "key"));
		GroupMember member = (present != null) ? present : add(key, null, false);
		return member != null && member.breaker.restore(exported);
	}

	/**
	 * Makes every key go on from an earlier command to all keys: the breakers that there
	 * are, as {@link CircuitBreaker#restore(ExportedState)} does, and those made while it
	 * holds, before they see a call. A group that was commanded before stays as it is.
	 * @param exported the state that the command made, with the command; of its hold what
	 * is {@linkplain ExportedState#left() left}, less the time that has passed since, is
	 * taken over
	 * @return whether the command holds again; {@code false} also where there is none, or
	 * its hold is over
	 */
	public boolean restore(ExportedState exported) {
		CircuitBreakerConfig present = this.config;
		Restoration restoration = Restoration.of(exported, present.rules, instantAfter(0));
		StateCommand given = (restoration != null) ? restoration.command() : null;
		if (restoration == null || given == null || restoration.state() == State.HALF_OPEN) {
			return false;
		}
		StackEnd.requireFar();
		StateCommand again = StateCommand.to(given.state()).comment(given.comment()).actor(given.actor());
		boolean ends = restoration.limit() != Period.WITHOUT_END;
		StateCommand command = ends ? again.hold(Duration.ofNanos(restoration.limit())) : again;
		long limit = GroupCommand.limit(command, present.rules);
		GroupCommand issued = new GroupCommand(command, present, this.clock.read(), limit,
				(limit != GroupCommand.WITHOUT_END) ? instantAfter(limit) : null);
		List<GroupMember> members = List.of();
		this.lock.lock();
		try {
			if (this.latest == null) {
				this.latest = issued;
				members = everyMember();
			}
		}
		finally {
			this.lock.held = 0;
		}
		// One that is made from now on obeys it, and one of before has heard of nothing.
		for (GroupMember member : members) {
			member.breaker.restore(exported);
		}
		return this.latest == issued;
	}

	/** Those of the keys, and the one that keys share. */
	private List<GroupMember> everyMember() {
		List<GroupMember> all = new ArrayList<>(this.members.values());
		GroupMember shared = this.overflow;
		if (shared != null) {
			all.add(shared);
		}
		return all;
	}

	private Instant instantAfter(long nanos) {
		try {
			return this.config.clock().instant().plusNanos(nanos);
		}
		catch (Throwable ex) {
			HookFailures.log(logger, "The clock of circuit breaker group '{}' failed; the system's stands in",
					LogText.oneLine(this.name), ex);
			return Instant.now().plusNanos(nanos);
		}
	}

	/**
	 * The command that keys obey which get a breaker now.
	 * @return the last command to the group while it holds for them, see
	 * {@link #apply(StateCommand)}
	 */
	public Optional<StandingCommand> standingCommand() {
		long now = this.clock.read();
		GroupCommand last = this.latest;
		return (last != null && last.holdsAt(now)) ? Optional.of(new StandingCommand(last.command, last.until))
				: Optional.empty();
	}

	/** Of two commands at a time, all breakers obey the same one last. */
	private void obeyLatest(GroupMember member) {
		GroupCommand obeyed;
		do {
			obeyed = Objects.requireNonNull(this.latest);
			member.breaker.obey(obeyed.command);
		}
		while (obeyed != this.latest);
	}

	/**
	 * Gives every key another config: the breakers that there are, as
	 * {@link CircuitBreaker#reconfigure} does, and those made later. State, totals,
	 * listeners, what is left of a wait, a command that holds, and the clocks stay. It
	 * takes the place of a config that the breaker of a single key was given. Of two
	 * configs at a time, all breakers go on under the same one. The initial state of the
	 * config is for breakers made later.
	 * @param config the config
	 */
	public void reconfigure(CircuitBreakerConfig config) {
		CircuitBreakerConfig given = Objects.requireNonNull(config, "config").withClocksOf(this.config);
		StackEnd.requireFar();
		List<GroupMember> all;
		this.lock.lock();
		try {
			this.config = given;
			all = everyMember();
		}
		finally {
			this.lock.held = 0;
		}
		// In force for all keys before a listener hears what it has decided for one.
		for (GroupMember member : all) {
			followLatest(member);
		}
		tell(all);
	}

	/** Of two configs at a time, all breakers go on under the same one. */
	private void followLatest(GroupMember member) {
		CircuitBreakerConfig followed;
		do {
			followed = this.config;
			member.breaker.follow(followed);
		}
		while (followed != this.config);
	}

	/** Whether it knows all that was said to the group. */
	private boolean isUpToDate(GroupMember member) {
		return member.obeyed == this.latest && member.followed == this.config && member.heard == this.signals;
	}

	/**
	 * The breaker of the key of one that was let go: that very one where the key has no
	 * other, after it has carried out what it missed.
	 */
	CircuitBreaker present(GroupMember former, String key) {
		GroupMember present = this.members.get(key);
		if (present != null) {
			return present.breaker;
		}
		if (!isUpToDate(former) && !former.removed) {
			catchUp(former);
		}
		return former.breaker;
	}

	/**
	 * A call begins, or a command, on a breaker that was let go.
	 */
	CircuitBreaker enter(GroupMember former, String key, boolean byCommand) {
		GroupMember entered = add(key, former, true);
		if (entered != null) {
			return entered.breaker;
		}
		if (byCommand) {
			// Better than to command what other keys share.
			former.count();
			return former.breaker;
		}
		return share();
	}

	/**
	 * The breaker of a key: the present one, the former one, or a new one. Null where
	 * there is no room.
	 */
	private @Nullable GroupMember add(String key, @Nullable GroupMember former, boolean entering) {
		GroupMember candidate = null;
		GroupMember back = former;
		int namesTaken = 0;
		StackEnd.requireFar();
		while (true) {
			GroupMember evicted = null;
			GroupMember found = null;
			boolean added = false;
			boolean full = false;
			long now = this.clock.read();
			this.lock.lock();
			try {
				GroupMember present = this.members.get(key);
				if (back != null && back.removed) {
					candidate = (candidate == back) ? null : candidate;
					back = null;
				}
				if (candidate == null && back != null) {
					candidate = back;
				}
				if (present != null) {
					found = present;
				}
				else if (candidate == null) {
					full = this.members.size() >= this.limit && !this.queue.mayMakeRoom(now);
				}
				else if (isUpToDate(candidate)) {
					if (this.members.size() >= this.limit) {
						evicted = makeRoom(now);
						full = evicted == null;
					}
					if (!full && register(candidate)) {
						putOrUndo(key, candidate, candidate == back);
						found = candidate;
						added = true;
					}
					else if (!full) {
						namesTaken++;
						candidate = null;
						back = null;
					}
				}
				if (found != null && entering) {
					found.count();
				}
			}
			finally {
				this.lock.held = 0;
			}
			if (evicted != null) {
				tellRemoved(evicted);
			}
			if (added) {
				tellAdded(Objects.requireNonNull(found));
			}
			if (found != null || full) {
				return found;
			}
			if (candidate == null || candidate != back) {
				candidate = make(key, this.name + ":" + key, namesTaken);
			}
			else {
				catchUp(candidate);
			}
		}
	}

	/**
	 * A new breaker, which has obeyed what holds as those did that were there. It reads
	 * clocks of the user's.
	 */
	private GroupMember make(@Nullable String key, String plainName, int namesTaken) {
		String free = freeName(key, plainName, namesTaken);
		CircuitBreakerConfig present = this.config;
		GroupCommand last = this.latest;
		GroupMember made;
		if (last != null && last.holdsAt(this.clock.read())) {
			made = new GroupMember(this, key, free, last.config);
			made.breaker.obey(last.command, last.issued);
			if (last.config != present) {
				made.breaker.follow(present);
				made.followed = present;
			}
			made.breaker.tell();
		}
		else {
			made = new GroupMember(this, key, free, present);
		}
		Signals told = this.signals;
		if (told != Signals.NONE) {
			hear(made.breaker, Signals.NONE, told);
			made.breaker.tell();
		}
		made.heard = told;
		made.obeyed = last;
		return made;
	}

	private String freeName(@Nullable String key, String plainName, int namesTaken) {
		for (int taken = namesTaken;; taken++) {
			String free = (taken == 0) ? plainName : KeyText.distinct(plainName, this.name, key, taken);
			if (!this.registered || this.registry.find(free).isEmpty()) {
				if (taken > 0 && key != null && !this.renamingLogged) {
					this.renamingLogged = true;
					HookFailures.log(logger,
							"Circuit breaker '{}' is none of the group '{}', so the breaker of that key is called '{}': what is configured or commanded for the former does nothing to calls with the key. Rename it, or configure and command the group. This is logged once a group",
							LogText.oneLine(plainName), LogText.oneLine(this.name), LogText.oneLine(free));
				}
				return free;
			}
		}
	}

	/** Carries out, on a breaker that was let go, what it has missed. */
	private void catchUp(GroupMember former) {
		GroupCommand obeyed = former.obeyed;
		CircuitBreakerConfig followed = former.followed;
		Signals heard = former.heard;
		// Two threads may be at it, and more may be said meanwhile: the last word wins.
		do {
			GroupCommand missed = this.latest;
			CircuitBreakerConfig present = this.config;
			if (missed != null && missed != obeyed) {
				if (missed.config != followed) {
					former.breaker.follow(missed.config, missed.issued);
					followed = missed.config;
				}
				former.breaker.obey(missed.command, missed.issued);
			}
			obeyed = missed;
			if (present != followed) {
				former.breaker.follow(present);
				followed = present;
			}
			Signals told = this.signals;
			hear(former.breaker, heard, told);
			heard = told;
		}
		while (obeyed != this.latest || followed != this.config || heard != this.signals);
		former.breaker.tell();
		this.lock.lock();
		try {
			former.obeyed = obeyed;
			former.followed = followed;
			former.heard = heard;
		}
		finally {
			this.lock.held = 0;
		}
	}

	private boolean register(GroupMember candidate) {
		return !this.registered || this.registry.insert(candidate.breaker);
	}

	/** Leaves nothing behind where the end of the stack comes through. */
	private void putOrUndo(String key, GroupMember member, boolean again) {
		try {
			put(key, member, again);
		}
		catch (Throwable ex) {
			this.registry.take(member.breaker);
			this.queue.remove(member);
			this.members.remove(key, member);
			throw ex;
		}
	}

	private void put(String key, GroupMember member, boolean again) {
		if (again) {
			member.comeBack();
		}
		this.queue.add(member);
		this.members.put(key, member);
	}

	/** Lets the breaker go that can best be spared. */
	private @Nullable GroupMember makeRoom(long now) {
		long began = System.nanoTime();
		while (this.queue.mayMakeRoom(now)) {
			GroupMember best = this.queue.best(now, began);
			if (best != null && letGo(best)) {
				return best;
			}
		}
		return null;
	}

	private boolean isPresent(GroupMember member) {
		return this.members.get(Objects.requireNonNull(member.key)) == member;
	}

	/** Unless a call was faster. */
	private boolean letGo(GroupMember member) {
		if (!member.leave()) {
			return false;
		}
		try {
			member.obeyed = this.latest;
			member.followed = this.config;
			member.heard = this.signals;
			take(member);
		}
		catch (Throwable ex) {
			if (isPresent(member)) {
				member.comeBack();
			}
			throw ex;
		}
		return true;
	}

	private void take(GroupMember member) {
		this.queue.remove(member);
		this.members.remove(Objects.requireNonNull(member.key));
		if (this.registered) {
			this.registry.take(member.breaker);
		}
	}

	/** Takes a breaker out by hand, for good. */
	boolean remove(GroupMember member) {
		this.lock.lock();
		try {
			if (!this.registered || !takeForGood(member)) {
				return false;
			}
		}
		finally {
			this.lock.held = 0;
		}
		this.registry.tellRemoved(member.breaker);
		return true;
	}

	private boolean takeForGood(GroupMember member) {
		if (member == this.overflow) {
			this.overflow = null;
			this.registry.take(member.breaker);
			return true;
		}
		if (member.key == null || !isPresent(member)) {
			return false;
		}
		member.leaveForGood();
		take(member);
		return true;
	}

	/** Takes all breakers out of the registry; the group can still be used. */
	void unregister() {
		List<GroupMember> all;
		this.lock.lock();
		try {
			this.registered = false;
			all = everyMember();
			for (GroupMember member : all) {
				this.registry.take(member.breaker);
			}
		}
		finally {
			this.lock.held = 0;
		}
		for (GroupMember member : all) {
			this.registry.tellRemoved(member.breaker);
		}
	}

	private void tellAdded(GroupMember member) {
		if (this.registered) {
			this.registry.tellAdded(member.breaker);
		}
	}

	private void tellRemoved(GroupMember member) {
		if (this.registered) {
			this.registry.tellRemoved(member.breaker);
		}
	}

	/** The breaker for keys that find no place. */
	private CircuitBreaker share() {
		this.overflowCalls.increment();
		GroupMember present = this.overflow;
		return (present != null) ? present.breaker : makeShared();
	}

	private CircuitBreaker makeShared() {
		int namesTaken = 0;
		StackEnd.requireFar();
		while (true) {
			GroupMember candidate = make(null, this.name + ":" + OVERFLOW, namesTaken);
			boolean log;
			this.lock.lock();
			try {
				GroupMember present = this.overflow;
				if (present != null) {
					return present.breaker;
				}
				if (!isUpToDate(candidate)) {
					continue;
				}
				if (!register(candidate)) {
					namesTaken++;
					continue;
				}
				this.overflow = candidate;
				log = !this.overflowLogged;
				this.overflowLogged = true;
			}
			finally {
				this.lock.held = 0;
			}
			tellAdded(candidate);
			if (log) {
				HookFailures.log(logger,
						"Circuit breaker group '{}' has as many breakers as its limit ({}), and each has calls under way or is held by a command or a signal: while that is so, further keys share '{}'. If so many keys are in use at a time, raise the limit (in Spring Boot applications breaker.keys.max)",
						LogText.oneLine(this.name), this.limit, LogText.oneLine(candidate.breaker.name()));
			}
			return candidate.breaker;
		}
	}

	@Override
	public String toString() {
		return "CircuitBreakerGroup[" + LogText.oneLine(this.name) + ", " + size() + " of " + this.limit + "]";
	}

}
