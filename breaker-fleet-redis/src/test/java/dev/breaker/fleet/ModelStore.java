package dev.breaker.fleet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.breaker.ProbeRules;
import dev.breaker.Reason;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the store in plain Java, as a model that other stores are compared with.
 * Its time moves by hand. One exchange is one atomic step:
 * <ol>
 * <li>The heartbeat is noted, and the report where there is one. A node whose last
 * heartbeat is at least as long ago as its node timeout is dropped.</li>
 * <li>Where the exchange knows another life of the store, the counter of revisions is
 * raised to what it knows, so that epochs grow over the lives of the store.</li>
 * <li>The actions are carried out in their order. What closes a group then closes its
 * keys.</li>
 * <li>A record that is open or half-open is closed where all nodes that report the
 * breaker report it closed, or none reports it and nothing has come of it for a day.
 * Closed records without votes are forgotten after an hour.</li>
 * <li>The reply has each record whose revision is higher than the known one, by their
 * revisions; all of them where the exchange knows no life of the store or another one. It
 * grants, for each breaker that the exchange demands, all leases of the node that are not
 * settled, by their tokens: also those whose first answer was lost.</li>
 * <li>Records with a new epoch are told to the listeners, in one message.</li>
 * </ol>
 * A new epoch is the next number of the counter and the revision too, and takes all votes
 * for that breaker away. A hold that is over makes no new epoch: the record counts as
 * closed without openings from then on, for whatever is done to it.
 */
public final class ModelStore {

	private static final long CLOSED_KEPT = TimeUnit.HOURS.toMillis(1);

	private static final long ABANDONED_AFTER = TimeUnit.DAYS.toMillis(1);

	private static final int MOST_NAMES = 20;

	private static final Comparator<NodeId> BY_NAME = Comparator.comparing(NodeId::name).thenComparing(NodeId::session);

	private final List<Consumer<News>> listeners = new ArrayList<>();

	private final Map<NodeId, Long> heartbeats = new TreeMap<>(BY_NAME);

	private final Map<NodeId, Long> timeouts = new HashMap<>();

	private final Map<NodeId, Map<String, String>> reports = new HashMap<>();

	private final Map<String, Entry> entries = new TreeMap<>();

	/** When the votes for a breaker expire. */
	private final Map<String, Map<NodeId, Long>> votes = new HashMap<>();

	/** The breakers with a new epoch in this exchange. */
	private final Set<String> begun = new LinkedHashSet<>();

	/** The groups of keys, as this exchange tells them. */
	private final Map<String, String> groups = new HashMap<>();

	/** The breakers that this exchange demands. */
	private final Set<String> demanded = new LinkedHashSet<>();

	private int lives = 1;

	private String incarnation = "life-1";

	private long revisions;

	private long now;

	private long exchanges;

	/**
	 * Makes an empty store.
	 * @param now its clock, in milliseconds
	 */
	public ModelStore(long now) {
		this.now = now;
	}

	/**
	 * The clock.
	 * @return the milliseconds
	 */
	public synchronized long now() {
		return this.now;
	}

	/**
	 * Sets the clock.
	 * @param now the milliseconds
	 */
	public synchronized void now(long now) {
		this.now = now;
	}

	/**
	 * The life of the store.
	 * @return the present one
	 */
	public synchronized String incarnation() {
		return this.incarnation;
	}

	/**
	 * Names the life of the store as another store, that it is compared with, names its
	 * own.
	 * @param incarnation the name
	 */
	public synchronized void incarnation(String incarnation) {
		this.incarnation = incarnation;
	}

	/**
	 * Loses everything, and lives another life.
	 */
	public synchronized void flush() {
		this.heartbeats.clear();
		this.reports.clear();
		this.entries.clear();
		this.votes.clear();
		this.revisions = 0;
		this.incarnation = "life-" + ++this.lives;
	}

	/**
	 * Loses the record of a breaker, without knowing that it did.
	 * @param breaker the breaker
	 */
	public synchronized void evict(String breaker) {
		this.entries.remove(breaker);
		this.votes.remove(breaker);
	}

