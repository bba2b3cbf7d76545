package dev.breaker.spring.config;

import java.nio.file.Path;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Refuse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values that are wrong, which are neither corrected nor ignored.
 */
class ConfigValueTests {

	@TempDir
	Path directory;

	@Test
	void valueOutOfRangeStopsTheApplicationAndIsNotClamped() {
		assertThat(failure("""
				breaker:
				  instances:
				    paymentsApi:
				      failure-rate-threshold: 140
				""")).contains("Property: breaker.instances.paymentsApi.failure-rate-threshold")
			.contains("Value: \"140\"")
			.contains("application.yml] - 4:31")
			.contains("Reason: must be above 0 and at most 100 percent")
			.contains("Change \"breaker.instances.paymentsApi.failure-rate-threshold\": "
					+ "it must be above 0 and at most 100 percent.");
	}

	@ParameterizedTest
	@CsvSource({ "failure-rate-threshold, 0", "minimum-number-of-calls, 0", "sliding-window-size, 0",
			"sliding-window-size, 2000000", "consecutive-failure-threshold, 0", "slow-call-duration-threshold, 0s",
			"slow-call-rate-threshold, 101", "wait-duration-in-open-state, -1s", "wait-duration-multiplier, 0.5",
			"max-wait-duration-in-open-state, 0", "wait-duration-jitter, 1.5",
			"permitted-number-of-calls-in-half-open-state, 0", "success-threshold-in-half-open-state, 0",
			"max-wait-duration-in-half-open-state, 0s" })
	void everyRangeIsCheckedAndTheKeyNamed(String property, String value) {
		String yaml = """
				breaker:
				  instances:
				    payments:
				      %s: %s
				""".formatted(property, value);
		assertThat(failure(yaml)).contains("Property: breaker.instances.payments." + property)
			.contains("Value: \"" + value + "\"")
			.contains("application.yml] - 4:")
			.contains("Reason: must ");
	}

	@Test
	void modeOfTheAspectThatDoesNotExistShowsThoseThatDo() {
		assertThat(failure("""
				breaker:
				  aspect:
				    mode: aspect
				""")).contains("Property: breaker.aspect.mode")
			.contains("Value: \"aspect\"")
			.contains("application.yml] - 3:11")
			.contains("Reason: must be one of PROXY, ASPECTJ")
			.contains("did you mean \"ASPECTJ\"?");
	}

