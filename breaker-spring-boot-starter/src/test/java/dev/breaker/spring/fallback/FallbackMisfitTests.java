package dev.breaker.spring.fallback;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is no fallback stops the application, and the analysis says what would be one.
 */
@ExtendWith(OutputCaptureExtension.class)
class FallbackMisfitTests {

	@Test
	void aMissingFallbackIsAnsweredWithWhatWouldFit() {
		FailureAnalysis analysis = analysis(Missing.class);
		assertThat(analysis.getDescription())
			.startsWith("The fallbackMethod \"payLater\" of " + Missing.class.getName()
					+ ".pay(Map<String, List<Integer>>, int) names no method of " + Missing.class.getName()
					+ " that fits. One of these would:")
			.contains("    List<String> payLater(Map<String, List<Integer>> order, int amount)",
					"    List<String> payLater(Map<String, List<Integer>> order, int amount, Throwable thrown)",
					"    List<String> payLater()", "    List<String> payLater(Throwable thrown)")
			.doesNotContain("Near misses", "the value itself");
		assertThat(analysis.getAction()).contains("signatures");
	}

	@Test
	void whereTheValueItselfWouldDoThatIsSaid() {
		assertThat(analysis(MissingOfCallable.class).getDescription()).contains("    Callable<List<String>> instead()",
				"Each may also return the value itself: List<String>");
		assertThat(analysis(MissingOfMono.class).getDescription()).contains("the value itself: void");
		assertThat(analysis(MissingOfStage.class).getDescription()).doesNotContain("the value itself");
	}