	/**
	 * How many exchanges there were.
	 * @return the number
	 */
	public synchronized long exchanges() {
		return this.exchanges;
	}

	/**
	 * How many votes for a breaker there are that have not expired.
	 * @param breaker the breaker
	 * @return the number
	 */
	public synchronized long votes(String breaker) {
		return this.votes.getOrDefault(breaker, Map.of())
			.values()
			.stream()
			.filter((expiry) -> expiry > this.now)
			.count();
	}

	/**
	 * The record of a breaker.
	 * @param breaker the breaker
	 * @return the record, or {@code null} where there is none
	 */
	public synchronized @Nullable FleetRecord record(String breaker) {
		Entry entry = this.entries.get(breaker);
		return (entry != null) ? entry.record() : null;
	}

	/**
	 * Hears the news.
	 * @param listener hears what each exchange began
	 */
	public synchronized void listen(Consumer<News> listener) {
		this.listeners.add(listener);
	}

	/**
	 * The nodes that live, in the order of their names.
	 * @return the nodes
	 */
	public synchronized FleetView view() {
		List<FleetView.NodeView> nodes = new ArrayList<>();
		this.heartbeats.forEach((node, seen) -> nodes
			.add(new FleetView.NodeView(node, this.now - seen, Map.copyOf(this.reports.getOrDefault(node, Map.of())))));
		return new FleetView(nodes);
	}

	/**
	 * One atomic step.
	 * @param exchange what a node says
	 * @return the answer
	 */
	public synchronized Reply exchange(Exchange exchange) {
		this.exchanges++;
		this.begun.clear();
		this.demanded.clear();
		this.groups.clear();
		note(exchange);
		boolean sameLife = this.incarnation.equals(exchange.incarnation());
		if (exchange.incarnation() != null && !sameLife) {
			this.revisions = Math.max(this.revisions, exchange.known());
		}
		exchange.actions().forEach((action) -> carryOut(action, exchange));
		exchange.actions().stream().filter(ModelStore::closes).forEach((order) -> closeKeys((Action.Order) order));
		List.copyOf(this.entries.values())
			.stream()
			.filter((entry) -> isAbandoned(entry, exchange.nodeTimeout().toMillis()))
			.forEach((entry) -> recover(entry, "ABANDONED"));
		this.entries.values().removeIf(this::isForgotten);
		long known = sameLife ? exchange.known() : 0;
		List<FleetRecord> changed = this.entries.values()
			.stream()
			.filter((entry) -> entry.revision > known)
			.sorted(Comparator.comparingLong((entry) -> entry.revision))
			.map(Entry::record)
			.toList();
		int live = this.heartbeats.size();
		Reply reply = new Reply(this.now, this.incarnation, this.revisions, live, quorum(exchange.quorum(), live),
				changed, grants(exchange.node()));
		if (!this.begun.isEmpty()) {
			News news = new News(this.now, this.incarnation,
					this.begun.stream().map((name) -> this.entries.get(name).record()).toList());
			this.listeners.forEach((listener) -> listener.accept(news));
		}
		return reply;
	}

	private List<Reply.Grant> grants(NodeId node) {
		List<Reply.Grant> grants = new ArrayList<>();
		for (String breaker : this.demanded) {
			Entry entry = entry(breaker);
			entry.leases.forEach((token, lease) -> {
				if (lease.node.equals(node)) {
					grants.add(new Reply.Grant(breaker, entry.epoch, token, lease.places));
				}
			});
		}
		return grants;
	}

	private void note(Exchange exchange) {
		this.heartbeats.put(exchange.node(), this.now);
		Map<String, String> report = exchange.report();
		if (report != null) {
			this.reports.put(exchange.node(), new TreeMap<>(report));
		}
		this.timeouts.put(exchange.node(), exchange.nodeTimeout().toMillis());
		this.heartbeats.entrySet().removeIf((seen) -> this.now - seen.getValue() >= this.timeouts.get(seen.getKey()));
		this.reports.keySet().retainAll(this.heartbeats.keySet());
	}

	private static boolean closes(Action action) {
		return action instanceof Action.Order order && List.of("RESET", "CLOSED").contains(order.command().state());
	}

