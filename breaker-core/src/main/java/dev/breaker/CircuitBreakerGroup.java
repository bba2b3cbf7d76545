package dev.breaker;

/**
 * A bounded family of circuit breakers under one name and config, one for each key.
 */
public final class CircuitBreakerGroup {

	private final String name;

	CircuitBreakerGroup(String name) {
		this.name = name;
	}

	/**
	 * The name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

}
