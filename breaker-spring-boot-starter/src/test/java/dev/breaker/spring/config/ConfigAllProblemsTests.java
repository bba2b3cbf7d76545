package dev.breaker.spring.config;

import java.nio.file.Path;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One start shows all that is wrong.
 */
class ConfigAllProblemsTests {

	@TempDir
	Path directory;

	@Test
	void tenDifferentFaultsAreReportedByOneStart() {
		String failure = failure("""
				breaker:
				  keys.max: 0
				  events:
				    capacity: 20000
				    types: [ failur, sucess ]
				  configs:
				    remote:
				      wait-duration-jitter: 2
				      wait-duration-multiplier: 0.5
				  instances:
				    payments:
				      failure-rate-threshold: 140
				      sliding-window-size: 10
				      minimum-number-of-calls: 20
				      permitted-number-of-calls-in-half-open-state: 3
				      success-threshold-in-half-open-state: 4
				      max-wait-duration-in-open-state: 10s
				      record-exceptions:
				        - com.example.FirstExceptionOfNobody
				        -
				        - java.lang.String
				        - ${NOPE}
				    inventory:
				      base-config: remot
				      record-exception-predicate: java.lang.String
				      ignore-exception-predicate: %1$sWithArgument
				      record-result-predicate: %1$sOfExceptions
				      initial-state: opn
				      slow-call-duration-threshold: 30
				""".formatted(ConfigAllProblemsTests.class.getName() + "$"));
		assertProblem(failure, "breaker.keys.max", "2:13", "must be 1 or more");
		assertProblem(failure, "breaker.events.capacity", "4:15", "must be between 1 and 10000");
		assertProblem(failure, "breaker.events.types[0]", "5:14", "must be one of STATE_CHANGE,");
		assertProblem(failure, "breaker.events.types[1]", "5:22", "must be one of STATE_CHANGE,");
		assertProblem(failure, "breaker.configs.remote.wait-duration-jitter", "8:29", "must be from 0 to 1");
		assertProblem(failure, "breaker.configs.remote.wait-duration-multiplier", "9:33", "must be ");
		String payments = "breaker.instances.payments.";
		assertProblem(failure, payments + "failure-rate-threshold", "12:31", "must be above 0");
		assertProblem(failure, payments + "minimum-number-of-calls", "14:32", "must be at most the 10 calls");
		assertProblem(failure, payments + "success-threshold-in-half-open-state", "16:45", "must be at most permitted");
		assertProblem(failure, payments + "max-wait-duration-in-open-state", "17:40", "must not be shorter");
		assertProblem(failure, payments + "record-exceptions[0]", "19:11", "there is no class com.example.First");
		assertProblem(failure, payments + "record-exceptions[1]", "20:", "is empty");
		assertProblem(failure, payments + "record-exceptions[2]", "21:11", "java.lang.String is no java.lang.Thr");
		assertProblem(failure, payments + "record-exceptions[3]", "22:11", "has a placeholder that cannot be");
		String inventory = "breaker.instances.inventory.";
		assertProblem(failure, inventory + "base-config", "24:20", "names a config that is not there");
		assertProblem(failure, inventory + "record-exception-predicate", "25:35", "java.lang.String is no java.util");
		assertProblem(failure, inventory + "ignore-exception-predicate", "26:35", "must be the type of a bean, or");
		assertProblem(failure, inventory + "record-result-predicate", "27:32", "must be a predicate of results");
		assertProblem(failure, inventory + "initial-state", "28:22", "must be one of CLOSED,");
		assertProblem(failure, inventory + "slow-call-duration-threshold", "29:37", "with its unit");
		assertThat(failure.split("Property: ", -1)).hasSize(21);
	}

	@Test
	void everyWrongClassBetweenCommasIsReported() {
		String failure = failure(
				"""
						breaker.configs.default.ignore-exceptions: SQLException, java.io.IOException, TimeoutExcepton, java.lang.String
						""");
		assertThat(failure).contains("Value: \"SQLException\"")
			.contains("did you mean \"java.sql.SQLException\"?")
			.contains("Value: \"TimeoutExcepton\"")
			.contains("did you mean \"java.util.concurrent.TimeoutException\"?")
			.contains("java.lang.String is no java.lang.Throwable")
			.doesNotContain("Value: \"java.io.IOException\"");
	}

