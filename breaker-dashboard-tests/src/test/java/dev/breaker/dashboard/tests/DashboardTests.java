package dev.breaker.dashboard.tests;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The dashboard of the sample in a real browser, while the faults of its services are
 * switched.
 */
class DashboardTests {

	private static final Path PICTURES = Path.of(System.getProperty("pictures", "target"));

	private static final String REFUSED = "breaker_calls_not_permitted_total{name=\"payments\"}";

	private static final String FAILED = "breaker_calls_seconds_count{name=\"payments\",outcome=\"failure\"}";

	private static Chromium chromium;

	private static Shop shop;

	private Tab tab;

	@BeforeAll
	static void start() throws IOException {
		chromium = Chromium.start();
		shop = Shop.open();
	}

	@AfterAll
	static void stop() {
		if (shop != null) {
			shop.close();
		}
		if (chromium != null) {
			chromium.close();
		}
	}

	@BeforeEach
	void open() {
		shop.restore();
		shop.order(1);
		this.tab = open(shop.dashboard());
		this.tab.awaitState("payments", "CLOSED");
	}

	private Tab open(String url) {
		return chromium.open(url, 1280, 900, ColorScheme.LIGHT);
	}

	@AfterEach
	void nothingWasWrong() {
		this.tab.assertNothingWrong();
		this.tab.close();
	}

	@Test
	void statesChangeLiveWhileFaultsAreSwitched() {
		this.tab.page().evaluate("() => { window.sameDocument = true; }");
		shop.customers(20);
		shop.behave("payments", "error");
		this.tab.awaitState("payments", "OPEN");
		this.tab.awaitTitle("^1 of \\d+ open – .*");
		assertThat(this.tab.tile("payments").locator(".why")).containsText("ServiceUnavailable");
		assertThat(this.tab.tile("payments").locator(".users")).containsText("payLater");
		assertThat(this.tab.tile("payments").locator(".wait")).containsText("dark probe");
		shop.behave("payments", "ok");
		// By a dark probe
		this.tab.awaitState("payments", "CLOSED");
		this.tab.awaitTitle("^0 of \\d+ open – .*");
		shop.customers(0);
		shop.command("partner", "{\"state\": \"HALF_OPEN\"}");
		this.tab.awaitState("partner", "HALF_OPEN");
		assertThat(this.tab.tile("partner").locator(".wait")).containsText("0 of 3 probes done");
		assertThat(this.tab.page().evaluate("() => window.sameDocument")).isEqualTo(true);
	}

	@Test
	void breakerWaitsHalfOpenForCallsOfUsers() {
		shop.behave("partner", "error");
		shop.offer(3);
		this.tab.awaitState("partner", "OPEN");
		this.tab.awaitState("partner", "HALF_OPEN");
		shop.behave("partner", "ok");
		shop.offer(3);
		this.tab.awaitState("partner", "CLOSED");
	}

	@Test
	void commandByMouseTakesEffect() {
		this.tab.tile("partner").locator(".command").click();
		Locator dialog = this.tab.find(".command-dialog");
		dialog.locator(".choice", new Locator.LocatorOptions().setHasText("Force open")).click();
		assertThat(dialog.locator(".users-see")).containsText("Every call is refused, and callers get an error");
		dialog.locator("[name=hold]").fill("10m");
		dialog.locator("[name=reason]").fill("partner asked for a break");
		assertThat(shop.breaker("partner").get("state").asString()).isEqualTo("CLOSED");
		dialog.locator(".give").click();
		this.tab.awaitState("partner", "FORCED_OPEN");
		assertThat(shop.breaker("partner").get("state").asString()).isEqualTo("FORCED_OPEN");
		assertThat(this.tab.tile("partner")).containsText("partner asked for a break");
	}

	@Test
	void commandByKeyboardTakesEffect() {
		this.tab.tile("partner").locator(".command").focus();
		this.tab.page().keyboard().press("Enter");
		assertThat(this.tab.find(".command-dialog [value=FORCED_OPEN]")).isFocused();
		this.tab.page().keyboard().press("Tab");
		assertThat(this.tab.find(".command-dialog [name=hold]")).isFocused();
		this.tab.page().keyboard().press("ControlOrMeta+A");
		this.tab.page().keyboard().type("5m");
		this.tab.page().keyboard().press("Enter");
		this.tab.awaitState("partner", "FORCED_OPEN");
		assertThat(this.tab.tile("partner").locator(".command")).isFocused();

		this.tab.page().keyboard().press("Enter");
		assertThat(this.tab.find(".command-dialog [value=CLOSED]")).isFocused();
		this.tab.page().keyboard().press("Enter");
		this.tab.awaitState("partner", "CLOSED");
		assertThat(shop.breaker("partner").get("state").asString()).isEqualTo("CLOSED");
	}

