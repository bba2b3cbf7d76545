package dev.breaker.spring.fallback;

/**
 * Hears of each fallback that ran.
 */
@FunctionalInterface
public interface FallbackListener {

	/**
	 * A fallback ran.
	 * @param name the breaker's name as the annotation gives it
	 * @param success whether it gave a result; {@code false} where it threw
	 */
	void onFallback(String name, boolean success);

}
