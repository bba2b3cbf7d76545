package dev.breaker.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import dev.breaker.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * The page in a real browser, where one is installed.
 */
@ShopTest
class PageTests {

	private static final Path SCREENSHOTS = Path.of("target", "page");

	private static Chromium browser;

	@Autowired
	ShopClient shop;

	@LocalServerPort
	int port;

	@BeforeAll
	static void start() throws IOException {
		Optional<Path> program = Chromium.program();
		assumeThat(program).as("Chromium on the path").isPresent();
		browser = new Chromium(program.get());
		Files.createDirectories(SCREENSHOTS);
	}

	@AfterAll
	static void stop() {
		if (browser != null) {
			browser.close();
		}
	}

	@BeforeEach
	void open() {
		this.shop.restore();
		open(1280, "light");
	}

	private void open(int width, String colorScheme) {
		browser.screen(width, 900, colorScheme);
		browser.open("http://127.0.0.1:" + this.port + "/");
		browser.awaitThat(card("partner") + " && " + card("payments"));
	}

	@AfterEach
	void scriptsComplainedAboutNothing() {
		assertThat(browser.errors()).allMatch((error) -> error.contains("status of 400"));
	}

	@Test
	void everyBreakerHasACardAndTheShopAnswers() {
		for (String breaker : new String[] { "payments", "partner", "inventory:berlin" }) {
			this.shop.get("/checkout/sku-1?warehouse=berlin");
			browser.awaitThat(card(breaker) + "?.dataset.state === 'CLOSED'");
		}
		assertThat(browser.evaluate("document.querySelector('#trouble').hidden").asBoolean()).isTrue();
		assertThat(browser.text("#outcomes")).contains("200 paid");
	}

	@Test
	void cardOfAnOpenBreakerSaysWhatFailed() {
		this.shop.behave("payments", "error");
		this.shop.callUntil("payments", State.OPEN, "/checkout/sku-1");
		this.shop.command("payments", "{\"state\": \"CLOSED\"}");
		this.shop.behave("partner", "error");
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		browser.awaitThat(card("partner") + ".dataset.state === 'OPEN'");
		assertThat(in("partner", ".why")).contains("ServiceUnavailable", "503", "out of order")
			.doesNotContain("org.springframework");
		assertThat(in("partner", ".last")).contains("consecutive failures");
		assertThat(in("payments", ".last")).contains("open → closed");
		assertThat(in("payments", ".why")).isEmpty();
	}

	@Test
	void faultsAndTrafficAreSwitchedByTheirButtons() {
		browser.evaluate("document.querySelector('.payments [data-mode=error]').click()");
		await().until(() -> mode("payments").equals("error"));
		browser.awaitThat("document.querySelector('.payments [data-mode=error][aria-pressed=true]')");
		browser.evaluate("document.querySelector('#rates [data-rate=\"20\"]').click()");
		browser.awaitThat(card("payments") + ".dataset.state === 'OPEN'");
		browser.awaitThat("document.querySelectorAll('#history rect').length > 0");
		browser.awaitThat("document.querySelectorAll('#events li[data-to=OPEN]').length > 0");
		browser.evaluate("document.querySelector('#rates [data-rate=\"0\"]').click()");
		await().atMost(Duration.ofSeconds(30))
			.until(() -> this.shop.get("/traffic").json().get("inFlight").asInt() == 0);
	}

	@Test
	void commandIsAskedForAgainWithHoldAndComment() {
		click("partner", "FORCED_OPEN");
		assertThat(browser.text("#confirm")).contains("Force open partner?", "Hold", "Comment");
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
		fill("hold", "10m");
		fill("comment", "partner asked for a break");
		browser.evaluate("document.querySelector('#confirm .do').click()");
		browser.awaitThat("!document.querySelector('#confirm').open");
		assertThat(this.shop.state("partner")).isEqualTo(State.FORCED_OPEN);
		assertThat(Duration.parse(this.shop.breaker("partner").get("retryAfter").asString()))
			.isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
		browser.awaitThat(card("partner") + ".dataset.state === 'FORCED_OPEN'");

		click("partner", "CLOSED");
		assertThat(browser.text("#confirm")).contains("Close partner?").doesNotContain("Hold");
		browser.evaluate("document.querySelector('#confirm .do').click()");
		browser.awaitThat(card("partner") + ".dataset.state === 'CLOSED'");
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
	}

	@Test
	void commandThatIsCancelledIsNotGiven() {
		click("partner", "FORCED_OPEN");
		browser.evaluate("document.querySelector('#confirm .cancel').click()");
		assertThat(browser.evaluate("document.querySelector('#confirm').open").asBoolean()).isFalse();
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
	}

	@Test
	void commandThatIsRefusedSaysWhyAndCanBeCorrected() {
		click("partner", "FORCED_OPEN");
		fill("hold", "soon");
		browser.evaluate("document.querySelector('#confirm .do').click()");
		browser.awaitThat("!document.querySelector('#confirm .problem').hidden");
		assertThat(browser.text("#confirm .problem")).contains("soon");
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
		fill("hold", "1h");
		browser.evaluate("document.querySelector('#confirm .do').click()");
		browser.awaitThat(card("partner") + ".dataset.state === 'FORCED_OPEN'");
	}

	@Test
	void whatFingersTouchOnAPhoneHas44Pixels() {
		open(390, "light");
		click("partner", "FORCED_OPEN");
		JsonNode small = browser.evaluate("""
				[...document.querySelectorAll('button, select, input, a')]
					.filter((it) => it.checkVisibility())
					.map((it) => ({ text: it.outerHTML, box: it.getBoundingClientRect() }))
					.filter(({ box }) => box.width < 44 || box.height < 44)
					.map(({ text, box }) => `${box.width} x ${box.height}: ${text}`)
				""");
		assertThat(small.valueStream()).isEmpty();
		assertThat(browser.evaluate("document.querySelectorAll('#confirm button').length").asInt()).isEqualTo(2);
		assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(390);
	}

	@ParameterizedTest
	@CsvSource({ "1280, light", "1280, dark", "390, light", "390, dark" })
	void pageIsPainted(int width, String colorScheme) throws IOException {
		this.shop.behave("partner", "error");
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		open(width, colorScheme);
		browser.awaitThat(card("partner") + ".dataset.state === 'OPEN'");
		browser.screenshot(SCREENSHOTS.resolve(width + "-" + colorScheme + ".png"));
		click("partner", "FORCED_OPEN");
		browser.screenshot(SCREENSHOTS.resolve(width + "-" + colorScheme + "-confirm.png"));
		assertThat(SCREENSHOTS.resolve(width + "-" + colorScheme + ".png")).isNotEmptyFile();
	}

	private String mode(String service) {
		return this.shop.get("/faults").json().get(service).get("mode").asString();
	}

	private static String card(String breaker) {
		return "[...document.querySelectorAll('.breaker')].find((it) => it.querySelector('h3').textContent === '%s')"
			.formatted(breaker);
	}

	private static String in(String breaker, String selector) {
		return browser.evaluate(card(breaker) + ".querySelector('" + selector + "').innerText").asString();
	}

	private static void click(String breaker, String command) {
		browser.evaluate(card(breaker) + ".querySelector('[data-command=" + command + "]').click()");
	}

	private static void fill(String field, String value) {
		browser.evaluate("document.querySelector('#confirm [name=%s]').value = '%s'".formatted(field, value));
	}

}
