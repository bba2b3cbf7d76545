package dev.breaker.spring.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.support.RunningApplication;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Annotated methods and what operators see of them, in one application that is scraped
 * before and after its first calls.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AnnotatedMetersTests {

	private RunningApplication application;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class, "breaker.keys.max=2",
				"breaker.http.server.reject[0].paths=/orders/**", "breaker.http.server.reject[0].breaker=payments",
				"management.endpoint.health.show-details=always",
				"breaker.configs.default.ignore-exceptions=java.lang.IllegalArgumentException");
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@Test
	@Order(1)
	void breakersOfAnnotationsAreThereAtTheFirstScrape() {
		for (String name : List.of("payments", "inventory")) {
			String closed = name.equals("payments") ? "1.0" : "0.0";
			assertThat(scrape()).contains("breaker_state{name=\"" + name + "\",state=\"closed\"} " + closed,
					"breaker_calls_seconds_count{name=\"" + name + "\",outcome=\"success\"} 0",
					"breaker_fallbacks_total{name=\"" + name + "\",outcome=\"failure\"} 0.0");
		}
		assertThat(scrape()).contains("breaker_keys_overflow_total 0.0");
		assertThat(this.application.get("/actuator/health").text("/components/circuitBreakers/details/payments"))
			.isEqualTo("CLOSED");
	}

	@Test
	@Order(1)
	void tableOfTheDocumentationHasEachMeterAndItsTags() throws IOException {
		Map<String, Set<String>> documented = new TreeMap<>();
		Files.readString(Path.of("..", "docs", "meters.md"))
			.lines()
			// Those of breaker-fleet-redis are in a table of their own.
			.takeWhile((row) -> !row.startsWith("| meter of a fleet"))
			.filter((row) -> row.startsWith("| `"))
			.forEach((row) -> {
				String[] cells = row.split("\\|");
				Set<String> tags = codes(cells[3].replaceAll("= [^`]*", ""));
				codes(cells[1]).forEach((meter) -> documented.put(meter, tags));
			});
		Map<String, Set<String>> registered = new TreeMap<>();
		for (Meter meter : this.application.bean(MeterRegistry.class).getMeters()) {
			if (meter.getId().getName().startsWith("breaker.")) {
				registered.put(meter.getId().getName(),
						meter.getId()
							.getTags()
							.stream()
							.map(Tag::getKey)
							.collect(Collectors.toCollection(TreeSet::new)));
			}
		}
		assertThat(documented).isEqualTo(registered);
	}

	@Test
	@Order(2)
	void callsAndFallbacksAreCounted() {
		Shop shop = this.application.bean(Shop.class);
		assertThat(shop.pay(true)).isEqualTo("paid");
		assertThat(shop.pay(false)).isEqualTo("paid later");
		assertThatIllegalStateException().isThrownBy(() -> shop.refund("r1"));
		assertThat(scrape()).contains("breaker_calls_seconds_count{name=\"payments\",outcome=\"success\"} 1",
				"breaker_calls_seconds_count{name=\"payments\",outcome=\"failure\"} 2",
				"breaker_fallbacks_total{name=\"payments\",outcome=\"success\"} 1.0",
				"breaker_fallbacks_total{name=\"payments\",outcome=\"failure\"} 1.0");
		assertThat(this.application.get("/actuator/circuitbreakerevents/payments").at("/events")).hasSize(2);
	}

	@Test
	@Order(3)
	void keysShareMetersAndEventsHoweverManyThereAre() {
		Shop shop = this.application.bean(Shop.class);
		long before = scrape().stream().filter((line) -> line.startsWith("breaker_")).count();
		for (int key = 0; key < 100; key++) {
			shop.stock("warehouse-" + key);
		}
		assertThat(scrape().stream().filter((line) -> line.startsWith("breaker_"))).hasSize((int) before);
		assertThat(scrape()).contains("breaker_calls_seconds_count{name=\"inventory\",outcome=\"success\"} 100");
		CircuitBreakerRegistry registry = this.application.bean(CircuitBreakerRegistry.class);
		String last = "inventory:warehouse-99";
		registry.find(last).orElseThrow().forceOpen();
		assertThat(scrape()).contains("breaker_state{name=\"inventory\",state=\"forced_open\"} 1.0");
		assertThat(this.application.get("/actuator/circuitbreakers/" + last).text("/state")).isEqualTo("FORCED_OPEN");
		assertThat(this.application.get("/actuator/circuitbreakerevents/" + last).at("/events")).hasSize(1);
		assertThat(this.application.get("/actuator/circuitbreakerevents/inventory").at("/events")).hasSize(1);
		assertThat(this.application.get("/actuator/health")
			.at("/components/circuitBreakers/details/inventory/FORCED_OPEN")
			.asInt()).isOne();
	}

	private List<String> scrape() {
		return this.application.get("/actuator/prometheus").body().lines().toList();
	}

	private static Set<String> codes(String cell) {
		return Pattern.compile("`([^`]+)`")
			.matcher(cell)
			.results()
			.map((code) -> code.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Shop.class)
	static class Application {

	}

	static class Shop {

		@CircuitBreaker(name = "payments", fallbackMethod = "payLater")
		public String pay(boolean well) {
			if (!well) {
				throw new IllegalStateException("bank is away");
			}
			return "paid";
		}

		String payLater(boolean well) {
			return "paid later";
		}

		@CircuitBreaker(name = "payments", fallbackMethod = "refundLater")
		public String refund(String order) {
			throw new IllegalStateException("bank is away");
		}

		String refundLater(String order) {
			throw new IllegalStateException("no refund later");
		}

		@CircuitBreaker(name = "inventory", key = "#warehouse")
		public int stock(String warehouse) {
			return 7;
		}

	}

}
