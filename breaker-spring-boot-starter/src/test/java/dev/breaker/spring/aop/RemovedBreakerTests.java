package dev.breaker.spring.aop;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What the registry removes while annotated methods use it.
 */
class RemovedBreakerTests {

	private final ApplicationContextRunner runner = Contexts.with(Payments.class)
		.withPropertyValues("breaker.instances.payments.consecutive-failure-threshold=2");

	@Test
	void annotatedMethodsGoOnWithTheNextBreaker() {
		this.runner.run((context) -> {
			Payments payments = context.getBean(Payments.class);
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			payments.pay(true);
			CircuitBreaker removed = registry.find("payments").orElseThrow();
			assertThat(registry.remove("payments")).isTrue();
			CircuitBreaker next = registry.get("payments");
			payments.pay(true);
			assertThat(removed.snapshot().successfulCallsTotal()).isEqualTo(1);
			assertThat(next.snapshot().successfulCallsTotal()).isEqualTo(1);
			next.forceOpen();
			assertThat(catchThrowable(() -> payments.pay(true))).hasMessageContaining("FORCED_OPEN");
		});
	}

	@Test
	void theNextCallMakesTheNextBreakerAsConfigured() {
		this.runner.run((context) -> {
			Payments payments = context.getBean(Payments.class);
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			registry.remove("payments");
			for (int i = 0; i < 2; i++) {
				catchThrowable(() -> payments.pay(false));
			}
			assertThat(registry.find("payments").orElseThrow().state()).isEqualTo(State.OPEN);
		});
	}

	@Test
	void aConfiguredNameIsMadeAsConfiguredByHandToo() {
		this.runner.run((context) -> {
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			registry.remove("payments");
			assertThat(registry.get("payments").config().consecutiveFailureThreshold()).isEqualTo(2);
		});
	}

	@Test
	void theyFollowHoweverOftenItIsRemoved() {
		this.runner.run((context) -> {
			Payments payments = context.getBean(Payments.class);
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			AtomicInteger calls = new AtomicInteger();
			Thread caller = new Thread(() -> {
				while (calls.incrementAndGet() < 20_000) {
					payments.pay(true);
				}
			});
			caller.start();
			while (caller.isAlive()) {
				registry.remove("payments");
			}
			caller.join();
			CircuitBreaker last = registry.get("payments");
			payments.pay(true);
			assertThat(last.snapshot().successfulCallsTotal()).isPositive();
		});
	}

	@Test
	void aPublisherThatWasMadeBeforeGoesOnWithTheNextOne() {
		this.runner.run((context) -> {
			Mono<String> later = context.getBean(Payments.class).later();
			assertThatTheNextBreakerGuards(context, later::block);
			Mono<String> withFallback = context.getBean(Payments.class).laterOrInstead();
			assertThatTheNextBreakerGuards(context, withFallback::block);
			context.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			assertThat(catchThrowable(later::block)).hasMessageContaining("FORCED_OPEN");
			assertThat(withFallback.block()).isEqualTo("instead");
		});
	}

	@Test
	void aCallableThatWasMadeBeforeGoesOnWithTheNextOne() {
		this.runner.run((context) -> {
			Callable<String> work = context.getBean(Payments.class).work();
			assertThatTheNextBreakerGuards(context, work);
		});
	}

	private static void assertThatTheNextBreakerGuards(ApplicationContext context, Callable<String> call)
			throws Exception {
		CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
		CircuitBreaker removed = registry.get("payments");
		long before = removed.snapshot().successfulCallsTotal();
		assertThat(call.call()).isEqualTo("paid");
		assertThat(removed.snapshot().successfulCallsTotal()).isEqualTo(before + 1);
		registry.remove("payments");
		assertThat(call.call()).isEqualTo("paid");
		assertThat(removed.snapshot().successfulCallsTotal()).isEqualTo(before + 1);
		assertThat(registry.find("payments").orElseThrow().snapshot().successfulCallsTotal()).isOne();
	}

	static class Payments {

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		Mono<String> later() {
			return Mono.just("paid");
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments", fallbackMethod = "instead")
		Mono<String> laterOrInstead() {
			return Mono.just("paid");
		}

		private String instead(Throwable thrown) {
			return "instead";
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		Callable<String> work() {
			return () -> "paid";
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		String pay(boolean well) {
			if (!well) {
				throw new IllegalStateException("down");
			}
			return "paid";
		}

	}

}
