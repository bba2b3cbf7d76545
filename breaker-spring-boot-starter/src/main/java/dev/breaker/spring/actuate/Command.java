package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.DurationStyle;

/**
 * Reads an operator's command.
 */
final class Command {

	static final String STATES = Arrays.stream(State.values()).map(State::name).collect(Collectors.joining(", "));

	private static final int MAX_REASON_LENGTH = 1000;

	private Command() {
	}

	static StateCommand of(@Nullable String state, @Nullable String hold, @Nullable String reason,
			@Nullable Boolean reset) {
		boolean resets = Boolean.TRUE.equals(reset);
		if (resets == (state != null)) {
			throw invalid("Give either a 'state' or 'reset': true. Valid states: " + STATES);
		}
		if (reason != null && reason.length() > MAX_REASON_LENGTH) {
			throw invalid("Invalid 'reason': has " + reason.length() + " characters, may have " + MAX_REASON_LENGTH);
		}
		StateCommand command = (state != null) ? StateCommand.to(parseState(state)) : StateCommand.reset();
		return ((hold != null) ? holding(command, hold) : command).comment(reason);
	}

	private static StateCommand holding(StateCommand command, String hold) {
		if (command.isReset()) {
			throw invalid("A reset takes no 'hold'");
		}
		return switch (command.state()) {
			case OPEN, FORCED_OPEN, DISABLED -> command.hold(parseHold(hold));
			case CLOSED, HALF_OPEN, METRICS_ONLY ->
				throw invalid(command.state() + " takes no 'hold'; OPEN, FORCED_OPEN and DISABLED do");
		};
	}

	private static State parseState(String state) {
		try {
			return State.valueOf(state.strip().toUpperCase(Locale.ROOT));
		}
		catch (IllegalArgumentException ex) {
			throw invalid("Invalid state '" + LogText.oneLine(state) + "'. Valid states: " + STATES);
		}
	}

	private static Duration parseHold(String hold) {
		String text = hold.strip();
		// Boot reads a number as milliseconds, which is not what an operator means by 10.
		if (!text.isEmpty() && Character.isLetter(text.charAt(text.length() - 1))) {
			try {
				Duration duration = DurationStyle.detectAndParse(text);
				if (!duration.isZero() && !duration.isNegative()) {
					return duration;
				}
			}
			catch (IllegalArgumentException | ArithmeticException ex) {
				// Told below.
			}
		}
		throw invalid("Invalid hold '" + LogText.oneLine(hold)
				+ "': must be a duration above zero with its unit, such as 30s, 10m, 2h or PT10M");
	}

	private static InvalidEndpointRequestException invalid(String message) {
		return new InvalidEndpointRequestException(message, message);
	}

}
