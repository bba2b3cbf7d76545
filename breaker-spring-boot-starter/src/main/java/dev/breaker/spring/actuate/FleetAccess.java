package dev.breaker.spring.actuate;

import dev.breaker.StateCommand;
import org.jspecify.annotations.Nullable;

/**
 * What the endpoint knows of a fleet: the instances of a service that share circuit
 * breakers. There is a bean of this type where the artifact {@code breaker-fleet-redis}
 * is there and {@code breaker.cluster.enabled} is true. Safe for use by many threads.
 */
public interface FleetAccess {

	/**
	 * Whether a breaker, or a group of breakers made by key, is shared. Of a group that
	 * means that commands to it reach all instances; each key is a breaker for itself.
	 * @param name the exact name
	 * @return whether this instance has it, and shares it
	 */
	boolean shares(String name);

	/**
	 * Gives a command to a breaker or a group of all instances, those that start while it
	 * holds too. It is obeyed here at once, and brought to the others as soon as they can
	 * be reached.
	 * @param name the name of a breaker or a group that is shared
	 * @param command the command
	 */
	void command(String name, StateCommand command);

	/**
	 * Whether a breaker is open or half-open by the rules of this instance alone.
	 * @param name the name of a breaker that is shared
	 * @return whether the fleet has not opened it
	 */
	boolean isLocalOnly(String name);

	/**
	 * What the fleet says of a breaker. Waits for the other instances for half a second
	 * at most, and not at all while they cannot be reached.
	 * @param name the name of a breaker
	 * @return the description, or {@code null} where the breaker is not shared
	 */
	@Nullable FleetDescriptor describe(String name);

}
