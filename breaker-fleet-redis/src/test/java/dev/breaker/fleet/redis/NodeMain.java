package dev.breaker.fleet.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Permit;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.fleet.FleetNode;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.FleetSettings;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Quorum;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A node in a process of its own, which does what it is told line by line, and answers
 * each with a line. Its arguments are the port of Redis, its name, and how far its wall
 * clock goes wrong.
 */
final class NodeMain {

	static final String BREAKER = "payments";

	static final String ANSWER = "> ";

	static final int PERMITTED = 3;

	static final Duration HEARTBEAT = Duration.ofMillis(300);

	static final Duration NODE_TIMEOUT = Duration.ofMillis(1_500);

	private static final Duration WAIT = Duration.ofSeconds(1);

	private static final Duration LONG = Duration.ofSeconds(20);

	private final CircuitBreaker breaker;

	private final FleetNode node;

	private final Deque<Permit> taken = new ArrayDeque<>();

	private NodeMain(CircuitBreaker breaker, FleetNode node) {
		this.breaker = breaker;
		this.node = node;
	}

	public static void main(String[] arguments) throws IOException {
		LettuceConnectionFactory connections = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration(TestRedis.HOST, Integer.parseInt(arguments[0])));
		connections.afterPropertiesSet();
		RedisFleetTransport transport = new RedisFleetTransport(connections, "orders", HEARTBEAT);
		ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
		CircuitBreaker breaker = CircuitBreaker.of(BREAKER,
				CircuitBreakerConfig.builder()
					.clock(Clock.offset(Clock.systemUTC(), Duration.parse(arguments[2])))
					.consecutiveFailureThreshold(1)
					.waitDurationInOpenState(WAIT)
					.permittedNumberOfCallsInHalfOpenState(PERMITTED)
					.build());
		try (FleetNode node = new FleetNode(new FleetSettings(new NodeId(arguments[1], UUID.randomUUID().toString()),
				new Quorum(2, 0), HEARTBEAT, NODE_TIMEOUT), transport, executor)) {
			node.share(breaker);
			answer("joined " + node.join(LONG));
			new NodeMain(breaker, node).listen();
		}
		System.exit(0);
	}

	private static void answer(String line) {
		System.out.println(ANSWER + line);
	}

	private void listen() throws IOException {
		BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = told.readLine(); line != null; line = told.readLine()) {
			answer(obey(line));
		}
	}

	private String obey(String line) {
		return switch (line) {
			case "take" -> take();
			case "succeed" -> end(true);
			case "fail" -> end(false);
			case "state" -> this.breaker.state().name();
			case "reset" -> order(StateCommand.reset());
			default -> order(StateCommand.to(State.valueOf(line)));
		};
	}

	/** Begins a call. */
	private String take() {
		boolean halfOpen = this.breaker.state() == State.HALF_OPEN;
		boolean connected = this.node.status().connected();
		Permit permit = this.breaker.tryAcquire();
		if (permit == null) {
			return "refused";
		}
		this.taken.add(permit);
		boolean probe = halfOpen && this.breaker.state() == State.HALF_OPEN;
		return !probe ? "call"
				: !connected ? "alone" : "probe of " + this.node.record(BREAKER).map(FleetRecord::epoch).orElse(0L);
	}

	/** Ends all calls that have begun. */
	private String end(boolean well) {
		int ended = this.taken.size();
		while (!this.taken.isEmpty()) {
			Permit permit = this.taken.remove();
			if (well) {
				permit.success(null, 1);
			}
			else {
				permit.failure(new IOException("The other side is down"), 1);
			}
		}
		return "ended " + ended;
	}

	private String order(StateCommand command) {
		this.node.command(BREAKER, command.actor("kim"));
		return "ordered";
	}

}
