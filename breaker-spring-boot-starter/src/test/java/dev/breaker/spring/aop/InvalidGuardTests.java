package dev.breaker.spring.aop;

import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an annotation asks for and cannot have stops the application.
 */
class InvalidGuardTests {

	@Test
	void aPlaceholderWithoutAValueStopsTheApplication() {
		Contexts.with(AnnotatedMethodsTests.Placeholder.class)
			.run(failure("The circuit breaker's name \"${shop.breaker}-breaker\" on",
					"Placeholder.guarded() cannot be resolved", "shop.breaker"));
	}

	@Test
	void anEmptyNameStopsTheApplication() {
		Contexts.with(EmptyName.class).run(failure("The circuit breaker's name on", "EmptyName.guarded() is empty"));
	}

	@Test
	void pain15WhatALazyBeanOrAPrototypeAsksForIsCheckedAtStartToo() {
		Contexts.with(LazyWithoutFallback.class)
			.run((context) -> assertThat(context.getStartupFailure()).isNotNull()
				.hasMessageContaining("The fallbackMethod \"missing\" of"));
		Contexts.with(AnnotatedMethodsTests.OnMethod.class)
			.withPropertyValues("spring.main.lazy-initialization=true")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void pain21AnAnnotatedPrivateMethodStopsTheApplication() {
		Contexts.with(PrivateMethod.class)
			.run(failure("would do nothing for", "PrivateMethod.guarded(String): the method is private"));
	}

	@Test
	void pain21AnAnnotatedStaticMethodStopsTheApplication() {
		Contexts.with(StaticMethod.class).run(failure("StaticMethod.guarded(): the method is static"));
	}

	@Test
	void pain21AnAnnotatedFinalMethodStopsTheApplication() {
		Contexts.with(FinalMethod.class).run(failure("FinalMethod.guarded(): the method is final"));
	}

	@Test
	void pain21AFinalMethodOfAnAnnotatedClassStopsTheApplication() {
		Contexts.with(FinalMethodOfClass.class).run(failure("FinalMethodOfClass.fixed(): the method is final"));
	}

	@Test
	void pain21AFinalClassStopsTheApplication() {
		Contexts.with(FinalClass.class).run(failure("FinalClass", "the class is final"));
	}

	@Test
	void pain21AMethodThatNoInterfaceOfTheProxyHasStopsTheApplication() {
		Contexts.with(NotInInterface.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run(failure("NotInInterface.guarded(): the bean is proxied by its interfaces"));
	}

	private static ContextConsumer<AssertableApplicationContext> failure(String... parts) {
		return (context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).contains(parts);
			assertThat(analysis.getAction()).isNotBlank();
		};
	}

	static class EmptyName {

		@CircuitBreaker(name = " ")
		public void guarded() {
		}

	}

	@Lazy
	static class LazyWithoutFallback {

		@CircuitBreaker(name = "lazy", fallbackMethod = "missing")
		public void guarded() {
		}

	}

	static class PrivateMethod {

		@CircuitBreaker(name = "hidden")
		private void guarded(String argument) {
		}

	}

	static class StaticMethod {

		@CircuitBreaker(name = "static")
		public static void guarded() {
		}

	}

	static class FinalMethod {

		@CircuitBreaker(name = "final")
		public final void guarded() {
		}

	}

	@CircuitBreaker(name = "final")
	static class FinalMethodOfClass {

		public final void fixed() {
		}

	}

	static final class FinalClass {

		@CircuitBreaker(name = "final")
		public void guarded() {
		}

	}

	static class NotInInterface implements AnnotatedMethodsTests.Third {

		@Override
		public void third() {
		}

		@CircuitBreaker(name = "unreachable")
		public void guarded() {
		}

	}

}
