package dev.breaker;

/**
 * The place of a breaker in its group.
 */
final class GroupMember {

	final CircuitBreakerGroup group;

	GroupMember(CircuitBreakerGroup group) {
		this.group = group;
	}

	/**
	 * A call begins: the breaker that it is for, which counts it as under way until
	 * {@link #exit()}.
	 */
	CircuitBreaker enter(CircuitBreaker asked) {
		return asked;
	}

	/** A call that was entered has ended, or was refused. */
	void exit() {
	}

	/** The state has changed. */
	void changed() {
	}

}
