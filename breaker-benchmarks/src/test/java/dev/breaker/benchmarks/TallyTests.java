package dev.breaker.benchmarks;

import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A benchmark whose guard is not in the state, or has not seen the calls, that its name
 * says has to fail.
 */
class TallyTests {

	private static final int CALLS = 200;

	private final Work work = new Work();

	static Stream<Tally> notOnlySuccesses() {
		return Stream.of(tally("OPEN", 1, 0, 0), tally("HALF_OPEN", 1, 0, 0), tally("CLOSED", 0, 0, 0),
				tally("CLOSED", 1, 1, 0), tally("CLOSED", 1, 0, 1), tally("DISABLED", 1, 0, 0));
	}

	@ParameterizedTest
	@MethodSource("notOnlySuccesses")
	void whatIsNotClosedAndHealthyIsFound(Tally tally) {
		assertThatIllegalStateException().isThrownBy(tally::onlySucceeded).withMessageContaining("closed, with");
	}

	static Stream<Tally> notHalfFailed() {
		return Stream.of(tally("OPEN", 50, 50, 0), tally("CLOSED", 0, 50, 0), tally("CLOSED", 50, 0, 0),
				tally("CLOSED", 50, 50, 1), tally("CLOSED", 90, 10, 0), tally("CLOSED", 10, 90, 0));
	}

	@ParameterizedTest
	@MethodSource("notHalfFailed")
	void whatDoesNotFailAsOftenAsSaidIsFound(Tally tally) {
		assertThatIllegalStateException().isThrownBy(() -> tally.someFailed(50, 1))
			.withMessageContaining("50 % failures");
	}

	static Stream<Tally> notOnlyRefusals() {
		return Stream.of(tally("CLOSED", 0, 0, 1), tally("HALF_OPEN", 0, 0, 1), tally("OPEN", 0, 0, 0),
				tally("OPEN", 1, 0, 1), tally("OPEN", 0, 1, 1), tally("FORCED_OPEN", 0, 0, 1));
	}

	@ParameterizedTest
	@MethodSource("notOnlyRefusals")
	void whatIsNotOpenAndRefusingIsFound(Tally tally) {
		assertThatIllegalStateException().isThrownBy(tally::onlyRefused).withMessageContaining("with refusals");
	}

	@Test
	void healthyCallsOfEachLibraryAreSeen() throws Exception {
		CircuitBreaker breaker = Guards.breaker(SlidingWindowType.COUNT_BASED, 50);
		breaker.call(this.work);
		var resilience4j = Guards.resilience4j(SlidingWindowType.COUNT_BASED, 50);
		resilience4j.executeSupplier(this.work);
		var failsafe = Guards.failsafe(SlidingWindowType.COUNT_BASED, 50);
		failsafe.recordSuccess();
		SentinelGuard sentinel = Guards.sentinel(50);
		sentinel.call(this.work);
		Stream.of(Tally.of(breaker), Tally.of(resilience4j), Tally.of(failsafe), Tally.of(sentinel))
			.forEach((tally) -> assertThatCode(tally::onlySucceeded).doesNotThrowAnyException());
	}

	@Test
	void breakersOfEachLibraryThatFailuresHaveOpenedAreSeen() {
		CircuitBreaker breaker = Guards.breaker(SlidingWindowType.COUNT_BASED, 50);
		var resilience4j = Guards.resilience4j(SlidingWindowType.COUNT_BASED, 50);
		var failsafe = Guards.failsafe(SlidingWindowType.COUNT_BASED, 50);
		String name = Guards.unique("smallRye");
		var smallRye = Guards.smallRye(name, 50);
		SentinelGuard sentinel = Guards.sentinel(50);
		Work failing = new Work.Failing(100);
		for (int call = 0; call < CALLS; call++) {
			fail(() -> breaker.call(failing));
			fail(() -> resilience4j.executeSupplier(failing));
			fail(() -> failsafe.recordException(new Work.Failure()));
			fail(() -> smallRye.get(failing));
			fail(() -> sentinel.call(failing));
		}
		Stream
			.of(Tally.of(breaker), Tally.of(resilience4j), Tally.of(failsafe), Tally.ofSmallRye(name),
					Tally.of(sentinel))
			.forEach((tally) -> {
				assertThatIllegalStateException().isThrownBy(tally::onlySucceeded).withMessageContaining("state=OPEN");
				assertThatIllegalStateException().isThrownBy(tally::someFailed).withMessageContaining("state=OPEN");
			});
	}

	@Test
	void workThatNeverFailedIsFound() {
		Work.Failing failing = new Work.Failing(50);
		failing.get();
		assertThatIllegalStateException().isThrownBy(failing::check);
	}

	@Test
	void workThatMostlyFailsNeverFillsAMinimum() {
		CircuitBreaker breaker = Guards.breaker(SlidingWindowType.COUNT_BASED, 100);
		Work failing = new Work.FailingMostly(50);
		for (int call = 0; call < 10 * CALLS; call++) {
			fail(() -> breaker.call(failing));
		}
		Tally.of(breaker).someFailed(98, 1);
	}

	private static void fail(Attempt attempt) {
		try {
			attempt.make();
		}
		catch (Exception ex) {
			// Or it succeeds, or is refused.
		}
	}

	private static Tally tally(String state, long succeeded, long failed, long refused) {
		return new Tally("any", state, succeeded, failed, refused);
	}

	@FunctionalInterface
	private interface Attempt {

		void make() throws Exception;

	}

}
