package dev.breaker.spring.config;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import dev.breaker.SlidingWindowType;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What {@code breaker.configs.NAME} and {@code breaker.instances.NAME} may say.
 * {@code null} is: not said at this level.
 *
 * <p>
 * A field is a property: its name and type are what binding and the check for unknown
 * keys go by. The prefix stands for the one config that is always there, so that the keys
 * have descriptions and defaults in an editor.
 */
@ConfigurationProperties("breaker.configs.default")
public class CircuitBreakerProperties {

	/**
	 * Config under this one: what is not set here is taken from there. The default config
	 * is under every other, and has none.
	 */
	private @Nullable String baseConfig;

	/**
	 * Percent of failed calls in the window, above 0 to 100, from which the breaker
	 * opens. Off by default where consecutive-failure-threshold is set and this is not.
	 * "none" switches it off.
	 */
	@AcceptsNone
	private @Nullable Double failureRateThreshold;

	/**
	 * Calls that the window must hold before its rates are judged. At most the size of a
	 * count-based window; the default too is the size of a smaller window.
	 */
	private @Nullable Integer minimumNumberOfCalls;

	/**
	 * Whether the window holds the last calls or the last seconds.
	 */
	private @Nullable SlidingWindowType slidingWindowType;

	/**
	 * Calls, or seconds, that the window holds. From 1 to 1000000 calls, or 86400
	 * seconds.
	 */
	private @Nullable Integer slidingWindowSize;

	/**
	 * Failures in a row, with no success between them, that open the breaker whatever the
	 * rates say. Off by default, and with "none".
	 */
	@AcceptsNone
	private @Nullable Integer consecutiveFailureThreshold;

	/**
	 * A call that took longer than this is slow. Off by default, and with "none": no call
	 * is slow.
	 */
	@AcceptsNone
	private @Nullable Duration slowCallDurationThreshold;

	/**
	 * Percent of slow calls in the window, above 0 to 100, from which the breaker opens.
	 */
	private @Nullable Double slowCallRateThreshold;

	/**
	 * How long the breaker stays open, at the first opening in a row. Zero or more.
	 */
	private @Nullable Duration waitDurationInOpenState;

	/**
	 * Factor, 1 or more, by which the wait grows with each further opening in a row.
	 */
	private @Nullable Double waitDurationMultiplier;

	/**
	 * The wait grows no longer than this, before jitter. Off by default, and with "none".
	 */
	@AcceptsNone
	private @Nullable Duration maxWaitDurationInOpenState;

	/**
	 * Spreads the wait at random, 0 to 1: 0.2 gives between 80 and 120 percent of it.
	 */
	private @Nullable Double waitDurationJitter;

	/**
	 * Probes that pass in the half-open state and are judged together. By default 10, but
	 * 1 where consecutive-failure-threshold is set and failure-rate-threshold is not.
	 */
	private @Nullable Integer permittedNumberOfCallsInHalfOpenState;

	/**
	 * Successful probes that close the breaker, at most the permitted number. Off by
	 * default, and with "none": the rates among the probes decide.
	 */
	@AcceptsNone
	private @Nullable Integer successThresholdInHalfOpenState;

	/**
	 * A probe that has not come back after this time is lost, and the breaker opens
	 * again. Above zero.
	 */
	private @Nullable Duration maxWaitDurationInHalfOpenState;

	/**
	 * First state of the breaker.
	 */
	private @Nullable State initialState;

	/**
	 * Exceptions that count as failures, their subclasses too. Where any record rule is
	 * given, every other exception is a success. A list replaces an inherited one; "none"
	 * takes it away.
	 */
	@AcceptsNone
	private @Nullable List<Class<? extends Throwable>> recordExceptions;

	/**
	 * Exceptions that count as nothing, their subclasses too; they win over every record
	 * rule. A list replaces an inherited one; "none" takes it away.
	 */
	@AcceptsNone
	private @Nullable List<Class<? extends Throwable>> ignoreExceptions;

	/**
	 * Class of a Predicate: true for an exception that counts as a failure. The bean of
	 * that type, else made by its constructor without parameters. "none" takes an
	 * inherited one away.
	 */
	@AcceptsNone
	private @Nullable Class<? extends Predicate<?>> recordExceptionPredicate;

	/**
	 * Class of a Predicate: true for an exception that counts as nothing. The bean of
	 * that type, else made by its constructor without parameters. "none" takes an
	 * inherited one away.
	 */
	@AcceptsNone
	private @Nullable Class<? extends Predicate<?>> ignoreExceptionPredicate;

	/**
	 * Class of a Predicate: true for a result that counts as a failure. The bean of that
	 * type, else made by its constructor without parameters. "none" takes an inherited
	 * one away.
	 */
	@AcceptsNone
	private @Nullable Class<? extends Predicate<?>> recordResultPredicate;

	public @Nullable String getBaseConfig() {
		return this.baseConfig;
	}

	public void setBaseConfig(@Nullable String baseConfig) {
		this.baseConfig = baseConfig;
	}

	public @Nullable Double getFailureRateThreshold() {
		return this.failureRateThreshold;
	}

	public void setFailureRateThreshold(@Nullable Double failureRateThreshold) {
		this.failureRateThreshold = failureRateThreshold;
	}

	public @Nullable Integer getMinimumNumberOfCalls() {
		return this.minimumNumberOfCalls;
	}

