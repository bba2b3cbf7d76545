package dev.breaker.spring.order;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.ResponseEntity;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is said at start of retries that do not do what they seem to.
 */
@ExtendWith(OutputCaptureExtension.class)
class RetryWarningsTests {

	@Test
	void aRetryOfFuturesIsWarnedOf(CapturedOutput output) {
		contextRunner(Futures.class).run((context) -> {
			assertThat(warnings(output)).hasSize(2)
				.allMatch((line) -> line.contains("does not make the call again when it fails"))
				.anyMatch((line) -> line.contains("Futures.future()"))
				.anyMatch((line) -> line.contains("Futures.stage()"));
			// What it warns of
			Futures futures = context.getBean(Futures.class);
			assertThat(futures.future()).isCompletedExceptionally();
			assertThat(futures.calls()).isOne();
		});
	}

	@Test
	void aRetryOfWhatFailsLaterIsWarnedOf(CapturedOutput output) {
		contextRunner(Later.class).run((context) -> assertThat(warnings(output)).hasSize(3)
			.allMatch((line) -> line.contains("does not make the call again when it fails"))
			.anyMatch((line) -> line.contains("Later.callable()"))
			.anyMatch((line) -> line.contains("Later.optional()"))
			.anyMatch((line) -> line.contains("Later.response()")));
	}

	@Test
	void aRetryThatNamesRefusalsIsWarnedOf(CapturedOutput output) {
		contextRunner(Including.class).run((context) -> {
			assertThat(warnings(output)).singleElement()
				.asString()
				.contains("Including.call()", "includes CallNotPermittedException in vain", "Remove it");
			Contexts.breaker(context, "including").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(context.getBean(Including.class)::call);
			assertThat(Contexts.breaker(context, "including").snapshot().notPermittedCallsTotal()).isOne();
		});
	}

	@Test
	void aCallerThatRetriesRefusalsIsWarnedOf(CapturedOutput output) {
		contextRunner(Caller.class, CallerOnType.class, Remote.class).run((context) -> {
			assertThat(warnings(output)).hasSize(2)
				.allMatch((line) -> line.contains("Remote.call()")
						&& line.contains("Add excludes = CallNotPermittedException.class"))
				.anyMatch((line) -> line.contains("$Caller.call()"))
				.anyMatch((line) -> line.contains("CallerOnType.call()"));
			Contexts.breaker(context, "remote").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(context.getBean(Caller.class)::call);
			assertThat(Contexts.breaker(context, "remote").snapshot().notPermittedCallsTotal()).isEqualTo(3);
		});
	}

	@Test
	void onlyTheMethodsThatItCallsAreNamed(CapturedOutput output) {
		contextRunner(CallerOfMany.class, Many.class, Store.class)
			.run((context) -> assertThat(warnings(output)).hasSize(5)
				.anyMatch((line) -> line.contains("CallerOfMany.one() retries refusals")
						&& line.contains(": " + Many.class.getName() + ".first(). Add excludes"))
				.anyMatch((line) -> line.contains("CallerOfMany.byOwnMethod() retries refusals")
						&& line.contains(": " + Many.class.getName() + ".second(). Add excludes"))
				.anyMatch((line) -> line.contains("CallerOfMany.byLambda() retries refusals")
						&& line.contains(": " + Many.class.getName() + ".third(). Add excludes"))
				.anyMatch((line) -> line.contains("CallerOfMany.all() retries refusals")
						&& line.contains(" and 2 more. Add excludes"))
				.anyMatch((line) -> line.contains("CallerOfMany.save() retries refusals")
						&& line.contains(": " + Store.class.getName() + ".save(S, List<S>). Add excludes")));
	}

	@Test
	void aRetryOnAnotherProxyIsWarnedOf(CapturedOutput output) {
		Contexts.with(Freezing.class, RetryLast.class, Alone.class).run((context) -> {
			assertThat(warnings(output)).singleElement()
				.asString()
				.contains("Alone.call()", "on another proxy than the guard",
						"excludes = CallNotPermittedException.class");
			Contexts.breaker(context, "alone").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(context.getBean(Alone.class)::call);
			assertThat(Contexts.breaker(context, "alone").snapshot().notPermittedCallsTotal()).isEqualTo(3);
		});
	}

