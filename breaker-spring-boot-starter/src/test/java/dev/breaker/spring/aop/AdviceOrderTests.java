package dev.breaker.spring.aop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The guard among the advice of others.
 */
class AdviceOrderTests {

	@Test
	void aCommitThatFailsIsAFailure() {
		Contexts.with(Transactions.class, Shop.class).run((context) -> {
			RecordingTransactionManager transactions = context.getBean(RecordingTransactionManager.class);
			transactions.failing = true;
			assertThat(context.getBean(Shop.class).order()).isEqualTo("instead after TransactionSystemException");
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isOne();
			assertThat(transactions.log).hasToString("begin commit ");
		});
	}

	@Test
	void noTransactionBeginsWhileOpen() {
		Contexts.with(Transactions.class, Shop.class).run((context) -> {
			RecordingTransactionManager transactions = context.getBean(RecordingTransactionManager.class);
			assertThat(context.getBean(Shop.class).failing()).isEqualTo("instead after IllegalStateException");
			assertThat(transactions.log).hasToString("begin rollback ");
			Contexts.breaker(context, "shop").forceOpen();
			assertThat(context.getBean(Shop.class).order()).isEqualTo("instead after CallNotPermittedException");
			assertThat(transactions.log).hasToString("begin rollback ");
		});
	}

	@Test
	void theOrderCanBeChosen() {
		Contexts.with(Transactions.class, Shop.class, Audited.class)
			.run((context) -> assertThat(Contexts.advice(context, Shop.class)).containsExactly("ValueInterceptor",
					"ValueInterceptor", "Audit", "TransactionInterceptor"));
		Contexts.with(Transactions.class, Shop.class, Audited.class)
			.withPropertyValues("breaker.aspect.order=2147483547")
			.run((context) -> assertThat(Contexts.advice(context, Shop.class)).containsExactly("ValueInterceptor",
					"ValueInterceptor", "Audit", "TransactionInterceptor"));
		Contexts.with(Transactions.class, Shop.class, Audited.class)
			.withPropertyValues("breaker.aspect.order=2147483600")
			.run((context) -> assertThat(Contexts.advice(context, Shop.class)).containsExactly("Audit",
					"ValueInterceptor", "ValueInterceptor", "TransactionInterceptor"));
	}

