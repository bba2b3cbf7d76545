package dev.breaker.spring.fallback;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which methods a {@code fallbackMethod} may name.
 */
class FallbackResolutionTests {

	@Test
	void pain17TheArgumentsOrNoneAndAfterThemAThrowableOrNone() {
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
	void pain17AnyVisibilityStaticInheritedAndDefaultMethods() {
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
	void pain17TypeVariablesStandForWhatTheClassSays() {
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
	void pain17PrimitivesAndTheirBoxesFitEachOtherAndVarargsAreArrays() {
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
	void pain17TheReturnTypeMayBeNarrowerAndTheParametersWider() {
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

	@Test
	void pain15AMissingFallbackStopsTheApplicationAndTheAnalysisShowsWhatWouldFit() {
		FailureAnalysis analysis = analysis(Missing.class);
		assertThat(analysis.getDescription())
			.startsWith("The fallbackMethod \"payLater\" of " + Missing.class.getName()
					+ ".pay(Map<String, List<Integer>>, int) names no method of " + Missing.class.getName()
					+ " that fits. One of these would:")
			.contains("    List<String> payLater(Map<String, List<Integer>> order, int amount)",
					"    List<String> payLater(Map<String, List<Integer>> order, int amount, Throwable thrown)",
					"    List<String> payLater()", "    List<String> payLater(Throwable thrown)")
			.doesNotContain("Near misses");
		assertThat(analysis.getAction()).contains("signatures");
	}

	@Test
	void pain15TheAnalysisShowsNearMissesAndTheirReasons() {
		assertThat(analysis(NearMissesBean.class).getDescription().lines()).contains("Near misses:",
				"    int instead(String): it returns int, which is no String",
				"    void instead(Throwable): it returns void, which is no String",
				"    String instead(Integer, Throwable): parameter 1 is Integer, which does not take a String",
				"    String instead(Throwable, String): the Throwable is parameter 1, and must come last",
				"    String instead(String, String): the last parameter is String, which is no Throwable",
				"    String instead(String, int, long): it takes 3 parameters instead of 1 or none, and after them at most one Throwable",
				"    String instaed(String): it would fit, but its name is not instead",
				"    String other(IOException): it would fit, but its name is not instead");
	}

	@Test
	void pain15TypeArgumentsThatDoNotFitAreANearMiss() {
		assertThat(analysis(WrongTypeArguments.class).getDescription())
			.contains("List<Integer> instead(): it returns List<Integer>, which is no List<String>");
	}

	@Test
	void pain15AMethodIsNoFallbackOfItself() {
		assertThat(analysis(Itself.class).getDescription()).contains("it is the guarded method itself");
	}

	@Test
	void pain15TypeVariablesAreShownAsDeclared() {
		assertThat(analysis(MissingGeneric.class).getDescription())
			.contains("    <T> T instead(Class<T> type, Throwable thrown)");
	}

	@Test
	void twoForTheSameThrowableStopTheApplication() {
		assertThat(analysis(SameThrowable.class).getDescription()).contains("is ambiguous", "the same IOException",
				"String instead(String, IOException)", "String instead(Object, IOException)");
	}

	@Test
	void twoForTheSameThrowableAreAmbiguousAlsoWhereOneTakesNoArguments() {
		assertThat(analysis(WithAndWithoutArguments.class).getDescription()).contains("is ambiguous",
				"String instead(String, Throwable)", "String instead(Throwable)");
		assertThat(analysis(NoThrowableTwice.class).getDescription()).contains("is ambiguous",
				"neither takes a Throwable");
	}

	@Test
	void onAClassTheFallbackMustFitEachMethodAndTheAnalysisNamesTheOneItDoesNot() {
		assertThat(analysis(OnClass.class).getDescription()).contains("OnClass.second(int) names no method",
				"String instead(): it returns String, which is no Integer");
	}

	@Test
	void pain18TheFallbackOfAnotherBeanIsCheckedAtStart() {
		assertThat(analysis(UnknownBean.class).getDescription()).contains("names the bean 'nobody'");
		assertThat(analysis(IncompleteBean.class).getDescription()).contains("\"::instead\"", "is incomplete");
		assertThat(analysis(OtherBeanMisfit.class, OtherBean.class).getDescription()).contains(
				"names no method of " + OtherBean.class.getName(),
				"String hidden(): it is private, and belongs to another bean");
	}

	@Test
	void aFallbackOfAStageMustGiveAStage() {
		assertThat(analysis(StageMisfit.class).getDescription()).contains(
				"String instead(): it returns String, which is no CompletableFuture<String>",
				"CompletionStage<Integer> instead(Throwable): it returns CompletionStage<Integer>, which is no CompletableFuture<String>");
	}

	private static FailureAnalysis analysis(Class<?>... beans) {
		FailureAnalysis[] analysis = new FailureAnalysis[1];
		Contexts.with(beans).run((context) -> analysis[0] = Contexts.analysis(context));
		return analysis[0];
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

	static class Missing {

		@CircuitBreaker(name = "missing", fallbackMethod = "payLater")
		public List<String> pay(Map<String, List<Integer>> order, int amount) {
			return List.of();
		}

	}

	static class NearMissesBean {

		@CircuitBreaker(name = "near", fallbackMethod = "instead")
		public String find(String id) {
			return id;
		}

		int instead(String id) {
			return 0;
		}

		void instead(Throwable thrown) {
		}

		String instead(Integer id, Throwable thrown) {
			return "";
		}

		String instead(Throwable thrown, String id) {
			return "";
		}

		String instead(String id, String more) {
			return "";
		}

		String instead(String id, int more, long evenMore) {
			return "";
		}

		String instaed(String id) {
			return "";
		}

		String other(IOException thrown) {
			return "";
		}

	}

	static class WrongTypeArguments {

		@CircuitBreaker(name = "wrong", fallbackMethod = "instead")
		public List<String> find() {
			return List.of();
		}

		List<Integer> instead() {
			return List.of();
		}

	}

	static class Itself {

		@CircuitBreaker(name = "itself", fallbackMethod = "find")
		public String find() {
			return "";
		}

	}

	static class MissingGeneric {

		@CircuitBreaker(name = "missing", fallbackMethod = "instead")
		public <T> T find(Class<T> type) {
			throw new IllegalStateException();
		}

	}

	static class SameThrowable {

		@CircuitBreaker(name = "twice", fallbackMethod = "instead")
		public String find(String id) {
			return id;
		}

		String instead(String id, IOException thrown) {
			return id;
		}

		String instead(Object id, IOException thrown) {
			return "";
		}

		String instead(FileNotFoundException thrown) {
			return "";
		}

	}

	static class WithAndWithoutArguments {

		@CircuitBreaker(name = "twice", fallbackMethod = "instead")
		public String find(String id) {
			return id;
		}

		String instead(String id, Throwable thrown) {
			return id;
		}

		String instead(Throwable thrown) {
			return "";
		}

	}

	static class NoThrowableTwice {

		@CircuitBreaker(name = "twice", fallbackMethod = "instead")
		public String find(String id) {
			return id;
		}

		String instead(String id) {
			return id;
		}

		String instead() {
			return "";
		}

	}

	@CircuitBreaker(name = "onClass", fallbackMethod = "instead")
	static class OnClass {

		public String first() {
			return "";
		}

		public Integer second(int number) {
			return number;
		}

		String instead() {
			return "";
		}

	}

	static class UnknownBean {

		@CircuitBreaker(name = "other", fallbackMethod = "nobody::instead")
		public String find() {
			return "";
		}

	}

	static class IncompleteBean {

		@CircuitBreaker(name = "other", fallbackMethod = "::instead")
		public String find() {
			return "";
		}

	}

	static class OtherBeanMisfit {

		@CircuitBreaker(name = "other", fallbackMethod = "otherBean::hidden")
		public String find() {
			return "";
		}

	}

	@Component("otherBean")
	static class OtherBean {

		private String hidden() {
			return "";
		}

	}

	static class StageMisfit {

		@CircuitBreaker(name = "stage", fallbackMethod = "instead")
		public CompletableFuture<String> find() {
			return CompletableFuture.completedFuture("");
		}

		String instead() {
			return "";
		}

		CompletionStage<Integer> instead(Throwable thrown) {
			return CompletableFuture.completedFuture(1);
		}

	}

}
