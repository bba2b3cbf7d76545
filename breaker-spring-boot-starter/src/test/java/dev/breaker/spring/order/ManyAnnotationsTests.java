package dev.breaker.spring.order;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.CircuitBreakerBeanPostProcessor;
import dev.breaker.spring.aop.Contexts;
import io.micrometer.core.aop.TimedAspect;
import io.micrometer.core.annotation.Timed;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * One method that is validated, authorized, limited, retried, cached, guarded, timed and
 * transactional.
 */
@ExtendWith(OutputCaptureExtension.class)
class ManyAnnotationsTests {

	@AfterEach
	void clearUser() {
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsInvalidOrDeniedIsNoCall(boolean retryFirst) {
		run(retryFirst, (context) -> {
			Shop shop = context.getBean(Shop.class);
			logIn("ROLE_USER");
			assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> shop.order("book", 0));
			logIn("ROLE_ADMIN");
			assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> shop.order("", 0));
			assertThat(shop.attempts()).isZero();
			assertThat(Contexts.recorded(context, "shop")).isZero();
			assertThat(context.getBean(Database.CountingDataSource.class).taken()).isZero();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCallIsRetriedThenCached(boolean retryFirst) {
		run(retryFirst, (context) -> {
			logIn("ROLE_ADMIN");
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.order("book", 2)).isEqualTo("ordered book");
			assertThat(shop.attempts()).isEqualTo(3);
			assertThat(context.getBean(Database.CountingDataSource.class).taken()).isEqualTo(3);
			assertThat(timed(context)).isEqualTo(3);
			assertThat(shop.order("book", 2)).isEqualTo("ordered book");
			assertThat(shop.attempts()).isEqualTo(3);
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isEqualTo(2);
			assertThat(Contexts.breaker(context, "shop").snapshot().successfulCallsTotal()).isOne();
			assertThat(context.getBean(Database.Orders.class).all()).isEqualTo("book");
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aServiceThatIsDownIsTriedThenLeftAlone(boolean retryFirst) {
		run(retryFirst, (context) -> {
			logIn("ROLE_ADMIN");
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.order("book", 100)).isEqualTo("instead of book");
			assertThat(shop.attempts()).isEqualTo(4);
			assertThat(timed(context)).isEqualTo(4);
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isEqualTo(4);
			assertThat(context.getBean(Database.CountingDataSource.class).taken()).isEqualTo(4);
			Contexts.breaker(context, "shop").forceOpen();
			assertThat(shop.order("book", 100)).isEqualTo("instead of book");
			assertThat(shop.attempts()).isEqualTo(4);
			assertThat(timed(context)).isEqualTo(4);
			assertThat(context.getBean(Database.CountingDataSource.class).taken()).isZero();
			assertThat(Contexts.breaker(context, "shop").snapshot().notPermittedCallsTotal()).isOne();
			Contexts.breaker(context, "shop").close();
			assertThat(shop.order("book", 0)).isEqualTo("ordered book");
			assertThat(context.getBean(Database.Orders.class).all()).isEqualTo("book");
		});
	}

	@Test
	void theAdviceOnAMethodIsLoggedForDebugging(CapturedOutput output) {
		Logger logger = (Logger) LoggerFactory.getLogger(CircuitBreakerBeanPostProcessor.class);
		logger.setLevel(Level.DEBUG);
		try {
			run(false,
					(context) -> assertThat(output.toString().lines())
						.filteredOn((line) -> line.contains("Shop.order("))
						.singleElement()
						.asString()
						.containsSubsequence("Advice on", "RetryFallbackInterceptor", "RetryAnnotationInterceptor",
								"CacheInterceptor", "RetryAttemptInterceptor", "TransactionInterceptor"));
		}
		finally {
			logger.setLevel(null);
		}
	}

	private static void run(boolean retryFirst, Consumer<ApplicationContext> test) {
		Contexts.with(retryFirst ? RetryFirst.class : Retry.class, Others.class, Database.class, Shop.class)
			.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class))
			.run((context) -> {
				context.getBean(Database.CountingDataSource.class).taken();
				test.accept(context);
			});
	}

	private static void logIn(String role) {
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("user", "pass", role));
	}

	private static long timed(ApplicationContext context) {
		return context.getBean(MeterRegistry.class).find("shop").timers().stream().mapToLong(Timer::count).sum();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class RetryFirst {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	@EnableMethodSecurity
	static class Others {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		SimpleMeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		TimedAspect timedAspect(MeterRegistry meters) {
			return new TimedAspect(meters);
		}

	}

	@Validated
	static class Shop {

		private final Database.Orders orders;

		private final AtomicInteger attempts = new AtomicInteger();

		Shop(Database.Orders orders) {
			this.orders = orders;
		}

		@PreAuthorize("hasRole('ADMIN')")
		@ConcurrencyLimit(2)
		@Retryable(maxRetries = 3, delay = 0)
		@Cacheable(cacheNames = "orders", key = "#sku")
		@CircuitBreaker(name = "shop", fallbackMethod = "instead")
		@Timed("shop")
		@Transactional
		public String order(@NotBlank String sku, int failures) {
			this.orders.insert(sku);
			if (this.attempts.getAndIncrement() < failures) {
				throw new IllegalStateException();
			}
			return "ordered " + sku;
		}

		public int attempts() {
			return this.attempts.get();
		}

		private String instead(String sku, int failures) {
			return "instead of " + sku;
		}

	}

}
