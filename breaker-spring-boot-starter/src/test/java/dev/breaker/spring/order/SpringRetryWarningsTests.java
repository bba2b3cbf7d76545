package dev.breaker.spring.order;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.EnableRetry;
import org.springframework.retry.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What is said at start of retries by the library Spring Retry.
 */
@ExtendWith(OutputCaptureExtension.class)
class SpringRetryWarningsTests {

	@Test
	void aRetryOfWhatIsReturnedIsWarnedOf(CapturedOutput output) {
		Contexts.with(Retry.class, Later.class).run((context) -> {
			assertThat(warnings(output)).hasSize(2)
				.allMatch((line) -> line.contains("Spring Retry's @Retryable")
						&& line.contains("does not make the call again when it fails"))
				.anyMatch((line) -> line.contains("Later.future()"))
				.anyMatch((line) -> line.contains("Later.mono()"));
			// What it warns of
			Later later = context.getBean(Later.class);
			assertThat(later.future()).isCompletedExceptionally();
			assertThatIllegalStateException().isThrownBy(() -> later.mono().block());
			assertThat(later.calls()).isEqualTo(2);
		});
	}

	@Test
	void aCallerThatRetriesRefusalsIsWarnedOf(CapturedOutput output) {
		Contexts.with(Retry.class, Remote.class, Caller.class, CallerOnType.class).run((context) -> {
			assertThat(warnings(output)).hasSize(2)
				.allMatch((line) -> line.contains("Spring Retry's @Retryable") && line.contains("Remote.call()")
						&& line.contains("Add noRetryFor = CallNotPermittedException.class"))
				.anyMatch((line) -> line.contains("$Caller.call()"))
				.anyMatch((line) -> line.contains("CallerOnType.call()"));
			Contexts.breaker(context, "remote").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(context.getBean(Caller.class)::call);
			assertThat(Contexts.breaker(context, "remote").snapshot().notPermittedCallsTotal()).isEqualTo(3);
		});
	}

	@Test
	void aRetryOutsideOfTheGuardIsWarnedOf(CapturedOutput output) {
		Contexts.with(RetryFirst.class, Alone.class).run((context) -> {
			assertThat(warnings(output)).hasSize(2)
				.anyMatch((line) -> line.contains("Alone.call() retries the refusals of its circuit breaker"))
				.anyMatch((line) -> line.contains("Alone.withFallback() retries nothing"));
			Alone alone = context.getBean(Alone.class);
			assertThat(alone.withFallback()).isEqualTo("instead");
			assertThat(Contexts.recorded(context, "alone")).isOne();
			Contexts.breaker(context, "alone").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(alone::call);
			assertThat(Contexts.breaker(context, "alone").snapshot().notPermittedCallsTotal()).isEqualTo(3);
		});
	}

	@Test
	void insideOfTheGuardAllAttemptsAreOneCall(CapturedOutput output) {
		Contexts.with(Retry.class, Alone.class).run((context) -> {
			assertThat(warnings(output)).isEmpty();
			Alone alone = context.getBean(Alone.class);
			assertThat(alone.withFallback()).isEqualTo("instead");
			assertThat(alone.calls()).isEqualTo(3);
			assertThat(Contexts.recorded(context, "alone")).isOne();
			Contexts.breaker(context, "alone").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(alone::call);
			assertThat(Contexts.breaker(context, "alone").snapshot().notPermittedCallsTotal()).isOne();
		});
	}

	@Test
	void nothingIsSaidOfRetriesThatLeaveRefusalsOut(CapturedOutput output) {
		Contexts.with(Retry.class, Remote.class, Careful.class)
			.run((context) -> assertThat(warnings(output)).isEmpty());
	}

	@Test
	void nothingIsSaidWhereRetriesAreOffOrTheLibraryIsAbsent(CapturedOutput output) {
		ApplicationContextRunner runner = Contexts.with(Later.class, Remote.class, Caller.class);
		runner.run((context) -> assertThat(context).hasNotFailed());
		runner.withClassLoader(new FilteredClassLoader("org.springframework.retry"))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(warnings(output)).isEmpty();
	}

	private static List<String> warnings(CapturedOutput output) {
		return output.toString().lines().filter((line) -> line.contains("WARN")).toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableRetry
	static class Retry {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRetry(order = Ordered.HIGHEST_PRECEDENCE)
	static class RetryFirst {

	}

	public static class Later {

		private final AtomicInteger calls = new AtomicInteger();

		@Retryable(backoff = @Backoff(0))
		@CircuitBreaker(name = "later")
		public CompletableFuture<String> future() {
			this.calls.incrementAndGet();
			return CompletableFuture.failedFuture(new IllegalStateException());
		}

		@Retryable(backoff = @Backoff(0))
		@CircuitBreaker(name = "later")
		public Mono<String> mono() {
			this.calls.incrementAndGet();
			return Mono.error(new IllegalStateException());
		}

		public int calls() {
			return this.calls.get();
		}

	}

	public static class Remote {

		@CircuitBreaker(name = "remote")
		public void call() {
		}

	}

	public static class Caller {

		private final Remote remote;

		public Caller(Remote remote) {
			this.remote = remote;
		}

		@Retryable(backoff = @Backoff(0))
		public void call() {
			this.remote.call();
		}

	}

	@Retryable(retryFor = RuntimeException.class)
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

		@Retryable(noRetryFor = CallNotPermittedException.class)
		public void excluding() {
			this.remote.call();
		}

		@Retryable(IllegalArgumentException.class)
		public void including() {
			this.remote.call();
		}

		@Retryable(exceptionExpression = "false")
		public void byExpression() {
			this.remote.call();
		}

		@Retryable(stateful = true)
		public void stateful() {
			this.remote.call();
		}

	}

	static class Alone {

		private final AtomicInteger calls = new AtomicInteger();

		@Retryable(backoff = @Backoff(0))
		@CircuitBreaker(name = "alone")
		public void call() {
		}

		@Retryable(backoff = @Backoff(0))
		@CircuitBreaker(name = "alone", fallbackMethod = "instead")
		public String withFallback() {
			this.calls.incrementAndGet();
			throw new IllegalStateException();
		}

		public int calls() {
			return this.calls.get();
		}

		private String instead() {
			return "instead";
		}

	}

}
