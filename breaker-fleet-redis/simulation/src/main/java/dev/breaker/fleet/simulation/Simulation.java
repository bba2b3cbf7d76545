package dev.breaker.fleet.simulation;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.fleet.FleetRecord;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;

/**
 * A fleet of many nodes in one JVM, with the protocol as it is and a real Redis: what
 * Redis has to do when all is well, in a storm in which all breakers open and close
 * together, how long it takes from the deciding vote to the last node that opens, and
 * what calls notice while Redis is stopped. At the end of each part, what was counted has
 * to be what its name says; it ends with status 0 only if that held. Run by
 * {@code simulation.sh}.
 */
public final class Simulation {

	private static final Duration LONG = Duration.ofMinutes(3);

	private static final Duration MOST_TO_OPEN_TEN = Duration.ofMillis(50);

	private static final double MOST_WITHOUT_REDIS = 1.05;

	private final Options options;

	private final RedisProcess process;

	private final RedisCommands<String, String> redis;

	private final List<String> violations = new ArrayList<>();

	private Simulation(Options options, RedisProcess process, RedisCommands<String, String> redis) {
		this.options = options;
		this.process = process;
		this.redis = redis;
	}

	/**
	 * Runs the simulation.
	 * @param args {@code --nodes N} (1000), {@code --breakers N} (200),
	 * {@code --seconds N} in which all is well (20), {@code --rounds N} of votes (100),
	 * {@code --stopped N} seconds in which Redis is stopped (60),
	 * {@code --server PROGRAM} ({@code embedded}, or a program on the path),
	 * {@code --idle true|false} (false): whether the machine does nothing else, so that
	 * times are judged too
	 * @throws IOException if Redis cannot be started
	 */
	public static void main(String[] args) throws IOException {
		List<String> violations = run(Options.of(args));
		violations.forEach((violation) -> System.out.println("VIOLATED: " + violation));
		System.out.println(violations.isEmpty() ? "All held." : "Not all held.");
		System.exit(violations.isEmpty() ? 0 : 1);
	}

	/** What did not hold. */
	static List<String> run(Options options) throws IOException {
		try (RedisProcess process = RedisProcess.start(options.server())) {
			RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", process.port()));
			try (StatefulRedisConnection<String, String> connection = client.connect()) {
				Simulation simulation = new Simulation(options, process, connection.sync());
				simulation.run();
				return simulation.violations;
			}
			finally {
				client.shutdown();
			}
		}
	}

	private void run() {
		System.out.printf(Locale.ROOT, "%d nodes x %d breakers, %s, %d processors for all of them and Redis%n",
				this.options.nodes(), this.options.breakers(), version(), Runtime.getRuntime().availableProcessors());
		try (Fleet ten = Fleet.start(this.process, "ten", 10, this.options.rounds())) {
			Durations durations = decidingVotes(ten);
			check(!this.options.idle() || durations.percentile(99) <= MOST_TO_OPEN_TEN.toNanos(),
					"ten nodes took more than " + MOST_TO_OPEN_TEN.toMillis() + " ms (p99)");
		}
		long empty = load().data();
		try (Fleet fleet = Fleet.start(this.process, "many", this.options.nodes(), this.options.breakers())) {
			allIsWell(fleet);
			sayMemory("all is well", empty);
			storm(fleet, empty);
			decidingVotes(fleet);
			redisStopped(fleet);
		}
	}

	private String version() {
		return this.redis.info("server")
			.lines()
			.filter((line) -> line.startsWith("redis_version:"))
			.findFirst()
			.map((line) -> "Redis " + line.substring("redis_version:".length()))
			.orElse("a Redis that does not say its version");
	}

	private RedisLoad load() {
		return RedisLoad.of(this.redis.info("all"));
	}

	private void allIsWell(Fleet fleet) {
		int nodes = fleet.size();
		RedisLoad before;
		RedisLoad after;
		try (Traffic traffic = Traffic.on(fleet)) {
			await("traffic", () -> traffic.made() > 0);
			before = load();
			pause(this.options.seconds());
			after = load();
			check("calls that are refused when all is well", traffic.refused(), 0);
		}
		System.out.printf(Locale.ROOT, "All is well: %.2f commands a node a second; Redis: %s%n",
				after.commandsSince(before) / nodes, told(before, after));
		check(after.commandsSince(before) <= 2.0 * nodes, "more than 2 commands a node a second when all is well");
		check("nodes that reach Redis", fleet.connected(), nodes);
		check("nodes that Redis knows", live(fleet), nodes);
		checkEach(fleet, "is not closed on every node", fleet::isClosed);
		checkEach(fleet, "has a record although nothing happened",
				(breaker) -> fleet.first().node().record(Openings.name(breaker)).isEmpty());
	}

