package dev.breaker.spring.fleet;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.breaker.fleet.FleetNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the fleet, as this instance sees it.
 */
final class FleetMetrics implements MeterBinder {

	private final BreakerFleet fleet;

	FleetMetrics(BreakerFleet fleet) {
		this.fleet = fleet;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("breaker.cluster.connected", this.fleet, of((status) -> status.connected() ? 1 : 0))
			.description("1 while this instance reaches the others that share its circuit breakers")
			.register(registry);
		Gauge.builder("breaker.cluster.nodes", this.fleet, of(FleetNode.Status::nodes))
			.description("Instances that share circuit breakers and live")
			.register(registry);
		TimeGauge
			.builder("breaker.cluster.lag", this.fleet, TimeUnit.NANOSECONDS,
					of((status) -> (status.nodes() > 0) ? status.lag().toNanos() : Double.NaN))
			.description("How long the newest news of the fleet took to reach this instance")
			.register(registry);
	}

	/** NaN where this instance has left the fleet. */
	private static ToDoubleFunction<BreakerFleet> of(ToDoubleFunction<FleetNode.Status> figure) {
		return (fleet) -> {
			FleetNode.Status status = fleet.status();
			return (status != null) ? figure.applyAsDouble(status) : Double.NaN;
		};
	}

}
