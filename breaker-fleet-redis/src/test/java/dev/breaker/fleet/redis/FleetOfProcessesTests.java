package dev.breaker.fleet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

import dev.breaker.State;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes in processes of their own, whose wall clocks are an hour apart, and a real Redis.
 * Processes are stopped by signals and killed, Redis is stopped and emptied.
 * {@code -Dfleet.process.runs=100} runs a hundred schedules of random faults.
 */
class FleetOfProcessesTests {

	private static final int RUNS = Integer.getInteger("fleet.process.runs", 2);

	private static final int FAULTS = 25;

	private static final int CYCLES = 5;

	private static final List<Duration> WRONG = List.of(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(-1));

	private final TestRedis redis = TestRedis.start(RedisBinary.EMBEDDED);

	private final List<NodeProcess> nodes = new ArrayList<>();

	private int started;

	@BeforeEach
	void start() {
		for (int node = 0; node < 3; node++) {
			this.nodes.add(startOne());
		}
	}

	private NodeProcess startOne() {
		int number = this.started++;
		return NodeProcess.start(this.redis, "node-" + number, WRONG.get(number % WRONG.size()));
	}

	@AfterEach
	void stop() throws Exception {
		this.nodes.forEach(NodeProcess::close);
		this.redis.close();
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
	}

	private void awaitAll(State state) {
		await().untilAsserted(() -> assertThat(this.nodes).extracting(NodeProcess::state).containsOnly(state));
	}

	private void open() {
		await().until(() -> {
			this.nodes.get(0).call(false);
			this.nodes.get(1).call(false);
			return this.nodes.get(2).state() != State.CLOSED;
		});
	}

	/** One that was given in an outage may be told after another one, and then holds. */
	private void order(String command, State state) {
		await().until(() -> {
			this.nodes.get(0).say(command);
			return this.nodes.stream().allMatch((node) -> node.state() == state);
		});
	}

	@Test
	void aProcessThatIsPausedLosesItsPlaces() {
		open();
		NodeProcess holder = this.nodes.get(2);
		for (int place = 0; place < NodeMain.PERMITTED; place++) {
			await().until(() -> holder.say("take").startsWith("probe"));
		}
		holder.pause();
		await().until(() -> {
			this.nodes.get(0).call(true);
			return this.nodes.get(0).state() == State.CLOSED && this.nodes.get(1).state() == State.CLOSED;
		});
		holder.resume();
		holder.say("fail");
		awaitAll(State.CLOSED);
		await().during(NodeMain.HEARTBEAT.multipliedBy(3))
			.until(() -> this.nodes.stream().allMatch((node) -> node.state() == State.CLOSED));
	}

	@Test
	void atMostThePermittedProbesAreMadeAlthoughProcessesDie() {
		Map<String, Integer> probes = new HashMap<>();
		for (int cycle = 0; cycle < CYCLES; cycle++) {
			open();
			boolean kills = cycle % 2 == 0;
			int victim = cycle % this.nodes.size();
			await().until(() -> {
				for (NodeProcess node : this.nodes) {
					String taken = node.say("take");
					if (taken.startsWith("probe")) {
						probes.merge(taken, 1, Integer::sum);
					}
				}
				if (kills && probes.size() > 0 && this.started == 3) {
					this.nodes.set(victim, replaced(this.nodes.get(victim)));
				}
				this.nodes.forEach((node) -> node.say("succeed"));
				return this.nodes.stream().allMatch((node) -> node.state() == State.CLOSED);
			});
		}
		assertThat(probes.values()).isNotEmpty().allMatch((made) -> made <= NodeMain.PERMITTED);
	}

	private NodeProcess replaced(NodeProcess node) {
		node.kill();
		return startOne();
	}

	@Test
	void everyProcessConvergesAfterRandomFaults() {
		for (int run = 0; run < RUNS; run++) {
			long seed = ThreadLocalRandom.current().nextLong();
			Random random = new Random(seed);
			for (int step = 0; step < FAULTS; step++) {
				fault(random);
				this.nodes.stream()
					.filter((node) -> !node.isPaused())
					.forEach((node) -> node.call(random.nextInt(3) > 0));
			}
			this.redis.resume();
			this.nodes.stream().filter(NodeProcess::isPaused).forEach(NodeProcess::resume);
			await().until(() -> {
				this.nodes.forEach((node) -> node.call(true));
				List<State> states = this.nodes.stream().map(NodeProcess::state).distinct().toList();
				return states.equals(List.of(State.CLOSED)) || states.equals(List.of(State.FORCED_OPEN));
			});
			order("FORCED_OPEN", State.FORCED_OPEN);
			order("reset", State.CLOSED);
		}
	}

	private void fault(Random random) {
		int index = random.nextInt(this.nodes.size());
		NodeProcess node = this.nodes.get(index);
		switch (random.nextInt(12)) {
			case 0 -> {
				this.redis.resume();
				this.nodes.set(index, replaced(node));
			}
			case 1 -> node.pause();
			case 2, 3 -> node.resume();
			case 4 -> {
				this.redis.resume();
				this.redis.commands().flushall();
			}
			case 5 -> this.redis.pause();
			case 6, 7 -> this.redis.resume();
			case 8 -> {
				if (!node.isPaused()) {
					node.say("FORCED_OPEN");
				}
			}
			case 9, 10 -> {
				if (!node.isPaused()) {
					node.say("reset");
				}
			}
			default -> {
			}
		}
	}

}
