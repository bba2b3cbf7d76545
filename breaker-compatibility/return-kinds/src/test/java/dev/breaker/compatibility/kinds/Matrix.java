package dev.breaker.compatibility.kinds;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One application with the beans of all rows. Each cell is played twice: with its breaker
 * closed, and as the one probe of its breaker, whose place tells what became of the
 * permit.
 */
final class Matrix implements AutoCloseable {

	private static final Duration SLOW = Duration.ofSeconds(1);

	private static final Duration SLOWER = SLOW.plusMillis(1);

	private final ConfigurableApplicationContext context;

	private final ManualClock clock;

	private final CircuitBreaker breaker;

	Matrix() {
		this.context = new SpringApplicationBuilder(Application.class).sources(rowClasses())
			.web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--breaker.instances.row.consecutive-failure-threshold=5",
					"--breaker.instances.row.slow-call-duration-threshold=" + SLOW.toMillis() + "ms",
					"--breaker.instances.row.ignore-exceptions=" + IllegalArgumentException.class.getName());
		this.clock = this.context.getBean(ManualClock.class);
		this.breaker = this.context.getBean(CircuitBreakerRegistry.class).get("row");
	}

	private static Class<?>[] rowClasses() {
		return Rows.ALL.stream().map(Object::getClass).toArray(Class<?>[]::new);
	}

	/** The cells of all rows. */
	static Stream<Arguments> cells() {
		return Rows.ALL.stream().flatMap((row) -> row.cells().stream().map((cell) -> Arguments.of(row, cell)));
	}

	@Override
	public void close() {
		this.context.close();
	}

	void play(Row<?> row, Cell cell) {
		this.breaker.reset();
		new Play<>(row).play(cell);
		this.breaker.reset();
		this.breaker.halfOpen();
		new Play<>(row).play(cell);
	}

	/**
	 * One cell: what happens, what the caller sees, and what the breaker records.
	 */
	private final class Play<T> {

		private final CircuitBreaker breaker = Matrix.this.breaker;

		private final Remote remote = new Remote(Matrix.this.clock);

		private final State before = this.breaker.state();

		private final Row<T> row;

		private final Row<T> bean;

		@SuppressWarnings("unchecked")
		Play(Row<T> row) {
			this.row = row;
			this.bean = Matrix.this.context.getBean(row.getClass());
		}

		void play(Cell cell) {
			switch (cell) {
				case SUCCESS -> {
					this.remote.answers("done");
					assertGives("done", call(Row::plain));
					assertRecorded(1, 0);
				}
				case FAILURE_NOW -> {
					this.remote.fails(new IOException("down"));
					assertFails(IOException.class, "down", call(Row::plain));
					assertRecorded(0, 1);
				}
				case FAILURE_LATER -> {
					Answer answer = call(Row::plain);
					assertThat(answer.hasEnded()).isFalse();
					assertTotals(0, 0);
					this.remote.fails(new IOException("down"));
					assertFails(IOException.class, "down", answer);
					assertRecorded(0, 1);
				}
				case ERROR -> {
					this.remote.fails(new AssertionError("wrong"));
					assertFails(AssertionError.class, "wrong", call(Row::plain));
					assertRecorded(0, 1);
				}
				case IGNORED -> {
					this.remote.fails(new IllegalArgumentException("ours"));
					assertFails(IllegalArgumentException.class, "ours", call(Row::plain));
					assertRecorded(0, 0);
					assertThat(snapshot().ignoredCallsTotal()).isOne();
				}
				case REFUSED -> {
					this.breaker.forceOpen();
					assertFails(CallNotPermittedException.class, "FORCED_OPEN", call(Row::plain));
					assertThat(this.remote.calls()).isZero();
					assertTotals(0, 0);
					assertThat(snapshot().notPermittedCallsTotal()).isOne();
				}
				case CANCELLED -> {
					call(Row::plain).cancel();
					assertThat(this.remote.isCancelled()).isTrue();
					assertRecorded(0, 0);
				}
				case CANCELLED_WHEN_SLOW -> {
					this.remote.takes(SLOWER);
					call(Row::plain).cancel();
					assertThat(this.remote.isCancelled()).isTrue();
					assertRecorded(1, 0);
					assertThat(snapshot().slowCallsTotal()).isOne();
				}
				case SLOW -> {
					this.remote.takes(SLOWER);
					this.remote.answers("done");
					assertGives("done", call(Row::plain));
					assertRecorded(1, 0);
					assertThat(snapshot().slowCallsTotal()).isOne();
				}
				case NEVER_SUBSCRIBED -> {
					result(Row::plain);
					assertThat(this.remote.calls()).isZero();
					assertRecorded(0, 0);
				}
				case SUBSCRIBED_TWICE -> {
					this.remote.answers("done");
					T result = result(Row::plain);
					assertGives("done", this.row.read(result));
					assertGives("done", this.row.read(result));
					assertThat(this.remote.calls()).isEqualTo(2);
					assertRecorded(2, 0);
				}
				case FALLBACK_SUCCEEDS -> {
					this.remote.fails(new IOException("down"));
					assertGives("instead", call(Row::withFallback));
					assertRecorded(0, 1);
				}
				case FALLBACK_FAILS -> {
					this.remote.fails(new IOException("down"));
					assertFails(IllegalStateException.class, "no fallback", call(Row::withBrokenFallback));
					assertRecorded(0, 1);
				}
				case FALLBACK_OF_PLAIN_VALUE -> {
					this.remote.fails(new IOException("down"));
					assertGives("value", call(Row::withValueFallback));
					assertRecorded(0, 1);
				}
			}
		}

		private Answer call(Called<T> method) {
			try {
				return this.row.read(method.call(this.bean, this.remote));
			}
			catch (Throwable ex) {
				return Answer.failed(ex);
			}
		}

		private T result(Called<T> method) {
			try {
				return method.call(this.bean, this.remote);
			}
			catch (Throwable ex) {
				throw new AssertionError(ex);
			}
		}

		private void assertGives(String value, Answer answer) {
			assertThat(answer.thrown()).isNull();
			assertThat(answer.hasEnded()).isTrue();
			assertThat(answer.value()).isEqualTo(this.row.hasValue() ? value : null);
		}

		private void assertFails(Class<? extends Throwable> type, String text, Answer answer) {
			assertThat(answer.thrown()).isInstanceOf(type).hasMessageContaining(text);
			assertThat(answer.value()).isNull();
		}

		private void assertTotals(int successes, int failures) {
			assertThat(snapshot()).extracting(Snapshot::successfulCallsTotal, Snapshot::failedCallsTotal)
				.containsExactly((long) successes, (long) failures);
		}

		/** What was recorded, and what became of a probe's permit. */
		private void assertRecorded(int successes, int failures) {
			assertTotals(successes, failures);
			boolean bad = failures > 0 || snapshot().slowCallsTotal() > 0;
			State after = bad ? State.OPEN : (successes > 0) ? State.CLOSED : State.HALF_OPEN;
			assertThat(this.breaker.state()).isEqualTo((this.before == State.HALF_OPEN) ? after : State.CLOSED);
			if (this.breaker.state() == State.HALF_OPEN) {
				Permit permit = this.breaker.tryAcquire();
				assertThat(permit).as("permit that is given back").isNotNull();
				permit.release();
			}
		}

		private Snapshot snapshot() {
			return this.breaker.snapshot();
		}

	}

	private interface Called<T> {

		@Nullable T call(Row<T> bean, Remote remote) throws Throwable;

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock breakerClock(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

	}

}
