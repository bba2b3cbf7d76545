package dev.breaker.spring.config;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever the builder can set, a file can set.
 */
class ConfigParityTests {

	private static final Set<String> CLOCKS = Set.of("nanoClock", "clock");

	/** The builder takes a predicate, a file names its class. */
	private static final Map<String, String> KEYS_OF_PREDICATES = Map.of("recordException",
			"record-exception-predicate", "ignoreException", "ignore-exception-predicate", "recordResult",
			"record-result-predicate");

	/** For each key something that is not the default. */
	private static final Map<String, String> VALUES = Map.ofEntries(Map.entry("failure-rate-threshold", "33"),
			Map.entry("minimum-number-of-calls", "33"), Map.entry("sliding-window-type", "TIME_BASED"),
			Map.entry("sliding-window-size", "33"), Map.entry("consecutive-failure-threshold", "33"),
			Map.entry("slow-call-duration-threshold", "33s"), Map.entry("slow-call-rate-threshold", "33"),
			Map.entry("wait-duration-in-open-state", "33s"), Map.entry("wait-duration-multiplier", "3.3"),
			Map.entry("max-wait-duration-in-open-state", "330s"), Map.entry("wait-duration-jitter", "0.3"),
			Map.entry("permitted-number-of-calls-in-half-open-state", "3"),
			Map.entry("success-threshold-in-half-open-state", "3"),
			Map.entry("max-wait-duration-in-half-open-state", "33s"), Map.entry("initial-state", "METRICS_ONLY"),
			Map.entry("record-exceptions", "java.io.IOException"),
			Map.entry("ignore-exceptions", "java.io.IOException"),
			Map.entry("record-exception-predicate", RulePredicates.Anything.class.getName()),
			Map.entry("ignore-exception-predicate", RulePredicates.Anything.class.getName()),
			Map.entry("record-result-predicate", RulePredicates.Anything.class.getName()));

	@TempDir
	Path directory;

	@ParameterizedTest
	@MethodSource("properties")
	void everyPropertyOfTheBuilderCanBeSetByAFile(Method accessor) {
		String key = key(accessor.getName());
		assertThat(VALUES).as("a value to try").containsKey(key);
		CircuitBreakerConfig config = new YamlApplication(this.directory)
			.config("breaker.instances.payments.%s: %s".formatted(key, VALUES.get(key)), "payments");
		Object value = ReflectionUtils.invokeMethod(accessor, config);
		assertThat(value).isNotEqualTo(ReflectionUtils.invokeMethod(accessor, CircuitBreakerConfig.ofDefaults()));
	}

	@ParameterizedTest
	@MethodSource("properties")
	void everyPropertyThatIsOffByDefaultOrCanBeSwitchedOffAcceptsNone(Method accessor) {
		String key = key(accessor.getName());
		Object byDefault = ReflectionUtils.invokeMethod(accessor, CircuitBreakerConfig.ofDefaults());
		boolean canBeOff = byDefault == null || List.of().equals(byDefault)
				|| Arrays.stream(CircuitBreakerConfig.Builder.class.getMethods())
					.anyMatch((method) -> method.getName().equalsIgnoreCase("without" + accessor.getName()));
		BoundProperty property = BoundProperty.OF_BREAKER.stream()
			.filter((candidate) -> candidate.toString().equals(key))
			.findFirst()
			.orElseThrow();
		assertThat(property.acceptsNone()).isEqualTo(canBeOff);
		if (canBeOff) {
			CircuitBreakerConfig config = new YamlApplication(this.directory)
				.config("breaker.instances.payments.%s: none".formatted(key), "payments");
			assertThat(ReflectionUtils.invokeMethod(accessor, config)).isIn(null, List.of());
		}
	}

	@Test
	void everyKeyIsAPropertyOfTheBuilder() {
		Set<String> keys = properties().map((accessor) -> key(accessor.getName())).collect(Collectors.toSet());
		keys.add(BoundProperty.BASE_CONFIG);
		assertThat(BoundProperty.OF_BREAKER).extracting(BoundProperty::toString)
			.containsExactlyInAnyOrderElementsOf(keys);
	}

	@Test
	void accessorsAndMethodsOfTheBuilderAreTheSameProperties() {
		Function<Stream<Method>, List<String>> names = (
				methods) -> methods.map(Method::getName).distinct().sorted().toList();
		Stream<Method> setters = Arrays.stream(CircuitBreakerConfig.Builder.class.getMethods())
			.filter((method) -> method.getReturnType() == CircuitBreakerConfig.Builder.class
					&& method.getParameterCount() == 1 && !CLOCKS.contains(method.getName()));
		assertThat(names.apply(properties())).isEqualTo(names.apply(setters));
	}

	static Stream<Method> properties() {
		return Arrays.stream(CircuitBreakerConfig.class.getDeclaredMethods())
			.filter((method) -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
					&& method.getParameterCount() == 0 && !CLOCKS.contains(method.getName())
					&& !Set.of("toBuilder", "toString").contains(method.getName()));
	}

	static String key(String property) {
		return KEYS_OF_PREDICATES.getOrDefault(property, DataObjectPropertyName.toDashedForm(property));
	}

}
