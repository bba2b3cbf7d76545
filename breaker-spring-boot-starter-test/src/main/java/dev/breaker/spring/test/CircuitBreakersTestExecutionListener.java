package dev.breaker.spring.test;

import java.lang.reflect.Method;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.test.CircuitBreakers;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/**
 * Resets the breakers before each test with {@link AutoConfigureCircuitBreakers}, and
 * opens those that it names. They are reset after it, too: before the next one it would
 * be an application event of that test.
 */
class CircuitBreakersTestExecutionListener implements TestExecutionListener, Ordered {

	/**
	 * Around the listener that records the application events of a test (1800), within
	 * the one that replaces a dirty context (1500).
	 */
	private static final int ORDER = 1700;

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public void beforeTestMethod(TestContext context) {
		AutoConfigureCircuitBreakers ofClass = ofClass(context);
		Method method = context.getTestMethod();
		AutoConfigureCircuitBreakers ofMethod = AnnotatedElementUtils.findMergedAnnotation(method,
				AutoConfigureCircuitBreakers.class);
		if (ofClass != null) {
			CircuitBreakerRegistry registry = registry(context);
			CircuitBreakers.reset(registry);
			for (String name : ((ofMethod != null) ? ofMethod : ofClass).open()) {
				CircuitBreakers.open(registry, name);
			}
		}
		else if (ofMethod != null) {
			throw new IllegalStateException("@AutoConfigureCircuitBreakers on the method " + method.getName()
					+ " says only which circuit breakers are open: put it on " + context.getTestClass().getName()
					+ " as well, whose context gets the clock from it");
		}
	}

	@Override
	public void afterTestMethod(TestContext context) {
		// One that the test made dirty is gone, and is not to be made again
		if (ofClass(context) != null && context.hasApplicationContext()) {
			CircuitBreakers.reset(registry(context));
		}
	}

	private static @Nullable AutoConfigureCircuitBreakers ofClass(TestContext context) {
		return TestContextAnnotationUtils.findMergedAnnotation(context.getTestClass(),
				AutoConfigureCircuitBreakers.class);
	}

	private static CircuitBreakerRegistry registry(TestContext context) {
		CircuitBreakerRegistry registry = context.getApplicationContext()
			.getBeanProvider(CircuitBreakerRegistry.class)
			.getIfAvailable();
		if (registry == null) {
			throw new IllegalStateException("@AutoConfigureCircuitBreakers on " + context.getTestClass().getName()
					+ " has no effect, since the context has no CircuitBreakerRegistry: breaker.enabled is false, or "
					+ "the auto-configuration of the starter is not part of the test");
		}
		return registry;
	}

}
