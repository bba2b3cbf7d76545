package dev.breaker.fleet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.State;
import dev.breaker.fleet.FleetNode;
import dev.breaker.fleet.FleetSettings;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.redis.RedisFleetTransport;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Nodes that share breakers, each with connections of its own, as processes of their own
 * would have. They have the threads in common.
 */
final class Fleet implements AutoCloseable {

	static final Duration WAIT = Duration.ofSeconds(10);

	static final int PROBES = 10;

	static final Duration HEARTBEAT = Duration.ofSeconds(1);

	static final Duration NODE_TIMEOUT = Duration.ofSeconds(5);

	/** The first failure opens a breaker. */
	static final CircuitBreakerConfig CONFIG = CircuitBreakerConfig.builder()
		.consecutiveFailureThreshold(1)
		.minimumNumberOfCalls(10)
		.slidingWindowSize(10)
		.waitDurationInOpenState(WAIT)
		.permittedNumberOfCallsInHalfOpenState(PROBES)
		.build();

	private final ClientResources resources = DefaultClientResources.builder()
		.ioThreadPoolSize(2)
		.computationThreadPoolSize(2)
		.build();

	private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);

	private final List<Member> members = new ArrayList<>();

	private final Openings openings;

	private final int breakers;

	private Fleet(int breakers) {
		this.breakers = breakers;
		this.openings = new Openings(breakers);
	}

	/**
	 * Starts nodes, one after the other; each has joined before the next one does.
	 * @param redis where they meet
	 * @param namespace what they have in common
	 * @param nodes how many
	 * @param breakers how many each of them shares
	 */
	static Fleet start(RedisProcess redis, String namespace, int nodes, int breakers) {
		Fleet fleet = new Fleet(breakers);
		for (int node = 0; node < nodes; node++) {
			fleet.members.add(fleet.join(redis, namespace, "node-" + node));
		}
		return fleet;
	}

	private Member join(RedisProcess redis, String namespace, String name) {
		LettuceConnectionFactory connections = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", redis.port()),
				LettuceClientConfiguration.builder().clientResources(this.resources).build());
		connections.afterPropertiesSet();
		connections.start();
		RedisFleetTransport transport = new RedisFleetTransport(connections, namespace, HEARTBEAT);
		FleetSettings settings = new FleetSettings(new NodeId(name, UUID.randomUUID().toString()), Quorum.DEFAULT,
				HEARTBEAT, NODE_TIMEOUT);
		FleetNode node = new FleetNode(settings, transport, this.executor);
		List<CircuitBreaker> shared = IntStream.range(0, this.breakers)
			.mapToObj((breaker) -> CircuitBreaker.of(Openings.name(breaker), CONFIG))
			.toList();
		shared.forEach((breaker) -> {
			breaker.addListener(this.openings);
			node.share(breaker);
		});
		if (!node.join(Duration.ofSeconds(5))) {
			throw new IllegalStateException(name + " could not join: " + node.status());
		}
		node.start();
		return new Member(node, shared, transport, connections);
	}

	List<Member> members() {
		return this.members;
	}

	Member first() {
		return this.members.get(0);
	}

	int size() {
		return this.members.size();
	}

	int breakers() {
		return this.breakers;
	}

	/** How many votes open a breaker, by default. */
	int quorum() {
		return (size() < 3) ? 1 : (size() * 30 + 99) / 100;
	}

	Openings openings() {
		return this.openings;
	}

	/** All breakers of a name, one a node. */
	Stream<CircuitBreaker> named(int breaker) {
		return this.members.stream().map((member) -> member.breakers().get(breaker));
	}

	boolean isClosed(int breaker) {
		return named(breaker).allMatch((each) -> each.state() == State.CLOSED);
	}

	boolean isClosed() {
		return IntStream.range(0, this.breakers).allMatch(this::isClosed);
	}

	/** How many nodes say that they reach Redis. */
	long connected() {
		return this.members.stream().filter((member) -> member.node().status().connected()).count();
	}

	@Override
	public void close() {
		this.members.forEach((member) -> member.node().close());
		this.members.forEach((member) -> {
			member.transport().close();
			member.connections().destroy();
		});
		this.executor.shutdownNow();
		this.resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
	}

	/**
	 * One node.
	 *
	 * @param node the node
	 * @param breakers its breakers, by their numbers
	 * @param transport its way to Redis
	 * @param connections its connections
	 */
	record Member(FleetNode node, List<CircuitBreaker> breakers, RedisFleetTransport transport,
			LettuceConnectionFactory connections) {
	}

}
