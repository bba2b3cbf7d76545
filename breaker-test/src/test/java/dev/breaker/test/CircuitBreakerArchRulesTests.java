package dev.breaker.test;

import java.io.Closeable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.example.OrderCustomizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CircuitBreakerArchRulesTests {

	private static final JavaClasses ALL = new ClassFileImporter().importPackagesOf(CircuitBreakerArchRulesTests.class)
		.that(DescribedPredicate.describe("are of this test",
				(type) -> type.getName().startsWith(CircuitBreakerArchRulesTests.class.getName())));

	private static JavaClasses only(Class<?>... types) {
		return ALL
			.that(DescribedPredicate.describe("are given", (type) -> Stream.of(types).anyMatch(type::isEquivalentTo)));
	}

	private static List<String> violations(Class<?>... types) {
		assertThat(only(types)).hasSameSizeAs(types);
		return CircuitBreakerArchRules.NO_SELF_INVOCATION.evaluate(only(types)).getFailureReport().getDetails();
	}

	@ParameterizedTest
	@ValueSource(classes = { OnMethod.class, OnType.class, ByMetaAnnotation.class, ByMetaOnType.class, Inherited.class,
			Implements.class, ImplementsType.class, ByReference.class, InLambda.class, CallsSuper.class,
			GuardsClose.class })
	void selfInvocationIsFound(Class<?> type) {
		assertThat(violations(type)).singleElement()
			.asString()
			.contains("pay()")
			.contains("payAll()")
			.contains(type.getSimpleName());
	}

	@Test
	void anonymousAndInnerClassesBelongToTheirOuterClass() throws Exception {
		Class<?> anonymous = Class.forName(WithInner.class.getName() + "$1");
		assertThat(violations(WithInner.class, anonymous, WithInner.Inner.class)).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(classes = { OtherBean.class, Decorator.class, NotCovered.class, LeftOut.class, Overrides.class,
			NestedStatic.Other.class, ClosesItself.class, ClosesItselfByInheritance.class, CustomizesItself.class })
	void otherCallsAreNoSelfInvocation(Class<?> type) {
		assertThat(violations(type)).isEmpty();
	}

	@Test
	void failureSaysWhatIsWrongAndWhatToDo() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> CircuitBreakerArchRules.NO_SELF_INVOCATION.check(only(OnMethod.class)))
			.withMessageContaining("classes should not call their own methods that @CircuitBreaker guards")
			.withMessageContaining("move one of the two methods to another bean");
	}

	@CircuitBreaker(name = "payments")
	static class ClosesItself implements Closeable {

		@Override
		public void close() {
		}

		public void stop() {
			close();
		}

	}

	static class ClosesItselfByInheritance extends ClosesItself {

		@Override
		public void stop() {
			this.close();
		}

	}

	@CircuitBreaker(name = "payments")
	static class GuardsClose implements Closeable {

		public void pay() {
		}

		@Override
		public void close() {
		}

		public void payAll() {
			pay();
			close();
		}

	}

	/** The compiler leads calls of the callback to the method with the other type. */
	@CircuitBreaker(name = "payments")
	static class CustomizesItself implements OrderCustomizer<String> {

		@Override
		public void customize(String order) {
		}

		public void customizeAll() {
			customize("one");
		}

	}

	static class OnMethod {

		@CircuitBreaker(name = "payments")
		public void pay() {
		}

		void payAll() {
			pay();
		}

	}

	@CircuitBreaker(name = "payments")
	static class OnType {

		public void pay() {
		}

		public void payAll() {
			pay();
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@CircuitBreaker(name = "payments", fallbackMethod = "later")
	@interface Guarded {

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Guarded
	@interface GuardedTwice {

	}

	static class ByMetaAnnotation {

		@GuardedTwice
		public void pay() {
		}

		void payAll() {
			pay();
		}

		public void later() {
		}

		public void other() {
			later();
		}

	}

	@GuardedTwice
	static class ByMetaOnType {

		public void pay() {
			later();
		}

		public void payAll() {
			pay();
		}

		public void later() {
		}

	}

	static class Inherited extends OnMethod {

		@Override
		void payAll() {
			this.pay();
		}

	}

	interface Payments {

		@CircuitBreaker(name = "payments")
		void pay();

	}

	static class Implements implements Payments {

		@Override
		public void pay() {
		}

		void payAll() {
			pay();
		}

	}

	@CircuitBreaker(name = "payments")
	interface PaymentsOfType {

		void pay();

	}

	static class ImplementsType implements PaymentsOfType {

		@Override
		public void pay() {
			other();
		}

		public void other() {
		}

		void payAll() {
			pay();
		}

	}

	static class ByReference {

		@CircuitBreaker(name = "payments")
		public String pay() {
			return "paid";
		}

		Supplier<String> payAll() {
			return this::pay;
		}

	}

	static class InLambda {

		@CircuitBreaker(name = "payments")
		public void pay() {
		}

		Runnable payAll() {
			return () -> pay();
		}

	}

	static class CallsSuper extends OnMethod {

		@Override
		public void pay() {
		}

		@Override
		void payAll() {
			super.pay();
		}

	}

	static class WithInner {

		@CircuitBreaker(name = "payments")
		public void pay() {
		}

		Runnable payAll() {
			return new Runnable() {

				@Override
				public void run() {
					pay();
				}

			};
		}

		class Inner {

			void payOne() {
				pay();
			}

		}

	}

	static class OtherBean {

		private final OnMethod payments = new OnMethod();

		void payAll() {
			this.payments.pay();
		}

	}

	static class Decorator implements Payments {

		private final Payments decorated;

		Decorator(Payments decorated) {
			this.decorated = decorated;
		}

		@Override
		public void pay() {
			this.decorated.pay();
		}

		void payTwice() {
			this.decorated.pay();
		}

	}

	@CircuitBreaker(name = "payments", fallbackMethod = "payLater")
	static class NotCovered {

		public void payAll() {
			unguarded();
			notPublic();
			ofClass();
			payLater();
			hashCode();
			toString();
			getClass();
		}

		@Override
		public String toString() {
			return "not covered";
		}

		@Unguarded
		public void unguarded() {
		}

		void notPublic() {
		}

		public static void ofClass() {
		}

		public void payLater() {
		}

	}

	static class LeftOut implements Payments {

		@Override
		@Unguarded
		public void pay() {
		}

		void payAll() {
			pay();
		}

	}

	static class Overrides extends OnMethod {

		@Override
		public void pay() {
			super.pay();
		}

	}

	static class NestedStatic {

		@CircuitBreaker(name = "payments")
		public void pay() {
		}

		static class Other {

			void payAll(NestedStatic payments) {
				payments.pay();
			}

		}

	}

}
