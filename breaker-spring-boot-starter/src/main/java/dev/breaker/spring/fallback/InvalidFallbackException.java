package dev.breaker.spring.fallback;

/**
 * A {@code fallbackMethod} names nothing that can run.
 */
public final class InvalidFallbackException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String remedy;

	InvalidFallbackException(String message, String remedy) {
		super(message);
		this.remedy = remedy;
	}

	/**
	 * What to do about it.
	 * @return the remedy
	 */
	public String remedy() {
		return this.remedy;
	}

}
