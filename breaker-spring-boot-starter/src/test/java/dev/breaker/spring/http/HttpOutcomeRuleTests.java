package dev.breaker.spring.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import dev.breaker.OutcomeRule.Verdict;
import feign.FeignException;
import feign.Request;
import feign.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a status counts as, whatever carries it.
 */
class HttpOutcomeRuleTests {

	private static final Instant NOW = Instant.parse("2026-11-26T00:00:00Z");

	/** What carries a status and a header. */
	enum Carrier {

		RESPONSE_ENTITY((status, headers) -> ResponseEntity.status(status).headers(headers).build()),

		REST_CLIENT((status, headers) -> new RestClientResponseException("", HttpStatusCode.valueOf(status), "",
				headers, null, null)),

		WEB_CLIENT((status, headers) -> new WebClientResponseException(status, "", headers, null, null)),

		ERROR_RESPONSE((status, headers) -> {
			ErrorResponseException exception = new ErrorResponseException(HttpStatusCode.valueOf(status));
			exception.getHeaders().putAll(headers);
			return exception;
		}),

		FEIGN((status, headers) -> FeignException.errorStatus("Shop#item()", Response.builder()
			.status(status)
			.request(
					Request.create(Request.HttpMethod.GET, "http://shop", Map.of(), null, StandardCharsets.UTF_8, null))
			.headers(headers(headers))
			.build())),

		RAW_RESPONSE((status, headers) -> {
			MockClientHttpResponse response = new MockClientHttpResponse(new byte[0], HttpStatusCode.valueOf(status));
			response.getHeaders().putAll(headers);
			return response;
		}),

		RAW_REACTIVE_RESPONSE((status, headers) -> ClientResponse.create(HttpStatusCode.valueOf(status))
			.headers((all) -> all.putAll(headers))
			.build());

		private final BiFunction<Integer, HttpHeaders, Object> answer;

		Carrier(BiFunction<Integer, HttpHeaders, Object> answer) {
			this.answer = answer;
		}

		private static Map<String, Collection<String>> headers(HttpHeaders headers) {
			String value = headers.getFirst("Retry-After");
			return (value != null) ? Map.of("retry-after", List.of(value)) : Map.of();
		}

		Object of(int status) {
			return this.answer.apply(status, new HttpHeaders());
		}

		Object of(int status, String retryAfter) {
			HttpHeaders headers = new HttpHeaders();
			headers.set("Retry-After", retryAfter);
			return this.answer.apply(status, headers);
		}

	}

	@ParameterizedTest
	@EnumSource
	void aStatusInTheListIsAFailure(Carrier carrier) {
		HttpOutcomeRule rule = rule("5xx, 429", "", false);
		assertThat(judge(rule, carrier.of(503))).isEqualTo(Verdict.FAILURE);
		assertThat(judge(rule, carrier.of(429))).isEqualTo(Verdict.FAILURE);
	}

