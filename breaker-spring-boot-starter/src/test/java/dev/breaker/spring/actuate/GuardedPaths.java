package dev.breaker.spring.actuate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.RingEventStore;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.EndpointsSupplier;
import org.springframework.boot.actuate.endpoint.ExposableEndpoint;
import org.springframework.boot.actuate.endpoint.Operation;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/**
 * Guards of endpoints that no server serves.
 */
final class GuardedPaths {

	private GuardedPaths() {
	}

	/** A guard of both endpoints below {@code /actuator}. */
	static EndpointRequestGuard guard(Access access) {
		return guard(access, true, "circuitbreakers", "circuitbreakerevents");
	}

	static EndpointRequestGuard guard(Access access, boolean served, String... ids) {
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		List<ExposableEndpoint<Operation>> mapped = new ArrayList<>();
		for (String id : ids) {
			mapped.add(new Mapped(EndpointId.of(id)));
		}
		EndpointsSupplier<ExposableEndpoint<Operation>> supplier = () -> mapped;
		beans.addBean("paths", new PathMappedEndpoints("/actuator", supplier));
		EndpointAccessResolver resolver = (id, byDefault) -> access;
		beans.addBean("access", resolver);
		if (served) {
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
			beans.addBean("breakers", new CircuitBreakersEndpointWebExtension(new CircuitBreakersEndpoint(registry)));
			beans.addBean("events", new CircuitBreakerEventsEndpointWebExtension(
					new CircuitBreakerEventsEndpoint(registry, new RingEventStore(registry, 1, Set.of()))));
		}
		return new EndpointRequestGuard(beans.getBeanProvider(PathMappedEndpoints.class),
				beans.getBeanProvider(EndpointAccessResolver.class),
				beans.getBeanProvider(CircuitBreakersEndpointWebExtension.class),
				beans.getBeanProvider(CircuitBreakerEventsEndpointWebExtension.class));
	}

	private record Mapped(EndpointId id) implements PathMappedEndpoint, ExposableEndpoint<Operation> {

		@Override
		public EndpointId getEndpointId() {
			return this.id;
		}

		@Override
		public Access getDefaultAccess() {
			return Access.READ_ONLY;
		}

		@Override
		public Collection<Operation> getOperations() {
			return List.of();
		}

		@Override
		public String getRootPath() {
			return this.id.toString();
		}

	}

}
