package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.config.BreakerConfigs;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that follows the environment where
 * Spring Cloud tells of its changes. Comes after what binds the beans with properties
 * anew, which customizers may read.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class,
		afterName = "org.springframework.cloud.autoconfigure.ConfigurationPropertiesRebinderAutoConfiguration")
@ConditionalOnClass(name = EnvironmentChangeListener.CHANGE)
@ConditionalOnBean(name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnBreakerEnabled
public final class BreakerRefreshAutoConfiguration {

	@Bean
	@Lazy(false)
	EnvironmentChangeListener breakerEnvironmentChangeListener(ApplicationContext context,
			BreakerConfigs breakerConfigs) {
		return new EnvironmentChangeListener(context, breakerConfigs);
	}

}
