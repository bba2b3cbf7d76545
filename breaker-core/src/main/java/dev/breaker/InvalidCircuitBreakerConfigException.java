package dev.breaker;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A value that a {@link CircuitBreakerConfig.Builder} refuses. The message names the
 * property, the value and what would be valid; the accessors give each of them.
 */
public final class InvalidCircuitBreakerConfigException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String property;

	private final transient @Nullable Object value;

	private final String requirement;

	private final List<String> others;

	/**
	 * Creates the refusal of a value.
	 * @param property the property, called as its builder method
	 * @param value the value
	 * @param requirement what would be valid, beginning with "must"
	 * @param others the properties whose values the requirement depends on
	 */
	public InvalidCircuitBreakerConfigException(String property, @Nullable Object value, String requirement,
			String... others) {
		super("Invalid " + property + " (" + value + "): " + requirement);
		this.property = property;
		this.value = value;
		this.requirement = requirement;
		this.others = List.of(others);
	}

	/**
	 * The property, called as its builder method.
	 * @return the name, in camel case
	 */
	public String property() {
		return this.property;
	}

	/**
	 * The value that is refused.
	 * @return the value; {@code null} where none was given, and after serialization
	 */
	public @Nullable Object value() {
		return this.value;
	}

	/**
	 * What would be valid. Properties that it mentions are among the {@link #others()}.
	 * @return the requirement, such as "must be 1 or more"
	 */
	public String requirement() {
		return this.requirement;
	}

	/**
	 * The properties whose values the requirement depends on. The value may be valid
	 * beside other values of them.
	 * @return their names, in camel case, unmodifiable; empty where the value is invalid
	 * by itself
	 */
	public List<String> others() {
		return this.others;
	}

}
