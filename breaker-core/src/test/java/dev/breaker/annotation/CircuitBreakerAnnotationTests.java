package dev.breaker.annotation;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where the annotation may stand, and what it defaults to.
 */
class CircuitBreakerAnnotationTests {

	@Test
	void standsOnMethodsWithOptionalFallbackAndKey() throws NoSuchMethodException {
		CircuitBreaker onMethod = Guarded.class.getMethod("pay").getAnnotation(CircuitBreaker.class);
		assertThat(onMethod.name()).isEqualTo("payments");
		assertThat(onMethod.fallbackMethod()).isEmpty();
		assertThat(onMethod.key()).isEmpty();
	}

	@Test
	void standsOnTypes() {
		assertThat(Guarded.class.getAnnotation(CircuitBreaker.class).name()).isEqualTo("all");
	}

	@Test
	void standsOnOtherAnnotations() {
		CircuitBreaker meta = Remote.class.getAnnotation(CircuitBreaker.class);
		assertThat(meta.name()).isEqualTo("remote");
		assertThat(meta.fallbackMethod()).isEqualTo("instead");
		assertThat(meta.key()).isEqualTo("#tenant");
	}

	@CircuitBreaker(name = "remote", fallbackMethod = "instead", key = "#tenant")
	private @interface Remote {

	}

	@CircuitBreaker(name = "all")
	private interface Guarded {

		@CircuitBreaker(name = "payments")
		void pay();

	}

}
