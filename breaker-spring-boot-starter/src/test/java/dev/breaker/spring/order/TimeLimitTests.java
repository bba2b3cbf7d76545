package dev.breaker.spring.order;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * {@code time-limit}: for methods whose calls can be ended from outside.
 */
class TimeLimitTests {

	private static final String SHORT = "breaker.instances.remote.time-limit=5ms";

	/** Long enough for what comes at once. */
	private static final String LONGER = "breaker.instances.remote.time-limit=300ms";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@Test
	void aFutureThatTakesTooLongHasItsFallback() {
		Contexts.with(Futures.class).withPropertyValues(SHORT).run((context) -> {
			Futures futures = context.getBean(Futures.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			assertThat(futures.withFallback(source)).succeedsWithin(PATIENCE).isEqualTo("instead of TimeoutException");
			assertThat(source).isCancelled();
			assertThat(futures.stage(new CompletableFuture<>()).toCompletableFuture()).failsWithin(PATIENCE)
				.withThrowableThat()
				.withCauseInstanceOf(TimeoutException.class);
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void aMethodThatTakesTheTimeItselfHasItsFallback() {
		Contexts.with(Futures.class).withPropertyValues(SHORT).run((context) -> {
			assertThat(context.getBean(Futures.class).slow()).succeedsWithin(PATIENCE)
				.isEqualTo("instead of TimeoutException");
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void anAsyncMethodThatTakesTooLongHasItsFallback() {
		Contexts.with(Futures.class, Asynchronous.class).withPropertyValues(SHORT).run((context) -> {
			assertThat(context.getBean(Futures.class).async()).succeedsWithin(PATIENCE)
				.isEqualTo("instead of TimeoutException");
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isOne();
			assertThat(Contexts.breaker(context, "remote").snapshot().successfulCallsTotal()).isZero();
		});
	}

	@Test
	void whatAMethodThrowsTooLateIsThrown() {
		Contexts.with(Futures.class).withPropertyValues(SHORT).run((context) -> {
			assertThatIllegalStateException().isThrownBy(context.getBean(Futures.class)::slowFailure);
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aCallInsideOfACallIsCountedOnce() {
		Contexts.with(Futures.class, Facade.class).withPropertyValues(SHORT).run((context) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			assertThat(context.getBean(Facade.class).call(source)).failsWithin(PATIENCE);
			assertThat(source).isCancelled();
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aRetriedFutureHasItsFallbackOnce() {
		Contexts.with(Futures.class, Retry.class).withPropertyValues(SHORT).run((context) -> {
			Futures futures = context.getBean(Futures.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			assertThat(futures.retried(source)).succeedsWithin(PATIENCE).isEqualTo("instead of TimeoutException");
			assertThat(source).isCancelled();
			assertThat(futures.fallbacks()).isOne();
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aPublisherThatTakesTooLongHasItsFallback() {
		Contexts.with(Publishers.class).withPropertyValues(LONGER).run((context) -> {
			Publishers publishers = context.getBean(Publishers.class);
			assertThat(publishers.mono().toFuture()).succeedsWithin(PATIENCE).isEqualTo("instead of TimeoutException");
			assertThat(publishers.flux().collectList().toFuture()).succeedsWithin(PATIENCE)
				.isEqualTo(List.of("first", "instead of TimeoutException"));
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void everyAttemptOfAPublisherHasTheWholeLimit() {
		Contexts.with(Publishers.class, Retry.class).withPropertyValues(SHORT).run((context) -> {
			assertThat(context.getBean(Publishers.class).retried().toFuture()).succeedsWithin(PATIENCE)
				.isEqualTo("instead of TimeoutException");
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isEqualTo(3);
		});
	}

	@Test
	void aPlainValueStopsTheApplicationWithTheRemedy() {
		Contexts.with(Plain.class)
			.withPropertyValues("breaker.instances.remote.time-limit=2s")
			.run((context) -> assertThat(Contexts.analysis(context)).satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("\"remote\"", "TimeLimitTests$Plain.value()",
						"TimeLimitTests$Plain.nothing()", "time-limit (PT2S)", "cannot be ended from outside");
				assertThat(analysis.getAction()).contains("timeouts of the client", "spring.http.clients.read-timeout",
						"time-limit: none", "CompletableFuture");
			}));
	}

	@Test
	void whatAnObjectOrAContainerHoldsHasNoTimeLimitEither() {
		Contexts.with(Undeclared.class)
			.withPropertyValues("breaker.instances.remote.time-limit=2s")
			.run((context) -> assertThat(Contexts.analysis(context).getDescription()).contains(
					"Undeclared.object() has a time-limit (PT2S), and a call that returns the value itself cannot be ended",
					"Undeclared.optional() has a time-limit (PT2S), and a call that returns an Optional of a result that comes later cannot be ended",
					"Undeclared.entity() has a time-limit (PT2S), and a call that returns an HttpEntity of a result that comes later cannot be ended"));
	}

	@Test
	void anInheritedLimitCanBeTakenAway() {
		Contexts.with(Plain.class)
			.withPropertyValues("breaker.configs.default.time-limit=2s")
			.run((context) -> assertThat(Contexts.analysis(context).getDescription())
				.contains("TimeLimitTests$Plain.value()"));
		Contexts.with(Plain.class)
			.withPropertyValues("breaker.configs.default.time-limit=2s", "breaker.instances.remote.time-limit=none")
			.run((context) -> assertThat(context.getBean(Plain.class).value()).isEqualTo("value"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class Asynchronous {

		@Bean
		ThreadPoolTaskExecutor taskExecutor() {
			return new ThreadPoolTaskExecutor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	static class Futures {

		private final AtomicInteger fallbacks = new AtomicInteger();

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public CompletableFuture<String> withFallback(CompletableFuture<String> source) {
			return source;
		}

		@CircuitBreaker(name = "remote")
		public CompletionStage<String> stage(CompletableFuture<String> source) {
			return source;
		}

		@Retryable(delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public CompletableFuture<String> retried(CompletableFuture<String> source) {
			return source;
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfSlow")
		public CompletableFuture<String> slow() {
			takeTime();
			return CompletableFuture.completedFuture("late");
		}

		@Async
		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfSlow")
		public CompletableFuture<String> async() {
			takeTime();
			return CompletableFuture.completedFuture("late");
		}

		@CircuitBreaker(name = "remote")
		public CompletableFuture<String> slowFailure() {
			takeTime();
			throw new IllegalStateException();
		}

		/** Longer than the limit, which is real time. */
		private static void takeTime() {
			long begin = System.nanoTime();
			await().pollInterval(Duration.ofMillis(1))
				.until(() -> System.nanoTime() - begin > Duration.ofMillis(10).toNanos());
		}

		private CompletableFuture<String> insteadOfSlow(Throwable thrown) {
			return CompletableFuture.completedFuture("instead of " + thrown.getClass().getSimpleName());
		}

		private CompletableFuture<String> instead(CompletableFuture<String> source, Throwable thrown) {
			this.fallbacks.incrementAndGet();
			return CompletableFuture.completedFuture("instead of " + thrown.getClass().getSimpleName());
		}

		public int fallbacks() {
			return this.fallbacks.get();
		}

	}

	static class Publishers {

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Mono<String> mono() {
			return Mono.never();
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Flux<String> flux() {
			return Flux.concat(Mono.just("first"), Mono.never());
		}

		@Retryable(maxRetries = 2, delay = 1)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Mono<String> retried() {
			return Mono.never();
		}

		private String instead(Throwable thrown) {
			return "instead of " + thrown.getClass().getSimpleName();
		}

	}

	static class Facade {

		private final Futures futures;

		Facade(Futures futures) {
			this.futures = futures;
		}

		@CircuitBreaker(name = "remote")
		public CompletableFuture<String> call(CompletableFuture<String> source) {
			return this.futures.stage(source).toCompletableFuture();
		}

	}

	static class Plain {

		@CircuitBreaker(name = "remote")
		public String value() {
			return "value";
		}

		@CircuitBreaker(name = "remote")
		public void nothing() {
		}

	}

	static class Undeclared {

		@CircuitBreaker(name = "remote")
		public Object object() {
			return Mono.just("value");
		}

		@CircuitBreaker(name = "remote")
		public Optional<Mono<String>> optional() {
			return Optional.of(Mono.just("value"));
		}

		@CircuitBreaker(name = "remote")
		public ResponseEntity<Mono<String>> entity() {
			return ResponseEntity.ok(Mono.just("value"));
		}

	}

}
