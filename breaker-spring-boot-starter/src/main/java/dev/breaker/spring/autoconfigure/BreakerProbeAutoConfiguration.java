package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.probe.DarkProbes;
import dev.breaker.spring.probe.ProbeFinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.task.SimpleAsyncTaskSchedulerBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of dark probes. They have a
 * scheduler of their own, which Spring Boot's builder makes as the application's, on
 * virtual threads where these are on: a probe that hangs keeps no scheduled task waiting,
 * and none of those keeps a probe waiting.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnBean(name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnBreakerEnabled
public final class BreakerProbeAutoConfiguration {

	@Bean
	DarkProbes breakerDarkProbes(CircuitBreakerRegistry registry, BreakerConfigs breakerConfigs,
			ConfigurableListableBeanFactory beanFactory, ObjectProvider<SimpleAsyncTaskSchedulerBuilder> builders) {
		DarkProbes inherited = Hierarchy.inherited(beanFactory, DarkProbes.class);
		DarkProbes probes = new DarkProbes(registry, new ProbeFinder(beanFactory), () -> scheduler(builders),
				inherited);
		breakerConfigs.addChangeListener(probes::lookAtAll);
		if (inherited != null) {
			breakerConfigs.addChangeListener(inherited::lookAtAll);
		}
		return probes;
	}

	private static SimpleAsyncTaskScheduler scheduler(ObjectProvider<SimpleAsyncTaskSchedulerBuilder> builders) {
		SimpleAsyncTaskScheduler scheduler = builders.getIfUnique(SimpleAsyncTaskSchedulerBuilder::new)
			.threadNamePrefix("breaker-probe-")
			.concurrencyLimit(SimpleAsyncTaskScheduler.UNBOUNDED_CONCURRENCY)
			.build();
		scheduler.setDaemon(true);
		return scheduler;
	}

}
