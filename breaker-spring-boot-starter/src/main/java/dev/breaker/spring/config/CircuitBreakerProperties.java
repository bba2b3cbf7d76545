package dev.breaker.spring.config;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import dev.breaker.ProbeSource;
import dev.breaker.Refuse;
import dev.breaker.SlidingWindowType;
import dev.breaker.State;
import dev.breaker.spring.config.PropertyDefinition.AcceptsNone;
import dev.breaker.spring.http.HttpStatusPattern;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of {@code breaker.configs.NAME} and {@code breaker.instances.NAME}.
 *
 * <p>
 * A component is a property: it is read by its name and type, and set by the builder
 * method of the same name. Those that speak of HTTP are together one outcome rule. The
 * prefix stands for the one config that always exists, so that an editor shows
 * descriptions and defaults. The defaults are those of the builder, and are only shown;
 * those of whole numbers that are off are in the additional metadata, since the
 * annotation processor takes no "none" for a number.
 *
 * @param baseConfig Config under this one: what is not set here is taken from there. The
 * default config is under every other, and has none.
 * @param failureRateThreshold Percent of failed calls in the window, above 0 to 100, from
 * which the breaker opens. Off by default where consecutive-failure-threshold is set and
 * this is not. "none" switches it off.
 * @param minimumNumberOfCalls Calls that the window must hold before its rates are
 * judged. At most the size of a count-based window; the default too is the size of a
 * smaller window.
 * @param slidingWindowType Whether the window holds the last calls or the last seconds.
 * @param slidingWindowSize Calls, or seconds, that the window holds. From 1 to 1000000
 * calls, or 86400 seconds.
 * @param consecutiveFailureThreshold Failures in a row, with no success between them,
 * that open the breaker whatever the rates say. Off by default, and with "none".
 * @param slowCallDurationThreshold A call that took longer than this is slow. Off by
 * default, and with "none": no call is slow.
 * @param slowCallRateThreshold Percent of slow calls in the window, above 0 to 100, from
 * which the breaker opens.
 * @param countHungCalls Whether a call counts as slow as soon as it has been under way
 * for longer than slow-call-duration-threshold, which must be set, and not at its end.
 * @param waitDurationInOpenState How long the breaker stays open, at the first opening in
 * a row. Zero or more.
 * @param waitDurationMultiplier Factor, 1 or more, by which the wait grows with each
 * further opening in a row.
 * @param maxWaitDurationInOpenState The wait grows no longer than this, before jitter.
 * Off by default, and with "none".
 * @param waitDurationJitter Spreads the wait at random, 0 to 1: 0.2 gives between 80 and
 * 120 percent of it. By default 0.1 where probe is set.
 * @param permittedNumberOfCallsInHalfOpenState Probes that pass in the half-open state
 * and are judged together. By default 10, but 1 where consecutive-failure-threshold is
 * set and failure-rate-threshold is not.
 * @param successThresholdInHalfOpenState Successful probes that close the breaker, at
 * most the permitted number, which plays no part for dark probes. Off by default, and
 * with "none": the rates among the probes decide, and a single dark probe.
 * @param maxWaitDurationInHalfOpenState A probe that has not come back after this time is
 * lost, and the breaker opens again. Above zero.
 * @param recoveryRampDuration After closing, the share of calls that pass grows evenly to
 * all of them in this time; the others are refused, evenly spread. Above zero. Off by
 * default, and with "none".
 * @param recoveryRampStart Percent of the calls that pass at first after closing, above 0
 * and below 100. Only beside recovery-ramp-duration. "none" is the default.
 * @param stableFor How long the breaker must stay closed until the openings before are
 * forgotten, by which wait-duration-multiplier grows the wait. Not shorter than
 * recovery-ramp-duration. Off by default, and with "none": they are forgotten on closing,
 * or once a ramp is over.
 * @param refuse Which calls are refused while calls fail. ALL once the breaker is open;
 * or while it is closed a SHARE, that by which the calls in the window exceed
 * share-factor times its successes, at most 90 percent.
 * @param shareFactor How many calls the window may have for each success in it before a
 * share is refused, 1 or more. Only beside "refuse: share". "none" is the default.
 * @param halfOpenProbes Where the probes come from: CALLS, those of users, or DARK,
 * probes for which no user waits. DARK where probe is set.
 * @param probe What probes in the dark, while all calls are refused, and closes the
 * breaker: the name of a CircuitBreakerProbe or HealthIndicator bean, or a URL that
 * begins with http:// or https:// and is well with a status from 200 to 299. Off by
 * default, and with "none".
 * @param probeInterval How long the breaker stays open before the next dark probe, in
 * place of wait-duration-in-open-state, and the time between those of one half-open
 * state. Above zero; it needs probe. With "none" and by default
 * wait-duration-in-open-state.
 * @param probeTimeout A dark probe that takes longer is interrupted, and has failed.
 * Above zero, at most max-wait-duration-in-half-open-state, which is its default where it
 * is shorter; it needs probe.
 * @param timeLimit A stage or publisher that takes longer fails with a TimeoutException
 * and is cancelled, and its fallback runs. Above zero. Off by default, and with "none".
 * Refused for methods that return a plain value: set the timeouts of their client.
 * @param recordOutcomes Outcomes of calls that are kept, from 1 to 1000000, for what-if
 * and advice of the endpoint. Takes 16 bytes each. Off by default, and with "none".
 * @param initialState First state of the breaker.
 * @param recordExceptions Exceptions that count as failures, their subclasses too. Where
 * any record rule is given, every other exception is a success. A list replaces an
 * inherited one; "none" takes it away.
 * @param ignoreExceptions Exceptions that count as nothing, their subclasses too; they
 * win over every record rule. A list replaces an inherited one; "none" takes it away.
 * @param recordExceptionPredicate Class of a Predicate: true for an exception that counts
 * as a failure. The bean of that type, else made by its constructor without parameters.
 * "none" takes an inherited one away.
 * @param ignoreExceptionPredicate Class of a Predicate: true for an exception that counts
 * as nothing. The bean of that type, else made by its constructor without parameters.
 * "none" takes an inherited one away.
 * @param recordResultPredicate Class of a Predicate: true for a result that counts as a
 * failure. The bean of that type, else made by its constructor without parameters. "none"
 * takes an inherited one away.
 * @param matchCauses Whether the rules for exceptions look at all causes of an exception,
 * and not only through wrappers such as CompletionException.
 * @param recordHttpStatuses HTTP statuses that are failures, of exceptions and results
 * that carry one: 429, 5xx, 400-499. The others are successes then. A list replaces an
 * inherited one; "none" takes it away.
 * @param ignoreHttpStatuses HTTP statuses that count as nothing; they win over every
 * record rule. A list replaces an inherited one; "none" takes it away.
 * @param honourRetryAfter Whether Retry-After of an answer with status 429 or 503 that
 * opens the breaker becomes the wait, at most max-wait-duration-in-open-state.
 * @param enforce Whether calls that are not permitted are refused. With "false" the
 * breaker opens, waits, probes and closes as it would otherwise, refuses no call in any
 * state, and counts what it would have refused.
 * @param openWhenDown Names of health contributors: while one is DOWN or OUT_OF_SERVICE,
 * the breaker is open. One inside another is "outer/inner". A list replaces an inherited
 * one; "none" takes it away.
 * @param healthInterval How often the health of open-when-down is looked at, 100ms or
 * more.
 * @param propagateTo Names of other breakers, or of breakers made by key, that are open
 * while this one refuses calls; those that they name in their turn, too. A list replaces
 * an inherited one; "none" takes it away.
 */
