package dev.breaker.spring.aspectj;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

import dev.breaker.CallNotPermittedException;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.aop.MethodBinding;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import org.aspectj.lang.Aspects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Calls that no proxy sees.
 */
@ExtendWith(OutputCaptureExtension.class)
class WovenMethodsTests {

	@Test
	void selfInvocationIsGuarded() {
		WovenContexts.with(Payments.class).run((context) -> {
			Payments payments = context.getBean(Payments.class);
			assertThat(payments.payBoth()).isEqualTo("paid a, paid b");
			assertThat(WovenContexts.recorded(context, "payments")).isEqualTo(2);
			trip(context, "payments");
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(payments::payBoth);
		});
	}

	@Test
	void selfInvocationOfAWovenMethodIsNoneToReport() {
		WovenContexts.with(Payments.class).withPropertyValues("breaker.aspect.strict=true").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(GuardedMethodRegistry.class).bindings()).isNotEmpty()
				.allMatch(MethodBinding::intercepted);
		});
	}

	@Test
	void beanOfAFinalClassIsGuardedWithoutAProxy() {
		WovenContexts.with(FinalPayments.class).run((context) -> {
			FinalPayments payments = context.getBean(FinalPayments.class);
			assertThat(AopUtils.isAopProxy(payments)).isFalse();
			assertThat(payments.pay("a")).isEqualTo("paid a");
			assertThat(payments.finalPay("a")).isEqualTo("paid a");
			assertThat(WovenContexts.recorded(context, "final")).isEqualTo(2);
		});
	}

	@Test
	void aspectIsFoundByTheApiOfAspectj() {
		assertThat(Aspects.hasAspect(CircuitBreakerAspect.class)).isTrue();
		assertThat(Aspects.aspectOf(CircuitBreakerAspect.class)).isSameAs(CircuitBreakerAspect.aspectOf());
	}

	@Test
	void privateMethodIsGuarded() {
		WovenContexts.with(Payments.class).run((context) -> {
			assertThat(context.getBean(Payments.class).payInPrivate("a")).isEqualTo("privately paid a");
			assertThat(WovenContexts.recorded(context, "private")).isOne();
		});
	}

	@Test
	void staticMethodIsGuardedAndHasItsStaticFallback() {
		WovenContexts.with().run((context) -> {
			assertThat(Payments.payStatically("a")).isEqualTo("statically paid a");
			assertThat(WovenContexts.recorded(context, "static")).isOne();
			trip(context, "static");
			assertThat(Payments.payStatically("b")).isEqualTo("refused b");
		});
	}

	@Test
	void objectThatIsNoBeanIsGuarded() {
		WovenContexts.with().run((context) -> {
			Payments payments = new Payments();
			assertThat(payments.pay("a")).isEqualTo("paid a");
			assertThatIllegalStateException().isThrownBy(() -> payments.pay("bad")).withMessage("bad");
			assertThat(WovenContexts.breaker(context, "payments").snapshot()).satisfies((snapshot) -> {
				assertThat(snapshot.successfulCallsTotal()).isOne();
				assertThat(snapshot.failedCallsTotal()).isOne();
			});
		});
	}

	@Test
	void privateFallbackSeesTheFieldsOfItsObject() {
		WovenContexts.with(Payments.class).run((context) -> {
			assertThat(context.getBean(Payments.class).payOrLater("bad")).isEqualTo("later: bad of a bean or object");
			assertThat(new Payments().payOrLater("bad")).isEqualTo("later: bad of a bean or object");
			assertThat(WovenContexts.breaker(context, "later").snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void fallbackOfAnotherBeanRunsForAPlainObject() {
		WovenContexts.with(Desk.class).run((context) -> {
			assertThat(new Customer().ask("bad")).isEqualTo("desk takes bad");
			assertThat(WovenContexts.recorded(context, "desk")).isOne();
		});
	}

	@Test
	void eachKeyHasItsBreaker() {
		WovenContexts.with().run((context) -> {
			Warehouse warehouse = new Warehouse();
			assertThat(warehouse.take("lyon")).isEqualTo("from lyon");
			assertThat(warehouse.take("berlin")).isEqualTo("from berlin");
			trip(context, "stock:berlin");
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> warehouse.take("berlin"));
			assertThat(warehouse.take("lyon")).isEqualTo("from lyon");
			assertThat(WovenContexts.recorded(context, "stock:lyon")).isEqualTo(2);
		});
	}

	@Test
	void stageIsRecordedWhenItCompletesAndHasItsFallback() {
		WovenContexts.with().run((context) -> {
			Warehouse warehouse = new Warehouse();
			CompletableFuture<String> answer = new CompletableFuture<>();
			CompletionStage<String> stage = warehouse.ask(answer);
			assertThat(WovenContexts.recorded(context, "ask")).isZero();
			answer.completeExceptionally(new IllegalStateException("lost"));
			assertThat(stage.toCompletableFuture()).isCompletedWithValue("instead of lost");
			assertThat(WovenContexts.breaker(context, "ask").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void workThatIsDoneLaterIsRecordedWhenItIsDone() {
		WovenContexts.with().run((context) -> {
			Later later = new Later();
			FutureTask<String> answer = new FutureTask<>(() -> "answered");
			Callable<String> work = later.work();
			Future<String> future = later.future(answer);
			assertThat(WovenContexts.recorded(context, "laterOn")).isZero();
			assertThat(work.call()).isEqualTo("done");
			assertThat(WovenContexts.recorded(context, "laterOn")).isOne();
			answer.run();
			assertThat(future.get()).isEqualTo("answered");
			assertThat(WovenContexts.recorded(context, "laterOn")).isEqualTo(2);
		});
	}

	@Test
	void injectionIsNoCall() {
		WovenContexts.with(Payments.class, Injected.class).run((context) -> {
			assertThat(WovenContexts.recorded(context, "injected")).isZero();
			assertThat(context.getBean(Injected.class).call()).isEqualTo("paid a");
			assertThat(WovenContexts.recorded(context, "injected")).isOne();
		});
	}

	@Test
	void annotationOnATypeLeavesUnguardedMethodsOut() {
		WovenContexts.with(Ledger.class).run((context) -> {
			Ledger ledger = context.getBean(Ledger.class);
			assertThat(ledger.write("a")).isEqualTo("written a");
			assertThat(ledger.hint()).isEqualTo("hint");
			assertThat(ledger).hasToString("ledger");
			assertThat(WovenContexts.recorded(context, "ledger")).isOne();
			assertThat(AopUtils.isAopProxy(ledger)).isFalse();
		});
	}

	@Test
	void annotationOnATypeHoldsForItsSubclasses() {
		WovenContexts.with().run((context) -> {
			Ledger ledger = new PaperLedger();
			assertThat(ledger.write("a")).isEqualTo("on paper: written a");
			assertThat(WovenContexts.recorded(context, "ledger")).isOne();
			assertThat(((PaperLedger) ledger).tear()).isEqualTo("torn");
			assertThat(WovenContexts.recorded(context, "ledger")).isEqualTo(2);
			trip(context, "ledger");
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> ledger.write("b"));
		});
	}

	@Test
	void overrideThatCallsSuperIsGuardedOnce() {
		WovenContexts.with(Caller.class, CallerOfType.class)
			.withPropertyValues("breaker.instances.super-method.consecutive-failure-threshold=3",
					"breaker.instances.super-type.consecutive-failure-threshold=3")
			.run((context) -> {
				Caller ofMethod = context.getBean(Caller.class);
				CallerOfType ofType = context.getBean(CallerOfType.class);
				for (int i = 0; i < 5; i++) {
					assertThat(ofMethod.call()).isEqualTo("instead");
					assertThat(ofType.call()).isEqualTo("instead");
				}
				assertThat(List.of("super-method", "super-type")).allSatisfy((name) -> {
					Snapshot snapshot = WovenContexts.breaker(context, name).snapshot();
					assertThat(snapshot.state()).isEqualTo(State.OPEN);
					assertThat(snapshot.failedCallsTotal()).isEqualTo(3);
					assertThat(snapshot.successfulCallsTotal()).isZero();
				});
			});
	}

	@Test
	void superMethodOfAnUnguardedOverrideKeepsItsGuard() {
		WovenContexts.with(UnguardedCaller.class).run((context) -> {
			assertThat(context.getBean(UnguardedCaller.class).call()).isEqualTo("called instead");
			assertThat(WovenContexts.breaker(context, "super-method").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void superMethodOfAnOverrideWithoutAnnotationKeepsItsGuardOnPlainObjects() {
		WovenContexts.with()
			.withPropertyValues("breaker.instances.super-method.consecutive-failure-threshold=3")
			.run((context) -> {
				for (int i = 0; i < 3; i++) {
					assertThat(new Caller().call()).isEqualTo("called instead");
				}
				assertThat(WovenContexts.breaker(context, "super-method").state()).isEqualTo(State.OPEN);
				assertThat(Place.HERE.call()).isEqualTo("called instead");
				assertThat(WovenContexts.breaker(context, "super-constant").snapshot().failedCallsTotal()).isOne();
			});
	}

	@Test
	void theRemedyForAnOverrideWithoutAnnotationIsToRepeatIt(CapturedOutput output) {
		WovenContexts.with(SelfCaller.class).run((context) -> {
			assertThat(context.getBean(SelfCaller.class).twice()).isEqualTo("called insteadcalled instead");
			assertThat(output).containsOnlyOnce("are not woven: " + SelfCaller.class.getName()
					+ ".call(). Only calls through the proxies of their beans are guarded. Repeat the annotation on them")
				.containsOnlyOnce("repeat @CircuitBreaker on one that only overrides")
				.doesNotContain("META-INF/aop.xml")
				.doesNotContain("set breaker.aspect.mode=aspectj");
		});
	}

	@Test
	void annotationOnAnInterfaceHoldsForWhatImplementsIt() {
		WovenContexts.with(RemoteArchive.class).run((context) -> {
			RemoteArchive archive = context.getBean(RemoteArchive.class);
			assertThat(AopUtils.isAopProxy(archive)).isFalse();
			assertThat(archive.both()).isEqualTo("stored, found, other");
			assertThat(WovenContexts.recorded(context, "composed")).isEqualTo(2);
		});
	}

	@Test
	void composedAnnotationsAreSeen() {
		WovenContexts.with(Composed.class).run((context) -> {
			Composed composed = context.getBean(Composed.class);
			assertThat(composed.both()).isEqualTo("once twice");
			assertThat(WovenContexts.recorded(context, "composed")).isEqualTo(2);
		});
	}

	@Test
	void callInsideOfAnotherIsRecordedOnce() {
		WovenContexts.with(Nested.class).run((context) -> {
			assertThat(context.getBean(Nested.class).depth(5)).isEqualTo(5);
			assertThat(WovenContexts.recorded(context, "nested")).isOne();
			assertThat(new Nested().outer()).isEqualTo("inner");
			assertThat(WovenContexts.recorded(context, "nested")).isEqualTo(2);
		});
	}

	@Test
	void callsOfSeveralThreadsAreAllRecorded() {
		WovenContexts.with().run((context) -> {
			ExecutorService threads = Executors.newFixedThreadPool(4);
			try {
				List<Future<?>> done = new ArrayList<>();
				for (int i = 0; i < 4; i++) {
					done.add(threads.submit(() -> {
						Payments payments = new Payments();
						for (int j = 0; j < 500; j++) {
							payments.payOrLater((j % 2 == 0) ? "a" : "bad");
						}
					}));
				}
				for (Future<?> each : done) {
					each.get();
				}
			}
			finally {
				threads.shutdownNow();
			}
			assertThat(WovenContexts.breaker(context, "later").snapshot()).satisfies((snapshot) -> assertThat(
					snapshot.successfulCallsTotal() + snapshot.failedCallsTotal() + snapshot.notPermittedCallsTotal())
				.isEqualTo(2000));
		});
	}

	@Test
	void breakerIsOutsideOfOtherAspects() {
		WovenContexts.with().run((context) -> {
			Traced traced = new Traced();
			int before = TracingAspect.CALLS.get();
			assertThat(traced.call()).isEqualTo("called");
			assertThat(TracingAspect.CALLS).hasValue(before + 1);
			trip(context, "traced");
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(traced::call);
			assertThat(TracingAspect.CALLS).hasValue(before + 1);
		});
	}

	@Test
	void mistakeInABeanStopsTheApplication() {
		WovenContexts.with(Broken.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidCircuitBreakerAnnotationException.class)
				.hasMessageContaining("The fallbackMethod \"missing\" of " + Broken.class.getName() + ".call()"));
	}

	@Test
	void mistakeInAnotherClassIsThrownByItsCalls() {
		WovenContexts.with().run((context) -> {
			Broken broken = new Broken();
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(InvalidCircuitBreakerAnnotationException.class).isThrownBy(broken::call)
					.withMessageContaining("The fallbackMethod \"missing\" of " + Broken.class.getName() + ".call()");
			}
			assertThatExceptionOfType(InvalidCircuitBreakerAnnotationException.class).isThrownBy(BrokenStatic::call)
				.withMessageContaining("static String instead(")
				.withMessageContaining("it is not static, and the guarded method is");
			assertThatExceptionOfType(InvalidCircuitBreakerAnnotationException.class)
				.isThrownBy(() -> new BrokenBean().call())
				.withMessageContaining("names the bean 'nobody', and there is no such bean");
		});
	}

	@Test
	void callByABeanThatIsBeingMadeIsGuarded() {
		WovenContexts.with(CallsAtStart.class)
			.run((context) -> assertThat(WovenContexts.recorded(context, "payments")).isOne());
	}

	private static void trip(ApplicationContext context, String name) {
		WovenContexts.breaker(context, name).forceOpen();
	}

	static class Later {

		@CircuitBreaker(name = "laterOn")
		Callable<String> work() {
			return () -> "done";
		}

		@CircuitBreaker(name = "laterOn")
		Future<String> future(Future<String> answer) {
			return answer;
		}

	}

	@CircuitBreaker(name = "injected")
	static class Injected {

		private Payments payments;

		@Autowired
		public void setPayments(Payments payments) {
			this.payments = payments;
		}

		public String call() {
			return this.payments.pay("a");
		}

	}

	static class Payments {

		private final String owner = "a bean or object";

		String payBoth() {
			return this.pay("a") + ", " + this.pay("b");
		}

		@CircuitBreaker(name = "payments")
		public String pay(String order) {
			if (order.equals("bad")) {
				throw new IllegalStateException(order);
			}
			return "paid " + order;
		}

		String payInPrivate(String order) {
			return privately(order);
		}

		@CircuitBreaker(name = "private")
		private String privately(String order) {
			return "privately paid " + order;
		}

		@CircuitBreaker(name = "static", fallbackMethod = "refused")
		static String payStatically(String order) {
			return "statically paid " + order;
		}

		private static String refused(String order, CallNotPermittedException refusal) {
			return "refused " + order;
		}

		@CircuitBreaker(name = "later", fallbackMethod = "later")
		String payOrLater(String order) {
			if (order.equals("bad")) {
				throw new IllegalStateException(order);
			}
			return "paid " + order;
		}

		private String later(String order, Throwable thrown) {
			return "later: " + order + " of " + this.owner;
		}

	}

	static class Customer {

		@CircuitBreaker(name = "desk", fallbackMethod = "desk::take")
		String ask(String order) {
			throw new IllegalStateException(order);
		}

	}

	static final class FinalPayments {

		@CircuitBreaker(name = "final")
		String pay(String order) {
			return "paid " + order;
		}

		@CircuitBreaker(name = "final")
		final String finalPay(String order) {
			return "paid " + order;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Desk {

		@Bean("desk")
		Clerk clerk() {
			return new Clerk();
		}

	}

	static class Clerk {

		String take(String order, Throwable thrown) {
			return "desk takes " + order;
		}

	}

	static class Warehouse {

		@CircuitBreaker(name = "stock", key = "#place")
		String take(String place) {
			return "from " + place;
		}

		@CircuitBreaker(name = "ask", fallbackMethod = "instead")
		CompletionStage<String> ask(CompletionStage<String> answer) {
			return answer;
		}

		private CompletionStage<String> instead(CompletionStage<String> answer, IllegalStateException thrown) {
			return CompletableFuture.completedStage("instead of " + thrown.getMessage());
		}

	}

	@CircuitBreaker(name = "ledger")
	static class Ledger {

		public String write(String entry) {
			return "written " + entry;
		}

		@Unguarded
		public String hint() {
			return "hint";
		}

		@Override
		public String toString() {
			return "ledger";
		}

	}

	static class PaperLedger extends Ledger {

		@Override
		public String write(String entry) {
			return "on paper: " + super.write(entry);
		}

		public String tear() {
			return "torn";
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@CircuitBreaker(name = "composed")
	@interface Remote {

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Remote
	@interface VeryRemote {

	}

	@Remote
	interface Archive {

		String store();

		default String find() {
			return "found";
		}

	}

	static class RemoteArchive implements Archive {

		String both() {
			return store() + ", " + find() + ", " + other();
		}

		@Override
		public String store() {
			return "stored";
		}

		public String other() {
			return "other";
		}

	}

	static class Composed {

		String both() {
			return once() + " " + twice();
		}

		@Remote
		private String once() {
			return "once";
		}

		@VeryRemote
		private String twice() {
			return "twice";
		}

	}

	static class Nested {

		@CircuitBreaker(name = "nested")
		int depth(int depth) {
			return (depth == 0) ? 0 : 1 + depth(depth - 1);
		}

		@CircuitBreaker(name = "nested")
		String outer() {
			return inner();
		}

		@CircuitBreaker(name = "nested")
		private String inner() {
			return "inner";
		}

	}

	static class Traced {

		@TracingAspect.Trace
		@CircuitBreaker(name = "traced")
		String call() {
			return "called";
		}

	}

	static class Broken {

		@CircuitBreaker(name = "broken", fallbackMethod = "missing")
		String call() {
			return "called";
		}

	}

	static class BrokenStatic {

		@CircuitBreaker(name = "broken", fallbackMethod = "instead")
		static String call() {
			return "called";
		}

		private String instead() {
			return "instead";
		}

	}

	static class BrokenBean {

		@CircuitBreaker(name = "broken", fallbackMethod = "nobody::answers")
		String call() {
			return "called";
		}

	}

	static class CallsAtStart {

		CallsAtStart() {
			new Payments().pay("a");
		}

	}

	static class Called {

		@CircuitBreaker(name = "super-method", fallbackMethod = "instead")
		public String call() {
			throw new IllegalStateException("down");
		}

		String instead() {
			return "instead";
		}

	}

	static class Caller extends Called {

		@Override
		public String call() {
			return "called " + super.call();
		}

	}

	static class SelfCaller extends Called {

		@Override
		public String call() {
			return "called " + super.call();
		}

		public String twice() {
			return call() + call();
		}

	}

	enum Place {

		HERE {

			@Override
			String call() {
				return "called " + super.call();
			}

		};

		@CircuitBreaker(name = "super-constant", fallbackMethod = "instead")
		String call() {
			throw new IllegalStateException("down");
		}

		String instead() {
			return "instead";
		}

	}

	static class UnguardedCaller extends Called {

		@Override
		@Unguarded
		public String call() {
			return "called " + super.call();
		}

	}

	@CircuitBreaker(name = "super-type", fallbackMethod = "instead")
	static class CalledType {

		public String call() {
			throw new IllegalStateException("down");
		}

		String instead() {
			return "instead";
		}

	}

	static class CallerOfType extends CalledType {

		@Override
		public String call() {
			return "called " + super.call();
		}

	}

}
