package dev.breaker.spring.cloud;

import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEndpointAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerMetricsAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JCircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.ConfigBuilder;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class BreakerSpringCloudAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerSpringCloudAutoConfiguration.class));

	private static final String RESILIENCE4J = "org.springframework.cloud.circuitbreaker.resilience4j";

	private static final String THEIRS = "spring-cloud-circuitbreaker-resilience4j, which is on the classpath, too";

	@Test
	void theFactoryIsThereAndNothingIsSaid(CapturedOutput output) {
		this.runner.withClassLoader(new FilteredClassLoader(RESILIENCE4J))
			.run((context) -> assertThat(context).hasSingleBean(CircuitBreakerFactory.class)
				.hasSingleBean(BreakerCircuitBreakerFactory.class));
		assertThat(output).doesNotContain("CircuitBreakerFactory");
	}

	@Test
	void customizersAreAppliedInTheirOrder() {
		this.runner.withUserConfiguration(Customizers.class).run((context) -> {
			context.getBean(CircuitBreakerFactory.class).create("pay");
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("pay").config().slidingWindowSize())
				.isEqualTo(42);
			assertThat(context.getBean(Customizers.class).applied).containsExactly("first", "second");
		});
	}

	@Test
	void besideResilience4jItIsSaidWhoseFactoryIsUsed(CapturedOutput output) {
		this.runner.withConfiguration(AutoConfigurations.of(BreakerReactiveSpringCloudAutoConfiguration.class))
			.run((context) -> assertThat(output)
				.containsOnlyOnce("Breaker's CircuitBreakerFactory is used, and not that of " + THEIRS)
				.containsOnlyOnce("Breaker's ReactiveCircuitBreakerFactory is used, and not that of " + THEIRS)
				.doesNotContain("These customizers have no effect"));
	}

	@Test
	void customizersOfResilience4jAreNamedAsWithoutEffect(CapturedOutput output) {
		this.runner.withConfiguration(AutoConfigurations.of(BreakerReactiveSpringCloudAutoConfiguration.class))
			.withUserConfiguration(OthersCustomizers.class)
			.run((context) -> {
				assertThat(output)
					.containsOnlyOnce(
							"These customizers have no effect, since Breaker's CircuitBreakerFactory is used, "
									+ "and not that of " + THEIRS + ": fast, slow. Make them customizers of Breaker's")
					.containsOnlyOnce("Breaker's ReactiveCircuitBreakerFactory is used, and not that of " + THEIRS);
				assertThat(context.getBean(OthersCustomizers.class).applied).isEmpty();
			});
	}

	@Test
	void aFactoryOfTheApplicationMayBeOneOfBreakers(CapturedOutput output) {
		this.runner.withConfiguration(AutoConfigurations.of(BreakerReactiveSpringCloudAutoConfiguration.class))
			.withUserConfiguration(OwnFactories.class)
			.withPropertyValues("breaker.instances.pay.sliding-window-size=42")
			.run((context) -> {
				assertThat(context).hasSingleBean(CircuitBreakerFactory.class)
					.hasSingleBean(ReactiveCircuitBreakerFactory.class)
					.hasBean("blocking")
					.hasBean("reactive");
				context.getBean(CircuitBreakerFactory.class).create("pay").run(() -> "paid");
				context.getBean(ReactiveCircuitBreakerFactory.class).create("pay").run(Mono.just("paid")).block();
				dev.breaker.CircuitBreaker pay = context.getBean(CircuitBreakerRegistry.class)
					.find("pay")
					.orElseThrow();
				assertThat(pay.config().slidingWindowSize()).isEqualTo(42);
				assertThat(pay.snapshot().successfulCallsTotal()).isEqualTo(2);
				assertThat(output).doesNotContain("of the application, and Breaker's is not created");
			});
	}

	@Test
	void aFactoryOfTheApplicationIsUsedAndNamed(CapturedOutput output) {
		this.runner.withBean("mine", OtherFactory.class).run((context) -> {
			assertThat(context).hasSingleBean(CircuitBreakerFactory.class)
				.doesNotHaveBean(BreakerCircuitBreakerFactory.class);
			assertThat(output).contains("Bean 'mine' is the CircuitBreakerFactory of the application")
				.contains(OtherFactory.class.getName());
		});
	}

	@Test
	void whereBreakersAreDisabledCallsPassAndAreNotRecorded() {
		this.runner
			.withPropertyValues("breaker.enabled=false", "breaker.configs.default.consecutive-failure-threshold=1")
			.withUserConfiguration(Customizers.class)
			.run((context) -> {
				assertThat(context).doesNotHaveBean(CircuitBreakerRegistry.class);
				CircuitBreaker breaker = context.getBean(CircuitBreakerFactory.class).create("pay", "shop");
				for (int i = 0; i < 100; i++) {
					assertThat(breaker.<String>run(() -> {
						throw new IllegalStateException("down");
					}, Throwable::getMessage)).isEqualTo("down");
				}
				assertThat(breaker).hasToString("CircuitBreaker[pay, DISABLED]");
			});
	}

	@Test
	void anInstanceThatOnlySpringCloudRequestsIsNoMistake(CapturedOutput output) {
		this.runner.withConfiguration(AutoConfigurations.of(BreakerAopAutoConfiguration.class))
			.withBean(Annotated.class)
			.withPropertyValues("breaker.instances[Client#pay(String)].sliding-window-size=42")
			.run((context) -> assertThat(output.toString().lines().filter((line) -> line.contains("No annotation")))
				.singleElement()
				.asString()
				.contains(" INFO ", "Client#pay(String)"));
	}

	@Test
	void nothingIsThereWithoutSpringCloud() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.cloud"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(FactoryReport.class));
	}

	@Test
	void metersEndpointsAndEventsHaveTheBreakers() {
		this.runner
			.withConfiguration(AutoConfigurations.of(BreakerMetricsAutoConfiguration.class,
					BreakerEndpointAutoConfiguration.class, MetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("management.endpoints.web.exposure.include=*")
			.run((context) -> {
				context.getBean(CircuitBreakerFactory.class).create("Client#pay(String)").run(() -> "paid");
				context.getBean(CircuitBreakerRegistry.class).get("Client#pay(String)").forceOpen();
				assertThat(context.getBean(MeterRegistry.class)
					.get("breaker.calls")
					.tags("name", "Client#pay(String)", "outcome", "success")
					.timer()
					.count()).isOne();
				assertThat(context.getBean(CircuitBreakersEndpoint.class).circuitBreakers().circuitBreakers())
					.containsKey("Client#pay(String)");
				assertThat(context.getBean(CircuitBreakerEventsEndpoint.class).eventsOf("Client#pay(String)").events())
					.hasSize(1);
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		final List<String> applied = new ArrayList<>();

		@Bean
		@Order(2)
		Customizer<BreakerCircuitBreakerFactory> second() {
			return (factory) -> {
				this.applied.add("second");
				factory.configure((builder) -> builder.config().slidingWindowSize(42), "pay");
			};
		}

		@Bean
		@Order(1)
		Customizer<BreakerCircuitBreakerFactory> first() {
			return (factory) -> {
				this.applied.add("first");
				factory.configure((builder) -> builder.config().slidingWindowSize(41), "pay");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OthersCustomizers {

		final List<String> applied = new ArrayList<>();

		@Bean
		Customizer<Resilience4JCircuitBreakerFactory> slow() {
			return (factory) -> this.applied.add("slow");
		}

		@Bean
		Customizer<Resilience4JCircuitBreakerFactory> fast() {
			return (factory) -> this.applied.add("fast");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFactories {

		@Bean
		BreakerCircuitBreakerFactory blocking(CircuitBreakerRegistry registry, BreakerConfigs configs) {
			return new BreakerCircuitBreakerFactory(registry, configs);
		}

		@Bean
		ReactiveBreakerCircuitBreakerFactory reactive(CircuitBreakerRegistry registry, BreakerConfigs configs) {
			return new ReactiveBreakerCircuitBreakerFactory(registry, configs);
		}

	}

	static class Annotated {

		@dev.breaker.annotation.CircuitBreaker(name = "annotated")
		void call() {
		}

	}

	static class OtherFactory extends CircuitBreakerFactory<String, ConfigBuilder<String>> {

		@Override
		public CircuitBreaker create(String id) {
			throw new UnsupportedOperationException();
		}

		@Override
		protected ConfigBuilder<String> configBuilder(String id) {
			return () -> id;
		}

		@Override
		public void configureDefault(java.util.function.Function<String, String> defaultConfiguration) {
			throw new UnsupportedOperationException();
		}

	}

}
