package dev.breaker.spring.fallback;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which methods a {@code fallbackMethod} may name.
 */
class FallbackResolutionTests {

	@Test
	void theArgumentsOrNoneAndAfterThemAThrowableOrNone() {
		Contexts.with(Forms.class).run((context) -> {
			Contexts.breaker(context, "forms").forceOpen();
			Forms bean = context.getBean(Forms.class);
			assertThat(bean.a("x", 1)).isEqualTo("x1");
			assertThat(bean.b("x", 1)).isEqualTo("x1 CallNotPermittedException");
			assertThat(bean.c("x", 1)).isEqualTo("none");
			assertThat(bean.d("x", 1)).isEqualTo("CallNotPermittedException");
		});
	}

	@Test
	void anyVisibilityStaticInheritedAndDefaultMethods() {
		Contexts.with(Places.class).run((context) -> {
			Contexts.breaker(context, "places").forceOpen();
			Places bean = context.getBean(Places.class);
			assertThat(bean.isPrivate()).isEqualTo("private of places");
			assertThat(bean.isStatic()).isEqualTo("private static");
			assertThat(bean.isInherited()).isEqualTo("inherited");
			assertThat(bean.isPrivateInSuperclass()).isEqualTo("private in superclass");
			assertThat(bean.isOverridden()).isEqualTo("overridden");
			assertThat(bean.isDefault()).isEqualTo("default");
			assertThat(bean.isStaticInInterface()).isEqualTo("static in interface");
			assertThat(bean.inherited()).isEqualTo("in subclass");
		});
	}

	@Test
	void typeVariablesStandForWhatTheClassSays() {
		Contexts.with(OrderService.class).run((context) -> {
			Contexts.breaker(context, "generic").forceOpen();
			OrderService bean = context.getBean(OrderService.class);
			assertThat(bean.load("7")).containsExactly("order 7");
			assertThat(((Service<String, List<String>>) bean).load("8")).containsExactly("order 8");
			assertThat(bean.inBase("9")).containsExactly("9 in base");
			assertThat(bean.<Integer>free(List.of(1))).isEqualTo(5);
		});
	}

	@Test
	void typesThatAreBoundToThemselvesFit() {
		Contexts.with(Recursive.class).run((context) -> {
			Contexts.breaker(context, "recursive").forceOpen();
			assertThat(context.getBean(Recursive.class).largest(List.of(1, 3, 2))).isEqualTo(1);
			assertThat(context.getBean(Recursive.class).<Thread.State>ofEnum(Thread.State.class))
				.isEqualTo(Thread.State.NEW);
		});
	}

	@Test
	void primitivesAndTheirBoxesFitEachOtherAndVarargsAreArrays() {
		Contexts.with(Boxes.class).run((context) -> {
			Contexts.breaker(context, "boxes").forceOpen();
			Boxes bean = context.getBean(Boxes.class);
			assertThat(bean.boxed(3)).isEqualTo(4);
			assertThat(bean.primitive(3)).isEqualTo(5);
			assertThat(bean.varargs("x", 1, 2, 3)).isEqualTo("x[1, 2, 3]");
			bean.nothing();
			assertThat(Boxes.calls).isEqualTo(1);
		});
	}

	@Test
	void theReturnTypeMayBeNarrowerAndTheParametersWider() {
		Contexts.with(Variance.class).run((context) -> {
			Contexts.breaker(context, "variance").forceOpen();
			assertThat(context.getBean(Variance.class).find("x")).isEqualTo(List.of("x"));
		});
	}

	@Test
	void anOverloadOfTheSameNameMayBeTheFallback() {
		Contexts.with(SameName.class).run((context) -> {
			Contexts.breaker(context, "same").forceOpen();
			assertThat(context.getBean(SameName.class).find("x")).isEqualTo("instead of x");
		});
	}

	@Test
	void anArgumentThatIsAThrowableIsTheArgument() {
		Contexts.with(ThrowableArgument.class).run((context) -> {
			Contexts.breaker(context, "argument").forceOpen();
			assertThat(context.getBean(ThrowableArgument.class).report(new IOException("argument")))
				.isEqualTo("argument");
		});
	}

	static class Forms {

		@CircuitBreaker(name = "forms", fallbackMethod = "insteadOfA")
		public String a(String text, int number) {
			return "value";
		}

		String insteadOfA(String text, int number) {
			return text + number;
		}

		@CircuitBreaker(name = "forms", fallbackMethod = "insteadOfB")
		public String b(String text, int number) {
			return "value";
		}

		String insteadOfB(String text, int number, Throwable thrown) {
			return text + number + " " + thrown.getClass().getSimpleName();
		}

		@CircuitBreaker(name = "forms", fallbackMethod = "insteadOfC")
		public String c(String text, int number) {
			return "value";
		}

		String insteadOfC() {
			return "none";
		}

		@CircuitBreaker(name = "forms", fallbackMethod = "insteadOfD")
		public String d(String text, int number) {
			return "value";
		}

		String insteadOfD(CallNotPermittedException thrown) {
			return thrown.getClass().getSimpleName();
		}

	}

	interface HasDefault {

		default String defaultFallback() {
			return "default";
		}

		static String staticFallback() {
			return "static in interface";
		}

	}

	interface InheritsDefault extends HasDefault {

	}

