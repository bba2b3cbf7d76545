package dev.breaker.spring.aop;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import dev.breaker.CircuitBreakerListener;
import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Mono;

import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.concurrent.DelegatingSecurityContextExecutor;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What belongs to a thread, in calls and fallbacks: neither is moved to another one.
 */
class ThreadLocalsTests {

	private static final String ALICE = "alice in request 42";

	@BeforeEach
	void serveAlice() {
		MDC.put("request", "42");
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("alice", ""));
	}

	@AfterEach
	void clear() {
		MDC.clear();
		SecurityContextHolder.clearContext();
	}

	@Test
	void userAndMdcAreThereInCallAndFallback() {
		Contexts.with(Remote.class).run((context) -> {
			Remote remote = context.getBean(Remote.class);
			AtomicReference<String> heard = new AtomicReference<>();
			Contexts.breaker(context, "remote").addListener(new CircuitBreakerListener() {

				@Override
				public void onFailure(dev.breaker.CircuitBreaker breaker, @Nullable Throwable thrown,
						long elapsedNanos) {
					heard.set(user());
				}

			});
			Thread me = Thread.currentThread();
			assertThat(remote.value()).isEqualTo("instead of a call of " + ALICE + " for " + ALICE + " on " + me);
			assertThat(heard).hasValue(ALICE);
			assertThat(remote.callable().call())
				.isEqualTo("instead of a call of " + ALICE + " for " + ALICE + " on " + me);
			assertThat(remote.mono().block())
				.isEqualTo("instead of a call of " + ALICE + " for " + ALICE + " on " + me);
			Contexts.breaker(context, "remote").forceOpen();
			assertThat(remote.value()).startsWith("instead of Circuit breaker 'remote'")
				.endsWith(" for " + ALICE + " on " + me);
		});
	}

	@Test
	void aFallbackOfAStageSeesWhatItsExecutorPassesOn() {
		ExecutorService threads = Executors.newSingleThreadExecutor();
		try {
			Contexts.with(Remote.class).run((context) -> {
				Executor executor = new DelegatingSecurityContextExecutor(withMdc(threads));
				CompletableFuture<Void> go = new CompletableFuture<>();
				CompletableFuture<String> answer = context.getBean(Remote.class).later(executor, go);
				go.complete(null);
				assertThat(answer.get()).startsWith("instead of a call of " + ALICE + " for " + ALICE + " on ")
					.doesNotEndWith(" on " + Thread.currentThread());
			});
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static Executor withMdc(Executor executor) {
		return (task) -> {
			Map<String, String> present = MDC.getCopyOfContextMap();
			executor.execute(() -> {
				MDC.setContextMap(present);
				try {
					task.run();
				}
				finally {
					MDC.clear();
				}
			});
		};
	}

	private static String user() {
		Authentication user = SecurityContextHolder.getContext().getAuthentication();
		return ((user != null) ? user.getName() : "nobody") + " in request " + MDC.get("request");
	}

	static class Remote {

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public String value() {
			throw new IllegalStateException("a call of " + user());
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Callable<String> callable() {
			return this::value;
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public Mono<String> mono() {
			return Mono.fromCallable(this::value);
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "insteadLater")
		public CompletableFuture<String> later(Executor executor, CompletableFuture<Void> go) {
			return CompletableFuture.supplyAsync(() -> {
				go.join();
				return value();
			}, executor);
		}

		private String instead(Throwable thrown) {
			return "instead of " + thrown.getMessage() + " for " + user() + " on " + Thread.currentThread();
		}

		private CompletableFuture<String> insteadLater(Throwable thrown) {
			return CompletableFuture.completedFuture(instead(thrown));
		}

	}

}
