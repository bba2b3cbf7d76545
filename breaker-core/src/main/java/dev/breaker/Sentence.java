package dev.breaker;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Explains the state of a breaker in one sentence.
 */
final class Sentence {

	private static final int MOST_SIGNALS = 3;

	private static final Duration SHORTEST = Duration.ofSeconds(1);

	private static final String NOT_ENFORCED = "; not enforced, no call is refused";

	private final Period period;

	private final CircuitBreakerConfig config;

	private final WindowCounts counts;

	private final @Nullable StandingCommand command;

	private final FailureLog.Recent failures;

	private final Instant now;

	private final Duration retryAfter;

	private final ZoneId zone;

	private final AdmittedShare.@Nullable Limit limit;

	private final CallsInFlight.Figures inFlight;

	private final List<Signal> signals;

	/**
	 * Takes what there is to say.
	 * @param command the command that the period began by, if one
	 * @param failures of which classes the last failures are
	 * @param retryAfter how long calls are still refused
	 * @param zone that of the clock that is shown to people
	 * @param limit why not all calls are admitted while it is closed, if so
	 * @param inFlight the calls under way, where they are tracked
	 * @param signals the signals that live
	 */
	Sentence(Period period, WindowCounts counts, @Nullable StandingCommand command, FailureLog.Recent failures,
			Instant now, Duration retryAfter, ZoneId zone, AdmittedShare.@Nullable Limit limit,
			CallsInFlight.Figures inFlight, List<Signal> signals) {
		this.period = period;
		this.config = period.rules.config;
		this.counts = counts;
		this.command = command;
		this.failures = failures;
		this.now = now;
		this.retryAfter = retryAfter;
		this.zone = zone;
		this.limit = limit;
		this.inFlight = inFlight;
		this.signals = signals;
	}

	@Override
	public String toString() {
		boolean ruled = this.period.state != State.DISABLED && this.period.state != State.METRICS_ONLY;
		return state() + underWay() + ((ruled && !this.period.rules.enforced) ? NOT_ENFORCED : "");
	}

	private String underWay() {
		int calls = this.inFlight.calls();
		return (calls == 0) ? "" : "; " + calls + ((calls == 1) ? " call" : " calls") + " under way"
				+ ((calls == 1) ? " for " : ", the oldest for ") + PlainText.duration(this.inFlight.oldest());
	}

	private String state() {
		return switch (this.period.state) {
			case CLOSED -> closed();
			case OPEN -> open();
			case HALF_OPEN -> halfOpen();
			case FORCED_OPEN -> held("Held open") + signalled("; ");
			case DISABLED -> held("Disabled") + signalled("; ");
			case METRICS_ONLY ->
				held("Metrics only") + ((this.counts.calls() > 0) ? "; " + figures() : "") + signalled("; ");
		};
	}

	private String closed() {
		int missing = this.counts.callsUntilEvaluated();
		String needed = this.counts.calls() + " of " + (this.counts.calls() + missing) + " calls needed";
		String outlook = ((missing > 0) ? needed : "judged again after the next failed or slow call")
				+ ((this.limit != null) ? "; " + this.limit.text(this.period.rules.enforced) : "");
		if (reached(this.counts.failureRate(), failureRateThreshold())) {
			return "Closed although " + percent(this.counts.failed()) + " of calls failed: " + outlook;
		}
		if (reached(this.counts.slowCallRate(), slowCallRateThreshold())) {
			return "Closed although " + percent(this.counts.slow()) + " of calls were slow: " + outlook;
		}
		Reason reason = reason();
		String beginning = since("Closed") + ((this.command != null) ? commanded()
				: (reason == Reason.PROBES_SUCCEEDED) ? " after its probes succeeded"
						: (reason == Reason.HOLD_ELAPSED) ? " after a hold was over"
								: (reason == Reason.FLEET) ? " after its fleet closed it" + fleetsWords() : "");
		List<String> parts = new ArrayList<>();
		if (this.limit != null) {
			parts.add(this.limit.text(this.period.rules.enforced));
		}
		parts.add((this.counts.calls() > 0) ? figures() : "no call in its window");
		if (missing > 0) {
			parts.add(needed);
		}
		return beginning + (hasComment() ? "; " : ": ") + String.join("; ", parts);
	}

	private String open() {
		boolean dark = this.period.rules.darkProbes;
		String outlook = this.retryAfter.isZero() ? (dark ? "a dark probe is due" : "a probe may pass now")
				: (dark ? "the next dark probe runs in " : "the next probe may pass in ")
						+ PlainText.duration(this.retryAfter);
		if (this.command != null) {
			return since("Open") + commanded() + signalled("; ") + "; " + outlook;
		}
		Reason reason = reason();
		if (reason == Reason.SIGNAL && !this.signals.isEmpty()) {
			return since("Open") + signalled(": ") + "; " + outlook;
		}
		String cause = (reason != null) ? cause(reason) : "it began so";
		return since("Open") + ": " + cause + signalled("; ") + "; " + outlook;
	}

