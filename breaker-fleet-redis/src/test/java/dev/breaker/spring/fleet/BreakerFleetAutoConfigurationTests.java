package dev.breaker.spring.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.List;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.FleetAccess;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerDisabledAutoConfiguration;
import dev.breaker.spring.config.ClusterQuorum;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When there is a fleet, and what there is of it.
 */
class BreakerFleetAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerDisabledAutoConfiguration.class,
				DataRedisAutoConfiguration.class, BreakerFleetAutoConfiguration.class))
		.withPropertyValues("breaker.instances.payments.failure-rate-threshold=50",
				"spring.data.redis.port=" + LocalRedis.freePort(), "breaker.cluster.join-timeout=0s");

	private final ApplicationContextRunner enabled = this.runner.withPropertyValues("breaker.cluster.enabled=true");

	@Test
	void moduleThatIsNotEnabledDoesNothing() throws IOException {
		try (ServerSocket store = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			this.runner.withPropertyValues("spring.data.redis.port=" + store.getLocalPort()).run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(FleetAccess.class);
				assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.contains("Fleet"));
			});
			this.runner.withPropertyValues("breaker.cluster.enabled=false")
				.run((context) -> assertThat(context).doesNotHaveBean(BreakerFleet.class));
			// A connection would wait to be accepted.
			assertThat(isAskedFor(store, 1)).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "TRUE", "on", "yes" })
	void fleetIsEnabledByWhatSpringBootReadsAsTrue(String value) {
		this.runner.withPropertyValues("breaker.cluster.enabled=" + value)
			.run((context) -> assertThat(context).hasSingleBean(BreakerFleet.class));
	}

	@Test
	void valueThatIsNoBooleanStopsTheApplication() {
		this.runner.withPropertyValues("breaker.cluster.enabled=maybe")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessage("\"breaker.cluster.enabled\" must be true or false"));
	}

	@Test
	void fleetConnectsToTheRedisOfTheApplication() throws IOException {
		try (ServerSocket store = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			this.enabled.withPropertyValues("spring.data.redis.port=" + store.getLocalPort()).run((context) -> {
				assertThat(context).hasSingleBean(FleetAccess.class);
				assertThat(isAskedFor(store, 30_000)).isTrue();
			});
		}
	}

	private static boolean isAskedFor(ServerSocket store, int patience) {
		try {
			store.setSoTimeout(patience);
			store.accept().close();
			return true;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void thereIsNoFleetWhereThereAreNoBreakers() {
		this.enabled.withPropertyValues("breaker.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(BreakerFleet.class)
				.doesNotHaveBean(CircuitBreakerRegistry.class));
	}

	@Test
	void fleetNeedsNoActuator() {
		this.enabled
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate",
					"org.springframework.boot.health", "io.micrometer", "org.springframework.boot.micrometer"))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(BreakerFleet.class);
				assertThat(context).doesNotHaveBean("breakerFleetMetrics")
					.doesNotHaveBean("breakerFleetHealthIndicator");
				assertThat(context.getBean(FleetAccess.class).shares("payments")).isTrue();
			});
	}

	@Test
	void healthCanBeSwitchedOffAndReplaced() {
		this.enabled.run((context) -> assertThat(context).hasSingleBean(FleetHealthIndicator.class));
		this.enabled.withPropertyValues("management.health.breakerfleet.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(FleetHealthIndicator.class));
		this.enabled.withBean("breakerFleetHealthIndicator", String.class, () -> "the application's own")
			.run((context) -> assertThat(context).doesNotHaveBean(FleetHealthIndicator.class));
		this.enabled.withClassLoader(new FilteredClassLoader(ConditionalOnEnabledHealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("breakerFleetHealthIndicator"));
	}

	@Test
	void metersAreThoseOfTheDocumentation() {
		this.enabled.run((context) -> assertThat(context).doesNotHaveBean(FleetMetrics.class));
		ApplicationContextRunner measured = this.enabled.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
		measured.withPropertyValues("breaker.metrics.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(FleetMetrics.class));
		measured.withPropertyValues("breaker.metrics.enabled=on")
			.run((context) -> assertThat(context).hasSingleBean(FleetMetrics.class));
		measured.run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			context.getBean(FleetMetrics.class).bindTo(meters);
			assertThat(meters.getMeters()).extracting(Meter::getId)
				.extracting(Meter.Id::getName)
				.containsExactlyInAnyOrderElementsOf(Documentation.metersOfAFleet());
			assertThat(meters.get("breaker.cluster.connected").gauge().value()).isZero();
			context.getBean(BreakerFleet.class).stop();
			assertThat(meters.get("breaker.cluster.connected").gauge().value()).isNaN();
			assertThat(meters.get("breaker.cluster.nodes").gauge().value()).isNaN();
			assertThat(meters.get("breaker.cluster.lag").timeGauge().value()).isNaN();
		});
	}

	@Test
	void registryOfTheApplicationIsSharedToo() {
		this.enabled.withUserConfiguration(OwnRegistry.class)
			.run((context) -> assertThat(context.getBean(FleetAccess.class).shares("payments")).isTrue());
	}

	@Test
	void redisThatNeedsABreakerIsJoinedWhenAllBeansAreThere() {
		this.enabled.withUserConfiguration(GuardedRedis.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(BreakerFleet.class).status()).isNotNull();
			assertThat(context.getBean(FleetAccess.class).shares("payments")).isTrue();
		});
	}

	@Test
	void contextThatDoesNotStartLeavesTheFleet() {
		this.enabled.withUserConfiguration(Failing.class)
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessage("joined: true"));
		Instance.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("breaker-fleet")));
	}

	@Test
	void fleetWithoutAConnectionIsRefused() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerFleetAutoConfiguration.class))
			.withPropertyValues("breaker.cluster.enabled=true")
			.run((context) -> assertThat(analysis(context.getStartupFailure()))
				.contains("breaker.cluster.enabled is true, and no single bean connects to the Redis of the fleet")
				.contains("mark one of several @Primary, or set breaker.cluster.enabled to false."));
		this.enabled.withUserConfiguration(TwoRedis.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure()))
				.contains("no single bean connects to the Redis of the fleet", "one", "other"));
	}

	@Test
	void connectionThatIsNotLettucesIsRefused() {
		this.enabled.withUserConfiguration(OtherClient.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure()))
				.contains("but the bean that connects to Redis is a " + ForeignFactory.class.getName() + ".")
				.contains("Set spring.data.redis.client-type to lettuce, define a LettuceConnectionFactory,"));
		this.enabled.withUserConfiguration(OtherClient.class)
			.withClassLoader(new FilteredClassLoader(RedisClient.class))
			.run((context) -> assertThat(analysis(context.getStartupFailure()))
				.contains("circuit breakers are shared through Lettuce, which is not on the class path.")
				.contains("Add spring-boot-starter-data-redis without excluding io.lettuce:lettuce-core,"));
	}

	@Test
	void nameOfTheApplicationThatCannotBeTheFleetsIsRefused() {
		this.enabled.withPropertyValues("spring.application.name={shop}")
			.run((context) -> assertThat(analysis(context.getStartupFailure()))
				.contains("spring.application.name is '{shop}', with braces")
				.contains("Set breaker.cluster.namespace to a name without braces."));
		this.enabled.withPropertyValues("spring.application.name={shop}", "breaker.cluster.namespace=shop")
			.run((context) -> assertThat(context.getBean(BreakerFleet.class).details()).containsEntry("namespace",
					"shop"));
		this.enabled.run((context) -> assertThat(context.getBean(BreakerFleet.class).details())
			.containsEntry("namespace", "breaker"));
	}

	private static String analysis(Throwable failure) {
		FailureAnalysis analysis = new FleetSetupFailureAnalyzer().analyze(failure);
		assertThat(analysis).isNotNull();
		return analysis.getDescription() + "\n" + analysis.getAction();
	}

	@Test
	void childSharesTheFleetOfItsParent() {
		this.enabled.run((parent) -> this.enabled.withParent(parent).run((child) -> {
			assertThat(child).hasNotFailed();
			assertThat(child.getBean(CircuitBreakerRegistry.class))
				.isSameAs(parent.getBean(CircuitBreakerRegistry.class));
			assertThat(child.containsLocalBean("breakerFleet")).isFalse();
			assertThat(child.getBean(FleetAccess.class)).isSameAs(parent.getBean(FleetAccess.class));
		}));
	}

	@Test
	void fleetIsProcessedAheadOfTime() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues.of("breaker.cluster.enabled=true", "breaker.cluster.quorum=30%").applyTo(context);
			context.register(Processed.class);
			DefaultGenerationContext generated = new DefaultGenerationContext(
					new ClassNameGenerator(ClassName.get("dev.breaker.spring.fleet", "Application")),
					new InMemoryGeneratedFiles());
			new ApplicationContextAotGenerator().processAheadOfTime(context, generated);
			for (String script : List.of("exchange", "view", "versions")) {
				assertThat(RuntimeHintsPredicates.resource().forResource("dev/breaker/fleet/redis/" + script + ".lua"))
					.as(script)
					.accepts(generated.getRuntimeHints());
			}
			assertThat(RuntimeHintsPredicates.reflection()
				.onType(ClusterQuorum.class)
				.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(generated.getRuntimeHints());
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ BreakerAutoConfiguration.class, DataRedisAutoConfiguration.class,
			BreakerFleetAutoConfiguration.class })
	static class Processed {

	}

	@Configuration(proxyBeanMethods = false)
	static class Failing {

		@Bean
		String failing(CircuitBreakerRegistry registry, FleetAccess fleet) {
			throw new IllegalStateException(
					"joined: " + (registry.find("payments").isPresent() && fleet.shares("payments")));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry {

		@Bean
		CircuitBreakerRegistry registry() {
			return CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class GuardedRedis {

		@Bean
		LettuceConnectionFactory redisConnectionFactory(CircuitBreakerRegistry registry) {
			registry.get("passwords").run(() -> {
			});
			return new LettuceConnectionFactory("127.0.0.1", LocalRedis.freePort());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoRedis {

		@Bean
		LettuceConnectionFactory one() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

		@Bean
		LettuceConnectionFactory other() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherClient {

		@Bean
		RedisConnectionFactory redisConnectionFactory() {
			return new ForeignFactory();
		}

	}

	/** Connects with another client library. */
	static final class ForeignFactory implements RedisConnectionFactory {

		@Override
		public RedisConnection getConnection() {
			throw new IllegalStateException("No connection is asked for");
		}

		@Override
		public RedisClusterConnection getClusterConnection() {
			throw new IllegalStateException("No connection is asked for");
		}

		@Override
		public boolean getConvertPipelineAndTxResults() {
			return true;
		}

		@Override
		public RedisSentinelConnection getSentinelConnection() {
			throw new IllegalStateException("No connection is asked for");
		}

		@Override
		public DataAccessException translateExceptionIfPossible(RuntimeException ex) {
			return new InvalidDataAccessApiUsageException("Not translated", ex);
		}

	}

}
