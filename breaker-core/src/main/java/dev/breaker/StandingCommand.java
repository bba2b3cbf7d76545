package dev.breaker;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A command that is in force: the one that made the present state of a breaker, or the
 * one to a group that keys without a breaker will obey. Immutable.
 *
 * @param command the command
 * @param until when it ends by itself, by the clock of the config that is shown to
 * people; {@code null} where it lasts until another command
 */
public record StandingCommand(StateCommand command, @Nullable Instant until) {
}
