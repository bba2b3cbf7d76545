package dev.breaker.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.breaker.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * The shop as a fleet of three. Each test has a breaker of its own, since what one does
 * reaches all shops. No wait ends meanwhile.
 */
class FleetShopTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static FleetShop fleet;

	private static ShopClient first;

	private static ShopClient second;

	private static ShopClient third;

	@BeforeAll
	static void open() throws IOException {
		fleet = FleetShop.open(new int[] { 0, 0, 0 }, "--breaker.instances.payments.wait-duration-in-open-state=10m",
				"--breaker.instances.partner.wait-duration-in-open-state=10m",
				"--breaker.instances.partner.max-wait-duration-in-open-state=20m",
				"--logging.level.dev.breaker.CircuitBreaker=error");
		first = new ShopClient(fleet.environment(0));
		second = new ShopClient(fleet.environment(1));
		third = new ShopClient(fleet.environment(2));
		Stream.of(first, second, third)
			.forEach((shop) -> await().atMost(PATIENCE)
				.until(() -> shop.breaker("payments").at("/fleet/nodes").size() == 3));
	}

	@AfterAll
	static void close() throws IOException {
		if (fleet != null) {
			fleet.close();
		}
	}

	@Test
	void oneShopTripsAloneAndTheSecondOpensAll() {
		fail(first, "payments", "/checkout/sku-1");
		await().atMost(PATIENCE).until(() -> isAlone(first, "payments"));
		assertThat(second.state("payments")).isEqualTo(State.CLOSED);
		assertThat(third.state("payments")).isEqualTo(State.CLOSED);

		fail(second, "payments", "/checkout/sku-1");
		await().atMost(PATIENCE).until(() -> third.state("payments") == State.OPEN);
		JsonNode opened = third.breaker("payments");
		assertThat(opened.at("/lastChange/reason").asString()).isEqualTo("FLEET");
		assertThat(opened.at("/fleet/state").asString()).isEqualTo("OPEN");
		assertThat(opened.at("/fleet/voters").valueStream().map(JsonNode::asString)).containsExactlyInAnyOrder("shop-1",
				"shop-2");
		await().atMost(PATIENCE).until(() -> !isAlone(first, "payments"));
		long received = third.received("payments");
		assertThat(third.get("/checkout/sku-1").status()).isEqualTo(202);
		assertThat(third.received("payments")).as("asked, although the fleet is open").isEqualTo(received);
	}

	@Test
	void pageShowsOneAloneAndThenTheFleet() throws IOException {
		Optional<Path> program = Chromium.program();
		assumeThat(program).as("Chromium on the path").isPresent();
		try (Chromium browser = new Chromium(program.get())) {
			browser.screen(1280, 900, "light");
			browser.open(
					"http://127.0.0.1:" + fleet.environment(0).getProperty("local.server.port") + "/#/breaker/partner");
			browser.awaitThat(rows("[data-state=CLOSED]") + " === 3");

			fail(first, "partner", "/partner/sku-1");
			browser.awaitThat(rows(".alone[data-state=OPEN]") + " === 1 && " + rows("[data-state=CLOSED]") + " === 2");
			assertThat(browser.text(".view-head .badge")).isEqualTo("local-only");
			assertThat(browser.text(".fleet .alone th")).isEqualTo("shop-1");

			fail(second, "partner", "/partner/sku-1");
			browser.awaitThat(rows("[data-state=OPEN]:not(.alone)") + " === 3");
			browser.awaitThat("!document.querySelector('.view-head .badge')");
			assertThat(browser.text(".fleet-sentence")).startsWith("Open on 3 of 3 instances since ");
			assertThat(browser.text(".fleet .facts")).contains("shop-1", "shop-2");
			assertThat(third.state("partner")).isEqualTo(State.OPEN);

			List.of(first, second).forEach((shop) -> shop.behave("partner", "ok"));
			command(browser, "CLOSED", "fleet");
			browser.awaitThat(rows("[data-state=CLOSED]") + " === 3");
			assertThat(third.state("partner")).isEqualTo(State.CLOSED);

			command(browser, "FORCED_OPEN", "node");
			browser.awaitThat(rows("[data-state=FORCED_OPEN]") + " === 1");
			assertThat(first.state("partner")).isEqualTo(State.FORCED_OPEN);
			assertThat(second.state("partner")).isEqualTo(State.CLOSED);
			assertThat(browser.errors()).isEmpty();
		}
	}

	private static void fail(ShopClient shop, String breaker, String path) {
		shop.behave(breaker, "error");
		shop.callUntil(breaker, State.OPEN, path);
	}

	private static boolean isAlone(ShopClient shop, String breaker) {
		return shop.breaker(breaker).get("localOnly").asBoolean();
	}

	private static String rows(String kind) {
		return "document.querySelectorAll('.fleet tbody tr" + kind + "').length";
	}

	private static void command(Chromium browser, String command, String scope) {
		browser.evaluate("document.querySelector('.commands [data-command=" + command + "]').click()");
		browser.evaluate("document.querySelector('.scopes [value=" + scope + "]').click()");
		browser.evaluate("document.querySelector('.command-dialog .give').click()");
		browser.awaitThat("!document.querySelector('.command-dialog').open");
	}

}
