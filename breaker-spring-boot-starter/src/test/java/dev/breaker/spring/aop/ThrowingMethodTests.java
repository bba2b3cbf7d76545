package dev.breaker.spring.aop;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.Permit;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a method itself throws while its breaker refuses calls: of a kind whose method
 * runs before a permit is asked for, the caller gets what was thrown; of the others the
 * method does not run.
 */
class ThrowingMethodTests {

	@ParameterizedTest
	@EnumSource
	void whatAMethodThrowsWhileOpenIsThrown(Lazy kind) {
		run(State.FORCED_OPEN, (remote, breaker) -> {
			Script script = remote.script();
			for (Throwable thrown : new Throwable[] { new IllegalStateException(), new AssertionError() }) {
				script.thrown = thrown;
				assertThat(catchThrowable(() -> kind.plain.of(remote))).isSameAs(thrown);
			}
			assertThat(script.calls).hasValue(2);
			assertNothingIsCounted(breaker);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whatAMethodThrowsWhileHalfOpenIsThrown(Lazy kind) {
		run(State.HALF_OPEN, (remote, breaker) -> {
			Script script = remote.script();
			Permit probe = breaker.tryAcquire();
			assertThat(probe).isNotNull();
			script.thrown = new IllegalStateException();
			assertThat(catchThrowable(() -> kind.plain.of(remote))).isSameAs(script.thrown);
			assertNothingIsCounted(breaker);
			assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
			probe.release();
			assertThat(catchThrowable(() -> kind.plain.of(remote))).isSameAs(script.thrown);
			assertThat(breaker.snapshot().failedCallsTotal()).isOne();
			assertThat(breaker.state()).isEqualTo(State.OPEN);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aFallbackWhileOpenIsGivenWhatTheMethodThrew(Lazy kind) {
		run(State.FORCED_OPEN, (remote, breaker) -> {
			Script script = remote.script();
			script.thrown = new IllegalStateException();
			kind.fallback.of(remote);
			assertThat(script.given).isSameAs(script.thrown);
			script.given = null;
			script.thrown = new IllegalArgumentException("ignored");
			assertThat(catchThrowable(() -> kind.fallback.of(remote))).isSameAs(script.thrown);
			assertThat(script.given).isNull();
			assertNothingIsCounted(breaker);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aRetryWhileOpenEndsWithWhatTheMethodThrew(Lazy kind) {
		run(State.FORCED_OPEN, (remote, breaker) -> {
			Script script = remote.script();
			script.thrown = new IllegalStateException();
			kind.retried.of(remote);
			assertThat(script.given).isSameAs(script.thrown);
			assertNothingIsCounted(breaker);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whatANestingMethodThrowsWhileOpenIsThrown(Lazy kind) {
		Contexts.with(Remote.class, Facade.class)
			.withPropertyValues("breaker.instances.remote.initial-state=FORCED_OPEN")
			.run((context) -> {
				Remote bean = context.getBean(Remote.class);
				Script script = bean.script();
				script.thrown = new IllegalStateException();
				assertThat(catchThrowable(() -> kind.plain.of(bean))).isSameAs(script.thrown);
				dev.breaker.CircuitBreaker breaker = Contexts.breaker(context, "remote");
				assertNothingIsCounted(breaker);
				breaker.close();
				assertThat(catchThrowable(() -> kind.plain.of(bean))).isSameAs(script.thrown);
				assertThat(breaker.snapshot().failedCallsTotal()).isOne();
				breaker.reset();
				assertThat(catchThrowable(() -> context.getBean(Facade.class).call(() -> kind.plain.of(bean))))
					.isSameAs(script.thrown);
				assertThat(breaker.snapshot().failedCallsTotal()).isOne();
			});
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX", "PUBLISHER", "FLOW" })
	void nullInPlaceOfAPublisherWhileOpenIsReturned(Lazy kind) {
		run(State.FORCED_OPEN, (remote, breaker) -> {
			Script script = remote.script();
			script.returnsNull = true;
			assertThat(kind.plain.of(remote)).isNull();
			assertThat(kind.fallback.of(remote)).isNull();
			assertThat(script.given).isNull();
			assertNothingIsCounted(breaker);
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "CALLABLE", "WEB_ASYNC_TASK" })
	void nullInPlaceOfWorkWhileOpenIsAFailure(Lazy kind) {
		run(State.FORCED_OPEN, (remote, breaker) -> {
			Script script = remote.script();
			script.returnsNull = true;
			assertThat(catchThrowable(() -> kind.plain.of(remote))).isInstanceOf(NullPointerException.class)
				.hasMessageContaining("returned no");
			kind.fallback.of(remote);
			assertThat(script.given).isInstanceOf(NullPointerException.class);
			assertNothingIsCounted(breaker);
		});
	}

	@Test
	void workOfAMethodThatReturnsIsRefusedAsEver() {
		run(State.FORCED_OPEN, (remote, breaker) -> {
			assertThat(catchThrowable(() -> remote.mono().block())).isInstanceOf(CallNotPermittedException.class);
			assertThat(catchThrowable(() -> remote.callable().call())).isInstanceOf(CallNotPermittedException.class);
			assertThat(breaker.snapshot().notPermittedCallsTotal()).isEqualTo(2);
		});
	}

	@ParameterizedTest
	@EnumSource
	void theMethodOfAnotherKindDoesNotRunWhileOpen(Eager kind) {
		run(State.FORCED_OPEN, (remote, breaker) -> {
			Script script = remote.script();
			script.thrown = new IllegalStateException();
			Throwable thrown = catchThrowable(() -> kind.plain.of(remote));
			assertThat((thrown instanceof ExecutionException) ? thrown.getCause() : thrown)
				.isInstanceOf(CallNotPermittedException.class);
			assertThat(script.calls).hasValue(0);
			assertThat(breaker.snapshot().notPermittedCallsTotal()).isOne();
		});
	}

	private static void assertNothingIsCounted(dev.breaker.CircuitBreaker breaker) {
		Snapshot snapshot = breaker.snapshot();
		assertThat(snapshot.successfulCallsTotal() + snapshot.failedCallsTotal() + snapshot.ignoredCallsTotal()
				+ snapshot.notPermittedCallsTotal())
			.isZero();
	}

	private static void run(State state, Check check) {
		Contexts.with(Remote.class, Retry.class)
			.withPropertyValues("breaker.instances.remote.permitted-number-of-calls-in-half-open-state=1",
					"breaker.instances.remote.ignore-exceptions=java.lang.IllegalArgumentException",
					"breaker.instances.remote.initial-state=" + state)
			.run((context) -> {
				Remote bean = context.getBean(Remote.class);
				check.on(bean, Contexts.breaker(context, "remote"));
			});
	}

	private interface Check {

		void on(Remote remote, dev.breaker.CircuitBreaker breaker) throws Exception;

	}

	private interface Call {

		@Nullable Object of(Remote remote) throws Exception;

	}

	/** Kinds whose method runs before a permit is asked for. */
	enum Lazy {

		MONO(Remote::mono, Remote::monoOrInstead, Remote::monoRetried),

		FLUX(Remote::flux, Remote::fluxOrInstead, Remote::fluxRetried),

		PUBLISHER(Remote::publisher, Remote::publisherOrInstead, Remote::publisherRetried),

		FLOW(Remote::flow, Remote::flowOrInstead, Remote::flowRetried),

		CALLABLE(Remote::callable, Remote::callableOrInstead, Remote::callableRetried),

		WEB_ASYNC_TASK(Remote::task, Remote::taskOrInstead, Remote::taskRetried);

		private final Call plain;

		private final Call fallback;

		private final Call retried;

		Lazy(Call plain, Call fallback, Call retried) {
			this.plain = plain;
			this.fallback = fallback;
			this.retried = retried;
		}

	}

	/** Kinds whose permit is taken before the method runs. */
	enum Eager {

		VALUE(Remote::value),

		OBJECT(Remote::object),

		STAGE((remote) -> remote.stage().toCompletableFuture().get()),

		FUTURE((remote) -> remote.future().get()),

		DEFERRED_RESULT(Remote::deferred),

		ENTITY(Remote::entity);

		private final Call plain;

		Eager(Call plain) {
			this.plain = plain;
		}

	}

	/** What the methods do, and what their fallback was given. */
	static class Script {

		final AtomicInteger calls = new AtomicInteger();

		@Nullable Throwable thrown;

		@Nullable Throwable given;

		boolean returnsNull;

		<T> @Nullable T run(T result) {
			this.calls.incrementAndGet();
			if (this.thrown != null) {
				throw sneaky(this.thrown);
			}
			return this.returnsNull ? null : result;
		}

		@SuppressWarnings("unchecked")
		private static <X extends Throwable> RuntimeException sneaky(Throwable thrown) throws X {
			throw (X) thrown;
		}

	}

	static class Remote {

		private final Script script = new Script();

		public Script script() {
			return this.script;
		}

		@CircuitBreaker(name = "remote")
		public Mono<String> mono() {
			return this.script.run(Mono.just("value"));
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Mono<String> monoOrInstead() {
			return mono();
		}

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Mono<String> monoRetried() {
			return mono();
		}

		@CircuitBreaker(name = "remote")
		public Flux<String> flux() {
			return this.script.run(Flux.just("value"));
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Flux<String> fluxOrInstead() {
			return flux();
		}

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Flux<String> fluxRetried() {
			return flux();
		}

		@CircuitBreaker(name = "remote")
		public Publisher<String> publisher() {
			return this.script.run(Mono.just("value"));
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Publisher<String> publisherOrInstead() {
			return publisher();
		}

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Publisher<String> publisherRetried() {
			return publisher();
		}

		@CircuitBreaker(name = "remote")
		public Flow.Publisher<String> flow() {
			return this.script.run(JdkFlowAdapter.publisherToFlowPublisher(Mono.just("value")));
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Flow.Publisher<String> flowOrInstead() {
			return flow();
		}

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Flow.Publisher<String> flowRetried() {
			return flow();
		}

		@CircuitBreaker(name = "remote")
		public Callable<String> callable() {
			return this.script.run(() -> "value");
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Callable<String> callableOrInstead() {
			return callable();
		}

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Callable<String> callableRetried() {
			return callable();
		}

		@CircuitBreaker(name = "remote")
		public WebAsyncTask<String> task() {
			return this.script.run(new WebAsyncTask<>(() -> "value"));
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public WebAsyncTask<String> taskOrInstead() {
			return task();
		}

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public WebAsyncTask<String> taskRetried() {
			return task();
		}

		@CircuitBreaker(name = "remote")
		public String value() {
			return this.script.run("value");
		}

		@CircuitBreaker(name = "remote")
		public Object object() {
			return this.script.run("value");
		}

		@CircuitBreaker(name = "remote")
		public CompletionStage<String> stage() {
			return this.script.run(CompletableFuture.completedFuture("value"));
		}

		@CircuitBreaker(name = "remote")
		public Future<String> future() {
			return this.script.run(CompletableFuture.completedFuture("value"));
		}

		@CircuitBreaker(name = "remote")
		public DeferredResult<String> deferred() {
			return this.script.run(new DeferredResult<>());
		}

		@CircuitBreaker(name = "remote")
		public ResponseEntity<Mono<String>> entity() {
			return this.script.run(ResponseEntity.ok(Mono.just("value")));
		}

		private String instead(Throwable thrown) {
			this.script.given = thrown;
			return "instead";
		}

		private String instead(CallNotPermittedException refusal) {
			throw new AssertionError("The call was not refused");
		}

	}

	/** Makes calls inside of a call of the same breaker. */
	static class Facade {

		@CircuitBreaker(name = "remote")
		public Object call(Callable<Object> inside) throws Exception {
			return inside.call();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

}
