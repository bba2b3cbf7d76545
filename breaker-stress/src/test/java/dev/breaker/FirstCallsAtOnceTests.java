package dev.breaker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.RepeatedTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In a new JVM: many threads come with the first things that are ever done with breakers,
 * at the same moment. Each goes on, none waits for another for good, and nothing is lost.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=FirstCallsAtOnceTests
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FirstCallsAtOnceTests {

	@RepeatedTest(15)
	void eachGoesOn() throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), Application.class.getName())
			.redirectErrorStream(true)
			.start();
		// Before its output is read, which ends with it.
		boolean ended = process.waitFor(1, TimeUnit.MINUTES);
		if (!ended) {
			process.destroyForcibly();
		}
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(ended).as(output).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
	}

	/**
	 * An application whose threads begin together.
	 */
	static final class Application {

		private static final int TIMES = 3;

		private Application() {
		}

		public static void main(String[] args) throws InterruptedException {
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
			CircuitBreaker shared = registry.get("shared");
			List<Runnable> first = List.of(() -> shared.run(() -> {
			}), () -> shared.call(() -> "fine"), () -> shared.acquire().success("fine", 0), shared::snapshot,
					() -> shared.callAsync(() -> CompletableFuture.completedFuture("fine")), shared::explain,
					() -> registry.group("group", registry.defaults(), 3).get("key").run(() -> {
					}), () -> registry.get("other").signal("signal", null, Duration.ofHours(1)),
					() -> new Adapter(shared).end(), () -> registry.addListener(new CircuitBreakerListener() {
					}), () -> registry.get("commanded").open(), () -> shared.outermost().call(() -> "fine"));
			CyclicBarrier start = new CyclicBarrier(TIMES * first.size());
			List<Throwable> thrown = new ArrayList<>();
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < TIMES * first.size(); i++) {
				Runnable act = first.get(i % first.size());
				Thread thread = new Thread(() -> {
					try {
						start.await();
						act.run();
					}
					catch (Throwable ex) {
						synchronized (thrown) {
							thrown.add(ex);
						}
					}
				});
				thread.setDaemon(true);
				thread.start();
				threads.add(thread);
			}
			for (Thread thread : threads) {
				thread.join(TimeUnit.SECONDS.toMillis(30));
				check(!thread.isAlive(), List.of(thread.getStackTrace()));
			}
			check(thrown.isEmpty(), thrown);
			// Run, call, permit, stage, adapter and outermost.
			check(shared.snapshot().successfulCallsTotal() == 6 * TIMES, shared.snapshot());
			check(registry.get("commanded").state() == State.OPEN, registry.get("commanded"));
			check(registry.group("group", registry.defaults(), 3).get("key").snapshot().successfulCallsTotal() == TIMES,
					registry.groups());
		}

		private static void check(boolean holds, Object shown) {
			if (!holds) {
				System.out.println(shown);
				System.exit(1);
			}
		}

	}

	/**
	 * A call that ends where it says so.
	 */
	private static final class Adapter extends GuardedCall {

		Adapter(CircuitBreaker breaker) {
			super(breaker, false);
		}

		void end() {
			returned("fine");
		}

	}

}
