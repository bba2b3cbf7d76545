package dev.breaker.spring.aop;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The annotation's {@code key}.
 */
class KeyTests {

	@Test
	void pain37EachKeyHasItsOwnBreakerConfiguredAsTheName() {
		Contexts.with(Warehouses.class)
			.withPropertyValues("breaker.instances.warehouse.sliding-window-size=7")
			.run((context) -> {
				Warehouses bean = context.getBean(Warehouses.class);
				bean.stock("north", 1);
				bean.stock("south", 1);
				bean.stock("north", 1);
				assertThat(Contexts.recorded(context, "warehouse:north")).isEqualTo(2);
				assertThat(Contexts.recorded(context, "warehouse:south")).isOne();
				assertThat(Contexts.breaker(context, "warehouse:north").config().slidingWindowSize()).isEqualTo(7);
				Contexts.breaker(context, "warehouse:north").forceOpen();
				assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> bean.stock("north", 1))
					.satisfies((ex) -> assertThat(ex.circuitBreakerName()).isEqualTo("warehouse:north"));
				assertThat(bean.stock("south", 1)).isEqualTo("south1");
				assertThat(context.getBean(KeyedBreakers.class).baseName("warehouse:north")).isEqualTo("warehouse");
			});
	}

	@Test
	void theNameItselfHasABreakerFromTheStart() {
		Contexts.with(Warehouses.class).run((context) -> {
			assertThat(Contexts.recorded(context, "warehouse")).isZero();
			assertThat(context.getBean(GuardedMethods.class).breakerNames()).containsExactly("warehouse");
			assertThat(context.getBean(KeyedBreakers.class).baseName("warehouse")).isEqualTo("warehouse");
			assertThat(context.getBean(KeyedBreakers.class).baseName("other:north")).isEqualTo("other:north");
		});
	}

	@Test
	void keysSpeakOfArgumentsAsInCacheable() {
		Contexts.with(Warehouses.class).run((context) -> {
			Warehouses bean = context.getBean(Warehouses.class);
			bean.byIndex("a", 7);
			bean.byProperty(new Order("eu"));
			bean.byRoot("x");
			bean.byBean();
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("warehouse", "warehouse:a-7", "warehouse:eu",
						"warehouse:byRoot Warehouses Warehouses x", "warehouse:from bean");
		});
	}

	@Test
	void pain37AKeyedMethodHasItsFallback() {
		Contexts.with(Warehouses.class).run((context) -> {
			context.getBean(Warehouses.class).withFallback("north");
			Contexts.breaker(context, "warehouse:north").forceOpen();
			assertThat(context.getBean(Warehouses.class).withFallback("north")).isEqualTo("instead of north");
		});
	}

	@Test
	void aKeyThatIsNullIsRefusedWithTheMethodAndTheExpression() {
		Contexts.with(Warehouses.class)
			.run((context) -> assertThatIllegalArgumentException()
				.isThrownBy(() -> context.getBean(Warehouses.class).stock(null, 1))
				.withMessageContainingAll("\"#warehouse\"", "Warehouses.stock(String, int)", "null"));
	}

	@ParameterizedTest
	@ValueSource(classes = { BadSyntax.class, Blank.class, UnknownVariable.class })
	void aKeyThatCannotWorkStopsTheApplication(Class<?> bean) {
		Contexts.with(bean).run((context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).startsWith("The key \"").contains(bean.getName() + ".call(String)");
		});
	}

	@Test
	void anUnknownVariableIsNamed() {
		Contexts.with(UnknownVariable.class)
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("speaks of #tenent, and the method has no such parameter"));
	}

	@Test
	void pain41TheLimitIsThatOfTheProperty() {
		Contexts.with(Warehouses.class).withPropertyValues("breaker.keys.max=2").run((context) -> {
			for (int i = 0; i < 50; i++) {
				context.getBean(Warehouses.class).stock("w" + i, 1);
			}
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).hasSize(3);
		});
	}

	@Test
	void aLimitBelowOneStopsTheApplication() {
		Contexts.with(Warehouses.class)
			.withPropertyValues("breaker.keys.max=0")
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining("breaker.keys.max"));
	}

	record Order(String region) {

	}

	@Component("warehouses")
	static class Warehouses {

		public String name() {
			return "from bean";
		}

		@CircuitBreaker(name = "warehouse", key = "#warehouse")
		public String stock(@Nullable String warehouse, int amount) {
			return warehouse + amount;
		}

		@CircuitBreaker(name = "warehouse", key = "#a0 + '-' + #p1")
		public void byIndex(String warehouse, int number) {
		}

		@CircuitBreaker(name = "warehouse", key = "#order.region")
		public void byProperty(Order order) {
		}

		@CircuitBreaker(name = "warehouse",
				key = "#root.methodName + ' ' + #root.target.class.simpleName + ' ' + #root.targetClass.simpleName + ' ' + #root.args[0]")
		public void byRoot(String argument) {
		}

		@CircuitBreaker(name = "warehouse", key = "@warehouses.name()")
		public void byBean() {
		}

		@CircuitBreaker(name = "warehouse", key = "#warehouse", fallbackMethod = "instead")
		public String withFallback(String warehouse) {
			return "value";
		}

		private String instead(String warehouse) {
			return "instead of " + warehouse;
		}

	}

	static class BadSyntax {

		@CircuitBreaker(name = "bad", key = "#argument +")
		public void call(String argument) {
		}

	}

	static class Blank {

		@CircuitBreaker(name = "bad", key = "  ")
		public void call(String argument) {
		}

	}

	static class UnknownVariable {

		@CircuitBreaker(name = "bad", key = "'x' + #tenent")
		public void call(String tenant) {
		}

	}

}