	private void storm(Fleet fleet, long empty) {
		IntStream.range(0, fleet.breakers()).forEach(fleet.openings()::begin);
		List<RedisLoad> loads = new ArrayList<>();
		try (Traffic traffic = Traffic.on(fleet)) {
			loads.add(load());
			traffic.fail(true);
			BitSet byVotes = new BitSet();
			await("all breakers have opened on all nodes", sampling(loads, () -> hasOpenedByVotes(fleet, byVotes)),
					() -> told(fleet));
			loads.add(load());
			RedisLoad begin = loads.get(0);
			RedisLoad open = loads.get(loads.size() - 1);
			System.out.printf(Locale.ROOT, "Storm: all breakers of all nodes open after %.1f s%n",
					open.secondsSince(begin));
			sayMemory("all are open", empty);
			traffic.fail(false);
			await("all breakers are closed on all nodes",
					sampling(loads, () -> fleet.isClosed() && isClosedByProbes(fleet)), () -> told(fleet));
			loads.add(load());
			RedisLoad end = loads.get(loads.size() - 1);
			double most = IntStream.range(1, loads.size())
				.filter((i) -> loads.get(i).secondsSince(loads.get(i - 1)) > 0.5)
				.mapToDouble((i) -> loads.get(i).commandsSince(loads.get(i - 1)))
				.max()
				.orElse(0);
			System.out.printf(Locale.ROOT,
					"Storm: closed again after %.1f s, of which %d s are the wait; %.2f commands a node a second, %.2f in"
							+ " the second with most; %d probes of nodes that had lost Redis; Redis: %s%n",
					end.secondsSince(begin), Fleet.WAIT.toSeconds(), end.commandsSince(begin) / fleet.size(),
					most / fleet.size(), traffic.probesAlone(), told(begin, end));
			check(most <= fleet.size() * (1 + mostExchanges(fleet)),
					"more commands in a storm than the time between two exchanges allows");
			checkEach(fleet, "has not opened once on each node",
					(breaker) -> fleet.openings().opened(breaker) == fleet.size());
			checkEach(fleet, "had no probe, or more than permitted", (breaker) -> traffic.probes(breaker) > 0
					&& traffic.probes(breaker) <= Fleet.PROBES * halfOpenPeriods(fleet, breaker));
		}
		checkEach(fleet, "is not closed on every node", fleet::isClosed);
		check("keys in Redis without an end",
				this.redis.keys("*").stream().filter((key) -> this.redis.pttl(key) < 0).count(), 0);
		sayMemory("all are closed again", empty);
	}

	/** What the breakers are in on the nodes, and the fleet by the first of them. */
	private static String told(Fleet fleet) {
		Map<State, Long> states = fleet.members()
			.stream()
			.flatMap((member) -> member.breakers().stream())
			.collect(Collectors.groupingBy(CircuitBreaker::state, TreeMap::new, Collectors.counting()));
		Map<String, Long> records = IntStream.range(0, fleet.breakers())
			.mapToObj((breaker) -> fleet.first()
				.node()
				.record(Openings.name(breaker))
				.map((record) -> record.state() + " " + record.cause())
				.orElse("none"))
			.collect(Collectors.groupingBy((record) -> record, TreeMap::new, Collectors.counting()));
		return "; breakers on nodes: " + states + "; records: " + records + "; nodes that reach Redis: "
				+ fleet.connected() + "; the first one: " + fleet.first().node().status();
	}

	/** How often a node exchanges a second where it always has something to say. */
	private static double mostExchanges(Fleet fleet) {
		return 1000 / Math.max(10, fleet.size() * 0.2);
	}

	/** The first of them may be half-open before the last of them is open. */
	private static boolean hasOpenedByVotes(Fleet fleet, BitSet byVotes) {
		IntStream.range(0, fleet.breakers())
			.filter((breaker) -> record(fleet, breaker,
					(record) -> record.state() == State.OPEN && record.votes() >= fleet.quorum()))
			.forEach(byVotes::set);
		return byVotes.cardinality() == fleet.breakers() && IntStream.range(0, fleet.breakers())
			.allMatch((breaker) -> fleet.openings().opened(breaker) >= fleet.size());
	}

	private static boolean isClosedByProbes(Fleet fleet) {
		return IntStream.range(0, fleet.breakers())
			.allMatch((breaker) -> record(fleet, breaker,
					(record) -> record.state() == State.CLOSED && record.cause().equals("PROBES_SUCCEEDED")));
	}

