package dev.breaker.spring.fallback;

/**
 * Is told of each fallback that an annotated method ran. Beans of this type are looked
 * for when the first fallback runs. What a listener throws is logged, and never reaches
 * the call.
 */
@FunctionalInterface
public interface FallbackListener {

	/**
	 * A fallback ran. An asynchronous one has run when its stage completes.
	 * @param name the breaker's name as the annotation gives it, without a key
	 * @param success whether it gave a result; {@code false} where it threw an exception,
	 * or its stage failed
	 */
	void onFallback(String name, boolean success);

}
