package dev.breaker;

import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker refused a call. Costs little: it has no stack trace and no cause,
 * since one request's exception must not travel into another's, and its message is put
 * together only when it is read: breaker, state, reason, class of the last failure, and
 * when a call may pass.
 */
public class CallNotPermittedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String circuitBreakerName;

	private final State state;

	private final long retryAfterNanos;

	private final @Nullable Reason reason;

	private final @Nullable String lastFailure;

	// One field for both, since only one of them can be: each field adds to a refusal.
	private final @Nullable Restriction restriction;

	CallNotPermittedException(String circuitBreakerName, State state, long retryAfterNanos, @Nullable Reason reason,
			@Nullable String lastFailure, @Nullable Restriction restriction) {
		super(null, null, false, false);
		this.circuitBreakerName = circuitBreakerName;
		this.state = state;
		this.retryAfterNanos = retryAfterNanos;
		this.reason = reason;
		this.lastFailure = lastFailure;
		this.restriction = restriction;
	}

	/**
	 * The name of the breaker that refused.
	 * @return the name
	 */
	public String circuitBreakerName() {
		return this.circuitBreakerName;
	}

	/**
	 * The state in which it refused. {@link State#CLOSED} where it admits a share of the
	 * calls: during the recovery ramp, or while too few succeed.
	 * @return the state
	 */
	public State state() {
		return this.state;
	}

	/**
	 * How long until a probe may pass; in {@link State#FORCED_OPEN} until calls may; in
	 * {@link State#CLOSED} a time within what is left of the recovery ramp, another one
	 * for each refused call, so that they do not come back together.
	 * @return the duration; zero when due or unknown
	 */
	public Duration retryAfter() {
		return Duration.ofNanos(this.retryAfterNanos);
	}

	@Override
	public String getMessage() {
		StringBuilder message = new StringBuilder("Circuit breaker '").append(LogText.oneLine(this.circuitBreakerName))
			.append("' is ")
			.append(this.state)
			.append(" and ")
			.append((this.restriction instanceof AdmittedShare.Limit limit) ? limit.toString() : "refuses calls");
		if (this.reason != null) {
			message.append("; reason: ").append(this.reason);
		}
		if (this.lastFailure != null) {
			message.append("; last failure: ").append(this.lastFailure);
		}
		return message.append("; ").append(outlook()).toString();
	}

	private String outlook() {
		boolean darkProbes = this.restriction == Restriction.DarkProbes.ONLY;
		if (this.retryAfterNanos > 0) {
			String outlook = switch (this.state) {
				case OPEN -> darkProbes ? "a dark probe runs" : "a probe may pass";
				case CLOSED -> "try again";
				case HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY -> "calls may pass";
			};
			return String.format(Locale.ROOT, "%s in %.3f s", outlook, this.retryAfterNanos / 1e9);
		}
		return switch (this.state) {
			case HALF_OPEN -> darkProbes ? "dark probes decide" : "all probes are under way";
			case FORCED_OPEN -> "held until another command";
			case OPEN -> darkProbes ? "a dark probe is due" : "a probe may pass now";
			case CLOSED, DISABLED, METRICS_ONLY -> "try again";
		};
	}

}
