package dev.breaker.compatibility.kinds;

/**
 * What happens to a call, in a column of the matrix.
 */
enum Cell {

	SUCCESS,

	FAILURE_NOW,

	FAILURE_LATER,

	ERROR,

	IGNORED,

	REFUSED,

	CANCELLED,

	CANCELLED_WHEN_SLOW,

	SLOW,

	NEVER_SUBSCRIBED,

	SUBSCRIBED_TWICE,

	FALLBACK_SUCCEEDS,

	FALLBACK_FAILS,

	FALLBACK_OF_PLAIN_VALUE

}
