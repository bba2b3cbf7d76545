package dev.breaker.spring.config;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Typos and mis-nested keys, which other libraries ignore.
 */
class ConfigTypoTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "false", "off", "x", "true" })
	void aValueOfBreakerItselfStopsTheApplication(String value) {
		assertThat(new YamlApplication(this.directory).failure("breaker: " + value)).contains("Property: breaker")
			.contains("application.yml] - 1:")
			.contains("Reason: takes properties below it, and no value of its own")
			.contains("write \"breaker.enabled: false\" instead of \"breaker\"");
		assertThat(new YamlApplication(this.directory).withArgument("--breaker=" + value).failure(""))
			.contains("write \"breaker.enabled: false\"");
	}

	@Test
	void aVariableCalledBreakerIsOfSomethingElse() {
		new YamlApplication(this.directory).withVariable("BREAKER", "x").start("breaker:").close();
		new YamlApplication(this.directory).start("breaker: { }").close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "[ ]", "record-result-predicate[ ]", "..", "[]" })
	void aKeyOfOddCharactersIsNoProperty(String key) {
		assertThat(new YamlApplication(this.directory).withArgument("--breaker.backends.my_name." + key + "=x")
			.failure("")).contains("Property: breaker.backends.my_name.").contains("is not a property");
	}

	@Test
	void typoInAnInstanceNamesTheNearestKeyAndTheLine() {
		String failure = failure("""
				breaker:
				  instances:
				    payments:
				      minimum-number-of-calls: 20
				      failure-rate-treshold: 40
				""");
		assertThat(failure).contains("Property: breaker.instances.payments.failure-rate-treshold")
			.contains("Value: \"40\"")
			.contains("application.yml] - 5:30")
			.contains("Reason: is not a property")
			.contains("Instead of \"breaker.instances.payments.failure-rate-treshold\": "
					+ "did you mean \"breaker.instances.payments.failure-rate-threshold\"?");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void failureAnalysisIsPrintedWhenTheApplicationStarts(CapturedOutput output) {
		assertThatException().isThrownBy(() -> application().start("""
				breaker:
				  instances:
				    payments:
				      failure-rate: 40
				"""));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: breaker.instances.payments.failure-rate")
			.contains("did you mean \"breaker.instances.payments.failure-rate-threshold\"?");
	}

	@Test
	void typoInAConfigThatNoInstanceUsesStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  configs:
				    remote:
				      waitDurationInOpenStat: 5s
				""")).contains("Property: breaker.configs.remote.waitDurationInOpenStat")
			.contains("- 4:31")
			.contains("did you mean \"breaker.configs.remote.wait-duration-in-open-state\"?");
	}

	@Test
	void keyThatIsNearNothingIsAnsweredWithTheKeysThatThereAre() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      bulkhead: 5
				""")).contains("Property: breaker.instances.payments.bulkhead")
			.contains("Remove \"breaker.instances.payments.bulkhead\"")
			.contains("base-config, ")
			.contains("wait-duration-multiplier");
	}

	@Test
	void forgottenInstancesLevelStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  payments:
				    failure-rate-threshold: 40
				""")).contains("Property: breaker.payments.failure-rate-threshold")
			.contains("- 3:29")
			.contains("did you mean \"breaker.instances.payments.failure-rate-threshold\"?");
	}

	@Test
	void forgottenConfigsLevelStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  default:
				    failure-rate-threshold: 40
				""")).contains("did you mean \"breaker.configs.default.failure-rate-threshold\"?");
	}

	@Test
	void misspeltSectionStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  instance:
				    payments:
				      failure-rate-threshold: 40
				""")).contains("Property: breaker.instance.payments.failure-rate-threshold")
			.contains("did you mean \"breaker.instances.payments.failure-rate-threshold\"?");
	}

	@Test
	void propertyDirectlyBelowInstancesStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  instances:
				    failure-rate-threshold: 40
				    payments:
				""")).contains("Property: breaker.instances.failure-rate-threshold")
			.contains("- 3:29")
			.contains("did you mean \"breaker.configs.default.failure-rate-threshold\" or "
					+ "\"breaker.instances.NAME.failure-rate-threshold\"?");
	}

	@Test
	void listDirectlyBelowInstancesStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  instances:
				    record-exceptions:
				      - java.io.IOException
				""")).contains("Property: breaker.instances.record-exceptions[0]")
			.contains("\"breaker.instances.NAME.record-exceptions\"");
	}

	@Test
	void valueWhereAnInstanceShouldBeStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments: 40
				""")).contains("Property: breaker.instances.payments")
			.contains("takes properties below it, and no value of its own")
			.contains("such as \"breaker.instances.payments.failure-rate-threshold\"");
	}

	@Test
	void valueWhereInstancesShouldBeStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  instances: payments
				""")).contains("Property: breaker.instances")
			.contains("Value: \"payments\"")
			.contains("such as \"breaker.instances.payments.failure-rate-threshold\"");
	}

	@Test
	void propertyDirectlyBelowBreakerStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  sliding-window-size: 40
				""")).contains("Property: breaker.sliding-window-size")
			.contains("did you mean \"breaker.configs.default.sliding-window-size\"?");
	}

	@Test
	void typoInASwitchStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  enable: false
				  metrics:
				    enable: false
				  health:
				    down-if-open: payments
				""")).contains("Property: breaker.enable\n")
			.contains("did you mean \"breaker.enabled\"?")
			.contains("Property: breaker.metrics.enable\n")
			.contains("- 4:13")
			.contains("did you mean \"breaker.metrics.enabled\"?")
			.contains("did you mean \"breaker.health.down-when-open\"?");
	}

	@Test
	void unknownSwitchIsAnsweredWithTheSwitchesThatThereAre() {
		assertThat(failure("""
				breaker:
				  bulkhead:
				    threads: 4
				""")).contains("Remove \"breaker.bulkhead.threads\"")
			.contains("instances.NAME.*")
			.contains("events.capacity")
			.contains("health.down-when-open");
	}

	@Test
	void switchThatIsNoBooleanDoesNotSwitchTheBreakersOff() {
		assertThat(failure("""
				breaker:
				  enabled: flase
				""")).contains("breaker.enabled").contains("\"flase\"").contains("- 2:12");
	}

	@Test
	void switchesAreBoundWithTheirTypes() {
		assertThat(failure("""
				breaker:
				  keys:
				    max: many
				""")).contains("Property: breaker.keys.max").contains("\"many\"").contains("- 3:10");
	}

	@Test
	void switchOutOfRangeStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  keys:
				    max: 0
				  events:
				    capacity: -1
				""")).contains("Property: breaker.keys.max")
			.contains("Value: \"0\"")
			.contains("application.yml] - 3:10")
			.contains("Reason: must be 1 or more")
			.contains("Property: breaker.events.capacity");
	}

	@Test
	void severalMistakesAreReportedAtOnce() {
		assertThat(failure("""
				breaker:
				  configs:
				    remote:
				      failure-rate-threshold: 140
				  instances:
				    payments:
				      base-config: remot
				      sliding-window-sise: 10
				""")).contains("breaker.configs.remote.failure-rate-threshold")
			.contains("breaker.instances.payments.base-config")
			.contains("breaker.instances.payments.sliding-window-sise");
	}

	@Test
	void typoInAPropertiesFileOrAnArgumentStopsTheApplicationToo() {
		assertThat(application().asPropertiesFile().failure("breaker.instances.payments.initialstat=OPEN"))
			.contains("application.properties] - 1:40")
			.contains("did you mean \"breaker.instances.payments.initial-state\"?");
		assertThat(application().withArgument("--breaker.instances.payments.slidingWindowTyp=TIME_BASED").failure(""))
			.contains("Origin: \"breaker.instances.payments.slidingWindowTyp\" from property source")
			.contains("did you mean \"breaker.instances.payments.sliding-window-type\"?");
	}

	@Test
	void keysOfOthersAreNotTouched() {
		try (ConfigurableApplicationContext context = application().start("""
				breakers:
				  anything: 1
				breaker-box:
				  anything: 1
				other:
				  breaker:
				    anything: 1
				""")) {
			assertThat(context.getBean(BreakerConfigs.class).instanceNames()).isEmpty();
		}
	}

	@Test
	void emptySectionsAreFine() {
		try (ConfigurableApplicationContext context = application().start("""
				breaker:
				  configs:
				    default: { }
				    remote:
				  instances: { }
				""")) {
			assertThat(context.getBean(BreakerConfigs.class).instanceNames()).isEmpty();
		}
	}

	@Test
	void emptySectionOfSwitchesIsRefused() {
		assertThat(failure("breaker.keys:")).contains("Property: breaker.keys\n")
			.contains("has properties below it, and none is there")
			.contains("Remove \"breaker.keys\", or give it a property.");
	}

	@Test
	void moreEventsThanCanBeKeptAreRefused() {
		assertThat(failure("breaker.events.capacity: 10001")).contains("Property: breaker.events.capacity")
			.contains("must be between 1 and 10000");
	}

	private String failure(String yaml) {
		return application().failure(yaml);
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

}
