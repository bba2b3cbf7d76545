package dev.breaker.spring.order;

import java.util.concurrent.CompletableFuture;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import io.micrometer.core.annotation.Timed;
import io.micrometer.core.aop.TimedAspect;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.annotation.Observed;
import io.micrometer.observation.aop.ObservedAspect;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code @Observed} and {@code @Timed}: the guard is outside, so that what is observed is
 * a call that was made.
 */
class ObservedTests {

	@ParameterizedTest
	@ValueSource(strings = { "observed", "timed" })
	void aFailureIsObservedAsOneThoughTheFallbackAnswers(String by) {
		Contexts.with(Micrometer.class, Remote.class).run((context) -> {
			assertThat(call(context, by, new IllegalStateException())).isEqualTo("instead");
			assertThat(observed(context, by, "IllegalStateException")).isOne();
			assertThat(observed(context, by, "none")).isZero();
			assertThat(call(context, by, null)).isEqualTo("value");
			assertThat(observed(context, by, "none")).isOne();
			assertThat(Contexts.recorded(context, "remote")).isEqualTo(2);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "observed", "timed" })
	void aRefusalIsNotObserved(String by) {
		Contexts.with(Micrometer.class, Remote.class).run((context) -> {
			Contexts.breaker(context, "remote").forceOpen();
			assertThat(call(context, by, null)).isEqualTo("instead");
			assertThat(observed(context, by, null)).isZero();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void everyAttemptIsObserved(boolean retryFirst) {
		Contexts.with(Micrometer.class, retryFirst ? RetryFirst.class : Retry.class, Remote.class).run((context) -> {
			Remote remote = context.getBean(Remote.class);
			assertThat(remote.retried()).isEqualTo("instead");
			assertThat(observed(context, "retried", "IllegalStateException")).isEqualTo(4);
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isEqualTo(4);
			Contexts.breaker(context, "remote").forceOpen();
			assertThat(remote.retried()).isEqualTo("instead");
			assertThat(observed(context, "retried", null)).isEqualTo(4);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "observed.stage", "timed.stage" })
	void aStageIsObservedUntilItEnds(String by) {
		Contexts.with(Micrometer.class, Remote.class).run((context) -> {
			Remote remote = context.getBean(Remote.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> stage = by.startsWith("observed") ? remote.observedStage(source)
					: remote.timedStage(source);
			assertThat(observed(context, by, null)).isZero();
			source.completeExceptionally(new IllegalStateException());
			assertThat(stage).isCompletedWithValue("instead");
			assertThat(observed(context, by, null)).isOne();
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isOne();
		});
	}

	private static String call(ApplicationContext context, String by, @Nullable RuntimeException failure) {
		Remote remote = context.getBean(Remote.class);
		return by.equals("observed") ? remote.observed(failure) : remote.timed(failure);
	}

	/** How many calls were observed that ended in that error; null for all. */
	private static long observed(ApplicationContext context, String name, @Nullable String error) {
		return context.getBean(MeterRegistry.class)
			.find(name)
			.timers()
			.stream()
			.filter((timer) -> error == null || error.equals(timer.getId().getTag("error"))
					|| error.equals(timer.getId().getTag("exception")))
			.mapToLong(Timer::count)
			.sum();
	}

	@Configuration(proxyBeanMethods = false)
	static class Micrometer {

		@Bean
		SimpleMeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		ObservationRegistry observationRegistry(MeterRegistry meters) {
			ObservationRegistry registry = ObservationRegistry.create();
			registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
			return registry;
		}

		@Bean
		ObservedAspect observedAspect(ObservationRegistry registry) {
			return new ObservedAspect(registry);
		}

		@Bean
		TimedAspect timedAspect(MeterRegistry meters) {
			return new TimedAspect(meters);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class RetryFirst {

	}

	static class Remote {

		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfFailure")
		@Observed(name = "observed")
		public String observed(@Nullable RuntimeException failure) {
			return timed(failure);
		}

		@Timed("timed")
		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfFailure")
		public String timed(@Nullable RuntimeException failure) {
			if (failure != null) {
				throw failure;
			}
			return "value";
		}

		@Observed(name = "retried")
		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public String retried() {
			throw new IllegalStateException();
		}

		@Observed(name = "observed.stage")
		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfStage")
		public CompletableFuture<String> observedStage(CompletableFuture<String> source) {
			return source;
		}

		@Timed("timed.stage")
		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfStage")
		public CompletableFuture<String> timedStage(CompletableFuture<String> source) {
			return source;
		}

		private String insteadOfFailure(Throwable thrown) {
			return "instead";
		}

		private String instead() {
			return "instead";
		}

		private CompletableFuture<String> insteadOfStage() {
			return CompletableFuture.completedFuture("instead");
		}

	}

}
