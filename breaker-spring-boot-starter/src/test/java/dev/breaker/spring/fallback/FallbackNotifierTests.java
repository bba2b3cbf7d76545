package dev.breaker.spring.fallback;

import java.util.concurrent.atomic.AtomicReference;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

@ExtendWith(OutputCaptureExtension.class)
class FallbackNotifierTests {

	@Test
	void keyForgesNoLineWhereAListenerFails(CapturedOutput output) {
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		FallbackListener failing = (name, success) -> {
			throw new IllegalStateException("listener");
		};
		beans.addBean("failing", failing);
		new FallbackNotifier(beans.getBeanProvider(FallbackListener.class))
			.onFallback("inventory:berlin\nWARN forged\u202E", true);
		assertThat(output.getOut()).contains("fallbacks of circuit breaker 'inventory:berlin WARN forged' failed");
	}

	@Test
	void listenerThatFailsWithEveryFallbackIsLoggedOnce(CapturedOutput output) {
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		FallbackListener failing = (name, success) -> {
			throw new IllegalStateException("listener");
		};
		beans.addBean("failing", failing);
		FallbackNotifier notifier = new FallbackNotifier(beans.getBeanProvider(FallbackListener.class));
		notifier.onFallback("payments", true);
		notifier.onFallback("payments", true);
		notifier.onFallback("inventory", false);
		assertThat(output.getOut()).containsOnlyOnce("failed; its further failures are not logged");
	}

	@Test
	void exceptionThatThrowsWhenItIsLoggedHarmsNoCall() {
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		FallbackListener failing = (name, success) -> {
			throw new IllegalStateException() {

				@Override
				public String getMessage() {
					throw new AssertionError("message");
				}

				@Override
				public String toString() {
					throw new AssertionError("text");
				}

			};
		};
		beans.addBean("failing", failing);
		assertThatNoException().isThrownBy(
				() -> new FallbackNotifier(beans.getBeanProvider(FallbackListener.class)).onFallback("payments", true));
	}

	@Test
	void firstFallbackAfterTheContextWasClosedRuns() {
		AtomicReference<Payments> kept = new AtomicReference<>();
		Contexts.with(Payments.class).run((context) -> kept.set(context.getBean(Payments.class)));
		assertThat(kept.get().pay()).isEqualTo("later");
	}

	static class Payments {

		@CircuitBreaker(name = "payments", fallbackMethod = "later")
		String pay() {
			throw new IllegalStateException("down");
		}

		String later() {
			return "later";
		}

	}

}
