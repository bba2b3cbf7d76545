package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.Locale;

import dev.breaker.State;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CommandTests {

	private static final String STATES = "CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY";

	@ParameterizedTest
	@EnumSource(State.class)
	void aStateIsReadInAnyCase(State state) {
		for (String written : new String[] { state.name(), " " + state.name().toLowerCase(Locale.ROOT) }) {
			StateCommand command = Command.of(written, null, null, null);
			assertThat(command.state()).isEqualTo(state);
			assertThat(command.isReset()).isFalse();
			assertThat(command.hold()).isNull();
			assertThat(command.comment()).isNull();
		}
	}

	@Test
	void aResetIsNoState() {
		StateCommand command = Command.of(null, null, "drill", true);
		assertThat(command.isReset()).isTrue();
		assertThat(command.comment()).isEqualTo("drill");
		assertThat(Command.of("OPEN", null, null, false).isReset()).isFalse();
	}

	@Test
	void eitherAStateOrAResetIsGiven() {
		assertInvalid(
				"Give a 'state', 'reset': true, a 'config', 'enforce': true or false, a 'signal' with its 'ttl', or a 'clearSignal'. Valid states: "
						+ STATES,
				null, null, null, null);
		assertInvalid(
				"Give a 'state', 'reset': true, a 'config', 'enforce': true or false, a 'signal' with its 'ttl', or a 'clearSignal'. Valid states: "
						+ STATES,
				null, null, null, false);
		assertInvalid(
				"Give a 'state', 'reset': true, a 'config', 'enforce': true or false, a 'signal' with its 'ttl', or a 'clearSignal'. Valid states: "
						+ STATES,
				"OPEN", null, null, true);
		assertInvalid("Invalid state 'BROKEN no'. Valid states: " + STATES, "BROKEN\nno", null, null, null);
	}

	@ParameterizedTest
	@CsvSource({ "10m, PT10M", "' 90s ', PT90S", "PT1H, PT1H", "1ms, PT0.001S" })
	void aHoldIsADurationWithItsUnit(String hold, Duration expected) {
		for (State state : new State[] { State.OPEN, State.FORCED_OPEN, State.DISABLED }) {
			assertThat(Command.of(state.name(), hold, null, null).hold()).isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "10", "0s", "-5m", "soon", "99999999999999999999d" })
	void aHoldWithoutAUnitOrOfNothingIsRefused(String hold) {
		assertInvalid("Invalid hold '" + hold + "': must be a duration above zero with its unit, such as 30s, "
				+ "10m, 2h or PT10M", "OPEN", hold, null, null);
	}

	@Test
	void whatEndsByItselfOrNeverTakesNoHold() {
		for (State state : new State[] { State.CLOSED, State.HALF_OPEN, State.METRICS_ONLY }) {
			assertInvalid(state + " takes no 'hold'; OPEN, FORCED_OPEN and DISABLED do", state.name(), "10m", null,
					null);
		}
		assertInvalid("A reset takes no 'hold'", null, "10m", null, true);
	}

	@Test
	void aReasonHasAtMostAThousandCharacters() {
		assertThat(Command.of("OPEN", null, "x".repeat(1000), null).comment()).hasSize(1000);
		assertInvalid("Invalid 'reason': has 1001 characters, may have 1000", "OPEN", null, "x".repeat(1001), null);
	}

	private static void assertInvalid(String reason, String state, String hold, String comment, Boolean reset) {
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> Command.of(state, hold, comment, reset))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(reason));
	}

}
