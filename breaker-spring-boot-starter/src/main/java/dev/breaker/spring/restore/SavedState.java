package dev.breaker.spring.restore;

import dev.breaker.ExportedState;
import org.jspecify.annotations.Nullable;

/**
 * A state in the file.
 *
 * @param owner what it is of
 * @param state the state
 */
record SavedState(Owner owner, ExportedState state) {

	/**
	 * What a state is of.
	 *
	 * @param kind of a breaker, of that of a key, or of a command to all keys
	 * @param name the name of the breaker, or of the group of the keys
	 * @param key the key, where it is of one
	 */
	record Owner(Kind kind, String name, @Nullable String key) {
	}

	enum Kind {

		/** A breaker that is in no group. */
		BREAKER,

		/** The breaker of a key. */
		KEY,

		/** The command to a group that keys obey which get a breaker. */
		GROUP

	}

}