	@Test
	void everyPlaceIsReachedByKeyboard() {
		this.tab.page().keyboard().press("Tab");
		assertThat(this.tab.find(".skip")).isFocused();
		this.tab.page().keyboard().press("Enter");
		assertThat(this.tab.find("main")).isFocused();
		this.tab.page().keyboard().press("/");
		assertThat(this.tab.find("[type=search]")).isFocused();
		this.tab.page().keyboard().type("partner");
		assertThat(this.tab.find(".tile")).hasCount(1);
		this.tab.page().keyboard().press("Escape");
		assertThat(this.tab.tile("payments")).isVisible();
		this.tab.tile("payments").locator("a").focus();
		this.tab.page().keyboard().press("Enter");
		assertThat(this.tab.find(".view h2")).isFocused();
	}

	@Test
	void breakersOwnViewIsOpenedByItsLink() {
		shop.behave("payments", "error");
		shop.order(8);
		try (Tab view = open(shop.dashboard() + "#/breaker/payments")) {
			assertThat(view.find(".view h2")).hasText("payments");
			assertThat(view.find(".sentence")).hasText(Pattern.compile("^(Open|Half-open).*"));
			assertThat(
					view.find(".config tr").filter(new Locator.FilterOptions().setHasText("minimum-number-of-calls")))
				.containsText("application.yml");
			assertThat(view.find("ul.methods li").first()).containsText("payLater");
			assertThat(view.find(".counts li").first()).containsText("ServiceUnavailable");
			assertThat(view.find(".happened [data-to=OPEN]").first()).containsText("failure rate");
			view.page().waitForFunction("() => globalThis.Chart && Object.keys(Chart.instances).length === 2");
			view.assertNothingWrong();
		}
	}

	@Test
	void listOfEventsKeepsItsFocusPlaceAndSelectionWhileMoreHappens() {
		for (int i = 0; i < 20; i++) {
			shop.command("partner", "{\"state\": \"FORCED_OPEN\"}");
			shop.command("partner", "{\"state\": \"CLOSED\"}");
		}
		this.tab.tile("partner").locator("a").click();
		Locator events = this.tab.find(".happened");
		assertThat(events.locator("li").nth(39)).isAttached();
		events.evaluate("(list) => { list.focus(); list.scrollTop = 100;"
				+ " getSelection().selectAllChildren(list.children[9]); }");
		shop.command("partner", "{\"state\": \"FORCED_OPEN\", \"reason\": \"one more\"}");
		assertThat(events.locator("li").first()).containsText("one more");
		assertThat(events).isFocused();
		assertThat((Integer) events.evaluate("(list) => Math.round(list.scrollTop)")).isGreaterThanOrEqualTo(100);
		assertThat((String) events.evaluate("() => getSelection().toString()")).contains("forced open");
	}

	@Test
	void pageAsksWhereItIsNotTold() {
		try (Tab asking = open(shop.dashboard())) {
			asking.page().route("**/breakerdashboard/stream", Route::abort);
			asking.page().reload();
			assertThat(asking.find(".connected")).hasAttribute("data-how", "polling");
			shop.command("partner", "{\"state\": \"FORCED_OPEN\", \"hold\": \"1h\"}");
			asking.awaitState("partner", "FORCED_OPEN");
			assertThat(asking.find(".lost")).isHidden();
			asking.assertNothingWrongButTheConnection();
		}
	}

	@Test
	void pageSaysThatTheLoginIsOver() {
		try (Tab asking = open(shop.dashboard())) {
			asking.awaitState("payments", "CLOSED");
			asking.page().route("**/breakerdashboard/stream", Route::abort);
			asking.page()
				.route("**/breakerdashboard/live", (route) -> route.fulfill(new Route.FulfillOptions().setStatus(401)));
			asking.page().reload();
			assertThat(asking.find(".lost")).containsText("Not signed in (401): open this page anew. Trying again.");
			assertThat(asking.find(".connected")).hasText("No figures");
			asking.awaitTitle("^No figures – .*");
			asking.page().unroute("**/breakerdashboard/live");
			asking.page()
				.route("**/breakerdashboard/live",
						(route) -> route.fulfill(new Route.FulfillOptions().setContentType("text/html")
							.setBody("<title>Please sign in</title>")));
			assertThat(asking.find(".lost")).containsText("What answers is not this page's application");
		}
	}

