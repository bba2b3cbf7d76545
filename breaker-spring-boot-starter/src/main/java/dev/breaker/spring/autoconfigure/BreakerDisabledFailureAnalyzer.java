package dev.breaker.spring.autoconfigure;

import java.lang.reflect.Constructor;
import java.lang.reflect.Member;

import dev.breaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Says that a bean of the starter is missing because {@code breaker.enabled} is false.
 * Comes before Spring Boot's analyzer of missing beans.
 */
@Order(-100)
final class BreakerDisabledFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String STARTER = ClassUtils
		.getPackageName(ClassUtils.getPackageName(BreakerDisabledFailureAnalyzer.class)) + ".";

	private final Environment environment;

	BreakerDisabledFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
		Class<?> type = (cause.getResolvableType() != null) ? cause.getResolvableType().resolve() : null;
		if (type == null || !isOfStarter(type) || OnBreakerEnabledCondition.isEnabled(this.environment)) {
			return null;
		}
		String description = "%s requires a bean of type '%s', and there is none: %s is false%s. Annotated methods run unguarded then, and nothing else of the starter exists."
			.formatted(wanting(rootFailure), type.getName(), OnBreakerEnabledCondition.PROPERTY, place());
		String action = "Inject ObjectProvider<%s> and use it where getIfAvailable() gives one, make the bean conditional on it, or remove %s."
			.formatted(type.getSimpleName(), OnBreakerEnabledCondition.PROPERTY);
		return new FailureAnalysis(description, action, cause);
	}

	private static boolean isOfStarter(Class<?> type) {
		return type == CircuitBreakerRegistry.class || type.getName().startsWith(STARTER);
	}

	private String wanting(Throwable failure) {
		InjectionPoint point = null;
		UnsatisfiedDependencyException unsatisfied = findCause(failure, UnsatisfiedDependencyException.class);
		while (unsatisfied != null) {
			point = unsatisfied.getInjectionPoint();
			unsatisfied = findCause(unsatisfied.getCause(), UnsatisfiedDependencyException.class);
		}
		if (point == null) {
			return "The application";
		}
		Member member = point.getMember();
		return "%s of %s".formatted(
				(member instanceof Constructor<?>) ? "The constructor" : "'" + member.getName() + "'",
				member.getDeclaringClass().getName());
	}

	private String place() {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(OnBreakerEnabledCondition.PROPERTY);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty property = source.getConfigurationProperty(name);
			if (property != null) {
				return (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
			}
		}
		return "";
	}

}
