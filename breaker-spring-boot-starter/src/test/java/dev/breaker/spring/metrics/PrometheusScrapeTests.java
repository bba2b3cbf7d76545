package dev.breaker.spring.metrics;

import java.time.Duration;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class PrometheusScrapeTests {

	@Test
	void everySeriesIsThereAtTheFirstScrapeSoThatAlertsCanBeWritten() {
		try (RunningApplication application = RunningApplication.start(Application.class)) {
			List<String> lines = scrape(application);
			for (String outcome : List.of("success", "failure", "ignored")) {
				assertThat(lines)
					.contains("breaker_calls_seconds_count{name=\"payments\",outcome=\"" + outcome + "\"} 0");
			}
			for (String state : List.of("open", "half_open", "forced_open", "disabled", "metrics_only")) {
				assertThat(lines).contains("breaker_state{name=\"payments\",state=\"" + state + "\"} 0.0");
			}
			assertThat(lines).contains("breaker_state{name=\"payments\",state=\"closed\"} 1.0",
					"breaker_calls_slow_total{name=\"payments\"} 0.0",
					"breaker_calls_not_permitted_total{name=\"payments\"} 0.0",
					"breaker_calls_would_refuse_total{name=\"payments\"} 0.0",
					"breaker_enforced{name=\"payments\"} 1.0", "breaker_failure_rate{name=\"payments\"} NaN",
					"breaker_slow_call_rate{name=\"payments\"} NaN", "breaker_window_calls{name=\"payments\"} 0.0",
					"breaker_calls_in_flight{name=\"payments\"} 0.0",
					"breaker_failure_rate_threshold{name=\"payments\"} 50.0",
					"breaker_slow_call_rate_threshold{name=\"payments\"} NaN",
					"breaker_calls_until_evaluated{name=\"payments\"} 2.0",
					"breaker_state_duration_seconds{name=\"payments\",state=\"closed\"} 0.0",
					"breaker_state_duration_seconds{name=\"payments\",state=\"open\"} 0.0",
					"breaker_admitted_share{name=\"payments\"} 100.0",
					"breaker_retry_after_seconds{name=\"payments\"} 0.0",
					"breaker_state_transitions_total{from=\"closed\",name=\"payments\",reason=\"failure_rate\",to=\"open\"} 0.0",
					"breaker_fallbacks_total{name=\"payments\",outcome=\"success\"} 0.0",
					"breaker_fallbacks_total{name=\"payments\",outcome=\"failure\"} 0.0");
			assertThat(lines.stream()
				.filter((line) -> line.startsWith("breaker_") && line.contains("name=\"payments\""))
				.count()).as("series of a breaker, as docs/meters.md says").isEqualTo(44);
		}
	}

	@Test
	void breakersOfTheConfigurationAreThereAtTheFirstScrape() {
		try (RunningApplication application = RunningApplication.start(ConfiguredApplication.class,
				"breaker.instances.payments.failure-rate-threshold=40",
				"breaker.instances[GET /orders].failure-rate-threshold=60")) {
			for (String name : List.of("payments", "GET /orders")) {
				assertThat(scrape(application)).contains("breaker_state{name=\"" + name + "\",state=\"closed\"} 1.0",
						"breaker_calls_seconds_count{name=\"" + name + "\",outcome=\"failure\"} 0");
			}
		}
	}

	@Test
	void aScrapeShowsWhatHappenedAndFindsTheBreakerHalfOpenByItself() {
		try (RunningApplication application = RunningApplication.start(Application.class)) {
			CircuitBreaker breaker = application.bean(CircuitBreakerRegistry.class).get("payments");
			Calls.fail(breaker, 2);
			Calls.refused(breaker, 3);
			assertThat(scrape(application)).contains("breaker_state{name=\"payments\",state=\"open\"} 1.0",
					"breaker_state{name=\"payments\",state=\"closed\"} 0.0",
					"breaker_calls_seconds_count{name=\"payments\",outcome=\"failure\"} 2",
					"breaker_calls_not_permitted_total{name=\"payments\"} 3.0",
					"breaker_failure_rate{name=\"payments\"} 100.0",
					"breaker_state_transitions_total{from=\"closed\",name=\"payments\",reason=\"failure_rate\",to=\"open\"} 1.0");
			application.bean(ManualClock.class).advance(Duration.ofSeconds(60));
			assertThat(scrape(application)).contains("breaker_state{name=\"payments\",state=\"half_open\"} 1.0",
					"breaker_state{name=\"payments\",state=\"open\"} 0.0");
			assertThat(scrape(application)).contains(
					"breaker_state_transitions_total{from=\"open\",name=\"payments\",reason=\"wait_elapsed\",to=\"half_open\"} 1.0");
		}
	}

	@Test
	void switchedOffThereIsNoMeter() {
		try (RunningApplication application = RunningApplication.start(Application.class,
				"breaker.metrics.enabled=false")) {
			assertThat(scrape(application)).noneMatch((line) -> line.startsWith("breaker_"));
		}
	}

	private static List<String> scrape(RunningApplication application) {
		RunningApplication.Answer answer = application.get("/actuator/prometheus");
		assertThat(answer.status()).isEqualTo(200);
		return answer.body().lines().toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		CircuitBreakerRegistry registry(ManualClock clock) {
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(clock.config().minimumNumberOfCalls(2).build());
			registry.get("payments");
			return registry;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ConfiguredApplication {

	}

}