	@Test
	void hiddenTabHoldsNoConnectionAndIsLiveAgainWhenItIsSeen() {
		this.tab.page()
			.evaluate("() => { window.ended = 0; const close = EventSource.prototype.close;"
					+ " EventSource.prototype.close = function () { window.ended++; close.call(this); }; }");
		assertThat(this.tab.find(".connected")).hasAttribute("data-how", "live");
		hide(true);
		assertThat(this.tab.page().evaluate("() => window.ended")).isEqualTo(1);
		assertThat(this.tab.find(".connected")).hasAttribute("data-how", "polling");
		shop.command("partner", "{\"state\": \"FORCED_OPEN\", \"hold\": \"1h\"}");
		this.tab.awaitTitle("^1 of \\d+ open – .*");
		hide(false);
		assertThat(this.tab.find(".connected")).hasAttribute("data-how", "live");
	}

	private void hide(boolean hidden) {
		this.tab.page()
			.evaluate(
					"(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden,"
							+ " configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }",
					hidden);
	}

	@Test
	void figuresTurnGreyWhenTheApplicationIsGone() throws IOException {
		try (Shop gone = Shop.open(); Tab left = open(gone.dashboard())) {
			left.awaitState("payments", "CLOSED");
			gone.close();
			assertThat(left.find(".lost")).containsText("These figures are ");
			assertThat(left.find("html")).hasClass(Pattern.compile(".*\\bold-figures\\b.*"));
			assertThat(left.find(".connected")).hasText("No connection");
			left.awaitTitle("^No connection – .*");
			left.assertNothingWrongButTheConnection();
		}
	}

