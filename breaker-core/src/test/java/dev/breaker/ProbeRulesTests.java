package dev.breaker;

import java.time.Duration;
import java.util.DoubleSummaryStatistics;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a config says to those that judge the probes of several breakers, and for how long
 * these are open.
 */
class ProbeRulesTests {

	private static final int NEVER = ProbeRules.NEVER;

	private static ProbeRules rules(CircuitBreakerConfig.Builder config) {
		return config.build().probeRules();
	}

	private static CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder();
	}

	@Test
	void theRulesFollowFromTheConfig() {
		assertThat(rules(config())).isEqualTo(new ProbeRules(10, NEVER, 5, NEVER, NEVER, false));
		assertThat(rules(config().failureRateThreshold(30)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(50)
			.permittedNumberOfCallsInHalfOpenState(4)))
			.satisfies((rules) -> assertThat(rules)
				.isEqualTo(new ProbeRules(4, NEVER, 2, 2, rules.slowCallRateToOpen(), false)));
		assertThat(rules(config().consecutiveFailureThreshold(3)))
			.isEqualTo(new ProbeRules(1, NEVER, 1, NEVER, NEVER, false));
		assertThat(rules(config().permittedNumberOfCallsInHalfOpenState(5).successThresholdInHalfOpenState(2)))
			.extracting(ProbeRules::permitted, ProbeRules::successesToClose)
			.containsExactly(5, 2);
		assertThat(rules(config().halfOpenProbes(ProbeSource.DARK).successThresholdInHalfOpenState(3)))
			.extracting(ProbeRules::permitted, ProbeRules::successesToClose, ProbeRules::dark)
			.containsExactly(3, 3, true);
	}

	@Test
	void slowCallsAreJudgedByTheirShareOfThosePermitted() {
		ProbeRules half = new ProbeRules(4, 2, NEVER, 2, false);
		assertThat(half.slowCallRateToOpen()).isEqualTo(50);
		assertThat(half.verdict(2, 0, 1, 0)).isEqualTo(Reason.PROBES_FAILED);
		assertThat(half.verdict(3, 0, 1, 0)).isEqualTo(Reason.PROBES_SUCCEEDED);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", value = {
			// By rates: 4 probes, of which 2 failures or 3 slow calls open
			"4, 2, 3, 0, 0, 0, -", "4, 2, 3, 2, 1, 0, -", "4, 2, 3, 2, 2, 0, PROBES_FAILED",
			"4, 2, 3, 3, 0, 3, PROBES_FAILED", "4, 2, 3, 3, 0, 0, PROBES_SUCCEEDED", "4, 2, 3, 3, 1, 0, -",
			"4, 2, 3, 4, 1, 2, PROBES_SUCCEEDED" })
	void ratesDecideAsSoonAsTheyMust(int permitted, int failures, int slowCalls, int recorded, int failed, int slow,
			Reason verdict) {
		ProbeRules rules = new ProbeRules(permitted, NEVER, failures, slowCalls, false);
		assertThat(rules.verdict(recorded, failed, slow, 0)).isEqualTo(verdict);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", value = {
			// By number: 2 successes of 4 probes close, unless half of them are slow
			"1, 0, 0, -", "2, 0, 0, PROBES_SUCCEEDED", "2, 0, 1, PROBES_FAILED", "3, 1, 1, PROBES_SUCCEEDED",
			"3, 2, 0, -", "3, 3, 0, PROBES_FAILED", "4, 2, 2, PROBES_FAILED" })
	void aNumberOfSuccessesDecides(int recorded, int failed, int slow, Reason verdict) {
		ProbeRules rules = rules(config().slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(50)
			.permittedNumberOfCallsInHalfOpenState(4)
			.successThresholdInHalfOpenState(2));
		assertThat(rules.verdict(recorded, failed, slow, 0)).isEqualTo(verdict);
	}

	@Test
	void aShareOfSlowCallsReachesItsThresholdAsInAWindow() {
		Random random = new Random(42);
		for (int calls = 1; calls <= 60; calls++) {
			for (int slow = 1; slow <= calls; slow++) {
				float percent = WindowCounts.percent(slow, calls);
				for (float threshold : new float[] { percent, Math.nextDown(percent), Math.nextUp(percent),
						100 * random.nextFloat() + Float.MIN_VALUE }) {
					if (threshold > 100) {
						continue;
					}
					double rate = rules(config().slowCallDurationThreshold(Duration.ofSeconds(1))
						.slowCallRateThreshold(threshold)
						.permittedNumberOfCallsInHalfOpenState(calls)
						.successThresholdInHalfOpenState(1)).slowCallRateToOpen();
					assertThat(100.0 * slow / calls >= rate).as("%s of %s at %s", slow, calls, threshold)
						.isEqualTo(percent >= threshold);
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(floats = { Float.MIN_VALUE, 0.1f, 1f / 3, 33.3f, 50, 50.000004f, 99.99999f, 100 })
	void theRateThatOpensIsTheLowestThatIsRoundedToTheThreshold(float threshold) {
		double rate = rules(config().slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(threshold)
			.successThresholdInHalfOpenState(1)).slowCallRateToOpen();
		assertThat((float) rate).isEqualTo(threshold);
		assertThat((float) Math.nextDown(rate)).isLessThan(threshold);
	}

	@Test
	void theWaitGrowsWithEachOpening() {
		CircuitBreakerConfig config = config().waitDurationInOpenState(Duration.ofSeconds(10))
			.waitDurationMultiplier(2)
			.maxWaitDurationInOpenState(Duration.ofSeconds(35))
			.build();
		assertThat(IntStream.rangeClosed(1, 4).mapToObj((opening) -> config.waitInOpenState(opening).toSeconds()))
			.containsExactly(10L, 20L, 35L, 35L);
	}

	@Test
	void theWaitIsSpreadEachTime() {
		CircuitBreakerConfig config = config().waitDurationInOpenState(Duration.ofSeconds(10))
			.waitDurationJitter(0.2)
			.build();
		DoubleSummaryStatistics seconds = IntStream.range(0, 1000)
			.mapToDouble((i) -> config.waitInOpenState(1).toMillis() / 1000.0)
			.summaryStatistics();
		assertThat(seconds.getMin()).isBetween(8.0, 9.0);
		assertThat(seconds.getMax()).isBetween(11.0, 12.0);
	}

	@Test
	void anOpeningBeforeTheFirstIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> config().build().waitInOpenState(0))
			.withMessage("Invalid opening (0): must be 1 or more");
	}

}
