package dev.breaker.spring.aop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.Reason;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * {@code count-hung-calls}: annotated calls of each kind that hang open their breaker
 * before they end.
 */
class HungCallsTests {

	private static final Duration MORE_THAN_SLOW = Duration.ofSeconds(3);

	private final ManualClock clock = new ManualClock();

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void blockingCallsThatHangOpenWhileTheyHang(boolean counted) {
		run(counted, (context) -> {
			Payments payments = context.getBean(Payments.class);
			ExecutorService threads = Executors.newFixedThreadPool(5);
			try {
				List<Future<String>> customers = new ArrayList<>();
				for (int i = 0; i < 5; i++) {
					customers.add(threads.submit(payments::charge));
				}
				await().until(() -> payments.asked().getCount() == 0);
				this.clock.advance(MORE_THAN_SLOW);
				CircuitBreaker breaker = Contexts.breaker(context, "payments");
				assertThat(breaker.state()).isEqualTo(counted ? State.OPEN : State.CLOSED);
				assertThat(breaker.snapshot().inFlight()).isEqualTo(counted ? 5 : 0);
				payments.answer().countDown();
				for (Future<String> customer : customers) {
					assertThat(customer.get(1, TimeUnit.MINUTES)).isEqualTo("paid");
				}
				Snapshot snapshot = breaker.snapshot();
				assertThat(snapshot.state()).isEqualTo(State.OPEN);
				assertThat(snapshot.lastChange().reason()).isEqualTo(Reason.SLOW_CALL_RATE);
				assertThat(snapshot.slowCallsTotal()).isEqualTo(5);
				assertThat(snapshot.successfulCallsTotal()).isEqualTo(5);
				assertThat(snapshot.inFlight()).isZero();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
			finally {
				payments.answer().countDown();
				threads.shutdownNow();
			}
		});
	}

	@Test
	void futuresThatHangOpen() {
		run(true, (context) -> {
			Payments payments = context.getBean(Payments.class);
			List<CompletableFuture<String>> hung = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				hung.add(payments.chargeLater());
			}
			this.clock.advance(MORE_THAN_SLOW);
			assertThat(payments.chargeLater()).isCompletedExceptionally();
			assertOpen(context, "payments", 5);
			hung.forEach((each) -> each.cancel(true));
			assertOpen(context, "payments", 0);
		});
	}

	@Test
	void subscriptionsThatHangOpen() {
		run(true, (context) -> {
			Payments payments = context.getBean(Payments.class);
			List<Disposable> hung = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				hung.add(payments.chargeReactively().subscribe());
			}
			this.clock.advance(MORE_THAN_SLOW);
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(() -> payments.chargeReactively().block());
			assertOpen(context, "payments", 5);
			hung.forEach(Disposable::dispose);
			assertOpen(context, "payments", 0);
		});
	}

	@Test
	void eachKeyCountsItsOwn() {
		run(true, (context) -> {
			Payments payments = context.getBean(Payments.class);
			List<CompletableFuture<String>> hung = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				hung.add(payments.chargeAt("lyon"));
			}
			CompletableFuture<String> other = payments.chargeAt("porto");
			this.clock.advance(MORE_THAN_SLOW);
			assertThat(payments.chargeAt("lyon")).isCompletedExceptionally();
			assertOpen(context, "banks:lyon", 5);
			assertThat(Contexts.breaker(context, "banks:porto").snapshot()).satisfies((snapshot) -> {
				assertThat(snapshot.state()).isEqualTo(State.CLOSED);
				assertThat(snapshot.slowCalls()).isEqualTo(1);
				assertThat(snapshot.inFlight()).isEqualTo(1);
			});
			hung.forEach((each) -> each.cancel(true));
			other.cancel(true);
		});
	}

	@Test
	void anInheritedValueCanBeSwitchedOff() {
		Contexts.with(Payments.class)
			.withPropertyValues("breaker.configs.default.slow-call-duration-threshold=2s",
					"breaker.configs.default.count-hung-calls=true",
					"breaker.instances.payments.count-hung-calls=false",
					"breaker.instances.banks.minimum-number-of-calls=1")
			.run((context) -> {
				assertThat(Contexts.breaker(context, "payments").config().countHungCalls()).isFalse();
				context.getBean(Payments.class).chargeAt("lyon").cancel(true);
				assertThat(Contexts.breaker(context, "banks:lyon").config().countHungCalls()).isTrue();
			});
	}

	private void run(boolean counted, Consumer<ApplicationContext> test) {
		Contexts.with(Payments.class)
			.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
			.withPropertyValues("breaker.configs.default.minimum-number-of-calls=5",
					"breaker.configs.default.slow-call-duration-threshold=2s",
					"breaker.configs.default.slow-call-rate-threshold=50",
					"breaker.configs.default.count-hung-calls=" + counted)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				test.accept(context);
			});
	}

	private static void assertOpen(ApplicationContext context, String name, int inFlight) {
		Snapshot snapshot = Contexts.breaker(context, name).snapshot();
		assertThat(snapshot.state()).isEqualTo(State.OPEN);
		assertThat(snapshot.lastChange().reason()).isEqualTo(Reason.SLOW_CALL_RATE);
		assertThat(snapshot.slowCallsTotal()).isEqualTo(5);
		assertThat(snapshot.inFlight()).isEqualTo(inFlight);
	}

	static class Payments {

		private final CountDownLatch asked = new CountDownLatch(5);

		private final CountDownLatch answer = new CountDownLatch(1);

		CountDownLatch asked() {
			return this.asked;
		}

		CountDownLatch answer() {
			return this.answer;
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		public String charge() throws InterruptedException {
			this.asked.countDown();
			this.answer.await();
			return "paid";
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		public CompletableFuture<String> chargeLater() {
			return new CompletableFuture<>();
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		public Mono<String> chargeReactively() {
			return Mono.never();
		}

		@dev.breaker.annotation.CircuitBreaker(name = "banks", key = "#bank")
		public CompletableFuture<String> chargeAt(String bank) {
			return new CompletableFuture<>();
		}

	}

}
