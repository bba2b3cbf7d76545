package dev.breaker.spring.http;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.OutcomeRule;
import org.jspecify.annotations.Nullable;

/**
 * Judges by the HTTP status that a result or an exception carries. The properties of a
 * config that speak of statuses are one such rule.
 *
 * @param recorded statuses that are failures; those of exceptions outside of them are
 * successes. Where it is empty, other rules decide, and of requests of a guarded client
 * 5xx, 408 and 429 are failures
 * @param ignored statuses that count as nothing; they win
 * @param honourRetryAfter whether {@code Retry-After} of a 429 or 503 that opens the
 * breaker becomes the wait
 */
public record HttpOutcomeRule(List<HttpStatusPattern> recorded, List<HttpStatusPattern> ignored,
		boolean honourRetryAfter) implements OutcomeRule {

	/** The rule of guarded clients whose config says nothing of statuses. */
	public static final HttpOutcomeRule DEFAULT = new HttpOutcomeRule(List.of(), List.of(), false);

	private static final List<HttpStatusPattern> FAILURES_OF_CLIENTS = List.of(HttpStatusPattern.valueOf("5xx"),
			HttpStatusPattern.valueOf("408"), HttpStatusPattern.valueOf("429"));

	private static final int TOO_MANY_REQUESTS = 429;

	private static final int SERVICE_UNAVAILABLE = 503;

	/** More seconds are taken for these: every wait is bounded far below. */
	private static final BigInteger MOST_SECONDS = BigInteger.valueOf(999_999_999_999L);

	private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US)
		.withZone(ZoneOffset.UTC);

	public HttpOutcomeRule {
		recorded = List.copyOf(recorded);
		ignored = List.copyOf(ignored);
	}

	/** The rule of a breaker that guards a client. */
	static HttpOutcomeRule of(CircuitBreakerConfig config) {
		return (config.outcomeRule() instanceof HttpOutcomeRule rule) ? rule : DEFAULT;
	}

	/** What the answer to a request of a guarded client counts as. */
	Verdict judge(int status) {
		if (HttpStatusPattern.anyMatches(this.ignored, status)) {
			return Verdict.IGNORED;
		}
		List<HttpStatusPattern> failures = this.recorded.isEmpty() ? FAILURES_OF_CLIENTS : this.recorded;
		return HttpStatusPattern.anyMatches(failures, status) ? Verdict.FAILURE : Verdict.SUCCESS;
	}

	@Override
	public @Nullable Verdict judge(@Nullable Object result, @Nullable Throwable thrown) {
		if (thrown instanceof HttpStatusException answer) {
			return judge(answer.status());
		}
		int status = HttpAnswerReader.status((thrown != null) ? thrown : result);
		if (status == HttpAnswerReader.NO_STATUS) {
			return null;
		}
		if (HttpStatusPattern.anyMatches(this.ignored, status)) {
			return Verdict.IGNORED;
		}
		if (HttpStatusPattern.anyMatches(this.recorded, status)) {
			return Verdict.FAILURE;
		}
		// A result may still be a failure by what is in it.
		return (thrown != null && !this.recorded.isEmpty()) ? Verdict.SUCCESS : null;
	}

	@Override
	public @Nullable Duration waitAfter(@Nullable Object result, @Nullable Throwable thrown, Instant now) {
		Object answer = (thrown != null) ? thrown : result;
		int status = this.honourRetryAfter ? HttpAnswerReader.status(answer) : HttpAnswerReader.NO_STATUS;
		String retryAfter = (status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE)
				? HttpAnswerReader.retryAfter(answer) : null;
		return (retryAfter != null) ? parse(retryAfter.trim(), now) : null;
	}

	/** Seconds, or a date in any of the three forms; null where it is neither. */
	private static @Nullable Duration parse(String retryAfter, Instant now) {
		if (!retryAfter.isEmpty() && retryAfter.chars().allMatch((each) -> each >= '0' && each <= '9')) {
			return Duration.ofSeconds(new BigInteger(retryAfter).min(MOST_SECONDS).longValue());
		}
		for (DateTimeFormatter form : List.of(DateTimeFormatter.RFC_1123_DATE_TIME, ASCTIME, rfc850(now))) {
			try {
				return Duration.between(now, ZonedDateTime.parse(retryAfter, form).toInstant());
			}
			catch (DateTimeException ex) {
				// The next one may be its form.
			}
		}
		return null;
	}

	/** Its years are those from now less 49 to now plus 50. */
	private static DateTimeFormatter rfc850(Instant now) {
		return new DateTimeFormatterBuilder().appendPattern("EEEE, dd-MMM-")
			.appendValueReduced(ChronoField.YEAR, 2, 2, now.atZone(ZoneOffset.UTC).getYear() - 49)
			.appendPattern(" HH:mm:ss 'GMT'")
			.toFormatter(Locale.US)
			.withZone(ZoneOffset.UTC);
	}

}
