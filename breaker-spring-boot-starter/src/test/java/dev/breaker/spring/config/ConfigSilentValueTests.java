package dev.breaker.spring.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values that Spring Boot's binding takes for something that is not written.
 */
class ConfigSilentValueTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{ }", "--- {}", "# nothing\n{}\n" })
	void documentThatIsAnEmptyMapSaysNothing(String empty) {
		String said = "breaker.instances.payments.sliding-window-size: 30";
		for (String yaml : List.of(said + "\n---\n" + empty, empty + "\n---\n" + said)) {
			try (ConfigurableApplicationContext context = application().start(yaml)) {
				BreakerConfigs configs = context.getBean(BreakerConfigs.class);
				assertThat(configs.get("payments").slidingWindowSize()).isEqualTo(30);
				configs.reload();
				assertThat(configs.get("payments").slidingWindowSize()).isEqualTo(30);
				assertThat(configs.valuesOf(context.getBean(CircuitBreakerRegistry.class).get("payments")))
					.anySatisfy((value) -> assertThat(value.origin()).contains("application.yml"));
			}
		}
		try (ConfigurableApplicationContext context = application().start(empty)) {
			assertThat(context.getBean(BreakerConfigs.class).instanceNames()).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("durations")
	void durationWithoutAUnitIsRefused(String key) {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      %s: 30
				""".formatted(key))).contains("Property: breaker.instances.payments." + key)
			.contains("Value: \"30\"")
			.contains("application.yml] - 4:")
			.contains("Reason: must be a duration such as 500ms, 5s or PT5S, with its unit")
			.contains("Give \"breaker.instances.payments." + key + "\" a unit: \"30ms\"")
			.contains("\"30s\" is seconds");
	}

	@ParameterizedTest
	@ValueSource(strings = { "30", "\"30\"", "+30", "-30", "030", "${WAIT:30}", "1:30" })
	void numberInAnySpellingNeedsAUnit(String value) {
		assertThat(failure("breaker.configs.default.wait-duration-in-open-state: " + value))
			.contains("Property: breaker.configs.default.wait-duration-in-open-state")
			.contains("Reason: must be a duration such as 500ms, 5s or PT5S, with its unit");
	}

	@Test
	void numberWithoutAUnitIsRefusedInAnySource() {
		assertThat(
				application().asPropertiesFile().failure("breaker.instances.payments.wait-duration-in-open-state=30"))
			.contains("must be a duration such as 500ms, 5s or PT5S, with its unit");
		assertThat(application().withVariable("BREAKER_INSTANCES_PAYMENTS_WAITDURATIONINOPENSTATE", "30").failure(""))
			.contains("must be a duration such as 500ms, 5s or PT5S, with its unit");
		assertThat(application().withArgument("--breaker.instances.payments.waitDurationInOpenState=30").failure(""))
			.contains("must be a duration such as 500ms, 5s or PT5S, with its unit");
	}

	@Test
	void zeroNeedsNoUnit() {
		assertThat(application().config("breaker.instances.payments.wait-duration-in-open-state: 0", "payments")
			.waitDurationInOpenState()).isEqualTo(Duration.ZERO);
	}

	@ParameterizedTest
	@MethodSource("properties")
	void emptyValueIsRefused(String key) {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      %s:
				""".formatted(key))).contains("Property: breaker.instances.payments." + key)
			.contains("application.yml] - 4:")
			.contains("Reason: is empty")
			.contains("Remove \"breaker.instances.payments." + key + "\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"\"", "\"  \"", "${NAME:}", "null", "~" })
	void emptyBaseConfigIsNotTheDefaultOne(String value) {
		assertThat(failure("breaker.instances.payments.base-config: " + value))
			.contains("Property: breaker.instances.payments.base-config")
			.contains("Reason: is empty");
	}

	@Test
	void emptyVariableIsRefused() {
		assertThat(application().withVariable("BREAKER_INSTANCES_PAYMENTS_SLIDINGWINDOWSIZE", "").failure(""))
			.contains("Origin: System Environment Property \"BREAKER_INSTANCES_PAYMENTS_SLIDINGWINDOWSIZE\"")
			.contains("Reason: is empty");
	}

	@ParameterizedTest
	@MethodSource("switches")
	void emptySwitchIsRefused(String key) {
		assertThat(failure(key + ":")).contains("Property: " + key + "\n").contains("Reason: is empty");
	}

	@Test
	void emptyElementOfAListIsRefused() {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      record-exceptions:
				        - java.io.IOException
				        -
				""")).contains("Property: breaker.instances.payments.record-exceptions[1]")
			.contains("Reason: is empty");
		assertThat(failure("breaker.instances.payments.record-exceptions: java.io.IOException,,"))
			.contains("Property: breaker.instances.payments.record-exceptions\n")
			.contains("Reason: is empty");
	}

	@Test
	void listWithoutElementsIsWrittenInBrackets() {
		assertThat(failure("""
				breaker:
				  configs.default.record-exceptions: java.io.IOException
				  instances.payments.record-exceptions:
				    # - java.sql.SQLException
				""")).contains("Reason: is empty").contains("a list without any is written [ ], or \"none\"");
		assertThat(application().config("""
				breaker:
				  configs.default.record-exceptions: java.io.IOException
				  instances.payments.record-exceptions: [ ]
				""", "payments").recordExceptions()).isEmpty();
	}

	@Test
	void placeholderThatIsSetNowhereIsNamed() {
		assertThat(failure("breaker.instances.payments.sliding-window-size: ${NOPE}"))
			.contains("Property: breaker.instances.payments.sliding-window-size")
			.contains("Value: \"${NOPE}\"")
			.contains("application.yml] - 1:")
			.contains("has a placeholder that cannot be resolved: Could not resolve placeholder 'NOPE'")
			.contains("Set \"NOPE\", or give it a default in \"breaker.instances.payments.sliding-window-size\"")
			.doesNotContain("must be a whole number");
	}

	@ParameterizedTest
	@MethodSource("properties")
	void placeholderIsNamedWhateverTheProperty(String key) {
		assertThat(failure("breaker.instances.payments." + key + ": ${NOPE}"))
			.contains("Property: breaker.instances.payments." + key)
			.contains("Could not resolve placeholder 'NOPE'");
	}

	@ParameterizedTest
	@MethodSource("switches")
	void placeholderIsNamedWhateverTheSwitch(String key) {
		assertThat(failure(key + ": ${NOPE}")).contains("Property: " + key)
			.contains("Could not resolve placeholder 'NOPE'");
	}

	@Test
	void placeholderIsNamedWhereverItStands() {
		assertThat(failure("""
				size: ${NOPE}
				breaker.instances.payments:
				  sliding-window-size: ${size}
				  record-exceptions: [ "java.io.IOException", "${ALSO}" ]
				""")).contains("Could not resolve placeholder 'NOPE'")
			.contains("Property: breaker.instances.payments.record-exceptions[1]")
			.contains("Could not resolve placeholder 'ALSO'");
	}

	@Test
	void placeholderThatIsOverriddenNeedNotLeadAnywhere() {
		assertThat(application().withArgument("--breaker.instances.payments.sliding-window-size=7")
			.config("breaker.instances.payments.sliding-window-size: ${NOPE}", "payments")
			.slidingWindowSize()).isEqualTo(7);
	}

	@Test
	void placeholderThatRefersToItselfIsShown() {
		assertThat(failure("a: ${b}\nb: ${a}\nbreaker.instances.payments.sliding-window-size: ${a}"))
			.contains("Circular placeholder reference 'a'")
			.contains("Change \"breaker.instances.payments.sliding-window-size\", or one of the properties");
	}

	@Test
	void numberOfAConstantIsNotItsName() {
		assertThat(failure("breaker.instances.payments.initial-state: 1")).contains("must be one of CLOSED, OPEN,");
		assertThat(failure("breaker.instances.payments.sliding-window-type: 1"))
			.contains("must be one of COUNT_BASED, TIME_BASED");
		assertThat(failure("breaker.events.types: 1")).contains("must be one of STATE_CHANGE,");
		assertThat(failure("breaker.events.types: [ 1, 2 ]")).contains("must be one of STATE_CHANGE,");
	}

	@ParameterizedTest
	@ValueSource(strings = { "breaker.keys.max", "breaker.aspect.order", "breaker.events.capacity" })
	void switchThatCountsMustBeANumber(String key) {
		assertThat(failure(key + ": abc")).contains("Property: " + key + "\n")
			.contains("Value: \"abc\"")
			.contains("application.yml] - 1:")
			.contains("Reason: must be a whole number")
			.contains("Change \"" + key + "\": it must be a whole number.");
		assertThat(failure(key + ": 3000000000")).contains("must be a whole number of at most 2147483647");
	}

	@ParameterizedTest
	@ValueSource(strings = { "breaker.enabled", "breaker.metrics.enabled", "breaker.events.enabled",
			"breaker.web.problem-details", "breaker.endpoints.replace-others" })
	void switchMustBeTrueOrFalse(String key) {
		assertThat(failure(key + ": yess")).contains("Property: " + key + "\n")
			.contains("Value: \"yess\"")
			.contains("application.yml] - 1:")
			.contains("Reason: must be true or false")
			.contains("Change \"" + key + "\": it must be true or false.");
	}

	@Test
	void unknownTypeOfAnEventIsAnsweredWithTheNearest() {
		assertThat(failure("breaker.events.types: [ state-change, failur ]"))
			.contains("Property: breaker.events.types[1]")
			.contains("did you mean \"FAILURE\"?");
	}

	@Test
	void wrongSwitchesAndWrongInstancesAreReportedAtOnce() {
		assertThat(failure("""
				breaker:
				  enabled: maybe
				  aspect.order: first
				  instances.payments.wait-duration-in-open-state: 30
				""")).contains("Property: breaker.enabled\n")
			.contains("Property: breaker.aspect.order\n")
			.contains("Property: breaker.instances.payments.wait-duration-in-open-state\n");
	}

	@ParameterizedTest
	@ValueSource(strings = { "on", "yes", "TRUE", "true" })
	void switchIsWrittenAsSpringBootReadsIt(String value) {
		try (ConfigurableApplicationContext context = application().start("breaker.metrics.enabled: " + value)) {
			assertThat(context.getBean(BreakerProperties.class).metrics().enabled()).isTrue();
		}
	}

	static Stream<String> durations() {
		return PropertyDefinition.OF_BREAKER.stream()
			.filter((property) -> property.elementType() == Duration.class)
			.map(PropertyDefinition::toString);
	}

	static Stream<String> properties() {
		return PropertyDefinition.OF_BREAKER.stream().map(PropertyDefinition::toString);
	}

	static Stream<String> switches() {
		return SwitchValidator.SWITCHES.stream().map((property) -> "breaker." + property);
	}

	private String failure(String yaml) {
		return application().failure(yaml);
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

}
