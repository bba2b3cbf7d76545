package dev.breaker.fleet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import dev.breaker.ProbeRules;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.fleet.Action;
import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.ModelStore;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The script in a real Redis beside the model in Java, and beside the breaker's own
 * rules, on random exchanges; and its atomicity on eight connections.
 */
@ParameterizedClass
@EnumSource(RedisBinary.class)
class StoreFuzzTests {

	private static final long START = 1_790_000_000_000L;

	private static final int RUNS = 4;

	private static final int STEPS = 600;

	private static final List<String> BREAKERS = List.of("payments", "mail", "stock", "stock:lyon");

	private static final List<String> COMMANDS = List.of("RESET", "CLOSED", "OPEN", "HALF_OPEN", "FORCED_OPEN",
			"DISABLED", "METRICS_ONLY", "AJAR");

	private static final List<ProbeRules> RULES = List.of(
			new ProbeRules(3, ProbeRules.NEVER, 2, ProbeRules.NEVER, false),
			new ProbeRules(5, ProbeRules.NEVER, 3, 2, false), new ProbeRules(4, 2, ProbeRules.NEVER, 3, false),
			new ProbeRules(2, ProbeRules.NEVER, 1, 1, true), new ProbeRules(1, 1, 1, ProbeRules.NEVER, true),
			new ProbeRules(6, 4, 3, 5, 37.5, false), new ProbeRules(3, ProbeRules.NEVER, ProbeRules.NEVER, 2, false));

	private final RedisBinary binary;

	private TestRedis redis;

	StoreFuzzTests(RedisBinary binary) {
		this.binary = binary;
	}

	@BeforeEach
	void start() {
		this.redis = TestRedis.start(this.binary);
	}

	@AfterEach
	void stop() throws Exception {
		if (this.redis != null) {
			this.redis.close();
		}
	}

	@Test
	void theScriptDoesWhatTheModelDoes() {
		for (int run = 0; run < RUNS; run++) {
			long seed = ThreadLocalRandom.current().nextLong();
			this.redis.commands().flushall();
			try (HandTimedStore store = new HandTimedStore(this.redis, START)) {
				compare(store, new Random(seed), "seed " + seed);
			}
		}
	}

	private static void compare(HandTimedStore store, Random random, String seed) {
		ModelStore model = new ModelStore(START);
		List<TestNode> nodes = new ArrayList<>();
		for (int i = 1; i <= 7; i++) {
			nodes.add(new TestNode("n" + i, store::exchange)
				.quorum(List.of(Quorum.DEFAULT, new Quorum(2, 0), new Quorum(0, 50)).get(random.nextInt(3)))
				// The first one says how long nobody is dropped.
				.timeout(TestNode.TIMEOUT.multipliedBy((i == 1) ? 1 : 1 + random.nextInt(3))));
		}
		Exchange first = nodes.get(0).exchange(null);
		Reply began = store.exchange(first);
		model.incarnation(began.incarnation());
		assertThat(began).isEqualTo(model.exchange(first));
		Map<String, FleetRecord> records = new HashMap<>();
		Map<String, List<Reply.Grant>> leases = new TreeMap<>();
		for (int step = 0; step < STEPS; step++) {
			// No longer than after what the store counts as its own absence
			long now = store.now() + random.nextInt((int) TestNode.TIMEOUT.toMillis() / 2 + 1);
			store.now(now);
			model.now(now);
			// One of them is often away
			TestNode node = nodes.get((random.nextInt(3) == 0) ? random.nextInt(nodes.size()) : random.nextInt(3));
			Exchange exchange = node.exchange(report(random),
					actions(random, records, leases.getOrDefault(node.id().name(), List.of())));
			Reply reply = store.exchange(exchange);
			model.incarnation(reply.incarnation());
			assertThat(reply).as("%s, step %s: %s", seed, step, exchange).isEqualTo(model.exchange(exchange));
			assertThat(store.damaged()).isEmpty();
			if (random.nextInt(5) != 0) {
				node.heard(reply);
			}
			reply.changed().forEach((record) -> records.put(record.breaker(), record));
			leases.computeIfAbsent(node.id().name(), (name) -> new ArrayList<>()).addAll(reply.grants());
		}
		assertThat(records.values()).as(seed).extracting(FleetRecord::epoch).allMatch((epoch) -> epoch > 3);
	}