	private void closeKeys(Action.Order order) {
		for (Entry entry : List.copyOf(this.entries.values())) {
			String group = this.groups.getOrDefault(entry.breaker, entry.group);
			if (entry.breaker.startsWith(order.breaker() + ":") && order.breaker().equals(group)
					&& entry.state != State.CLOSED) {
				obey(new Action.Order(entry.breaker, order.command(), 0));
			}
		}
	}

	private boolean isAbandoned(Entry entry, long timeout) {
		boolean leased = entry.leases.values().stream().anyMatch((lease) -> this.heartbeats.containsKey(lease.node));
		if ((entry.state != State.OPEN && entry.state != State.HALF_OPEN) || leased
				|| this.now - entry.since < timeout) {
			return false;
		}
		Set<String> states = new TreeSet<>();
		this.reports.values().forEach((report) -> {
			String state = report.get(entry.breaker);
			if (state != null) {
				states.add(state);
			}
		});
		long quiet = this.now - ((entry.state == State.OPEN) ? entry.until : entry.touched);
		return states.equals(Set.of("CLOSED")) || (states.isEmpty() && quiet >= ABANDONED_AFTER);
	}

	private void carryOut(Action action, Exchange exchange) {
		if (action instanceof Action.Vote vote) {
			vote(vote, exchange);
		}
		else if (action instanceof Action.Withdraw withdraw) {
			votesFor(withdraw.breaker()).remove(exchange.node());
		}
		else if (action instanceof Action.Demand demand) {
			demand(demand, exchange.node());
		}
		else if (action instanceof Action.Result result) {
			take(result, exchange.node());
		}
		else if (action instanceof Action.Key key) {
			this.groups.put(key.breaker(), key.group());
		}
		else if (action instanceof Action.Order order) {
			obey(order);
		}
		else if (action instanceof Action.Remember remember) {
			remember(remember);
		}
	}

	/**
	 * Void unless the breaker is closed for the fleet, and the node has heard that it is:
	 * its vote may be one of before.
	 */
	private void vote(Action.Vote vote, Exchange exchange) {
		Entry entry = entry(vote.breaker());
		long known = this.incarnation.equals(exchange.incarnation()) ? exchange.known() : 0;
		if (entry.effective(this.now) != State.CLOSED || known < entry.epoch) {
			return;
		}
		Map<NodeId, Long> votes = votesFor(vote.breaker());
		votes.put(exchange.node(), this.now + vote.ttl());
		votes.values().removeIf((expiry) -> expiry <= this.now);
		List<NodeId> voters = votes.keySet().stream().filter(this.heartbeats::containsKey).sorted(BY_NAME).toList();
		int live = this.heartbeats.size();
		int quorum = quorum(exchange.quorum(), live);
		if (voters.size() >= quorum) {
			entry.openings = entry.openings(this.now) + 1;
			begin(entry, State.OPEN, this.now + vote.waitMillis(), "VOTES");
			entry.votes = voters.size();
			entry.quorum = quorum;
			entry.live = live;
			entry.voters = voters.stream().limit(MOST_NAMES).map(NodeId::name).toList();
			entry.command = null;
		}
	}

	/** How many votes it takes. */
	static int quorum(Quorum quorum, int live) {
		if (quorum.votes() > 0) {
			return quorum.votes();
		}
		if (quorum.percent() > 0) {
			return Math.max(1, share(live, quorum.percent()));
		}
		return (live < 3) ? 1 : share(live, 30);
	}

	private static int share(int live, int percent) {
		return (live * percent + 99) / 100;
	}

