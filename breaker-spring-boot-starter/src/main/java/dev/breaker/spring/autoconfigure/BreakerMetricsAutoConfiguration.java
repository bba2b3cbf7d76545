package dev.breaker.spring.autoconfigure;

import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.event.StartupNewsKeeper;
import dev.breaker.spring.metrics.BreakerMetrics;
import dev.breaker.spring.metrics.KeyedBreakerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link BreakerMetrics}.
 */
@AutoConfiguration(after = { BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(value = MeterRegistry.class, name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnBreakerEnabled
@ConditionalOnSwitch("breaker.metrics.enabled")
public final class BreakerMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingPart
	BreakerMetrics breakerMetrics(CircuitBreakerRegistry registry, BreakerConfigs breakerConfigs,
			ObjectProvider<GuardedMethodRegistry> guardedMethods, StartupNewsKeeper breakerStartupNews) {
		return new BreakerMetrics(registry,
				() -> Stream
					.concat(guardedMethods.stream().flatMap((methods) -> methods.breakerNames().stream()),
							breakerConfigs.httpClientBreakers().stream())
					.collect(Collectors.toSet()),
				breakerStartupNews.of(registry));
	}

	@Bean
	@ConditionalOnMissingPart
	@ConditionalOnBean(GuardedMethodRegistry.class)
	KeyedBreakerMetrics breakerKeyedMetrics(CircuitBreakerRegistry registry) {
		return new KeyedBreakerMetrics(registry);
	}

	@Bean
	@ConditionalOnInherited(BreakerMetrics.class)
	SharedMeters breakerSharedMeters(BreakerMetrics metrics, @Nullable KeyedBreakerMetrics keyedMetrics,
			ObjectProvider<GuardedMethodRegistry> guardedMethods, BreakerConfigs breakerConfigs,
			ListableBeanFactory beanFactory) {
		return new SharedMeters(metrics, keyedMetrics, guardedMethods, breakerConfigs, beanFactory);
	}

}