	@Test
	void theAnalysisShowsNearMissesAndTheirReasons() {
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
	void aThrowableComesLastAlsoWhereThereAreNoArguments() {
		assertThat(analysis(ThrowableBeforeMore.class).getDescription().lines()).contains(
				"    String instead(Throwable, String): the Throwable is parameter 1, and must come last",
				"    String instead(String, Throwable): it takes 2 parameters, and there are no arguments: none, or one Throwable");
	}

	static class ThrowableBeforeMore {

		@CircuitBreaker(name = "near", fallbackMethod = "instead")
		public String find() {
			return "";
		}

		String instead(Throwable thrown, String more) {
			return more;
		}

		String instead(String more, Throwable thrown) {
			return more;
		}

	}

	@Test
	void typeArgumentsThatDoNotFitAreANearMiss() {
		assertThat(analysis(WrongTypeArguments.class).getDescription())
			.contains("List<Integer> instead(): it returns List<Integer>, which is no List<String>");
	}

	@Test
	void anOverloadThatDoesNotFitBesideOneThatDoesIsAWarning(CapturedOutput output) {
		Contexts.with(IgnoredOverloads.class, UsedOverloads.class, OverloadsOfClass.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output.toString().lines().filter((line) -> line.contains("never run as such"))).singleElement()
				.asString()
				.contains(" WARN ", "the fallback of " + IgnoredOverloads.class.getName() + ".find(String) never run",
						"Object instead(String, IOException): it returns Object, which is no String",
						"String instead(String, int, IllegalStateException): it takes 3 parameters instead of 1 or none")
				.doesNotContain("String instead(String, Throwable)");
		});
	}

	static class IgnoredOverloads {

		@CircuitBreaker(name = "ignored", fallbackMethod = "instead")
		public String find(String id) {
			return id;
		}

		String instead(String id, Throwable thrown) {
			return id;
		}

		Object instead(String id, IOException thrown) {
			return id;
		}

		String instead(String id, int count, IllegalStateException thrown) {
			return id;
		}

	}

	static class UsedOverloads {

		@CircuitBreaker(name = "used", fallbackMethod = "instead")
		public String find(String id) {
			return id;
		}

		@CircuitBreaker(name = "used", fallbackMethod = "instead")
		public int count(int least, int most) {
			return least;
		}

		@CircuitBreaker(name = "used", fallbackMethod = "all")
		public String all(String id) {
			return id;
		}

		String all() {
			return "all";
		}

		String all(String id, int page, int size) {
			return id;
		}

		String instead(String id, Throwable thrown) {
			return id;
		}

		int instead(int least, int most, Throwable thrown) {
			return most;
		}

	}

	@CircuitBreaker(name = "class", fallbackMethod = "instead")
	static class OverloadsOfClass {

		public String find(String id) {
			return id;
		}

		private String instead(Throwable thrown) {
			return "instead";
		}

		private String instead(String id, int count, Throwable thrown) {
			return id;
		}

	}

	@ParameterizedTest
	@ValueSource(classes = { WithParentheses.class, WithBlank.class, WithClass.class })
	void whatIsNoNameOfAMethodIsAnsweredWithTheName(Class<?> bean) {
		FailureAnalysis analysis = analysis(bean);
		assertThat(analysis.getDescription())
			.contains("is not the name of a method: a fallback is named by its plain name")
			.doesNotContain("()(", "One of these would");
		assertThat(analysis.getAction()).startsWith("Write \"instead\".");
	}

	@Test
	void theMethodOfAnotherBeanIsNamedWithColons() {
		FailureAnalysis analysis = analysis(WithBean.class);
		assertThat(analysis.getDescription()).contains("\"systemProperties.instead\"", "is not the name of a method");
		assertThat(analysis.getAction()).contains("Write \"systemProperties::instead\".");
	}

	@Test
	void aMethodOfAnotherBeanIsAnsweredWithItsBean() {
		FailureAnalysis analysis = analysis(OtherBeanWithParentheses.class, OtherBean.class);
		assertThat(analysis.getDescription()).contains("\"otherBean::hidden()\"", "is not the name of a method");
		assertThat(analysis.getAction()).contains("Write \"otherBean::hidden\".");
	}

	static class OtherBeanWithParentheses {

		@CircuitBreaker(name = "plain", fallbackMethod = "otherBean::hidden()")
		public String find() {
			return "";
		}

	}

	static class WithParentheses {

		@CircuitBreaker(name = "plain", fallbackMethod = "instead()")
		public String find() {
			return "";
		}

		String instead() {
			return "";
		}

	}

	static class WithBlank {

		@CircuitBreaker(name = "plain", fallbackMethod = "instead ")
		public String find() {
			return "";
		}

		String instead() {
			return "";
		}

	}

	static class WithClass {

		@CircuitBreaker(name = "plain", fallbackMethod = "WithClass.instead")
		public String find() {
			return "";
		}

		String instead() {
			return "";
		}

	}

	static class WithBean {

		@CircuitBreaker(name = "plain", fallbackMethod = "systemProperties.instead")
		public String find() {
			return "";
		}

	}

	@Test
	void aMethodIsNoFallbackOfItself() {
		assertThat(analysis(Itself.class).getDescription())
			.contains("names the guarded method, which cannot be its own fallback, and no other method of ")
			.contains("    String find(Throwable thrown)")
			.doesNotContain("find()" + System.lineSeparator(), "Near misses");
		assertThat(analysis(ItselfWithArguments.class).getDescription()).contains("cannot be its own fallback")
			.contains("    String find(String id, Throwable thrown)")
			.contains("    String find(int): ")
			.doesNotContain("find(String id)", "find(String):");
	}

	@Test
	void typeVariablesAreShownAsDeclared() {
		assertThat(analysis(MissingGeneric.class).getDescription())
			.contains("    <T> T instead(Class<T> type, Throwable thrown)");
	}

	@Test
	void aCheckedExceptionThatTheMethodDoesNotDeclareIsRefused() {
		FailureAnalysis analysis = analysis(Checked.class);
		assertThat(analysis.getDescription())
			.startsWith("The fallbackMethod \"instead\" of " + Checked.class.getName() + ".call(String) declares the"
					+ " checked java.io.IOException, which the guarded method does not")
			.contains("guarded:  String call(String) throws FileNotFoundException",
					"fallback: String instead(Throwable) throws IOException, IllegalStateException");
		assertThat(analysis.getAction()).contains("unchecked exception", "declare IOException");
	}

	@ParameterizedTest
	@ValueSource(classes = { CheckedAmongOthers.class, CheckedStatic.class, CheckedGeneric.class,
			CheckedOnInterface.class, ThrowsThrowable.class, CheckedOfCallable.class, CheckedOfDeferredResult.class,
			CheckedOfWebAsyncTask.class })
	void aCheckedExceptionIsRefusedWhereverItIsDeclared(Class<?> bean) {
		assertThat(analysis(bean).getDescription()).contains("which the guarded method does not");
	}

	@Test
	void aCheckedExceptionOfAnotherBeansFallbackIsRefusedToo() {
		Contexts.with(CheckedInAnotherBean.class, BeanWithChecked.class)
			.run((context) -> assertThat(Contexts.analysis(context).getDescription()).contains("\"other::instead\"",
					"which the guarded method does not", "fallback: String instead() throws IOException"));
	}

	@ParameterizedTest
	@ValueSource(classes = { DeclaredByBoth.class, OfAWiderOne.class, CheckedOfAStage.class, CheckedOfAFuture.class,
			UncheckedOnly.class, BoundToUnchecked.class, SameVariable.class })
	void whatTheMethodDeclaresItsFallbackMayThrow(Class<?> bean) {
		Contexts.with(bean).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void twoForTheSameThrowableStopTheApplication() {
		assertThat(analysis(SameThrowable.class).getDescription()).contains("is ambiguous", "the same IOException",
				"String instead(String, IOException)", "String instead(Object, IOException)");
	}

	@Test
	void twoForTheSameThrowableAreAmbiguous() {
		assertThat(analysis(WithAndWithoutArguments.class).getDescription()).contains("is ambiguous",
				"String instead(String, Throwable)", "String instead(Throwable)");
		assertThat(analysis(NoThrowableTwice.class).getDescription()).contains("is ambiguous",
				"neither takes a Throwable");
	}

	@Test
	void onAClassTheFallbackMustFitEachMethod() {
		assertThat(analysis(OnClass.class).getDescription()).contains("OnClass.second(int) names no method",
				"String instead(): it returns String, which is no Integer");
	}

	@Test
	void theFallbackOfAnotherBeanIsCheckedAtStart() {
		assertThat(analysis(UnknownBean.class).getDescription()).contains("names the bean 'nobody'");
		assertThat(analysis(IncompleteBean.class).getDescription()).contains("\"::instead\"", "is incomplete");
		assertThat(analysis(IncompleteMethod.class).getDescription()).contains("\"other:: \"", "is incomplete");
		assertThat(analysis(OtherBeanMisfit.class, OtherBean.class).getDescription()).contains(
				"names no method of " + OtherBean.class.getName(),
				"String hidden(): it is private, and belongs to another bean");
	}

	@Test
	void aMethodThatTheOtherBeansProxyDoesNotHaveIsANearMiss() {
		Contexts.with(BehindInterface.class, NotInTheInterface.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> assertThat(Contexts.analysis(context).getDescription())
				.contains("String hidden(): the bean is proxied by its interfaces, and none of them has it"));
	}

	@Test
	void fallbacksThatLeadToEachOtherStopTheApplication() {
		FailureAnalysis analysis = analysis(Primary.class, Secondary.class);
		assertThat(analysis.getDescription()).contains(
				"Fallbacks lead back to where they come from, so that a call would not end while all of their circuit breakers refuse: ",
				Primary.class.getName() + ".find(String) -> " + Secondary.class.getName() + ".find(String)");
		assertThat(analysis.getAction()).contains("Let the last of them have no fallback");
		assertThat(analysis(FallsBackToItself.class).getDescription()).contains(FallsBackToItself.class.getName()
				+ ".find(String) -> " + FallsBackToItself.class.getName() + ".find(String).");
	}

	@Test
	void fallbacksOfOneObjectThatNameEachOtherEnd() {
		Contexts.with(BehindTheProxy.class).run((context) -> {
			Contexts.breaker(context, "one").forceOpen();
			Contexts.breaker(context, "other").forceOpen();
			assertThat(context.getBean(BehindTheProxy.class).one()).isEqualTo("other");
		});
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

	static class ItselfWithArguments {

		@CircuitBreaker(name = "itself", fallbackMethod = "find")
		public String find(String id) {
			return "";
		}

		public String find(int id) {
			return "";
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

	@Component("primary")
	static class Primary {

		@CircuitBreaker(name = "primary", fallbackMethod = "secondary::find")
		public String find(String id) {
			return id;
		}

	}

	@Component("secondary")
	static class Secondary {

		@CircuitBreaker(name = "secondary", fallbackMethod = "primary::find")
		public String find(String id) {
			return id;
		}

	}

	@Component("itself")
	static class FallsBackToItself {

		@CircuitBreaker(name = "itself", fallbackMethod = "itself::find")
		public String find(String id) {
			return id;
		}

	}

	static class BehindTheProxy {

		@CircuitBreaker(name = "one", fallbackMethod = "other")
		public String one() {
			return "one";
		}

		@CircuitBreaker(name = "other", fallbackMethod = "one")
		public String other() {
			return "other";
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

	static class IncompleteMethod {

		@CircuitBreaker(name = "other", fallbackMethod = "other:: ")
		public String find() {
			return "";
		}

	}

	interface Finder {

		String find();

	}

	@Component("behindInterface")
	static class BehindInterface implements Finder {

		@Override
		@CircuitBreaker(name = "behindInterface")
		public String find() {
			return "";
		}

		public String hidden() {
			return "hidden";
		}

	}

	static class NotInTheInterface {

		@CircuitBreaker(name = "other", fallbackMethod = "behindInterface::hidden")
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

	static class Checked {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call(String argument) throws FileNotFoundException {
			return argument;
		}

		String instead(Throwable thrown) throws IOException, IllegalStateException {
			throw new IOException(thrown);
		}

	}

	static class CheckedAmongOthers {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() {
			return "value";
		}

		String instead(IllegalStateException thrown) {
			return "instead";
		}

		String instead(IllegalArgumentException thrown) throws IOException {
			throw new IOException(thrown);
		}

	}

	static class CheckedStatic {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public void call() throws IllegalStateException {
		}

		static void instead() throws Exception {
			throw new Exception();
		}

	}

	static class GenericBase<X extends Exception> {

		String instead() throws X {
			return "instead";
		}

	}

	static class CheckedGeneric extends GenericBase<IOException> {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() {
			return "value";
		}

	}

	interface WithCheckedDefault {

		default String instead() throws IOException {
			throw new IOException();
		}

	}

	static class CheckedOnInterface implements WithCheckedDefault {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() {
			return "value";
		}

	}

	static class ThrowsThrowable {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() throws Exception {
			return "value";
		}

		String instead(Throwable thrown) throws Throwable {
			throw thrown;
		}

	}

	static class CheckedInAnotherBean {

		@CircuitBreaker(name = "checked", fallbackMethod = "other::instead")
		public String call() {
			return "value";
		}

	}

	@Component("other")
	static class BeanWithChecked {

		public String instead() throws IOException {
			throw new IOException();
		}

	}

	static class DeclaredByBoth {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() throws IOException {
			return "value";
		}

		String instead() throws IOException {
			return "instead";
		}

	}

	static class OfAWiderOne {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() throws Exception {
			return "value";
		}

		String instead() throws FileNotFoundException, InterruptedException {
			return "instead";
		}

	}

	static class CheckedOfCallable {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public Callable<String> call() {
			return () -> "value";
		}

		Callable<String> instead() throws IOException {
			throw new IOException();
		}

	}

	static class CheckedOfDeferredResult {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public DeferredResult<String> call() {
			return new DeferredResult<>();
		}

		DeferredResult<String> instead() throws IOException {
			throw new IOException();
		}

	}

	static class CheckedOfWebAsyncTask {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public WebAsyncTask<String> call() {
			return new WebAsyncTask<>(() -> "value");
		}

		WebAsyncTask<String> instead() throws IOException {
			throw new IOException();
		}

	}

	static class CheckedOfAFuture {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public Future<String> call() {
			return CompletableFuture.completedFuture("value");
		}

		Future<String> instead() throws IOException {
			throw new IOException();
		}

	}

	static class CheckedOfAStage {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public CompletionStage<String> call() {
			return CompletableFuture.completedFuture("value");
		}

		CompletionStage<String> instead() throws IOException {
			throw new IOException();
		}

	}

	static class UncheckedOnly {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() {
			return "value";
		}

		String instead() throws IllegalStateException, AssertionError {
			return "instead";
		}

	}

	static class BoundToUnchecked extends GenericBase<IllegalStateException> {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public String call() {
			return "value";
		}

	}

	static class SameVariable {

		@CircuitBreaker(name = "checked", fallbackMethod = "instead")
		public <X extends Exception> String call(Class<X> type) throws X {
			return "value";
		}

		<X extends Exception> String instead(Class<X> type) throws X {
			return "instead";
		}

	}

	static class MissingOfCallable {

		@CircuitBreaker(name = "missing", fallbackMethod = "instead")
		public Callable<List<String>> call() {
			return List::of;
		}

	}

	static class MissingOfMono {

		@CircuitBreaker(name = "missing", fallbackMethod = "instead")
		public Mono<Void> call() {
			return Mono.empty();
		}

	}

	static class MissingOfStage {

		@CircuitBreaker(name = "missing", fallbackMethod = "instead")
		public CompletableFuture<String> call() {
			return CompletableFuture.completedFuture("value");
		}

	}

}