	@ParameterizedTest
	@EnumSource
	void anExceptionOutsideOfTheListIsASuccess(Carrier carrier) {
		Object answer = carrier.of(404);
		assertThat(judge(rule("5xx", "", false), answer))
			.isEqualTo((answer instanceof Throwable) ? Verdict.SUCCESS : null);
		assertThat(judge(rule("", "", false), answer)).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void anIgnoredStatusWins(Carrier carrier) {
		assertThat(judge(rule("4xx", "404", false), carrier.of(404))).isEqualTo(Verdict.IGNORED);
		assertThat(judge(rule("", "404", false), carrier.of(404))).isEqualTo(Verdict.IGNORED);
		assertThat(judge(rule("", "404", false), carrier.of(403))).isNull();
	}

	@ParameterizedTest
	@ValueSource(classes = { IOException.class, IllegalStateException.class })
	void whatCarriesNoStatusIsLeftToTheOtherRules(Class<? extends Throwable> type) throws Exception {
		HttpOutcomeRule rule = rule("5xx", "404", true);
		Throwable thrown = type.getConstructor().newInstance();
		assertThat(rule.judge(null, thrown)).isNull();
		assertThat(rule.waitAfter(null, thrown, NOW)).isNull();
		assertThat(rule.judge("text", null)).isNull();
		assertThat(rule.judge(null, null)).isNull();
	}

	@Test
	void aFeignExceptionWithoutAnAnswerCarriesNone() {
		FeignException failed = new FeignException.FeignClientException(-1, "refused",
				Request.create(Request.HttpMethod.GET, "http://shop", Map.of(), null, StandardCharsets.UTF_8, null),
				null, null);
		assertThat(rule("5xx", "", false).judge(null, failed)).isNull();
	}

	@Test
	void aSubclassOfWhatCarriesOneIsUnderstood() {
		assertThat(rule("5xx", "", false).judge(null, new ResponseStatusException(HttpStatusCode.valueOf(502))))
			.isEqualTo(Verdict.FAILURE);
	}

	@ParameterizedTest
	@CsvSource({ "500, FAILURE", "599, FAILURE", "408, FAILURE", "429, FAILURE", "404, SUCCESS", "400, SUCCESS",
			"302, SUCCESS", "200, SUCCESS" })
	void byDefaultClientsFailWith5xx408And429(int status, Verdict verdict) {
		assertThat(HttpOutcomeRule.DEFAULT.judge(status)).isEqualTo(verdict);
		assertThat(rule("404", "", false).judge(status)).isEqualTo((status == 404) ? Verdict.FAILURE : Verdict.SUCCESS);
		assertThat(rule("", "5xx", false).judge(status)).isEqualTo((status >= 500) ? Verdict.IGNORED : verdict);
	}

	@ParameterizedTest
	@EnumSource
	void retryAfterIsSecondsOrADate(Carrier carrier) {
		HttpOutcomeRule rule = rule("", "", true);
		assertThat(waitOf(rule, carrier.of(503, "120"))).isEqualTo(Duration.ofSeconds(120));
		assertThat(waitOf(rule, carrier.of(429, " 7 "))).isEqualTo(Duration.ofSeconds(7));
		assertThat(waitOf(rule, carrier.of(503, "Thu, 26 Nov 2026 00:02:00 GMT"))).isEqualTo(Duration.ofMinutes(2));
		assertThat(waitOf(rule, carrier.of(503, "Wed, 25 Nov 2026 23:59:00 GMT"))).isEqualTo(Duration.ofMinutes(-1));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "Thursday, 26-Nov-26 00:02:00 GMT | PT2M", "Thu Nov 26 00:02:00 2026 | PT2M",
					"Sun Dec  6 00:00:00 2026 | PT240H", "Sunday, 01-Nov-76 00:00:00 GMT | P18238D",
					"Saturday, 26-Nov-77 00:00:00 GMT | P-17897D" })
	void retryAfterMayBeADateOfOlderForms(String header, Duration expected) {
		assertThat(waitOf(rule("", "", true), Carrier.REST_CLIENT.of(503, header))).isEqualTo(expected);
	}

	@ParameterizedTest
	@EnumSource
	void retryAfterIsReadOf429And503Alone(Carrier carrier) {
		assertThat(waitOf(rule("", "", true), carrier.of(500, "120"))).isNull();
		assertThat(waitOf(rule("", "", false), carrier.of(503, "120"))).isNull();
		assertThat(waitOf(rule("", "", true), carrier.of(503))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "", "-5", "1.5", "Thursday", "+3" })
	void retryAfterThatSaysNothingIsNone(String header) {
		assertThat(waitOf(rule("", "", true), Carrier.REST_CLIENT.of(503, header))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "9223372036854775807", "12345678901234567890", "999999999999" })
	void anyNumberOfSecondsIsAWaitForTheBreakerToBound(String header) {
		assertThat(waitOf(rule("", "", true), Carrier.REST_CLIENT.of(503, header)))
			.isEqualTo(Duration.ofSeconds(999_999_999_999L));
		assertThat(waitOf(rule("", "", true), Carrier.REST_CLIENT.of(503, "0".repeat(30) + "7")))
			.isEqualTo(Duration.ofSeconds(7));
	}

	private static HttpOutcomeRule rule(String recorded, String ignored, boolean honourRetryAfter) {
		return new HttpOutcomeRule(patterns(recorded), patterns(ignored), honourRetryAfter);
	}

	private static List<HttpStatusPattern> patterns(String text) {
		return (text.isEmpty() ? Stream.<String>empty() : Arrays.stream(text.split(", ")))
			.map(HttpStatusPattern::valueOf)
			.toList();
	}

	private static Verdict judge(HttpOutcomeRule rule, Object answer) {
		return (answer instanceof Throwable thrown) ? rule.judge(null, thrown) : rule.judge(answer, null);
	}

	private static Duration waitOf(HttpOutcomeRule rule, Object answer) {
		return (answer instanceof Throwable thrown) ? rule.waitAfter(null, thrown, NOW)
				: rule.waitAfter(answer, null, NOW);
	}

}
