package dev.breaker.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What Spring Cloud's refresh, and its endpoints that change the environment, do to
 * breakers at work.
 */
@ExtendWith(OutputCaptureExtension.class)
class RuntimeChangeTests {

	private static final String PAYMENTS = """
			breaker.instances.payments:
			  consecutive-failure-threshold: 2
			  wait-duration-in-open-state: %s
			shop.calls: %d
			""";

	@TempDir
	private Path directory;

	@Test
	void anOpenBreakerWithSevenSecondsLeftSurvivesARefresh() {
		try (ConfigurableApplicationContext context = start(PAYMENTS.formatted("10s", 5))) {
			dev.breaker.CircuitBreaker payments = breaker(context, "payments");
			trip(context, payments);
			clock(context).advance(Duration.ofSeconds(3));
			write(PAYMENTS.formatted("5m", 5));
			refresh(context);
			assertThat(breaker(context, "payments")).isSameAs(payments);
			assertThat(payments.state()).isEqualTo(State.OPEN);
			assertThat(payments.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(7));
			assertThat(payments.snapshot().failedCallsTotal()).isEqualTo(2);
			assertThat(get(context, "circuitbreakers/payments")).contains("\"by\":\"environment\"")
				.contains("\"waitDurationInOpenState\":{\"from\":\"PT10S\",\"to\":\"PT5M\"");
			clock(context).advance(Duration.ofSeconds(7));
			assertThatIllegalStateException().isThrownBy(() -> context.getBean(Shop.class).pay(true));
			assertThat(payments.snapshot().retryAfter()).isEqualTo(Duration.ofMinutes(5));
		}
	}

	@Test
	void guardedBeansThatAreRefreshedStayGuardedByTheSameBreaker() {
		try (ConfigurableApplicationContext context = start(PAYMENTS.formatted("10s", 5))) {
			dev.breaker.CircuitBreaker refreshed = breaker(context, "refreshed");
			context.getBean(Refreshed.class).call();
			write(PAYMENTS.formatted("11s", 6));
			refresh(context);
			assertThat(context.getBean(Refreshed.class).call()).isEqualTo(6);
			assertThat(breaker(context, "refreshed")).isSameAs(refreshed);
			assertThat(refreshed.snapshot().successfulCallsTotal()).isEqualTo(2);
		}
	}

	@Test
	void aPropertyPostedToTheEnvironmentReachesAllKeys() {
		try (ConfigurableApplicationContext context = start(PAYMENTS.formatted("10s", 5))) {
			context.getBean(Shop.class).count("berlin");
			post(context, "breaker.configs.default.failure-rate-threshold", "35");
			context.getBean(Shop.class).count("lyon");
			CircuitBreakerGroup stock = context.getBean(CircuitBreakerRegistry.class).findGroup("stock").orElseThrow();
			assertThat(stock.all()).hasSize(2).allMatch((key) -> key.config().failureRateThreshold() == 35f);
			assertThat(breaker(context, "ours").config().failureRateThreshold()).isEqualTo(35f);
		}
	}

	@Test
	void aPropertyThatABreakerRefersToIsFollowed() {
		try (ConfigurableApplicationContext context = start(
				"breaker.instances.payments.wait-duration-in-open-state: ${partner.wait}\npartner.wait: 20s\n")) {
			post(context, "partner.wait", "30s");
			assertThat(breaker(context, "payments").config().waitDurationInOpenState())
				.isEqualTo(Duration.ofSeconds(30));
		}
	}