	/**
	 * One that wants places makes an OPEN breaker half-open whose wait is over. One that
	 * knows the epoch of the OPEN is served by the HALF_OPEN that followed it. Where all
	 * places are given out, and none to that node, it does nothing; one that wants none
	 * looks whether the probes are decided.
	 */
	private void demand(Action.Demand demand, NodeId node) {
		Entry entry = this.entries.get(demand.breaker());
		if (entry != null && demand.places() > 0 && entry.hasNothingFor(node)) {
			return;
		}
		this.demanded.add(demand.breaker());
		if (entry == null || !entry.isKnownBy(demand.epoch())) {
			return;
		}
		if (entry.state == State.OPEN && this.now >= entry.until && demand.places() > 0) {
			long ended = entry.epoch;
			begin(entry, State.HALF_OPEN, -1, entry.cause);
			entry.followed = ended;
			entry.command = null;
		}
		if (entry.state != State.HALF_OPEN) {
			return;
		}
		entry.permitted = (entry.permitted != 0) ? entry.permitted : demand.rules().permitted();
		loseLeases(entry);
		int places = Math.min(demand.places(), entry.permitted - entry.given);
		if (demand.rules().dark()) {
			places = entry.leases.isEmpty() ? Math.min(places, 1) : 0;
		}
		if (places > 0) {
			touch(entry);
			entry.leases.put(entry.revision, new Lease(node, places, 0, 0, 0, 0));
			entry.given += places;
		}
		decide(entry, demand.rules(), demand.waitMillis());
	}

	/**
	 * The totals of a lease: void unless it is a present one of that node, has as many
	 * places, and none of the totals is lower than it was.
	 */
	private void take(Action.Result result, NodeId node) {
		Entry entry = this.entries.get(result.breaker());
		if (entry == null || entry.state != State.HALF_OPEN || entry.epoch != result.epoch()) {
			return;
		}
		loseLeases(entry);
		Lease lease = entry.leases.get(result.lease());
		if (lease == null || !lease.node.equals(node) || !lease.admits(result)) {
			return;
		}
		if (!lease.isSaid(result)) {
			entry.given -= result.returned() - lease.returned;
			entry.recorded += result.recorded() - lease.recorded;
			entry.failed += result.failed() - lease.failed;
			entry.slow += result.slow() - lease.slow;
			touch(entry);
			if (lease.places == result.recorded() + result.returned()) {
				entry.leases.remove(result.lease());
			}
			else {
				entry.leases.put(result.lease(), new Lease(node, lease.places, result.recorded(), result.failed(),
						result.slow(), result.returned()));
			}
		}
		decide(entry, result.rules(), result.waitMillis());
	}

	/** Leases of nodes that were dropped are lost for good. */
	private void loseLeases(Entry entry) {
		if (entry.leases.values().removeIf((lease) -> !this.heartbeats.containsKey(lease.node))) {
			touch(entry);
		}
	}

	private void touch(Entry entry) {
		entry.revision = ++this.revisions;
		entry.touched = this.now;
	}

	private void recover(Entry entry, String cause) {
		begin(entry, State.CLOSED, -1, cause);
		entry.openings = 0;
		entry.forgetVotes(this.heartbeats.size());
	}

	private void decide(Entry entry, ProbeRules rules, long wait) {
		Reason verdict = rules.verdict(entry.recorded, entry.failed, entry.slow, 0);
		if (verdict == null && entry.given >= entry.permitted && entry.leases.isEmpty()) {
			verdict = verdictOfThose(rules, entry);
		}
		if (verdict == Reason.PROBES_SUCCEEDED) {
			recover(entry, verdict.name());
		}
		else if (verdict != null) {
			begin(entry, State.OPEN, this.now + wait, verdict.name());
			entry.openings++;
		}
	}

	/**
	 * As if those that came back were all there were: by the same shares of them as of
	 * the permitted ones.
	 */
	private static Reason verdictOfThose(ProbeRules rules, Entry entry) {
		int recorded = entry.recorded;
		if (recorded == 0) {
			return Reason.PROBES_LOST;
		}
		boolean bySuccesses = rules.successesToClose() != ProbeRules.NEVER;
		boolean succeeded = bySuccesses
				? reaches(recorded - entry.failed, recorded, rules.successesToClose(), rules.permitted())
						&& 100.0 * entry.slow / recorded < rules.slowCallRateToOpen()
				: !reaches(entry.failed, recorded, rules.failuresToOpen(), rules.permitted())
						&& !reaches(entry.slow, recorded, rules.slowCallsToOpen(), rules.permitted());
		return succeeded ? Reason.PROBES_SUCCEEDED : Reason.PROBES_FAILED;
	}

