package dev.breaker.spring.config;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.ProbeSource;
import dev.breaker.Refuse;
import dev.breaker.SlidingWindowType;
import dev.breaker.State;
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

	/**
	 * A file names no clock, and says what an outcome rule does in properties of its own.
	 */
	private static final Set<String> IN_CODE_ALONE = Set.of("nanoClock", "clock", "outcomeRule");

	/** These together are an outcome rule. */
	private static final Set<String> KEYS_OF_HTTP = Set.of("record-http-statuses", "ignore-http-statuses",
			"honour-retry-after");

	/** The builder takes a predicate, a file names its class. */
	private static final Map<String, String> KEYS_OF_PREDICATES = Map.of("recordException",
			"record-exception-predicate", "ignoreException", "ignore-exception-predicate", "recordResult",
			"record-result-predicate");

	/** A value of each type that is valid and no default, of nearly all properties. */
	private static final Map<Class<?>, String> VALUES = Map.of(Integer.class, "3", Double.class, "33", Duration.class,
			"330s", SlidingWindowType.class, "TIME_BASED", State.class, "METRICS_ONLY", Boolean.class, "true",
			Refuse.class, "SHARE", ProbeSource.class, "DARK", String.class, "bank");

	private static final Map<String, String> OTHER_VALUES = Map.of("wait-duration-jitter", "0.3", "probe-timeout", "3s",
			"enforce", "false");

	/** What is refused unless another property is set too. */
	private static final Map<String, String> BESIDE = Map.of("recovery-ramp-start", "recovery-ramp-duration: 30s",
			"share-factor", "refuse: SHARE", "probe-interval", "probe: bank", "probe-timeout", "probe: bank",
			"health-interval", "open-when-down: db", "count-hung-calls", "slow-call-duration-threshold: 2s");

	@TempDir
	Path directory;

	@ParameterizedTest
	@MethodSource("properties")
	void everyPropertyOfTheBuilderCanBeSetByAFile(Method accessor) {
		String key = key(accessor.getName());
		CircuitBreakerConfig config = new YamlApplication(this.directory).config("""
				breaker.instances.payments:
				  %s: %s
				  %s
				""".formatted(key, value(property(key)), BESIDE.getOrDefault(key, "")), "payments");
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
		assertThat(property(key).acceptsNone()).isEqualTo(canBeOff);
		if (canBeOff) {
			CircuitBreakerConfig config = new YamlApplication(this.directory)
				.config("breaker.instances.payments.%s: none".formatted(key), "payments");
			// Without another property they are of no use, and "none" takes them back.
			Object off = BESIDE.containsKey(key) ? byDefault : null;
			assertThat(ReflectionUtils.invokeMethod(accessor, config)).isIn(off, List.of());
		}
	}

	@Test
	void everyKeyIsAPropertyOfTheBuilder() {
		Set<String> keys = properties().map((accessor) -> key(accessor.getName())).collect(Collectors.toSet());
		keys.add(PropertyDefinition.BASE_CONFIG);
		keys.addAll(KEYS_OF_HTTP);
		assertThat(PropertyDefinition.OF_BREAKER).extracting(PropertyDefinition::toString)
			.containsExactlyInAnyOrderElementsOf(keys);
	}

	@Test
	void accessorsAndMethodsOfTheBuilderAreTheSameProperties() {
		Function<Stream<Method>, List<String>> names = (
				methods) -> methods.map(Method::getName).distinct().sorted().toList();
		Stream<Method> setters = Arrays.stream(CircuitBreakerConfig.Builder.class.getMethods())
			.filter((method) -> method.getReturnType() == CircuitBreakerConfig.Builder.class
					&& method.getParameterCount() == 1 && !IN_CODE_ALONE.contains(method.getName()));
		assertThat(names.apply(properties())).isEqualTo(names.apply(setters));
	}

	static Stream<Method> properties() {
		return Arrays.stream(CircuitBreakerConfig.class.getDeclaredMethods())
			.filter((method) -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
					&& method.getParameterCount() == 0 && !IN_CODE_ALONE.contains(method.getName())
					&& !Set.of("toBuilder", "toString", "probeRules").contains(method.getName()));
	}

	private static PropertyDefinition property(String key) {
		return PropertyDefinition.OF_BREAKER.stream()
			.filter((candidate) -> candidate.toString().equals(key))
			.findFirst()
			.orElseThrow(() -> new AssertionError("No property " + key));
	}

	private static String value(PropertyDefinition property) {
		String value = OTHER_VALUES.getOrDefault(property.toString(), VALUES.get(property.elementType()));
		if (property.elementType() == Class.class) {
			return property.isList() ? "java.io.IOException" : RulePredicates.Anything.class.getName();
		}
		assertThat(value).as("another value of " + property + ": teach this test").isNotNull();
		return value;
	}

	static String key(String property) {
		return KEYS_OF_PREDICATES.getOrDefault(property, DataObjectPropertyName.toDashedForm(property));
	}

}
