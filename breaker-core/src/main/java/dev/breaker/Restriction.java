package dev.breaker;

import java.io.Serializable;

/**
 * What a refusal says of the calls that pass, where its state alone does not say it.
 */
sealed interface Restriction extends Serializable permits AdmittedShare.Limit, Restriction.DarkProbes {

	/** Probes that no user waits for decide whether the breaker closes. */
	enum DarkProbes implements Restriction {

		/** The only value, also after it was written and read. */
		ONLY

	}

}
