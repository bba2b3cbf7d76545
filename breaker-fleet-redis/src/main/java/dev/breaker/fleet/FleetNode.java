package dev.breaker.fleet;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.LogText;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a fleet whose members share circuit breakers. It tells the store what the
 * breakers of this process decide, and makes them follow what the fleet has decided. Safe
 * for use by many threads.
 *
 * <p>
 * All of its state is changed by tasks on an executor, one at a time. Calls of the
 * breakers never wait for it, and touch nothing of it but the gate that gives out the
 * places of shared probes: neither the store, nor the executor's threads, nor a lock.
 *
 * <p>
 * An exchange with the store is made each heartbeat, and as soon as there is something to
 * tell; what comes up while one is under way goes into the next one. While the store does
 * not answer, breakers keep their states and decide alone.
 */
public final class FleetNode implements AutoCloseable {

	/** The store forgets closed records after an hour: half of it is safe. */
	private static final long COMPLETE_AFTER = TimeUnit.MINUTES.toMillis(30);

	/** What one exchange has to say of more breakers goes into the next one. */
	private static final int MOST_BREAKERS = 500;

	/** Records of breakers that are not shared here, but could be. */
	private static final int MOST_STRANGERS = 10_000;

	private static final long COMPLAINT_NANOS = TimeUnit.HOURS.toNanos(1);

	private static final Logger logger = LoggerFactory.getLogger(FleetNode.class);

	private final FleetSettings settings;

	private final FleetTransport transport;

	private final ScheduledExecutorService executor;

	private final LongSupplier nanoTime;

	private final SerialTasks tasks;

	private final Link link;

	private final StoreClock clock = new StoreClock();

	private final Pace pace;

	private final Turns turns;

	private final Map<String, Member> members = new ConcurrentHashMap<>();

	private final AtomicBoolean started = new AtomicBoolean();

	private final AtomicBoolean closed = new AtomicBoolean();

	/** Whether the first exchange was answered. */
	private final CompletableFuture<Boolean> joined = new CompletableFuture<>();

	private volatile int live;

	private volatile int quorum;

	private volatile Duration lag = Duration.ZERO;

	private volatile @Nullable String lastError;

	// Of the engine

	/** Those that are not simply closed, or have something to tell. */
	private final Set<SharedBreaker> unsettled = new LinkedHashSet<>();

	private final Map<String, FleetRecord> strangers = new HashMap<>();

	/** Whether there were more of these than are kept. */
	private boolean strangersLeftOut;

	private @Nullable Call underWay;

	private @Nullable Future<?> alarm;

	private long alarmAt;

	/** Whether there is something to say before the next heartbeat. */
	private boolean dirty;

	/** The life of the store, and the highest revision of it that was heard. */
	private @Nullable String life;

	private long known;

	/** Whether all records are to be asked for. */
	private boolean incomplete;

	/** Whether they are to be asked for by the next heartbeat. */
	private boolean unsure;

	private long answeredAt;

	private @Nullable Map<String, String> toldReport;

	/** Since when the store does not answer, where that was logged. */
	private @Nullable Long lostAt;

	private @Nullable Long complainedAt;

	/**
	 * Makes a node, which does nothing before it is started.
	 * @param settings what it goes by
	 * @param transport the way to the store; closed by its owner, after the node
	 * @param executor runs the tasks of the node, which are short and do not wait; it may
	 * be shared by many nodes, and is ended by its owner, after the node. Listeners of
	 * the breakers run on it where the fleet changes a state
	 * @throws IllegalArgumentException if the node timeout is not longer than the
	 * heartbeat, or the heartbeat is not above zero
	 */
	public FleetNode(FleetSettings settings, FleetTransport transport, ScheduledExecutorService executor) {
		this(settings, transport, executor, System::nanoTime, new Random());
	}

	FleetNode(FleetSettings settings, FleetTransport transport, ScheduledExecutorService executor,
			LongSupplier nanoTime, RandomGenerator random) {
		Duration heartbeat = settings.heartbeat();
		if (heartbeat.isNegative() || heartbeat.isZero()) {
			throw new IllegalArgumentException("Invalid heartbeat (" + heartbeat + "): must be above zero");
		}
		if (settings.nodeTimeout().compareTo(heartbeat) <= 0) {
			throw new IllegalArgumentException("Invalid nodeTimeout (" + settings.nodeTimeout()
					+ "): must be longer than the heartbeat (" + heartbeat + ")");
		}
		this.settings = settings;
		this.transport = transport;
		this.executor = executor;
		this.nanoTime = nanoTime;
		this.tasks = new SerialTasks(executor);
		this.link = new Link(nanoTime);
		this.pace = new Pace(heartbeat, random, nanoTime.getAsLong());
		this.turns = new Turns(heartbeat, random);
	}

