package dev.breaker.dashboard.tests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import redis.embedded.RedisServer;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Applications with the dashboard that share their breakers through a Redis. Two votes
 * open one for all of them, and no wait ends.
 */
final class Fleet implements AutoCloseable {

	private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

	private final RedisServer redis;

	private Fleet(int port) throws IOException {
		this.redis = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
		this.redis.start();
	}

	/**
	 * Starts an application for each name.
	 * @param breakers the breakers that they share
	 */
	static Fleet of(List<String> breakers, String... nodes) throws IOException {
		int port = freePort();
		Fleet fleet = new Fleet(port);
		try {
			for (String node : nodes) {
				// The sample's configuration is on the class path
				List<String> arguments = new ArrayList<>(List.of("--spring.config.name=fleet", "--server.port=0",
						"--management.endpoints.web.exposure.include=circuitbreakers,breakerdashboard",
						"--management.endpoint.circuitbreakers.access=unrestricted", "--spring.data.redis.port=" + port,
						"--breaker.cluster.enabled=true", "--breaker.cluster.node-id=" + node,
						"--breaker.cluster.quorum=2", "--breaker.configs.default.minimum-number-of-calls=2",
						"--breaker.configs.default.wait-duration-in-open-state=10m"));
				breakers.forEach(
						(breaker) -> arguments.add("--breaker.instances." + breaker + ".failure-rate-threshold=50"));
				fleet.applications
					.add(new SpringApplicationBuilder(Application.class).run(arguments.toArray(String[]::new)));
			}
			return fleet;
		}
		catch (RuntimeException ex) {
			fleet.close();
			throw ex;
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	CircuitBreaker breaker(int application, String name) {
		return this.applications.get(application).getBean(CircuitBreakerRegistry.class).get(name);
	}

	/** Breakers by key, of a name that is shared, in place of its one breaker. */
	CircuitBreakerGroup group(int application, String name) {
		CircuitBreakerRegistry registry = this.applications.get(application).getBean(CircuitBreakerRegistry.class);
		registry.remove(name);
		return registry.group(name, CircuitBreakerConfig.ofDefaults(), 10);
	}

	/** Two calls fail, so that the application's own rules open it. */
	void trip(int application, String name) {
		CircuitBreaker breaker = breaker(application, name);
		for (int i = 0; i < 2; i++) {
			assertThatIllegalStateException().isThrownBy(() -> breaker.run(() -> {
				throw new IllegalStateException("out of order");
			}));
		}
	}

	String dashboard(int application) {
		return "http://127.0.0.1:"
				+ this.applications.get(application).getEnvironment().getRequiredProperty("local.server.port")
				+ "/actuator/breakerdashboard";
	}

	void stopRedis() throws IOException {
		this.redis.stop();
	}

	@Override
	public void close() throws IOException {
		this.applications.forEach(ConfigurableApplicationContext::close);
		stopRedis();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
