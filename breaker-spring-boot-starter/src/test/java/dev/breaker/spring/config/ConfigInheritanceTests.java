package dev.breaker.spring.config;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.SlidingWindowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One rule: the nearest level that sets a value wins.
 */
class ConfigInheritanceTests {

	private static final String LEVELS = """
			breaker:
			  configs:
			    default:
			      failure-rate-threshold: 10
			      minimum-number-of-calls: 11
			      sliding-window-size: 12
			      sliding-window-type: TIME_BASED
			    far:
			      failure-rate-threshold: 20
			      minimum-number-of-calls: 21
			      sliding-window-size: 22
			    near:
			      base-config: far
			      failure-rate-threshold: 30
			      minimum-number-of-calls: 31
			  instances:
			    payments:
			      base-config: near
			      failure-rate-threshold: 40
			    plain:
			""";

	@TempDir
	Path directory;

	@Test
	void nearestLevelThatSetsAValueWins() {
		CircuitBreakerConfig config = config(LEVELS, "payments");
		assertThat(config.failureRateThreshold()).isEqualTo(40);
		assertThat(config.minimumNumberOfCalls()).isEqualTo(31);
		assertThat(config.slidingWindowSize()).isEqualTo(22);
		assertThat(config.slidingWindowType()).isEqualTo(SlidingWindowType.TIME_BASED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "never heard of" })
	void defaultConfigIsUnderEveryInstance(String name) {
		CircuitBreakerConfig config = config(LEVELS, name);
		assertThat(config.failureRateThreshold()).isEqualTo(10);
		assertThat(config.slidingWindowSize()).isEqualTo(12);
	}

	@Test
	void breakersWithoutAnyConfigHaveTheDefaultsOfTheBuilder() {
		assertThat(config("breaker.instances.payments: { }", "payments").toString())
			.isEqualTo(CircuitBreakerConfig.ofDefaults().toString());
	}

	@Test
	void baseConfigMayNameTheDefaultConfig() {
		assertThat(config("""
				breaker:
				  configs.default.sliding-window-size: 30
				  instances.payments.base-config: default
				""", "payments").slidingWindowSize()).isEqualTo(30);
	}

	@Test
	void nearerLevelWinsOverASourceOfHigherPrecedence() {
		YamlApplication application = application().withArgument("--breaker.configs.default.sliding-window-size=30")
			.withArgument("--breaker.configs.default.initial-state=open");
		CircuitBreakerConfig config = application.config("breaker.instances.payments.sliding-window-size: 40",
				"payments");
		assertThat(config.slidingWindowSize()).isEqualTo(40);
		assertThat(config.initialState()).hasToString("OPEN");
	}

	@Test
	void sourceOfHigherPrecedenceWinsWithinALevel() {
		assertThat(application().withArgument("--breaker.instances.payments.slidingWindowSize=50")
			.config("breaker.instances.payments.sliding-window-size: 40", "payments")
			.slidingWindowSize()).isEqualTo(50);
	}

	@Test
	void listReplacesAnInheritedList() {
		String yaml = """
				breaker:
				  configs:
				    default:
				      record-exceptions: [java.io.IOException, java.sql.SQLException]
				      ignore-exceptions: java.lang.IllegalStateException, java.lang.IllegalArgumentException
				  instances:
				    replacing:
				      record-exceptions:
				        - java.util.concurrent.TimeoutException
				    emptying:
				      record-exceptions: [ ]
				    inheriting:
				""";
		assertThat(config(yaml, "replacing").recordExceptions()).containsExactly(TimeoutException.class);
		assertThat(config(yaml, "emptying").recordExceptions()).isEmpty();
		assertThat(config(yaml, "inheriting").recordExceptions()).containsExactly(IOException.class,
				SQLException.class);
		assertThat(config(yaml, "inheriting").ignoreExceptions()).containsExactly(IllegalStateException.class,
				IllegalArgumentException.class);
	}

	@Test
	void noneSwitchesAnInheritedValueOff() {
		CircuitBreakerConfig config = config("""
				breaker:
				  configs:
				    default:
				      failure-rate-threshold: 40
				      consecutive-failure-threshold: 5
				      slow-call-duration-threshold: 2s
				      max-wait-duration-in-open-state: 5m
				      success-threshold-in-half-open-state: 2
				      record-exceptions: java.io.IOException
				      ignore-exceptions: java.io.IOException
				      record-exception-predicate: %1$s
				      ignore-exception-predicate: %1$s
				      record-result-predicate: %1$s
				  instances:
				    payments:
				      failure-rate-threshold: none
				      consecutive-failure-threshold: None
				      slow-call-duration-threshold: NONE
				      max-wait-duration-in-open-state: ${wait:none}
				      success-threshold-in-half-open-state: none
				      record-exceptions: none
				      ignore-exceptions: none
				      record-exception-predicate: none
				      ignore-exception-predicate: none
				      record-result-predicate: none
				""".formatted(RulePredicates.Anything.class.getName()), "payments");
		assertThat(config.toString())
			.isEqualTo(CircuitBreakerConfig.builder().withoutFailureRateThreshold().build().toString());
		assertThat(config.failureRateThreshold()).isNull();
	}

