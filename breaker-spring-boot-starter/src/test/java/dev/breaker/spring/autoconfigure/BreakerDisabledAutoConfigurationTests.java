package dev.breaker.spring.autoconfigure;

import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said where circuit breakers are switched off.
 */
@ExtendWith(OutputCaptureExtension.class)
class BreakerDisabledAutoConfigurationTests {

	private static final String UNGUARDED = "run unguarded: ";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class, BreakerDisabledAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "false", "off", "no" })
	void unguardedMethodsAreCountedInOneWarning(String value, CapturedOutput output) {
		this.runner.withUserConfiguration(Shop.class).withPropertyValues("breaker.enabled=" + value).run((context) -> {
			assertThat(output.toString().lines().filter((line) -> line.contains(UNGUARDED))).singleElement()
				.asString()
				.contains(" WARN ")
				.contains("breaker.enabled is false")
				.endsWith(UNGUARDED + "5");
			assertThat(context.getBeanFactory().containsSingleton("lazyStock")).isFalse();
		});
	}

	@Test
	void applicationWithoutAnnotationsIsToldToo(CapturedOutput output) {
		this.runner.withPropertyValues("breaker.enabled=false")
			.run((context) -> assertThat(output).contains(UNGUARDED + "0"));
	}

	@Test
	void nothingIsSaidWhereThereAreCircuitBreakers(CapturedOutput output) {
		this.runner.withUserConfiguration(Shop.class).run((context) -> assertThat(output).doesNotContain(UNGUARDED));
	}

	@Configuration(proxyBeanMethods = false)
	static class Shop {

		@Bean
		Payments payments() {
			return new Payments();
		}

		@Bean
		Payments morePayments() {
			return new Payments();
		}

		@Bean
		@Lazy
		Stock lazyStock() {
			throw new IllegalStateException("must not be made");
		}

		@Bean
		Client client() {
			return (Client) new ProxyFactory(Client.class, (org.aopalliance.intercept.MethodInterceptor) (call) -> null)
				.getProxy();
		}

		@Bean
		String plain() {
			return "plain";
		}

	}

	static class Payments {

		@CircuitBreaker(name = "payments")
		void pay() {
		}

		@CircuitBreaker(name = "payments")
		void refund() {
		}

	}

	@CircuitBreaker(name = "stock")
	static class Stock {

		public void reserve() {
		}

		public void release() {
		}

	}

	interface Client {

		@CircuitBreaker(name = "client")
		void call();

		void other();

	}

}
