package dev.breaker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.Test;
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
		run(first, "-Xint");
	}

	/** What looks for the end of the stack takes less of it then. */
	@ParameterizedTest
	@EnumSource(First.class)
	void theBreakerWorksAfterwardsWhereOthersWereMadeBefore(First first) throws IOException, InterruptedException {
		run(first, "-Dmade=1000");
	}

	/** As in a JVM that has an archive of classes: to initialize one takes most then. */
	@ParameterizedTest
	@EnumSource(First.class)
	void theBreakerWorksAfterwardsWhereAllClassesAreLoaded(First first) throws IOException, InterruptedException {
		run(first, "-Dloaded=true");
	}

	private static void run(First first, String option) throws IOException, InterruptedException {
		run(Application.class, option, first.name());
	}

	private static void run(Class<?> application, String option, String argument)
			throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), option,
				"-cp", System.getProperty("java.class.path"), application.getName(), argument)
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
	}

	/** Some applications have no larger ones. */
	@Test
	void aStackOf256KiBIsEnough() throws IOException, InterruptedException {
		run(SmallStack.class, "-Xint", "256");
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
		KEYS_COMMANDED((breaker) -> Calls.group("first").apply(StateCommand.to(State.OPEN))),
		FALLBACK((breaker) -> breaker.call(Calls.FAILED, Calls.INSTEAD)),
		STAGE((breaker) -> breaker.callAsync(Calls.STAGE)), PROBE(CircuitBreaker::tryAcquireProbe),
		NESTED((breaker) -> breaker.outermost().call(Calls.FAILED, Calls.INSTEAD)), STATE(CircuitBreaker::state),
		EXPLANATION(CircuitBreaker::explain), EXPORT(CircuitBreaker::export),
		SIGNAL((breaker) -> breaker.signal("signal", null, Duration.ofHours(1))),
		LISTENER((breaker) -> breaker.addListener(Calls.LISTENER)),
		LISTENER_OF_ALL((breaker) -> Calls.REGISTRY.addListener(Calls.LISTENER)),
		CONFIG((breaker) -> breaker.reconfigure(Calls.BY_TIME)),
		CONFIG_MADE((breaker) -> CircuitBreakerConfig.builder()
			.recordResult("bad"::equals)
			.ignoreExceptions(IllegalStateException.class)
			.build()),
		CONFIG_TEXT((breaker) -> breaker.config().toString()), RESTORED((breaker) -> breaker.restore(breaker.export())),
		REASON((breaker) -> Reason.COMMAND.name()), VERDICT((breaker) -> OutcomeRule.Verdict.SUCCESS.name()),
		REGISTRY((breaker) -> CircuitBreakerRegistry.of(breaker.config()).get("one")),
		REMOVED((breaker) -> Calls.REGISTRY.remove("none")),
		LISTENER_OF_REGISTRY((breaker) -> Calls.REGISTRY.addRegistryListener(Calls.REGISTRY_LISTENER)),
		LISTENER_REPLACED((breaker) -> Calls.REGISTRY.replaceListener(Calls.LISTENER, Calls.NO_LISTENERS)),
		GATE((breaker) -> breaker.probeGate(Calls.GATE)),
		ANOTHER((breaker) -> CircuitBreaker.of("another", Calls.BY_TIME)),
		ANOTHER_BY_NAME((breaker) -> Calls.REGISTRY.get("another", Calls.BY_TIME));

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

		public static void main(String[] args) throws Exception {
			First first = First.valueOf(args[0]);
			if (Boolean.getBoolean("loaded")) {
				load(Path.of(CircuitBreaker.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
			}
			Calls.FINE.run();
			Calls.FLUX.subscribe(new OneElement());
			for (int i = 0; i < Integer.getInteger("made", 0); i++) {
				CircuitBreaker.ofDefaults("other");
			}
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
				tried.explain();
				tried.reset();
				tried.callAsync(Calls.STAGE);
				tried.reconfigure(Calls.BY_TIME);
				tried.run(Calls.FINE);
				tried.outermost().call(Calls.FAILED, Calls.INSTEAD);
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

		/** Loads the classes of the core, a directory or a jar, and initializes none. */
		private static void load(Path core) throws IOException, ClassNotFoundException {
			List<String> files;
			if (Files.isDirectory(core)) {
				try (Stream<Path> all = Files.list(core.resolve("dev/breaker"))) {
					files = all.map((file) -> "dev/breaker/" + file.getFileName()).toList();
				}
			}
			else {
				try (JarFile jar = new JarFile(core.toFile())) {
					files = jar.stream().map(JarEntry::getName).toList();
				}
			}
			for (String file : files) {
				if (file.matches("dev/breaker/[^/-]+\\.class")) {
					Class.forName(file.substring(0, file.length() - ".class".length()).replace('/', '.'), false,
							CircuitBreaker.class.getClassLoader());
				}
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
	 * An application with a thread whose stack has so many KiB, and whose first call has
	 * more frames before it than most have. It fails where that throws.
	 */
	static final class SmallStack {

		private SmallStack() {
		}

		public static void main(String[] args) throws InterruptedException {
			CircuitBreaker breaker = CircuitBreaker.ofDefaults("first");
			Thread thread = new Thread(null, () -> deep(breaker, 150), "small", Long.parseLong(args[0]) << 10);
			thread.setUncaughtExceptionHandler((failed, ex) -> {
				ex.printStackTrace();
				System.exit(1);
			});
			thread.start();
			thread.join();
		}

		private static void deep(CircuitBreaker breaker, int frames) {
			if (frames > 0) {
				deep(breaker, frames - 1);
			}
			else {
				breaker.run(Calls.FINE);
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

		static final ThrowingSupplier<String, RuntimeException> FAILED = () -> {
			throw new IllegalStateException();
		};

		static final Fallback<String, RuntimeException> INSTEAD = Throwable::getMessage;

		static final Supplier<CompletionStage<String>> STAGE = () -> CompletableFuture.completedFuture("one");

		static final CircuitBreakerListener LISTENER = new CircuitBreakerListener() {
		};

		static final ProbeGate GATE = new Gate();

		static final List<CircuitBreakerListener> NO_LISTENERS = List.of();

		static final CircuitBreakerRegistryListener REGISTRY_LISTENER = new CircuitBreakerRegistryListener() {
		};

		static final CircuitBreakerConfig BY_TIME = CircuitBreakerConfig.builder()
			.slidingWindowType(SlidingWindowType.TIME_BASED)
			.recordOutcomes(10)
			.build();

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

	/** That of an instance which is alone. */
	private static final class Gate implements ProbeGate {

		@Override
		public boolean isShared() {
			return false;
		}

		@Override
		public boolean hasPlace() {
			return true;
		}

		@Override
		public boolean tryTake() {
			return true;
		}

		@Override
		public void giveBack() {
		}

		@Override
		public void recorded(boolean failed, boolean slow) {
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
