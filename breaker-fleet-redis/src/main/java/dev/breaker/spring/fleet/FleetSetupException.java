package dev.breaker.spring.fleet;

/**
 * {@code breaker.cluster.enabled} is true, and there is no Redis that the fleet could
 * use, or no name for it. Stops the application at start.
 */
final class FleetSetupException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String remedy;

	FleetSetupException(String problem, String remedy) {
		super(problem);
		this.remedy = remedy;
	}

	String remedy() {
		return this.remedy;
	}

}
