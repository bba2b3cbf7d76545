package dev.breaker.spring.aop;

import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.breaker.annotation.CircuitBreaker;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotBlank;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.validation.annotation.Validated;
import org.springframework.validation.beanvalidation.MethodValidationPostProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What refuses a call before its work is no call of the breaker's, and has no fallback.
 */
class RefusalsBeforeWorkTests {

	@AfterEach
	void clearUser() {
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest
	@EnumSource(Validation.class)
	void invalidInputsNeitherOpenTheBreakerNorHaveAFallback(Validation validation) {
		validation.contextRunner()
			.withUserConfiguration(Orders.class, Caching.class, Transactions.class, Resilience.class)
			.run((context) -> {
				OrderApi orders = context.getBean(OrderApi.class);
				for (Supplier<String> call : Stream
					.<Supplier<String>>of(() -> orders.plain(""), () -> orders.transactional(""),
							() -> orders.cached(""), () -> orders.retried(""))
					.toList()) {
					assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(call::get);
				}
				assertThat(Contexts.recorded(context, "orders")).isZero();
				assertThat(orders.plain("a")).isEqualTo("a");
				assertThat(orders.transactional("a")).isEqualTo("a");
				assertThat(orders.cached("a")).isEqualTo("a");
				assertThat(orders.retried("a")).isEqualTo("a");
				Contexts.breaker(context, "orders").forceOpen();
				assertThat(orders.plain("a")).isEqualTo("instead");
				assertThat(orders.transactional("a")).isEqualTo("instead");
				assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> orders.plain(""));
				assertThatExceptionOfType(ConstraintViolationException.class)
					.isThrownBy(() -> orders.transactional(""));
			});
	}

