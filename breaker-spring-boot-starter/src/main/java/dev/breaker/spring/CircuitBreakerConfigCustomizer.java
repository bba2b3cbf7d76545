package dev.breaker.spring;

import java.util.Objects;
import java.util.function.Consumer;

import dev.breaker.CircuitBreakerConfig;

/**
 * Has the last word on the config of one circuit breaker. Beans of this type are applied
 * at start, and again whenever the environment is read again, after the
 * {@code breaker.instances} and {@code breaker.configs} properties, in the order of their
 * {@link org.springframework.core.annotation.Order @Order}. What is changed of that
 * breaker by name at run time is over it. The config of a breaker that only an annotation
 * or the application names starts from the {@code default} config. A name that no breaker
 * has is reported at start, and makes none.
 */
public interface CircuitBreakerConfigCustomizer {

	/**
	 * The breaker whose config this customizes.
	 * @return the exact name
	 */
	String name();

	/**
	 * Changes the config that the properties gave. A config that is left with values that
	 * contradict each other stops the application at start, and so does whatever this
	 * throws; at run time nothing of the change is applied then.
	 * @param builder what the properties gave
	 */
	void customize(CircuitBreakerConfig.Builder builder);

	/**
	 * Makes a customizer from a lambda.
	 * @param name the exact name of the breaker
	 * @param customizer changes the config that the properties gave
	 * @return a new customizer
	 */
	static CircuitBreakerConfigCustomizer of(String name, Consumer<? super CircuitBreakerConfig.Builder> customizer) {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(customizer, "customizer");
		return new CircuitBreakerConfigCustomizer() {

			@Override
			public String name() {
				return name;
			}

			@Override
			public void customize(CircuitBreakerConfig.Builder builder) {
				customizer.accept(builder);
			}

			@Override
			public String toString() {
				return "CircuitBreakerConfigCustomizer[" + name + "]";
			}

		};
	}

}
