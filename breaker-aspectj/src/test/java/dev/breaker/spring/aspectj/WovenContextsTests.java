package dev.breaker.spring.aspectj;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Which application context guards woven calls, and which proxies there are beside.
 */
@ExtendWith(OutputCaptureExtension.class)
class WovenContextsTests {

	private static final String RAN_UNGUARDED = "ran unguarded, since no application context";

	@BeforeEach
	void asAtTheStartOfTheJvm() {
		((AtomicBoolean) Objects.requireNonNull(ReflectionTestUtils.getField(ActiveContext.class, "reported")))
			.set(false);
		((AtomicBoolean) Objects.requireNonNull(ReflectionTestUtils.getField(ActiveContext.class, "guardsExpected")))
			.set(true);
	}

	@Test
	void callsBeforeAndAfterAContextRunUnguardedWithOneWarning(CapturedOutput output) {
		Clock clock = new Clock();
		assertThat(clock.time()).isEqualTo("now");
		CircuitBreakerRegistry[] breakers = new CircuitBreakerRegistry[1];
		WovenContexts.with().run((context) -> {
			assertThat(clock.time()).isEqualTo("now");
			breakers[0] = context.getBean(CircuitBreakerRegistry.class);
		});
		assertThat(clock.time()).isEqualTo("now");
		assertThat(breakers[0].find("clock").orElseThrow().snapshot().successfulCallsTotal()).isOne();
		assertThat(output).containsOnlyOnce(Clock.class.getName() + ".privateTime " + RAN_UNGUARDED);
	}

	@Test
	void inModeProxyCallsAreGuardedByTheProxyAlone(CapturedOutput output) {
		WovenContexts.withMode("proxy", Plain.class).run((context) -> {
			Plain plain = context.getBean(Plain.class);
			assertThat(AopUtils.isAopProxy(plain)).isTrue();
			assertThat(plain.call()).isEqualTo("called");
			assertThat(WovenContexts.recorded(context, "plain")).isOne();
			assertThat(plain.callItself()).isEqualTo("called");
			assertThat(new Plain().call()).isEqualTo("called");
			assertThat(WovenContexts.recorded(context, "plain")).isOne();
			assertThat(output).doesNotContain(RAN_UNGUARDED);
		});
	}

