package dev.breaker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 11, in a new JVM: the first thing that is ever done with a breaker is done
 * where the stack ends, so that classes are met there for the first time. One whose
 * initialization failed there would be lost to every breaker.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=FirstCallAtTheStackEndTests
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FirstCallAtTheStackEndTests {

	@ParameterizedTest
	@EnumSource(First.class)
	void theBreakerWorksAfterwards(First first) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xint", "-cp", System.getProperty("java.class.path"), Application.class.getName(), first.name())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
	}

	enum First {

		SUCCESS((breaker) -> breaker.run(Calls.FINE)), FAILURE((breaker) -> breaker.run(Calls.FAILING)),
		SNAPSHOT(CircuitBreaker::snapshot), PERMIT((breaker) -> breaker.acquire().success(null, 0)),
		OPEN(CircuitBreaker::open), HALF_OPEN(CircuitBreaker::halfOpen), RESET(CircuitBreaker::reset),
		REFUSAL((breaker) -> {
			breaker.forceOpen();
			breaker.run(Calls.FINE);
		}), ADAPTER((breaker) -> {
			Adapter call = new Adapter(breaker);
			call.emitted("fine");
			call.completed();
		}), FLUX((breaker) -> Calls.guarded(breaker).subscribe(new OneElement())),
		GROUP((breaker) -> Calls.group("first")), KEY((breaker) -> Calls.group("first").get("key").run(Calls.FINE)),
		LONG_KEY((breaker) -> Calls.group("first").get(Calls.LONG_KEY)),
		KEYS_COMMANDED((breaker) -> Calls.group("first").apply(StateCommand.to(State.OPEN)));

		private final Consumer<CircuitBreaker> act;

		First(Consumer<CircuitBreaker> act) {
			this.act = act;
		}

	}

	/**
	 * An application whose first guarded call belongs to a recursion without end.
	 */
	static final class Application {

		private Application() {
		}

		public static void main(String[] args) {
			First first = First.valueOf(args[0]);
			Calls.FINE.run();
			Calls.FLUX.subscribe(new OneElement());
			CircuitBreaker breaker = CircuitBreaker.of("first",
					CircuitBreakerConfig.builder().consecutiveFailureThreshold(1).build());
			try {
				recurse(breaker, first);
			}
			catch (StackOverflowError | IllegalStateException | CallNotPermittedException ex) {
				// The recursion, or the call
			}
			for (CircuitBreaker tried : new CircuitBreaker[] { breaker, CircuitBreaker.ofDefaults("second") }) {
				tried.reset();
				tried.run(Calls.FINE);
				new Adapter(tried).returned("fine");
				tried.call(() -> {
					throw new IllegalStateException();
				}, Throwable::toString);
				tried.open(Duration.ZERO);
				tried.run(Calls.FINE);
				tried.forceOpen();
				tried.call(() -> "refused", Throwable::toString);
				tried.snapshot();
				tried.reset();
				Calls.guarded(tried).subscribe(new OneElement());
			}
			for (CircuitBreakerGroup tried : new CircuitBreakerGroup[] { Calls.group("first"),
					Calls.group("second") }) {
				tried.apply(StateCommand.reset());
				tried.get("key").run(Calls.FINE);
				tried.get(Calls.LONG_KEY).run(Calls.FINE);
				tried.apply(StateCommand.to(State.OPEN).hold(Duration.ZERO));
				tried.signal("signal", null, Duration.ofHours(1));
				tried.clearSignal("signal");
				tried.reconfigure(tried.config());
				for (int i = 0; i < 2 * tried.limit(); i++) {
					tried.get("key" + i).run(Calls.FINE);
				}
				Calls.REGISTRY.removeGroup(tried.name());
			}
		}

		private static void recurse(CircuitBreaker breaker, First first) {
			try {
				recurse(breaker, first);
			}
			catch (StackOverflowError ex) {
				first.act.accept(breaker);
			}
		}

	}

	/**
	 * Needs nothing of its own.
	 */
	private static final class Adapter extends GuardedCall {

		Adapter(CircuitBreaker breaker) {
			super(breaker, false);
		}

	}

	/**
	 * Made beforehand: to link a lambda takes more stack than to call it.
	 */
	static final class Calls {

		static final ThrowingRunnable<RuntimeException> FINE = () -> {
		};

		static final ThrowingRunnable<RuntimeException> FAILING = () -> {
			throw new IllegalStateException();
		};

		static final Flux<String> FLUX = Flux.just("one", "two");

		static final String LONG_KEY = "key".repeat(100);

		static final CircuitBreakerRegistry REGISTRY = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

		private Calls() {
		}

		static CircuitBreakerGroup group(String name) {
			return REGISTRY.group(name, REGISTRY.defaults(), 3);
		}

		static Flux<String> guarded(CircuitBreaker breaker) {
			return Flux.from(CircuitBreakerOperator.<String>of(breaker).apply(FLUX));
		}

	}

	/** Cancels with its first element. */
	private static final class OneElement extends BaseSubscriber<String> {

		@Override
		protected void hookOnNext(String element) {
			cancel();
		}

	}

}