	private String cause(Reason reason) {
		return switch (reason) {
			case FAILURE_RATE -> failedCalls() + mostly(this.counts.failed());
			case SLOW_CALL_RATE -> slowCalls();
			case CONSECUTIVE_FAILURES -> inARow(this.counts.consecutiveFailures()) + " in a row failed"
					+ thresholdInRow() + mostly(this.counts.consecutiveFailures());
			case PROBES_FAILED -> probes() + mostly(this.counts.failed());
			case PROBES_LOST ->
				"a probe did not come back within " + PlainText.duration(this.config.maxWaitDurationInHalfOpenState());
			case SIGNAL -> openedBySignal();
			case FLEET -> "its fleet opened it" + fleetsWords();
			case RESTORED -> "restored from before a restart";
			case WAIT_ELAPSED, PROBES_SUCCEEDED, HOLD_ELAPSED, COMMAND -> reason.toString();
		};
	}

	private String openedBySignal() {
		StateChange change = this.period.lastChange();
		String source = (change != null) ? change.actor() : null;
		String words = (change != null) ? change.comment() : null;
		return "a signal" + ((source != null) ? " of " + LogText.oneLine(source) : "") + " opened it"
				+ ((words != null) ? " (" + LogText.oneLine(words) + ")" : "");
	}

	/** Why the fleet decided so. */
	private String fleetsWords() {
		StateChange change = this.period.lastChange();
		String why = (change != null) ? change.comment() : null;
		return (why != null) ? " (" + LogText.oneLine(why) + ")" : "";
	}

	/** The signals that live, each with what is left of it. */
	private String signalled(String before) {
		if (this.signals.isEmpty()) {
			return "";
		}
		List<String> parts = new ArrayList<>();
		for (Signal signal : this.signals.subList(0, Math.min(MOST_SIGNALS, this.signals.size()))) {
			String reason = signal.reason();
			parts.add("signal of " + LogText.oneLine(signal.source()) + " (" + PlainText.duration(signal.remaining())
					+ " left)" + ((reason != null) ? ": " + LogText.oneLine(reason) : ""));
		}
		int further = this.signals.size() - parts.size();
		if (further > 0) {
			parts.add((further == 1) ? "1 further signal" : further + " further signals");
		}
		return before + String.join("; ", parts);
	}

	private String probes() {
		String slow = (this.counts.slow() > 0) ? this.counts.slow() + " slow" : "";
		if (this.counts.failed() == 0 && !slow.isEmpty()) {
			return this.counts.slow() + " of " + this.counts.calls() + " probes were slow";
		}
		return this.counts.failed() + " of " + this.counts.calls() + " probes failed"
				+ (slow.isEmpty() ? "" : ", " + slow);
	}

	private String halfOpen() {
		boolean dark = this.period.rules.darkProbes;
		Probes probes = this.period.probes();
		boolean shared = probes != null && probes.isShared();
		StringBuilder sentence = new StringBuilder(since("Half-open")).append((this.command != null) ? commanded() : "")
			.append(hasComment() ? "; " : ": ")
			.append(probesDone(shared ? "" : " of " + (this.counts.calls() + this.counts.callsUntilEvaluated())));
		if (this.counts.failed() > 0) {
			sentence.append(", ").append(this.counts.failed()).append(" failed").append(mostly(this.counts.failed()));
		}
		if (this.counts.slow() > 0) {
			sentence.append(", ").append(this.counts.slow()).append(" slow");
		}
		if (shared) {
			sentence.append("; its fleet gives out the probes and judges them");
		}
		else if (probes != null && probes.isIdle()) {
			sentence.append(dark ? untilDarkProbe() : "; waiting for calls");
		}
		return sentence.toString();
	}

	private String probesDone(String ofAll) {
		boolean one = ofAll.isEmpty() && this.counts.calls() == 1;
		return this.counts.calls() + ofAll + (this.period.rules.darkProbes ? " dark" : "")
				+ (one ? " probe done" : " probes done");
	}

	private String untilDarkProbe() {
		Duration interval = this.config.probeInterval();
		String each = (this.config.probe() != null && this.counts.calls() > 0)
				? ", each " + PlainText.duration((interval != null) ? interval : this.config.waitDurationInOpenState())
				: "";
		return (this.period.rules.enforced ? "; calls are refused until the next dark probe"
				: "; waiting for the next dark probe") + each;
	}

	/** A state that lasts until a command, or until its hold is over. */
	private String held(String state) {
		StandingCommand by = this.command;
		Instant until = (by != null) ? by.until() : null;
		return state + ((by != null) ? by(by) : " from the start") + " until "
				+ ((until != null) ? time(until) : "another command") + comment();
	}