	/** Whether a part of so many is as large a share as a threshold of the permitted. */
	private static boolean reaches(int part, int whole, int threshold, int permitted) {
		return threshold != ProbeRules.NEVER && (long) part * permitted >= (long) threshold * whole;
	}

	private void obey(Action.Order order) {
		Entry entry = entry(order.breaker());
		Action.FleetCommand command = order.command();
		long hold = (command.hold() >= 0) ? this.now + command.hold() : -1;
		boolean open = entry.effective(this.now) == State.OPEN;
		int openings = entry.openings(this.now);
		switch (command.state()) {
			case "RESET", "CLOSED" -> {
				begin(entry, State.CLOSED, -1, "COMMAND");
				openings = 0;
			}
			case "OPEN" -> {
				begin(entry, State.OPEN, this.now + order.waitMillis(), "COMMAND");
				openings = open ? openings : openings + 1;
			}
			case "HALF_OPEN" -> begin(entry, State.HALF_OPEN, -1, "COMMAND");
			case "FORCED_OPEN", "DISABLED" -> begin(entry, State.valueOf(command.state()), hold, "COMMAND");
			case "METRICS_ONLY" -> begin(entry, State.METRICS_ONLY, -1, "COMMAND");
			default -> {
				return;
			}
		}
		entry.openings = openings;
		entry.forgetVotes(this.heartbeats.size());
		entry.command = command;
	}

	/**
	 * Leases are not remembered: what was half-open is open, and its wait is over. What a
	 * command has made in this life of the store is newer than all that is remembered of
	 * an earlier one, and stays. What no command can have made is ignored.
	 */
	private void remember(Action.Remember remember) {
		FleetRecord told = remember.record();
		Entry entry = entry(told.breaker());
		if (told.state() == State.CLOSED || told.epoch() <= entry.epoch || entry.isOrdered(this.now)
				|| !fits(told.state(), told.command())) {
			return;
		}
		long until = (remember.remaining() >= 0) ? this.now + remember.remaining() : -1;
		this.revisions = Math.max(this.revisions, told.epoch());
		switch (told.state()) {
			case OPEN -> begin(entry, State.OPEN, Math.max(this.now, until), told.cause());
			case HALF_OPEN -> begin(entry, State.OPEN, this.now, told.cause());
			case FORCED_OPEN, DISABLED -> begin(entry, told.state(), until, told.cause());
			case METRICS_ONLY -> begin(entry, State.METRICS_ONLY, -1, told.cause());
			case CLOSED -> throw new IllegalStateException("Closed records are not remembered");
		}
		entry.epoch = told.epoch();
		entry.since = Math.min(told.since(), this.now);
		entry.openings = told.openings();
		entry.votes = told.votes();
		entry.quorum = told.quorum();
		entry.live = told.live();
		entry.voters = told.voters().stream().limit(MOST_NAMES).toList();
		entry.command = (told.state() != State.HALF_OPEN) ? told.command() : null;
	}

	private static boolean fits(State state, Action.@Nullable FleetCommand command) {
		boolean held = state == State.FORCED_OPEN || state == State.DISABLED || state == State.METRICS_ONLY;
		return (command == null) ? !held : state.name().equals(command.state());
	}

	/** A new epoch, without probes. */
	private void begin(Entry entry, State state, long until, String cause) {
		this.entries.put(entry.breaker, entry);
		this.votes.remove(entry.breaker);
		this.begun.add(entry.breaker);
		touch(entry);
		entry.epoch = entry.revision;
		entry.group = this.groups.getOrDefault(entry.breaker, entry.group);
		entry.followed = 0;
		entry.state = state;
		entry.since = this.now;
		entry.until = until;
		entry.cause = cause;
		entry.permitted = 0;
		entry.given = 0;
		entry.recorded = 0;
		entry.failed = 0;
		entry.slow = 0;
		entry.leases.clear();
		if (cause.startsWith("PROBES") || cause.equals("ABANDONED")) {
			entry.command = null;
		}
	}

