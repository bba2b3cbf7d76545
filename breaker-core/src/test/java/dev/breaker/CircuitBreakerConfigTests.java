package dev.breaker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What a config accepts, refuses and defaults to.
 */
class CircuitBreakerConfigTests {

	private static final Duration THIRTY_SECONDS = Duration.ofSeconds(30);

	@Test
	void defaults() {
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		assertThat(config.failureRateThreshold()).isEqualTo(50f);
		assertThat(config.minimumNumberOfCalls()).isEqualTo(20);
		assertThat(config.slidingWindowType()).isEqualTo(SlidingWindowType.COUNT_BASED);
		assertThat(config.slidingWindowSize()).isEqualTo(100);
		assertThat(config.consecutiveFailureThreshold()).isNull();
		assertThat(config.slowCallDurationThreshold()).isNull();
		assertThat(config.slowCallRateThreshold()).isEqualTo(100f);
		assertThat(config.waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(60));
		assertThat(config.waitDurationMultiplier()).isEqualTo(1.0);
		assertThat(config.maxWaitDurationInOpenState()).isNull();
		assertThat(config.waitDurationJitter()).isZero();
		assertThat(config.permittedNumberOfCallsInHalfOpenState()).isEqualTo(10);
		assertThat(config.successThresholdInHalfOpenState()).isNull();
		assertThat(config.maxWaitDurationInHalfOpenState()).isEqualTo(Duration.ofSeconds(60));
		assertThat(config.timeLimit()).isNull();
		assertThat(config.initialState()).isEqualTo(State.CLOSED);
		assertThat(config.recordExceptions()).isEmpty();
		assertThat(config.ignoreExceptions()).isEmpty();
		assertThat(config.recordException()).isNull();
		assertThat(config.ignoreException()).isNull();
		assertThat(config.recordResult()).isNull();
		assertThat(config.outcomeRule()).isNull();
		assertThat(config.matchCauses()).isFalse();
		assertThat(config.nanoClock().getAsLong()).isLessThanOrEqualTo(System.nanoTime());
		assertThat(config.clock()).isEqualTo(Clock.systemUTC());
	}

	@Test
	void theMinimumIsTheSizeOfASmallerCountWindow() {
		assertThat(builder().slidingWindowSize(5).build().minimumNumberOfCalls()).isEqualTo(5);
		assertThat(builder().slidingWindowSize(20).build().minimumNumberOfCalls()).isEqualTo(20);
		assertThat(builder().slidingWindowSize(21).build().minimumNumberOfCalls()).isEqualTo(20);
		assertThat(builder().slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(5)
			.build()
			.minimumNumberOfCalls()).isEqualTo(20);
	}

	@Test
	void theFailureRateIsOffWhereOnlyFailuresInARowAreAsked() {
		CircuitBreakerConfig config = builder().consecutiveFailureThreshold(3).build();
		assertThat(config.failureRateThreshold()).isNull();
		assertThat(config.permittedNumberOfCallsInHalfOpenState()).isEqualTo(1);
	}

	@Test
	void theFailureRateStaysWhereBothAreAsked() {
		CircuitBreakerConfig config = builder().consecutiveFailureThreshold(3).failureRateThreshold(50).build();
		assertThat(config.failureRateThreshold()).isEqualTo(50f);
		assertThat(config.permittedNumberOfCallsInHalfOpenState()).isEqualTo(10);
	}

	@Test
	void theFailureRateCanBeSwitchedOffAndOn() {
		CircuitBreakerConfig off = builder().failureRateThreshold(30).withoutFailureRateThreshold().build();
		assertThat(off.failureRateThreshold()).isNull();
		assertThat(off.permittedNumberOfCallsInHalfOpenState()).isEqualTo(10);
		assertThat(off.toBuilder().failureRateThreshold(40).build().failureRateThreshold()).isEqualTo(40f);
	}

