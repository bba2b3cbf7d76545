package dev.breaker.spring.cloud;

import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Says whose circuit breakers Spring Cloud uses where that is not plain: where the
 * application has a factory of its own, and where Resilience4J's are on the classpath
 * beside Breaker's.
 */
final class FactoryReport implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(FactoryReport.class);

	private static final String RESILIENCE4J = "org.springframework.cloud.circuitbreaker.resilience4j.";

	private final ConfigurableListableBeanFactory beanFactory;

	FactoryReport(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		report(CircuitBreakerFactory.class, BreakerCircuitBreakerFactory.class,
				RESILIENCE4J + "Resilience4JCircuitBreakerFactory");
		report(ReactiveCircuitBreakerFactory.class, ReactiveBreakerCircuitBreakerFactory.class,
				RESILIENCE4J + "ReactiveResilience4JCircuitBreakerFactory");
	}

	private void report(Class<?> kind, Class<?> ours, String nameOfResilience4j) {
		boolean oursIsUsed = false;
		for (String bean : this.beanFactory.getBeanNamesForType(kind, true, false)) {
			Class<?> type = this.beanFactory.getType(bean);
			if (type != null && ours.isAssignableFrom(type)) {
				oursIsUsed = true;
			}
			else {
				logger.info("Bean '{}' is the {} of the application, and Breaker's is not created: {}", bean,
						kind.getSimpleName(), (type != null) ? type.getName() : "of unknown type");
			}
		}
		Class<?> resilience4j = oursIsUsed ? find(nameOfResilience4j) : null;
		if (resilience4j != null) {
			reportUnused(kind, resilience4j);
		}
	}

	private void reportUnused(Class<?> kind, Class<?> resilience4j) {
		Set<String> customizers = new TreeSet<>(Set.of(this.beanFactory
			.getBeanNamesForType(ResolvableType.forClassWithGenerics(Customizer.class, resilience4j), true, false)));
		if (customizers.isEmpty()) {
			logger.info(
					"Breaker's {} is used, and not that of spring-cloud-circuitbreaker-resilience4j, which is on the classpath, too",
					kind.getSimpleName());
		}
		else {
			logger.warn(
					"These customizers have no effect, since Breaker's {} is used, and not that of spring-cloud-circuitbreaker-resilience4j, which is on the classpath, too: {}. Make them customizers of Breaker's, or remove breaker-spring-cloud",
					kind.getSimpleName(), String.join(", ", customizers));
		}
	}

	private @Nullable Class<?> find(String type) {
		ClassLoader classLoader = this.beanFactory.getBeanClassLoader();
		return ClassUtils.isPresent(type, classLoader) ? ClassUtils.resolveClassName(type, classLoader) : null;
	}

}