	@Test
	void aBadValueIsOneErrorAndNothingIsApplied(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(PAYMENTS.formatted("10s", 5))) {
			dev.breaker.CircuitBreaker payments = breaker(context, "payments");
			write(PAYMENTS.formatted("20s", 5) + "breaker.instances.orders.failure-rate-treshold: 40\n");
			refresh(context);
			assertThat(payments.config().waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(10));
			assertThat(output.toString().lines().filter((line) -> line.contains(" ERROR "))).singleElement()
				.asString()
				.contains("nothing of the change is applied to circuit breakers");
			assertThat(output).contains("The configuration of the circuit breakers cannot be used:")
				.contains("Property: breaker.instances.orders.failure-rate-treshold")
				.contains("breaker.yml")
				.contains("did you mean \"breaker.instances.orders.failure-rate-threshold\"?");
			write(PAYMENTS.formatted("20s", 5));
			refresh(context);
			assertThat(payments.config().waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(20));
		}
	}

	@Test
	void customizersSeeWhatWasRefreshed() {
		try (ConfigurableApplicationContext context = start(PAYMENTS.formatted("10s", 5))) {
			assertThat(breaker(context, "by refreshed bean").config().minimumNumberOfCalls()).isEqualTo(5);
			assertThat(breaker(context, "by properties").config().minimumNumberOfCalls()).isEqualTo(5);
			write(PAYMENTS.formatted("10s", 7));
			refresh(context);
			assertThat(breaker(context, "by refreshed bean").config().minimumNumberOfCalls()).isEqualTo(7);
			assertThat(breaker(context, "by properties").config().minimumNumberOfCalls()).isEqualTo(7);
			post(context, "shop.calls", "8");
			assertThat(breaker(context, "by properties").config().minimumNumberOfCalls()).isEqualTo(8);
		}
	}

	@Test
	void anEventOfTheContextIsEnoughAndOneOfAnotherIsNot() {
		try (ConfigurableApplicationContext context = start(PAYMENTS.formatted("10s", 5));
				GenericApplicationContext other = new GenericApplicationContext()) {
			Map<String, Object> properties = Map.of("breaker.configs.default.sliding-window-size", 33);
			context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("changed", properties));
			context.publishEvent(new EnvironmentChangeEvent(other, properties.keySet()));
			assertThat(breaker(context, "payments").config().slidingWindowSize()).isEqualTo(100);
			context.publishEvent(new EnvironmentChangeEvent(context, properties.keySet()));
			assertThat(breaker(context, "payments").config().slidingWindowSize()).isEqualTo(33);
		}
	}

	private static void trip(ConfigurableApplicationContext context, dev.breaker.CircuitBreaker payments) {
		for (int i = 0; i < 2; i++) {
			assertThatIllegalStateException().isThrownBy(() -> context.getBean(Shop.class).pay(true));
		}
		assertThat(payments.state()).isEqualTo(State.OPEN);
	}

	private ConfigurableApplicationContext start(String yaml) {
		write(yaml);
		List<String> arguments = new ArrayList<>(List.of("--spring.config.import=" + file().toUri(),
				"--breaker.endpoints.replace-others=true", "--management.endpoint.env.post.enabled=true",
				"--management.endpoint.env.post.valid-keys-regex=.*", "--spring.jmx.enabled=false"));
		return new SpringApplicationBuilder(Application.class).run(arguments.toArray(String[]::new));
	}

	private Path file() {
		return this.directory.resolve("breaker.yml");
	}

	private void write(String yaml) {
		try {
			Files.writeString(file(), yaml);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static dev.breaker.CircuitBreaker breaker(ConfigurableApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).get(name);
	}

	private static ManualClock clock(ConfigurableApplicationContext context) {
		return context.getBean(ManualClock.class);
	}

	private static void refresh(ConfigurableApplicationContext context) {
		http(context).post().uri("/actuator/refresh").retrieve().toBodilessEntity();
	}

	private static void post(ConfigurableApplicationContext context, String name, String value) {
		http(context).post()
			.uri("/actuator/env")
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("name", name, "value", value))
			.retrieve()
			.toBodilessEntity();
	}

	private static String get(ConfigurableApplicationContext context, String endpoint) {
		return http(context).get().uri("/actuator/" + endpoint).retrieve().body(String.class);
	}

	private static RestClient http(ConfigurableApplicationContext context) {
		return RestClient.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(ShopProperties.class)
	static class Application {

		@Bean
		Shop shop() {
			return new Shop();
		}

		@Bean
		@RefreshScope
		Refreshed refreshed(@Value("${shop.calls:1}") int calls) {
			return new Refreshed(calls);
		}

		@Bean
		@RefreshScope
		RefreshedCustomizer refreshedCustomizer(@Value("${shop.calls:1}") int calls) {
			return new RefreshedCustomizer(calls);
		}

		@Bean
		CircuitBreakerConfigCustomizer customizerWithProperties(ShopProperties properties) {
			return CircuitBreakerConfigCustomizer.of("by properties",
					(builder) -> builder.minimumNumberOfCalls(properties.getCalls()));
		}

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock clockOfAllBreakers(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

	}

	static class Shop {

		@CircuitBreaker(name = "payments")
		String pay(boolean fail) {
			if (fail) {
				throw new IllegalStateException("down");
			}
			return "paid";
		}

		@CircuitBreaker(name = "stock", key = "#warehouse")
		int count(String warehouse) {
			return warehouse.length();
		}

	}

	static class Refreshed {

		private final int calls;

		Refreshed(int calls) {
			this.calls = calls;
		}

		@CircuitBreaker(name = "refreshed")
		int call() {
			return this.calls;
		}

	}

	static class RefreshedCustomizer implements CircuitBreakerConfigCustomizer {

		private final int calls;

		RefreshedCustomizer(int calls) {
			this.calls = calls;
		}

		@Override
		public String name() {
			return "by refreshed bean";
		}

		@Override
		public void customize(dev.breaker.CircuitBreakerConfig.Builder builder) {
			builder.minimumNumberOfCalls(this.calls);
		}

	}

	@ConfigurationProperties("shop")
	static class ShopProperties {

		private int calls = 1;

		int getCalls() {
			return this.calls;
		}

		public void setCalls(int calls) {
			this.calls = calls;
		}

	}

}
