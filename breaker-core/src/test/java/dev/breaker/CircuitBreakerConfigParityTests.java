package dev.breaker;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fails when a property was added in one place and forgotten in another.
 */
class CircuitBreakerConfigParityTests {

	@Test
	void everyFieldOfTheBuilderIsCopied() throws IllegalAccessException {
		for (Field field : fields()) {
			CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
			Object other = other(field.getType(), field.get(builder));
			field.set(builder, other);
			assertThat(field.get(builder.copy())).as(field.getName()).isEqualTo(other);
		}
	}

	@Test
	void everyPropertyHasAnAccessor() {
		Set<String> properties = fields().stream().map(Field::getName).collect(Collectors.toCollection(TreeSet::new));
		properties.remove("withoutFailureRateThreshold");
		assertThat(accessors().stream().map(Method::getName)).containsExactlyInAnyOrderElementsOf(properties);
	}

	@Test
	void everyPropertyHasABuilderMethod() {
		Set<String> methods = Arrays.stream(CircuitBreakerConfig.Builder.class.getMethods())
			.filter((method) -> method.getReturnType() == CircuitBreakerConfig.Builder.class)
			.map(Method::getName)
			.collect(Collectors.toSet());
		assertThat(methods).containsAll(accessors().stream().map(Method::getName).toList());
	}

	@Test
	void everyOptionalValueCanBeSwitchedOff() {
		Set<String> off = Arrays.stream(CircuitBreakerConfig.Builder.class.getMethods())
			.map(Method::getName)
			.filter((name) -> name.startsWith("without"))
			.collect(Collectors.toSet());
		assertThat(off).containsExactlyInAnyOrder("withoutFailureRateThreshold", "withoutConsecutiveFailureThreshold",
				"withoutSlowCallDurationThreshold", "withoutMaxWaitDurationInOpenState",
				"withoutSuccessThresholdInHalfOpenState", "withoutRecoveryRampDuration", "withoutRecoveryRampStart",
				"withoutStableFor", "withoutShareFactor", "withoutProbe", "withoutProbeInterval", "withoutTimeLimit",
				"withoutRecordOutcomes");
	}

	@Test
	void toStringTellsEveryProperty() throws ReflectiveOperationException {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.failureRateThreshold(12.5)
			.slowCallDurationThreshold(Duration.ofSeconds(7))
			.recordExceptions(IllegalStateException.class)
			.build();
		for (Method accessor : accessors()) {
			assertThat(config.toString()).contains(accessor.getName() + "=" + accessor.invoke(config));
		}
	}

	private static List<Field> fields() {
		List<Field> fields = new ArrayList<>();
		for (Field field : CircuitBreakerConfig.Builder.class.getDeclaredFields()) {
			if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
				field.setAccessible(true);
				fields.add(field);
			}
		}
		return fields;
	}

	private static List<Method> accessors() {
		return Arrays.stream(CircuitBreakerConfig.class.getDeclaredMethods())
			.filter((method) -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
			.filter((method) -> !method.isSynthetic() && method.getParameterCount() == 0)
			.filter((method) -> !Set.of("toString", "toBuilder", "equals", "hashCode", "probeRules")
				.contains(method.getName()))
			.toList();
	}

	private static Object other(Class<?> type, Object present) {
		if (type == boolean.class || type == Boolean.class) {
			return !Boolean.TRUE.equals(present);
		}
		if (type == int.class || type == Integer.class) {
			return 7;
		}
		if (type == float.class || type == Float.class) {
			return 7f;
		}
		if (type == double.class || type == Double.class) {
			return 0.7;
		}
		if (type == String.class) {
			return "other";
		}
		if (type == Duration.class) {
			return Duration.ofSeconds(7);
		}
		if (type == List.class) {
			return List.of(IllegalStateException.class);
		}
		if (type == Predicate.class) {
			return (Predicate<Object>) (tested) -> true;
		}
		if (type == OutcomeRule.class) {
			return (OutcomeRule) (result, thrown) -> OutcomeRule.Verdict.SUCCESS;
		}
		if (type == LongSupplier.class) {
			return (LongSupplier) () -> 7;
		}
		if (type == Clock.class) {
			return new HandWallClock();
		}
		Object[] constants = type.getEnumConstants();
		assertThat(constants).as("another value of " + type + ": teach this test").isNotNull();
		return constants[constants.length - 1];
	}

}
