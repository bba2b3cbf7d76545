package dev.breaker;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of a key that begin and end where the stack does: the key is in use no more.
 * {@code breaker-stress} attacks at length, and probes too.
 */
class StackEndTests {

	private static final int ROUNDS = 5;

	/** Farther up, the stack is long enough. */
	private static final int LEVELS = 300;

	@ParameterizedTest
	@EnumSource(Way.class)
	void aKeyIsInUseNoMore(Way way) throws InterruptedException {
		for (int round = 0; round < ROUNDS; round++) {
			CircuitBreakerConfig config = CircuitBreakerConfig.builder().ignoreExceptions(Throwable.class).build();
			CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("deep", config, 1);
			CircuitBreaker breaker = group.get("a");
			Object[] calls = new Object[2 * LEVELS];
			for (int i = 0; i < LEVELS; i++) {
				calls[i] = way.begin(breaker);
			}
			assertThat(group.get("b").name()).isEqualTo("deep:_overflow");
			int[] level = new int[1];
			Thread thread = new Thread(null, () -> down(() -> {
				int i = level[0]++;
				if (i < LEVELS) {
					// Stored by no call, which could lose it.
					calls[LEVELS + i] = way.begin(breaker);
					way.end(calls[i]);
				}
			}), "deep", 256 * 1024L);
			thread.start();
			thread.join();
			for (Object call : calls) {
				if (call != null) {
					way.end(call);
				}
			}
			assertThat(group.get("fresh").name()).isEqualTo("deep:fresh");
		}
	}

	private static void down(Runnable use) {
		try {
			down(use);
		}
		catch (StackOverflowError ex) {
			// At its end
		}
		try {
			use.run();
		}
		catch (StackOverflowError | InternalError ex) {
			// As it should be; an InternalError where a lambda was linked
		}
	}

	enum Way {

		PERMIT {

			@Override
			Object begin(CircuitBreaker breaker) {
				return breaker.acquire();
			}

			@Override
			void end(Object call) {
				((Permit) call).failure(THROWN, 1);
			}

		},

		FUTURE {

			@Override
			Object begin(CircuitBreaker breaker) {
				return breaker.callAsync(CompletableFuture::new);
			}

			@Override
			void end(Object call) {
				((CompletableFuture<?>) call).completeExceptionally(THROWN);
			}

		},

		ADAPTER {

			@Override
			Object begin(CircuitBreaker breaker) {
				return new Adapter(breaker);
			}

			@Override
			void end(Object call) {
				((Adapter) call).end();
			}

		};

		private static final Exception THROWN = new IllegalStateException();

		abstract Object begin(CircuitBreaker breaker);

		abstract void end(Object call);

	}

	private static final class Adapter extends GuardedCall {

		private static int made;

		private final int number;

		Adapter(CircuitBreaker breaker) {
			super(breaker, true);
			this.number = made++;
		}

		void end() {
			switch (this.number % 4) {
				case 0 -> returned("fine");
				case 1 -> ended((this.number % 8 == 1) ? OutcomeRule.Verdict.FAILURE : OutcomeRule.Verdict.SUCCESS);
				case 2 -> threw(Way.THROWN);
				default -> cancelled();
			}
		}

	}

}
