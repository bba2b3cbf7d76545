package dev.breaker.spring.autoconfigure;

import java.util.List;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.http.HttpClientBreakers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is there for HTTP clients, and where.
 */
@ExtendWith(OutputCaptureExtension.class)
class BreakerHttpClientAutoConfigurationTests {

	private static final String WARNING = "No HTTP client is guarded by breaker.http.clients";

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
				BreakerAopAutoConfiguration.class, BreakerHttpClientAutoConfiguration.class,
				BreakerMetricsAutoConfiguration.class, RestClientAutoConfiguration.class,
				RestTemplateAutoConfiguration.class))
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

	@Test
	void breakersAndTheirMetersAreThereFromTheStart() {
		guarded().run((context) -> {
			CircuitBreakerRegistry breakers = context.getBean(CircuitBreakerRegistry.class);
			assertThat(breakers.all()).extracting("name").containsExactly("shop");
			assertThat(breakers.findGroup("partners")).isPresent();
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(meters));
			for (String name : List.of("shop", "partners")) {
				assertThat(meters.get("breaker.calls").tags("name", name, "outcome", "failure").timer().count())
					.isZero();
			}
		});
	}

	@Test
	void anInstanceThatAClientUsesIsNotReportedAsUnused(CapturedOutput output) {
		guarded().withPropertyValues("breaker.instances.shop.minimum-number-of-calls=5")
			.run((context) -> assertThat(output).doesNotContain("No annotation in this context names", WARNING));
	}

	@Test
	void aGroupGoesWithItsContext() {
		CircuitBreakerRegistry[] registry = new CircuitBreakerRegistry[1];
		guarded().run((context) -> registry[0] = context.getBean(CircuitBreakerRegistry.class));
		assertThat(registry[0].findGroup("partners")).isEmpty();
	}

	@Test
	void blockingClientsAloneAreEnough(CapturedOutput output) {
		guarded().withClassLoader(new FilteredClassLoader(WebClientCustomizer.class, WebClient.class))
			.run((context) -> {
				assertThat(context).hasSingleBean(HttpClientBreakers.class)
					.doesNotHaveBean("breakerWebClientCustomizer");
				assertThat(context.getBean(RestTemplateBuilder.class).build().getInterceptors()).hasSize(1);
				assertThat(output).doesNotContain(WARNING);
			});
	}

	@Test
	void reactiveClientsAloneAreEnough() {
		guarded().withClassLoader(new FilteredClassLoader(RestClientCustomizer.class))
			.run((context) -> assertThat(context).hasSingleBean(WebClientCustomizer.class)
				.doesNotHaveBean("breakerRestClientCustomizer"));
	}

	@Test
	void withoutAnyClientLibraryThereIsAWarning(CapturedOutput output) {
		guarded().withClassLoader(new FilteredClassLoader(RestClientCustomizer.class, WebClientCustomizer.class))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(HttpClientBreakers.class);
				assertThat(output).containsOnlyOnce(WARNING).contains("spring-boot-starter-restclient");
			});
	}

	@Test
	void nothingIsThereWhereBreakersAreSwitchedOff() {
		guarded().withPropertyValues("breaker.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(HttpClientBreakers.class);
			assertThat(context.getBean(RestTemplateBuilder.class).build().getInterceptors()).isEmpty();
		});
	}

	private ApplicationContextRunner guarded() {
		return this.contextRunner.withPropertyValues("breaker.http.clients[0].host=inventory",
				"breaker.http.clients[0].breaker=shop", "breaker.http.clients[1].breaker=partners",
				"breaker.http.clients[1].key=host");
	}

}
