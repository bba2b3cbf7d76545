package dev.breaker.spring.config;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.LogText;
import dev.breaker.OutcomeRule;
import dev.breaker.spring.http.HttpOutcomeRule;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.util.ReflectionUtils;

/**
 * Compares two configs, property by property. Clocks are no properties.
 */
final class ConfigDifference {

	private static final Set<String> NO_PROPERTIES = Set.of("nanoClock", "clock", "toBuilder", "toString",
			"probeRules");

	private static final List<Method> ACCESSORS = Arrays.stream(CircuitBreakerConfig.class.getDeclaredMethods())
		.filter((method) -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
				&& method.getParameterCount() == 0 && !NO_PROPERTIES.contains(method.getName()))
		.sorted(Comparator.comparing(Method::getName))
		.toList();

	private static final List<HttpProperty> OF_HTTP = List.of(
			new HttpProperty("recordHttpStatuses", HttpOutcomeRule::recorded),
			new HttpProperty("ignoreHttpStatuses", HttpOutcomeRule::ignored),
			new HttpProperty("honourRetryAfter", HttpOutcomeRule::honourRetryAfter));

	private ConfigDifference() {
	}

	/** Whether there is none, in what is shown or not. */
	static boolean isNone(CircuitBreakerConfig one, CircuitBreakerConfig other) {
		return one == other || ACCESSORS.stream()
			.allMatch((accessor) -> Objects.equals(value(accessor, one), value(accessor, other)));
	}

	/**
	 * What differs and can be shown, by the names of the properties in camel case. Rules
	 * that are no classes of a property look the same.
	 */
	static Map<String, Values> between(CircuitBreakerConfig from, CircuitBreakerConfig to) {
		Map<String, Values> found = new LinkedHashMap<>();
		if (from != to) {
			for (Method accessor : ACCESSORS) {
				Object before = value(accessor, from);
				Object after = value(accessor, to);
				if (accessor.getReturnType() == OutcomeRule.class && isOfProperties(before) && isOfProperties(after)) {
					putOfHttp((HttpOutcomeRule) before, (HttpOutcomeRule) after, found);
				}
				else {
					put(property(accessor), before, after, found);
				}
			}
		}
		return found;
	}

	/** Each property as it is shown, by its name in camel case, sorted. */
	static Map<String, @Nullable Object> values(CircuitBreakerConfig config) {
		Map<String, @Nullable Object> values = new TreeMap<>();
		for (Method accessor : ACCESSORS) {
			Object value = value(accessor, config);
			if (accessor.getReturnType() == OutcomeRule.class && isOfProperties(value)) {
				HttpOutcomeRule rule = (value != null) ? (HttpOutcomeRule) value : HttpOutcomeRule.DEFAULT;
				OF_HTTP.forEach((property) -> values.put(property.name(), shown(property.of().apply(rule))));
			}
			else {
				values.put(property(accessor), shown(value));
			}
		}
		return values;
	}

	private static void put(String property, @Nullable Object from, @Nullable Object to, Map<String, Values> found) {
		Values values = new Values(shown(from), shown(to));
		if (!Objects.equals(values.from(), values.to())) {
			found.put(property, values);
		}
	}

	/**
	 * Whether it is what the properties of HTTP say, and not a rule of the application's.
	 */
	private static boolean isOfProperties(@Nullable Object rule) {
		return rule == null || rule instanceof HttpOutcomeRule;
	}

	private static void putOfHttp(@Nullable HttpOutcomeRule from, @Nullable HttpOutcomeRule to,
			Map<String, Values> found) {
		HttpOutcomeRule before = (from != null) ? from : HttpOutcomeRule.DEFAULT;
		HttpOutcomeRule after = (to != null) ? to : HttpOutcomeRule.DEFAULT;
		OF_HTTP.forEach(
				(property) -> put(property.name(), property.of().apply(before), property.of().apply(after), found));
	}

	/** The difference in one line, with the names of the properties as in a file. */
	static String describe(Map<String, Values> difference) {
		return difference.entrySet()
			.stream()
			.map((each) -> "%s %s -> %s".formatted(DataObjectPropertyName.toDashedForm(each.getKey()),
					text(each.getValue().from()), text(each.getValue().to())))
			.collect(Collectors.joining(", "));
	}

	private static @Nullable Object value(Method accessor, CircuitBreakerConfig config) {
		return ReflectionUtils.invokeMethod(accessor, config);
	}

	/**
	 * A predicate is called by its builder method, and its property with one word more.
	 */
	private static String property(Method accessor) {
		return accessor.getName() + (Predicate.class.isAssignableFrom(accessor.getReturnType()) ? "Predicate" : "");
	}

	/** A value as it is shown: names in place of classes, and lists of those. */
	static @Nullable Object shown(@Nullable Object value) {
		if (value instanceof Collection<?> elements) {
			List<Object> names = new ArrayList<>();
			for (Object element : elements) {
				names.add((element instanceof Class<?> type) ? type.getName() : element.toString());
			}
			return names;
		}
		if (value instanceof PredicateResolver.TypedPredicate predicate) {
			return predicate.type().getName();
		}
		// The name of a lambda's class has a number that says nothing.
		return (value instanceof Predicate<?> || value instanceof OutcomeRule)
				? value.getClass().getName().split("/", 2)[0] : value;
	}

	private static String text(@Nullable Object value) {
		return (value != null) ? LogText.oneLine(value.toString()) : "none";
	}

	/** A property of HTTP, and its value in the rule that all of them make. */
	private record HttpProperty(String name, Function<HttpOutcomeRule, Object> of) {
	}

	/**
	 * A property in two configs.
	 *
	 * @param from in the one
	 * @param to in the other
	 */
	record Values(@Nullable Object from, @Nullable Object to) {
	}

}