	@Test
	void toBuilderKeepsWhatWasSetAndLetsDependentDefaultsFollow() {
		CircuitBreakerConfig small = builder().slidingWindowSize(5).build();
		assertThat(small.toBuilder().slidingWindowSize(50).build().minimumNumberOfCalls()).isEqualTo(20);

		CircuitBreakerConfig set = builder().slidingWindowSize(5).minimumNumberOfCalls(5).build();
		assertThat(set.toBuilder().slidingWindowSize(50).build().minimumNumberOfCalls()).isEqualTo(5);

		CircuitBreakerConfig defaults = CircuitBreakerConfig.ofDefaults();
		CircuitBreakerConfig inARow = defaults.toBuilder().consecutiveFailureThreshold(3).build();
		assertThat(inARow.failureRateThreshold()).isNull();
		assertThat(inARow.permittedNumberOfCallsInHalfOpenState()).isEqualTo(1);
		CircuitBreakerConfig back = inARow.toBuilder().withoutConsecutiveFailureThreshold().build();
		assertThat(back.failureRateThreshold()).isEqualTo(50f);
		assertThat(back.permittedNumberOfCallsInHalfOpenState()).isEqualTo(10);
	}

	@Test
	void aBuilderThatGoesOnDoesNotChangeWhatItBuilt() {
		CircuitBreakerConfig.Builder builder = builder().slidingWindowSize(10);
		CircuitBreakerConfig first = builder.build();
		CircuitBreakerConfig second = builder.slidingWindowSize(30).build();
		assertThat(first.slidingWindowSize()).isEqualTo(10);
		assertThat(second.slidingWindowSize()).isEqualTo(30);
		CircuitBreakerConfig.Builder copy = first.toBuilder();
		copy.slidingWindowSize(40);
		assertThat(first.slidingWindowSize()).isEqualTo(10);
	}

	@Test
	void optionalValuesCanBeSwitchedOff() {
		CircuitBreakerConfig all = builder().consecutiveFailureThreshold(3)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.maxWaitDurationInOpenState(Duration.ofMinutes(5))
			.successThresholdInHalfOpenState(1)
			.timeLimit(Duration.ofSeconds(2))
			.recordException((thrown) -> true)
			.ignoreException((thrown) -> true)
			.recordResult((result) -> true)
			.outcomeRule((result, thrown) -> null)
			.matchCauses(true)
			.build();
		CircuitBreakerConfig none = all.toBuilder()
			.withoutConsecutiveFailureThreshold()
			.withoutSlowCallDurationThreshold()
			.withoutMaxWaitDurationInOpenState()
			.withoutSuccessThresholdInHalfOpenState()
			.withoutTimeLimit()
			.recordException(null)
			.ignoreException(null)
			.recordResult(null)
			.outcomeRule(null)
			.matchCauses(false)
			.build();
		assertThat(none.consecutiveFailureThreshold()).isNull();
		assertThat(none.slowCallDurationThreshold()).isNull();
		assertThat(none.maxWaitDurationInOpenState()).isNull();
		assertThat(none.successThresholdInHalfOpenState()).isNull();
		assertThat(none.timeLimit()).isNull();
		assertThat(none.recordException()).isNull();
		assertThat(none.ignoreException()).isNull();
		assertThat(none.recordResult()).isNull();
		assertThat(none.outcomeRule()).isNull();
		assertThat(none.matchCauses()).isFalse();
	}

	@Test
	void exceptionListsReplaceAndAreUnmodifiable() {
		CircuitBreakerConfig config = builder().recordExceptions(IOException.class)
			.recordExceptions(IllegalStateException.class, Error.class)
			.ignoreExceptions(IOException.class)
			.ignoreExceptions()
			.build();
		assertThat(config.recordExceptions()).containsExactly(IllegalStateException.class, Error.class);
		assertThat(config.ignoreExceptions()).isEmpty();
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> config.recordExceptions().add(IOException.class));
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void everyStateMayBeTheFirst(State state) {
		CircuitBreakerConfig config = builder().initialState(state).build();
		assertThat(config.initialState()).isEqualTo(state);
		assertThat(CircuitBreaker.of("payments", config).state()).isEqualTo(state);
	}

