package dev.breaker;

/**
 * What a call counts as.
 */
enum Outcome {

	SUCCESS,

	FAILURE,

	/** An {@code ignore} rule matched. */
	IGNORED,

	/** Refused by a breaker further in: as if the call had not been made. */
	REFUSED,

	/** Interrupted or cancelled: as if the call had not been made. */
	NOTHING;

	/** Whether a fallback runs: what counts is another question. */
	boolean fallsBack() {
		return this == FAILURE || this == REFUSED;
	}

}