	@Test
	void nearerLevelSwitchesOnWhatAFartherOneSwitchedOff() {
		assertThat(config("""
				breaker:
				  configs.default.failure-rate-threshold: none
				  instances.payments.failure-rate-threshold: 60
				""", "payments").failureRateThreshold()).isEqualTo(60);
	}

	@Test
	void consecutiveFailuresAloneSwitchTheFailureRateOff() {
		CircuitBreakerConfig config = config("breaker.instances.payments.consecutive-failure-threshold: 3", "payments");
		assertThat(config.failureRateThreshold()).isNull();
		assertThat(config.permittedNumberOfCallsInHalfOpenState()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "5s, 5000", "PT5S, 5000", "0, 0", "250ms, 250", "1h, 3600000" })
	void durationsAreWrittenAsSpringBootReadsThem(String written, long millis) {
		assertThat(config("breaker.instances.payments.wait-duration-in-open-state: " + written, "payments")
			.waitDurationInOpenState()).isEqualTo(Duration.ofMillis(millis));
	}

	@Test
	void placeholdersAreResolved() {
		CircuitBreakerConfig config = config("""
				size: 33
				breaker:
				  configs.remote.sliding-window-size: ${size}
				  instances.payments.base-config: ${base:remote}
				""", "payments");
		assertThat(config.slidingWindowSize()).isEqualTo(33);
	}

	@Test
	void configAloneNeedNotFitTogetherAsLongAsEachInstanceDoes() {
		assertThat(config("""
				breaker:
				  configs:
				    patient: { minimum-number-of-calls: 200 }
				  instances:
				    payments: { base-config: patient, sliding-window-size: 500 }
				""", "payments").minimumNumberOfCalls()).isEqualTo(200);
	}

	@Test
	void unknownBaseConfigStopsTheApplicationAndNamesTheNearest() {
		assertThat(application().failure("""
				breaker:
				  configs:
				    remote: { sliding-window-size: 10 }
				  instances:
				    payments:
				      base-config: remode
				""")).contains("Property: breaker.instances.payments.base-config")
			.contains("Value: \"remode\"")
			.contains("application.yml] - 6:20")
			.contains("names a config that is not there")
			.contains("did you mean \"remote\"?");
	}

	@Test
	void unknownBaseConfigIsAnsweredWithTheConfigs() {
		assertThat(application().failure("""
				breaker:
				  configs:
				    remote: { sliding-window-size: 10 }
				    local: { base-config: hasty }
				""")).contains("Property: breaker.configs.local.base-config")
			.contains("that is there: default, remote.");
	}

	@Test
	void circularBaseConfigStopsTheApplicationOnceAndIsShown() {
		String failure = application().failure("""
				breaker:
				  configs:
				    remote: { base-config: slow }
				    slow: { base-config: careful }
				    careful: { base-config: remote }
				  instances:
				    payments: { base-config: slow }
				    inventory: { base-config: careful }
				""");
		assertThat(failure).contains("Property: breaker.configs.careful.base-config")
			.contains("application.yml] - 5:29")
			.contains("is a circular base-config: remote -> slow -> careful -> remote")
			.containsOnlyOnce("is a circular base-config");
	}

	@Test
	void configThatIsItsOwnBaseStopsTheApplication() {
		assertThat(application().failure("breaker.configs.remote.base-config: remote"))
			.contains("is a circular base-config: remote -> remote");
	}

	@Test
	void baseUnderTheDefaultConfigStopsTheApplication() {
		assertThat(application().failure("""
				breaker:
				  configs:
				    remote: { sliding-window-size: 10 }
				    default: { base-config: remote }
				""")).contains("Property: breaker.configs.default.base-config")
			.contains("is a circular base-config: ")
			.contains("the default config has no base");
	}

	@Test
	void configsStayAsTheyWereAtStart() {
		try (ConfigurableApplicationContext context = application().start(LEVELS)) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.get("payments")).isSameAs(configs.get("payments"));
			assertThat(configs.instanceNames()).isUnmodifiable().containsExactly("payments", "plain");
			assertThat(configs.isConfigured("near")).isFalse();
			assertThat(configs.get("near")).isSameAs(configs.defaults());
		}
	}

	private CircuitBreakerConfig config(String yaml, String name) {
		return application().config(yaml, name);
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

}
