package dev.breaker;

import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

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

	static Stream<Arguments> steps() {
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		CircuitBreakerListener listener = new CircuitBreakerListener() {
		};
		CircuitBreakerGroup group = registry.group("deep", config, 1_000);
		CircuitBreaker keyed = group.get("key");
		return Stream.of(step("a breaker is made", (i) -> registry.get("breaker" + i)),
				step("a breaker is removed", (i) -> registry.remove("breaker" + i)),
				step("a group is made", (i) -> registry.group("group" + i, config, 1)),
				step("a group is removed", (i) -> registry.removeGroup("group" + i)),
				step("a listener is added", (i) -> registry.addListener(listener)),
				step("a listener is replaced", (i) -> registry.replaceListener(listener, List.of(listener))),
				step("a listener is removed", (i) -> registry.removeListener(listener)),
				step("a key is made", (i) -> group.get("key" + i)),
				step("a key is commanded", (i) -> keyed.apply(StateCommand.to(State.DISABLED))),
				step("all keys are commanded", (i) -> group.apply(StateCommand.to(State.METRICS_ONLY))),
				step("all keys have a config", (i) -> group.reconfigure(config)));
	}

	private static Arguments step(String name, IntConsumer step) {
		return Arguments.arguments(name, step);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("steps")
	void whatTheStackIsTooShortForIsNotBegun(String name, IntConsumer step) throws InterruptedException {
		for (int i = 0; i < LEVELS; i++) {
			step.accept(i);
		}
		Throwable[] thrown = new Throwable[1];
		Thread thread = new Thread(null, () -> thrown[0] = whereItIsTooShort(step, LEVELS), "deep", 256 * 1024L);
		thread.start();
		thread.join();
		assertThat(thrown[0]).isInstanceOf(StackOverflowError.class);
	}

	/**
	 * Compiled frames are small. Steps that are carried out for the first time are not
	 * compiled, and the JVM links their calls on the same stack.
	 */
	@Test
	void thereIsRoomForStepsThatAreNewToTheJvm() throws Exception {
		URL classes = StackEndTests.class.getProtectionDomain().getCodeSource().getLocation();
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < 2_000; i++) {
				StackEnd.requireFar();
			}
			try (URLClassLoader loader = new URLClassLoader(new URL[] { classes }, null)) {
				Constructor<?> constructor = loader.loadClass(NewSteps.class.getName()).getDeclaredConstructor();
				constructor.setAccessible(true);
				Runnable steps = (Runnable) constructor.newInstance();
				Throwable[] thrown = new Throwable[1];
				Thread thread = new Thread(null, () -> thrown[0] = whereItIsJustLongEnough(steps), "deep", 256 * 1024L);
				thread.start();
				thread.join();
				assertThat(thrown[0]).isNull();
			}
		}
	}

	/** What the steps throw at the deepest level at which they are begun. */
	private static @Nullable Throwable whereItIsJustLongEnough(Runnable steps) {
		if (!isLongEnough()) {
			return new TooDeep();
		}
		Throwable thrown = whereItIsJustLongEnough(steps);
		// Once more: code that is no longer compiled needs more.
		if (!(thrown instanceof TooDeep) || !isLongEnough()) {
			return thrown;
		}
		try {
			steps.run();
			return null;
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	/** What the step throws where a little more of the stack would do. */
	private static Throwable whereItIsTooShort(IntConsumer step, int attempt) {
		if (isLongEnough()) {
			return whereItIsTooShort(step, attempt);
		}
		Throwable thrown = null;
		try {
			step.accept(attempt);
		}
		catch (StackOverflowError ex) {
			thrown = ex;
		}
		// Compiled code, which may have come meanwhile, needs less.
		return isLongEnough() ? whereItIsTooShort(step, attempt + 1) : thrown;
	}

	private static boolean isLongEnough() {
		try {
			StackEnd.requireFar();
			return true;
		}
		catch (StackOverflowError ex) {
			return false;
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

	/** There is no room for the steps. */
	private static final class TooDeep extends Exception {

	}

	/** As many frames as the steps take, and calls to be linked in the innermost. */
	static final class NewSteps implements Runnable {

		private int left = 30;

		private boolean even;

		@Override
		public void run() {
			this.even = !this.even;
			if (this.left-- > 0) {
				run();
				return;
			}
			BooleanSupplier linked = () -> this.even;
			IntFunction<String> too = (number) -> number + ":" + this.left + linked.getAsBoolean();
			if (too.apply(1).isEmpty()) {
				throw new IllegalStateException();
			}
		}

	}

	private static final class Adapter extends GuardedCall {

		private static int made;

		private final int number;

		Adapter(CircuitBreaker breaker) {
			// Some need nothing of their own.
			super(breaker, made % 3 != 0);
			this.number = made++;
		}

		void end() {
			switch (this.number % 4) {
				case 0 -> returned("fine");
				case 1 -> {
					emitted("fine");
					completed();
				}
				case 2 -> threw(Way.THROWN);
				default -> cancelled();
			}
		}

	}

}