	private static boolean record(Fleet fleet, int breaker, Predicate<FleetRecord> as) {
		return fleet.first().node().record(Openings.name(breaker)).filter(as).isPresent();
	}

	private static int halfOpenPeriods(Fleet fleet, int breaker) {
		return (fleet.openings().halfOpened(breaker) + fleet.size() - 1) / fleet.size();
	}

	/**
	 * One breaker after the other: all votes but one are there, then the one comes that
	 * decides.
	 */
	private Durations decidingVotes(Fleet fleet) {
		Durations durations = new Durations();
		int missing = 0;
		for (int round = 0; round < this.options.rounds(); round++) {
			int breaker = round % fleet.breakers();
			fleet.openings().begin(breaker);
			for (int voter = 0; voter < fleet.quorum() - 1; voter++) {
				fail(fleet.members().get(voter).breakers().get(breaker));
			}
			await("all votes but one", () -> localOnly(fleet, breaker) == fleet.quorum() - 1);
			missing += (fleet.openings().opened(breaker) == fleet.quorum() - 1) ? 0 : 1;
			long decided = System.nanoTime();
			fail(fleet.members().get(fleet.quorum() - 1).breakers().get(breaker));
			await("all nodes are open", () -> fleet.openings().opened(breaker) == fleet.size());
			durations.add(fleet.openings().last(breaker) - decided);
			fleet.first().node().command(Openings.name(breaker), StateCommand.reset());
			await("the reset reaches all nodes", () -> fleet.isClosed(breaker));
		}
		System.out.printf(Locale.ROOT, "From the deciding vote to the last of %d nodes open: %s%n", fleet.size(),
				durations.inMillis());
		check("rounds in which a breaker opened before its quorum, or not at all", missing, 0);
		return durations;
	}

	private static void fail(CircuitBreaker breaker) {
		try {
			breaker.run(() -> {
				throw new IOException("The other side is down");
			});
		}
		catch (IOException ex) {
			// Its breaker has opened.
		}
	}

	/** How many nodes say that they alone have opened a breaker. */
	private static long localOnly(Fleet fleet, int breaker) {
		return fleet.first()
			.node()
			.view()
			.toCompletableFuture()
			.join()
			.nodes()
			.stream()
			.filter((node) -> "OPEN local-only".equals(node.report().get(Openings.name(breaker))))
			.count();
	}

	private static long live(Fleet fleet) {
		return fleet.first().node().view().toCompletableFuture().join().nodes().size();
	}

	private void redisStopped(Fleet fleet) {
		if (this.options.stopped() == 0) {
			return;
		}
		CircuitBreaker shared = fleet.first().breakers().get(0);
		CircuitBreaker alone = CircuitBreaker.of("alone", Fleet.CONFIG);
		CallTimes ofShared = new CallTimes();
		CallTimes ofAlone = new CallTimes();
		try (Traffic traffic = Traffic.on(fleet)) {
			measure(shared, alone, ofShared, ofAlone, 5);
			ofShared.clear();
			ofAlone.clear();
			long heap = heap();
			this.process.pause();
			int threads = ManagementFactory.getThreadMXBean().getThreadCount();
			try {
				measure(shared, alone, ofShared, ofAlone, this.options.stopped());
				check("nodes that say that they reach a stopped Redis", fleet.connected(), 0);
				int threadsAfter = ManagementFactory.getThreadMXBean().getThreadCount();
				// Each transport has one while it connects
				check(threadsAfter <= threads + fleet.size(), "more threads than one a node have come");
				long after = heap();
				System.out.printf(Locale.ROOT,
						"Redis stopped for %d s: a guarded call takes %s, of a breaker that is not shared %s; heap %d MB"
								+ " before and %d MB after, %d threads before and %d after%n",
						this.options.stopped(), ofShared, ofAlone, heap / 1_000_000, after / 1_000_000, threads,
						threadsAfter);
				check(after <= heap * 1.1 + 10_000_000, "the heap has grown");
				check(!this.options.idle() || ofShared.percentile(99) <= MOST_WITHOUT_REDIS * ofAlone.percentile(99),
						"a guarded call takes more than 5 % longer (p99) than one of a breaker that is not shared");
			}
			finally {
				this.process.resume();
			}
			await("all nodes reach Redis again", () -> fleet.connected() == fleet.size());
			check("calls that are refused while Redis is stopped", traffic.refused(), 0);
		}
		await("all nodes live again", () -> live(fleet) == fleet.size());
		checkEach(fleet, "is not closed on every node", fleet::isClosed);
	}

