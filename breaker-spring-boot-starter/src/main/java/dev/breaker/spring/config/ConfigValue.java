package dev.breaker.spring.config;

import org.jspecify.annotations.Nullable;

/**
 * A property of a breaker's config, and where its present value comes from.
 *
 * @param property the key, as in a file: {@code failure-rate-threshold}
 * @param value a number, a duration, a constant, the name of a class, or a list of those;
 * {@code null} where the property is off
 * @param origin the file with line and column, or another source of the environment;
 * {@code customizer …}; {@code changed at run time by … at …}; {@code application code};
 * or {@code default}
 */
public record ConfigValue(String property, @Nullable Object value, String origin) {

	/** The origin of a value that nothing sets. */
	public static final String DEFAULT = "default";

	/** The origin of a value that the application gives in code. */
	public static final String CODE = "application code";

}