	@Test
	void aFallbackInsideOfARetryOnAnotherProxyIsWarnedOf(CapturedOutput output) {
		Contexts.with(Freezing.class, RetryLast.class, AloneWithFallback.class).run((context) -> {
			assertThat(warnings(output)).singleElement()
				.asString()
				.contains("AloneWithFallback.call() retries nothing", "on another proxy than the guard");
			assertThat(context.getBean(AloneWithFallback.class).call()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "alone").snapshot().failedCallsTotal()).isOne();
			Contexts.breaker(context, "alone").forceOpen();
			assertThat(context.getBean(AloneWithFallback.class).call()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "alone").snapshot().notPermittedCallsTotal()).isOne();
		});
	}

	@Test
	void nothingIsSaidOfRetriesThatWork(CapturedOutput output) {
		contextRunner(Careful.class, Alone.class, Remote.class, WithFallback.class, CallerOfFallback.class)
			.run((context) -> assertThat(warnings(output)).isEmpty());
	}

	@Test
	void nothingIsSaidWhereRetriesAreOff(CapturedOutput output) {
		Contexts.with(Futures.class, Including.class, Caller.class, Remote.class)
			.run((context) -> assertThat(warnings(output)).isEmpty());
	}

	private static ApplicationContextRunner contextRunner(Class<?>... classes) {
		return Contexts.with(classes).withUserConfiguration(Retry.class);
	}

	private static List<String> warnings(CapturedOutput output) {
		return output.toString().lines().filter((line) -> line.contains("WARN")).toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = Ordered.LOWEST_PRECEDENCE)
	static class RetryLast {

	}

	static class Futures {

		private final AtomicInteger calls = new AtomicInteger();

		@Retryable(delay = 0)
		@CircuitBreaker(name = "futures")
		public CompletableFuture<String> future() {
			this.calls.incrementAndGet();
			return CompletableFuture.failedFuture(new IllegalStateException());
		}

		@Retryable(delay = 0)
		@CircuitBreaker(name = "futures")
		public CompletionStage<String> stage() {
			return future();
		}

		@Async
		@Retryable(delay = 0)
		@CircuitBreaker(name = "futures")
		public CompletableFuture<String> onAnotherThread() {
			return future();
		}

		public int calls() {
			return this.calls.get();
		}

	}

	static class Later {

		@Retryable
		@CircuitBreaker(name = "later")
		public Callable<String> callable() {
			return () -> "value";
		}

		@Retryable
		@CircuitBreaker(name = "later")
		public Optional<CompletableFuture<String>> optional() {
			return Optional.empty();
		}

		@Retryable
		@CircuitBreaker(name = "later")
		public ResponseEntity<Mono<String>> response() {
			return ResponseEntity.ok(Mono.just("value"));
		}

		@Retryable
		@CircuitBreaker(name = "later")
		public ResponseEntity<String> plain() {
			return ResponseEntity.ok("value");
		}

		@Retryable
		@CircuitBreaker(name = "later")
		public ResponseEntity<?> unknown() {
			return plain();
		}

		@Retryable
		@CircuitBreaker(name = "later")
		public Mono<String> mono() {
			return Mono.just("value");
		}

	}

	static class Including {

		@Retryable(includes = CallNotPermittedException.class, delay = 0)
		@CircuitBreaker(name = "including")
		public void call() {
		}

	}

	static class Remote {

		@CircuitBreaker(name = "remote")
		public void call() {
		}

	}

	static class Caller {

		private final Remote remote;

		Caller(Remote remote) {
			this.remote = remote;
		}

		@Retryable(maxRetries = 2, delay = 0)
		public void call() {
			this.remote.call();
		}

	}

	interface Saving<T> {

		<S extends T> S save(S entity, List<S> others);

	}

	@CircuitBreaker(name = "store")
	static class Store implements Saving<Number> {

		@Override
		public <S extends Number> S save(S entity, List<S> others) {
			return entity;
		}

	}

	@CircuitBreaker(name = "many")
	static class Many {

		public void first() {
		}

		public void second() {
		}

		public void third() {
		}

		public void fourth() {
		}

		public void fifth() {
		}

	}

	static class CallerOfMany {

		private final Many many;

		private final Saving<Number> store;

		CallerOfMany(Many many, Saving<Number> store) {
			this.many = many;
			this.store = store;
		}

		@Retryable
		public String none() {
			return "none";
		}

		@Retryable
		public void one() {
			this.many.first();
		}

		@Retryable
		public void byOwnMethod() {
			further();
		}

		private void further() {
			this.many.second();
		}

		@Retryable
		public void byLambda() {
			List.of("a").forEach((each) -> this.many.third());
		}

		@Retryable
		public void all() {
			one();
			further();
			byLambda();
			List.of(this.many).forEach(Many::fourth);
			new Runnable() {

				@Override
				public void run() {
					CallerOfMany.this.many.fifth();
				}

			}.run();
		}

		@Retryable
		public void save() {
			this.store.save(1, List.of());
		}

	}

	@Retryable(maxRetries = 2, delay = 0)
	static class CallerOnType {

		private final Remote remote;

		CallerOnType(Remote remote) {
			this.remote = remote;
		}

		public void call() {
			this.remote.call();
		}

	}

	static class Careful {

		private final Remote remote;

		Careful(Remote remote) {
			this.remote = remote;
		}

		@Retryable(excludes = CallNotPermittedException.class)
		public void excluding() {
			this.remote.call();
		}

		@Retryable(includes = IllegalArgumentException.class)
		public void including() {
			this.remote.call();
		}

		@Retryable(excludes = CallNotPermittedException.class)
		@CircuitBreaker(name = "careful")
		public void guarded() {
			this.remote.call();
		}

	}

	static class WithFallback {

		@CircuitBreaker(name = "with-fallback", fallbackMethod = "instead")
		public String call() {
			return "value";
		}

		private String instead() {
			return "instead";
		}

	}

	static class CallerOfFallback {

		private final WithFallback remote;

		CallerOfFallback(WithFallback remote) {
			this.remote = remote;
		}

		@Retryable
		public void call() {
			this.remote.call();
		}

	}

	static class Alone {

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "alone")
		public @Nullable String call() {
			return null;
		}

	}

	static class AloneWithFallback extends Alone {

		@Override
		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "alone", fallbackMethod = "instead")
		public String call() {
			throw new IllegalStateException();
		}

		private String instead() {
			return "instead";
		}

	}

	/** Freezes the proxy that has the guard, before there is a retry. */
	static class Freezing implements BeanPostProcessor, Ordered {

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (!(bean instanceof Alone) || !(bean instanceof Advised proxy)) {
				return bean;
			}
			ProxyFactory frozen = new ProxyFactory();
			frozen.setTargetSource(proxy.getTargetSource());
			frozen.setProxyTargetClass(true);
			frozen.addAdvisors(proxy.getAdvisors());
			frozen.setFrozen(true);
			return frozen.getProxy();
		}

	}

}