	private static Map<String, String> report(Random random) {
		return (random.nextInt(4) == 0) ? Map.of(pick(random, BREAKERS), "OPEN") : null;
	}

	private static Action[] actions(Random random, Map<String, FleetRecord> records, List<Reply.Grant> leases) {
		Action[] actions = new Action[random.nextInt(4)];
		for (int i = 0; i < actions.length; i++) {
			actions[i] = action(random, records, leases);
		}
		return actions;
	}

	private static Action action(Random random, Map<String, FleetRecord> records, List<Reply.Grant> leases) {
		String breaker = pick(random, BREAKERS);
		FleetRecord record = records.get(breaker);
		long epoch = (record != null) ? record.epoch() - ((random.nextInt(6) == 0) ? 1 : 0) : 0;
		long wait = random.nextInt(4_000);
		return switch (random.nextInt(21)) {
			case 0, 1, 2, 3, 4 -> new Action.Vote(breaker, wait, 1_000 + random.nextInt(10_000));
			case 5 -> new Action.Withdraw(breaker);
			case 6 -> new Action.Order(breaker,
					new Action.FleetCommand(pick(random, COMMANDS), random.nextBoolean() ? -1 : random.nextInt(5_000),
							random.nextBoolean() ? "why" : null, random.nextBoolean() ? "kim" : null),
					wait);
			case 7 -> remember(random, breaker, record);
			case 8, 9, 10, 11, 12, 13 ->
				new Action.Demand(breaker, epoch, random.nextInt(4), pick(random, RULES), wait);
			case 14 -> new Action.Key("stock:lyon", random.nextInt(4) > 0 ? "stock" : "mail");
			default -> result(random, leases, breaker, epoch, wait);
		};
	}

	private static Action remember(Random random, String breaker, FleetRecord known) {
		long epoch = (known != null) ? known.epoch() + random.nextInt(5) - 3 : 1;
		State state = pick(random, List.of(State.values()));
		FleetRecord told = new FleetRecord(breaker, Math.max(1, epoch), Math.max(1, epoch), state,
				START + random.nextInt(3_000_000), 17, random.nextInt(3), pick(random, List.of("VOTES", "PROBES_LOST")),
				2, 2, 7, List.of("n1", "n3"),
				random.nextBoolean() ? new Action.FleetCommand(state.name(), 5_000, null, "kim") : null, null);
		return new Action.Remember(told, (state == State.OPEN || random.nextBoolean()) ? random.nextInt(5_000) : -1);
	}

	private static Action result(Random random, List<Reply.Grant> leases, String breaker, long epoch, long wait) {
		if (leases.isEmpty() || random.nextInt(10) == 0) {
			return new Action.Result(breaker, epoch, random.nextInt(50), 1, 0, 0, 0, pick(random, RULES), wait);
		}
		Reply.Grant lease = leases.get(Math.max(0, leases.size() - 1 - random.nextInt(3)));
		int recorded = random.nextInt(lease.places() + 1);
		return new Action.Result(lease.breaker(), lease.epoch(), lease.lease(), recorded, random.nextInt(recorded + 1),
				random.nextInt(recorded + 1) + ((random.nextInt(20) == 0) ? 1 : 0),
				random.nextInt(lease.places() - recorded + 1), pick(random, RULES), wait);
	}

	private static <T> T pick(Random random, List<T> of) {
		return of.get(random.nextInt(of.size()));
	}

	@Test
	void probesAreJudgedAsTheBreakerJudgesThem() {
		long seed = ThreadLocalRandom.current().nextLong();
		Random random = new Random(seed);
		try (HandTimedStore store = new HandTimedStore(this.redis, START)) {
			TestNode node = new TestNode("n1", store::exchange);
			for (int run = 0; run < 150; run++) {
				judge(node, random, "seed " + seed + ", run " + run);
			}
		}
	}