	@Test
	void valueThatContradictsSeveralInstancesIsReportedForEach() {
		assertThat(failure("""
				breaker:
				  configs.default.minimum-number-of-calls: 50
				  instances:
				    payments.sliding-window-size: 10
				    inventory.sliding-window-size: 20
				""")).contains("Reason: for instance \"payments\" must be at most the 10 calls")
			.contains("Reason: for instance \"inventory\" must be at most the 20 calls");
	}

	@Test
	void contradictionWithinAConfigIsReportedOnceForAllItsInstances() {
		assertThat(failure("""
				breaker:
				  configs:
				    default.minimum-number-of-calls: 50
				    small.sliding-window-size: 10
				  instances:
				    payments.base-config: small
				    inventory.base-config: small
				""")).containsOnlyOnce("Property: ")
			.contains("Reason: for config \"small\" must be at most the 10 calls");
	}

	@ParameterizedTest
	@CsvSource({ "minimum-number-of-calls: 0, sliding-window-size: 10",
			"success-threshold-in-half-open-state: 0, consecutive-failure-threshold: 3",
			"max-wait-duration-in-open-state: 0, wait-duration-in-open-state: 5s" })
	void inheritedValueOutOfRangeIsOneProblemWhateverInstancesSet(String wrong, String right) {
		assertThat(failure("""
				breaker:
				  configs.default.%s
				  instances:
				    payments.%s
				    inventory.%2$s
				""".formatted(wrong, right))).containsOnlyOnce("Property: ").doesNotContain("for instance");
	}

	@ParameterizedTest
	@ValueSource(strings = { "wait-duration-in-open-state: 5 minutes|max-wait-duration-in-open-state: 10s",
			"wait-duration-in-open-state: -1s|max-wait-duration-in-open-state: 10s",
			"sliding-window-size: many|minimum-number-of-calls: 500",
			"sliding-window-size: 2000000|minimum-number-of-calls: 500",
			"sliding-window-type: TIME|minimum-number-of-calls: 500",
			"permitted-number-of-calls-in-half-open-state: 0|success-threshold-in-half-open-state: 20",
			"failure-rate-threshold: 140|success-threshold-in-half-open-state: 3|consecutive-failure-threshold: 5",
			"base-config: defalt|minimum-number-of-calls: 500", "base-config: ${NOPE}|minimum-number-of-calls: 500",
			"base-config:|max-wait-duration-in-open-state: 10s" })
	void valueIsNotComparedWithOneThatIsNotKnown(String lines) {
		assertThat(failure("""
				breaker:
				  configs:
				    default:
				      sliding-window-size: 1000
				      wait-duration-in-open-state: 5s
				  instances:
				    payments:
				      %s
				""".formatted(lines.replace("|", "\n      ")))).containsOnlyOnce("Property: ");
	}

	@Test
	void windowThatIsTooLargeForAnyTypeIsReportedBesideItsType() {
		assertThat(failure("""
				breaker.instances.payments:
				  sliding-window-type: TIME
				  sliding-window-size: 2000000
				""")).contains("must be one of COUNT_BASED, TIME_BASED").contains("must be from 1 to 1000000 calls");
	}

	@Test
	void windowOfTooManySecondsSaysForWhichInstance() {
		assertThat(failure("""
				breaker:
				  configs.default.sliding-window-size: 100000
				  instances.payments.sliding-window-type: TIME_BASED
				""")).containsOnlyOnce("Property: ")
			.contains("Reason: for instance \"payments\" must be from 1 to 86400 seconds")
			.contains("(\"breaker.instances.payments.sliding-window-type\" is \"TIME_BASED\": ");
	}

	private static void assertProblem(String failure, String key, String place, String reason) {
		int start = failure.indexOf("Property: " + key + "\n");
		assertThat(start).as(key).isNotNegative();
		int end = failure.indexOf("\n\n", start);
		assertThat(failure.substring(start, end)).contains("application.yml] - " + place)
			.contains("Value: ")
			.contains(reason);
	}

	private String failure(String yaml) {
		return new YamlApplication(this.directory).failure(yaml);
	}

	static class WithArgument implements Predicate<Throwable> {

		WithArgument(String argument) {
		}

		@Override
		public boolean test(Throwable throwable) {
			return true;
		}

	}

	static class OfExceptions implements Predicate<Throwable> {

		@Override
		public boolean test(Throwable throwable) {
			return true;
		}

	}

}
