package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests of an application that put a mock in the place of the registry.
 */
class MockedRegistryTests {

	@ParameterizedTest
	@ValueSource(classes = { WithAnnotations.class, WithoutAnnotations.class })
	void aMockIsRefusedWithTheRemedy(Class<?> test) {
		assertThatException().isThrownBy(() -> prepare(test))
			.havingRootCause()
			.isInstanceOf(IllegalStateException.class)
			.withMessageContainingAll("CircuitBreakerRegistry", "mock", "@MockitoSpyBean",
					"@AutoConfigureCircuitBreakers", "breaker.enabled=false");
	}

	@Test
	void aSpyWorks() throws Exception {
		Spied test = (Spied) prepare(Spied.class);
		assertThat(test.registry.find("payments")).isPresent();
	}

	@Test
	void aMockIsLeftAloneWhereTheStarterIsOff() throws Exception {
		Off test = (Off) prepare(Off.class);
		assertThat(test.registry.find("payments")).isEmpty();
		test.payments.pay();
	}

	private static Object prepare(Class<?> test) throws Exception {
		Object instance = test.getDeclaredConstructor().newInstance();
		new TestContextManager(test).prepareTestInstance(instance);
		return instance;
	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE)
	static class WithAnnotations {

		@MockitoBean
		CircuitBreakerRegistry registry;

	}

	@SpringBootTest(classes = Plain.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = "breaker.instances.payments.failure-rate-threshold=40")
	static class WithoutAnnotations {

		@MockitoBean
		CircuitBreakerRegistry registry;

	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE)
	static class Spied {

		@MockitoSpyBean
		CircuitBreakerRegistry registry;

	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = "breaker.enabled=false")
	static class Off {

		@MockitoBean
		CircuitBreakerRegistry registry;

		@Autowired
		Payments payments;

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Payments payments() {
			return new Payments();
		}

	}

	static class Payments {

		@CircuitBreaker(name = "payments")
		public void pay() {
		}

	}

}
