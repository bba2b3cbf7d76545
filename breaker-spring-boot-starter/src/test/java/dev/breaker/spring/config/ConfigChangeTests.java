package dev.breaker.spring.config;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Refuse;
import dev.breaker.SlidingWindowType;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What is changed of one breaker at run time, by a command or in code.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigChangeTests {

	private final Changing environment = new Changing();

	private final ManualClock clock = new ManualClock();

	@Test
	void aValueThatHasNoEffectIsAWarning(CapturedOutput output) {
		this.environment.runner.run((context) -> {
			registry(context).get("payments");
			configs(context).change("payments", Map.of("slow-call-rate-threshold", 50));
			assertThat(output)
				.containsOnlyOnce("Changed values of circuit breaker 'payments' have no effect:"
						+ " \"config.slow-call-rate-threshold\" is \"50\"")
				.contains(", but no call is slow: set slow-call-duration-threshold, or remove it");
			configs(context).change("payments",
					Map.of("slow-call-duration-threshold", "1s", "slow-call-rate-threshold", 60));
			configs(context).change("payments", Map.of("slow-call-rate-threshold", 70));
			assertThat(output).containsOnlyOnce("have no effect");
		});
	}

	@Test
	void aChangeReachesTheBreakerAndThoseMadeLater() {
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			CircuitBreaker other = registry(context).get("other");
			Calls.fail(payments, 3);
			configs(context).change("payments", Map.of("failure-rate-threshold", 40, "minimumNumberOfCalls", "4"));
			assertThat(payments.config().failureRateThreshold()).isEqualTo(40f);
			assertThat(payments.snapshot().bufferedCalls()).isEqualTo(3);
			assertThat(other.config()).isSameAs(configs(context).defaults());
			Calls.fail(payments, 1);
			assertThat(payments.state()).isEqualTo(State.OPEN);
			registry(context).remove("payments");
			assertThat(registry(context).get("payments").config()).isSameAs(configs(context).get("payments"))
				.extracting(CircuitBreakerConfig::minimumNumberOfCalls)
				.isEqualTo(4);
		});
	}

	@Test
	void aNumberIsDecimalAsInAFile() {
		this.environment.runner.run((context) -> {
			CircuitBreakerConfig before = registry(context).get("payments").config();
			for (String number : List.of("0x10", "\u0661\u0662", "#12", "1 2")) {
				assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
					.isThrownBy(() -> configs(context).change("payments", Map.of("sliding-window-size", number)))
					.withMessageContaining("must be a whole number in decimal digits");
			}
			assertThat(registry(context).get("payments").config()).isSameAs(before);
			configs(context).change("payments", Map.of("sliding-window-size", "12"));
			assertThat(registry(context).get("payments").config().slidingWindowSize()).isEqualTo(12);
		});
	}

	@Test
	void aRampAndAShareAreSwitchedOffWithTheirDetails() {
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			configs(context).change("payments", Map.of("recovery-ramp-duration", "30s", "recovery-ramp-start", 20));
			configs(context).change("payments", Map.of("refuse", "share", "share-factor", 1.5));
			configs(context).change("payments", Map.of("recovery-ramp-duration", "none", "refuse", "all"));
			assertThat(payments.config().recoveryRampDuration()).isNull();
			assertThat(payments.config().recoveryRampStart()).isEqualTo(10f);
			assertThat(payments.config().refuse()).isEqualTo(Refuse.ALL);
			assertThat(payments.config().shareFactor()).isEqualTo(2.0);
			CircuitBreaker own = registry(context).get("own",
					payments.config()
						.toBuilder()
						.recoveryRampDuration(Duration.ofSeconds(30))
						.recoveryRampStart(20)
						.build());
			configs(context).change("own", Map.of("recovery-ramp-duration", "none"));
			assertThat(own.config().recoveryRampDuration()).isNull();
			assertThat(own.config().recoveryRampStart()).isEqualTo(10f);
		});
	}

	@Test
	void valuesAreWrittenAsInAFileOrAsTheyAre() {
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			configs(context).change("payments",
					Map.of("wait-duration-in-open-state", "5s", "SLIDING_WINDOW_TYPE", "time-based",
							"slowCallDurationThreshold", Duration.ofSeconds(2), "record-exceptions",
							List.of(IOException.class.getName(), IllegalStateException.class), "ignore-exceptions",
							"java.lang.Error, java.lang.IllegalArgumentException", "record-result-predicate",
							RulePredicates.Anything.class.getName()));
			CircuitBreakerConfig config = payments.config();
			assertThat(config.waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(5));
			assertThat(config.slidingWindowType()).isEqualTo(SlidingWindowType.TIME_BASED);
			assertThat(config.slowCallDurationThreshold()).isEqualTo(Duration.ofSeconds(2));
			assertThat(config.recordExceptions()).containsExactly(IOException.class, IllegalStateException.class);
			assertThat(config.ignoreExceptions()).containsExactly(Error.class, IllegalArgumentException.class);
			assertThat(config.recordResult()).isNotNull();
		});
	}

	@Test
	void noneSwitchesOffWhatIsConfigured() {
		this.environment.set("instances.payments.slow-call-duration-threshold", "1s")
			.set("instances.payments.record-exceptions", IOException.class.getName())
			.set("instances.payments.ignore-exceptions", Error.class.getName())
			.set("instances.payments.consecutive-failure-threshold", 3)
			.set("instances.payments.record-result-predicate", RulePredicates.Anything.class.getName());
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			configs(context).change("payments",
					Map.of("slow-call-duration-threshold", "none", "record-exceptions", "none", "ignore-exceptions",
							List.of(), "record-result-predicate", "NONE", "consecutive-failure-threshold", "none"));
			CircuitBreakerConfig config = payments.config();
			assertThat(config.slowCallDurationThreshold()).isNull();
			assertThat(config.recordExceptions()).isEmpty();
			assertThat(config.ignoreExceptions()).isEmpty();
			assertThat(config.recordResult()).isNull();
			assertThat(config.failureRateThreshold()).as("as where it was never set").isEqualTo(50f);
		});
	}

	@Test
	void laterChangesAreOverEarlierOnesAndAllAreTakenBack() {
		this.environment.set("instances.payments.failure-rate-threshold", 60);
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreaker payments = registry(context).get("payments");
			CircuitBreakerConfig configured = payments.config();
			configs.change("payments", Map.of("failure-rate-threshold", 40, "sliding-window-size", 50));
			configs.change("payments", Map.of("failure-rate-threshold", 30));
			assertThat(payments.config().failureRateThreshold()).isEqualTo(30f);
			assertThat(payments.config().slidingWindowSize()).isEqualTo(50);
			configs.restore("payments");
			assertThat(payments.config()).isSameAs(configured).isSameAs(configs.get("payments"));
			configs.restore("payments");
			assertThat(payments.config()).isSameAs(configured);
		});
	}

	@Test
	void aChangeStaysOverWhatTheEnvironmentSaysLater() {
		this.environment.set("instances.payments.failure-rate-threshold", 60);
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreaker payments = registry(context).get("payments");
			configs.change("payments", Map.of("failure-rate-threshold", 40));
			this.environment.set("instances.payments.failure-rate-threshold", 70)
				.set("instances.payments.sliding-window-size", 30);
			configs.reload();
			assertThat(payments.config().failureRateThreshold()).isEqualTo(40f);
			assertThat(payments.config().slidingWindowSize()).isEqualTo(30);
			configs.restore("payments");
			assertThat(payments.config().failureRateThreshold()).isEqualTo(70f);
		});
	}

	@Test
	void aChangeHasTheLastWordOverACustomizer() {
		this.environment.runner
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("payments", (builder) -> builder.failureRateThreshold(70)))
			.run((context) -> {
				CircuitBreaker payments = registry(context).get("payments");
				configs(context).change("payments", Map.of("failure-rate-threshold", 40));
				assertThat(payments.config().failureRateThreshold()).isEqualTo(40f);
				configs(context).reload();
				assertThat(payments.config().failureRateThreshold()).isEqualTo(40f);
			});
	}

	@Test
	void anEnvironmentThatContradictsAChangeIsRefused() {
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			configs(context).change("payments", Map.of("minimum-number-of-calls", 90));
			this.environment.set("configs.default.sliding-window-size", 50);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs(context).reload())
				.satisfies((ex) -> assertThat(ex.summary()).contains("\"config.minimum-number-of-calls\" (90)"
						+ " for circuit breaker \"payments\" must be at most the 50 calls that the count-based window"
						+ " holds (sliding-window-size). Change \"config.minimum-number-of-calls\", or what was changed at"
						+ " run time of the same circuit breaker"));
			assertThat(payments.config().slidingWindowSize()).isEqualTo(100);
			assertThat(configs(context).defaults().slidingWindowSize()).isEqualTo(100);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					failure-rate-treshold        | 40    | "config.failure-rate-treshold" (40) is not a property. Instead of "config.failure-rate-treshold": did you mean "config.failure-rate-threshold"?
					failureRateThreshold         | 140   | "config.failure-rate-threshold" (140) must be above 0 and at most 100 percent. Change "config.failure-rate-threshold": it must be above 0 and at most 100 percent.
					failure-rate-threshold       | lots  | "config.failure-rate-threshold" (lots) must be a number, or none
					failure-rate-threshold       | ${x}  | "config.failure-rate-threshold" (${x}) must be a number, or none
					minimum-number-of-calls      | none  | "config.minimum-number-of-calls" (none) must be a whole number
					minimum-number-of-calls      | 300   | "config.minimum-number-of-calls" (300) for circuit breaker "payments" must be at most the 100 calls
					sliding-window-size          | 10    | "minimum-number-of-calls" (20) for circuit breaker "payments" must be at most the 10 calls
					wait-duration-in-open-state  | 30    | "config.wait-duration-in-open-state" (30) must be a duration such as 500ms, 5s or PT5S, with its unit
					sliding-window-type          | COUNT | Instead of "COUNT" for "config.sliding-window-type": did you mean "COUNT_BASED"?
					record-exceptions            | java.io.IOExeption | Instead of "java.io.IOExeption" for "config.record-exceptions": did you mean "java.io.IOException"?
					base-config                  | other | "config.base-config" (other) is read at start alone. Remove "config.base-config": change the config in the environment.
					initial-state                | OPEN  | "config.initial-state" (OPEN) is read at start alone. Remove "config.initial-state": command a state.
					nothing                      | 1     | Valid for a config or an instance are base-config, consecutive-failure-threshold
					""")
	void aBadChangeIsRefusedWithKeyValueAndRemedy(String key, String value, String expected) {
		this.environment.set("instances.payments.minimum-number-of-calls", 20);
		this.environment.runner.withPropertyValues("x=1").run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			CircuitBreakerConfig before = payments.config();
			Map<String, Object> properties = new HashMap<>(Map.of("wait-duration-multiplier", 2));
			properties.put(key, value);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs(context).change("payments", properties))
				.satisfies((ex) -> assertThat(ex.summary()).contains(expected));
			assertThat(payments.config()).isSameAs(before).isSameAs(configs(context).get("payments"));
			assertThat(configs(context).changeOf(payments)).isNull();
		});
	}

	@Test
	void whatIsNoValueIsRefused() {
		this.environment.runner.run((context) -> {
			registry(context).get("payments");
			Map<String, Object> bad = new HashMap<>();
			bad.put("sliding-window-size", null);
			bad.put("wait-duration-multiplier", Map.of("a", 1));
			bad.put("minimum-number-of-calls", List.of(1, 2));
			bad.put("record-exceptions", List.of(List.of("a")));
			bad.put("failure-rate-threshold", 40);
			bad.put("failureRateThreshold", 50);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs(context).change("payments", bad))
				.satisfies((ex) -> assertThat(ex.summary()).contains("\"config.sliding-window-size\" has no value")
					.contains("\"config.wait-duration-multiplier\" ({a=1}) is no single value")
					.contains("\"config.minimum-number-of-calls\" ([1, 2]) is a list")
					.contains("\"config.record-exceptions[0]\" ([[a]]) is no single value")
					.contains("is the same property as"));
		});
	}

	@Test
	void unknownNamesAndNothingToChangeAreRefused() {
		this.environment.runner.withBean(Stock.class).run((context) -> {
			BreakerConfigs configs = configs(context);
			context.getBean(Stock.class).count("berlin");
			assertThatExceptionOfType(NoSuchElementException.class)
				.isThrownBy(() -> configs.change("unknown", Map.of("failure-rate-threshold", 40)))
				.withMessage("There is no circuit breaker 'unknown'");
			assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(() -> configs.restore("unknown"));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> configs.change("stock:berlin", Map.of("failure-rate-threshold", 40)))
				.withMessage("Circuit breaker 'stock:berlin' is that of a key, and has the config of its group."
						+ " Change 'stock'");
			assertThatIllegalArgumentException().isThrownBy(() -> configs.change("stock", Map.of()))
				.withMessageStartingWith("Give at least one property to change of circuit breaker 'stock'");
		});
	}

	@Test
	void aChangeOfKeyedBreakersIsForAllKeys() {
		this.environment.runner.withBean(Stock.class).run((context) -> {
			context.getBean(Stock.class).count("berlin");
			CircuitBreakerGroup group = registry(context).findGroup("stock").orElseThrow();
			CircuitBreaker plain = registry(context).get("stock");
			configs(context).change("stock", Map.of("failure-rate-threshold", 40), "alice", "drill");
			context.getBean(Stock.class).count("lyon");
			assertThat(List.of(group.find("berlin").orElseThrow(), group.find("lyon").orElseThrow(), plain))
				.allMatch((breaker) -> breaker.config() == group.config())
				.allMatch((breaker) -> breaker.config().failureRateThreshold() == 40f)
				.allMatch((breaker) -> configs(context).changeOf(breaker).equals(configs(context).changeOf(group)));
		});
	}

	@Test
	void aBreakerConfiguredInCodeIsChangedOverThatConfig() {
		this.environment.runner.withBean(BreakerClock.class, this::breakerClock).run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreakerConfig own = CircuitBreakerConfig.builder().slidingWindowSize(30).build();
			CircuitBreaker byHand = registry(context).get("by hand", own);
			CircuitBreakerConfig before = byHand.config();
			configs.change("by hand", Map.of("minimum-number-of-calls", 25), "alice", null);
			configs.change("by hand", Map.of("failure-rate-threshold", 25), "bob", null);
			assertThat(byHand.config().slidingWindowSize()).isEqualTo(30);
			assertThat(byHand.config().minimumNumberOfCalls()).isEqualTo(25);
			assertThat(configs.changeOf(byHand)).isNotNull().satisfies((change) -> {
				assertThat(change.properties()).containsOnlyKeys("minimumNumberOfCalls", "failureRateThreshold");
				assertThat(change.properties().get("minimumNumberOfCalls").from()).isEqualTo(20);
				assertThat(change.properties().get("minimumNumberOfCalls").by()).isEqualTo("alice");
			});
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs.change("by hand", Map.of("minimum-number-of-calls", 31)));
			this.environment.set("configs.default.sliding-window-size", 10);
			configs.reload();
			assertThat(byHand.config().slidingWindowSize()).isEqualTo(30);
			assertThat(byHand.config().failureRateThreshold()).isEqualTo(25f);
			configs.restore("by hand");
			assertThat(byHand.config()).isSameAs(before);
			assertThat(configs.changeOf(byHand)).isNull();
		});
	}

	@Test
	void breakersWithTheConfigOfAnotherNameFollowAChangeOfThatName(CapturedOutput output) {
		this.environment.set("instances.shop.sliding-window-size", 42);
		this.environment.runner.withBean(BreakerClock.class, this::breakerClock).run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreaker refund = registry(context).get("refund", configs.get("shop"));
			configs.change("shop", Map.of("sliding-window-size", 44), "alice", "drill");
			assertThat(refund.config().slidingWindowSize()).isEqualTo(44);
			assertThat(output).contains("Circuit breaker 'refund': config changed by alice (drill):");
			assertThat(configs.changeOf(refund)).isEqualTo(configs.changeOf(registry(context).get("shop")))
				.isNotNull()
				.satisfies((change) -> {
					assertThat(change.by()).isEqualTo("alice");
					assertThat(change.properties().get("slidingWindowSize").from()).isEqualTo(42);
				});
			this.clock.advance(Duration.ofMinutes(1));
			configs.change("refund", Map.of("failure-rate-threshold", 25), "bob", null);
			assertThat(configs.changeOf(refund)).isNotNull().satisfies((change) -> {
				assertThat(change.properties().get("slidingWindowSize").by()).isEqualTo("alice");
				assertThat(change.properties().get("failureRateThreshold").by()).isEqualTo("bob");
			});
			configs.restore("refund");
			configs.restore("shop");
			assertThat(refund.config()).isSameAs(configs.get("shop"));
			assertThat(refund.config().slidingWindowSize()).isEqualTo(42);
			assertThat(configs.changeOf(refund)).isNull();
			this.environment.set("instances.shop.sliding-window-size", 50);
			configs.reload();
			assertThat(configs.changeOf(refund)).isNotNull()
				.satisfies((change) -> assertThat(change.by()).isEqualTo("environment"));
		});
	}

	@Test
	void whatWasChangedIsShownWithWhenAndByWhom() {
		this.environment.runner.withBean(BreakerClock.class, this::breakerClock).run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreaker payments = registry(context).get("payments");
			assertThat(configs.changeOf(payments)).isNull();
			this.clock.advance(Duration.ofMinutes(1));
			configs.change("payments", Map.of("failure-rate-threshold", 40, "sliding-window-size", 50), "alice",
					"drill");
			Instant first = this.clock.instant();
			this.clock.advance(Duration.ofMinutes(1));
			this.environment.set("instances.payments.wait-duration-in-open-state", "5s");
			configs.reload();
			Instant second = this.clock.instant();
			assertThat(configs.changeOf(payments)).isEqualTo(new ConfigChange(second, "environment", null, Map.of(
					"failureRateThreshold", new ConfigChange.Property(50f, 40f, first, "alice"), "slidingWindowSize",
					new ConfigChange.Property(100, 50, first, "alice"), "waitDurationInOpenState",
					new ConfigChange.Property(Duration.ofSeconds(60), Duration.ofSeconds(5), second, "environment"))));
			this.environment.remove("instances.payments.wait-duration-in-open-state");
			configs.reload();
			assertThat(configs.changeOf(payments)).isNotNull().satisfies((change) -> {
				assertThat(change.at()).isEqualTo(first);
				assertThat(change.by()).isEqualTo("alice");
				assertThat(change.reason()).isEqualTo("drill");
				assertThat(change.properties()).containsOnlyKeys("failureRateThreshold", "slidingWindowSize");
			});
			configs.restore("payments");
			assertThat(configs.changeOf(payments)).isNull();
		});
	}

	@Test
	void whoChangedTheDefaultsIsShownOfAllThatTakeThem() {
		this.environment.runner.withBean(BreakerClock.class, this::breakerClock).run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreaker one = registry(context).get("one");
			this.environment.set("configs.default.sliding-window-size", 50);
			configs.reload();
			this.clock.advance(Duration.ofMinutes(1));
			configs.change("one", Map.of("failure-rate-threshold", 40), "alice", null);
			assertThat(configs.changeOf(registry(context).get("other"))).isNotNull()
				.satisfies((change) -> assertThat(change.by()).isEqualTo("environment"));
			assertThat(configs.changeOf(one)).isNotNull().satisfies((change) -> {
				assertThat(change.by()).isEqualTo("alice");
				assertThat(change.properties().get("slidingWindowSize").by()).isEqualTo("environment");
				assertThat(change.properties().get("failureRateThreshold").by()).isEqualTo("alice");
			});
		});
	}

	@Test
	void theLogSaysWhoChangedWhatAndForgesNoLine(CapturedOutput output) {
		this.environment.runner.run((context) -> {
			registry(context).get("payments");
			configs(context).change("payments", Map.of("failure-rate-threshold", "none"), "eve\nERROR forged",
					"why\nERROR forged");
			assertThat(output).contains("Circuit breaker 'payments': config changed by eve ERROR forged"
					+ " (why ERROR forged): failure-rate-threshold 50.0 -> none");
			configs(context).restore("payments");
			assertThat(output).contains("Circuit breaker 'payments': config changed by application:"
					+ " failure-rate-threshold none -> 50.0");
		});
	}

	@Test
	void whatIsChangedOfHttpIsShownAsItIsWritten(CapturedOutput output) {
		this.environment.set("instances.payments.record-http-statuses", "5xx,429");
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			configs(context).change("payments",
					Map.of("ignore-http-statuses", List.of("404"), "honour-retry-after", true), "alice", null);
			assertThat(configs(context).changeOf(payments)).isNotNull().satisfies((change) -> {
				assertThat(change.properties()).containsOnlyKeys("ignoreHttpStatuses", "honourRetryAfter");
				assertThat(change.properties().get("ignoreHttpStatuses").from()).isEqualTo(List.of());
				assertThat(change.properties().get("ignoreHttpStatuses").to()).isEqualTo(List.of("404"));
				assertThat(change.properties().get("honourRetryAfter").to()).isEqualTo(true);
			});
			assertThat(output).contains("ignore-http-statuses [] -> [404], honour-retry-after false -> true")
				.doesNotContain("outcome");
			configs(context).change("payments", Map.of("record-http-statuses", "none"));
			assertThat(configs(context).changeOf(payments).properties().get("recordHttpStatuses").from())
				.isEqualTo(List.of("500-599", "429"));
		});
	}

	@Test
	void whatIsChangedOfHttpIsOverTheRestOfIt() {
		this.environment.set("instances.payments.record-http-statuses", "5xx")
			.set("instances.payments.honour-retry-after", true);
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			configs(context).change("payments", Map.of("ignore-http-statuses", "404"));
			assertThat(payments.config().outcomeRule())
				.hasToString("HttpOutcomeRule[recorded=[500-599], ignored=[404], honourRetryAfter=true]");
			this.environment.set("instances.payments.record-http-statuses", "503");
			configs(context).reload();
			assertThat(payments.config().outcomeRule())
				.hasToString("HttpOutcomeRule[recorded=[503], ignored=[404], honourRetryAfter=true]");
			configs(context).change("payments", Map.of("record-http-statuses", "none"));
			assertThat(payments.config().outcomeRule())
				.hasToString("HttpOutcomeRule[recorded=[], ignored=[404], honourRetryAfter=true]");
		});
	}

	@Test
	void aTimeLimitIsRefusedWhereACallCannotBeEnded() {
		this.environment.runner.withBean(Stock.class).run((context) -> {
			BreakerConfigs configs = configs(context);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs.change("stock", Map.of("time-limit", "1s")))
				.satisfies((ex) -> assertThat(ex.summary()).contains("\"config.time-limit\"", "\"stock\"",
						"ConfigChangeTests$Stock.count(String)", "cannot be ended from outside",
						"spring.http.clients.read-timeout", "time-limit: none"));
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class).isThrownBy(() -> configs
				.customize("stock", (config) -> config.toBuilder().timeLimit(Duration.ofSeconds(1)).build()));
			this.environment.set("configs.default.time-limit", "2s").set("instances.other.sliding-window-size", 30);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class).isThrownBy(configs::reload)
				.satisfies((ex) -> assertThat(ex.description()).contains("Property: time-limit", "\"stock\""));
			assertThat(registry(context).find("other")).isEmpty();
			assertThat(registry(context).findGroup("stock").orElseThrow().config().timeLimit()).isNull();
			this.environment.set("instances.stock.time-limit", "none");
			configs.reload();
			configs.change("other", Map.of("time-limit", "1s"));
			configs.change("stock", Map.of("time-limit", "none", "sliding-window-size", 20));
			assertThat(registry(context).get("other").config().timeLimit()).isEqualTo(Duration.ofSeconds(1));
		});
	}

	@Test
	void aTimeLimitOfAnotherNameIsRefusedWhereACallCannotBeEnded() {
		this.environment.set("instances.shop.sliding-window-size", 42);
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreaker refund = registry(context).get("refund", configs.get("shop"));
			configs.refuseTimeLimit("refund", "a call", "Set the timeouts of its client.");
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs.change("shop", Map.of("time-limit", "1s")))
				.satisfies((ex) -> assertThat(ex.summary()).contains("\"config.time-limit\"", "\"refund\""));
			this.environment.set("instances.shop.time-limit", "1s");
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class).isThrownBy(configs::reload);
			assertThat(refund.config().timeLimit()).isNull();
		});
	}

	private BreakerClock breakerClock() {
		return new BreakerClock(this.clock::nanos, this.clock.clock());
	}

	private static CircuitBreakerRegistry registry(ApplicationContext context) {
		return context.getBean(CircuitBreakerRegistry.class);
	}

	private static BreakerConfigs configs(ApplicationContext context) {
		return context.getBean(BreakerConfigs.class);
	}

	static class Stock {

		@dev.breaker.annotation.CircuitBreaker(name = "stock", key = "#warehouse")
		public int count(String warehouse) {
			return warehouse.length();
		}

	}

}
