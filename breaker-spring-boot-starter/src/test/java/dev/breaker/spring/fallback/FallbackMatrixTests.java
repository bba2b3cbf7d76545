package dev.breaker.spring.fallback;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * For which exceptions a fallback runs, in each state.
 */
class FallbackMatrixTests {

	/** What a call throws, and whether a fallback answers for it. */
	enum Thrown {

		RECORDED(true) {

			@Override
			Throwable make() {
				return new IOException();
			}

		},

		SUBCLASS_OF_RECORDED(true) {

			@Override
			Throwable make() {
				return new java.io.FileNotFoundException();
			}

		},

		ERROR(true) {

			@Override
			Throwable make() {
				return new AssertionError();
			}

		},

		NOT_RECORDED(false) {

			@Override
			Throwable make() {
				return new IllegalStateException();
			}

		},

		IGNORED(false) {

			@Override
			Throwable make() {
				return new IllegalArgumentException();
			}

		},

		IGNORED_AND_RECORDED(false) {

			@Override
			Throwable make() {
				return new java.net.MalformedURLException();
			}

		},

		INTERRUPT(false) {

			@Override
			Throwable make() {
				return new InterruptedException();
			}

		},

		CANCELLATION(false) {

			@Override
			Throwable make() {
				return new CancellationException();
			}

		},

		REFUSAL_FURTHER_IN(true) {

			@Override
			Throwable make() {
				dev.breaker.CircuitBreaker inner = dev.breaker.CircuitBreaker.ofDefaults("inner");
				inner.forceOpen();
				try {
					inner.acquire();
					throw new AssertionError();
				}
				catch (CallNotPermittedException ex) {
					return ex;
				}
			}

		};

		final boolean fallsBack;

		Thrown(boolean fallsBack) {
			this.fallsBack = fallsBack;
		}

		abstract Throwable make();

	}

	static Stream<Arguments> cells() {
		List<Arguments> cells = new ArrayList<>();
		for (State state : State.values()) {
			for (Thrown thrown : Thrown.values()) {
				cells.add(argumentSet(thrown + " in " + state, state, thrown));
			}
		}
		return cells.stream();
	}

	@ParameterizedTest
	@MethodSource("cells")
	void theFallbackRunsForFailuresAndRefusalsAlone(State state, Thrown kind) {
		Contexts.with(Remote.class)
			.withPropertyValues("breaker.instances.remote.record-exceptions=java.io.IOException,java.lang.Error",
					"breaker.instances.remote.ignore-exceptions=java.lang.IllegalArgumentException,java.net.MalformedURLException")
			.run((context) -> {
				Contexts.breaker(context, "remote").apply(StateCommand.to(state));
				Remote remote = context.getBean(Remote.class);
				Throwable thrown = kind.make();
				boolean refuses = state == State.OPEN || state == State.FORCED_OPEN;
				if (refuses) {
					assertThat(remote.call(thrown)).isEqualTo("instead of CallNotPermittedException by remote");
				}
				else if (kind == Thrown.REFUSAL_FURTHER_IN) {
					assertThat(remote.call(thrown)).isEqualTo("instead of CallNotPermittedException by inner");
				}
				else if (kind.fallsBack) {
					assertThat(remote.call(thrown)).isEqualTo("instead of " + thrown.getClass().getSimpleName());
				}
				else {
					assertThatException().isThrownBy(() -> remote.call(thrown)).isSameAs(thrown);
				}
				assertThat(remote.calls()).isEqualTo(refuses ? 0 : 1);
			});
	}

	static class Remote {

		private final AtomicInteger calls = new AtomicInteger();

		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public String call(Throwable thrown) throws Throwable {
			this.calls.incrementAndGet();
			throw thrown;
		}

		public int calls() {
			return this.calls.get();
		}

		private String instead(Throwable argument, Throwable thrown) {
			return "instead of " + thrown.getClass().getSimpleName()
					+ ((thrown instanceof CallNotPermittedException refusal) ? " by " + refusal.circuitBreakerName()
							: "");
		}

	}

}
