package dev.breaker.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.RedisServer;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * The shop as a fleet: three instances in one process, which share their breakers through
 * a Redis that is started for them. The services that an instance calls are its own, so
 * that one of them can be in trouble alone. Started by {@code mvn spring-boot:test-run}.
 */
public final class FleetShop implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(FleetShop.class);

	private static final String MESSAGE = """
			The fleet is open: three shops that share their breakers. Two votes of three open a breaker for all of them.
			  pages        http://localhost:8080/   http://localhost:8081/   http://localhost:8082/
			  one alone    curl -X POST 'http://localhost:8080/faults/payments?mode=error'; curl -X POST 'http://localhost:8080/traffic?rps=20'
			  the fleet    curl -X POST 'http://localhost:8081/faults/payments?mode=error'; curl -X POST 'http://localhost:8081/traffic?rps=20'
			  well again   curl -X POST 'http://localhost:8080/faults/payments?mode=ok'; curl -X POST 'http://localhost:8081/faults/payments?mode=ok'
			  see          http://localhost:8082/#/breaker/payments
			""";

	private final RedisServer redis;

	private final int redisPort;

	private final List<ConfigurableApplicationContext> shops = new ArrayList<>();

	private FleetShop() throws IOException {
		this.redisPort = freePort();
		this.redis = RedisServer.newRedisServer().port(this.redisPort).bind("127.0.0.1").setting("save \"\"").build();
		this.redis.start();
	}

	public static void main(String[] args) throws IOException {
		open(new int[] { 8080, 8081, 8082 }, args);
		logger.info(MESSAGE);
	}

	/**
	 * Starts Redis, and one shop after another.
	 * @param ports the ports of the shops, 0 for one that is free
	 * @param arguments what else all of them are started with
	 */
	static FleetShop open(int[] ports, String... arguments) throws IOException {
		FleetShop fleet = new FleetShop();
		try {
			for (int port : ports) {
				fleet.add(port, arguments);
			}
			return fleet;
		}
		catch (RuntimeException ex) {
			fleet.close(); // else its threads keep the process alive
			throw ex;
		}
	}

	private void add(int port, String... arguments) {
		Stream<String> own = Stream.of("--server.port=" + port, "--spring.data.redis.host=127.0.0.1",
				"--spring.data.redis.port=" + this.redisPort, "--breaker.cluster.enabled=true",
				"--breaker.cluster.node-id=shop-" + (this.shops.size() + 1), "--breaker.cluster.quorum=2");
		this.shops.add(SpringApplication.run(SampleApplication.class,
				Stream.concat(own, Stream.of(arguments)).toArray(String[]::new)));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	/** The environment of a shop, the first is 0. */
	Environment environment(int shop) {
		return this.shops.get(shop).getEnvironment();
	}

	@Override
	public void close() throws IOException {
		this.shops.forEach(ConfigurableApplicationContext::close);
		this.redis.stop();
	}

}