	@Test
	void aPredicateOfObjectFitsTheExceptionRules() {
		Predicate<Object> anything = (thrown) -> true;
		CircuitBreakerConfig config = builder().recordException(anything).ignoreException(anything).build();
		assertThat(config.recordException()).isSameAs(anything);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void valuesAreNeverChangedSilentlyButRefused(String property, Consumer<CircuitBreakerConfig.Builder> settings,
			String value, String remedy) {
		CircuitBreakerConfig.Builder builder = builder();
		assertThatExceptionOfType(InvalidCircuitBreakerConfigException.class).isThrownBy(() -> {
			settings.accept(builder);
			builder.build();
		})
			.withMessageStartingWith("Invalid " + property + " (" + value + "): ")
			.withMessageContaining(remedy)
			.satisfies((ex) -> {
				assertThat(ex).hasMessageEndingWith(": " + ex.requirement());
				assertThat(ex.property()).isEqualTo(property);
				assertThat(String.valueOf(ex.value())).isEqualTo(value);
			});
	}

	@Test
	void refusalHasTheValueAsItWasGiven() {
		InvalidCircuitBreakerConfigException refusal = refusal(builder().maxWaitDurationInOpenState(THIRTY_SECONDS));
		assertThat(refusal.value()).isEqualTo(THIRTY_SECONDS);
		assertThat(refusal.requirement()).isEqualTo("must not be shorter than waitDurationInOpenState (PT1M)");
	}

	@Test
	void refusalNamesThePropertiesThatItDependsOn() {
		assertThat(refusal(builder().maxWaitDurationInOpenState(THIRTY_SECONDS)).others())
			.containsExactly("waitDurationInOpenState");
		assertThat(refusal(builder().minimumNumberOfCalls(101)).others()).containsExactly("slidingWindowSize",
				"slidingWindowType");
		assertThat(
				refusal(builder().slidingWindowSize(86_401).slidingWindowType(SlidingWindowType.TIME_BASED)).others())
			.containsExactly("slidingWindowType");
		assertThat(refusal(builder().successThresholdInHalfOpenState(11)).others())
			.containsExactly("permittedNumberOfCallsInHalfOpenState");
		assertThat(refusal(builder().successThresholdInHalfOpenState(2).consecutiveFailureThreshold(3)).others())
			.containsExactly("permittedNumberOfCallsInHalfOpenState", "consecutiveFailureThreshold",
					"failureRateThreshold");
	}

	@Test
	void healthThatIsNotLookedAtAnyMoreNeedsNoInterval() {
		CircuitBreakerConfig looking = builder().openWhenDown("db", "queue/orders")
			.healthInterval(Duration.ofSeconds(5))
			.build();
		assertThat(looking.openWhenDown()).containsExactly("db", "queue/orders");
		assertThat(looking.healthInterval()).isEqualTo(Duration.ofSeconds(5));
		CircuitBreakerConfig without = looking.toBuilder().openWhenDown().build();
		assertThat(without.openWhenDown()).isEmpty();
		assertThat(without.healthInterval()).isEqualTo(Duration.ofSeconds(10));
		assertThat(refusal(builder().healthInterval(Duration.ofSeconds(5))).others()).containsExactly("openWhenDown");
	}

	@Test
	void refusalOfAValueThatIsInvalidByItselfDependsOnNothing() {
		assertThat(refusal(builder().slidingWindowSize(1_000_001)).others()).isEmpty();
		assertThatExceptionOfType(InvalidCircuitBreakerConfigException.class)
			.isThrownBy(() -> builder().failureRateThreshold(0))
			.satisfies((ex) -> assertThat(ex.others()).isEmpty());
	}

	private static InvalidCircuitBreakerConfigException refusal(CircuitBreakerConfig.Builder builder) {
		return catchThrowableOfType(InvalidCircuitBreakerConfigException.class, builder::build);
	}

	static Stream<Arguments> valuesAreNeverChangedSilentlyButRefused() {
		return Stream.of(
				refused("failureRateThreshold", (config) -> config.failureRateThreshold(0), "0.0", "above 0"),
				refused("healthInterval",
						(config) -> config.openWhenDown("db").healthInterval(Duration.ofMillis(100).minusNanos(1)),
						"PT0.099999999S", "100ms or more"),
				refused("healthInterval", (config) -> config.healthInterval(Duration.ofSeconds(5)), "PT5S",
						"openWhenDown"),
				refused("openWhenDown", (config) -> config.openWhenDown("db", " "), " ", "must not have an empty name"),
				refused("openWhenDown", (config) -> config.openWhenDown("db", null), "null", "given"),
				refused("propagateTo", (config) -> config.propagateTo(""), "", "must not have an empty name"),
				refused("failureRateThreshold", (config) -> config.failureRateThreshold(-0.0), "-0.0", "above 0"),
				refused("failureRateThreshold", (config) -> config.failureRateThreshold(-1), "-1.0", "above 0"),
				refused("failureRateThreshold", (config) -> config.failureRateThreshold(100.1), "100.1", "100"),
				refused("failureRateThreshold", (config) -> config.failureRateThreshold(Double.NaN), "NaN", "100"),
				refused("failureRateThreshold", (config) -> config.failureRateThreshold(Double.POSITIVE_INFINITY),
						"Infinity", "100"),
				refused("slowCallRateThreshold", (config) -> config.slowCallRateThreshold(0), "0.0", "above 0"),
				refused("slowCallRateThreshold", (config) -> config.slowCallRateThreshold(101), "101.0", "100"),
				refused("slowCallRateThreshold", (config) -> config.slowCallRateThreshold(Double.NaN), "NaN", "100"),
				refused("minimumNumberOfCalls", (config) -> config.minimumNumberOfCalls(0), "0", "1 or more"),
				refused("minimumNumberOfCalls", (config) -> config.minimumNumberOfCalls(-5), "-5", "1 or more"),
				refused("minimumNumberOfCalls", (config) -> config.minimumNumberOfCalls(101), "101",
						"100 calls that the count-based window holds (slidingWindowSize)"),
				refused("slidingWindowSize", (config) -> config.slidingWindowSize(0), "0", "1"),
				refused("slidingWindowSize", (config) -> config.slidingWindowSize(1_000_001), "1000001",
						"1 to 1000000 calls"),
				refused("slidingWindowSize",
						(config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED).slidingWindowSize(86_401),
						"86401", "1 to 86400 seconds"),
				refused("slidingWindowType", (config) -> config.slidingWindowType(null), "null", "given"),
				refused("consecutiveFailureThreshold", (config) -> config.consecutiveFailureThreshold(0), "0",
						"1 or more"),
				refused("slowCallDurationThreshold", (config) -> config.slowCallDurationThreshold(Duration.ZERO),
						"PT0S", "above zero"),
				refused("slowCallDurationThreshold",
						(config) -> config.slowCallDurationThreshold(Duration.ofMillis(-1)), "PT-0.001S", "above zero"),
				refused("slowCallDurationThreshold", (config) -> config.slowCallDurationThreshold(null), "null",
						"given"),
				refused("waitDurationInOpenState", (config) -> config.waitDurationInOpenState(Duration.ofSeconds(-1)),
						"PT-1S", "zero or more"),
				refused("waitDurationInOpenState", (config) -> config.waitDurationInOpenState(null), "null", "given"),
				refused("waitDurationMultiplier", (config) -> config.waitDurationMultiplier(0.5), "0.5", "1 or more"),
				refused("waitDurationMultiplier", (config) -> config.waitDurationMultiplier(Double.NaN), "NaN",
						"1 or more"),
				refused("waitDurationMultiplier", (config) -> config.waitDurationMultiplier(Double.POSITIVE_INFINITY),
						"Infinity", "1 or more"),
				refused("maxWaitDurationInOpenState", (config) -> config.maxWaitDurationInOpenState(Duration.ZERO),
						"PT0S", "above zero"),
				refused("maxWaitDurationInOpenState",
						(config) -> config.maxWaitDurationInOpenState(Duration.ofSeconds(59)), "PT59S",
						"waitDurationInOpenState (PT1M)"),
				refused("waitDurationJitter", (config) -> config.waitDurationJitter(-0.1), "-0.1", "0 to 1"),
				refused("waitDurationJitter", (config) -> config.waitDurationJitter(1.1), "1.1", "0 to 1"),
				refused("waitDurationJitter", (config) -> config.waitDurationJitter(Double.NaN), "NaN", "0 to 1"),
				refused("permittedNumberOfCallsInHalfOpenState",
						(config) -> config.permittedNumberOfCallsInHalfOpenState(0), "0", "1 or more"),
				refused("successThresholdInHalfOpenState", (config) -> config.successThresholdInHalfOpenState(0), "0",
						"1 or more"),
				refused("successThresholdInHalfOpenState", (config) -> config.successThresholdInHalfOpenState(11), "11",
						"permittedNumberOfCallsInHalfOpenState (10)"),
				refused("successThresholdInHalfOpenState",
						(config) -> config.consecutiveFailureThreshold(3).successThresholdInHalfOpenState(2), "2",
						"permittedNumberOfCallsInHalfOpenState (1)"),
				refused("maxWaitDurationInHalfOpenState",
						(config) -> config.maxWaitDurationInHalfOpenState(Duration.ZERO), "PT0S", "above zero"),
				refused("timeLimit", (config) -> config.timeLimit(Duration.ZERO), "PT0S", "above zero"),
				refused("timeLimit", (config) -> config.timeLimit(Duration.ofMillis(-1)), "PT-0.001S", "above zero"),
				refused("timeLimit", (config) -> config.timeLimit(null), "null", "given"),
				refused("initialState", (config) -> config.initialState(null), "null", "given"),
				refused("recordExceptions", (config) -> config.recordExceptions((Class<? extends Throwable>[]) null),
						"null", "given"),
				refused("ignoreExceptions", (config) -> config.ignoreExceptions((Class<? extends Throwable>[]) null),
						"null", "given"),
				refused("nanoClock", (config) -> config.nanoClock(null), "null", "given"),
				refused("clock", (config) -> config.clock(null), "null", "given"));
	}

	private static Arguments refused(String property, Consumer<CircuitBreakerConfig.Builder> settings, String value,
			String remedy) {
		return arguments(property, settings, value, remedy);
	}

	@Test
	void edgesOfTheRangesAreAccepted() {
		assertThatCode(() -> builder().failureRateThreshold(0.001)
			.slowCallRateThreshold(100)
			.slidingWindowSize(1_000_000)
			.minimumNumberOfCalls(1_000_000)
			.consecutiveFailureThreshold(1)
			.slowCallDurationThreshold(Duration.ofNanos(1))
			.waitDurationInOpenState(Duration.ZERO)
			.waitDurationMultiplier(1)
			.maxWaitDurationInOpenState(Duration.ofNanos(1))
			.waitDurationJitter(1)
			.permittedNumberOfCallsInHalfOpenState(1)
			.successThresholdInHalfOpenState(1)
			.maxWaitDurationInHalfOpenState(Duration.ofNanos(1))
			.timeLimit(Duration.ofNanos(1))
			.build()).doesNotThrowAnyException();
		assertThatCode(() -> builder().slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(86_400)
			.minimumNumberOfCalls(Integer.MAX_VALUE)
			.failureRateThreshold(100)
			.maxWaitDurationInOpenState(Duration.ofSeconds(60))
			.build()).doesNotThrowAnyException();
	}

	@Test
	void anExceptionClassThatIsNullIsRefusedByName() {
		assertThatIllegalArgumentException().isThrownBy(() -> builder().recordExceptions(IOException.class, null))
			.withMessageStartingWith("Invalid recordExceptions");
		assertThatIllegalArgumentException().isThrownBy(() -> builder().ignoreExceptions(IOException.class, null))
			.withMessageStartingWith("Invalid ignoreExceptions");
	}

	@Test
	void aThresholdTooSmallForAFloatIsRefusedRatherThanZero() {
		assertThatIllegalArgumentException().isThrownBy(() -> builder().failureRateThreshold(1e-60))
			.withMessageStartingWith("Invalid failureRateThreshold");
	}

	private static CircuitBreakerConfig.Builder builder() {
		return CircuitBreakerConfig.builder();
	}

}
