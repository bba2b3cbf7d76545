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
		assertThat(config.countHungCalls()).isFalse();
		assertThat(config.waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(60));
		assertThat(config.waitDurationMultiplier()).isEqualTo(1.0);
		assertThat(config.maxWaitDurationInOpenState()).isNull();
		assertThat(config.waitDurationJitter()).isZero();
		assertThat(config.permittedNumberOfCallsInHalfOpenState()).isEqualTo(10);
		assertThat(config.successThresholdInHalfOpenState()).isNull();
		assertThat(config.maxWaitDurationInHalfOpenState()).isEqualTo(Duration.ofSeconds(60));
		assertThat(config.recoveryRampDuration()).isNull();
		assertThat(config.recoveryRampStart()).isEqualTo(10f);
		assertThat(config.stableFor()).isNull();
		assertThat(config.refuse()).isEqualTo(Refuse.ALL);
		assertThat(config.shareFactor()).isEqualTo(2.0);
		assertThat(config.timeLimit()).isNull();
		assertThat(config.recordOutcomes()).isNull();
		assertThat(config.initialState()).isEqualTo(State.CLOSED);
		assertThat(config.recordExceptions()).isEmpty();
		assertThat(config.ignoreExceptions()).isEmpty();
		assertThat(config.recordException()).isNull();
		assertThat(config.ignoreException()).isNull();
		assertThat(config.recordResult()).isNull();
		assertThat(config.outcomeRule()).isNull();
		assertThat(config.matchCauses()).isFalse();
		assertThat(config.enforce()).isTrue();
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
			.recoveryRampDuration(Duration.ofSeconds(30))
			.recoveryRampStart(20)
			.stableFor(Duration.ofSeconds(60))
			.refuse(Refuse.SHARE)
			.shareFactor(1.5)
			.timeLimit(Duration.ofSeconds(2))
			.recordOutcomes(10)
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
			.withoutRecoveryRampDuration()
			.withoutRecoveryRampStart()
			.withoutStableFor()
			.refuse(Refuse.ALL)
			.withoutShareFactor()
			.withoutTimeLimit()
			.withoutRecordOutcomes()
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
		assertThat(none.recoveryRampDuration()).isNull();
		assertThat(none.recoveryRampStart()).isEqualTo(10f);
		assertThat(none.stableFor()).isNull();
		assertThat(none.shareFactor()).isEqualTo(2.0);
		assertThat(none.timeLimit()).isNull();
		assertThat(none.recordOutcomes()).isNull();
		assertThat(none.recordException()).isNull();
		assertThat(none.ignoreException()).isNull();
		assertThat(none.recordResult()).isNull();
		assertThat(none.outcomeRule()).isNull();
		assertThat(none.matchCauses()).isFalse();
	}

	@Test
	void aProbeMakesProbesDarkAndSpreadsTheWait() {
		CircuitBreakerConfig calls = CircuitBreakerConfig.ofDefaults();
		assertThat(calls.halfOpenProbes()).isEqualTo(ProbeSource.CALLS);
		assertThat(calls.probe()).isNull();
		assertThat(calls.probeInterval()).isNull();
		assertThat(calls.probeTimeout()).hasSeconds(5);
		assertThat(calls.waitDurationJitter()).isZero();
		CircuitBreakerConfig dark = calls.toBuilder().probe("bank").build();
		assertThat(dark.halfOpenProbes()).isEqualTo(ProbeSource.DARK);
		assertThat(dark.waitDurationJitter()).isEqualTo(0.1);
		assertThat(dark.toBuilder().waitDurationJitter(0).build().waitDurationJitter()).isZero();
		assertThat(dark.toBuilder().withoutProbe().build().halfOpenProbes()).isEqualTo(ProbeSource.CALLS);
		assertThat(dark.toBuilder().maxWaitDurationInHalfOpenState(THIRTY_SECONDS.dividedBy(10)).build().probeTimeout())
			.hasSeconds(3);
	}

	@Test
	void aProbeThatIsSwitchedOffLeavesWhatBelongsToIt() {
		CircuitBreakerConfig off = builder().probe("bank")
			.probeInterval(THIRTY_SECONDS)
			.probeTimeout(THIRTY_SECONDS)
			.withoutProbe()
			.build();
		assertThat(off.probe()).isNull();
		assertThat(off.toBuilder().probe("bank").build().probeInterval()).isEqualTo(THIRTY_SECONDS);
		assertThat(off.toBuilder().withoutProbeInterval().build().probeInterval()).isNull();
	}

	@Test
	void darkProbesNeedNotBeAsFewAsThePermittedCalls() {
		assertThatCode(() -> builder().halfOpenProbes(ProbeSource.DARK).successThresholdInHalfOpenState(11).build())
			.doesNotThrowAnyException();
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
				refused("countHungCalls", (config) -> config.countHungCalls(true), "true",
						"must be false unless slowCallDurationThreshold is set"),
				refused("countHungCalls",
						(config) -> config.slowCallDurationThreshold(THIRTY_SECONDS)
							.countHungCalls(true)
							.withoutSlowCallDurationThreshold(),
						"true", "must be false unless slowCallDurationThreshold is set"),
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
				refused("recoveryRampDuration", (config) -> config.recoveryRampDuration(Duration.ZERO), "PT0S",
						"above zero"),
				refused("recoveryRampDuration", (config) -> config.recoveryRampDuration(null), "null", "given"),
				refused("recoveryRampStart", (config) -> config.recoveryRampStart(0), "0.0", "above 0 and below 100"),
				refused("recoveryRampStart", (config) -> config.recoveryRampStart(100), "100.0",
						"above 0 and below 100"),
				refused("recoveryRampStart", (config) -> config.recoveryRampStart(Double.NaN), "NaN",
						"above 0 and below 100"),
				refused("recoveryRampStart", (config) -> config.recoveryRampStart(1e-60), "1.0E-60",
						"above 0 and below 100"),
				refused("recoveryRampStart", (config) -> config.recoveryRampStart(20).build(), "20.0",
						"must not be set without recoveryRampDuration"),
				refused("stableFor", (config) -> config.stableFor(Duration.ZERO), "PT0S", "above zero"),
				refused("stableFor", (config) -> config.stableFor(null), "null", "given"),
				refused("stableFor",
						(config) -> config.recoveryRampDuration(THIRTY_SECONDS)
							.stableFor(Duration.ofSeconds(29))
							.build(),
						"PT29S", "must not be shorter than recoveryRampDuration (PT30S)"),
				refused("refuse", (config) -> config.refuse(null), "null", "given"),
				refused("shareFactor", (config) -> config.refuse(Refuse.SHARE).shareFactor(0.99), "0.99", "1 or more"),
				refused("shareFactor", (config) -> config.shareFactor(Double.NaN), "NaN", "1 or more"),
				refused("shareFactor", (config) -> config.shareFactor(Double.POSITIVE_INFINITY), "Infinity",
						"1 or more"),
				refused("shareFactor", (config) -> config.shareFactor(2).build(), "2.0",
						"must not be set unless refuse is SHARE"),
				refused("halfOpenProbes", (config) -> config.halfOpenProbes(null), "null", "given"),
				refused("halfOpenProbes", (config) -> config.probe("bank").halfOpenProbes(ProbeSource.CALLS), "CALLS",
						"DARK where probe is set"),
				refused("probe", (config) -> config.probe(" "), " ", "not be empty"),
				refused("probe", (config) -> config.probe(null), "null", "given"),
				refused("probe", (config) -> config.probe("bank").waitDurationInOpenState(Duration.ZERO), "bank",
						"needs probeInterval where waitDurationInOpenState is zero"),
				refused("probeInterval", (config) -> config.probeInterval(Duration.ZERO), "PT0S", "above zero"),
				refused("probeInterval", (config) -> config.probeInterval(Duration.ofSeconds(5)), "PT5S",
						"needs probe to be set, or switched off"),
				refused("probeInterval",
						(config) -> config.probe("bank")
							.probeInterval(Duration.ofSeconds(61))
							.maxWaitDurationInOpenState(Duration.ofSeconds(60)),
						"PT1M1S", "maxWaitDurationInOpenState (PT1M)"),
				refused("probeTimeout", (config) -> config.probeTimeout(Duration.ZERO), "PT0S", "above zero"),
				refused("probeTimeout", (config) -> config.probeTimeout(Duration.ofSeconds(5)), "PT5S",
						"needs probe to be set, or switched off"),
				refused("probeTimeout", (config) -> config.probe("bank").probeTimeout(Duration.ofSeconds(61)), "PT1M1S",
						"maxWaitDurationInHalfOpenState (PT1M)"),
				refused("timeLimit", (config) -> config.timeLimit(Duration.ZERO), "PT0S", "above zero"),
				refused("timeLimit", (config) -> config.timeLimit(Duration.ofMillis(-1)), "PT-0.001S", "above zero"),
				refused("timeLimit", (config) -> config.timeLimit(null), "null", "given"),
				refused("recordOutcomes", (config) -> config.recordOutcomes(0), "0", "1 to 1000000 outcomes"),
				refused("recordOutcomes", (config) -> config.recordOutcomes(1_000_001), "1000001",
						"1 to 1000000 outcomes"),
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
			.recoveryRampDuration(Duration.ofNanos(1))
			.recoveryRampStart(99.9)
			.stableFor(Duration.ofNanos(1))
			.refuse(Refuse.SHARE)
			.shareFactor(1)
			.recordOutcomes(1_000_000)
			.build()).doesNotThrowAnyException();
		assertThatCode(() -> builder().slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(86_400)
			.minimumNumberOfCalls(Integer.MAX_VALUE)
			.failureRateThreshold(100)
			.maxWaitDurationInOpenState(Duration.ofSeconds(60))
			.recordOutcomes(1)
			.build()).doesNotThrowAnyException();
	}

	@Test
	void edgesOfTheRangesOfProbesAndHealthAreAccepted() {
		CircuitBreakerConfig config = builder().openWhenDown("db")
			.healthInterval(Duration.ofMillis(100))
			.probe("bank")
			.probeInterval(THIRTY_SECONDS.multipliedBy(4))
			.maxWaitDurationInOpenState(THIRTY_SECONDS.multipliedBy(4))
			.probeTimeout(THIRTY_SECONDS)
			.maxWaitDurationInHalfOpenState(THIRTY_SECONDS)
			.build();
		assertThat(config.healthInterval()).isEqualTo(Duration.ofMillis(100));
		assertThat(config.probeInterval()).isEqualTo(config.maxWaitDurationInOpenState());
		assertThat(config.probeTimeout()).isEqualTo(config.maxWaitDurationInHalfOpenState());
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

	@Test
	void namesOfOtherBreakersAndOfHealthAreKept() {
		CircuitBreakerConfig config = builder().propagateTo("inventory", "gifts").openWhenDown("db", "one/two").build();
		assertThat(config.propagateTo()).containsExactly("inventory", "gifts");
		assertThat(config.openWhenDown()).containsExactly("db", "one/two");
		CircuitBreakerConfig none = config.toBuilder().propagateTo().openWhenDown().build();
		assertThat(none.propagateTo()).isEmpty();
		assertThat(none.openWhenDown()).isEmpty();
	}

	@Test
	void aTimeoutOfProbesIsThatWhichIsSet() {
		assertThat(builder().probe("bank").probeTimeout(Duration.ofSeconds(3)).build().probeTimeout())
			.isEqualTo(Duration.ofSeconds(3));
	}

}