// @formatter:off
@ConfigurationProperties("breaker.configs.default")
public record CircuitBreakerProperties(
		@Nullable String baseConfig,
		@AcceptsNone @DefaultValue("50") @Nullable Double failureRateThreshold,
		@DefaultValue("20") @Nullable Integer minimumNumberOfCalls,
		@DefaultValue("COUNT_BASED") @Nullable SlidingWindowType slidingWindowType,
		@DefaultValue("100") @Nullable Integer slidingWindowSize,
		@AcceptsNone @Nullable Integer consecutiveFailureThreshold,
		@AcceptsNone @DefaultValue("none") @Nullable Duration slowCallDurationThreshold,
		@DefaultValue("100") @Nullable Double slowCallRateThreshold,
		@DefaultValue("false") @Nullable Boolean countHungCalls,
		@DefaultValue("60s") @Nullable Duration waitDurationInOpenState,
		@DefaultValue("1.0") @Nullable Double waitDurationMultiplier,
		@AcceptsNone @DefaultValue("none") @Nullable Duration maxWaitDurationInOpenState,
		@DefaultValue("0") @Nullable Double waitDurationJitter,
		@DefaultValue("10") @Nullable Integer permittedNumberOfCallsInHalfOpenState,
		@AcceptsNone @Nullable Integer successThresholdInHalfOpenState,
		@DefaultValue("60s") @Nullable Duration maxWaitDurationInHalfOpenState,
		@AcceptsNone @DefaultValue("none") @Nullable Duration recoveryRampDuration,
		@AcceptsNone @DefaultValue("10") @Nullable Double recoveryRampStart,
		@AcceptsNone @DefaultValue("none") @Nullable Duration stableFor,
		@DefaultValue("ALL") @Nullable Refuse refuse,
		@AcceptsNone @DefaultValue("2.0") @Nullable Double shareFactor,
		@DefaultValue("CALLS") @Nullable ProbeSource halfOpenProbes,
		@AcceptsNone @DefaultValue("none") @Nullable String probe,
		@AcceptsNone @DefaultValue("none") @Nullable Duration probeInterval,
		@DefaultValue("5s") @Nullable Duration probeTimeout,
		@AcceptsNone @DefaultValue("none") @Nullable Duration timeLimit,
		@AcceptsNone @Nullable Integer recordOutcomes,
		@DefaultValue("CLOSED") @Nullable State initialState,
		@AcceptsNone @DefaultValue("none") @Nullable List<Class<? extends Throwable>> recordExceptions,
		@AcceptsNone @DefaultValue("none") @Nullable List<Class<? extends Throwable>> ignoreExceptions,
		@AcceptsNone @DefaultValue("none") @Nullable Class<? extends Predicate<?>> recordExceptionPredicate,
		@AcceptsNone @DefaultValue("none") @Nullable Class<? extends Predicate<?>> ignoreExceptionPredicate,
		@AcceptsNone @DefaultValue("none") @Nullable Class<? extends Predicate<?>> recordResultPredicate,
		@DefaultValue("false") @Nullable Boolean matchCauses,
		@AcceptsNone @DefaultValue("none") @Nullable List<HttpStatusPattern> recordHttpStatuses,
		@AcceptsNone @DefaultValue("none") @Nullable List<HttpStatusPattern> ignoreHttpStatuses,
		@DefaultValue("false") @Nullable Boolean honourRetryAfter,
		@DefaultValue("true") @Nullable Boolean enforce,
		@AcceptsNone @DefaultValue("none") @Nullable List<String> openWhenDown,
		@DefaultValue("10s") @Nullable Duration healthInterval,
		@AcceptsNone @DefaultValue("none") @Nullable List<String> propagateTo) {

}
// @formatter:on
