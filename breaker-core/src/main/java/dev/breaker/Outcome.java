package dev.breaker;

/**
 * What a call counts as.
 */
enum Outcome {

	SUCCESS,

	FAILURE,

	/** An {@code ignore} rule matched. */
	IGNORED,

	/**
	 * Interrupted, cancelled, or refused by a breaker further in: as if the call had not
	 * been made.
	 */
	NOTHING

}
