package dev.breaker.spring.aop;

/**
 * An annotation asks for what cannot be done.
 */
final class InvalidGuardException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String remedy;

	InvalidGuardException(String message, String remedy) {
		super(message);
		this.remedy = remedy;
	}

	String remedy() {
		return this.remedy;
	}

}
