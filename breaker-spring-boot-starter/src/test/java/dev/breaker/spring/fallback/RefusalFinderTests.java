package dev.breaker.spring.fallback;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class RefusalFinderTests {

	private static final CallNotPermittedException REFUSAL = refusal();

	@Test
	void aRefusalIsFoundAsItIs() {
		assertThat(RefusalFinder.in(REFUSAL)).isSameAs(REFUSAL);
	}

	@ParameterizedTest
	@MethodSource("wrapped")
	void aRefusalIsFoundInWhatTheJdkWrapsAroundIt(Throwable thrown) {
		assertThat(RefusalFinder.in(thrown)).isSameAs(REFUSAL);
		assertThat(RefusalFinder.in(new CompletionException(thrown))).isSameAs(REFUSAL);
	}

	static Stream<Throwable> wrapped() {
		return Stream.of(new CompletionException(REFUSAL), new ExecutionException(REFUSAL),
				new InvocationTargetException(REFUSAL), new UndeclaredThrowableException(REFUSAL));
	}

	@Test
	void anApplicationsExceptionWithARefusalAsItsCauseIsNone() {
		assertThat(RefusalFinder.in(new IllegalStateException(REFUSAL))).isNull();
		assertThat(RefusalFinder.in(new CompletionException(new IllegalStateException(REFUSAL)))).isNull();
		assertThat(RefusalFinder.in(new CompletionException("no cause", null))).isNull();
	}

	@Test
	void causesThatGoInACircleHoldNone() {
		class Circle extends CompletionException {

			@Override
			public synchronized Throwable getCause() {
				return this;
			}

		}
		assertThat(RefusalFinder.in(new Circle())).isNull();
	}

	@Test
	void anExceptionThatDoesNotTellItsCauseHasNone() {
		class Rude extends CompletionException {

			@Override
			public synchronized @Nullable Throwable getCause() {
				throw new IllegalStateException("no cause for you");
			}

		}
		assertThat(RefusalFinder.causeOf(new Rude())).isNull();
		assertThat(RefusalFinder.in(new Rude())).isNull();
	}

	private static CallNotPermittedException refusal() {
		CircuitBreaker breaker = CircuitBreaker.of("refusing", CircuitBreakerConfig.ofDefaults());
		breaker.forceOpen();
		return catchThrowableOfType(CallNotPermittedException.class, breaker::acquire);
	}

}
