package dev.breaker.sample;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.breaker.State;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ShopTest
class FaultsTests {

	private static final Duration MORE_THAN_THE_WAIT = Duration.ofMinutes(15);

	@Autowired
	ShopClient shop;

	@Autowired
	TestClock clock;

	@BeforeEach
	void restore() {
		this.shop.restore();
	}

	static Stream<Arguments> guardsAndModes() {
		return Stream.of(Guard.values())
			.flatMap((guard) -> Stream.of("slow", "error", "hang", "refuse").map((mode) -> Arguments.of(guard, mode)));
	}

	@ParameterizedTest
	@MethodSource("guardsAndModes")
	void breakerTripsAndRecovers(Guard guard, String mode) {
		this.shop.behave(guard.service, mode);
		this.shop.callUntil(guard.breaker, State.OPEN, guard.path);

		long received = this.shop.received(guard.service);
		long refused = this.shop.breaker(guard.breaker).get("notPermittedCallsTotal").asLong();
		for (int call = 0; call < 5; call++) {
			assertThat(this.shop.get(guard.path).status()).isEqualTo(guard.statusWhileOpen);
		}
		assertThat(this.shop.received(guard.service)).isEqualTo(received);
		assertThat(this.shop.breaker(guard.breaker).get("notPermittedCallsTotal").asLong()).isEqualTo(refused + 5);

		this.shop.behave(guard.service, "ok");
		assertThat(this.shop.get(guard.path).status()).isEqualTo(guard.statusWhileOpen);
		assertThat(this.shop.received(guard.service)).isEqualTo(received);

		this.clock.advance(MORE_THAN_THE_WAIT);
		if (guard == Guard.PAYMENTS) {
			// A dark probe finds it well, and no order does.
			await().until(() -> this.shop.state(guard.breaker) == State.CLOSED);
			assertThat(this.shop.received(guard.service)).isEqualTo(received);
		}
		else {
			assertThat(this.shop.state(guard.breaker)).isEqualTo(State.HALF_OPEN);
			this.shop.callUntil(guard.breaker, State.CLOSED, guard.path);
		}
		assertThat(this.shop.get(guard.path).status()).isEqualTo(200);
		assertThat(this.shop.received(guard.service)).isGreaterThan(received);
	}

	@ParameterizedTest
	@EnumSource
	void breakerThatProbesAServiceStillInTroubleOpensAgain(Guard guard) {
		this.shop.behave(guard.service, "error");
		this.shop.callUntil(guard.breaker, State.OPEN, guard.path);
		long received = this.shop.received(guard.service);
		this.clock.advance(MORE_THAN_THE_WAIT);
		if (guard == Guard.PAYMENTS) {
			await().until(() -> this.shop.breaker(guard.breaker).get("openings").asInt() == 2);
			assertThat(this.shop.received(guard.service)).isEqualTo(received);
		}
		else {
			this.shop.callUntil(guard.breaker, State.OPEN, guard.path);
		}
		assertThat(this.shop.breaker(guard.breaker).get("openings").asInt()).isEqualTo(2);
		assertThat(this.shop.breaker(guard.breaker).at("/lastChange/reason").asString()).isEqualTo("PROBES_FAILED");
	}

	@ParameterizedTest
	@CsvSource({ "slow, SLOW_CALL_RATE", "error, FAILURE_RATE", "hang, FAILURE_RATE", "refuse, FAILURE_RATE" })
	void operatorsAreToldWhyABreakerOpened(String mode, String reason) {
		this.shop.behave("payments", mode);
		this.shop.callUntil("payments", State.OPEN, Guard.PAYMENTS.path);
		assertThat(this.shop.breaker("payments").at("/lastChange/reason").asString()).isEqualTo(reason);
	}

	@Test
	void nothingTripsWhileAllServicesAreInOrder() {
		for (int call = 0; call < 20; call++) {
			for (Guard guard : Guard.values()) {
				assertThat(this.shop.get(guard.path).status()).isEqualTo(200);
			}
		}
		for (Guard guard : Guard.values()) {
			assertThat(this.shop.state(guard.breaker)).isEqualTo(State.CLOSED);
			assertThat(this.shop.breaker(guard.breaker).get("failedCallsTotal").asLong()).isZero();
		}
	}

	@Test
	void slowServiceIsCountedAsSlowAndStillAnswersTheCustomer() {
		this.shop.behave("payments", "slow");
		ShopClient.Answer answer = this.shop.get(Guard.PAYMENTS.path);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().at("/payment/status").asString()).isEqualTo("PAID");
		assertThat(this.shop.breaker("payments").get("slowCallsTotal").asLong()).isEqualTo(1);
	}

	@Test
	void refusedConnectionsNeverArrive() {
		long received = this.shop.received("partner");
		this.shop.behave("partner", "refuse");
		assertThat(this.shop.get("/partner/sku-1").status()).isEqualTo(502);
		assertThat(this.shop.received("partner")).isEqualTo(received);
	}

	@Test
	void modesAreShown() {
		this.shop.behave("partner", "HANG");
		ShopClient.Answer faults = this.shop.get("/faults");
		assertThat(faults.json().at("/partner/mode").asString()).isEqualTo("hang");
		assertThat(faults.json().at("/payments/mode").asString()).isEqualTo("ok");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					/faults/payment?mode=ok                             | 404 | no service 'payment'. Services: payments, inventory, partner
					/faults/payments?mode=broken                        | 400 | no mode 'broken'. Modes: ok, slow, error, hang, refuse
					/faults/payments                                    | 400 | Modes: ok, slow, error, hang, refuse
					/faults/payments?mode=error&warehouse=berlin        | 400 | Only the service 'inventory' knows warehouses
					/faults/inventory?mode=error&warehouse=atlantis     | 400 | Warehouses: berlin, lyon, porto
					/faults/inventory?mode=refuse&warehouse=berlin      | 400 | leave 'warehouse' out
					""")
	void badFaultIsRefusedAndTheValidOnesAreNamed(String path, int status, String detail) {
		ShopClient.Answer answer = this.shop.post(path);
		assertThat(answer.status()).isEqualTo(status);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.json().get("detail").asString()).contains(detail);
		assertThat(List.of("payments", "inventory", "partner"))
			.allSatisfy((service) -> assertThat(this.shop.get("/faults").json().at("/" + service + "/mode").asString())
				.isEqualTo("ok"));
	}

	enum Guard {

		PAYMENTS("payments", "payments", "/checkout/sku-1?warehouse=berlin", 202),

		INVENTORY("inventory", "inventory:berlin", "/checkout/sku-1?warehouse=berlin", 503),

		PARTNER("partner", "partner", "/partner/sku-1", 503);

		final String service;

		final String breaker;

		final String path;

		final int statusWhileOpen;

		Guard(String service, String breaker, String path, int statusWhileOpen) {
			this.service = service;
			this.breaker = breaker;
			this.path = path;
			this.statusWhileOpen = statusWhileOpen;
		}

	}

}
