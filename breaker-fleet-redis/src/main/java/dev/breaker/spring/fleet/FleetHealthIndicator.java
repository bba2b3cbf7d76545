package dev.breaker.spring.fleet;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of the fleet. Always UP: an instance that does not reach the
 * others decides alone, as one without a fleet does.
 */
final class FleetHealthIndicator extends AbstractHealthIndicator {

	private final BreakerFleet fleet;

	FleetHealthIndicator(BreakerFleet fleet) {
		super("Health of the fleet failed");
		this.fleet = fleet;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up().withDetails(this.fleet.details());
	}

}
