package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Looks for thresholds that fit recorded calls. It suggests another value only where the
 * present one is clearly off, and says nothing on too few calls, or on those of an
 * outage. Used once, by one thread.
 */
final class Adviser {

	static final int FEWEST_CALLS = 1_000;

	/** Percent of calls that failed or were refused. */
	static final int MOST_TROUBLE = 10;

	private static final Duration SHORTEST = Duration.ofMinutes(1);

	private static final long MILLISECOND = 1_000_000;

	private static final double SECOND = 1e9;

	// Slow calls

	private static final long SHORTEST_THRESHOLD = 100 * MILLISECOND;

	private static final int MOST_TIMES_THE_FIT = 5;

	// Calls that are enough to judge by

	private static final int FEWEST_TO_JUDGE = 10;

	private static final int ENOUGH_TO_JUDGE = 100;

	private static final int SECONDS_TO_JUDGE = 10;

	private static final int MOST_SECONDS_TO_JUDGE = 60;

	// The window

	private static final int SECONDS_OF_CALLS = 30;

	private static final int FEWEST_SECONDS_OF_CALLS = 5;

	private static final int MOST_SECONDS_OF_CALLS = 600;

	private static final int SMALL_WINDOW = 50;

	private static final int DEFAULT_WINDOW = 100;

	private static final int LARGE_WINDOW = 10_000;

	private static final int LARGEST_WINDOW = 1_000_000;

	private static final int LONGEST_WINDOW = 3_600;

	private final RecordedOutcomes record;

	private final CircuitBreakerConfig present;

	private final CircuitBreakerConfig.Builder advised;

	private final List<Advice.Suggestion> suggestions = new ArrayList<>();

	/** How long the calls took that succeeded, the fastest first. */
	private final long[] successes;

	/** Calls that were recorded as a success or a failure. */
	private final long calls;

	/** Of these and of refused ones, a second. */
	private final double rate;

	private int minimum;

	Adviser(RecordedOutcomes record, CircuitBreakerConfig present) {
		this.record = record;
		this.present = present;
		this.advised = present.toBuilder();
		this.successes = record.recorded()
			.stream()
			.filter((call) -> call.kind() == RecordedCall.Kind.SUCCESS)
			.mapToLong(RecordedCall::elapsed)
			.sorted()
			.toArray();
		this.calls = this.successes.length + record.failures();
		this.rate = (this.calls + record.refusedCalls()) / Math.max(1 / SECOND, record.spanNanos() / SECOND);
		this.minimum = present.minimumNumberOfCalls();
	}

	Advice advise() {
		String silence = silence();
		if (silence != null) {
			return new Advice(List.of(), silence, this.present);
		}
		boolean slowCallsJudged = slowCalls();
		if (slowCallsJudged || this.present.failureRateThreshold() != null) {
			minimum();
			window();
		}
		return new Advice(this.suggestions, null, this.advised.build());
	}

	private @Nullable String silence() {
		int capacity = this.record.capacity();
		if (capacity == 0) {
			return "No outcomes are recorded: set recordOutcomes, such as 10000";
		}
		if (this.calls < FEWEST_CALLS) {
			return number(this.calls) + " successes and failures are on the record, and " + number(FEWEST_CALLS)
					+ " are needed"
					+ ((capacity < FEWEST_CALLS) ? ": set recordOutcomes, now " + capacity + ", to 10000" : "");
		}
		Duration span = Duration.ofNanos(this.record.spanNanos());
		if (span.compareTo(SHORTEST) < 0) {
			return "The record is of the last " + PlainText.duration(span) + ", and " + PlainText.duration(SHORTEST)
					+ " is needed" + ((this.record.recorded().size() >= capacity) ? moreOutcomes(capacity) : "");
		}
		long trouble = this.record.failures() + this.record.refusedCalls();
		long all = this.calls + this.record.refusedCalls();
		return (trouble * 100 > all * MOST_TROUBLE) ? PlainText.percent(trouble, all)
				+ " of the calls on the record failed or were refused: thresholds that fit an outage protect from none. Ask again when at most "
				+ MOST_TROUBLE + " % are" : null;
	}

	private String moreOutcomes(int capacity) {
		int most = CircuitBreakerConfig.Builder.MOST_OUTCOMES;
		if (capacity == most) {
			return ", which " + most
					+ " outcomes, the most that are recorded, do not hold: there is no advice for so many calls a second";
		}
		long needed = roundedUp((long) Math.ceil(2 * this.rate * SHORTEST.toSeconds()), 1);
		return ": set recordOutcomes, now " + capacity + ", to " + Math.min(needed, most);
	}

	/** Whether slow calls are judged afterwards. */
	private boolean slowCalls() {
		Duration threshold = this.present.slowCallDurationThreshold();
		Duration limit = this.present.timeLimit();
		long usual = this.successes[(int) Math.ceil(0.99 * this.successes.length) - 1];
		Duration fit = Duration.ofNanos(roundedUp(Math.max(2 * usual, SHORTEST_THRESHOLD), MILLISECOND));
		long most = MOST_TIMES_THE_FIT * fit.toNanos();
		if (limit != null && fit.compareTo(limit) >= 0) {
			return threshold != null;
		}
		String now;
		if (threshold == null) {
			now = "no call is slow at present";
		}
		else if (Rules.nanos(threshold) < usual) {
			now = "at present " + slower(Rules.nanos(threshold)) + " are slow";
		}
		else if (Rules.nanos(threshold) > most) {
			now = "at present a call may take " + PlainText.duration(threshold);
		}
		else {
			return true;
		}
		suggest("slowCallDurationThreshold", threshold, fit,
				"99 %% of %s successful calls took at most %s; twice that, but no less than %s, leaves room for slower hours, and %s took longer; %s"
					.formatted(number(this.successes.length), PlainText.duration(Duration.ofNanos(usual)),
							PlainText.duration(Duration.ofNanos(SHORTEST_THRESHOLD)), slower(fit.toNanos()), now));
		this.advised.slowCallDurationThreshold(fit);
		return true;
	}

