package dev.breaker.spring.order;

import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@code @Retryable}: the guard is inside of the retry, and its fallback is outside.
 */
class RetryableTests {

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theOrderOfTheAnnotationsDoesNotMatter(boolean retryFirst) {
		Contexts.with(retryFirst ? RetryFirst.class : Retry.class, Swapped.class).run((context) -> {
			Swapped bean = context.getBean(Swapped.class);
			assertThat(bean.retryAbove()).isEqualTo("instead");
			assertThat(bean.retryBelow()).isEqualTo("instead");
			assertThat(bean.fallbacks()).isEqualTo(2);
			assertThat(Contexts.breaker(context, "swapped").snapshot().failedCallsTotal()).isEqualTo(8);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aRetryOnTheTypeIsOutsideToo(boolean retryFirst) {
		Contexts.with(retryFirst ? RetryFirst.class : Retry.class, OnType.class).run((context) -> {
			OnType bean = context.getBean(OnType.class);
			assertThat(bean.call()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "on-type").snapshot().failedCallsTotal()).isEqualTo(4);
			Contexts.breaker(context, "on-type").forceOpen();
			assertThat(bean.call()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "on-type").snapshot().notPermittedCallsTotal()).isOne();
			assertThat(bean.fallbacks()).isEqualTo(2);
		});
	}

	@Test
	void threeLayersOfFourTriesAre64Calls() {
		Contexts.with(Retry.class, Shop.class, Payments.class, Bank.class)
			.withPropertyValues("breaker.instances.bank.initial-state=METRICS_ONLY")
			.run((context) -> {
				assertThatIllegalStateException().isThrownBy(() -> context.getBean(Shop.class).order());
				assertThat(context.getBean(Bank.class).calls()).isEqualTo(64);
			});
	}

	@Test
	void aBreakerEndsTheRetriesOfAllLayersThatExcludeRefusals() {
		Contexts.with(Retry.class, Shop.class, Payments.class, Bank.class)
			.withPropertyValues("breaker.instances.bank.consecutive-failure-threshold=4")
			.run((context) -> {
				Shop shop = context.getBean(Shop.class);
				assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(shop::order);
				assertThat(context.getBean(Bank.class).calls()).isEqualTo(4);
				assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(shop::order);
				assertThat(context.getBean(Bank.class).calls()).isEqualTo(4);
				assertThat(Contexts.breaker(context, "bank").snapshot().notPermittedCallsTotal()).isEqualTo(2);
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class RetryFirst {

	}

	static class Swapped {

		private final AtomicInteger fallbacks = new AtomicInteger();

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "swapped", fallbackMethod = "instead")
		public String retryAbove() {
			throw new IllegalStateException();
		}

		@CircuitBreaker(name = "swapped", fallbackMethod = "instead")
		@Retryable(maxRetries = 3, delay = 0)
		public String retryBelow() {
			throw new IllegalStateException();
		}

		private String instead() {
			this.fallbacks.incrementAndGet();
			return "instead";
		}

		public int fallbacks() {
			return this.fallbacks.get();
		}

	}

	@Retryable(maxRetries = 3, delay = 0)
	static class OnType {

		private final AtomicInteger fallbacks = new AtomicInteger();

		@CircuitBreaker(name = "on-type", fallbackMethod = "instead")
		public String call() {
			throw new IllegalStateException();
		}

		private String instead() {
			this.fallbacks.incrementAndGet();
			return "instead";
		}

		public int fallbacks() {
			return this.fallbacks.get();
		}

	}

	static class Shop {

		private final Payments payments;

		Shop(Payments payments) {
			this.payments = payments;
		}

		@Retryable(maxRetries = 3, delay = 0, excludes = CallNotPermittedException.class)
		public String order() {
			return this.payments.pay();
		}

	}

	static class Payments {

		private final Bank bank;

		Payments(Bank bank) {
			this.bank = bank;
		}

		@Retryable(maxRetries = 3, delay = 0, excludes = CallNotPermittedException.class)
		public String pay() {
			return this.bank.transfer();
		}

	}

	static class Bank {

		private final AtomicInteger calls = new AtomicInteger();

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "bank")
		public String transfer() {
			this.calls.incrementAndGet();
			throw new IllegalStateException("The bank is down");
		}

		public int calls() {
			return this.calls.get();
		}

	}

}