	@Test
	void aCacheHitIsNoCallAndIsServedWhileOpen() {
		Contexts.with(Caches.class, Transactions.class, Catalogue.class).run((context) -> {
			Catalogue bean = context.getBean(Catalogue.class);
			assertThat(bean.find("a")).isEqualTo("value of a");
			assertThat(bean.find("a")).isEqualTo("value of a");
			assertThat(Contexts.recorded(context, "catalogue")).isOne();
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(bean.find("a")).isEqualTo("value of a");
			assertThat(bean.find("b")).isEqualTo("instead of b");
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> bean.withoutFallback("b"));
			assertThat(Contexts.advice(context, Catalogue.class)).containsExactly("RetryFallbackInterceptor",
					"CacheInterceptor", "RetryAttemptInterceptor", "ValueInterceptor", "TransactionInterceptor");
		});
	}

	@Test
	void whatAFallbackGivesIsNotCached() {
		Contexts.with(Caches.class, Catalogue.class).run((context) -> {
			Catalogue bean = context.getBean(Catalogue.class);
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(bean.find("c")).isEqualTo("instead of c");
			Contexts.breaker(context, "catalogue").close();
			assertThat(bean.find("c")).isEqualTo("value of c");
		});
	}

	@Test
	void aCacheIsInsideWhereAnOrderWasChosen() {
		Contexts.with(Caches.class, Catalogue.class)
			.withPropertyValues("breaker.aspect.order=0")
			.run((context) -> assertThat(Contexts.advice(context, Catalogue.class)).containsExactly("ValueInterceptor",
					"ValueInterceptor", "CacheInterceptor"));
	}

	@Test
	void aCacheInsideOfATransactionIsInsideOfTheGuardToo() {
		Contexts.with(OuterTransactions.class, Caches.class, Catalogue.class)
			.run((context) -> assertThat(Contexts.advice(context, Catalogue.class)).containsExactly("ValueInterceptor",
					"ValueInterceptor", "TransactionInterceptor", "CacheInterceptor"));
	}

	@Test
	void anAsyncMethodIsGuardedOnTheThreadThatRunsIt() {
		Contexts.with(Asynchronous.class, Background.class).run((context) -> {
			Background bean = context.getBean(Background.class);
			assertThat(bean.thread()).succeedsWithin(Duration.ofSeconds(10))
				.asString()
				.isNotEqualTo(Thread.currentThread().getName());
			assertThat(Contexts.recorded(context, "background")).isOne();
			Contexts.breaker(context, "background").forceOpen();
			assertThat(bean.thread()).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("instead");
			bean.nothing();
			await().until(() -> Contexts.breaker(context, "background").snapshot().notPermittedCallsTotal() == 2);
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { Integer.MIN_VALUE, 0, Integer.MAX_VALUE })
	void anAsyncMethodIsGuardedInsideWhateverTheOrder(int order) {
		Contexts.with(Asynchronous.class, Background.class)
			.withPropertyValues("breaker.aspect.order=" + order)
			.run((context) -> assertThat(Contexts.advice(context, Background.class))
				.startsWith("AnnotationAsyncExecutionInterceptor"));
	}

	@Test
	void aScheduledMethodIsGuarded() {
		Contexts.with(Scheduling.class, Clockwork.class)
			.run((context) -> await().until(() -> Contexts.recorded(context, "clockwork") > 0));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Transactions {

		@Bean
		RecordingTransactionManager transactionManager() {
			return new RecordingTransactionManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true, order = Integer.MAX_VALUE - 50)
	static class OuterTransactions {

		@Bean
		RecordingTransactionManager transactionManager() {
			return new RecordingTransactionManager();
		}

	}

	static class RecordingTransactionManager extends AbstractPlatformTransactionManager {

		final StringBuilder log = new StringBuilder();

		boolean failing;

		@Override
		protected Object doGetTransaction() {
			return this;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.log.append("begin ");
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.log.append("commit ");
			if (this.failing) {
				throw new TransactionSystemException("commit failed");
			}
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.log.append("rollback ");
		}

	}

	static class Shop {

		@Transactional
		@CircuitBreaker(name = "shop", fallbackMethod = "instead")
		public String order() {
			return "value";
		}

		@Transactional
		@CircuitBreaker(name = "shop", fallbackMethod = "instead")
		public String failing() {
			throw new IllegalStateException();
		}

		private String instead(Throwable thrown) {
			return "instead after " + thrown.getClass().getSimpleName();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Audited {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static DefaultPointcutAdvisor audit() {
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(
					AnnotationMatchingPointcut.forMethodAnnotation(Transactional.class), new Audit());
			advisor.setOrder(Integer.MAX_VALUE - 50);
			return advisor;
		}

	}

	static class Audit implements MethodInterceptor {

		@Override
		public Object invoke(MethodInvocation invocation) throws Throwable {
			return invocation.proceed();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching(proxyTargetClass = true)
	static class Caches {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	static class Catalogue {

		@Cacheable("catalogue")
		@Transactional
		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		public String find(String key) {
			return "value of " + key;
		}

		private String instead(String key) {
			return "instead of " + key;
		}

		@Cacheable("catalogue")
		@CircuitBreaker(name = "catalogue")
		public String withoutFallback(String key) {
			return "value of " + key;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true)
	static class Asynchronous {

	}

	static class Background {

		@Async
		@CircuitBreaker(name = "background", fallbackMethod = "instead")
		public CompletableFuture<String> thread() {
			return CompletableFuture.completedFuture(Thread.currentThread().getName());
		}

		private CompletableFuture<String> instead() {
			return CompletableFuture.completedFuture("instead");
		}

		@Async
		@CircuitBreaker(name = "background")
		public void nothing() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Scheduling {

	}

	static class Clockwork {

		@Scheduled(fixedDelay = 10)
		@CircuitBreaker(name = "clockwork")
		public void tick() {
		}

	}

}
