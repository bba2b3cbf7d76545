package dev.breaker.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Puts the annotated method, or the methods of the annotated type, behind a circuit
 * breaker. Works on classes, on interfaces (HTTP interface clients, Spring Data
 * repositories) and as a meta-annotation; an annotation on a method wins over one on its
 * type, and one on the class over one on an interface.
 *
 * <p>
 * On a class it covers the public methods, on an interface those that the interface has;
 * default methods too, but for those of HTTP interface clients, whose requests are
 * covered. Left out, unless annotated themselves, are callbacks of the container, of Boot
 * and of Micrometer (lifecycle, order, initialization, injection, events, runners,
 * health, info, meters, {@code close()}), {@code @Bean} methods, what the web framework
 * calls beside the handler ({@code @ExceptionHandler}, {@code @ModelAttribute},
 * {@code @InitBinder}, filters, servlets, interceptors, argument resolvers, views), the
 * fallback, methods of {@link Object}, final ones that the annotated class inherits, and
 * methods with {@link Unguarded}.
 *
 * <p>
 * A call runs on the thread that makes it; one that runs later, as with {@code @Async} or
 * of a {@code Callable}, on that of the work. A call that is refused throws
 * {@link dev.breaker.CallNotPermittedException}, or, where the method returns a stage, a
 * future, a publisher or a Kotlin {@code Result}, that fails with it, unless there is a
 * fallback.
 *
 * <pre class="code">
 * &#064;CircuitBreaker(name = "payments", fallbackMethod = "payLater")
 * public Receipt pay(Order order) {
 *     return this.client.pay(order);
 * }
 *
 * private Receipt payLater(Order order, Throwable thrown) {
 *     return Receipt.pending(order);
 * }
 * </pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.TYPE })
public @interface CircuitBreaker {

	/**
	 * The breaker's name, under which it is configured ({@code breaker.instances.NAME}),
	 * measured and shown. Methods that give the same name share one breaker, or with a
	 * {@link #key()} one group of breakers. <code>${...}</code> placeholders are resolved
	 * once, at start.
	 * @return the name, never empty
	 */
	String name();

	/**
	 * What runs instead when the call throws what counts as a failure or is refused, by
	 * its own breaker or by one further in: the name of a method of the same class,
	 * inherited ones included, or {@code bean::method}. It takes the parameters of the
	 * guarded method, or none, and after them may take one {@code Throwable}; of several
	 * the one nearest to what was thrown runs. A name that fits no method, two for the
	 * same {@code Throwable}, or, but for stages and Kotlin, one with a checked exception
	 * that the guarded method does not declare, stops the application at start. Default:
	 * none, what was thrown reaches the caller.
	 * @return the name of the fallback, or an empty string
	 */
	String fallbackMethod() default "";

	/**
	 * A SpEL expression over the arguments, as in Spring's {@code @Cacheable}
	 * ({@code #warehouse}, {@code #a0}, {@code #root.methodName}). Each value, up to
	 * {@code breaker.keys.max} at a time, has a breaker of its own, called
	 * {@code name:value} and configured as {@code name}, in a
	 * {@link dev.breaker.CircuitBreakerGroup} of that name. A key that is null, that
	 * throws, or that has only the text of {@link Object#toString()} makes no call: the
	 * fallback runs with that exception, else it is thrown. Default: none, one breaker
	 * for all calls.
	 * @return the expression, or an empty string
	 */
	String key() default "";

}
