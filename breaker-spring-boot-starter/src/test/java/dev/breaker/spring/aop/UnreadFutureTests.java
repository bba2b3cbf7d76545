package dev.breaker.spring.aop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Futures of calls with a key whose {@code get} is not called.
 */
class UnreadFutureTests {

	private final ApplicationContextRunner runner = Contexts.with(Partners.class)
		.withPropertyValues("breaker.keys.max=2");

	@Test
	void aFutureThatIsDoneMakesRoomForAnotherKey() {
		this.runner.run((context) -> {
			Partners partners = context.getBean(Partners.class);
			for (int i = 0; i < 10; i++) {
				FutureTask<String> task = new FutureTask<>(() -> "done");
				partners.send("partner" + i, task);
				task.run();
			}
			assertThat(group(context).overflow()).isEmpty();
			assertThat(group(context).find("partner9")).isPresent();
			partners.now("another");
			assertThat(group(context).find("another")).isPresent();
		});
	}

	@Test
	void itsCallIsRecordedThen() {
		this.runner.run((context) -> {
			Partners partners = context.getBean(Partners.class);
			List<Future<String>> futures = new ArrayList<>();
			for (String key : List.of("a", "b")) {
				FutureTask<String> task = new FutureTask<>(() -> {
					throw new IOException(key);
				});
				futures.add(partners.send(key, task));
				task.run();
			}
			assertThat(Contexts.recorded(context, "partners:b")).isZero();
			partners.now("c");
			assertThat(Contexts.recorded(context, "partners:b")).isOne();
			assertThat(futures.get(1).get()).isEqualTo("instead of IOException");
			assertThat(Contexts.recorded(context, "partners:b")).isOne();
		});
	}

	@Test
	void aFutureThatIsNotDoneKeepsThePlaceOfItsKey() {
		this.runner.run((context) -> {
			Partners partners = context.getBean(Partners.class);
			FutureTask<String> pending = new FutureTask<>(() -> "done");
			Future<String> future = partners.send("a", pending);
			partners.send("b", new FutureTask<>(() -> "done"));
			partners.now("c");
			assertThat(group(context).find("c")).isEmpty();
			assertThat(group(context).overflow()).isPresent();
			pending.run();
			assertThat(future.get()).isEqualTo("done");
			partners.now("c");
			assertThat(group(context).find("c")).isPresent();
		});
	}

	@Test
	void futuresThatAreDoneAreNotKept() {
		this.runner.run((context) -> {
			Partners partners = context.getBean(Partners.class);
			int calls = 1_000;
			for (int i = 0; i < calls; i++) {
				FutureTask<String> task = new FutureTask<>(() -> "done");
				partners.send("a", task);
				task.run();
			}
			assertThat(Contexts.recorded(context, "partners:a")).isBetween(calls - 100L, (long) calls);
		});
	}

	private static CircuitBreakerGroup group(ApplicationContext context) {
		return context.getBean(CircuitBreakerRegistry.class).findGroup("partners").orElseThrow();
	}

	static class Partners {

		@CircuitBreaker(name = "partners", key = "#partner", fallbackMethod = "instead")
		Future<String> send(String partner, Future<String> task) {
			return task;
		}

		private String instead(String partner, Future<String> task, Throwable thrown) {
			return "instead of " + thrown.getClass().getSimpleName();
		}

		@CircuitBreaker(name = "partners", key = "#partner")
		String now(String partner) {
			return "now";
		}

	}

}
