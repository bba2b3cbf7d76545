package dev.breaker.compatibility.kinds;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Guarded publishers by the rules of Reactive Streams.
 */
class ReactiveStreamsTckTests {

	private static final long TIMEOUT_MILLIS = 2000;

	private static final long NO_SIGNALS_MILLIS = 50;

	@TestFactory
	Stream<DynamicTest> aGuardedFluxKeepsTheRules() {
		return rules(new GuardedFlux());
	}

	@TestFactory
	Stream<DynamicTest> aGuardedMonoKeepsTheRules() {
		return rules(new GuardedMono());
	}

	/** Each test of the kit; those that do not apply are aborted. */
	private static Stream<DynamicTest> rules(PublisherVerification<Integer> verification) {
		return Stream.of(PublisherVerification.class.getMethods())
			.filter((method) -> method.isAnnotationPresent(Test.class))
			.map((method) -> DynamicTest.dynamicTest(method.getName(), () -> check(verification, method)));
	}

	private static void check(PublisherVerification<Integer> verification, Method rule) throws Throwable {
		verification.setUp();
		try {
			rule.invoke(verification);
		}
		catch (InvocationTargetException ex) {
			if (ex.getCause() instanceof SkipException skipped) {
				Assumptions.abort(skipped.getMessage());
			}
			throw ex.getCause();
		}
	}

	private static TestEnvironment environment() {
		return new TestEnvironment(TIMEOUT_MILLIS, NO_SIGNALS_MILLIS);
	}

	private static <T> CircuitBreakerOperator<T> closed() {
		return CircuitBreakerOperator.of(CircuitBreaker.ofDefaults("closed"));
	}

	private static <T> CircuitBreakerOperator<T> open() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("open");
		breaker.forceOpen();
		return CircuitBreakerOperator.of(breaker);
	}

	private static final class GuardedFlux extends PublisherVerification<Integer> {

		GuardedFlux() {
			super(environment());
		}

		@Override
		public Publisher<Integer> createPublisher(long elements) {
			return Flux.range(0, Integer.MAX_VALUE).take(elements).transform(closed());
		}

		@Override
		public Publisher<Integer> createFailedPublisher() {
			return Flux.just(1).transform(open());
		}

		@Override
		public long maxElementsFromPublisher() {
			return Integer.MAX_VALUE;
		}

	}

	private static final class GuardedMono extends PublisherVerification<Integer> {

		GuardedMono() {
			super(environment());
		}

		@Override
		public Publisher<Integer> createPublisher(long elements) {
			return ((elements == 0) ? Mono.<Integer>empty() : Mono.just(1)).transform(closed());
		}

		@Override
		public Publisher<Integer> createFailedPublisher() {
			return Mono.just(1).transform(open());
		}

		@Override
		public long maxElementsFromPublisher() {
			return 1;
		}

	}

}
