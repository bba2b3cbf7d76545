package dev.breaker.spring.dashboard;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.FailuresDescriptor;
import dev.breaker.spring.actuate.FleetDescriptor;
import dev.breaker.spring.aop.MethodBinding;
import dev.breaker.spring.config.ConfigValue;
import dev.breaker.spring.dashboard.LiveDescriptor.BreakerDescriptor;
import dev.breaker.spring.event.BreakerEvent;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows of one breaker.
 *
 * @param since the first second of the sparkline, since the epoch
 * @param breaker its figures
 * @param config its effective config
 * @param bindings the methods that it guards
 * @param failures what failed since it was last closed
 * @param events its last events of each type, the newest last
 * @param explanation why it is in its state
 * @param fleet what the instances say of it that share it; {@code null} where it is not
 * shared
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record BreakerView(long since, BreakerDescriptor breaker, List<Property> config, List<MethodBinding> bindings,
		@Nullable FailuresDescriptor failures, List<BreakerEvent> events, String explanation,
		@Nullable FleetDescriptor fleet) {

	/**
	 * A property of its config.
	 *
	 * @param property the key, as in a file
	 * @param value the value, as in a file
	 * @param origin where the value comes from
	 */
	record Property(String property, String value, String origin) {

		static Property of(ConfigValue value) {
			return new Property(value.property(), text(value.value()), value.origin());
		}

		private static String text(@Nullable Object value) {
			if (value == null) {
				return "none";
			}
			if (value instanceof Float || value instanceof Double) {
				return new BigDecimal(value.toString()).stripTrailingZeros().toPlainString();
			}
			if (value instanceof Collection<?> elements) {
				return elements.isEmpty() ? "none"
						: elements.stream().map(String::valueOf).collect(Collectors.joining(", "));
			}
			return (value instanceof Duration duration) ? text(duration) : value.toString();
		}

		private static String text(Duration duration) {
			if (duration.toNanosPart() != 0) {
				return (duration.toNanosPart() % 1_000_000 == 0) ? duration.toMillis() + "ms" : duration.toString();
			}
			long seconds = duration.toSeconds();
			if (seconds == 0 || seconds % 60 != 0) {
				return seconds + "s";
			}
			return (seconds % 3600 != 0) ? seconds / 60 + "m" : seconds / 3600 + "h";
		}

	}

}
