package dev.breaker.spring.aop;

import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Beans whose class is known as late as when they are made, and has an annotation that
 * asks for what it cannot have.
 */
class RefusedBeansTests {

	@ParameterizedTest
	@ValueSource(strings = { "prototype", "lazy" })
	void areRefusedEachTime(String beanName) {
		Contexts.with(Stores.class).run((context) -> {
			assertThat(context).hasNotFailed();
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> context.getBean(beanName))
					.withMessageContaining("The fallbackMethod \"missing\"");
			}
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void anotherBeanThatCameMeanwhileIsReadWhenItIsMade(CapturedOutput output) {
		Contexts.with(Stores.class).run((context) -> {
			((GenericApplicationContext) context.getSourceApplicationContext()).registerBean("caller", Caller.class);
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> context.getBean("prototype"));
			assertThat(output).doesNotContain("Caller.all() calls");
			context.getBean("caller");
			assertThat(output).contains("Caller.all() calls");
		});
	}

	interface Store {

		String get();

		String list();

	}

	@Configuration(proxyBeanMethods = false)
	static class Stores {

		@Bean
		@Scope("prototype")
		Store prototype() {
			return new StoreOfFiles();
		}

		@Bean
		@Lazy
		Store lazy() {
			return new StoreOfFiles();
		}

	}

	static class Caller {

		@CircuitBreaker(name = "lists")
		String one() {
			return "one";
		}

		String all() {
			return one();
		}

	}

	static class StoreOfFiles implements Store {

		@Override
		@CircuitBreaker(name = "files", fallbackMethod = "missing")
		public String get() {
			return "got";
		}

		@Override
		@CircuitBreaker(name = "lists")
		public String list() {
			return "listed";
		}

	}

}