	private static void judge(TestNode node, Random random, String where) {
		int permitted = 1 + random.nextInt(8);
		boolean bySuccesses = random.nextBoolean();
		ProbeRules rules = new ProbeRules(permitted, bySuccesses ? 1 + random.nextInt(permitted) : ProbeRules.NEVER,
				bySuccesses ? ProbeRules.NEVER : 1 + random.nextInt(permitted),
				random.nextInt(4) == 0 ? ProbeRules.NEVER : 1 + random.nextInt(permitted),
				random.nextInt(4) == 0 ? ProbeRules.NEVER : 100 * random.nextDouble(), false);
		node.say(new Action.Order("payments", new Action.FleetCommand("HALF_OPEN", -1, null, null), 0));
		long epoch = node.known();
		Reply.Grant lease = node.say(new Action.Demand("payments", epoch, permitted, rules, 0)).grants().get(0);
		int failed = 0;
		int slow = 0;
		for (int recorded = 1; recorded <= permitted; recorded++) {
			failed += random.nextBoolean() ? 1 : 0;
			slow += random.nextBoolean() ? 1 : 0;
			Reason expected = rules.verdict(recorded, failed, slow, 0);
			Reply reply = node
				.say(new Action.Result("payments", epoch, lease.lease(), recorded, failed, slow, 0, rules, 0));
			FleetRecord record = TestNode.changed(reply, "payments");
			assertThat(record.cause()).as("%s: %s after %s, %s failed, %s slow", where, rules, recorded, failed, slow)
				.isEqualTo((expected != null) ? expected.name() : "COMMAND");
			if (expected != null) {
				return;
			}
		}
		throw new AssertionError(where + ": all probes of " + rules + " are back, and nothing is decided");
	}

	@Test
	void eightConnectionsShareThePlaces() throws Exception {
		Map<Long, Integer> given = new ConcurrentHashMap<>();
		Map<Long, Long> tokens = new ConcurrentHashMap<>();
		ExecutorService executor = Executors.newFixedThreadPool(8);
		try {
			List<Callable<Void>> tasks = new ArrayList<>();
			for (int i = 1; i <= 8; i++) {
				String name = "n" + i;
				RedisFleetTransport transport = this.redis
					.keep(new RedisFleetTransport(this.redis.connections(), "orders", Duration.ofSeconds(30)));
				tasks.add(() -> {
					TestNode node = new TestNode(name,
							(exchange) -> transport.exchange(exchange).toCompletableFuture().join())
						.quorum(new Quorum(1, 0));
					for (int round = 0; round < 150; round++) {
						share(node, given, tokens);
					}
					return null;
				});
			}
			for (Future<Void> task : executor.invokeAll(tasks)) {
				task.get();
			}
		}
		finally {
			executor.shutdownNow();
			assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(given).hasSizeGreaterThan(1);
		assertThat(given.values()).allSatisfy((places) -> assertThat(places).isLessThanOrEqualTo(3));
	}

	/** Opens, takes places, and tells what came of them; no place is returned. */
	private static void share(TestNode node, Map<Long, Integer> given, Map<Long, Long> tokens) {
		ProbeRules rules = RULES.get(0);
		Reply voted = node.say(new Action.Vote("payments", 0, 10_000));
		long epoch = voted.changed().stream().mapToLong(FleetRecord::epoch).max().orElse(node.known());
		Reply demanded = node.say(new Action.Demand("payments", epoch, 2, rules, 0));
		for (Reply.Grant grant : demanded.grants()) {
			if (tokens.putIfAbsent(grant.lease(), grant.epoch()) == null) {
				given.merge(grant.epoch(), grant.places(), Integer::sum);
			}
			node.say(new Action.Result("payments", grant.epoch(), grant.lease(), grant.places(),
					grant.places() - (int) (grant.lease() % 2), 0, 0, rules, 0));
		}
	}

}