	@Test
	void figuresEqualTheEndpointsAndPrometheus() {
		double refusedBefore = shop.meter(REFUSED);
		double failedBefore = shop.meter(FAILED);
		shop.behave("payments", "error");
		shop.order(9);
		shop.command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"1h\"}");
		shop.order(2);
		JsonNode breaker = shop.breaker("payments");
		long refused = breaker.get("notPermittedCallsTotal").asLong();
		long failed = breaker.get("failedCallsTotal").asLong();
		assertThat(refused).isGreaterThanOrEqualTo(2);
		assertThat(shop.meter(REFUSED) - refusedBefore).isEqualTo(refused);
		assertThat(shop.meter(FAILED) - failedBefore).isEqualTo(failed);
		assertThat(shop.meter("breaker_state{name=\"payments\",state=\"forced_open\"}")).isEqualTo(1);
		this.tab.awaitState("payments", "FORCED_OPEN");
		assertThat(this.tab.tile("payments").locator(".refusals"))
			.hasText(Pattern.compile("^" + refused + " refused.*"));
		this.tab.tile("payments").locator("a").click();
		assertThat(fact("Refused")).hasText(Long.toString(refused));
		assertThat(fact("Failed")).hasText(Long.toString(failed));
		assertThat(fact("Succeeded")).hasText(breaker.get("successfulCallsTotal").asString());
		assertThat(fact("Slow")).hasText(breaker.get("slowCallsTotal").asString());
		assertThat(fact("Ignored")).hasText(breaker.get("ignoredCallsTotal").asString());
		assertThat(fact("Calls in the window")).hasText(breaker.get("bufferedCalls").asString());
	}

	@Test
	void ratesEqualTheEndpointsAndPrometheus() {
		shop.order(2);
		shop.behave("payments", "error");
		shop.order(1);
		JsonNode breaker = shop.breaker("payments");
		double rate = breaker.get("failureRate").asDouble();
		double threshold = breaker.get("failureRateThreshold").asDouble();
		assertThat(breaker.get("state").asString()).isEqualTo("CLOSED");
		assertThat(rate).isEqualTo(25);
		assertThat(shop.meter("breaker_failure_rate{name=\"payments\"}")).isEqualTo(rate);
		assertThat(shop.meter("breaker_failure_rate_threshold{name=\"payments\"}")).isEqualTo(threshold);
		assertThat(shop.meter("breaker_calls_until_evaluated{name=\"payments\"}"))
			.isEqualTo(breaker.get("callsUntilEvaluated").asDouble());
		Pattern shown = Pattern.compile("^" + percent(rate) + " of " + percent(threshold) + "$");
		Locator tile = this.tab.tile("payments");
		assertThat(tile.locator(".failures .gauge-value")).hasText(shown);
		assertThat(tile.locator(".failures [role=meter]")).hasAttribute("aria-valuenow", "25");
		assertThat(tile.locator(".unjudged"))
			.hasText(Pattern.compile("^judged after " + breaker.get("callsUntilEvaluated").asInt() + " more calls?$"));
		tile.locator("a").click();
		assertThat(this.tab.find(".view .failures .gauge-value")).hasText(shown);
		assertThat(fact("Judged after"))
			.hasText(Pattern.compile("^" + breaker.get("callsUntilEvaluated").asInt() + " more$"));
	}

	/** Cut to tenths, as the page does. */
	private static String percent(double rate) {
		return BigDecimal.valueOf(rate)
			.setScale(1, RoundingMode.DOWN)
			.stripTrailingZeros()
			.toPlainString()
			.replace(".", "\\.") + "\\s%";
	}

	private Locator fact(String name) {
		return this.tab.find(".facts div")
			.filter(new Locator.FilterOptions().setHas(this.tab.find("dt:text-is(\"" + name + "\")")))
			.locator("dd");
	}

	@ParameterizedTest
	@EnumSource(value = ColorScheme.class, names = { "LIGHT", "DARK" })
	void axeFindsNothingSerious(ColorScheme colours) {
		trouble();
		for (String place : List.of("", "#/breaker/payments")) {
			try (Tab looked = chromium.open(shop.dashboard() + place, 1280, 900, colours)) {
				assertThat(looked.find("#summary strong")).containsText(" of ");
				if (!place.isEmpty()) {
					assertThat(looked.find(".sentence")).isVisible();
				}
				looked.assertAccessible();
				if (place.isEmpty()) {
					looked.tile("partner").locator(".command").click();
					looked.assertAccessible();
				}
				looked.assertNothingWrong();
			}
		}
		try (Tab sample = chromium.open(shop.page(), 1280, 900, colours)) {
			sample.awaitState("payments", "OPEN");
			sample.assertAccessible();
			sample.assertNothingWrong();
		}
	}

	@Test
	void picturesOfReadmeAreTaken() {
		shop.customers(20);
		await().atMost(Duration.ofSeconds(60))
			.until(() -> shop.breaker("payments").get("successfulCallsTotal").asLong() > 400);
		shop.command("partner",
				"{\"state\": \"FORCED_OPEN\", \"hold\": \"1h\", \"reason\": \"partner asked for a break\"}");
		shop.behave("payments", "error");
		try (Tab overview = chromium.open(shop.page(), 1440, 1000, ColorScheme.LIGHT)) {
			overview.awaitState("payments", "OPEN");
			assertThat(overview.tile("payments").locator(".why")).containsText("failed");
			overview.awaitBreakers(4);
			overview.picture(PICTURES.resolve("dashboard.png"));
		}
		try (Tab view = chromium.open(shop.dashboard() + "#/breaker/payments", 1440, 1000, ColorScheme.DARK)) {
			view.page().waitForFunction("() => globalThis.Chart && Object.keys(Chart.instances).length === 2");
			assertThat(view.find(".counts li").first()).isVisible();
			assertThat(view.find(".view[data-state=OPEN]")).isVisible();
			view.picture(PICTURES.resolve("dashboard-breaker.png"));
		}
		try (Tab phone = chromium.open(shop.dashboard(), 390, 844, ColorScheme.DARK)) {
			phone.awaitState("payments", "OPEN");
			phone.awaitBreakers(4);
			assertThat(phone.page().evaluate("() => document.documentElement.scrollWidth")).isEqualTo(390);
			phone.picture(PICTURES.resolve("dashboard-phone.png"));
		}
	}

	/** One that is open for an hour, one that is held, and one warehouse that fails. */
	private static void trouble() {
		shop.behave("payments", "error");
		shop.order(8);
		shop.command("payments", "{\"state\": \"OPEN\", \"hold\": \"1h\"}");
		shop.command("partner",
				"{\"state\": \"FORCED_OPEN\", \"hold\": \"1h\", \"reason\": \"partner asked for a break\"}");
	}

}
