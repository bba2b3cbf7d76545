package dev.breaker.spring.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.spring.web.RequestRejector;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.DisposableBean;

/**
 * Counts the requests that are answered before their handlers run:
 * {@code breaker.http.server.rejected}, with the tag {@code name}, from the start for
 * each breaker of an entry.
 */
public final class RejectedRequestMetrics implements MeterBinder, DisposableBean {

	private final RequestRejector rejector;

	private final Map<MeterRegistry, List<Meter>> registered = new ConcurrentHashMap<>();

	/**
	 * Creates the meters.
	 * @param rejector counts the requests
	 */
	public RejectedRequestMetrics(RequestRejector rejector) {
		this.rejector = rejector;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		List<Meter> meters = new ArrayList<>();
		for (String name : this.rejector.breakers()) {
			meters.add(FunctionCounter
				.builder("breaker.http.server.rejected", this.rejector, (counted) -> counted.rejected(name))
				.description("Requests that were answered with 503 before their handlers ran")
				.tag("name", name)
				.register(registry));
		}
		this.registered.put(registry, meters);
	}

	@Override
	public void destroy() {
		this.registered.forEach((registry, meters) -> meters.forEach(registry::remove));
		this.registered.clear();
	}

}
