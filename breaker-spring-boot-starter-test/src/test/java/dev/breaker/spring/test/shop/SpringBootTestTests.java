package dev.breaker.spring.test.shop;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import dev.breaker.spring.test.shop.ShopApplication.Ledger;
import dev.breaker.spring.test.shop.ShopApplication.Payments;
import dev.breaker.spring.test.shop.ShopApplication.Stock;
import dev.breaker.spring.test.AutoConfigureCircuitBreakers;
import dev.breaker.test.CircuitBreakers;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.event.ApplicationEvents;
import org.springframework.test.context.event.RecordApplicationEvents;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest
@AutoConfigureCircuitBreakers
@RecordApplicationEvents
class SpringBootTestTests {

	@Autowired
	CircuitBreakerRegistry registry;

	@Autowired
	ManualClock clock;

	@Autowired
	Payments payments;

	@Autowired
	Stock stock;

	@Autowired
	Ledger ledger;

	private CircuitBreaker breaker(String name) {
		return CircuitBreakers.named(this.registry, name);
	}

	private static <T> T outage() throws IOException {
		throw new IOException("connection refused");
	}

	@Test
	void breakerOfYamlGoesByTheClock() {
		for (int call = 0; call < 3; call++) {
			assertThat(pay()).isEqualTo("later");
		}
		assertThat(breaker("payments")).isOpen().hasFailed(3).changedBecauseOf(Reason.FAILURE_RATE);
		assertThat(breaker("payments").snapshot().since()).isEqualTo(this.clock.instant());
		this.clock.advance(Duration.ofSeconds(59));
		assertThat(pay()).isEqualTo("later");
		assertThat(breaker("payments")).isOpen().hasRefused(1);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(breaker("payments")).isHalfOpen().changedBecauseOf(Reason.WAIT_ELAPSED);
	}

	private String pay() {
		try {
			return this.payments.pay(SpringBootTestTests::outage);
		}
		catch (IOException ex) {
			throw new AssertionError("The fallback answers", ex);
		}
	}

	@Test
	void breakersOfEveryOriginGoByTheClock() {
		CircuitBreakers.open(this.registry, "stock:berlin");
		Stream<CircuitBreaker> origins = Stream.of(breaker("payments"), breaker("receipts"), breaker("stock:berlin"),
				this.ledger.byName(), this.ledger.byConfig(), this.ledger.group().get("2026"),
				this.registry.get("made-by-the-test"));
		assertThat(origins.toList()).allSatisfy((breaker) -> {
			breaker.open();
			assertThat(breaker).isOpen();
			assertThat(breaker.snapshot().since()).isEqualTo(this.clock.instant());
			this.clock.advance(breaker.snapshot().retryAfter().minusNanos(1));
			assertThat(breaker).isOpen();
			this.clock.advance(Duration.ofNanos(1));
			assertThat(breaker).isHalfOpen();
		});
	}

	@Test
	void configsOfCodeStayApartFromTheClock() {
		assertThat(this.ledger.byConfig().config().waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(10));
		assertThat(this.ledger.group().config().waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(10));
		assertThat(this.ledger.byName().config().waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(30));
	}

	@RepeatedTest(2)
	void everyTestBeginsWithAResetBreaker() {
		assertThat(breaker("payments")).isClosed().hasFailed(0).hasRefused(0);
		assertThat(breaker("payments").snapshot().bufferedCalls()).isZero();
		CircuitBreakers.trip(breaker("payments"), new IOException());
		assertThat(pay()).isEqualTo("later");
	}

	@RepeatedTest(2)
	void resetIsNoEventOfATest(@Autowired ApplicationEvents events) {
		assertThat(events.stream(CircuitBreakerStateChangedEvent.class)).isEmpty();
		breaker("payments").forceOpen();
		assertThat(events.stream(CircuitBreakerStateChangedEvent.class)).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void heldCommandsEndWithTheirTest(State state) {
		assertThat(breaker("payments")).isClosed();
		assertThat(breaker("shadow")).isMetricsOnly();
		this.registry.all().forEach((breaker) -> breaker.apply(StateCommand.to(state)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "berlin", "lyon" })
	void groupsEndTheirCommandsToo(String warehouse) throws IOException {
		assertThat(this.stock.pieces(warehouse, () -> 7)).isEqualTo(7);
		this.registry.findGroup("stock").orElseThrow().apply(StateCommand.to(State.FORCED_OPEN));
		assertThatExceptionOfType(CallNotPermittedException.class)
			.isThrownBy(() -> this.stock.pieces(warehouse, () -> 7));
	}

	@Test
	void asynchronousResultIsAwaited() {
		CompletableFuture<String> remote = new CompletableFuture<>();
		this.payments.receipt(remote);
		assertThat(breaker("receipts")).hasFailed(0);
		new Thread(() -> remote.completeExceptionally(new IOException())).start();
		CircuitBreakers.awaitRecorded(breaker("receipts"), 1, Duration.ofSeconds(30));
		assertThat(breaker("receipts")).hasFailed(1);
	}

	@Test
	void misspelledNameFails() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> breaker("paymnets"))
			.withMessageContaining("Did you mean 'payments'?")
			.withMessageContaining("receipts")
			.withMessageContaining("stock");
	}

	@Test
	@AutoConfigureCircuitBreakers(open = "payments")
	void methodBeginsWithAnOpenBreaker() throws IOException {
		assertThat(breaker("payments")).isOpen();
		assertThat(breaker("receipts")).isClosed();
		assertThat(this.payments.pay(() -> "paid")).isEqualTo("later");
	}

	@Test
	@AutoConfigureCircuitBreakers(open = { "stock", "receipts" })
	void methodBeginsWithOpenKeys() {
		assertThatExceptionOfType(CallNotPermittedException.class)
			.isThrownBy(() -> this.stock.pieces("porto", () -> 7));
		assertThat(breaker("receipts")).isOpen();
	}

	@Nested
	class InNestedClass {

		@RepeatedTest(2)
		void everyTestBeginsWithAResetBreaker() {
			assertThat(breaker("payments")).isClosed().hasFailed(0);
			CircuitBreakers.trip(breaker("payments"), new IOException());
		}

	}

	@Nested
	@AutoConfigureCircuitBreakers(open = "payments")
	class OpenInNestedClass {

		@Autowired
		ApplicationContext context;

		@BeforeEach
		void opensBefore() {
			assertThat(breaker("payments")).isOpen();
		}

		@RepeatedTest(2)
		void everyTestBeginsWithAnOpenBreaker() {
			assertThat(breaker("payments")).isOpen();
			breaker("payments").close();
		}

		@Test
		@AutoConfigureCircuitBreakers(open = { "payments", "receipts" })
		void methodWinsOverTheClass() {
			assertThat(breaker("receipts")).isOpen();
		}

		@Test
		void contextIsThatOfTheOuterClass(@Autowired Payments ofNested) {
			assertThat(ofNested).isSameAs(SpringBootTestTests.this.payments);
		}

	}

}