	private boolean isForgotten(Entry entry) {
		boolean voted = this.votes.getOrDefault(entry.breaker, Map.of())
			.values()
			.stream()
			.anyMatch((expiry) -> expiry > this.now);
		long closed = (entry.state == State.CLOSED) ? entry.since : entry.until;
		return entry.effective(this.now) == State.CLOSED && !voted && this.now - closed >= CLOSED_KEPT;
	}

	private Map<NodeId, Long> votesFor(String breaker) {
		return this.votes.computeIfAbsent(breaker, (key) -> new HashMap<>());
	}

	/** The record, or a closed one that is not kept before something begins. */
	private Entry entry(String breaker) {
		Entry entry = this.entries.get(breaker);
		return (entry != null) ? entry : new Entry(breaker);
	}

	/**
	 * Places that were granted, and the totals of what came of them.
	 */
	private record Lease(NodeId node, int places, int recorded, int failed, int slow, int returned) {

		boolean admits(Action.Result told) {
			return told.recorded() >= this.recorded && told.failed() >= this.failed && told.slow() >= this.slow
					&& told.returned() >= this.returned && told.failed() <= told.recorded()
					&& told.slow() <= told.recorded() && (long) told.recorded() + told.returned() <= this.places;
		}

		boolean isSaid(Action.Result told) {
			return told.recorded() == this.recorded && told.failed() == this.failed && told.slow() == this.slow
					&& told.returned() == this.returned;
		}

	}

	/** A record as it changes. */
	private static final class Entry {

		private final String breaker;

		private final Map<Long, Lease> leases = new LinkedHashMap<>();

		private long epoch;

		/** In HALF_OPEN, the epoch of the OPEN before; zero where there is none. */
		private long followed;

		private long revision;

		private State state = State.CLOSED;

		private long since;

		/** When something last came of it. */
		private long touched;

		/** The group of a key. */
		private @Nullable String group;

		private long until = -1;

		private int openings;

		private String cause = "";

		private int votes;

		private int quorum;

		private int live;

		private List<String> voters = List.of();

		private Action.@Nullable FleetCommand command;

		/** Zero before the first demand. */
		private int permitted;

		private int given;

		private int recorded;

		private int failed;

		private int slow;

		Entry(String breaker) {
			this.breaker = breaker;
		}

		State effective(long now) {
			return isHoldOver(now) ? State.CLOSED : this.state;
		}

		int openings(long now) {
			return isHoldOver(now) ? 0 : this.openings;
		}

		private boolean isHoldOver(long now) {
			return (this.state == State.FORCED_OPEN || this.state == State.DISABLED) && this.until >= 0
					&& now >= this.until;
		}

		/** Of a record that was remembered, the epoch is lower than the revision. */
		boolean isOrdered(long now) {
			return this.command != null && this.cause.equals("COMMAND") && this.epoch == this.revision
					&& !isHoldOver(now);
		}

		/** All places are given out, and none of them to that node. */
		boolean hasNothingFor(NodeId node) {
			return this.state == State.HALF_OPEN && this.permitted > 0 && this.given >= this.permitted
					&& this.leases.values().stream().noneMatch((lease) -> lease.node.equals(node));
		}

		boolean isKnownBy(long epoch) {
			return epoch == this.epoch
					|| (this.state == State.HALF_OPEN && this.followed != 0 && epoch == this.followed);
		}

		void forgetVotes(int live) {
			this.votes = 0;
			this.quorum = 0;
			this.live = live;
			this.voters = List.of();
		}

		FleetRecord record() {
			Set<String> holders = new TreeSet<>();
			this.leases.values().forEach((lease) -> holders.add(lease.node.name()));
			FleetRecord.Progress progress = (this.state != State.HALF_OPEN) ? null
					: new FleetRecord.Progress(this.permitted, this.given, this.recorded, this.failed, this.slow,
							holders.stream().limit(MOST_NAMES).toList());
			return new FleetRecord(this.breaker, this.epoch, this.revision, this.state, this.since, this.until,
					this.openings, this.cause, this.votes, this.quorum, this.live, this.voters, this.command, progress);
		}

	}

}
