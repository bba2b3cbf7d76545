package dev.breaker.spring.autoconfigure;

import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Reports where the auto-configuration of another library has the name of the starter's
 * health contributor. An application that has it itself wants it so.
 */
final class HealthName implements SmartInitializingSingleton {

	static final String INDICATOR = "circuitBreakersHealthIndicator";

	static final String CONTRIBUTOR = "circuitBreakersHealthContributor";

	private static final Logger logger = LoggerFactory.getLogger(HealthName.class);

	private final ConfigurableListableBeanFactory beanFactory;

	HealthName(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String name : List.of(INDICATOR, CONTRIBUTOR)) {
			if (this.beanFactory.containsBeanDefinition(name)) {
				String factory = this.beanFactory.getBeanDefinition(name).getFactoryBeanName();
				Class<?> declaring = (factory != null) ? this.beanFactory.getType(factory, false) : null;
				if (declaring != null) {
					report(name, ClassUtils.getUserClass(declaring));
				}
			}
		}
	}

	private void report(String name, Class<?> declaring) {
		if (declaring != BreakerHealthAutoConfiguration.class
				&& AnnotatedElementUtils.hasAnnotation(declaring, AutoConfiguration.class)) {
			logger.warn(
					"Breaker's health component circuitBreakers is not there, since '{}' of {} has its name."
							+ " Set spring.autoconfigure.exclude={} to have Breaker's in its place",
					name, declaring.getSimpleName(), declaring.getName());
		}
	}

}
