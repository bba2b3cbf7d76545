package dev.breaker.spring.aop;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.util.AopTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.willReturn;

/**
 * Tests of an application that put objects of their own in the place of guarded beans.
 */
@ExtendWith(OutputCaptureExtension.class)
class BeanOverrideTests {

	@ParameterizedTest
	@ValueSource(classes = { Mocked.class, MockedByInterface.class, Stubbed.class, Added.class })
	void whatATestPutsInThePlaceOfABeanIsNoMistake(Class<?> test, CapturedOutput output) throws Exception {
		prepare(test);
		assertThat(output).doesNotContain("not guarded").doesNotContain(" WARN ");
	}

	@Test
	void itsMethodsAreShownAsNotIntercepted() throws Exception {
		Mocked test = prepare(Mocked.class);
		assertThat(test.methods.bindings()).filteredOn((binding) -> binding.breaker().equals("payments"))
			.singleElement()
			.satisfies((binding) -> assertThat(binding.reason()).contains("a test has put an object of its own"));
	}

	@Test
	void aSpyIsGuarded() throws Exception {
		Spied test = prepare(Spied.class);
		willReturn("stubbed").given(AopTestUtils.<RemotePayments>getTargetObject(test.payments)).pay();
		assertThat(test.payments.pay()).isEqualTo("stubbed");
		assertThat(test.registry.get("payments").snapshot().successfulCallsTotal()).isOne();
	}

	private static <T> T prepare(Class<T> test) throws Exception {
		T instance = test.getDeclaredConstructor().newInstance();
		new TestContextManager(test).prepareTestInstance(instance);
		return instance;
	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = "breaker.aspect.strict=true")
	static class Mocked {

		@MockitoBean
		RemotePayments payments;

		@Autowired
		GuardedMethodRegistry methods;

	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = "breaker.aspect.strict=true")
	static class MockedByInterface {

		@MockitoBean
		Payments payments;

	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = "breaker.aspect.strict=true")
	static class Stubbed {

		@TestBean
		Payments payments;

		static Payments payments() {
			return () -> "stubbed";
		}

	}

	@SpringBootTest(classes = Nothing.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = "breaker.aspect.strict=true")
	static class Added {

		@MockitoBean
		RemotePayments payments;

	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = "breaker.aspect.strict=true")
	static class Spied {

		@MockitoSpyBean
		RemotePayments payments;

		@Autowired
		CircuitBreakerRegistry registry;

	}

	interface Payments {

		String pay();

	}

	static class RemotePayments implements Payments {

		@Override
		@CircuitBreaker(name = "payments")
		public String pay() {
			return "paid";
		}

	}

	static class Other {

		@CircuitBreaker(name = "other")
		public void call() {
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		RemotePayments payments() {
			return new RemotePayments();
		}

		@Bean
		Other other() {
			return new Other();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Nothing {

	}

}
