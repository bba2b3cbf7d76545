package dev.breaker.spring.actuate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CommandBodyTests {

	@Test
	void validFieldsAreWrittenAnewWithoutTheName() throws RefusedRequestException {
		assertThat(CommandBody.check(
				" {\"state\": \"OPEN\", \"name\": \"payments\", \"hold\": \"10m\", \"reason\": \"\\u20ac\"} ",
				"payments"))
			.isEqualTo("{\"state\":\"OPEN\",\"hold\":\"10m\",\"reason\":\"\u20ac\"}");
		assertThat(CommandBody.check("{\"reset\": true}", "payments")).isEqualTo("{\"reset\":true}");
		assertThat(CommandBody.check("{}", "payments")).isEqualTo("{}");
	}

	@Test
	void aConfigIsWrittenAnewAsText() throws RefusedRequestException {
		assertThat(CommandBody
			.check("{\"config\": {\"waitDurationInOpenState\": \"5s\", \"record-exceptions\": [\"a\"]}}", "payments"))
			.isEqualTo("{\"config\":\"{\\\"waitDurationInOpenState\\\":\\\"5s\\\",\\\"record-exceptions\\\":"
					+ "[\\\"a\\\"]}\"}");
		assertThat(CommandBody.check("{\"config\": {}}", "payments")).isEqualTo("{\"config\":\"{}\"}");
	}

	@Test
	void aNumberBeyondAllNumbersIsWrittenAnewAsText() throws RefusedRequestException {
		assertThat(CommandBody.check("{\"config\": {\"a\": 1e400, \"b\": [-1e400], \"c\": null}}", "payments"))
			.isEqualTo(
					"{\"config\":\"{\\\"a\\\":\\\"Infinity\\\",\\\"b\\\":[\\\"-Infinity\\\"]," + "\\\"c\\\":null}\"}");
	}

	@Test
	void enforceIsShortForAConfig() throws RefusedRequestException {
		assertThat(CommandBody.check("{\"enforce\": false, \"reason\": \"trial\"}", "payments"))
			.isEqualTo("{\"reason\":\"trial\",\"config\":\"{\\\"enforce\\\":false}\"}");
	}

	@Test
	void aConfigToBeTriedIsWrittenAsThatOfACommand() throws RefusedRequestException {
		for (String body : new String[] { "{\"config\": {\"a\": [\"5s\"]}}", "{\"a\": [\"5s\"]}" }) {
			assertThat(CommandBody.checkWhatIf(body)).isEqualTo("{\"config\":\"{\\\"a\\\":[\\\"5s\\\"]}\"}");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "state", "hold", "reason", "reset", "signal", "ttl", "clearSignal", "scope", "name" })
	void aFieldOfACommandIsNoPropertyToBeTried(String field) {
		assertThatExceptionOfType(RefusedRequestException.class)
			.isThrownBy(() -> CommandBody.checkWhatIf("{\"enforce\": true, \"" + field + "\": \"OPEN\"}"))
			.satisfies((ex) -> assertThat(ex.answer().message())
				.startsWith("Unknown field '" + field + "', which is one of a command. A what-if is {\"config\": "));
	}

	@ParameterizedTest
	@CsvSource({ "'\"{}\"', '''{}'''", "5, 5", "[], []", "true, true" })
	void aConfigThatIsNoObjectIsRefused(String value, String shown) {
		assertRefused("{\"config\": " + value + "}",
				"Invalid 'config' (" + shown + "): must be an object with properties as in a file, such as "
						+ "{\"failure-rate-threshold\": 40}, or {} to restore the config");
	}

	@ParameterizedTest
	@CsvSource({ "'\"other\"', '''other'''", "null, null", "5, 5", "'[\"payments\"]', '[payments]'" })
	void anotherNameThanThatOfThePathIsRefused(String value, String shown) {
		assertRefused("{\"state\": \"OPEN\", \"name\": " + value + "}", "Invalid 'name' (" + shown
				+ "): the path alone says which circuit breaker, here 'payments'. Leave it out");
	}

	@ParameterizedTest
	@CsvSource({ "'{\"state\": \"CLOSED\", \"state\": \"FORCED_OPEN\"}', state",
			"'{\"state\": \"OPEN\", \"st\\u0061te\" : \"OPEN\"}', state",
			"'{\"name\": \"payments\", \"reset\": true, \"name\": \"payments\"}', name",
			"'{\"config\": {\"a\": [{\"b\": 1, \"c\\\\\": 2, \"c\\\\\": 3}]}}', c\\",
			"'{\"config\": {}, \"reason\": \"\\\"config\\\": 1\", \"config\": {}}', config" })
	void aFieldThatIsThereTwiceIsRefused(String json, String field) {
		assertRefused(json, "The field '" + field + "' is there twice. Give it once");
		assertThatExceptionOfType(RefusedRequestException.class)
			.isThrownBy(() -> CommandBody.checkWhatIf("{\"config\": " + json + "}"))
			.satisfies((ex) -> assertThat(ex.answer().message()).contains("is there twice"));
	}

	@Test
	void aFieldMayBeInSeveralObjectsAndInTexts() throws RefusedRequestException {
		String json = "{\"a\":[{\"a\":\"a\"},{\"a\":\"a: {\\\"a\\\":\"},\"a\",\"a\"],\"b\":\"\\\\\"}";
		assertThat(CommandBody.checkWhatIf(json)).contains("config");
		assertThat(RepeatedField.in(json)).isNull();
	}

	@Test
	void anUnknownFieldIsRefused() {
		assertRefused("{\"st\\nate\": \"OPEN\"}",
				"Unknown field 'st ate'. Valid fields: state, hold, reason, reset, config, enforce, signal, ttl, clearSignal, scope");
	}

	@Test
	void aValueOfTheWrongTypeIsRefused() {
		assertRefused("{\"state\": null}", "Invalid 'state' (null): leave it out, or give a value");
		assertRefused("{\"reset\": null}", "Invalid 'reset' (null): leave it out, or give a value");
		assertRefused("{\"reset\": \"true\"}", "Invalid 'reset' ('true'): must be true or false, without quotes");
		assertRefused("{\"state\": true}", "Invalid 'state' (true): must be a string, one of CLOSED, OPEN, HALF_OPEN, "
				+ "FORCED_OPEN, DISABLED, METRICS_ONLY");
		assertRefused("{\"hold\": 10}", "Invalid 'hold' (10): must be a string with a unit, such as \"30s\", \"10m\", "
				+ "\"2h\" or \"PT10M\"");
		assertRefused("{\"reason\": 5}", "Invalid 'reason' (5): must be a string");
		assertRefused("{\"scope\": true}", "Invalid 'scope' (true): must be a string, one of fleet, node");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void anEmptyBodyIsRefused(String body) {
		assertRefused(body,
				"The body is empty. Give a 'state', 'reset': true, a 'config', 'enforce': true or false, a 'signal' with its 'ttl', or a 'clearSignal'. Valid states: CLOSED, OPEN, "
						+ "HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY");
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "[]", "{", "OPEN" })
	void aBodyThatIsNoJsonObjectIsRefused(String body) {
		assertRefused(body,
				"The body is no JSON object. Give {\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", "
						+ "\"reason\": \"...\"} or {\"reset\": true} or {\"config\": {\"failure-rate-threshold\": 40}} "
						+ "or {\"enforce\": false} or {\"signal\": \"backlog\", \"reason\": \"...\", \"ttl\": \"5m\"} "
						+ "or {\"clearSignal\": \"backlog\"}");
	}

	private static void assertRefused(String json, String message) {
		assertThatExceptionOfType(RefusedRequestException.class).isThrownBy(() -> CommandBody.check(json, "payments"))
			.satisfies((ex) -> {
				assertThat(ex.answer().status()).isEqualTo(400);
				assertThat(ex.answer().message()).isEqualTo(message);
			});
	}

}