	private String slower(long nanos) {
		int slower = 0;
		while (slower < this.successes.length && this.successes[this.successes.length - 1 - slower] > nanos) {
			slower++;
		}
		return number(slower) + " of them";
	}

	private void minimum() {
		double seconds = this.minimum / this.rate;
		boolean tooFew = this.minimum < FEWEST_TO_JUDGE || (seconds < 1 && this.minimum < ENOUGH_TO_JUDGE);
		boolean tooMany = seconds > MOST_SECONDS_TO_JUDGE && this.minimum > 2 * FEWEST_TO_JUDGE;
		int fit = (int) Math.max(FEWEST_TO_JUDGE, Math.min(ENOUGH_TO_JUDGE, Math.ceil(this.rate * SECONDS_TO_JUDGE)));
		if (fit == this.minimum || !(tooFew || tooMany)) {
			return;
		}
		suggest("minimumNumberOfCalls", this.minimum, fit,
				"there are %s calls a second, so that %s calls come within %s, %s; %s calls come within %s".formatted(
						perSecond(), number(this.minimum), within(this.minimum),
						tooFew ? "and a few bad ones among them open it" : "and an outage is seen as late as that",
						number(fit), within(fit)));
		this.minimum = fit;
		this.advised.minimumNumberOfCalls(fit);
	}

	private void window() {
		int size = this.present.slidingWindowSize();
		switch (this.present.slidingWindowType()) {
			case COUNT_BASED -> countWindow(size);
			case TIME_BASED -> timeWindow(size);
		}
	}

	private void countWindow(int size) {
		double seconds = size / this.rate;
		boolean tooSmall = size < this.minimum || (seconds < FEWEST_SECONDS_OF_CALLS && size < LARGE_WINDOW);
		boolean tooLarge = seconds > MOST_SECONDS_OF_CALLS && size > DEFAULT_WINDOW;
		int fit = countWindowThatFits();
		if (fit == size || !(tooSmall || tooLarge)) {
			return;
		}
		suggest("slidingWindowSize", size, fit,
				"there are %s calls a second, so that a window of %s calls holds those of %s, %s; one of %s calls holds those of %s"
					.formatted(perSecond(), number(size), within(size),
							tooSmall ? "and a hiccup fills it" : "and what failed long ago still counts", number(fit),
							within(fit)));
		this.advised.slidingWindowSize(fit);
	}

	private int countWindowThatFits() {
		long wanted = roundedUp((long) Math.ceil(this.rate * SECONDS_OF_CALLS), 1);
		long fewest = Math.max(SMALL_WINDOW, 2L * this.minimum);
		return (int) Math.min(LARGEST_WINDOW, Math.max(fewest, Math.min(LARGE_WINDOW, wanted)));
	}

	private void timeWindow(int size) {
		double held = size * this.rate;
		if (held >= 2.0 * this.minimum) {
			return;
		}
		String reason = "there are %s calls a second, so that a window of %s holds %s, and %s are needed until its rates are judged; "
			.formatted(perSecond(), PlainText.duration(Duration.ofSeconds(size)), number(Math.round(held)),
					number(this.minimum));
		long fit = roundedUp((long) Math.ceil(2.0 * this.minimum / this.rate), 1);
		if (fit <= LONGEST_WINDOW) {
			suggest("slidingWindowSize", size, (int) fit,
					reason + "one of " + PlainText.duration(Duration.ofSeconds(fit)) + " holds twice as many");
			this.advised.slidingWindowSize((int) fit);
			return;
		}
		int calls = countWindowThatFits();
		reason += "a window of calls holds enough however few there are";
		suggest("slidingWindowType", SlidingWindowType.TIME_BASED, SlidingWindowType.COUNT_BASED, reason);
		suggest("slidingWindowSize", size, calls, reason);
		this.advised.slidingWindowType(SlidingWindowType.COUNT_BASED).slidingWindowSize(calls);
	}

	private void suggest(String property, @Nullable Object now, Object fit, String reason) {
		this.suggestions.add(new Advice.Suggestion(property, now, fit,
				Character.toUpperCase(reason.charAt(0)) + reason.substring(1)));
	}

	/** To two digits of the unit, or of ten, a hundred … times the unit. */
	private static long roundedUp(long value, long unit) {
		long step = unit;
		while (value / step >= 100) {
			step *= 10;
		}
		return (value + step - 1) / step * step;
	}

	private String within(long calls) {
		return PlainText.duration(Duration.ofNanos(Math.round(calls / this.rate * SECOND)));
	}

	private String perSecond() {
		return (this.rate < 10) ? String.format(Locale.ROOT, "%.2g", this.rate) : number(Math.round(this.rate));
	}

	private static String number(long number) {
		return String.format(Locale.ROOT, "%,d", number);
	}

}
