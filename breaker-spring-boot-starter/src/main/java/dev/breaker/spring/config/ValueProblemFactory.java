package dev.breaker.spring.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.breaker.spring.http.HttpHostPattern;
import dev.breaker.spring.http.HttpPathPattern;
import dev.breaker.spring.http.HttpStatusPattern;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.origin.Origin;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Describes the problem of a value that is not of the type of its property.
 */
final class ValueProblemFactory {

	/** What values must be that stand for several, by their type. */
	private static final Map<Class<?>, String> OF_PATTERNS = Map.of(HttpStatusPattern.class,
			HttpStatusPattern.REQUIREMENT, HttpHostPattern.class, HttpHostPattern.REQUIREMENT, HttpPathPattern.class,
			HttpPathPattern.REQUIREMENT, ClusterQuorum.class, ClusterQuorum.REQUIREMENT);

	private final BreakerPropertySources sources;

	private final PredicateResolver predicates;

	private final SimilarClassNames classNames;

	ValueProblemFactory(BreakerPropertySources sources, PredicateResolver predicates, SimilarClassNames classNames) {
		this.sources = sources;
		this.predicates = predicates;
		this.classNames = classNames;
	}

	/**
	 * Of what binding has refused.
	 * @param written what is there, where that is no list written element by element: not
	 * every failure says so
	 */
	ConfigProblem of(PropertyDefinition property, @Nullable ConfigurationProperty written, BindException failure) {
		ConfigurationProperty found = (failure.getProperty() != null) ? failure.getProperty() : written;
		return (found != null)
				? of(property, Level.written(found.getName()), this.sources.text(found), found.getValue(),
						found.getOrigin(), failure)
				: of(property, Level.written(failure.getName()), "", null, null, failure);
	}

	/** Of an element of a list, or of one of several between commas. */
	ConfigProblem ofElement(PropertyDefinition property, ConfigurationProperty written, Object element,
			BindException failure) {
		return of(property, Level.written(written.getName()), element.toString(),
				written.getName().isLastElementIndexed() ? written.getValue() : element, written.getOrigin(), failure);
	}

	/** Of a text that conversion would take for a number, and no one writes so. */
	ConfigProblem number(PropertyDefinition property, ConfigurationProperty written) {
		String key = Level.written(written.getName());
		String rule = rule(property.elementType(), "") + " in decimal digits, such as "
				+ ((property.elementType() == Double.class) ? "2.5" : "20")
				+ (property.acceptsNone() ? ", or none" : "");
		return ConfigProblem.with(written, rule, "Change \"%s\": it %s.".formatted(key, rule));
	}

	/** Of {@code none} among the elements of a list. */
	private static ConfigProblem noneInList(String key, @Nullable Object value, @Nullable Origin origin) {
		String list = key.replaceFirst("\\[[0-9]+]$", "");
		return new ConfigProblem(key, value, origin, "is none in a list: none stands alone, in place of a list",
				"Write \"%s: none\" for no element at all, or remove none from the list.".formatted(list));
	}

	private ConfigProblem of(PropertyDefinition property, String key, String text, @Nullable Object value,
			@Nullable Origin origin, BindException failure) {
		if (property.isList() && property.acceptsNone() && BreakerPropertySources.isNone(text)) {
			return noneInList(key, value, origin);
		}
		Class<?> type = property.elementType();
		Class<?> wantedClass = ValueCheck.wanted(property.type());
		String rule = ((wantedClass != null) ? "must be the name of a " + wantedClass.getName() + " class"
				: rule(type, text)) + (property.acceptsNone() ? ", or none" : "");
		String reason = (wantedClass != null) ? rule + ": " + classProblem(failure) : rule;
		String nearest = (wantedClass != null)
				? this.classNames.nearest(text, wantedClass, (candidate) -> isUsable(property, candidate))
				: nearestConstant(text, type);
		String remedy = (nearest != null)
				? "Instead of \"%s\" for \"%s\": did you mean \"%s\"?".formatted(text, key, nearest)
				: "Change \"%s\": it %s.".formatted(key, rule)
						+ ((type == HttpStatusPattern.class) ? " " + HttpStatusPattern.BOUNDS : "");
		return new ConfigProblem(key, value, origin, reason, remedy);
	}

	private boolean isUsable(PropertyDefinition property, Class<?> candidate) {
		return property.isList() || this.predicates.fits(property.name(), candidate);
	}

	private static String classProblem(BindException failure) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		return (cause instanceof ClassNotFoundException) ? "there is no class " + cause.getMessage()
				: String.valueOf(cause.getMessage());
	}

	/** Of the name of a breaker with a blank at an end, which no breaker has. */
	ConfigProblem padded(ConfigurationProperty written, String text) {
		return ConfigProblem.with(written, "begins or ends with a blank",
				"Write \"%s\" for \"%s\".".formatted(text, Level.written(written.getName())));
	}

	/** Of a value that is there, and says nothing. */
	ConfigProblem empty(PropertyDefinition property, ConfigurationProperty written) {
		String key = Level.written(written.getName());
		String none = property.acceptsNone() ? ", or \"none\" to switch it off" : "";
		return ConfigProblem.with(written, "is empty", property.isList()
				? "Remove \"%s\", or give it elements: a list without any is written [ ]%s.".formatted(key,
						property.acceptsNone() ? ", or \"none\"" : "")
				: "Remove \"%s\", or give it a value%s: it %s.".formatted(key, none, rule(property.elementType(), "")));
	}

	/** Of a duration that could be milliseconds or seconds. */
	ConfigProblem unit(ConfigurationProperty written, String number) {
		return ConfigProblem.with(written, "must be a duration such as 500ms, 5s or PT5S, with its unit",
				"Give \"%1$s\" a unit: \"%2$sms\" is what Spring Boot takes a bare number for, \"%2$ss\" is seconds."
					.formatted(Level.written(written.getName()), number));
	}

	/** Of a placeholder that leads nowhere, or back to itself. */
	ConfigProblem placeholder(ConfigurationProperty written, PlaceholderResolutionException failure) {
		String message = String.valueOf(failure.getMessage());
		String key = Level.written(written.getName());
		return ConfigProblem.with(written, "has a placeholder that cannot be resolved: " + message,
				message.startsWith("Circular")
						? "Change \"%s\", or one of the properties that it refers to.".formatted(key)
						: "Set \"%1$s\", or give it a default in \"%2$s\": ${%1$s:VALUE}."
							.formatted(failure.getPlaceholder(), key));
	}

	private static String rule(Class<?> type, String value) {
		if (type.isEnum()) {
			return "must be one of " + String.join(", ", constants(type));
		}
		if (type == Duration.class) {
			return "must be a duration such as 500ms, 5s or PT5S, with its unit";
		}
		if (type == Integer.class) {
			return value.matches("[+-]?[0-9]+") ? "must be a whole number of at most " + Integer.MAX_VALUE
					: "must be a whole number";
		}
		if (type == Double.class) {
			return "must be a number";
		}
		if (type == Boolean.class) {
			return "must be true or false";
		}
		return OF_PATTERNS.getOrDefault(type, "must be a " + type.getName());
	}

	private static @Nullable String nearestConstant(String value, Class<?> type) {
		return type.isEnum() ? SimilarNames.of(value, constants(type)) : null;
	}

	private static List<String> constants(Class<?> type) {
		return Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
	}

}
