package dev.breaker;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thresholds that fit the calls of a breaker.
 */
class AdviceTests {

	private static final Duration TWENTY_MILLIS = Duration.ofMillis(20);

	private static final Duration FIT = Duration.ofMillis(100);

	@Test
	void nothingIsSaidWhereNothingIsRecorded() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("payments");
		Advice advice = breaker.outcomes().advice(breaker.config());
		assertThat(advice.silence()).isEqualTo("No outcomes are recorded: set recordOutcomes, such as 10000");
		assertThat(advice.suggestions()).isEmpty();
		assertThat(advice.config()).isSameAs(breaker.config());
	}

	@Test
	void nothingIsSaidOnFewerThanAThousandCalls() {
		RecordedTraffic traffic = calm(999, Duration.ofSeconds(1), (config) -> config);
		assertThat(advice(traffic).silence())
			.isEqualTo("999 successes and failures are on the record, and 1,000 are needed");
		traffic.succeed(1, TWENTY_MILLIS, Duration.ZERO);
		assertThat(advice(traffic).silence()).isNull();
	}

	@Test
	void aRecordThatIsTooSmallForAThousandIsNamed() {
		RecordedTraffic traffic = calm(2_000, Duration.ofSeconds(1), (config) -> config.recordOutcomes(500));
		assertThat(advice(traffic).silence()).endsWith("and 1,000 are needed: set recordOutcomes, now 500, to 10000");
	}

	@Test
	void nothingIsSaidOnCallsOfLessThanAMinute() {
		RecordedTraffic traffic = calm(5_000, Duration.ZERO, (config) -> config.recordOutcomes(2_000));
		assertThat(advice(traffic).silence())
			.isEqualTo("The record is of the last 40 s, and 60 s is needed: set recordOutcomes, now 2000, to 6000");
		RecordedTraffic young = calm(2_000, Duration.ZERO, (config) -> config);
		assertThat(advice(young).silence()).isEqualTo("The record is of the last 40 s, and 60 s is needed");
	}

	@Test
	void moreThanTheMostIsNotAdvised() {
		int most = 1_000_000;
		RecordedTraffic traffic = calm(1, Duration.ZERO, (config) -> config.recordOutcomes(most));
		traffic.succeed(most, Duration.ofNanos(1_000), Duration.ZERO);
		assertThat(advice(traffic).silence()).isEqualTo(
				"The record is of the last 1 s, and 60 s is needed, which 1000000 outcomes, the most that are recorded, do not hold: there is no advice for so many calls a second");
	}

	@Test
	void nothingIsSaidOnTheCallsOfAnOutage() {
		RecordedTraffic traffic = calm(2_000, Duration.ofMillis(80), UnaryOperator.identity());
		traffic.fail(222, TWENTY_MILLIS, Duration.ofMillis(80));
		assertThat(advice(traffic).silence()).isNull();
		traffic.fail(10, TWENTY_MILLIS, Duration.ofMillis(80));
		assertThat(advice(traffic).silence()).startsWith("10.3 % of the calls on the record failed or were refused");
	}

	@Test
	void refusedCallsAreTroubleToo() {
		RecordedTraffic traffic = calm(2_000, Duration.ofMillis(80), UnaryOperator.identity());
		traffic.breaker.forceOpen();
		for (int i = 0; i < 300; i++) {
			traffic.breaker.tryAcquire();
		}
		assertThat(advice(traffic).silence()).startsWith("13 % of the calls");
	}

	@Test
	void aSlowCallTakesTwiceAsLongAsAlmostAllDo() {
		RecordedTraffic traffic = calm(1_970, Duration.ofMillis(80), UnaryOperator.identity());
		traffic.succeed(20, Duration.ofMillis(120), Duration.ofMillis(80));
		traffic.succeed(10, Duration.ofSeconds(3), Duration.ofMillis(80));
		Advice advice = advice(traffic);
		assertThat(advice.suggestions()).containsExactly(new Advice.Suggestion("slowCallDurationThreshold", null,
				Duration.ofMillis(240),
				"99 % of 2,000 successful calls took at most 120 ms; twice that, but no less than 100 ms, leaves room for slower hours, and 10 of them took longer; no call is slow at present"));
		assertThat(advice.config().slowCallDurationThreshold()).isEqualTo(Duration.ofMillis(240));
		assertThat(traffic.breaker.outcomes().replay(advice.config()).openings()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "10, 100, at present 2,000 of them are slow", "20, , ", "21, , ", "100, , ", "500, , ",
			"501, 100, at present a call may take 501 ms", "30000, 100, at present a call may take 30 s" })
	void aSlowCallThresholdThatFitsStays(int present, Integer suggested, String reason) {
		RecordedTraffic traffic = calm(2_000, Duration.ofMillis(80),
				(config) -> config.slowCallDurationThreshold(Duration.ofMillis(present)).slowCallRateThreshold(100));
		Advice advice = traffic.breaker.outcomes().advice(traffic.breaker.config());
		if (suggested == null) {
			assertThat(advice.suggestions()).isEmpty();
			assertThat(advice.silence()).isNull();
		}
		else {
			assertThat(advice.suggestions()).singleElement().satisfies((suggestion) -> {
				assertThat(suggestion.present()).isEqualTo(Duration.ofMillis(present));
				assertThat(suggestion.suggested()).isEqualTo(Duration.ofMillis(suggested));
				assertThat(suggestion.reason()).contains(reason);
			});
		}
	}

	@Test
	void noSlowCallThresholdIsSuggestedThatATimeLimitForestalls() {
		RecordedTraffic traffic = calm(2_000, Duration.ofMillis(80), (config) -> config.timeLimit(FIT));
		assertThat(advice(traffic).suggestions()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "5, 100, and a few bad ones among them open it", "10, , ", "20, , ", "100, , ", "600, , ",
			"601, 100, and an outage is seen as late as that" })
	void theMinimumFitsTheRate(int present, Integer suggested, String reason) {
		// Ten calls a second
		RecordedTraffic traffic = calm(2_000, Duration.ofMillis(80),
				(config) -> slow(config).slidingWindowSize(1_000).minimumNumberOfCalls(present));
		Advice advice = advice(traffic);
		if (suggested == null) {
			assertThat(advice.suggestions()).isEmpty();
		}
		else {
			int fit = suggested;
			assertThat(advice.suggestions()).singleElement().satisfies((suggestion) -> {
				assertThat(suggestion.property()).isEqualTo("minimumNumberOfCalls");
				assertThat(suggestion.suggested()).isEqualTo(fit);
				assertThat(suggestion.reason()).startsWith("There are 10 calls a second").contains(reason);
			});
			assertThat(advice.config().minimumNumberOfCalls()).isEqualTo(fit);
		}
	}

	@Test
	void aBusyBreakerIsJudgedByMoreCalls() {
		// Fifty calls a second
		RecordedTraffic traffic = calm(5_000, Duration.ZERO, AdviceTests::slow);
		Advice advice = advice(traffic);
		assertThat(advice.suggestions()).extracting(Advice.Suggestion::property)
			.containsExactly("minimumNumberOfCalls", "slidingWindowSize");
		assertThat(advice.suggestions()).extracting(Advice.Suggestion::suggested).containsExactly(100, 1_500);
		assertThat(advice.suggestions()).extracting(Advice.Suggestion::reason)
			.containsExactly(
					"There are 50 calls a second, so that 20 calls come within 400 ms, and a few bad ones among them open it; 100 calls come within 2 s",
					"There are 50 calls a second, so that a window of 100 calls holds those of 2 s, and a hiccup fills it; one of 1,500 calls holds those of 30 s");
	}

	@Test
	void aQuietBreakerForgetsWhatFailedLongAgo() {
		// A call in ten seconds
		RecordedTraffic traffic = calm(1_000, Duration.ofSeconds(10).minus(TWENTY_MILLIS),
				(config) -> slow(config).slidingWindowSize(500));
		assertThat(advice(traffic).suggestions()).containsExactly(new Advice.Suggestion("slidingWindowSize", 500, 50,
				"There are 0.10 calls a second, so that a window of 500 calls holds those of 1 h 23 min, and what failed long ago still counts; one of 50 calls holds those of 8 min 20 s"));
	}

	@Test
	void aTimeWindowHoldsTwiceTheMinimum() {
		RecordedTraffic traffic = calm(1_000, Duration.ofSeconds(1).minus(TWENTY_MILLIS),
				(config) -> slow(config).slidingWindowType(SlidingWindowType.TIME_BASED).slidingWindowSize(10));
		assertThat(advice(traffic).suggestions()).containsExactly(new Advice.Suggestion("slidingWindowSize", 10, 40,
				"There are 1.0 calls a second, so that a window of 10 s holds 10, and 20 are needed until its rates are judged; one of 40 s holds twice as many"));
	}

	@Test
	void whereSecondsNeverHoldEnoughCallsAreCounted() {
		RecordedTraffic traffic = calm(1_000, Duration.ofMinutes(5),
				(config) -> slow(config).slidingWindowType(SlidingWindowType.TIME_BASED));
		Advice advice = advice(traffic);
		assertThat(advice.suggestions()).extracting(Advice.Suggestion::property)
			.containsExactly("slidingWindowType", "slidingWindowSize");
		assertThat(advice.config().slidingWindowType()).isEqualTo(SlidingWindowType.COUNT_BASED);
		assertThat(advice.config().slidingWindowSize()).isEqualTo(50);
	}

	@Test
	void whereNoRateIsJudgedTheWindowPlaysNoPart() {
		RecordedTraffic traffic = calm(5_000, Duration.ZERO,
				(config) -> config.withoutFailureRateThreshold().consecutiveFailureThreshold(5).timeLimit(FIT));
		assertThat(advice(traffic).suggestions()).isEmpty();
	}

	@Test
	void aRecordThatHoldsAThousandIsLargeEnough() {
		RecordedTraffic traffic = calm(999, Duration.ofSeconds(1), (config) -> config.recordOutcomes(1_000));
		assertThat(advice(traffic).silence())
			.isEqualTo("999 successes and failures are on the record, and 1,000 are needed");
	}

	@Test
	void theCallsOfAMinuteAreEnough() {
		RecordedTraffic traffic = calm(2_000, Duration.ofMillis(10), UnaryOperator.identity());
		assertThat(advice(traffic).silence()).isNull();
	}

	@Test
	void aTenthOfTroubleIsNotTooMuch() {
		RecordedTraffic traffic = calm(1_800, Duration.ofMillis(80), UnaryOperator.identity());
		traffic.fail(200, TWENTY_MILLIS, Duration.ofMillis(80));
		assertThat(advice(traffic).silence()).isNull();
	}

	@Test
	void refusedCallsAreCallsASecondToo() {
		RecordedTraffic traffic = calm(1_800, Duration.ofMillis(80),
				(config) -> slow(config).slidingWindowSize(1_000).minimumNumberOfCalls(5));
		traffic.breaker.forceOpen();
		for (int i = 0; i < 200; i++) {
			traffic.breaker.tryAcquire();
		}
		traffic.pass(Duration.ofSeconds(20));
		assertThat(advice(traffic).suggestions()).containsExactly(new Advice.Suggestion("minimumNumberOfCalls", 5, 100,
				"There are 10 calls a second, so that 5 calls come within 500 ms, and a few bad ones among them open it; 100 calls come within 10 s"));
	}

	@Test
	void oneCallInAHundredMayTakeAnyTime() {
		RecordedTraffic traffic = calm(1_960, Duration.ofMillis(80), UnaryOperator.identity());
		traffic.succeed(20, Duration.ofMillis(120), Duration.ofMillis(80));
		traffic.succeed(20, Duration.ofSeconds(3), Duration.ofMillis(80));
		assertThat(advice(traffic).suggestions()).singleElement().satisfies((suggestion) -> {
			assertThat(suggestion.suggested()).isEqualTo(Duration.ofMillis(240));
			assertThat(suggestion.reason()).contains("and 20 of them took longer");
		});
	}

	@Test
	void aCallThatTakesAsLongAsTheThresholdIsNotSlow() {
		RecordedTraffic traffic = calm(1_000, Duration.ofMillis(80),
				(config) -> config.slowCallDurationThreshold(TWENTY_MILLIS).slowCallRateThreshold(100));
		traffic.succeed(1_000, Duration.ofMillis(50), Duration.ofMillis(50));
		assertThat(advice(traffic).suggestions()).singleElement()
			.satisfies((suggestion) -> assertThat(suggestion.reason()).contains("; at present 1,000 of them are slow"));
	}

	@ParameterizedTest
	@CsvSource({ "49999, 100", "50000, 100", "50001, 110", "51000, 110", "499500, 1000", "502500, 1100" })
	void aThresholdHasTwoDigitsAndIsNeverRoundedDown(long micros, long millis) {
		RecordedTraffic traffic = calm(1, Duration.ZERO, UnaryOperator.identity());
		traffic.succeed(2_000, Duration.ofNanos(micros * 1_000), Duration.ofMillis(80));
		assertThat(advice(traffic).config().slowCallDurationThreshold()).isEqualTo(Duration.ofMillis(millis));
	}

	@Test
	void slowCallsAloneNeedAMinimumToo() {
		assertThat(suggestedForFew((config) -> slow(config).withoutFailureRateThreshold()))
			.containsExactly("minimumNumberOfCalls");
	}

	@Test
	void aThresholdThatIsSuggestedNeedsAMinimumToo() {
		assertThat(suggestedForFew((config) -> config.withoutFailureRateThreshold()))
			.containsExactly("slowCallDurationThreshold", "minimumNumberOfCalls");
	}

	@Test
	void failuresAloneNeedAMinimumToo() {
		assertThat(suggestedForFew((config) -> config.timeLimit(FIT))).containsExactly("minimumNumberOfCalls");
	}

	@Test
	void slowCallsThatATimeLimitEndsNeedAMinimumToo() {
		assertThat(suggestedForFew((config) -> config.withoutFailureRateThreshold()
			.slowCallDurationThreshold(Duration.ofMillis(50))
			.timeLimit(FIT))).containsExactly("minimumNumberOfCalls");
	}

	/** What is suggested where five of ten calls a second are judged. */
	private static List<String> suggestedForFew(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		RecordedTraffic traffic = calm(2_000, Duration.ofMillis(80),
				(config) -> settings.apply(config.slidingWindowSize(1_000).minimumNumberOfCalls(5)));
		return advice(traffic).suggestions().stream().map(Advice.Suggestion::property).toList();
	}

	@ParameterizedTest
	@CsvSource({ "49, 20, 300", "50, 20, ", "100, 100, ", "6000, 20, ", "6001, 20, 300" })
	void aWindowOfCallsFitsTheRate(int present, int minimum, Integer suggested) {
		// Ten calls a second
		assertWindow(calm(2_000, Duration.ofMillis(80),
				(config) -> slow(config).slidingWindowSize(present).minimumNumberOfCalls(minimum)), suggested);
	}

	@ParameterizedTest
	@CsvSource({ "100, ", "101, 50" })
	void noWindowIsTooLargeThatIsTheDefault(int present, Integer suggested) {
		// A call in ten seconds
		assertWindow(calm(1_000, Duration.ofSeconds(10).minus(TWENTY_MILLIS),
				(config) -> slow(config).slidingWindowSize(present)), suggested);
	}

	@Test
	void aWindowOfCallsHoldsTwiceTheMinimum() {
		// A call a second
		assertWindow(calm(1_000, Duration.ofSeconds(1).minus(TWENTY_MILLIS),
				(config) -> slow(config).slidingWindowSize(601).minimumNumberOfCalls(60)), 120);
	}

	@Test
	void aLargeWindowIsNotTooSmallForAnyRate() {
		// 2,500 calls a second
		RecordedTraffic traffic = calm(1, Duration.ZERO,
				(config) -> slow(config).recordOutcomes(200_000).slidingWindowSize(10_000).minimumNumberOfCalls(6_000));
		traffic.succeed(160_000, Duration.ofNanos(400_000), Duration.ZERO);
		assertWindow(traffic, null);
	}

	@ParameterizedTest
	@CsvSource({ "39, 40", "40, ", "100, " })
	void aTimeWindowThatHoldsTwiceTheMinimumStays(int present, Integer suggested) {
		// A call a second
		assertWindow(calm(1_000, Duration.ofSeconds(1).minus(TWENTY_MILLIS),
				(config) -> slow(config).slidingWindowType(SlidingWindowType.TIME_BASED).slidingWindowSize(present)),
				suggested);
	}

	@ParameterizedTest
	@CsvSource({ "14, TIME_BASED, 3600", "15, COUNT_BASED, 50" })
	void noTimeWindowIsLongerThanAnHour(int minimum, SlidingWindowType type, int size) {
		// A call in 128 seconds
		RecordedTraffic traffic = calm(1_000, Duration.ofSeconds(128).minus(TWENTY_MILLIS),
				(config) -> slow(config).slidingWindowType(SlidingWindowType.TIME_BASED).minimumNumberOfCalls(minimum));
		Advice advice = advice(traffic);
		assertThat(advice.config().slidingWindowType()).isEqualTo(type);
		assertThat(advice.config().slidingWindowSize()).isEqualTo(size);
	}

	private static void assertWindow(RecordedTraffic traffic, Integer suggested) {
		Advice advice = advice(traffic);
		assertThat(advice.silence()).isNull();
		if (suggested == null) {
			assertThat(advice.suggestions()).isEmpty();
		}
		else {
			assertThat(advice.suggestions()).singleElement().satisfies((suggestion) -> {
				assertThat(suggestion.property()).isEqualTo("slidingWindowSize");
				assertThat(suggestion.suggested()).isEqualTo(suggested);
			});
			assertThat(advice.config().slidingWindowSize()).isEqualTo(suggested);
		}
	}

	/** Calls of 20 ms, one after the other, that no rule hinders. */
	private static RecordedTraffic calm(int calls, Duration pause,
			UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		RecordedTraffic traffic = new RecordedTraffic((config) -> settings.apply(config.failureRateThreshold(100)));
		traffic.breaker.metricsOnly();
		traffic.succeed(calls, TWENTY_MILLIS, pause);
		return traffic;
	}

	private static CircuitBreakerConfig.Builder slow(CircuitBreakerConfig.Builder config) {
		return config.slowCallDurationThreshold(FIT);
	}

	private static Advice advice(RecordedTraffic traffic) {
		return traffic.breaker.outcomes().advice(traffic.breaker.config());
	}

}
