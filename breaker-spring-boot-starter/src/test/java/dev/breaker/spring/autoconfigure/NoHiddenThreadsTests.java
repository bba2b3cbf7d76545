package dev.breaker.spring.autoconfigure;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Guarded calls run on the threads of their callers, and nothing ends one that takes
 * long.
 */
class NoHiddenThreadsTests {

	private static final int CALLS = 10_000;

	@Test
	void tenThousandCallsOfEachKindNeedNoThread() {
		Contexts.with(Remote.class)
			.withPropertyValues("breaker.instances.remote.slow-call-duration-threshold=1ms",
					"breaker.instances.remote.failure-rate-threshold=60",
					"breaker.instances.remote.ignore-exceptions=java.lang.IllegalArgumentException")
			.run((context) -> {
				Remote remote = context.getBean(Remote.class);
				// What the first calls load may have threads of its own
				calls(remote, 10);
				Set<Thread> before = Thread.getAllStackTraces().keySet();
				calls(remote, CALLS);
				Contexts.breaker(context, "remote").forceOpen();
				calls(remote, CALLS);
				Set<Thread> added = new HashSet<>(Thread.getAllStackTraces().keySet());
				added.removeAll(before);
				assertThat(added).isEmpty();
				assertThat(Contexts.breaker(context, "remote").snapshot().notPermittedCallsTotal())
					.isGreaterThanOrEqualTo(3L * CALLS);
				assertThat(remote.onOtherThreads()).isZero();
			});
	}

	private static void calls(Remote remote, int calls) {
		for (int call = 0; call < calls; call++) {
			try {
				remote.value(Thread.currentThread(), call);
			}
			catch (IllegalStateException | CallNotPermittedException ex) {
				// As it should be
			}
			try {
				remote.stage(Thread.currentThread(), call).join();
			}
			catch (CompletionException | IllegalStateException ex) {
				// As it should be
			}
			try {
				remote.mono(Thread.currentThread(), call).block();
			}
			catch (IllegalStateException | CallNotPermittedException ex) {
				// As it should be
			}
		}
	}

	static class Remote {

		private int onOtherThreads;

		@CircuitBreaker(name = "remote")
		public String value(Thread caller, int call) {
			return answer(caller, call);
		}

		@CircuitBreaker(name = "remote")
		public CompletableFuture<String> stage(Thread caller, int call) {
			return CompletableFuture.completedFuture(answer(caller, call));
		}

		@CircuitBreaker(name = "remote")
		public Mono<String> mono(Thread caller, int call) {
			return Mono.fromCallable(() -> answer(caller, call));
		}

		public int onOtherThreads() {
			return this.onOtherThreads;
		}

		private String answer(Thread caller, int call) {
			this.onOtherThreads += (Thread.currentThread() == caller) ? 0 : 1;
			if (call % 10 == 9) {
				throw new IllegalStateException();
			}
			return "done";
		}

	}

}
