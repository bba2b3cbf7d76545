package dev.breaker.sample;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import dev.breaker.State;
import dev.breaker.sample.ShopClient.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

@ShopTest
class CheckoutTests {

	@Autowired
	ShopClient shop;

	@Autowired
	TestClock clock;

	@BeforeEach
	void restore() {
		this.shop.restore();
	}

	@Test
	void orderIsPaid() {
		Answer answer = this.shop.get("/checkout/sku-7?warehouse=porto");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().get("sku").asString()).isEqualTo("sku-7");
		assertThat(answer.json().at("/reservation/warehouse").asString()).isEqualTo("porto");
		assertThat(answer.json().at("/payment/status").asString()).isEqualTo("PAID");
		assertThat(answer.json().at("/payment/receipt").asString()).startsWith("R-");
	}

	@Test
	void articleLiesInOneWarehouse() {
		String first = this.shop.get("/checkout/sku-7").json().at("/reservation/warehouse").asString();
		assertThat(first).isIn("berlin", "lyon", "porto");
		assertThat(this.shop.get("/checkout/sku-7").json().at("/reservation/warehouse").asString()).isEqualTo(first);
	}

	@Test
	void articlesLieInAllWarehouses() {
		Set<String> warehouses = new TreeSet<>();
		for (int article = 0; article < 30; article++) {
			warehouses.add(this.shop.get("/checkout/sku-" + article).json().at("/reservation/warehouse").asString());
		}
		assertThat(warehouses).containsExactly("berlin", "lyon", "porto");
	}

	@Test
	void orderIsAcceptedAndPaidLaterWhenPaymentsFail() {
		this.shop.behave("payments", "error");
		Answer answer = this.shop.get("/checkout/sku-1");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.json().at("/payment/status").asString()).isEqualTo("LATER");
		assertThat(answer.json().at("/payment/note").asString()).startsWith("The payment service failed");
	}

	@Test
	void orderIsAcceptedAndPaidLaterWhileThePaymentsBreakerIsOpen() {
		this.shop.command("payments", "{\"state\": \"FORCED_OPEN\"}");
		long received = this.shop.received("payments");
		Answer answer = this.shop.get("/checkout/sku-1");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.json().at("/payment/status").asString()).isEqualTo("LATER");
		assertThat(answer.json().at("/payment/note").asString()).startsWith("The payment service was not asked")
			.contains("'payments' is FORCED_OPEN");
		assertThat(this.shop.received("payments")).isEqualTo(received);
	}

	@Test
	void nobodyIsChargedForWhatIsNotInStock() {
		this.shop.behave("inventory", "error");
		long charged = this.shop.received("payments");
		Answer answer = this.shop.get("/checkout/sku-1");
		assertThat(answer.status()).isEqualTo(502);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(this.shop.received("payments")).isEqualTo(charged);
	}

	@Test
	void warehousesFailEachForItself() {
		assertThat(this.shop.post("/faults/inventory?mode=error&warehouse=berlin").status()).isEqualTo(200);
		this.shop.get("/checkout/sku-1?warehouse=lyon");
		this.shop.callUntil("inventory:berlin", State.OPEN, "/checkout/sku-1?warehouse=berlin");

		Answer refused = this.shop.get("/checkout/sku-1?warehouse=berlin");
		assertThat(refused.status()).isEqualTo(503);
		assertThat(refused.json().get("circuitBreaker").asString()).isEqualTo("inventory:berlin");
		assertThat(this.shop.get("/checkout/sku-1?warehouse=lyon").status()).isEqualTo(200);
		assertThat(this.shop.state("inventory:lyon")).isEqualTo(State.CLOSED);
		assertThat(this.shop.breaker("inventory:lyon").get("failedCallsTotal").asLong()).isZero();
	}

	@Test
	void warehouseThatCameBackIsAskedByAGrowingShare() {
		order("berlin", 1);
		this.shop.command("inventory:berlin", "{\"state\": \"OPEN\"}");
		this.shop.command("inventory:berlin", "{\"state\": \"CLOSED\"}");
		long received = this.shop.received("inventory");
		assertThat(order("berlin", 9)).as("a tenth at first")
			.containsExactly(200, 503, 503, 503, 503, 503, 503, 503, 503);
		assertThat(this.shop.received("inventory")).isEqualTo(received + 1);
		assertThat(this.shop.breaker("inventory:berlin").get("admittedShare").asDouble()).isBetween(10.0, 11.0);
		assertThat(this.shop.breaker("inventory:berlin").get("explanation").asString())
			.contains("of calls during its recovery ramp");
		assertThat(order("lyon", 3)).containsExactly(200, 200, 200);

		this.clock.advance(Duration.ofHours(10));
		assertThat(order("berlin", 3)).containsExactly(200, 200, 200);
		assertThat(this.shop.breaker("inventory:berlin").get("admittedShare").asDouble()).isEqualTo(100);
	}

	private List<Integer> order(String warehouse, int times) {
		return IntStream.range(0, times)
			.mapToObj((order) -> this.shop.get("/checkout/sku-1?warehouse=" + warehouse).status())
			.toList();
	}

	@Test
	void requestForAnUnknownWarehouseMakesNoBreaker() {
		Answer answer = this.shop.get("/checkout/sku-1?warehouse=atlantis");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.json().get("detail").asString())
			.isEqualTo("There is no warehouse 'atlantis'. Warehouses: berlin, lyon, porto");
		assertThat(this.shop.get("/actuator/circuitbreakers/inventory:atlantis").status()).isEqualTo(404);
	}

}
