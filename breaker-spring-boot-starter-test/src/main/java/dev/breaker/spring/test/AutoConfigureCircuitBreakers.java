package dev.breaker.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a Spring test its circuit breakers for itself, on a clock that it moves. For
 * {@code @SpringBootTest} and for slices such as {@code @WebMvcTest}, and as a
 * meta-annotation.
 * <ul>
 * <li>All breakers that are made through the starter's
 * {@link dev.breaker.CircuitBreakerRegistry}, by properties, annotations, keys or code,
 * go by one {@link dev.breaker.test.ManualClock}, which is a bean to be injected. It
 * stands still, and so no call is slow, unless the test advances it. A
 * {@code ManualClock} bean of the application is used instead, and a
 * {@link dev.breaker.spring.BreakerClock} bean of its own replaces it for the
 * breakers.</li>
 * <li>Before each test, and before its {@code @BeforeEach} methods, they are reset: their
 * initial state, an empty window, totals of zero, no command that holds. What earlier
 * tests of the same context did is not seen. The clock goes on from where it is.</li>
 * <li>The file of {@code breaker.restore.file} is neither read nor written, whatever the
 * property says.</li>
 * </ul>
 * Tests that use the same context at the same time see each other's calls, and reset each
 * other's breakers.
 *
 * <pre>
 * &#64;SpringBootTest
 * &#64;AutoConfigureCircuitBreakers
 * class CheckoutTests {
 *
 *     &#64;Test
 *     &#64;AutoConfigureCircuitBreakers(open = "payments")
 *     void orderIsPaidLaterWhilePaymentsAreDown(&#64;Autowired Checkout checkout) { ... }
 *
 * }
 * </pre>
 *
 * @see dev.breaker.test.CircuitBreakers
 * @see dev.breaker.test.CircuitBreakerAssertions
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
public @interface AutoConfigureCircuitBreakers {

	/**
	 * The breakers that are OPEN when a test begins, for the wait of their config: the
	 * name of a breaker, of a group for all of its keys, or {@code group:key}. An unknown
	 * name fails the test. On a method it replaces what the class says, and the class
	 * must have the annotation, too. Default: none.
	 * @return exact names
	 */
	String[] open() default {};

}
