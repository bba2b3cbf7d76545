package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import dev.breaker.LogText;
import dev.breaker.Signal;
import dev.breaker.State;
import dev.breaker.StateCommand;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParserFactory;

/**
 * Reads an operator's command.
 */
final class Command {

	static final String STATES = Arrays.stream(State.values()).map(State::name).collect(Collectors.joining(", "));

	/** What a command is. */
	static final String CHOICE = "Give a 'state', 'reset': true, a 'config', 'enforce': true or false,"
			+ " a 'signal' with its 'ttl', or a 'clearSignal'";

	static final String CONFIG_EXAMPLE = "{\"failure-rate-threshold\": 40}";

	private static final int MAX_REASON_LENGTH = 1000;

	private Command() {
	}

	static StateCommand of(@Nullable String state, @Nullable String hold, @Nullable String reason,
			@Nullable Boolean reset) {
		boolean resets = Boolean.TRUE.equals(reset);
		if (resets == (state != null)) {
			throw invalid(CHOICE + ". Valid states: " + STATES);
		}
		checkReason(reason);
		StateCommand command = (state != null) ? StateCommand.to(parseState(state)) : StateCommand.reset();
		return ((hold != null) ? holding(command, hold) : command).comment(reason);
	}

	/**
	 * Reads the properties of a command that changes a config.
	 * @param config the properties as JSON; none at all restores the config
	 * @return the properties, as they are written
	 */
	static Map<String, Object> config(String config, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset) {
		if (state != null || hold != null || Boolean.TRUE.equals(reset)) {
			throw invalid("A 'config' takes no 'state', 'hold' or 'reset': give it in a command of its own");
		}
		checkReason(reason);
		try {
			// Of the text null, Jackson makes null.
			@Nullable Map<String, Object> properties = JsonParserFactory.getJsonParser().parseMap(config);
			if (properties != null) {
				String repeated = RepeatedField.in(config);
				if (repeated != null) {
					throw invalid(repeated(repeated));
				}
				return properties;
			}
		}
		catch (JsonParseException ex) {
			// Told below.
		}
		throw invalid("Invalid 'config': must be a JSON object with properties as in a file, such as " + CONFIG_EXAMPLE
				+ ", or {} to restore the config");
	}

	/** Says that an object has a field twice. */
	static String repeated(String field) {
		return "The field '" + LogText.oneLine(field) + "' is there twice. Give it once";
	}

	private static void checkReason(@Nullable String reason) {
		checkLength("reason", reason, MAX_REASON_LENGTH);
	}

	private static void checkLength(String field, @Nullable String text, int most) {
		if (text != null && text.length() > most) {
			throw invalid("Invalid '" + field + "': has " + text.length() + " characters, may have " + most);
		}
	}

	/**
	 * Reads how long a signal lives, which together with its source is all that there is
	 * of a command but for a reason.
	 */
	static Duration signal(String source, @Nullable String ttl, @Nullable String reason) {
		checkSource("signal", source);
		checkLength("reason", reason, Signal.MAX_REASON_LENGTH);
		if (ttl == null) {
			throw invalid("A 'signal' needs a 'ttl', such as \"5m\", after which it ends by itself."
					+ " The state FORCED_OPEN lasts until another command");
		}
		return parseDuration("ttl", ttl);
	}

	/** Checks the name of a source that gives or takes back a signal. */
	static void checkSource(String field, String source) {
		if (source.isBlank()) {
			throw invalid("Invalid '" + field + "': must not be empty");
		}
		checkLength(field, source, Signal.MAX_SOURCE_LENGTH);
	}

	/** Refuses other fields beside those of a signal. */
	static void checkAlone(String field, @Nullable Object... others) {
		for (Object other : others) {
			if (other != null && !Boolean.FALSE.equals(other)) {
				throw invalid("A '" + field + "' takes no field but "
						+ (field.equals("signal") ? "'ttl' and 'reason'" : "'reason'")
						+ ": give the others in a command of their own");
			}
		}
	}

	private static StateCommand holding(StateCommand command, String hold) {
		if (command.isReset()) {
			throw invalid("A reset takes no 'hold'");
		}
		return switch (command.state()) {
			case OPEN, FORCED_OPEN, DISABLED -> command.hold(parseDuration("hold", hold));
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

	private static Duration parseDuration(String field, String written) {
		String text = written.strip();
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
		throw invalid("Invalid " + field + " '" + LogText.oneLine(written)
				+ "': must be a duration above zero with its unit, such as 30s, 10m, 2h or PT10M");
	}

	static InvalidEndpointRequestException invalid(String message) {
		return new InvalidEndpointRequestException(message, message);
	}

}