	static class BaseOfPlaces {

		protected String inheritedFallback() {
			return "inherited";
		}

		private String privateInSuperclass() {
			return "private in superclass";
		}

		String overriddenFallback() {
			return "not overridden";
		}

		@CircuitBreaker(name = "places", fallbackMethod = "overriddenInSubclass")
		public String inherited() {
			return "value";
		}

		String overriddenInSubclass() {
			return "in superclass";
		}

		@CircuitBreaker(name = "places", fallbackMethod = "privateInSuperclass")
		public String isPrivateInSuperclass() {
			return privateInSuperclass();
		}

	}

	static class Places extends BaseOfPlaces implements InheritsDefault {

		private final String field = "places";

		@CircuitBreaker(name = "places", fallbackMethod = "privateFallback")
		public String isPrivate() {
			return "value";
		}

		private String privateFallback() {
			return "private of " + this.field;
		}

		@CircuitBreaker(name = "places", fallbackMethod = "privateStaticFallback")
		public String isStatic() {
			return "value";
		}

		private static String privateStaticFallback() {
			return "private static";
		}

		@CircuitBreaker(name = "places", fallbackMethod = "inheritedFallback")
		public String isInherited() {
			return "value";
		}

		@CircuitBreaker(name = "places", fallbackMethod = "overriddenFallback")
		public String isOverridden() {
			return "value";
		}

		@Override
		String overriddenFallback() {
			return "overridden";
		}

		@Override
		String overriddenInSubclass() {
			return "in subclass";
		}

		@CircuitBreaker(name = "places", fallbackMethod = "defaultFallback")
		public String isDefault() {
			return "value";
		}

		@CircuitBreaker(name = "places", fallbackMethod = "staticFallback")
		public String isStaticInInterface() {
			return "value";
		}

	}

	abstract static class Service<I, R> {

		@CircuitBreaker(name = "generic", fallbackMethod = "instead")
		public R load(I id) {
			throw new IllegalStateException();
		}

		abstract R instead(I id, Throwable thrown);

		@CircuitBreaker(name = "generic", fallbackMethod = "insteadInBase")
		public R inBase(I id) {
			throw new IllegalStateException();
		}

		R insteadInBase(I id, RuntimeException thrown) {
			return make(id + " in base");
		}

		abstract R make(String text);

	}

	static class OrderService extends Service<String, List<String>> {

		@Override
		ArrayList<String> instead(String id, Throwable thrown) {
			return new ArrayList<>(List.of("order " + id));
		}

		@Override
		List<String> make(String text) {
			return List.of(text);
		}

		@CircuitBreaker(name = "generic", fallbackMethod = "insteadOfFree")
		public <T extends Number> T free(List<T> values) {
			throw new IllegalStateException();
		}

		@SuppressWarnings("unchecked")
		private <T extends Number, X extends Throwable> T insteadOfFree(List<T> values, X thrown) {
			return (T) Integer.valueOf(5);
		}

	}

	static class Recursive {

		@CircuitBreaker(name = "recursive", fallbackMethod = "first")
		public <T extends Comparable<? super T>> T largest(List<T> values) {
			throw new IllegalStateException();
		}

		private <T extends Comparable<? super T>> T first(List<T> values) {
			return values.get(0);
		}

		@CircuitBreaker(name = "recursive", fallbackMethod = "firstOfEnum")
		public <E extends Enum<E>> E ofEnum(Class<E> type) {
			throw new IllegalStateException();
		}

		private <E extends Enum<E>> E firstOfEnum(Class<E> type, Throwable thrown) {
			return type.getEnumConstants()[0];
		}

	}

	static class Boxes {

		static int calls;

		@CircuitBreaker(name = "boxes", fallbackMethod = "insteadOfBoxed")
		public Integer boxed(Integer number) {
			return 0;
		}

		private int insteadOfBoxed(int number) {
			return number + 1;
		}

		@CircuitBreaker(name = "boxes", fallbackMethod = "insteadOfPrimitive")
		public int primitive(int number) {
			return 0;
		}

		private Integer insteadOfPrimitive(Integer number) {
			return number + 2;
		}

		@CircuitBreaker(name = "boxes", fallbackMethod = "insteadOfVarargs")
		public String varargs(String text, int... numbers) {
			return "";
		}

		private String insteadOfVarargs(String text, int... numbers) {
			return text + Arrays.toString(numbers);
		}

		@CircuitBreaker(name = "boxes", fallbackMethod = "insteadOfNothing")
		public void nothing() {
		}

		private int insteadOfNothing() {
			return ++calls;
		}

	}

	static class Variance {

		@CircuitBreaker(name = "variance", fallbackMethod = "instead")
		public Collection<? extends CharSequence> find(String id) {
			return List.of();
		}

		List<String> instead(Object id, Exception thrown) {
			return List.of(id.toString());
		}

	}

	static class SameName {

		@CircuitBreaker(name = "same", fallbackMethod = "find")
		public String find(String id) {
			return "value";
		}

		private String find(String id, Throwable thrown) {
			return "instead of " + id;
		}

	}

	static class ThrowableArgument {

		@CircuitBreaker(name = "argument", fallbackMethod = "instead")
		public String report(Exception problem) {
			return "value";
		}

		String instead(Throwable thrown) {
			return thrown.getMessage();
		}

	}

}
