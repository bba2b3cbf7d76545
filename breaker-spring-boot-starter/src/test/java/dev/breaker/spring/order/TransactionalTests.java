package dev.breaker.spring.order;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@code @Transactional}: the guard is outside of the transaction.
 */
class TransactionalTests {

	@Test
	void noConnectionIsTakenWhileOpen() {
		contextRunner().run((context) -> {
			Shop shop = context.getBean(Shop.class);
			Contexts.breaker(context, "shop").forceOpen();
			connections(context);
			assertThat(shop.order("book")).isEqualTo("instead of book");
			assertThat(shop.retried("book", 0)).isEqualTo("instead of book");
			assertThat(connections(context)).isZero();
			assertThat(Contexts.breaker(context, "shop").snapshot().notPermittedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void aFailureIsCountedAndRolledBack() {
		contextRunner().run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.failing("book", new IllegalStateException())).isEqualTo("instead of book");
			assertThat(shop.order("pen")).isEqualTo("ordered pen");
			assertThat(orders(context)).isEqualTo("pen");
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isOne();
			assertThat(Contexts.breaker(context, "shop").snapshot().successfulCallsTotal()).isOne();
		});
	}

	@Test
	void aFailureThatIsNotRolledBackCountsTheSame() {
		contextRunner().run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.failing("book", new IOException())).isEqualTo("instead of book");
			assertThat(orders(context)).isEqualTo("book");
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void anIgnoredExceptionIsRolledBackAndHasNoFallback() {
		contextRunner()
			.withPropertyValues("breaker.instances.shop.ignore-exceptions=java.lang.IllegalArgumentException")
			.run((context) -> {
				Shop shop = context.getBean(Shop.class);
				assertThatExceptionOfType(IllegalArgumentException.class)
					.isThrownBy(() -> shop.failing("book", new IllegalArgumentException()));
				assertThat(orders(context)).isEmpty();
				assertThat(Contexts.recorded(context, "shop")).isZero();
			});
	}

	@Test
	void theFallbackRunsWhenTheTransactionIsOver() {
		contextRunner().run((context) -> {
			Shop shop = context.getBean(Shop.class);
			shop.failing("book", new IllegalStateException());
			Contexts.breaker(context, "shop").forceOpen();
			shop.order("book");
			assertThat(shop.fallbackInTransaction()).containsExactly(false, false);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void everyAttemptHasATransactionOfItsOwn(boolean retryFirst) {
		contextRunner(retryFirst).run((context) -> {
			Shop shop = context.getBean(Shop.class);
			connections(context);
			assertThat(shop.retried("book", 2)).isEqualTo("ordered book");
			assertThat(connections(context)).isEqualTo(3);
			assertThat(orders(context)).isEqualTo("book");
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isEqualTo(2);
			assertThat(Contexts.breaker(context, "shop").snapshot().successfulCallsTotal()).isOne();
			assertThat(shop.fallbackInTransaction()).isEmpty();
			connections(context);
			assertThat(shop.retried("pen", 100)).isEqualTo("instead of pen");
			assertThat(connections(context)).isEqualTo(4);
			assertThat(orders(context)).isEqualTo("book");
			assertThat(shop.fallbackInTransaction()).containsExactly(false);
		});
	}

	@Test
	void aFallbackDoesNotSaveTheCallersTransaction() {
		contextRunner().run((context) -> {
			Office office = context.getBean(Office.class);
			assertThatExceptionOfType(UnexpectedRollbackException.class)
				.isThrownBy(() -> office.inOneTransaction("book"));
			assertThat(orders(context)).isEmpty();
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aTransactionOfItsOwnLetsTheCallerGoOn() {
		contextRunner().run((context) -> {
			Office office = context.getBean(Office.class);
			assertThat(office.inTwoTransactions("book")).isEqualTo("instead of book");
			assertThat(orders(context)).isEqualTo("office");
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aRefusalInTheCallersTransactionLetsItGoOn() {
		contextRunner().run((context) -> {
			Contexts.breaker(context, "shop").forceOpen();
			assertThat(context.getBean(Office.class).inOneTransaction("book")).isEqualTo("instead of book");
			assertThat(orders(context)).isEqualTo("office");
		});
	}

	private static ApplicationContextRunner contextRunner() {
		return contextRunner(false);
	}

	private static ApplicationContextRunner contextRunner(boolean retryFirst) {
		return Contexts.with(retryFirst ? RetryFirst.class : Retry.class, Database.class, Shop.class, Office.class);
	}

	private static int connections(ApplicationContext context) {
		return context.getBean(Database.CountingDataSource.class).taken();
	}

	private static String orders(ApplicationContext context) {
		return context.getBean(Database.Orders.class).all();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class RetryFirst {

	}

	static class Shop {

		private final Database.Orders orders;

		private final List<Boolean> fallbackInTransaction = new ArrayList<>();

		private int attempts;

		Shop(Database.Orders orders) {
			this.orders = orders;
		}

		@CircuitBreaker(name = "shop", fallbackMethod = "instead")
		@Transactional
		public String order(String sku) {
			this.orders.insert(sku);
			return "ordered " + sku;
		}

		@Transactional
		@CircuitBreaker(name = "shop", fallbackMethod = "insteadOfFailing")
		public String failing(String sku, Exception failure) throws Exception {
			this.orders.insert(sku);
			throw failure;
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@CircuitBreaker(name = "shop", fallbackMethod = "instead")
		public String failingAlone(String sku) {
			this.orders.insert(sku);
			throw new IllegalStateException();
		}

		@Transactional
		@CircuitBreaker(name = "shop", fallbackMethod = "insteadOfRetried")
		@Retryable(maxRetries = 3, delay = 0)
		public String retried(String sku, int failures) {
			this.orders.insert(sku);
			if (this.attempts++ < failures) {
				throw new IllegalStateException("attempt " + this.attempts);
			}
			return "ordered " + sku;
		}

		public List<Boolean> fallbackInTransaction() {
			return this.fallbackInTransaction;
		}

		private String instead(String sku, Throwable thrown) {
			this.fallbackInTransaction.add(TransactionSynchronizationManager.isActualTransactionActive());
			return "instead of " + sku;
		}

		private String insteadOfFailing(String sku, Exception failure, Throwable thrown) {
			return instead(sku, thrown);
		}

		private String insteadOfRetried(String sku, int failures, Throwable thrown) {
			return instead(sku, thrown);
		}

	}

	static class Office {

		private final Database.Orders orders;

		private final Shop shop;

		Office(Database.Orders orders, Shop shop) {
			this.orders = orders;
			this.shop = shop;
		}

		@Transactional
		public String inOneTransaction(String sku) throws Exception {
			this.orders.insert("office");
			return this.shop.failing(sku, new IllegalStateException());
		}

		@Transactional
		public String inTwoTransactions(String sku) {
			this.orders.insert("office");
			return this.shop.failingAlone(sku);
		}

	}

}
