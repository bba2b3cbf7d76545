package dev.breaker;

/**
 * What a sliding window keeps.
 */
public enum SlidingWindowType {

	/** The last N recorded calls. */
	COUNT_BASED,

	/** The calls recorded in the last N seconds, in buckets of one second. */
	TIME_BASED

}
