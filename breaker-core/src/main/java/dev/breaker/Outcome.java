package dev.breaker;

/**
 * What a call counts as.
 */
enum Outcome {

	SUCCESS,

	FAILURE,

	/** An {@code ignore} rule matched. */
	IGNORED,

	/** Refused by a breaker further in: counts as nothing, and has a fallback. */
	REFUSED,

	/** Interrupted or cancelled: as if the call had not been made. */
	NOTHING

}
