package dev.breaker.benchmarks;

import java.util.stream.Stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.springframework.context.ApplicationContext;

/**
 * What the meters of an application say; zero where it has none.
 */
final class Meters {

	private Meters() {
	}

	static long timed(ApplicationContext context, String meter, String... tags) {
		return find(context, Timer.class, meter, tags).mapToLong(Timer::count).sum();
	}

	static long counted(ApplicationContext context, String meter, String... tags) {
		return (long) find(context, Counter.class, meter, tags).mapToDouble(Counter::count).sum();
	}

	private static <M extends Meter> Stream<M> find(ApplicationContext context, Class<M> type, String meter,
			String... tags) {
		return context.getBeanProvider(MeterRegistry.class)
			.stream()
			.flatMap((registry) -> registry.find(meter).tags(tags).meters().stream())
			.filter(type::isInstance)
			.map(type::cast);
	}

}
