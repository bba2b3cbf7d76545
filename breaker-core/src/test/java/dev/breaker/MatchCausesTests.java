package dev.breaker;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rules that look at the causes of an exception.
 */
class MatchCausesTests {

	private final Throwable translated = new IllegalStateException("translated",
			new RuntimeException("in between", new FileNotFoundException("real")));

	@Test
	void causesAreNotLookedAtByDefault() {
		TestBreaker test = TestBreaker.with((config) -> config.ignoreExceptions(FileNotFoundException.class));
		test.throwing(this.translated);
		assertCounts(test, 0, 1, 0);
	}

	@Test
	void anIgnoredCauseIsIgnoredHoweverDeep() {
		TestBreaker test = matching((config) -> config.ignoreExceptions(IOException.class));
		test.throwing(this.translated);
		test.throwing(new CompletionException(this.translated));
		assertCounts(test, 0, 0, 2);
	}

	@Test
	void aRecordedCauseIsAFailureAndOthersAreSuccesses() {
		TestBreaker test = matching((config) -> config.recordExceptions(IOException.class));
		test.throwing(this.translated);
		test.throwing(new IllegalStateException(new IllegalArgumentException()));
		assertCounts(test, 1, 1, 0);
	}

	@Test
	void ignoreWinsWhereverItMatches() {
		TestBreaker test = matching((config) -> config.recordExceptions(IllegalStateException.class)
			.ignoreExceptions(FileNotFoundException.class));
		test.throwing(this.translated);
		TestBreaker outside = matching((config) -> config.recordExceptions(FileNotFoundException.class)
			.ignoreExceptions(IllegalStateException.class));
		outside.throwing(this.translated);
		assertCounts(test, 0, 0, 1);
		assertCounts(outside, 0, 0, 1);
	}

	@Test
	void predicatesAreAskedOfEachCauseFromTheOutside() {
		List<String> asked = new ArrayList<>();
		TestBreaker test = matching((config) -> config.ignoreException((thrown) -> {
			asked.add(thrown.getMessage());
			return "real".equals(thrown.getMessage());
		}));
		test.throwing(this.translated);
		assertCounts(test, 0, 0, 1);
		assertThat(asked).containsExactly("translated", "in between", "real");
		TestBreaker recording = matching((config) -> config.recordException(IOException.class::isInstance));
		recording.throwing(this.translated);
		recording.throwing(new IllegalStateException());
		assertCounts(recording, 1, 1, 0);
	}

	@Test
	void causesThatGoInACircleEnd() {
		Circular one = new Circular();
		one.cause = new RuntimeException(one);
		TestBreaker test = matching((config) -> config.ignoreExceptions(IOException.class));
		test.throwing(one);
		assertCounts(test, 0, 1, 0);
	}

	@Test
	void aChainLongerThanThirtyTwoIsLookedAtThatFar() {
		Throwable chain = new FileNotFoundException();
		for (int i = 0; i < 31; i++) {
			chain = new RuntimeException(chain);
		}
		TestBreaker test = matching((config) -> config.ignoreExceptions(IOException.class));
		test.throwing(chain);
		test.throwing(new RuntimeException(chain));
		assertCounts(test, 0, 1, 1);
	}

	@Test
	void wrappersAreLookedThroughThirtyTwoDeep() {
		Throwable chain = new IllegalStateException();
		for (int i = 0; i < 32; i++) {
			chain = new CompletionException(chain);
		}
		TestBreaker test = TestBreaker.with((config) -> config);
		test.throwing(chain);
		test.throwing(new CompletionException(chain));
		assertThat(test.heard.news()).containsExactly("failure IllegalStateException", "failure CompletionException");
	}

	@Test
	void anInterruptIsLookedForThirtyTwoDeep() {
		Throwable chain = new InterruptedException();
		for (int i = 0; i < 31; i++) {
			chain = new IllegalStateException(chain);
		}
		TestBreaker test = TestBreaker.with((config) -> config);
		test.throwing(chain);
		assertCounts(test, 0, 0, 0);
		test.throwing(new IllegalStateException(chain));
		assertCounts(test, 0, 1, 0);
	}

	@Test
	void aCancellationOrARefusalFurtherInIsNoRule() {
		TestBreaker test = matching((config) -> config);
		test.throwing(new IllegalStateException(new CancellationException()));
		assertCounts(test, 0, 1, 0);
		test.throwing(new IllegalStateException(new InterruptedException()));
		assertCounts(test, 0, 1, 0);
	}

	@Test
	void theListenerHearsWhatWasThrown() {
		TestBreaker test = matching((config) -> config.ignoreExceptions(IOException.class));
		test.throwing(this.translated);
		assertThat(test.heard.news()).containsExactly("ignored IllegalStateException");
	}

	private static TestBreaker matching(UnaryOperator<CircuitBreakerConfig.Builder> rules) {
		return TestBreaker.with((config) -> rules.apply(config).matchCauses(true));
	}

	private static void assertCounts(TestBreaker test, long successes, long failures, long ignored) {
		Snapshot snapshot = test.snapshot();
		assertThat(List.of(snapshot.successfulCallsTotal(), snapshot.failedCallsTotal(), snapshot.ignoredCallsTotal()))
			.containsExactly(successes, failures, ignored);
	}

	private static final class Circular extends RuntimeException {

		private Throwable cause;

		@Override
		public synchronized Throwable getCause() {
			return this.cause;
		}

	}

}
