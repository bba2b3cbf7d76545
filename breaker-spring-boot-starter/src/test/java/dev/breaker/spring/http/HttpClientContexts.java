package dev.breaker.spring.http;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerHttpClientAutoConfiguration;
import dev.breaker.test.ManualClock;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.service.ReactiveHttpServiceClientAutoConfiguration;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Contexts with clients as Spring Boot makes them, on a clock moved by hand.
 */
final class HttpClientContexts {

	private HttpClientContexts() {
	}

	static ApplicationContextRunner on(ManualClock clock) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
					BreakerAopAutoConfiguration.class, BreakerHttpClientAutoConfiguration.class,
					HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
					ReactiveHttpClientAutoConfiguration.class, HttpServiceClientPropertiesAutoConfiguration.class,
					RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
					HttpServiceClientAutoConfiguration.class, WebClientAutoConfiguration.class,
					ReactiveHttpServiceClientAutoConfiguration.class))
			// With zero, Reactor Netty can wait for ever for channels of loops that have
			// ended
			.withPropertyValues("spring.reactor.netty.shutdown-quiet-period=20ms")
			.withBean(BreakerClock.class, () -> new BreakerClock(clock::nanos, clock.clock()));
	}

	static CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class)
			.find(name)
			.orElseThrow(() -> new AssertionError("No circuit breaker " + name));
	}

	/** Successes, failures and ignored calls of a breaker. */
	static void assertCounts(ApplicationContext context, String name, long successes, long failures, long ignored) {
		assertThat(breaker(context, name).snapshot()).satisfies((snapshot) -> {
			assertThat(snapshot.successfulCallsTotal()).as("successes").isEqualTo(successes);
			assertThat(snapshot.failedCallsTotal()).as("failures").isEqualTo(failures);
			assertThat(snapshot.ignoredCallsTotal()).as("ignored").isEqualTo(ignored);
		});
	}

}
