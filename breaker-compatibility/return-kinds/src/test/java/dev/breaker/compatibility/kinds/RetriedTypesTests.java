package dev.breaker.compatibility.kinds;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.resilience.retry.MethodRetryPredicate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring's {@code @Retryable} on guarded methods that return types of other libraries
 * than Reactor. Back-offs of refusals would take longer than a test runs.
 */
class RetriedTypesTests {

	@ParameterizedTest
	@ValueSource(strings = { "single", "maybe", "uni", "flow", "completable" })
	void anOpenBreakerEndsTheRetryAndTheFallbackAnswers(String type) {
		contextRunner().run((context) -> {
			Remote remote = context.getBean(Remote.class);
			CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class).get("retried");
			breaker.forceOpen();
			assertThat(call(remote, type).block()).isEqualTo(type.equals("completable") ? null : "instead");
			assertThat(remote.fallbacks()).hasValue(1);
			assertThat(breaker.snapshot().notPermittedCallsTotal()).isOne();
			breaker.close();
			assertThat(call(remote, type).block()).isEqualTo(type.equals("completable") ? null : "value");
			assertThat(remote.fallbacks()).hasValue(1);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "single", "maybe", "uni", "flow", "completable" })
	void aSubscriberAmongAnothersAttemptsTakesNoFallback(String type) {
		contextRunner().run((context) -> {
			Remote remote = context.getBean(Remote.class);
			remote.failures().set(1);
			Mono<Object> shared = call(remote, type);
			AtomicReference<Object> second = new AtomicReference<>();
			Judge.between.set((thrown) -> shared.defaultIfEmpty("nothing").subscribe(second::set));
			shared.block();
			assertThat(remote.fallbacks()).hasValue(1);
			assertThat(second).hasValue(type.equals("completable") ? "nothing" : "value");
		});
	}

	private static Mono<Object> call(Remote remote, String type) {
		Object result = switch (type) {
			case "single" -> remote.single();
			case "maybe" -> remote.maybe();
			case "uni" -> remote.uni();
			case "flow" -> remote.flow();
			default -> remote.completable();
		};
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(result.getClass());
		assertThat(adapter).isNotNull();
		return Mono.from(adapter.toPublisher(result));
	}

	private static ApplicationContextRunner contextRunner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
					BreakerAopAutoConfiguration.class))
			.withUserConfiguration(Retry.class, Remote.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	/** Retries nothing but refusals, which are hidden from it. */
	static class Judge implements MethodRetryPredicate {

		private static final AtomicReference<Consumer<Throwable>> between = new AtomicReference<>();

		@Override
		public boolean shouldRetry(Method method, Throwable throwable) {
			Consumer<Throwable> once = between.getAndSet(null);
			if (once != null) {
				once.accept(throwable);
			}
			return !(throwable instanceof IOException);
		}

	}

	static class Remote {

		private final AtomicInteger failures = new AtomicInteger();

		private final AtomicInteger fallbacks = new AtomicInteger();

		public AtomicInteger failures() {
			return this.failures;
		}

		public AtomicInteger fallbacks() {
			return this.fallbacks;
		}

		private Mono<String> attempt() {
			return Mono.fromCallable(() -> {
				if (this.failures.getAndDecrement() > 0) {
					throw new IOException("failed");
				}
				return "value";
			});
		}

		@Retryable(maxRetries = 3, delay = 1_000_000, predicate = Judge.class)
		@dev.breaker.annotation.CircuitBreaker(name = "retried", fallbackMethod = "instead")
		public Single<String> single() {
			return Single.fromPublisher(attempt());
		}

		@Retryable(maxRetries = 3, delay = 1_000_000, predicate = Judge.class)
		@dev.breaker.annotation.CircuitBreaker(name = "retried", fallbackMethod = "instead")
		public Maybe<String> maybe() {
			return Maybe.fromPublisher(attempt());
		}

		@Retryable(maxRetries = 3, delay = 1_000_000, predicate = Judge.class)
		@dev.breaker.annotation.CircuitBreaker(name = "retried", fallbackMethod = "instead")
		public Uni<String> uni() {
			return Uni.createFrom().publisher(flowOf(attempt()));
		}

		@Retryable(maxRetries = 3, delay = 1_000_000, predicate = Judge.class)
		@dev.breaker.annotation.CircuitBreaker(name = "retried", fallbackMethod = "instead")
		public Flow.Publisher<String> flow() {
			return flowOf(attempt());
		}

		@Retryable(maxRetries = 3, delay = 1_000_000, predicate = Judge.class)
		@dev.breaker.annotation.CircuitBreaker(name = "retried", fallbackMethod = "done")
		public Completable completable() {
			return Completable.fromPublisher(attempt());
		}

		private static Flow.Publisher<String> flowOf(Mono<String> mono) {
			return JdkFlowAdapter.publisherToFlowPublisher(mono);
		}

		private String instead() {
			this.fallbacks.incrementAndGet();
			return "instead";
		}

		private void done() {
			this.fallbacks.incrementAndGet();
		}

	}

}
