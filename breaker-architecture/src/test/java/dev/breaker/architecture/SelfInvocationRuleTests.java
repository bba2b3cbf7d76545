package dev.breaker.architecture;

import java.util.List;
import java.util.stream.Stream;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.test.CircuitBreakerArchRules;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rule of breaker-test, which knows no Spring, on classes that do.
 */
class SelfInvocationRuleTests {

	@Test
	void theRuleReportsNoCallbackOfSpring() {
		assertThat(violations(Callbacks.class)).singleElement().asString().contains("pay()");
	}

	private static List<String> violations(Class<?>... types) {
		return CircuitBreakerArchRules.NO_SELF_INVOCATION
			.evaluate(new ClassFileImporter().importClasses(Stream.of(types).toList()))
			.getFailureReport()
			.getDetails();
	}

	@CircuitBreaker(name = "payments")
	static class Callbacks implements ApplicationListener<Callbacks.Paid>, DisposableBean {

		public void pay() {
		}

		@Override
		public void onApplicationEvent(Paid event) {
		}

		@EventListener
		public void on(Paid event) {
		}

		@Override
		public void destroy() {
		}

		public void all(Paid event) {
			onApplicationEvent(event);
			on(event);
			destroy();
			pay();
		}

		static class Paid extends ApplicationEvent {

			private static final long serialVersionUID = 1L;

			Paid(Object source) {
				super(source);
			}

		}

	}

}
