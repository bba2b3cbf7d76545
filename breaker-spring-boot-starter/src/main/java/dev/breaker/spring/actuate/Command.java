package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import dev.breaker.spring.event.ThrowableText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.DurationStyle;

/**
 * An operator's command, checked before it is given.
 *
 * @param state the state to be in; {@code null} to be reset
 * @param hold how long to stay there; {@code null} for as long as the state lasts by
 * itself
 */
record Command(@Nullable State state, @Nullable Duration hold) {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	static final String STATES = Arrays.stream(State.values()).map(State::name).collect(Collectors.joining(", "));

	private static final Set<State> WITH_HOLD = Set.of(State.OPEN, State.FORCED_OPEN, State.DISABLED);

	static Command of(@Nullable String state, @Nullable String hold, @Nullable Boolean reset) {
		boolean resets = Boolean.TRUE.equals(reset);
		if (resets == (state != null)) {
			throw invalid("Give either a 'state' or 'reset': true. Valid states: " + STATES);
		}
		if (state == null) {
			if (hold != null) {
				throw invalid("A reset takes no 'hold'");
			}
			return new Command(null, null);
		}
		State target = parseState(state);
		if (hold != null && !WITH_HOLD.contains(target)) {
			throw invalid(target + " takes no 'hold'; OPEN, FORCED_OPEN and DISABLED do");
		}
		return new Command(target, (hold != null) ? parseHold(hold) : null);
	}

	void give(CircuitBreaker breaker, @Nullable String reason, @Nullable String operator) {
		logger.info("Circuit breaker '{}': operator{} commands {}{}{}", ThrowableText.oneLine(breaker.name()),
				(operator != null) ? " " + ThrowableText.oneLine(operator) : "",
				(this.state != null) ? this.state : "reset", (this.hold != null) ? " for " + this.hold : "",
				(reason != null) ? "; reason: " + ThrowableText.oneLine(reason) : "");
		if (this.state == null) {
			breaker.reset();
			return;
		}
		switch (this.state) {
			case CLOSED -> breaker.close();
			case HALF_OPEN -> breaker.halfOpen();
			case METRICS_ONLY -> breaker.metricsOnly();
			case OPEN -> holding(breaker::open, breaker::open);
			case FORCED_OPEN -> holding(breaker::forceOpen, breaker::forceOpen);
			case DISABLED -> holding(breaker::disable, breaker::disable);
		}
	}

	private void holding(Runnable withoutHold, Consumer<Duration> withHold) {
		if (this.hold == null) {
			withoutHold.run();
		}
		else {
			withHold.accept(this.hold);
		}
	}

	private static State parseState(String state) {
		try {
			return State.valueOf(state.strip().toUpperCase(Locale.ROOT));
		}
		catch (IllegalArgumentException ex) {
			throw invalid("Invalid state '" + ThrowableText.oneLine(state) + "'. Valid states: " + STATES);
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
		throw invalid("Invalid hold '" + ThrowableText.oneLine(hold)
				+ "': must be a duration above zero with its unit, such as 30s, 10m, 2h or PT10M");
	}

	private static InvalidEndpointRequestException invalid(String message) {
		return new InvalidEndpointRequestException(message, message);
	}

}
