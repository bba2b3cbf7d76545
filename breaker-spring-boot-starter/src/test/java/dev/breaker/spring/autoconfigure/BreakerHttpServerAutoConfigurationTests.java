package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.metrics.RejectedRequestMetrics;
import dev.breaker.spring.web.RejectingWebFilter;
import dev.breaker.spring.web.RequestRejector;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is there for requests that are rejected in advance, and where.
 */
@ExtendWith(OutputCaptureExtension.class)
class BreakerHttpServerAutoConfigurationTests {

	private static final String CONFIGURER = "breakerRejectingWebMvcConfigurer";

	private static final String[] ENTRY = { "breaker.http.server.reject[0].paths=/orders/**",
			"breaker.http.server.reject[0].breaker=payments", "breaker.instances.payments.sliding-window-size=10" };

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(BreakerAutoConfiguration.class,
			BreakerHttpServerAutoConfiguration.class, BreakerMetricsAutoConfiguration.class);

	private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS)
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

	private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS)
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

	@Test
	void withoutEntriesThereIsNothing() {
		this.servlet.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(CONFIGURER)
			.doesNotHaveBean(RequestRejector.class)
			.doesNotHaveBean(RejectedRequestMetrics.class));
		this.reactive.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(RejectingWebFilter.class)
			.doesNotHaveBean(RequestRejector.class));
	}

	@Test
	void eachKindOfServerHasItsOwn(CapturedOutput output) {
		this.servlet.withPropertyValues(ENTRY)
			.run((context) -> assertThat(context).hasBean(CONFIGURER)
				.doesNotHaveBean(RejectingWebFilter.class)
				.hasSingleBean(RejectedRequestMetrics.class));
		this.reactive.withPropertyValues(ENTRY)
			.run((context) -> assertThat(context).hasSingleBean(RejectingWebFilter.class)
				.doesNotHaveBean(CONFIGURER)
				.hasSingleBean(RejectedRequestMetrics.class));
		assertThat(output).doesNotContain("breaker.http.server.reject");
	}

	@Test
	void switchedOffThereIsNothing() {
		this.servlet.withPropertyValues(ENTRY)
			.withPropertyValues("breaker.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestRejector.class));
	}

	@Test
	void withoutAServerThereIsAWarning(CapturedOutput output) {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withPropertyValues(ENTRY)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestRejector.class));
		assertThat(output).containsOnlyOnce("No request is answered by breaker.http.server.reject");
	}

	@Test
	void aNameThatNoBreakerHasIsAWarning(CapturedOutput output) {
		this.servlet.withPropertyValues(ENTRY)
			.withPropertyValues("breaker.http.server.reject[0].breaker=paymnets")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(CircuitBreakerRegistry.class).find("paymnets")).isEmpty();
			});
		assertThat(output).containsOnlyOnce("No circuit breakers exist for these names in breaker.http.server.reject")
			.contains("paymnets (did you mean 'payments'?)");
	}

	@Test
	void theNameOfAKeyThatComesLaterIsNoWarning(CapturedOutput output) {
		this.servlet.withPropertyValues(ENTRY)
			.withPropertyValues("breaker.http.server.reject[0].breaker=stores:lyon")
			.withInitializer((context) -> context.getBeanFactory().addBeanPostProcessor(new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					if (bean instanceof CircuitBreakerRegistry registry) {
						registry.group("stores", registry.defaults(), 10);
					}
					return bean;
				}

			}))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("breaker.http.server.reject");
	}

}
