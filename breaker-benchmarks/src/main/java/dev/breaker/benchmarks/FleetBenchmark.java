package dev.breaker.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Permit;
import dev.breaker.SlidingWindowType;
import dev.breaker.State;
import dev.breaker.fleet.FleetNode;
import dev.breaker.fleet.FleetSettings;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.redis.RedisFleetTransport;
import dev.breaker.fleet.simulation.RedisProcess;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A call of a breaker that a fleet shares through Redis, and of one that it has opened,
 * beside the same without a fleet, and while Redis is stopped and answers nothing.
 */
@org.openjdk.jmh.annotations.State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FleetBenchmark {

	private static final CircuitBreakerConfig CONFIG = Guards.breakerConfig(SlidingWindowType.COUNT_BASED, 50).build();

	@Param({ "off", "on", "stopped" })
	public String redis = "off";

	private final Work work = new Work();

	private final CircuitBreaker closed = CircuitBreaker.of("closed", CONFIG);

	private final CircuitBreaker open = CircuitBreaker.of("open", CONFIG);

	private Tally opened = Tally.of(this.open);

	private @Nullable Shared shared;

	@Setup
	public void share() throws IOException {
		if (!this.redis.equals("off")) {
			this.shared = Shared.begin(this.closed, this.open);
		}
		Work failing = new Work.Failing(100);
		while (this.open.state() == State.CLOSED) {
			try {
				this.open.call(failing);
			}
			catch (Work.Failure ex) {
				// One more towards the threshold.
			}
		}
		if (this.shared != null) {
			this.shared.awaitOpen(this.open);
			if (this.redis.equals("stopped")) {
				this.shared.stop();
			}
		}
		this.opened = Tally.of(this.open);
	}

	@TearDown
	public void check(BenchmarkParams params) {
		try {
			switch (Checks.method(params)) {
				case "closed" -> Tally.of(this.closed).onlySucceeded();
				case "refused" -> Tally.of(this.open).since(this.opened).onlyRefused();
				default -> throw Checks.missing(params);
			}
			if (this.shared != null) {
				Checks.same(this.shared.isConnected(), this.redis.equals("on"), "whether Redis is reached");
			}
		}
		finally {
			if (this.shared != null) {
				this.shared.close();
			}
		}
	}

	@Benchmark
	public Object closed() {
		return this.closed.call(this.work);
	}

	@Benchmark
	public @Nullable Permit refused() {
		return this.open.tryAcquire();
	}

	/**
	 * A fleet of one node.
	 */
	private static final class Shared {

		private static final Duration HEARTBEAT = Duration.ofSeconds(1);

		private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

		private final RedisProcess redis;

		private final LettuceConnectionFactory connections;

		private final RedisFleetTransport transport;

		private final FleetNode node;

		private Shared(RedisProcess redis) {
			this.redis = redis;
			this.connections = new LettuceConnectionFactory(
					new RedisStandaloneConfiguration("127.0.0.1", redis.port()));
			this.connections.afterPropertiesSet();
			this.connections.start();
			this.transport = new RedisFleetTransport(this.connections, "benchmark", HEARTBEAT);
			this.node = new FleetNode(new FleetSettings(new NodeId("node", "benchmark"), Quorum.DEFAULT, HEARTBEAT,
					Duration.ofSeconds(5)), this.transport, this.executor);
		}

		static Shared begin(CircuitBreaker... breakers) throws IOException {
			Shared shared = new Shared(RedisProcess.start(RedisProcess.EMBEDDED));
			for (CircuitBreaker breaker : breakers) {
				shared.node.share(breaker);
			}
			Checks.that(shared.node.join(Duration.ofSeconds(10)), () -> "it could not join: " + shared.node.status());
			shared.node.start();
			return shared;
		}

		boolean isConnected() {
			return this.node.status().connected();
		}

		void awaitOpen(CircuitBreaker breaker) {
			await("the fleet has not opened it",
					() -> this.node.record(breaker.name())
						.filter((record) -> record.state() == State.OPEN)
						.isPresent());
		}

		void stop() {
			this.redis.pause();
			await("Redis is still reached", () -> !isConnected());
		}

		private static void await(String missing, BooleanSupplier condition) {
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
			while (!condition.getAsBoolean()) {
				Checks.that(System.nanoTime() < end, () -> missing);
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
		}

		void close() {
			this.node.close();
			this.redis.close();
			this.transport.close();
			this.connections.destroy();
			this.executor.shutdownNow();
		}

	}

}
