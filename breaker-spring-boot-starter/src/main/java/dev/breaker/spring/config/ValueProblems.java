package dev.breaker.spring.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.core.NestedExceptionUtils;

/**
 * Words what is wrong with a value that is not of the type of its property.
 */
final class ValueProblems {

	private final Sources sources;

	private final ClassNames classNames;

	ValueProblems(Sources sources, ClassNames classNames) {
		this.sources = sources;
		this.classNames = classNames;
	}

	Problem of(BoundProperty property, BindException failure) {
		ConfigurationProperty found = failure.getProperty();
		String key = Level.written((found != null) ? found.getName() : failure.getName());
		String value = (found != null) ? this.sources.text(found) : "";
		Class<?> type = property.type().resolve(Object.class);
		Class<?> wantedClass = ValueCheck.wanted(property.type());
		String rule = ((wantedClass != null) ? "must be the name of a " + wantedClass.getName() + " class"
				: rule(type, failure)) + (property.acceptsNone() ? ", or none" : "");
		String reason = (wantedClass != null) ? rule + ": " + classProblem(failure) : rule;
		String nearest = (wantedClass != null) ? this.classNames.nearest(value, wantedClass)
				: nearestConstant(value, type);
		String remedy = (nearest != null)
				? "Instead of \"%s\" for \"%s\": did you mean \"%s\"?".formatted(value, key, nearest)
				: "Change \"%s\": it %s.".formatted(key, rule);
		return new Problem(key, (found != null) ? found.getValue() : null, (found != null) ? found.getOrigin() : null,
				reason, remedy);
	}

	private static String classProblem(BindException failure) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		return (cause instanceof ClassNotFoundException) ? "there is no class " + cause.getMessage()
				: String.valueOf(cause.getMessage());
	}

	private static String rule(Class<?> type, BindException failure) {
		if (type.isEnum()) {
			return "must be one of " + String.join(", ", constants(type));
		}
		if (type == Duration.class) {
			return "must be a duration such as 500ms, 5s or PT5S (a bare number is milliseconds)";
		}
		if (type == Integer.class) {
			return "must be a whole number";
		}
		if (type == Double.class) {
			return "must be a number";
		}
		return "must be a " + type.getName() + ": " + NestedExceptionUtils.getMostSpecificCause(failure).getMessage();
	}

	private static @Nullable String nearestConstant(String value, Class<?> type) {
		return type.isEnum() ? Nearest.of(value, constants(type)) : null;
	}

	private static List<String> constants(Class<?> type) {
		return Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
	}

}
