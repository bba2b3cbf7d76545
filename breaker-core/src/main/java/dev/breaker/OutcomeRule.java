package dev.breaker;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Judges results and exceptions together, where both can carry what decides, such as the
 * status of an HTTP answer. It is asked before the record rules, and after the ignore
 * rules; what it does not judge is left to them. It is used by many threads at a time.
 *
 * <p>
 * What it throws makes the call a failure, and is logged once a breaker.
 *
 * @see CircuitBreakerConfig.Builder#outcomeRule(OutcomeRule)
 */
@FunctionalInterface
public interface OutcomeRule {

	/**
	 * Judges how a call ended.
	 * @param result what it returned; {@code null} where it threw
	 * @param thrown what it threw, without the wrappers that are looked through;
	 * {@code null} where it returned
	 * @return what the call counts as; {@code null} leaves it to the other rules
	 */
	@Nullable Verdict judge(@Nullable Object result, @Nullable Throwable thrown);

	/**
	 * How long the other side asks to be left alone. Asked of the failure that opens the
	 * breaker, once. The wait lasts from then on in place of the one that the config
	 * says, without multiplier and jitter, and at most
	 * {@code maxWaitDurationInOpenState}; where that is off, at most 10 minutes, or
	 * {@code waitDurationInOpenState} where that is longer.
	 * @param result what the call returned; {@code null} where it threw
	 * @param thrown what the call threw, without the wrappers that are looked through;
	 * {@code null} where it returned
	 * @param now the present, by the config's clock for instants that are shown
	 * @return the wait; {@code null}, and what is not above zero, leave it to the config
	 */
	default @Nullable Duration waitAfter(@Nullable Object result, @Nullable Throwable thrown, Instant now) {
		return null;
	}

	/**
	 * What a call counts as.
	 */
	enum Verdict {

		/** A success, whatever the record rules say. */
		SUCCESS,

		/** A failure, whatever the record rules say. */
		FAILURE,

		/**
		 * Nothing: it is counted among the ignored calls alone, and told to the listeners
		 * as one of these.
		 */
		IGNORED

	}

}
