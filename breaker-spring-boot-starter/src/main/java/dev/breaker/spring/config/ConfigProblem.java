package dev.breaker.spring.config;

import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.origin.Origin;

/**
 * A property that cannot be used.
 *
 * @param key the full key
 * @param value what it is set to
 * @param origin where, as far as its property source knows
 * @param reason what is wrong
 * @param remedy what to write instead
 * @param valid what there is to choose from, said once however many problems need it
 */
record ConfigProblem(String key, @Nullable Object value, @Nullable Origin origin, String reason, String remedy,
		@Nullable String valid) {

	ConfigProblem(String key, @Nullable Object value, @Nullable Origin origin, String reason, String remedy) {
		this(key, value, origin, reason, remedy, null);
	}

	static ConfigProblem with(ConfigurationProperty property, String reason, String remedy) {
		return new ConfigProblem(Level.written(property.getName()), property.getValue(), property.getOrigin(), reason,
				remedy);
	}

	String describe() {
		return "    Property: %s%n    Value: %s%n    Origin: %s%n    Reason: %s".formatted(this.key,
				(this.value != null) ? "\"" + LogText.oneLine(this.value.toString()) + "\"" : "none given",
				(this.origin != null) ? this.origin : "unknown", this.reason);
	}

}
