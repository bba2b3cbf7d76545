package dev.breaker.spring.signal;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.HealthContributor;

/**
 * Health contributors by their name.
 */
public interface HealthSource {

	/**
	 * Looks for a contributor.
	 * @param name its name
	 * @return the contributor, or {@code null} where there is none
	 */
	@Nullable HealthContributor find(String name);

	/**
	 * The names of all.
	 * @return the names
	 */
	Stream<String> names();

}
