package dev.breaker;

import java.io.Serializable;

/**
 * Which calls pass, or are to pass next, where it is not all of them or a probe of the
 * users' calls.
 */
sealed interface Restriction extends Serializable permits AdmittedShare.Limit, Restriction.DarkProbes {

	/** Probes that no user waits for decide whether the breaker closes. */
	enum DarkProbes implements Restriction {

		/** The only value: enums are one after they were written and read, too. */
		ONLY

	}

}