	@Test
	void modeAspectjWithoutItsArtifactStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  aspect:
				    mode: aspectj
				""")).contains("Property: breaker.aspect.mode")
			.contains("Value: \"aspectj\"")
			.contains("application.yml] - 3:11")
			.contains("Reason: needs the artifact breaker-aspectj, which is not on the class path")
			.contains("Add the dependency dev.breaker:breaker-aspectj, or change \"breaker.aspect.mode\" to proxy.");
	}

	@Test
	void inheritedValueOutOfRangeIsReportedOnceAndWhereItWasSet() {
		assertThat(failure("""
				breaker:
				  configs:
				    default:
				      wait-duration-jitter: 2
				  instances:
				    payments:
				    inventory:
				""")).containsOnlyOnce("Property: ")
			.contains("Property: breaker.configs.default.wait-duration-jitter")
			.contains("Reason: must be from 0 to 1");
	}

	@Test
	void minimumLargerThanTheWindowShowsBothPlaces() {
		assertThat(failure("""
				breaker:
				  configs:
				    small:
				      sliding-window-size: 10
				  instances:
				    payments:
				      base-config: small
				      minimum-number-of-calls: 50
				""")).contains("Property: breaker.instances.payments.minimum-number-of-calls")
			.contains("Value: \"50\"")
			.contains("application.yml] - 8:32")
			.contains("must be at most the 10 calls that the count-based window holds (sliding-window-size)")
			.contains("(\"breaker.configs.small.sliding-window-size\" is \"10\": ")
			.contains("application.yml] - 4:28)");
	}

	@Test
	void inheritedValueThatContradictsAnInstanceSaysForWhichInstance() {
		assertThat(failure("""
				breaker:
				  configs:
				    default:
				      minimum-number-of-calls: 50
				  instances:
				    payments:
				      sliding-window-size: 10
				""")).contains("Property: breaker.configs.default.minimum-number-of-calls")
			.contains("Reason: for instance \"payments\" must be at most the 10 calls")
			.contains("(\"breaker.instances.payments.sliding-window-size\" is \"10\": ");
	}

	@Test
	void hungCallsWithoutASlowThresholdStopTheApplication() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      count-hung-calls: true
				""")).contains("Property: breaker.instances.payments.count-hung-calls")
			.contains("Value: \"true\"")
			.contains("application.yml] - 4:25")
			.contains("must be false unless slow-call-duration-threshold is set, which says when a call is slow");
	}

	@Test
	void aSlowThresholdSwitchedOffUnderHungCallsShowsBothPlaces() {
		assertThat(failure("""
				breaker:
				  configs:
				    default:
				      slow-call-duration-threshold: 2s
				      count-hung-calls: true
				  instances:
				    payments:
				      slow-call-duration-threshold: none
				""")).contains("Property: breaker.configs.default.count-hung-calls")
			.contains("for instance \"payments\" must be false unless slow-call-duration-threshold is set")
			.contains("(\"breaker.instances.payments.slow-call-duration-threshold\" is \"none\": ");
	}

	@Test
	void moreSuccessesThanProbesStopTheApplication() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      permitted-number-of-calls-in-half-open-state: 3
				      success-threshold-in-half-open-state: 4
				""")).contains("Property: breaker.instances.payments.success-threshold-in-half-open-state")
			.contains("must be at most permitted-number-of-calls-in-half-open-state (3)")
			.contains("(\"breaker.instances.payments.permitted-number-of-calls-in-half-open-state\" is \"3\": ");
	}

	@Test
	void moreSuccessesThanTheOneProbeOfFailuresInARowShowWhatMakesItOne() {
		assertThat(failure("""
				breaker:
				  configs:
				    default:
				      success-threshold-in-half-open-state: 2
				  instances:
				    payments:
				      consecutive-failure-threshold: 5
				""")).contains("Property: breaker.configs.default.success-threshold-in-half-open-state")
			.contains("for instance \"payments\" must be at most permitted-number-of-calls-in-half-open-state (1)")
			.contains("(\"breaker.instances.payments.consecutive-failure-threshold\" is \"5\": ");
	}

	@Test
	void longestWaitShorterThanTheFirstOneStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      max-wait-duration-in-open-state: 10s
				""")).contains("Property: breaker.instances.payments.max-wait-duration-in-open-state")
			.contains("Value: \"10s\"")
			.contains("must not be shorter than wait-duration-in-open-state (PT1M)");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"recovery-ramp-start: 20 | recovery-ramp-start | must not be set without recovery-ramp-duration",
			"recovery-ramp-duration: 30s, stable-for: 20s | stable-for | must not be shorter than recovery-ramp-duration (PT30S)",
			"share-factor: 3 | share-factor | must not be set unless refuse is SHARE",
			"refuse: all, share-factor: 3 | share-factor | must not be set unless refuse is SHARE" })
	void recoveryThatContradictsItselfStopsTheApplication(String properties, String property, String reason) {
		assertThat(failure("breaker.instances.payments: { %s }".formatted(properties)))
			.contains("Property: breaker.instances.payments." + property)
			.contains("Reason: " + reason);
	}

	@Test
	void anInheritedRampAndShareCanBeSwitchedOff() {
		CircuitBreakerConfig config = new YamlApplication(this.directory).config("""
				breaker:
				  configs.default: { recovery-ramp-duration: 30s, recovery-ramp-start: 20, stable-for: 1m,
				    refuse: share, share-factor: 1.5 }
				  instances.payments: { recovery-ramp-duration: none, recovery-ramp-start: none, stable-for: none,
				    refuse: all, share-factor: none }
				""", "payments");
		assertThat(config.recoveryRampDuration()).isNull();
		assertThat(config.recoveryRampStart()).isEqualTo(10f);
		assertThat(config.stableFor()).isNull();
		assertThat(config.refuse()).isEqualTo(Refuse.ALL);
		assertThat(config.shareFactor()).isEqualTo(2.0);
	}

	@Test
	void anInheritedRampAndShareAreSwitchedOffWithTheirDetails() {
		CircuitBreakerConfig config = new YamlApplication(this.directory).config("""
				breaker:
				  configs.default: { recovery-ramp-duration: 30s, recovery-ramp-start: 20,
				    refuse: share, share-factor: 1.5 }
				  instances.payments: { recovery-ramp-duration: none, refuse: all }
				""", "payments");
		assertThat(config.recoveryRampDuration()).isNull();
		assertThat(config.recoveryRampStart()).isEqualTo(10f);
		assertThat(config.refuse()).isEqualTo(Refuse.ALL);
		assertThat(config.shareFactor()).isEqualTo(2.0);
	}

	@Test
	void aDetailNearerThanWhatSwitchesItsRampOffStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  configs.default.recovery-ramp-duration: none
				  instances.payments.recovery-ramp-start: 20
				""")).contains("Property: breaker.instances.payments.recovery-ramp-start")
			.contains("must not be set without recovery-ramp-duration");
	}

	@Test
	void unknownStateIsAnsweredWithTheNearest() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      initial-state: forced_opn
				""")).contains("Property: breaker.instances.payments.initial-state")
			.contains("Value: \"forced_opn\"")
			.contains("application.yml] - 4:22")
			.contains("must be one of CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY")
			.contains("did you mean \"FORCED_OPEN\"?");
	}

	@Test
	void unknownWindowTypeIsAnsweredWithAllOfThem() {
		assertThat(failure("breaker.instances.payments.sliding-window-type: random"))
			.contains("it must be one of COUNT_BASED, TIME_BASED.");
	}

	@Test
	void durationThatIsNoneIsAnsweredWithTheFormsThatThereAre() {
		assertThat(failure("""
				breaker:
				  configs:
				    default:
				      wait-duration-in-open-state: 5 minutes
				""")).contains("Property: breaker.configs.default.wait-duration-in-open-state")
			.contains("Value: \"5 minutes\"")
			.contains("application.yml] - 4:36")
			.contains("must be a duration such as 500ms, 5s or PT5S");
	}

	@Test
	void numberThatIsNoneStopsTheApplication() {
		assertThat(failure("breaker.instances.payments.sliding-window-size: 10.5")).contains("must be a whole number");
		assertThat(failure("breaker.instances.payments.slow-call-rate-threshold: 50%")).contains("must be a number");
	}

	@ParameterizedTest
	@CsvSource({ "sliding-window-size, 0x10, a whole number in decimal digits, 20",
			"sliding-window-size, 0X1F, a whole number in decimal digits, 20",
			"sliding-window-size, #20, a whole number in decimal digits, 20",
			"sliding-window-size, 1 0, a whole number in decimal digits, 20",
			"sliding-window-size, \u0661\u0662, a whole number in decimal digits, 20",
			"consecutive-failure-threshold, 0x3, a whole number in decimal digits, 20",
			"failure-rate-threshold, 0x1p3, a number in decimal digits, 2.5",
			"failure-rate-threshold, 50f, a number in decimal digits, 2.5",
			"failure-rate-threshold, 50d, a number in decimal digits, 2.5",
			"failure-rate-threshold, 5e1, a number in decimal digits, 2.5" })
	void numberThatIsNotDecimalStopsTheApplicationInAnySource(String key, String value, String rule, String example) {
		String expected = "must be " + rule + ", such as " + example;
		String property = "breaker.instances.payments." + key;
		assertThat(failure(property + ": \"" + value + "\"")).contains("Property: " + property)
			.contains("Value: \"" + value + "\"")
			.contains("application.yml] - 1:")
			.contains("Reason: " + expected)
			.contains("Change \"" + property + "\": it " + expected);
		assertThat(failure(property + ": ${SIZE:" + value + "}")).contains("Reason: " + expected);
		assertThat(new YamlApplication(this.directory)
			.withVariable("BREAKER_INSTANCES_PAYMENTS_" + key.replace("-", "").toUpperCase(java.util.Locale.ROOT),
					value)
			.failure("")).contains("Reason: " + expected);
	}

	@Test
	void numberOfASwitchIsDecimalToo() {
		assertThat(failure("breaker.keys.max: \"0x10\"")).contains("Property: breaker.keys.max")
			.contains("must be a whole number in decimal digits");
	}

	@ParameterizedTest
	@ValueSource(strings = { "50", "+50", "50.0", "50.", "\"50\"", "\"50.00\"", "${RATE:50}", "5.0e+1" })
	void decimalNumbersAreTaken(String value) {
		assertThat(new YamlApplication(this.directory)
			.config("breaker.instances.payments.failure-rate-threshold: " + value, "payments")
			.failureRateThreshold()).isEqualTo(50);
	}

	@Test
	void noneStandsAloneInPlaceOfAList() {
		for (String list : new String[] { "[none]", "[none, java.io.IOException]", "java.io.IOException, none" }) {
			assertThat(failure("breaker.instances.payments.ignore-exceptions: " + list))
				.contains("Property: breaker.instances.payments.ignore-exceptions")
				.contains("Reason: is none in a list: none stands alone, in place of a list")
				.contains("Write \"breaker.instances.payments.ignore-exceptions: none\" for no element at all")
				.doesNotContain("did you mean");
		}
	}

	@Test
	void offIsAnsweredWithNone() {
		assertThat(failure("breaker.instances.payments.consecutive-failure-threshold: off"))
			.contains("it must be a whole number, or none.");
	}

	@Test
	void valueThatIsAlwaysThereCannotBeSwitchedOff() {
		assertThat(failure("breaker.instances.payments.sliding-window-size: none"))
			.contains("Property: breaker.instances.payments.sliding-window-size")
			.contains("Value: \"none\"")
			.contains("it must be a whole number.");
	}

	@Test
	void placeholderThatLeadsNowhereStopsTheApplication() {
		assertThat(failure("breaker.instances.payments.sliding-window-size: ${no.such.size}"))
			.contains("Property: breaker.instances.payments.sliding-window-size")
			.contains("Value: \"${no.such.size}\"");
		assertThat(failure("a: ${b}\nb: ${a}\nbreaker.instances.payments.sliding-window-size: ${a}"))
			.contains("Property: breaker.instances.payments.sliding-window-size")
			.contains("Value: \"${a}\"");
	}

	@Test
	void unknownExceptionClassIsAnsweredWithTheNearest() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      record-exceptions:
				        - java.io.IOException
				        - java.util.concurrent.TimoutException
				""")).contains("Property: breaker.instances.payments.record-exceptions[1]")
			.contains("Value: \"java.util.concurrent.TimoutException\"")
			.contains("application.yml] - 6:11")
			.contains("there is no class java.util.concurrent.TimoutException")
			.contains("did you mean \"java.util.concurrent.TimeoutException\"?");
	}

	@Test
	void exceptionClassWithoutItsPackageIsAnsweredWithTheWholeName() {
		assertThat(failure("breaker.configs.default.ignore-exceptions: java.io.IOException, SQLException"))
			.contains("Property: breaker.configs.default.ignore-exceptions")
			.contains("there is no class SQLException")
			.contains("did you mean \"java.sql.SQLException\"?");
	}

	@Test
	void exceptionOfTheApplicationIsFoundInAnyOfItsPackages() {
		assertThat(new YamlApplication(this.directory).with(InThisPackage.class)
			.failure("breaker.configs.default.ignore-exceptions: com.example.OutOfBooksExeption"))
			.contains("there is no class com.example.OutOfBooksExeption")
			.contains("did you mean \"" + OutOfBooksException.class.getName() + "\"?");
	}

	@Test
	void exceptionClassThatIsNearNothingIsAnsweredWithTheRule() {
		assertThat(failure("breaker.configs.default.ignore-exceptions: com.example.NoSuchThingAnywhere"))
			.contains("it must be the name of a java.lang.Throwable class, or none.");
	}

	@Test
	void classThatIsNoThrowableStopsTheApplication() {
		assertThat(failure("breaker.instances.payments.record-exceptions: java.lang.String"))
			.contains("Property: breaker.instances.payments.record-exceptions")
			.contains("java.lang.String is no java.lang.Throwable");
	}

	@Test
	void classThatIsNoPredicateStopsTheApplication() {
		assertThat(failure("breaker.instances.payments.record-result-predicate: java.lang.String"))
			.contains("Property: breaker.instances.payments.record-result-predicate")
			.contains("java.lang.String is no java.util.function.Predicate");
	}

	@Test
	void unknownPredicateClassIsAnsweredWithTheNearest() {
		String nearly = RulePredicates.Anything.class.getName().replace("Anything", "Anythin");
		assertThat(failure("breaker.instances.payments.record-result-predicate: " + nearly))
			.contains("there is no class " + nearly)
			.contains("did you mean \"" + RulePredicates.Anything.class.getName() + "\"?");
	}

	private String failure(String yaml) {
		return new YamlApplication(this.directory).failure(yaml);
	}

	static class OutOfBooksException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class InThisPackage {

	}

}