	/**
	 * Shares a breaker from now on. What the fleet has decided on it before is followed
	 * as soon as it is known: at once, where the node has heard of it.
	 * @param breaker the breaker; one that is shared already stays so
	 * @throws IllegalArgumentException if another breaker of that name is shared
	 */
	public void share(CircuitBreaker breaker) {
		share(breaker, false);
	}

	/**
	 * Shares a breaker that stands for a group of breakers made by key, and is asked by
	 * no call: what opens it for the fleet is over with its wait, without probes.
	 * @param standIn the breaker, of the group's name; one that is shared already stays
	 * so
	 * @throws IllegalArgumentException if another breaker of that name is shared
	 */
	public void shareForGroup(CircuitBreaker standIn) {
		share(standIn, true);
	}

	private void share(CircuitBreaker breaker, boolean ofGroup) {
		Member member = new Member(breaker, ofGroup);
		Member present = this.members.putIfAbsent(breaker.name(), member);
		if (present == null) {
			breaker.addListener(member);
			run(member::begin);
		}
		else if (present.shared.breaker() != breaker) {
			throw new IllegalArgumentException("Invalid circuit breaker '" + LogText.oneLine(breaker.name())
					+ "': the fleet's node shares another one of that name; unshare that first");
		}
	}

	/**
	 * No longer shares a breaker: it goes on alone, its vote is withdrawn, and places for
	 * probes are given back. One that is not shared is ignored.
	 * @param breaker the breaker
	 */
	public void unshare(CircuitBreaker breaker) {
		Member member = this.members.get(breaker.name());
		if (member != null && member.shared.breaker() == breaker && this.members.remove(breaker.name(), member)) {
			member.shared.part();
			breaker.removeListener(member);
			breaker.probeGate(null);
			run(member::leave);
		}
	}

	/**
	 * Whether a breaker is shared.
	 * @param breaker its name
	 * @return whether it is
	 */
	public boolean shares(String breaker) {
		return this.members.containsKey(breaker);
	}

