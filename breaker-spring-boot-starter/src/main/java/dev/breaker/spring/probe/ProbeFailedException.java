package dev.breaker.spring.probe;

/**
 * The other side answered a dark probe, and is not well. It has no stack trace: where it
 * comes from is known.
 */
final class ProbeFailedException extends Exception {

	private static final long serialVersionUID = 1L;

	ProbeFailedException(String message) {
		super(message, null, false, false);
	}

}
