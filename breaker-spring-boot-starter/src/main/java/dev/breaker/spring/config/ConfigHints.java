package dev.breaker.spring.config;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpHostPattern;
import dev.breaker.spring.http.HttpPathPattern;
import dev.breaker.spring.http.HttpServerEntry;
import dev.breaker.spring.http.HttpStatusPattern;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * Tells a native image what the reading of the configuration finds by reflection: the
 * properties themselves, and the exceptions and predicates that properties name by class
 * while the image is built; and the classes that the starter looks up by their names to
 * find out which libraries are there.
 */
final class ConfigHints implements BeanFactoryInitializationAotProcessor {

	private static final List<String> LOOKED_UP = List.of("dev.breaker.spring.aspectj.CircuitBreakerAspect",
			"dev.breaker.spring.cloud.BreakerCircuitBreakerFactory", "feign.FeignException",
			"io.github.resilience4j.circuitbreaker.CircuitBreaker", "io.github.resilience4j.core.Registry",
			"jakarta.servlet.ServletRequest", "kotlinx.coroutines.reactor.MonoKt",
			"org.springframework.boot.health.contributor.HealthContributor",
			"org.springframework.boot.health.registry.HealthContributorRegistry", "org.springframework.http.HttpEntity",
			"org.springframework.http.ResponseEntity", "org.springframework.web.context.request.async.DeferredResult",
			"org.springframework.web.reactive.function.client.ClientResponse", "reactor.core.publisher.Mono");

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.getBeanNamesForType(BreakerConfigs.class, true, false).length == 0) {
			return null;
		}
		Environment environment = beanFactory.getBean(ConfigurableApplicationContext.ENVIRONMENT_BEAN_NAME,
				Environment.class);
		Set<Class<?>> classes = namedClasses(environment, beanFactory);
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		return (context, code) -> {
			ReflectionHints hints = context.getRuntimeHints().reflection();
			register(hints, classes);
			LOOKED_UP.forEach((type) -> hints.registerTypeIfPresent(classLoader, type, (hint) -> {
			}));
		};
	}

	private static Set<Class<?>> namedClasses(Environment environment, ConfigurableListableBeanFactory beanFactory) {
		// The start tells of what cannot be used
		ConfigProblems problems = new ConfigProblems();
		BreakerPropertySources sources = new BreakerPropertySources(environment, beanFactory.getBeanClassLoader());
		ValueReader values = new ValueReader(sources, new PredicateResolver(beanFactory),
				new SimilarClassNames(beanFactory.getBeanClassLoader(), List.of()), problems);
		Set<Class<?>> classes = new LinkedHashSet<>();
		for (Level level : ConfigKeyScanner.read(sources, problems).all()) {
			for (PropertyDefinition property : PropertyDefinition.OF_BREAKER) {
				ValueReader.Said said = (property.elementType() == Class.class)
						? values.read(property, level.key(property)) : null;
				if (said != null) {
					add(said.value(), classes);
				}
			}
		}
		return classes;
	}

	private static void add(@Nullable Object value, Set<Class<?>> classes) {
		if (value instanceof Collection<?> values) {
			values.forEach((each) -> add(each, classes));
		}
		else if (value instanceof Class<?> type) {
			classes.add(type);
		}
	}

	private static void register(ReflectionHints hints, Set<Class<?>> classes) {
		hints.registerType(CircuitBreakerConfig.Builder.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		// A change at run time is told by the accessors
		hints.registerType(CircuitBreakerConfig.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		registerProperties(hints, CircuitBreakerProperties.class);
		registerProperties(hints, BreakerProperties.class);
		registerProperties(hints, HttpClientEntry.class);
		registerProperties(hints, HttpServerEntry.class);
		// Values of these are made of text by the method that the class has for it
		for (Class<?> type : List.of(HttpHostPattern.class, HttpPathPattern.class, HttpStatusPattern.class,
				ClusterQuorum.class)) {
			hints.registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
		for (Class<?> type : classes) {
			if (Throwable.class.isAssignableFrom(type)) {
				hints.registerType(type);
			}
			else {
				hints.registerType(type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS);
			}
		}
	}

	/** A component of a record is a property, or a record of others. */
	private static void registerProperties(ReflectionHints hints, Class<?> type) {
		hints.registerType(type);
		for (Class<?> inner : type.getDeclaredClasses()) {
			hints.registerType(inner);
		}
	}

}