	/**
	 * Starts the node, and waits for the first answer of the store: what is open for the
	 * fleet is so here afterwards. To be called where the breakers are shared and no call
	 * is made yet.
	 * @param timeout how long it waits at most
	 * @return whether the store has answered; where not, the node starts alone, and joins
	 * as soon as the store answers
	 */
	public boolean join(Duration timeout) {
		start();
		try {
			return this.joined.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (ExecutionException | TimeoutException ex) {
			return false;
		}
	}

	/**
	 * Starts the node, without waiting for the store. A second start does nothing.
	 */
	public void start() {
		if (this.started.compareAndSet(false, true)) {
			run(() -> this.transport.listen((news) -> {
				long arrived = this.nanoTime.getAsLong();
				run(() -> hear(news, arrived));
			}));
		}
	}

	/**
	 * Leaves the fleet: withdraws the votes of this node, and gives the places back that
	 * were not used, in a last exchange, without waiting for it. The breakers go on
	 * alone.
	 */
	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.members.values().forEach((member) -> {
				member.shared.breaker().removeListener(member);
				member.shared.breaker().probeGate(null);
			});
			this.tasks.add(this::leave);
		}
	}

	/**
	 * Gives a command to a breaker of all nodes, also those that join while it holds. It
	 * is obeyed here at once; the store is told as soon as it answers. Where the hold of
	 * the command is over before that, it is told to no other node. A command that closes
	 * what stands for a group of breakers made by key closes all of these for the fleet,
	 * also those that this node does not have.
	 * @param breaker the name of the breaker
	 * @param command the command
	 * @throws IllegalArgumentException if the breaker is not shared
	 */
	public void command(String breaker, StateCommand command) {
		Objects.requireNonNull(command, "command");
		Member member = this.members.get(breaker);
		if (member == null) {
			throw new IllegalArgumentException("Invalid circuit breaker '" + LogText.oneLine(breaker)
					+ "' of a command to the fleet: it is not shared; give the command to this node alone");
		}
		long given = this.nanoTime.getAsLong();
		member.shared.orderComes(command);
		run(() -> member.shared.order(command, given));
		member.shared.breaker().apply(command);
		run(() -> {
			member.shared.obeyed(command);
			touch(member.shared, true);
			if (command.state() == State.CLOSED) {
				closeKeys(breaker, command, given);
			}
		});
	}

	/**
	 * How the node is connected.
	 * @return the present status
	 */
	public Status status() {
		return new Status(this.link.holds(), this.live, this.quorum, this.lag, this.lastError);
	}

	/**
	 * What the store knows of a breaker, as this node has last heard it.
	 * @param breaker the name of a breaker that is shared
	 * @return the record; empty where there is none, or the breaker is not shared
	 */
	public Optional<FleetRecord> record(String breaker) {
		Member member = this.members.get(breaker);
		return Optional.ofNullable((member != null) ? member.shared.record() : null);
	}

	/**
	 * Whether a breaker is open or half-open, and the fleet has not opened it.
	 * @param breaker a breaker
	 * @return whether that is so; {@code false} for one that is not shared
	 */
	public boolean isLocalOnly(CircuitBreaker breaker) {
		Member member = this.members.get(breaker.name());
		return member != null && member.shared.breaker() == breaker && member.shared.isLocalOnly();
	}

	/**
	 * What is left until a moment of the store's clock, such as the end of a record.
	 * @param millis the moment, in milliseconds of the store's clock
	 * @return the time; zero where the moment has come
	 */
	public Duration until(long millis) {
		return this.clock.until(millis, this.nanoTime.getAsLong());
	}

	/**
	 * How long ago a moment of the store's clock was, such as the beginning of a record.
	 * @param millis the moment, in milliseconds of the store's clock
	 * @return the time; zero where the moment is to come
	 */
	public Duration since(long millis) {
		return this.clock.since(millis, this.nanoTime.getAsLong());
	}

	/**
	 * Asks the store for the nodes that live, and what each says of its breakers. Does
	 * not wait.
	 * @return the nodes; fails where the store does not answer
	 */
	public CompletionStage<FleetView> view() {
		return this.transport.view();
	}

	@Override
	public String toString() {
		return "FleetNode[" + LogText.oneLine(this.settings.node().name()) + ", " + this.members.size() + " shared]";
	}

	// The engine: one task at a time

	/** After each task, what is due is done. */
	private void run(Runnable task) {
		this.tasks.add(() -> step(task));
	}

	private void step(Runnable task) {
		if (this.closed.get()) {
			return;
		}
		try {
			task.run();
		}
		finally {
			turn();
		}
	}

	/** Makes the exchange that is due, and sees to it that the next one is made. */
	private void turn() {
		if (!this.started.get()) {
			return;
		}
		long now = this.nanoTime.getAsLong();
		Call call = this.underWay;
		if (call != null && now - call.began >= this.settings.nodeTimeout().toNanos()) {
			fail(call, new TimeoutException("no answer within " + this.settings.nodeTimeout()));
		}
		if (this.underWay == null && now - this.pace.next(this.dirty) >= 0) {
			send(now);
		}
		plan(now);
	}

	private void plan(long now) {
		Call call = this.underWay;
		long due = (call != null) ? call.began + this.settings.nodeTimeout().toNanos() : this.pace.next(this.dirty);
		Future<?> planned = this.alarm;
		if (planned != null) {
			if (this.alarmAt - due <= 0) {
				return;
			}
			planned.cancel(false);
		}
		this.alarmAt = due;
		try {
			this.alarm = this.executor.schedule(() -> run(() -> ring(due)), Math.max(0, due - now),
					TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The executor has ended, and the node with it.
		}
	}

	private void ring(long due) {
		if (this.alarmAt == due) {
			this.alarm = null;
		}
	}

	private void touch(SharedBreaker shared, boolean urgent) {
		this.unsettled.add(shared);
		this.dirty |= urgent;
	}

	private void send(long now) {
		boolean heartbeat = this.pace.isHeartbeat(now);
		List<Action> actions = new ArrayList<>();
		List<SharedBreaker.Said> said = say(actions, heartbeat);
		Map<String, String> report = report();
		boolean complete = this.life == null || this.incomplete || (heartbeat && this.unsure);
		this.incomplete = false;
		this.unsure &= !complete;
		Exchange exchange = new Exchange(this.settings.node(), complete ? null : this.life, complete ? 0 : this.known,
				this.settings.nodeTimeout(), this.settings.quorum(), report.equals(this.toldReport) ? null : report,
				List.copyOf(actions));
		Call call = new Call(now, exchange, said, report);
		this.underWay = call;
		try {
			var unused = this.transport.exchange(exchange).whenComplete((reply, failure) -> {
				long arrived = this.nanoTime.getAsLong();
				run(() -> end(call, reply, failure, arrived));
			});
		}
		catch (RuntimeException ex) {
			fail(call, ex);
		}
	}

	/** Of more breakers than go into one exchange, the others come first next time. */
	private List<SharedBreaker.Said> say(List<Action> actions, boolean heartbeat) {
		List<SharedBreaker.Said> said = new ArrayList<>();
		List<SharedBreaker> speakers = this.unsettled.stream().limit(MOST_BREAKERS).toList();
		this.dirty = speakers.size() < this.unsettled.size();
		for (SharedBreaker speaker : speakers) {
			boolean spared = this.turns.isSpared(speakers.size());
			said.add(speaker.say(actions, heartbeat, this.life, spared ? null : this.turns));
			if (this.dirty) {
				this.unsettled.remove(speaker);
				this.unsettled.add(speaker);
			}
		}
		return said;
	}

	private Map<String, String> report() {
		Map<String, String> report = new TreeMap<>();
		for (SharedBreaker each : this.unsettled) {
			String state = each.report();
			if (state != null) {
				report.put(each.breaker().name(), state);
			}
		}
		return report;
	}

	private void end(Call call, @Nullable Reply reply, @Nullable Throwable failure, long arrived) {
		if (call != this.underWay) {
			// Given up before.
			return;
		}
		if (failure != null) {
			fail(call, failure);
		}
		else if (reply == null || reply.incarnation() == null || reply.changed() == null || reply.grants() == null
				|| reply.now() < 0 || RecordCheck.isTooLate(reply.now())) {
			fail(call, new IllegalStateException("the answer cannot be read"));
		}
		else {
			this.underWay = null;
			take(call, reply, arrived);
		}
	}

	private void fail(Call call, Throwable failure) {
		this.underWay = null;
		call.said.forEach(SharedBreaker.Said::lost);
		this.incomplete |= call.exchange.incarnation() == null;
		long now = this.nanoTime.getAsLong();
		this.pace.failed(now);
		this.turns.failed();
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		String error = LogText.oneLine(cause.toString());
		this.lastError = error;
		if (!(cause instanceof TimeoutException)) {
			// One that is slow to answer may still do so in time for the next exchange.
			this.joined.complete(false);
		}
		if (this.lostAt == null && !this.link.holds()) {
			this.lostAt = now;
			logger.warn(
					"The store of the fleet does not answer node '{}' ({}): circuit breakers keep their states and decide alone, each node makes its own probes, and commands reach the other nodes when it answers again",
					LogText.oneLine(this.settings.node().name()), error);
		}
	}

	private void take(Call call, Reply reply, long arrived) {
		boolean joining = this.life == null;
		boolean renewed = this.life != null && !reply.incarnation().equals(this.life);
		boolean lapsed = !this.link.holds();
		boolean complete = call.exchange.incarnation() == null || renewed;
		// A replica with older data has taken over: the next exchange shows it that.
		boolean back = !joining && !renewed && reply.revision() < this.known;
		this.clock.answered(reply.now(), call.began, arrived);
		this.lag = Duration.ofNanos(arrived - call.began);
		this.live = reply.live();
		this.quorum = reply.quorum();
		this.toldReport = lapsed ? null : call.report;
		if (!complete && Math.abs(reply.now() - this.answeredAt) >= COMPLETE_AFTER) {
			this.incomplete = true;
			this.dirty = true;
		}
		this.answeredAt = reply.now();
		this.life = reply.incarnation();
		this.known = back ? this.known : reply.revision();
		this.dirty |= back;
		if (renewed) {
			renew();
		}
		hear(call, reply, complete, renewed || back);
		if (lapsed) {
			this.unsettled.forEach(SharedBreaker::giveBackUnused);
		}
		reply.grants().forEach(this::grant);
		for (SharedBreaker.Said each : call.said) {
			this.dirty |= each.heard(complete ? 0 : call.exchange.known());
			if (each.isOverruled(reply.incarnation())) {
				this.incomplete = true;
				this.dirty = true;
			}
		}
		// Until the answer to the next one is there, also where the timeout is two
		// heartbeats.
		Duration held = this.settings.nodeTimeout().minus(this.settings.heartbeat().dividedBy(2));
		this.link.holdUntil(call.began + held.toNanos());
		this.unsettled.forEach((each) -> each.follow(joining));
		this.unsettled.removeIf(SharedBreaker::isSettled);
		this.pace.answered(call.began, arrived, reply.live());
		this.turns.answered(arrived - call.began, reply.live());
		this.lastError = null;
		this.joined.complete(true);
		Long lost = this.lostAt;
		if (lost != null) {
			this.lostAt = null;
			logger.info("The store of the fleet answers node '{}' again after {}: circuit breakers are shared",
					LogText.oneLine(this.settings.node().name()),
					Duration.ofNanos(arrived - lost).truncatedTo(ChronoUnit.MILLIS));
		}
	}

	/** The store is another one than before: it is told what is not simply closed. */
	private void renew() {
		this.strangers.clear();
		this.toldReport = null;
		this.dirty = true;
		this.members.values().forEach((member) -> this.unsettled.add(member.shared));
	}

	/**
	 * Hears the records of an answer. Of a store that is the same as before, a complete
	 * answer says of the others that they are closed.
	 * @param other whether it is another one, or has lost what it knew last
	 */
	private void hear(Call call, Reply reply, boolean complete, boolean other) {
		Set<String> told = new HashSet<>();
		if (complete) {
			this.strangersLeftOut = false;
		}
		for (FleetRecord record : reply.changed()) {
			if (hear(record, reply.incarnation())) {
				told.add(record.breaker());
			}
		}
		if (complete) {
			this.strangers.keySet().retainAll(told);
		}
		if (other) {
			return;
		}
		for (Member member : this.members.values()) {
			SharedBreaker shared = member.shared;
			if (shared.isAhead(reply.incarnation(), reply.revision(), call.began)) {
				complain("the record of '" + LogText.oneLine(shared.breaker().name())
						+ "' was none of the store's: its epoch is higher than all of its revisions");
				shared.disown();
				this.incomplete = true;
				touch(shared, true);
			}
			else if (complete && !told.contains(shared.breaker().name()) && shared.isWithin(reply.revision())) {
				shared.forgotten();
			}
		}
	}

	/** Hears what the store tells all nodes. */
	private void hear(News news, long arrived) {
		String present = this.life;
		if (present == null || news == null || news.changed() == null || news.now() < 0
				|| RecordCheck.isTooLate(news.now())) {
			return;
		}
		if (!present.equals(news.incarnation())) {
			// Another store, or none: the answer to the next exchange says it.
			this.dirty = true;
			return;
		}
		this.clock.heard(news.now(), arrived);
		this.lag = this.clock.since(news.now(), arrived);
		for (FleetRecord record : news.changed()) {
			if (hear(record, present)) {
				Member member = this.members.get(record.breaker());
				if (member != null) {
					member.shared.follow(false);
				}
			}
		}
	}

	/** Whether the record can be followed. */
	private boolean hear(FleetRecord record, String of) {
		String problem = RecordCheck.problem(record);
		if (problem != null) {
			complain("a record of the store is ignored, since " + problem);
			return false;
		}
		Member member = this.members.get(record.breaker());
		if (member != null) {
			if (member.shared.hear(record, of)) {
				touch(member.shared, member.shared.isUrgent());
			}
		}
		else if (record.state() == State.CLOSED) {
			this.strangers.remove(record.breaker());
		}
		else if (this.strangers.size() < MOST_STRANGERS || this.strangers.containsKey(record.breaker())) {
			this.strangers.merge(record.breaker(), record,
					(before, now) -> (now.revision() > before.revision()) ? now : before);
		}
		else {
			this.strangersLeftOut = true;
			complain("the store has records of more than " + MOST_STRANGERS
					+ " circuit breakers that this node does not share");
		}
		return true;
	}

	/**
	 * Of each key of a group that is shared here and not closed for the fleet, the record
	 * is closed, too: else a node that has the key later would open it again. Of the
	 * other keys, the store knows their group.
	 */
	private void closeKeys(String group, StateCommand command, long given) {
		for (Member member : this.members.values()) {
			CircuitBreakerGroup of = member.shared.breaker().group();
			if (of != null && of.name().equals(group) && !member.shared.isClosedForAll()) {
				member.shared.order(command, given);
				member.shared.obeyed(command);
				touch(member.shared, true);
			}
		}
	}

	private void grant(Reply.Grant grant) {
		Member member = (grant != null && grant.breaker() != null) ? this.members.get(grant.breaker()) : null;
		if (member != null) {
			member.shared.grant(grant);
		}
	}

	private void complain(String problem) {
		long now = this.nanoTime.getAsLong();
		Long before = this.complainedAt;
		if (before == null || now - before >= COMPLAINT_NANOS) {
			this.complainedAt = now;
			logger.warn("Node '{}' of the fleet: {}. Further ones are not logged for an hour",
					LogText.oneLine(this.settings.node().name()), problem);
		}
	}

	/** The last exchange. */
	private void leave() {
		Future<?> planned = this.alarm;
		if (planned != null) {
			planned.cancel(false);
		}
		this.joined.complete(false);
		if (this.life == null) {
			return;
		}
		List<Action> actions = new ArrayList<>();
		for (SharedBreaker each : this.unsettled) {
			each.end();
			each.say(actions, false, this.life, null);
		}
		if (!actions.isEmpty()) {
			var unused = this.transport.exchange(new Exchange(this.settings.node(), this.life, this.known,
					this.settings.nodeTimeout(), this.settings.quorum(), Map.of(), List.copyOf(actions)));
		}
	}

	/**
	 * How a node is connected.
	 *
	 * @param connected whether the store has answered lately: within the node timeout,
	 * less half a heartbeat
	 * @param nodes how many nodes live, by the last answer; zero before the first one
	 * @param quorum how many votes open a breaker, by the last answer
	 * @param lag how long the last news took from the store to this node, or the last
	 * exchange to be answered
	 * @param lastError why the last exchange failed; {@code null} where it was answered
	 */
	public record Status(boolean connected, int nodes, int quorum, Duration lag, @Nullable String lastError) {
	}

	/**
	 * An exchange under way.
	 */
	private static final class Call {

		private final long began;

		private final Exchange exchange;

		private final List<SharedBreaker.Said> said;

		private final Map<String, String> report;

		Call(long began, Exchange exchange, List<SharedBreaker.Said> said, Map<String, String> report) {
			this.began = began;
			this.exchange = exchange;
			this.said = said;
			this.report = report;
		}

	}

	/**
	 * A breaker that is shared, and the way of its news to the engine.
	 */
	private final class Member implements CircuitBreakerListener {

		private final SharedBreaker shared;

		Member(CircuitBreaker breaker, boolean ofGroup) {
			Runnable look = () -> step(this::look);
			Duration heartbeat = FleetNode.this.settings.heartbeat();
			SharedProbes probes = new SharedProbes(breaker, FleetNode.this.link, FleetNode.this.nanoTime, heartbeat,
					() -> FleetNode.this.tasks.add(look));
			this.shared = new SharedBreaker(breaker, ofGroup, FleetNode.this.clock, FleetNode.this.nanoTime, heartbeat,
					probes);
		}

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			StateCommand command = (change.reason() == Reason.COMMAND) ? breaker.export().command() : null;
			run(() -> {
				touch(this.shared, this.shared.changed(change, command));
				if (FleetNode.this.link.holds()) {
					this.shared.follow(false);
				}
			});
		}

		private void look() {
			touch(this.shared, this.shared.isUrgent());
		}

		private void begin() {
			FleetRecord stranger = FleetNode.this.strangers.remove(this.shared.breaker().name());
			String present = FleetNode.this.life;
			if (stranger != null && present != null) {
				this.shared.hear(stranger, present);
				// Of one that was made anew, the news that ended it may have come when
				// the former one was not shared any more and had not left yet. Not at
				// once: votes of an exchange that knows nothing are void.
				FleetNode.this.unsure = true;
			}
			this.shared.follow(false);
			boolean unknown = stranger == null && FleetNode.this.strangersLeftOut;
			FleetNode.this.incomplete |= unknown;
			touch(this.shared, unknown);
		}

		/** Where the breaker is made anew, or comes back, that one follows the fleet. */
		private void leave() {
			FleetRecord record = this.shared.record();
			String present = FleetNode.this.life;
			if (record != null && present != null && this.shared.isOf(present)) {
				hear(record, present);
			}
			this.shared.leave();
			touch(this.shared, true);
		}

	}

}