	/**
	 * Calls the two in turn, with pauses in which the machine does what else there is.
	 * Calls after a pause take longer: they are those of one and the other in turn, too.
	 */
	private static void measure(CircuitBreaker shared, CircuitBreaker alone, CallTimes ofShared, CallTimes ofAlone,
			int seconds) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		while (System.nanoTime() < end) {
			CallTimes.measure(shared, ofShared, alone, ofAlone);
			pauseMillis(5);
			CallTimes.measure(alone, ofAlone, shared, ofShared);
			pauseMillis(5);
		}
	}

	private static long heap() {
		System.gc();
		Runtime runtime = Runtime.getRuntime();
		return runtime.totalMemory() - runtime.freeMemory();
	}

	private void sayMemory(String when, long empty) {
		RedisLoad now = load();
		System.out.printf(Locale.ROOT,
				"Memory of Redis where %s: %.1f MB, of which %.1f MB are records, votes, nodes and reports%n", when,
				now.memory() / 1e6, (now.data() - empty) / 1e6);
	}

	private static String told(RedisLoad before, RedisLoad after) {
		return String.format(Locale.ROOT,
				"%.0f commands/s of %.0f us each, %.0f %% of a core, %.0f kB/s in, %.0f kB/s out",
				after.commandsSince(before), after.microsSince(before), after.cpuSince(before),
				after.receivedSince(before), after.sentSince(before));
	}

	private BooleanSupplier sampling(List<RedisLoad> loads, BooleanSupplier condition) {
		return () -> {
			RedisLoad last = loads.get(loads.size() - 1);
			if (System.nanoTime() - last.nanos() >= TimeUnit.SECONDS.toNanos(1)) {
				loads.add(load());
			}
			return condition.getAsBoolean();
		};
	}

	private void await(String what, BooleanSupplier condition) {
		await(what, condition, () -> "");
	}

	private void await(String what, BooleanSupplier condition, Supplier<String> present) {
		long end = System.nanoTime() + LONG.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("Not within " + LONG.toSeconds() + " s: " + what + present.get());
			}
			pauseMillis(2);
		}
	}

	private static void pause(int seconds) {
		pauseMillis(TimeUnit.SECONDS.toMillis(seconds));
	}

	private static void pauseMillis(long millis) {
		try {
			TimeUnit.MILLISECONDS.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private void checkEach(Fleet fleet, String problem, IntPredicate holds) {
		IntStream.range(0, fleet.breakers())
			.filter((breaker) -> !holds.test(breaker))
			.limit(3)
			.forEach((breaker) -> this.violations.add(Openings.name(breaker) + " " + problem));
	}

	private void check(String what, long actual, long expected) {
		check(actual == expected, what + ": " + actual + " and not " + expected);
	}

	private void check(boolean holds, String problem) {
		if (!holds) {
			this.violations.add(problem);
		}
	}

	/**
	 * How large and how long.
	 *
	 * @param nodes how many nodes
	 * @param breakers how many breakers each of them shares
	 * @param seconds how long all is well
	 * @param rounds how many deciding votes
	 * @param stopped how many seconds Redis is stopped; zero for not at all
	 * @param server which Redis
	 * @param idle whether times are judged
	 */
	record Options(int nodes, int breakers, int seconds, int rounds, int stopped, String server, boolean idle) {

		private static final Map<String, String> DEFAULTS = Map.of("--nodes", "1000", "--breakers", "200", "--seconds",
				"20", "--rounds", "100", "--stopped", "60", "--server", RedisProcess.EMBEDDED, "--idle", "false");

		static Options of(String... args) {
			Map<String, String> given = new LinkedHashMap<>(DEFAULTS);
			Set<String> names = DEFAULTS.keySet();
			for (int arg = 0; arg < args.length; arg += 2) {
				if (!names.contains(args[arg]) || arg + 1 == args.length) {
					throw new IllegalArgumentException(
							"Options, each with a value: " + String.join(", ", names) + "; not '" + args[arg] + "'");
				}
				given.put(args[arg], args[arg + 1]);
			}
			return new Options(number(given, "--nodes"), number(given, "--breakers"), number(given, "--seconds"),
					number(given, "--rounds"), number(given, "--stopped"), String.valueOf(given.get("--server")),
					isTrue(given, "--idle"));
		}

		private static boolean isTrue(Map<String, String> given, String name) {
			String value = String.valueOf(given.get(name));
			if (!value.equals("true") && !value.equals("false")) {
				throw new IllegalArgumentException(name + " is '" + value + "'; say true or false");
			}
			return value.equals("true");
		}

		private static int number(Map<String, String> given, String name) {
			return Integer.parseInt(String.valueOf(given.get(name)));
		}

	}

}
