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

	private static final Duration MORE_THAN_THE_WAIT = Duration.ofMinutes(15);

	private static final String BACKLOG = "document.querySelector('.payments [data-signal=backlog]')";

	private static Chromium browser;

	@Autowired
	ShopClient shop;

	@Autowired
	TestClock clock;

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
		browser.awaitThat(tile("partner") + " && " + tile("payments"));
		browser.awaitThat("document.querySelector('.payments [data-mode]')");
	}

	@AfterEach
	void scriptsComplainedAboutNothing() {
		assertThat(browser.errors()).allMatch((error) -> error.contains("status of 400"));
	}

	@Test
	void everyBreakerHasATileAndTheShopAnswers() {
		for (String breaker : new String[] { "payments", "partner", "inventory:berlin" }) {
			this.shop.get("/checkout/sku-1?warehouse=berlin");
			browser.awaitThat(tile(breaker) + "?.dataset.state === 'CLOSED'");
		}
		assertThat(browser.evaluate("document.querySelector('#trouble').hidden").asBoolean()).isTrue();
		assertThat(browser.text("#outcomes")).contains("200 paid");
		assertThat(browser.text("#summary")).contains("0 of ", " open");
	}

	@Test
	void tileOfAnOpenBreakerSaysWhatFailed() {
		this.shop.behave("partner", "error");
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		browser.awaitThat(tile("partner") + ".dataset.state === 'OPEN'");
		browser.awaitThat("!" + tile("partner") + ".querySelector('.cause').hidden");
		assertThat(in("partner", ".why")).contains("calls in a row failed", "ServiceUnavailable")
			.doesNotContain("org.springframework");
		assertThat(in("partner", ".cause")).contains("ServiceUnavailable", "503", "out of order");
		assertThat(in("partner", ".wait")).contains("Next probe in");
		assertThat(browser.evaluate("document.title").asString()).startsWith("1 of ");
	}

	@Test
	void faultsAndTrafficAreSwitchedByTheirButtons() {
		browser.evaluate("document.querySelector('.payments [data-mode=error]').click()");
		await().until(() -> mode("payments").equals("error"));
		browser.awaitThat("document.querySelector('.payments [data-mode=error][aria-pressed=true]')");
		browser.evaluate("document.querySelector('#rates [data-rate=\"20\"]').click()");
		browser.awaitThat(tile("payments") + ".dataset.state === 'OPEN'");
		browser.evaluate("document.querySelector('#rates [data-rate=\"0\"]').click()");
		await().atMost(Duration.ofSeconds(30))
			.until(() -> this.shop.get("/traffic").json().get("inFlight").asInt() == 0);
	}

	@Test
	void fourStepsLeadFromBrokenToMended() {
		step("customers");
		browser.awaitThat("document.querySelector('#steps li:nth-child(1).done')");
		step("break");
		browser.awaitThat(tile("payments") + ".dataset.state === 'OPEN'");
		browser.awaitThat("document.querySelector('#steps li:nth-child(4).now')");
		step("mend");
		await().until(() -> mode("payments").equals("ok"));
		this.clock.advance(MORE_THAN_THE_WAIT);
		browser.awaitThat(tile("payments") + ".dataset.state === 'CLOSED'");
		browser.awaitThat("document.querySelectorAll('#steps li.done').length === 4");
	}

	@Test
	void backlogOpensPaymentsByAButtonAndIsTakenBack() {
		browser.evaluate(BACKLOG + ".click()");
		browser.awaitThat(tile("payments") + ".dataset.state === 'OPEN'");
		browser.awaitThat(BACKLOG + ".matches('[aria-pressed=true]')");
		browser.awaitThat(tile("payments") + ".querySelector('.signals')");
		assertThat(in("payments", ".signals")).contains("Signal of backlog, ", " left: 12000 payments wait");
		assertThat(in("payments", ".wait")).contains("Next dark probe in");

		browser.evaluate(BACKLOG + ".click()");
		browser.awaitThat(BACKLOG + ".matches('[aria-pressed=false]')");
		browser.awaitThat(tile("payments") + ".querySelector('.recovery').hidden");
		assertThat(this.shop.breaker("payments").get("signals")).isEmpty();
		this.clock.advance(MORE_THAN_THE_WAIT);
		browser.awaitThat(tile("payments") + ".dataset.state === 'CLOSED'");
	}

	@Test
	void warehouseThatCameBackShowsItsShare() {
		this.shop.get("/checkout/sku-1?warehouse=berlin");
		browser.awaitThat(tile("inventory:berlin") + "?.dataset.state === 'CLOSED'");
		this.shop.command("inventory:berlin", "{\"state\": \"OPEN\"}");
		this.shop.command("inventory:berlin", "{\"state\": \"CLOSED\"}");
		browser.awaitThat(tile("inventory:berlin") + ".querySelector('.admitted')");
		assertThat(in("inventory:berlin", ".state .word")).startsWith("Closed, admits 10");
		assertThat(in("inventory:berlin", ".admitted .gauge-value")).startsWith("10").endsWith(" % of calls");
		assertThat(in("inventory:berlin", ".others")).isEqualTo("Refused callers get an error: no fallback is known");
		this.clock.advance(Duration.ofHours(10));
		browser.awaitThat(tile("inventory:berlin") + ".querySelector('.recovery').hidden");
		assertThat(in("inventory:berlin", ".state .word")).isEqualTo("Closed");
	}

	@Test
	void commandIsAskedForAgainWithHoldAndReason() {
		command("partner", "FORCED_OPEN");
		assertThat(browser.text(".command-dialog")).contains("Command partner", "Hold", "Reason", "What users will see",
				"Every call is refused");
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
		fill("hold", "10m");
		fill("reason", "partner asked for a break");
		give();
		browser.awaitThat("!document.querySelector('.command-dialog').open");
		assertThat(this.shop.state("partner")).isEqualTo(State.FORCED_OPEN);
		assertThat(Duration.parse(this.shop.breaker("partner").get("retryAfter").asString()))
			.isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
		browser.awaitThat(tile("partner") + ".dataset.state === 'FORCED_OPEN'");
		browser.awaitThat(tile("partner") + ".textContent.includes('partner asked for a break')");

		command("partner", "CLOSED");
		give();
		browser.awaitThat(tile("partner") + ".dataset.state === 'CLOSED'");
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
	}

	@Test
	void commandThatIsCancelledIsNotGiven() {
		command("partner", "FORCED_OPEN");
		browser.evaluate("document.querySelector('.command-dialog .cancel').click()");
		assertThat(browser.evaluate("document.querySelector('.command-dialog').open").asBoolean()).isFalse();
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
	}

	@Test
	void commandThatIsRefusedSaysWhyAndCanBeCorrected() {
		command("partner", "FORCED_OPEN");
		fill("hold", "soon");
		give();
		browser.awaitThat("!document.querySelector('.command-dialog .problem').hidden");
		assertThat(browser.text(".command-dialog .problem")).contains("soon");
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
		fill("hold", "1h");
		give();
		browser.awaitThat(tile("partner") + ".dataset.state === 'FORCED_OPEN'");
	}

	@Test
	void whatFingersTouchOnAPhoneHas44Pixels() {
		open(390, "light");
		command("partner", "FORCED_OPEN");
		JsonNode small = browser.evaluate("""
				[...document.querySelectorAll('button, select, input, a, summary')]
					.filter((it) => it.checkVisibility())
					.map((it) => ({ text: it.outerHTML, box: (it.closest('label') ?? it).getBoundingClientRect() }))
					.filter(({ box }) => box.width < 44 || box.height < 44)
					.map(({ text, box }) => `${box.width} x ${box.height}: ${text}`)
				""");
		assertThat(small.valueStream()).isEmpty();
		assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(390);
	}

	@ParameterizedTest
	@CsvSource({ "1280, light", "1280, dark", "390, light", "390, dark" })
	void pageIsPainted(int width, String colorScheme) throws IOException {
		this.shop.behave("partner", "error");
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		open(width, colorScheme);
		browser.awaitThat(tile("partner") + ".dataset.state === 'OPEN'");
		browser.screenshot(SCREENSHOTS.resolve(width + "-" + colorScheme + ".png"));
		assertThat(SCREENSHOTS.resolve(width + "-" + colorScheme + ".png")).isNotEmptyFile();
	}

	private String mode(String service) {
		return this.shop.get("/faults").json().get(service).get("mode").asString();
	}

	private static void step(String step) {
		browser.evaluate("document.querySelector('#steps [data-step=%s]').click()".formatted(step));
	}

	private static String tile(String breaker) {
		return "document.querySelector('.tile:has([href=\"#/breaker/%s\"])')".formatted(breaker.replace(":", "%3A"));
	}

	/** What is painted or not, for tiles that are out of sight are not laid out. */
	private static String in(String breaker, String selector) {
		return browser.evaluate(tile(breaker) + ".querySelector('" + selector + "').textContent").asString();
	}

	private static void command(String breaker, String command) {
		browser.evaluate(tile(breaker) + ".querySelector('.command').click()");
		browser.evaluate("document.querySelector('.command-dialog [value=%s]').click()".formatted(command));
	}

	private static void fill(String field, String value) {
		browser.evaluate("document.querySelector('.command-dialog [name=%s]').value = '%s'".formatted(field, value));
	}

	private static void give() {
		browser.evaluate("document.querySelector('.command-dialog .give').click()");
	}

}