	@Test
	void inModeProxyAPrivateMethodStopsTheApplication() {
		WovenContexts.withMode("proxy", Clock.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidCircuitBreakerAnnotationException.class)
				.hasMessageContaining("the method is private, and a proxy cannot override it"));
	}

	@Test
	void privateMethodThatIsNotWovenStopsTheApplication() {
		WovenContexts.with(TooFar.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidCircuitBreakerAnnotationException.class)
				.hasMessageContaining(
						".call(): the method is private, so that a proxy cannot override it, and it is not woven"));
	}

	@Test
	void disabledBreakersGuardNoWovenCall(CapturedOutput output) {
		WovenContexts.with(Clock.class).withPropertyValues("breaker.enabled=false").run((context) -> {
			assertThat(context.getBean(Clock.class).time()).isEqualTo("now");
			assertThat(context).doesNotHaveBean(CircuitBreakerRegistry.class);
			assertThat(output).doesNotContain(RAN_UNGUARDED)
				.contains("Methods with @CircuitBreaker that run unguarded: 1");
		});
	}

	@Test
	void wovenBeanHasNoProxyOfItsOwn() {
		WovenContexts.with(Plain.class).run((context) -> {
			Plain plain = context.getBean(Plain.class);
			assertThat(AopUtils.isAopProxy(plain)).isFalse();
			assertThat(plain.call()).isEqualTo("called");
			assertThat(plain.callItself()).isEqualTo("called");
			assertThat(WovenContexts.recorded(context, "plain")).isEqualTo(2);
		});
	}

	@Test
	void ofTwoContextsTheLaterGuardsUntilItCloses(CapturedOutput output) {
		Clock clock = new Clock();
		WovenContexts.with().run((first) -> {
			WovenContexts.with().run((second) -> {
				assertThat(output).containsOnlyOnce("More than one application context");
				clock.time();
				assertThat(WovenContexts.recorded(first, "clock")).isZero();
				assertThat(WovenContexts.recorded(second, "clock")).isOne();
			});
			clock.time();
			assertThat(WovenContexts.recorded(first, "clock")).isOne();
		});
	}

	@Test
	void contextThatStartsAgainGuards() {
		Clock clock = new Clock();
		WovenContexts.with().run((first) -> WovenContexts.with().run((second) -> {
			((ConfigurableApplicationContext) first).stop();
			((ConfigurableApplicationContext) first).start();
			clock.time();
			assertThat(WovenContexts.recorded(first, "clock")).isOne();
			assertThat(WovenContexts.recorded(second, "clock")).isZero();
		}));
	}

	@Test
	void childThatSharesTheBreakersIsNoOtherContext(CapturedOutput output) {
		WovenContexts.with().run((parent) -> {
			new Clock().time();
			ApplicationContextRunner child = WovenContexts.with().withParent(parent);
			child.run((context) -> {
				new Clock().time();
				assertThat(WovenContexts.recorded(parent, "clock")).isEqualTo(2);
			});
			new Clock().time();
			assertThat(WovenContexts.recorded(parent, "clock")).isEqualTo(3);
		});
		assertThat(output).doesNotContain("More than one application context");
	}

	@Test
	void wovenBeanOfAChildMadeByHandIsGuarded(CapturedOutput output) {
		WovenContexts.with().run((parent) -> {
			try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
				child.setParent(parent);
				child.register(Clock.class);
				child.refresh();
				child.getBean(Clock.class).time();
			}
			assertThat(WovenContexts.recorded(parent, "clock")).isOne();
		});
		assertThat(output).doesNotContain("Beans of the child context");
	}

	@Test
	void eachAttemptOfARetryIsGuarded(CapturedOutput output) {
		WovenContexts.with(Resilient.class, Retried.class).run((context) -> {
			Retried retried = context.getBean(Retried.class);
			assertThatIllegalStateException().isThrownBy(retried::call);
			assertThat(WovenContexts.breaker(context, "retried").snapshot().failedCallsTotal()).isEqualTo(3);
			assertThat(output).doesNotContain("is woven and has both @Retryable and a fallback");
		});
	}

	@Test
	void retryOfRefusalsIsAWarning(CapturedOutput output) {
		WovenContexts.with(Resilient.class, Retried.class, RetriedPrototype.class, Careful.class, Willing.class)
			.run((context) -> {
				assertThat(output.toString().lines().filter((line) -> line.contains("WARN"))).hasSize(2)
					.allMatch((line) -> line.contains(
							" retries the refusals of its circuit breaker, each after its back-off: the guard is woven into the method, inside of the retry. Add excludes = CallNotPermittedException.class, or set breaker.aspect.mode=proxy"))
					.anyMatch((line) -> line.contains("$Retried.call()"))
					.anyMatch((line) -> line.contains("$RetriedPrototype.call()"));
				// What it warns of
				WovenContexts.breaker(context, "retried").forceOpen();
				assertThatExceptionOfType(CallNotPermittedException.class)
					.isThrownBy(context.getBean(Retried.class)::call);
				assertThat(WovenContexts.breaker(context, "retried").snapshot().notPermittedCallsTotal()).isEqualTo(3);
				WovenContexts.breaker(context, "careful").forceOpen();
				assertThatExceptionOfType(CallNotPermittedException.class)
					.isThrownBy(context.getBean(Careful.class)::call);
				assertThat(WovenContexts.breaker(context, "careful").snapshot().notPermittedCallsTotal()).isOne();
			});
	}

	@Test
	void fallbackInsideOfARetryIsAWarning(CapturedOutput output) {
		WovenContexts.with(Resilient.class, RetriedWithFallback.class).run((context) -> {
			RetriedWithFallback retried = context.getBean(RetriedWithFallback.class);
			assertThat(retried.call()).isEqualTo("instead");
			assertThat(retried.calls()).isOne();
			assertThat(output).containsOnlyOnce(
					RetriedWithFallback.class.getName() + ".call() is woven and has both @Retryable and a fallback");
		});
	}

	static class Clock {

		String time() {
			return privateTime();
		}

		@CircuitBreaker(name = "clock")
		private String privateTime() {
			return "now";
		}

	}

	static class Plain {

		@CircuitBreaker(name = "plain")
		public String call() {
			return "called";
		}

		public String callItself() {
			return call();
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@CircuitBreaker(name = "far")
	@interface First {

	}

	@Retention(RetentionPolicy.RUNTIME)
	@First
	@interface Second {

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Second
	@interface Third {

	}

	/** Composed deeper than AspectJ is told to look. */
	static class TooFar {

		@Third
		private String call() {
			return "called";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

	static class Retried {

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "retried")
		public String call() {
			throw new IllegalStateException("down");
		}

	}

	@Scope("prototype")
	static class RetriedPrototype {

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "retried")
		public String call() {
			throw new IllegalStateException("down");
		}

	}

	static class Careful {

		@Retryable(maxRetries = 2, delay = 0, excludes = CallNotPermittedException.class)
		@CircuitBreaker(name = "careful")
		public String call() {
			throw new IllegalStateException("down");
		}

	}

	static class Willing {

		@Retryable(maxRetries = 2, delay = 0, includes = CallNotPermittedException.class)
		@CircuitBreaker(name = "willing")
		public String call() {
			throw new IllegalStateException("down");
		}

	}

	static class RetriedWithFallback {

		private final AtomicInteger calls = new AtomicInteger();

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "retried", fallbackMethod = "instead")
		public String call() {
			this.calls.incrementAndGet();
			throw new IllegalStateException("down");
		}

		String instead() {
			return "instead";
		}

		public int calls() {
			return this.calls.get();
		}

	}

}
