package dev.breaker.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.SlidingWindowType;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlinx.coroutines.Dispatchers;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * A healthy call of a suspending function of Kotlin that does not suspend, through a
 * closed breaker with a count window and without a listener: by the extensions of both
 * libraries, and by the annotation, which Resilience4j has not for such functions. The
 * floors are the same calls without a breaker; that of the annotation goes through a
 * proxy that does nothing, since Spring's proxies call suspending functions by way of
 * Reactor.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SuspendBenchmark {

	private static final SlidingWindowType WINDOW = SlidingWindowType.COUNT_BASED;

	private final CircuitBreaker breaker = Guards.breaker(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards.resilience4j(WINDOW, 50);

	private final SuspendingCalls calls = new SuspendingCalls(this.breaker, this.resilience4j);

	@TearDown
	public void check(BenchmarkParams params) {
		switch (Checks.method(params)) {
			case "breakerExecute" -> Tally.of(this.breaker).onlySucceeded();
			case "resilience4jExecute" -> Tally.of(this.resilience4j).onlySucceeded();
			case "emptyExecute" -> Checks.that(emptyExecute() == SuspendingCalls.DONE, () -> "no result");
			case "breakerAnnotated", "emptyAnnotated" -> {
				// Checked with the application
			}
			default -> throw Checks.missing(params);
		}
	}

	@Benchmark
	public @Nullable Object emptyExecute() {
		return call(this.calls::empty);
	}

	@Benchmark
	public @Nullable Object breakerExecute() {
		return call(this.calls::breaker);
	}

	@Benchmark
	public @Nullable Object resilience4jExecute() {
		return call(this.calls::resilience4j);
	}

	@Benchmark
	public @Nullable Object emptyAnnotated(Application application) {
		return call(application.proxy::call);
	}

	@Benchmark
	public @Nullable Object breakerAnnotated(Application application) {
		return call(application.service::call);
	}

	private static @Nullable Object call(Function<Continuation<Object>, @Nullable Object> function) {
		Caller caller = new Caller();
		Object returned = function.apply(caller);
		return (returned != IntrinsicsKt.getCOROUTINE_SUSPENDED()) ? returned : caller.result;
	}

	/**
	 * An application with this project's starter, and a proxy that does nothing.
	 */
	@State(Scope.Benchmark)
	@SuppressWarnings("NullAway.Init") // by the method for the setup
	public static class Application {

		private ConfigurableApplicationContext context;

		SuspendingService service;

		SuspendingService proxy;

		@Setup
		public void start() {
			this.context = Contexts.start(Contexts.Library.BREAKER, false,
					Map.of("breaker.configs.default.wait-duration-in-open-state", "1h"),
					List.of(SuspendingService.class));
			this.service = this.context.getBean(SuspendingService.class);
			this.proxy = AnnotatedBenchmark.proxy(new SuspendingService());
		}

		@TearDown
		public void stop(BenchmarkParams params) {
			try {
				Tally tally = Tally.of(this.context.getBean(CircuitBreakerRegistry.class).get("suspending"));
				switch (Checks.method(params)) {
					case "breakerAnnotated" -> tally.onlySucceeded();
					case "emptyAnnotated" -> {
						Checks.same(tally.succeeded(), 0L, "number of recorded calls");
						Checks.that(SuspendBenchmark.call(this.proxy::call) == SuspendingCalls.DONE, () -> "no result");
					}
					default -> throw Checks.missing(params);
				}
			}
			finally {
				this.context.close();
			}
		}

	}

	/**
	 * Runs everything on its thread, as handlers of WebFlux do. By way of Reactor, a
	 * function may go back to it as if it had suspended.
	 */
	private static final class Caller implements Continuation<Object> {

		private @Nullable Object result;

		@Override
		public CoroutineContext getContext() {
			return Dispatchers.getUnconfined();
		}

		@Override
		public void resumeWith(Object result) {
			this.result = result;
		}

	}

}
