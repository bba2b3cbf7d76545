package dev.breaker.spring.cloud;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A whole application with clients of a real server, on a clock moved by hand.
 */
final class RunningClients implements AutoCloseable {

	final Remote remote;

	private final ConfigurableApplicationContext context;

	private RunningClients(Remote remote, ConfigurableApplicationContext context) {
		this.remote = remote;
		this.context = context;
	}

	static RunningClients start(Class<?> clients, String... properties) throws IOException {
		Remote remote = new Remote();
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--spring.reactor.netty.shutdown-quiet-period=20ms", "--remote.url=" + remote.url()));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		return new RunningClients(remote,
				new SpringApplicationBuilder(Application.class, clients).web(WebApplicationType.SERVLET)
					.run(arguments.toArray(String[]::new)));
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	ManualClock clock() {
		return bean(ManualClock.class);
	}

	CircuitBreaker breaker(String name) {
		CircuitBreakerRegistry registry = bean(CircuitBreakerRegistry.class);
		return registry.find(name).orElseThrow(() -> new AssertionError(name + " is none of " + registry.all()));
	}

	String url() {
		return "http://localhost:" + this.context.getEnvironment().getRequiredProperty("local.server.port");
	}

	@Override
	public void close() {
		this.context.close();
		this.remote.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock manualClock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock breakerClock(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

	}

}