	private String commanded() {
		return ((this.command != null) ? by(this.command) : "") + comment();
	}

	private static String by(StandingCommand command) {
		String actor = command.command().actor();
		return " by " + ((actor != null && !actor.isBlank()) ? LogText.oneLine(actor) : "command");
	}

	private String comment() {
		return hasComment() ? ": "
				+ LogText.oneLine(Objects.requireNonNull(Objects.requireNonNull(this.command).command().comment()))
				: "";
	}

	private boolean hasComment() {
		String comment = (this.command != null) ? this.command.command().comment() : null;
		return comment != null && !comment.isBlank();
	}

	/** Why it changed to its present state; null where it began with it. */
	private @Nullable Reason reason() {
		StateChange change = this.period.lastChange();
		return (change != null && change.to() == this.period.state) ? change.reason() : null;
	}

	private String since(String state) {
		Duration elapsed = Duration.between(this.period.since, this.now);
		return (elapsed.compareTo(SHORTEST) >= 0) ? state + " for " + PlainText.duration(elapsed) : state;
	}

	/** What the window holds, beside the thresholds that judge it. */
	private String figures() {
		List<String> figures = new ArrayList<>();
		figures.add(failedCalls() + mostly(this.counts.failed()));
		if (this.config.slowCallDurationThreshold() != null) {
			figures.add(this.counts.slow() + " slow" + rate(this.counts.slow(), slowCallRateThreshold()));
		}
		if (this.config.consecutiveFailureThreshold() != null) {
			figures.add(this.counts.consecutiveFailures() + " failed in a row" + thresholdInRow());
		}
		return String.join(", ", figures);
	}

	private String failedCalls() {
		return this.counts.failed() + ofCalls() + " failed" + rate(this.counts.failed(), failureRateThreshold());
	}

	private String slowCalls() {
		Duration threshold = this.config.slowCallDurationThreshold();
		return this.counts.slow() + ofCalls() + " took longer than "
				+ ((threshold != null) ? PlainText.duration(threshold) : "permitted")
				+ rate(this.counts.slow(), slowCallRateThreshold());
	}

	private String ofCalls() {
		int calls = this.counts.calls();
		return (this.config.slidingWindowType() == SlidingWindowType.TIME_BASED)
				? " of " + calls + " calls in the last "
						+ PlainText.duration(Duration.ofSeconds(this.config.slidingWindowSize()))
				: " of the last " + calls + " calls";
	}

	private String rate(int part, @Nullable Float threshold) {
		return " (" + percent(part) + ((threshold != null) ? ", threshold " + PlainText.percent(threshold) : "") + ")";
	}

	private String percent(int part) {
		return PlainText.percent(part, Math.max(1, this.counts.calls()));
	}

	private static String inARow(int calls) {
		return (calls == 1) ? "1 call" : calls + " calls";
	}

	private String thresholdInRow() {
		Integer threshold = this.config.consecutiveFailureThreshold();
		return (threshold != null) ? " (threshold " + threshold + ")" : "";
	}

	private @Nullable Float failureRateThreshold() {
		return this.config.failureRateThreshold();
	}

	private @Nullable Float slowCallRateThreshold() {
		return (this.config.slowCallDurationThreshold() != null) ? this.config.slowCallRateThreshold() : null;
	}

	/** An empty window reaches nothing. */
	private static boolean reached(float rate, @Nullable Float threshold) {
		return threshold != null && rate >= threshold;
	}

	/** The most frequent class of so many failures, which are the last ones. */
	private String mostly(int failed) {
		String type = this.failures.most(failed);
		if (type == null) {
			return "";
		}
		return ", mostly " + (type.equals(Explanation.RESULTS) ? "bad results" : LogText.oneLine(type));
	}

	/**
	 * The time of day, with the date where it is another day. Logs have the zone of the
	 * system; another one is named.
	 */
	private String time(Instant instant) {
		Instant shown = instant.truncatedTo(ChronoUnit.SECONDS);
		LocalDateTime time;
		LocalDateTime present;
		try {
			time = LocalDateTime.ofInstant(shown, this.zone);
			present = LocalDateTime.ofInstant(this.now, this.zone);
		}
		catch (DateTimeException ex) {
			// Some instants have no date.
			return shown.toString();
		}
		String text = time.toLocalDate().equals(present.toLocalDate()) ? time.toLocalTime().toString()
				: time.toLocalDate() + " " + time.toLocalTime();
		ZoneOffset offset = this.zone.getRules().getOffset(shown);
		boolean zoneOfLogs = ZoneId.systemDefault().getRules().getOffset(shown).equals(offset);
		return zoneOfLogs ? text : text + (offset.equals(ZoneOffset.UTC) ? " UTC" : " " + offset);
	}

}
