package dev.breaker;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One change of state.
 *
 * @param from the state that ended
 * @param to the state that began
 * @param reason why
 * @param at when, by the clock that is shown to people
 * @param lastFailure the last recorded exception before the change, since the breaker was
 * last closed; {@code null} where there was none, or where a result counted as failure
 */
public record StateChange(State from, State to, Reason reason, Instant at, @Nullable Throwable lastFailure) {
}