	@ParameterizedTest
	@ValueSource(ints = { Integer.MIN_VALUE, 0, 450, Integer.MAX_VALUE - 100 })
	void whoMayNotCallIsNoCallWhateverOrderWasChosen(int order) {
		contextRunner(Security.class, Secrets.class).withPropertyValues("breaker.aspect.order=" + order)
			.run((context) -> {
				logIn("ROLE_USER");
				Secrets secrets = context.getBean(Secrets.class);
				for (Supplier<String> call : Stream
					.<Supplier<String>>of(secrets::byExpression, secrets::byRole, secrets::bySecured,
							secrets::byTransaction, secrets::afterwards)
					.toList()) {
					assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(call::get);
				}
				assertThat(Contexts.breaker(context, "secrets").snapshot().failedCallsTotal()).isZero();
				Contexts.breaker(context, "secrets").forceOpen();
				assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(secrets::byExpression);
				logIn("ROLE_ADMIN");
				assertThat(secrets.byExpression()).isEqualTo("instead");
				assertThat(secrets.byRole()).isEqualTo("instead");
				Contexts.breaker(context, "secrets").close();
				assertThat(secrets.byExpression()).isEqualTo("secret");
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aConcurrencyLimitIsOutsideWhicheverProcessorRanFirst(boolean limitFirst) {
		contextRunner(limitFirst ? ResilienceFirst.class : Resilience.class, Transactions.class, Limited.class)
			.run((context) -> assertThat(Contexts.advice(context, Limited.class))
				.containsExactly("ConcurrencyLimitInterceptor", "ValueInterceptor", "TransactionInterceptor"));
	}

	@Test
	void validationIsMovedOutsideOfTheTransactionWithTheGuard() {
		Validation.BY_BOOT.contextRunner()
			.withUserConfiguration(Orders.class, Transactions.class)
			.run((context) -> assertThat(Contexts.advice(context, Orders.class))
				.startsWith("MethodValidationInterceptor")
				.endsWith("ValueInterceptor", "TransactionInterceptor"));
	}

	@Test
	void anHttpInterfaceClientIsValidatedOutsideOfItsGuard() {
		Validation.BY_BOOT.contextRunner().withUserConfiguration(ClientConfiguration.class).run((context) -> {
			Client client = context.getBean(Client.class);
			assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> client.get(""));
			assertThat(Contexts.recorded(context, "client")).isZero();
			assertThat(client.get("a")).isEqualTo("sent");
			assertThat(Contexts.recorded(context, "client")).isOne();
		});
	}

	@Test
	void aFrozenProxyIsLeftAsItIs() {
		contextRunner(Frozen.class, Resilience.class).run((context) -> {
			Advised proxy = (Advised) context.getBean(Service.class);
			assertThat(proxy.isFrozen()).isFalse();
			Advised inner = (Advised) proxy.getTargetSource().getTarget();
			assertThat(inner.isFrozen()).isTrue();
			assertThat(inner.getAdvisors()).noneMatch(AdvisorChain.GuardAdvisor.class::isInstance);
			assertThat(context.getBean(Service.class).call()).isEqualTo("value");
			assertThat(Contexts.recorded(context, "frozen")).isOne();
		});
	}

	@Test
	void aProxyThatIsFrozenAfterItsGuardsKeepsThem() {
		contextRunner(Service.class, Freezing.class).run((context) -> {
			Advised proxy = (Advised) context.getBean(Service.class);
			assertThat(proxy.isFrozen()).isTrue();
			assertThat(proxy.getAdvisors()).anyMatch(AdvisorChain.GuardAdvisor.class::isInstance);
			assertThat(context.getBean(Service.class).call()).isEqualTo("value");
			assertThat(Contexts.recorded(context, "frozen")).isOne();
		});
	}

	private static void logIn(String role) {
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("user", "pass", role));
	}

	private static ApplicationContextRunner contextRunner(Class<?>... classes) {
		return Contexts.with(classes);
	}

	enum Validation {

		BY_BOOT, BY_INTERFACE, FIRST, LAST_AND_IN_FRONT, ADAPTED;

		ApplicationContextRunner contextRunner() {
			ApplicationContextRunner runner = Contexts.with()
				.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class));
			return switch (this) {
				case BY_BOOT -> runner;
				case BY_INTERFACE -> runner.withPropertyValues("spring.aop.proxy-target-class=false");
				case FIRST -> runner.withUserConfiguration(ValidationFirst.class);
				case LAST_AND_IN_FRONT -> runner.withUserConfiguration(ValidationInFront.class);
				case ADAPTED -> runner.withUserConfiguration(OwnInterceptor.class);
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ValidationFirst {

		@Bean
		static MethodValidationPostProcessor methodValidationPostProcessor() {
			MethodValidationPostProcessor processor = new MethodValidationPostProcessor();
			processor.setProxyTargetClass(true);
			processor.setOrder(0);
			return processor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ValidationInFront {

		@Bean
		static MethodValidationPostProcessor methodValidationPostProcessor() {
			MethodValidationPostProcessor processor = new MethodValidationPostProcessor();
			processor.setBeforeExistingAdvisors(true);
			return processor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnInterceptor {

		@Bean
		static MethodValidationPostProcessor methodValidationPostProcessor() {
			return new MethodValidationPostProcessor() {

				@Override
				protected org.aopalliance.aop.Advice createMethodValidationAdvice(
						Supplier<jakarta.validation.Validator> validator) {
					return new org.springframework.validation.beanvalidation.MethodValidationInterceptor(validator) {
					};
				}

			};
		}

	}

	interface OrderApi {

		String plain(@NotBlank String id);

		String transactional(@NotBlank String id);

		String cached(@NotBlank String id);

		String retried(@NotBlank String id);

	}

	@Validated
	static class Orders implements OrderApi {

		@Override
		@CircuitBreaker(name = "orders", fallbackMethod = "instead")
		public String plain(String id) {
			return id;
		}

		@Override
		@Transactional
		@CircuitBreaker(name = "orders", fallbackMethod = "instead")
		public String transactional(String id) {
			return id;
		}

		@Override
		@Cacheable("orders")
		@CircuitBreaker(name = "orders", fallbackMethod = "instead")
		public String cached(String id) {
			return id;
		}

		@Override
		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "orders", fallbackMethod = "instead")
		public String retried(String id) {
			return id;
		}

		private String instead(Throwable thrown) {
			return "instead";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class Transactions {

		@Bean
		AdviceOrderTests.RecordingTransactionManager transactionManager() {
			return new AdviceOrderTests.RecordingTransactionManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Caching {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilience {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class ResilienceFirst {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity(securedEnabled = true, jsr250Enabled = true)
	@EnableTransactionManagement
	static class Security {

		@Bean
		AdviceOrderTests.RecordingTransactionManager transactionManager() {
			return new AdviceOrderTests.RecordingTransactionManager();
		}

	}

	static class Secrets {

		@PreAuthorize("hasRole('ADMIN')")
		@CircuitBreaker(name = "secrets", fallbackMethod = "instead")
		public String byExpression() {
			return "secret";
		}

		@RolesAllowed("ADMIN")
		@CircuitBreaker(name = "secrets", fallbackMethod = "instead")
		public String byRole() {
			return "secret";
		}

		@Secured("ROLE_ADMIN")
		@CircuitBreaker(name = "secrets", fallbackMethod = "instead")
		public String bySecured() {
			return "secret";
		}

		@Transactional
		@PreAuthorize("hasRole('ADMIN')")
		@CircuitBreaker(name = "secrets", fallbackMethod = "instead")
		public String byTransaction() {
			return "secret";
		}

		@PostAuthorize("hasRole('ADMIN')")
		@CircuitBreaker(name = "secrets", fallbackMethod = "instead")
		public String afterwards() {
			return "secret";
		}

		private String instead(Throwable thrown) {
			return "instead";
		}

	}

	static class Limited {

		@Transactional
		@ConcurrencyLimit(1)
		@CircuitBreaker(name = "limited")
		public void call() {
		}

	}

	@Validated
	@CircuitBreaker(name = "client")
	interface Client {

		String get(@NotBlank String id);

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientConfiguration {

		@Bean
		Client client() {
			return ProxyFactory.getProxy(Client.class, (MethodInterceptor) (invocation) -> "sent");
		}

	}

	static class Service {

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "frozen")
		public String call() {
			return "value";
		}

	}

	/** Comes after the processor that guards, and before the one that arranges. */
	static class Freezing implements BeanPostProcessor, Ordered {

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (!(bean instanceof Service) || !(bean instanceof Advised proxy)) {
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

	@Configuration(proxyBeanMethods = false)
	static class Frozen {

		@Bean
		ProxyFactoryBean service() {
			ProxyFactoryBean factory = new ProxyFactoryBean();
			factory.setTarget(new Service());
			factory.setProxyTargetClass(true);
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed());
			factory.setFrozen(true);
			return factory;
		}

	}

}
