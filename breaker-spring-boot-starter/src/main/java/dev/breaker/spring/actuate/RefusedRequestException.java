package dev.breaker.spring.actuate;

/**
 * A request that gets an answer before Boot reads it.
 */
final class RefusedRequestException extends Exception {

	private static final long serialVersionUID = 1L;

	private final transient ErrorDescriptor answer;

	RefusedRequestException(ErrorDescriptor answer) {
		super(answer.message(), null, false, false);
		this.answer = answer;
	}

	ErrorDescriptor answer() {
		return this.answer;
	}

}
