package dev.breaker.spring.config;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of keys that are written as Resilience4j has them, and of keys that are
 * written twice.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigSuggestionTests {

	private static final Pattern SUGGESTED = Pattern.compile("did you mean \"([^\"]+)\"");

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({
			"recordFailurePredicate, record-exception-predicate, dev.breaker.spring.config.RulePredicates$Anything",
			"record-failure-predicate, record-exception-predicate, dev.breaker.spring.config.RulePredicates$Anything",
			"exponentialBackoffMultiplier, wait-duration-multiplier, 2",
			"exponentialMaxWaitDurationInOpenState, max-wait-duration-in-open-state, 5m",
			"randomizedWaitFactor, wait-duration-jitter, 0.5", "waitInterval, wait-duration-in-open-state, 5s",
			"ringBufferSizeInClosedState, sliding-window-size, 10",
			"ringBufferSizeInHalfOpenState, permitted-number-of-calls-in-half-open-state, 3",
			"timeoutDuration, time-limit, 2s" })
	void keyOfResilience4jIsAnsweredWithOurs(String key, String ours, String value) {
		suggests("breaker.instances.payments." + key, value, "breaker.instances.payments." + ours);
		suggests("breaker.configs.default." + key, value, "breaker.configs.default." + ours);
	}

	@ParameterizedTest
	@CsvSource({ "registerHealthIndicator, management.health.circuitbreakers.enabled",
			"allowHealthIndicatorToFail, breaker.health.down-when-open",
			"eventConsumerBufferSize, breaker.events.capacity",
			"automaticTransitionFromOpenToHalfOpenEnabled, half-open as soon as its wait is over",
			"transitionToStateAfterWaitDuration, max-wait-duration-in-half-open-state",
			"writableStackTraceEnabled, no stack trace", "slidingWindowSynchronizationStrategy, one way",
			"enableExponentialBackoff, wait-duration-multiplier", "enableRandomizedWait, wait-duration-jitter",
			"ignoreClassBindingExceptions, stops the application", "cancelRunningFuture, always cancelled" })
	void keyOfResilience4jThatNeedsNoOtherIsAnsweredWithTheReason(String key, String reason) {
		assertThat(failure("breaker.instances.payments." + key + ": true"))
			.contains("Remove \"breaker.instances.payments." + key + "\": ")
			.contains(reason)
			.doesNotContain("did you mean")
			.doesNotContain("Valid ");
	}

	@ParameterizedTest
	@CsvSource({
			"breaker.circuitbreaker.instances.payments.failureRateThreshold, 40, "
					+ "breaker.instances.payments.failure-rate-threshold",
			"breaker.circuitbreaker.instances.payments.failureRateTreshold, 40, "
					+ "breaker.instances.payments.failure-rate-threshold",
			"breaker.circuitbreaker.backends.payments.baseConfig, default, breaker.instances.payments.base-config",
			"breaker.circuitbreaker.configs.default.randomizedWaitFactor, 0.5, "
					+ "breaker.configs.default.wait-duration-jitter",
			"breaker.resilience4j.circuitbreaker.instances.payments.slidingWindowSize, 10, "
					+ "breaker.instances.payments.sliding-window-size",
			"breaker.backends.payments.slidingWindowSize, 10, breaker.instances.payments.sliding-window-size",
			"breaker.circuitbreaker.metrics.enabled, true, breaker.metrics.enabled",
			"breaker.circuitbreaker.circuit-breaker-aspect-order, 1, breaker.aspect.order",
			"breaker.circuitBreakerAspectOrder, 1, breaker.aspect.order",
			"breaker.payments.api.sliding-window-size, 10, breaker.instances[payments.api].sliding-window-size",
			"breaker.instance.sliding-window-size, 10, breaker.configs.default.sliding-window-size",
			"breaker.instances.payments.api.randomizedWaitFactor, 0.5, breaker.instances[payments.api].wait-duration-jitter",
			"breaker.instances.payments.slow-call-threshold, 2s, breaker.instances.payments.slow-call-duration-threshold",
			"breaker.instances.payments.slow-call-threshold, 50, breaker.instances.payments.slow-call-rate-threshold",
			"breaker.instances.payments.wait-duration, 30s, breaker.instances.payments.wait-duration-in-open-state",
			"breaker.instances.payments.record-exception, java.io.IOException, "
					+ "breaker.instances.payments.record-exceptions",
			"breaker.payments.record-exceptions[0], java.io.IOException, breaker.instances.payments.record-exceptions" })
	void suggestionIsItselfValid(String key, String value, String suggested) {
		suggests(key, value, suggested);
	}

	@Test
	void instanceBelowAWrapperWithoutPropertiesIsAnsweredWithItsKey() {
		assertThat(failure("breaker.circuitbreaker.instances.payments:"))
			.contains("did you mean \"breaker.instances.payments\"?");
		assertThat(failure("breaker.circuitbreaker.instances: { }")).contains("did you mean \"breaker.instances\"?");
		assertThat(failure("breaker.config:")).contains("did you mean \"breaker.configs\"?");
	}

	@ParameterizedTest
	@CsvSource({ "retry, @Retryable", "bulkhead, @ConcurrencyLimit", "thread-pool-bulkhead, @ConcurrencyLimit",
			"ratelimiter, no rate limiter", "timelimiter, timeout of the client" })
	void otherModulesOfResilience4jAreAnsweredWithWhatReplacesThem(String module, String replacement) {
		assertThat(failure("breaker." + module + ".instances.payments.some-key: 3"))
			.contains("Remove \"breaker." + module + ".instances.payments.some-key\": ")
			.contains(replacement);
	}

	@Test
	void validKeysAreListedOnce() {
		String failure = failure("""
				breaker:
				  bogus: 1
				  other.bogus: 2
				  instances:
				    payments: { bulkheads: 1, nonsense: 2 }
				    stock: { nonsense: 3 }
				  configs:
				    default: { nonsense: 3 }
				""");
		assertThat(failure).containsOnlyOnce("wait-duration-multiplier")
			.containsOnlyOnce("events.capacity")
			.contains("Remove \"breaker.instances.payments.bulkheads\".")
			.contains("Remove \"breaker.instances.stock.nonsense\".")
			.contains("Remove \"breaker.configs.default.nonsense\".")
			.contains("Remove \"breaker.other.bogus\".");
	}

	@Test
	void namesAsAListAreRefused() {
		assertThat(failure("""
				breaker:
				  instances:
				    - payments
				    - stock
				""")).contains("Property: breaker.instances[0]")
			.contains("is an element of a list, where names are keys")
			.contains("Write the names below \"breaker.instances\" as keys with a colon");
		assertThat(failure("""
				breaker:
				  instances:
				    - sliding-window-size: 10
				""")).contains("Property: breaker.instances[0].sliding-window-size")
			.contains("is an element of a list");
	}

	@Test
	void breakerMayBeCalledByANumber() {
		assertThat(application().config("""
				breaker:
				  instances:
				    404:
				      sliding-window-size: 10
				""", "404").slidingWindowSize()).isEqualTo(10);
	}

	@Test
	void baseThatIsSuggestedMakesNoLoop() {
		assertThat(failure("breaker.configs.remote.base-config: remot")).contains("names a config that is not there")
			.doesNotContain("did you mean");
		assertThat(failure("""
				breaker.configs:
				  remote: { base-config: remotes }
				  remotest: { base-config: remote }
				  remove: { sliding-window-size: 10 }
				""")).contains("did you mean \"remove\"?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "failureRateThreshold", "failure_rate_threshold", "FAILURE-RATE-THRESHOLD",
			"failureratethreshold" })
	void keyInTwoSpellingsOfOneFileIsRefused(String spelling) {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      failure-rate-threshold: 40
				      %s: 60
				""".formatted(spelling))).contains("Property: breaker.instances.payments." + spelling)
			.contains("Value: \"60\"")
			.contains("application.yml] - 5:")
			.contains("is the same property as \"breaker.instances.payments.failure-rate-threshold\", which is \"40\"")
			.contains("application.yml] - 4:31")
			.contains("Keep one of \"breaker.instances.payments.failure-rate-threshold\" and "
					+ "\"breaker.instances.payments." + spelling + "\".");
		assertThat(application().config("breaker.instances.payments." + spelling + ": 60", "payments")
			.failureRateThreshold()).isEqualTo(60);
	}

	@Test
	void keyInTwoSpellingsIsRefusedWhereverItStands() {
		assertThat(failure("breaker.health:\n  down-when-open: a\n  downWhenOpen: b"))
			.contains("is the same property as \"breaker.health.down-when-open\"");
		assertThat(application().asPropertiesFile()
			.failure("breaker.configs.default.initial-state=OPEN\nbreaker.configs.default.initialState=OPEN"))
			.contains("is the same property as \"breaker.configs.default.initial");
		assertThat(application().withArgument("--breaker.configs.default.initial-state=OPEN")
			.withArgument("--breaker.configs.default.initialState=CLOSED")
			.failure("")).contains("is the same property as \"breaker.configs.default.initial");
		assertThat(application().asPropertiesFile().failure("""
				breaker.configs.default.record-exceptions=java.io.IOException
				breaker.configs.default.recordExceptions[0]=java.sql.SQLException
				""")).contains("is the same property as \"breaker.configs.default.record");
	}

	@Test
	void spellingsOfDifferentSourcesOverrideEachOther() {
		assertThat(application().withArgument("--breaker.instances.payments.slidingWindowSize=50")
			.withVariable("BREAKER_INSTANCES_PAYMENTS_SLIDING_WINDOW_SIZE", "60")
			.config("""
					breaker.instances.payments.sliding_window_size: 30
					---
					breaker.instances.payments.sliding-window-size: 40
					""", "payments")
			.slidingWindowSize()).isEqualTo(50);
		assertThat(application().withArgument("--spring.profiles.active=busy").config("""
				breaker.instances.payments.sliding-window-size: 30
				---
				spring.config.activate.on-profile: busy
				breaker.instances.payments.slidingWindowSize: 40
				""", "payments").slidingWindowSize()).isEqualTo(40);
	}

	@Test
	void leftoversOfResilience4jAreReportedInOneLine(CapturedOutput output) {
		try (ConfigurableApplicationContext context = application()
			.withVariable("RESILIENCE4J_CIRCUITBREAKER_CONFIGS_DEFAULT_SLIDINGWINDOWSIZE", "10")
			.start("""
					resilience4j:
					  circuitbreaker:
					    instances:
					      payments:
					        failureRateThreshold: 40
					        slidingWindowSize: 10
					  retry.instances.payments.maxAttempts: 3
					""")) {
			assertThat(context.getBean(BreakerConfigs.class).instanceNames()).isEmpty();
		}
		assertThat(output.toString().lines().filter((line) -> line.contains("resilience4j"))).singleElement()
			.asString()
			.contains(" WARN ")
			.contains("4 properties below \"resilience4j\" have no effect")
			.contains("Resilience4j is not on the class path");
	}

	@Test
	void resilience4jThatIsThereReadsItsPropertiesItself(CapturedOutput output) {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withUserConfiguration(YamlApplication.Application.class)
			.withPropertyValues("resilience4j.circuitbreaker.instances.payments.sliding-window-size=10",
					"resilience4j.retry.instances.payments.max-attempts=3");
		ClassLoader retry = with(getClass().getClassLoader(), "io.github.resilience4j.core.Registry");
		runner.withClassLoader(with(retry, "io.github.resilience4j.circuitbreaker.CircuitBreaker"))
			.run((context) -> assertThat(output).doesNotContain("have no effect"));
		runner.withClassLoader(retry)
			.run((context) -> assertThat(output)
				.containsOnlyOnce("1 properties below \"resilience4j.circuitbreaker\" have no effect"));
	}

	private static ClassLoader with(ClassLoader parent, String className) {
		return new ByteBuddy().subclass(Object.class)
			.name(className)
			.make()
			.load(parent, ClassLoadingStrategy.Default.WRAPPER)
			.getLoaded()
			.getClassLoader();
	}

	private void suggests(String key, String value, String suggested) {
		String failure = failure(key + ": " + value);
		Matcher matcher = SUGGESTED.matcher(failure);
		assertThat(matcher.find()).as(failure).isTrue();
		assertThat(matcher.group(1)).isEqualTo(suggested);
		try (ConfigurableApplicationContext context = application().start(suggested + ": " + value)) {
			assertThat(context.isActive()).isTrue();
		}
	}

	private String failure(String yaml) {
		return application().failure(yaml);
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

}