	public void setMinimumNumberOfCalls(@Nullable Integer minimumNumberOfCalls) {
		this.minimumNumberOfCalls = minimumNumberOfCalls;
	}

	public @Nullable SlidingWindowType getSlidingWindowType() {
		return this.slidingWindowType;
	}

	public void setSlidingWindowType(@Nullable SlidingWindowType slidingWindowType) {
		this.slidingWindowType = slidingWindowType;
	}

	public @Nullable Integer getSlidingWindowSize() {
		return this.slidingWindowSize;
	}

	public void setSlidingWindowSize(@Nullable Integer slidingWindowSize) {
		this.slidingWindowSize = slidingWindowSize;
	}

	public @Nullable Integer getConsecutiveFailureThreshold() {
		return this.consecutiveFailureThreshold;
	}

	public void setConsecutiveFailureThreshold(@Nullable Integer consecutiveFailureThreshold) {
		this.consecutiveFailureThreshold = consecutiveFailureThreshold;
	}

	public @Nullable Duration getSlowCallDurationThreshold() {
		return this.slowCallDurationThreshold;
	}

	public void setSlowCallDurationThreshold(@Nullable Duration slowCallDurationThreshold) {
		this.slowCallDurationThreshold = slowCallDurationThreshold;
	}

	public @Nullable Double getSlowCallRateThreshold() {
		return this.slowCallRateThreshold;
	}

	public void setSlowCallRateThreshold(@Nullable Double slowCallRateThreshold) {
		this.slowCallRateThreshold = slowCallRateThreshold;
	}

	public @Nullable Duration getWaitDurationInOpenState() {
		return this.waitDurationInOpenState;
	}

	public void setWaitDurationInOpenState(@Nullable Duration waitDurationInOpenState) {
		this.waitDurationInOpenState = waitDurationInOpenState;
	}

	public @Nullable Double getWaitDurationMultiplier() {
		return this.waitDurationMultiplier;
	}

	public void setWaitDurationMultiplier(@Nullable Double waitDurationMultiplier) {
		this.waitDurationMultiplier = waitDurationMultiplier;
	}

	public @Nullable Duration getMaxWaitDurationInOpenState() {
		return this.maxWaitDurationInOpenState;
	}

	public void setMaxWaitDurationInOpenState(@Nullable Duration maxWaitDurationInOpenState) {
		this.maxWaitDurationInOpenState = maxWaitDurationInOpenState;
	}

	public @Nullable Double getWaitDurationJitter() {
		return this.waitDurationJitter;
	}

	public void setWaitDurationJitter(@Nullable Double waitDurationJitter) {
		this.waitDurationJitter = waitDurationJitter;
	}

	public @Nullable Integer getPermittedNumberOfCallsInHalfOpenState() {
		return this.permittedNumberOfCallsInHalfOpenState;
	}

	public void setPermittedNumberOfCallsInHalfOpenState(@Nullable Integer permittedNumberOfCallsInHalfOpenState) {
		this.permittedNumberOfCallsInHalfOpenState = permittedNumberOfCallsInHalfOpenState;
	}

	public @Nullable Integer getSuccessThresholdInHalfOpenState() {
		return this.successThresholdInHalfOpenState;
	}

	public void setSuccessThresholdInHalfOpenState(@Nullable Integer successThresholdInHalfOpenState) {
		this.successThresholdInHalfOpenState = successThresholdInHalfOpenState;
	}

	public @Nullable Duration getMaxWaitDurationInHalfOpenState() {
		return this.maxWaitDurationInHalfOpenState;
	}

	public void setMaxWaitDurationInHalfOpenState(@Nullable Duration maxWaitDurationInHalfOpenState) {
		this.maxWaitDurationInHalfOpenState = maxWaitDurationInHalfOpenState;
	}

	public @Nullable State getInitialState() {
		return this.initialState;
	}

	public void setInitialState(@Nullable State initialState) {
		this.initialState = initialState;
	}

	public @Nullable List<Class<? extends Throwable>> getRecordExceptions() {
		return this.recordExceptions;
	}

	public void setRecordExceptions(@Nullable List<Class<? extends Throwable>> recordExceptions) {
		this.recordExceptions = recordExceptions;
	}

	public @Nullable List<Class<? extends Throwable>> getIgnoreExceptions() {
		return this.ignoreExceptions;
	}

	public void setIgnoreExceptions(@Nullable List<Class<? extends Throwable>> ignoreExceptions) {
		this.ignoreExceptions = ignoreExceptions;
	}

	public @Nullable Class<? extends Predicate<?>> getRecordExceptionPredicate() {
		return this.recordExceptionPredicate;
	}

	public void setRecordExceptionPredicate(@Nullable Class<? extends Predicate<?>> recordExceptionPredicate) {
		this.recordExceptionPredicate = recordExceptionPredicate;
	}

	public @Nullable Class<? extends Predicate<?>> getIgnoreExceptionPredicate() {
		return this.ignoreExceptionPredicate;
	}

	public void setIgnoreExceptionPredicate(@Nullable Class<? extends Predicate<?>> ignoreExceptionPredicate) {
		this.ignoreExceptionPredicate = ignoreExceptionPredicate;
	}

	public @Nullable Class<? extends Predicate<?>> getRecordResultPredicate() {
		return this.recordResultPredicate;
	}

	public void setRecordResultPredicate(@Nullable Class<? extends Predicate<?>> recordResultPredicate) {
		this.recordResultPredicate = recordResultPredicate;
	}

}
