package dev.breaker.dashboard.tests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.ProbeSource;
import dev.breaker.State;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Breakers that recover or are signalled, each in its own way and for hours: one on its
 * ramp, one with a signal, one whose calls hang, one that a dark probe will close, and
 * one with nothing of it.
 */
class RecoveryTests {

	private static final Duration LONG = Duration.ofHours(10);

	private static final String OWN_VIEW = "**/breakerdashboard/breaker?**";

	/** Of all breakers: the stream, and what is asked for where it does not come. */
	private static final List<String> FIGURES = List.of("**/breakerdashboard/stream", "**/breakerdashboard/live");

	private static DashboardApplication application;

	private static CircuitBreakerRegistry registry;

	private Permit hanging;

	private Tab tab;

	@BeforeAll
	static void start() {
		application = DashboardApplication.start(Application.class, "circuitbreakers",
				"management.endpoint.circuitbreakers.access=unrestricted");
		registry = application.registry();
	}

	@AfterAll
	static void stop() {
		if (application != null) {
			application.close();
		}
	}

	@BeforeEach
	void open() {
		CircuitBreaker stock = registry.get("stock", config().recoveryRampDuration(LONG).build());
		stock.forceOpen();
		stock.close();
		registry.get("orders", config().build()).signal("backlog", "12,000 messages wait", LONG);
		this.hanging = registry.get("offers", config().slowCallDurationThreshold(LONG).countHungCalls(true).build())
			.acquire();
		registry.get("bank", config().halfOpenProbes(ProbeSource.DARK).build()).open();
		registry.get("quiet", config().build());
		CircuitBreakerGroup stores = registry.group("stores", config().build(), 10);
		stores.get("lyon");
		stores.signal("lorries", null, LONG);
		this.tab = application.open();
		this.tab.awaitState("quiet", "CLOSED");
	}

	private static CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder().waitDurationInOpenState(LONG);
	}

	@AfterEach
	void forget() {
		this.hanging.release();
		application.removeAllBreakers();
		this.tab.assertNothingWrong();
		this.tab.close();
	}

	@Test
	void rampIsAWordAShapeAndABar() {
		Locator tile = this.tab.tile("stock");
		for (Locator place : List.of(tile, this.tab.find(".view"))) {
			assertThat(place.locator(".state .word")).hasText(Pattern.compile("^Closed, admits 10(\\.\\d)?\\s%$"));
			assertThat(place.locator(".state use")).hasAttribute("href", "#shape-SHARE");
			assertThat(place.locator(".admitted .gauge-value")).hasText(Pattern.compile("^10(\\.\\d)?\\s% of calls$"));
			assertThat(place.locator(".admitted [role=meter]")).hasAttribute("aria-valuenow",
					Pattern.compile("^10(\\.\\d+)?$"));
			assertThat(place.locator(".others")).hasText("Refused callers get an error: no fallback is known");
			if (place == tile) {
				assertThat(tile.locator(".why")).containsText("during its recovery ramp");
				tile.locator("a").click();
			}
		}
	}

	@Test
	void tileOfARampComesBeforeThoseThatAdmitAll() {
		List<String> names = this.tab.find(".tile h3 a").allTextContents();
		assertThat(names.indexOf("stock")).isPositive().isLessThan(names.indexOf("quiet"));
	}

	@Test
	void signalIsShownWithItsSourceReasonAndTime() {
		Pattern text = Pattern.compile("Signal of backlog, (10 h|9 h 59 min) left: 12,000 messages wait");
		Locator tile = this.tab.tile("orders");
		assertThat(tile.locator(".signals li").first()).containsText(text);
		assertThat(tile.locator(".signals use").first()).hasAttribute("href", "#shape-SIGNAL");
		assertThat(tile.locator(".why")).isHidden();
		assertThat(tile.locator(".signals button")).hasCount(0);
		tile.locator("a").click();
		assertThat(this.tab.find(".view .signals li").first()).containsText(text);
	}

	@Test
	void signalIsClearedAfterTheQuestionWhatUsersWillSee() {
		this.tab.tile("orders").locator("a").click();
		this.tab.find(".view .signals button[aria-label='Clear the signal of backlog']").click();
		Locator dialog = this.tab.find(".command-dialog");
		assertThat(dialog.locator("[name=command]:checked")).hasValue("clearSignal");
		assertThat(dialog.locator("[name=source]")).hasValue("backlog");
		assertThat(dialog.locator(".users-see")).containsText("the usual wait and then probes follow");
		assertThat(registry.get("orders").snapshot().signals()).hasSize(1);
		dialog.locator("[name=reason]").fill("the queue is empty");
		dialog.locator(".give").click();
		assertThat(this.tab.find(".view .recovery")).isHidden();
		assertThat(registry.get("orders").snapshot().signals()).isEmpty();
	}

	@Test
	void oneOfTwoSignalsIsChosenFromTheTile() {
		registry.get("orders").signal("drill", null, LONG);
		assertThat(this.tab.tile("orders").locator(".signals li:visible")).hasCount(2);
		this.tab.tile("orders").locator(".command").click();
		Locator dialog = this.tab.find(".command-dialog");
		dialog.locator(".choice", new Locator.LocatorOptions().setHasText("Clear signal")).click();
		dialog.locator("[name=source]").selectOption("drill");
		dialog.locator(".give").click();
		assertThat(this.tab.tile("orders").locator(".signals li:visible")).hasCount(1);
		assertThat(registry.get("orders").snapshot().signals()).extracting((signal) -> signal.source())
			.containsExactly("backlog");
	}

	@Test
	void signalOfAllKeysIsClearedAtTheirGroup() {
		Locator group = this.tab.find(".group");
		assertThat(group.locator(".signals").first()).containsText("Signal of lorries, ");
		assertThat(this.tab.tile("stores:lyon").locator(".signals")).containsText("Signal of lorries, ");
		group.locator("button[aria-label='Clear the signal of lorries']").click();
		this.tab.find(".command-dialog .give").click();
		assertThat(group.locator(".signals").first()).isHidden();
		assertThat(registry.findGroup("stores").orElseThrow().signals()).isEmpty();
		assertThat(registry.find("stores:lyon").orElseThrow().snapshot().signals()).isEmpty();
	}

	@Test
	void breakerWithoutASignalOffersNothingToClear() {
		this.tab.tile("quiet").locator(".command").click();
		Locator dialog = this.tab.find(".command-dialog");
		assertThat(dialog.locator("[value=FORCED_OPEN]")).isVisible();
		assertThat(dialog.locator("[value=clearSignal]")).isHidden();
		assertThat(dialog.locator("[name=source]")).isHidden();
		this.tab.page().keyboard().press("Escape");
	}

	@Test
	void callsUnderWayAreShownUntilTheyEnd() {
		Pattern text = Pattern.compile("^1 call under way for \\d.*");
		assertThat(this.tab.tile("offers").locator(".under-way")).hasText(text);
		this.tab.tile("offers").locator("a").click();
		assertThat(this.tab.find(".view .under-way")).hasText(text);
		this.hanging.release();
		assertThat(this.tab.find(".view .recovery")).isHidden();
	}

	@Test
	void darkProbeIsSaidToCloseIt() {
		Locator tile = this.tab.tile("bank");
		assertThat(tile.locator(".wait")).containsText("Next dark probe in ");
		tile.locator("a").click();
		assertThat(this.tab.find(".view .wait")).containsText("Next dark probe in ");
		assertThat(this.tab.find(".view-side .facts")).containsText("Closed by");
		assertThat(this.tab.find(".view-side .facts")).containsText("a dark probe; no call is risked");
		registry.get("bank").halfOpen();
		assertThat(this.tab.find(".view .wait")).containsText("0 of 1 dark probe done");
	}

	@Test
	void holdEndsAtOneTimeOfDayInTheZoneOfTheBrowser() {
		registry.get("quiet").apply(StateCommand.to(State.FORCED_OPEN).hold(LONG).comment("held until 11:20 at least"));
		for (String zone : List.of("Asia/Kolkata", "America/St_Johns")) {
			try (Tab elsewhere = application.openIn(zone)) {
				elsewhere.awaitState("quiet", "FORCED_OPEN");
				String why = elsewhere.tile("quiet").locator(".why").textContent();
				elsewhere.tile("quiet").locator("a").click();
				String until = elsewhere.find(".view-side .facts div")
					.filter(new Locator.FilterOptions().setHas(elsewhere.find("dt:text-is(\"Until\")")))
					.locator("dd")
					.textContent();
				String sentence = "Held open by command until " + until + ": held until 11:20 at least";
				assertThat(elsewhere.find(".sentence")).hasText(sentence);
				assertThat(why).isEqualTo(sentence);
				elsewhere.assertNothingWrong();
			}
		}
	}

	@Test
	void callsThatAreIgnoredAreCallsInThePictureToo() {
		CircuitBreaker articles = registry.get("articles",
				config().ignoreExceptions(IllegalArgumentException.class).build());
		articles.acquire().failure(new IllegalArgumentException("no such article"), 1);
		assertThat(this.tab.tile("articles").locator(".sparkline")).hasAttribute("aria-label",
				Pattern.compile(".* 0 succeeded, 0 failed, 0 slow, 1 ignored, 0 refused"));
		assertThat(this.tab.tile("articles").locator(".peak")).hasText(Pattern.compile("^peak .*/s$"));
		this.tab.tile("articles").locator("a").click();
		this.tab.find(".as-table summary").click();
		assertThat(this.tab.find(".as-table tbody td:nth-child(5)").first()).hasText("1");
	}

	@Test
	void nameWithHalfACharacterHarmsNoOther() {
		CircuitBreaker half = registry.get("half \ud83d", config().build());
		registry.get("late", config().build());
		this.tab.awaitState("late", "CLOSED");
		Locator tile = this.tab.find(".tile").filter(new Locator.FilterOptions().setHasText("half \ufffd"));
		assertThat(tile.locator("h3 a")).hasText("half \ufffd");
		tile.locator(".command").click();
		this.tab.find(".command-dialog .give").click();
		assertThat(this.tab.find(".command-dialog .problem")).containsText("No path leads to this name");
		assertThat(half.state()).isEqualTo(State.CLOSED);
		this.tab.page().keyboard().press("Escape");
	}

	@Test
	void stateThatNoShownKeyIsInLeadsToTheGroup() {
		CircuitBreakerGroup shops = registry.group("shops", config().build(), 100);
		for (int key = 0; key < 25; key++) {
			CircuitBreaker shop = shops.get("k" + key);
			if (key > 2) {
				shop.forceOpen();
			}
		}
		Locator group = this.tab.find(".group").filter(new Locator.FilterOptions().setHasText("shops"));
		assertThat(group.locator(".group-states")).hasText("22 forced open · 3 closed");
		assertThat(group.locator(".tile")).hasCount(20);
		this.tab.find(".chip[data-state=CLOSED]").click();
		assertThat(group.locator(".tile")).hasCount(0);
		assertThat(group.locator(".more")).hasText("25 more keys, in less trouble or left out by the filter");
	}

	@Test
	void ownViewLoadsUntilItsFirstAnswer() {
		List<Route> asked = new ArrayList<>();
		this.tab.page().route(OWN_VIEW, asked::add);
		this.tab.tile("quiet").locator("a").click();
		List<String> sections = List.of("failed", "events", "methods", "config");
		assertThat(this.tab.find(".view .state .word")).hasText("Closed");
		for (String section : sections) {
			Locator shown = this.tab.find(".view ." + section);
			assertThat(shown.locator(".hint")).hasText("Loading…");
			assertThat(shown.locator("ol, ul, h4, table").filter(new Locator.FilterOptions().setVisible(true)))
				.hasCount(0);
		}
		this.tab.page().unroute(OWN_VIEW);
		asked.forEach(Route::resume);
		assertThat(this.tab.find(".view .failed .hint")).hasText("Nothing since it was last closed.");
		for (String section : sections) {
			assertThat(this.tab.find(".view ." + section)).not().containsText("Loading");
		}
	}

	@Test
	void ownViewThatIsAnsweredFirstIsOfNow() {
		List<Route> asked = new ArrayList<>();
		registry.get("quiet").forceOpen(LONG);
		this.tab.awaitState("quiet", "FORCED_OPEN");
		FIGURES.forEach((figures) -> this.tab.page().route(figures, asked::add));
		this.tab.page().navigate(application.url() + "?again#/breaker/quiet");
		assertThat(this.tab.find(".view .state .word")).hasText("Forced open");
		assertThat(this.tab.find(".view .state .time")).hasText(Pattern.compile("^\\d+\\ss$"));
		assertThat(this.tab.find(".view .wait")).containsText("Held for another ");
		assertThat(this.tab.find(".view .wait")).not().containsText("another 0");
		FIGURES.forEach(this.tab.page()::unroute);
		asked.forEach(Route::resume);
		assertThat(this.tab.find("#summary strong")).containsText(" of ");
	}

	@Test
	void searchBeforeTheFirstAnswerFindsNothingMissing() {
		List<Route> asked = new ArrayList<>();
		FIGURES.forEach((figures) -> this.tab.page().route(figures, asked::add));
		this.tab.page().navigate(application.url() + "?again");
		this.tab.find("input[type=search]").fill("bank");
		assertThat(this.tab.find(".nothing")).isHidden();
		assertThat(this.tab.find(".chip")).hasCount(0);
		FIGURES.forEach(this.tab.page()::unroute);
		asked.forEach(Route::resume);
		assertThat(this.tab.tile("bank")).isVisible();
		assertThat(this.tab.find(".tile")).hasCount(1);
	}

	@Test
	void nothingIsShownWhereThereIsNothing() {
		assertThat(this.tab.tile("quiet").locator(".state .word")).hasText("Closed");
		assertThat(this.tab.tile("quiet").locator(".recovery")).hasCount(0);
		this.tab.tile("quiet").locator("a").click();
		assertThat(this.tab.find(".view-side .facts")).isVisible();
		assertThat(this.tab.find(".view .recovery")).hasCount(0);
		assertThat(this.tab.find(".view-side .facts")).not().containsText("Closed by");
	}

	@ParameterizedTest
	@EnumSource(value = ColorScheme.class, names = { "LIGHT", "DARK" })
	void axeFindsNothingSeriousInAnyOfThem(ColorScheme colours) {
		for (String place : List.of("", "#/breaker/stock", "#/breaker/orders", "#/breaker/offers", "#/breaker/bank")) {
			try (Tab looked = application.open(place, 1280, 900, colours)) {
				assertThat(looked.find("#summary strong")).containsText(" of ");
				if (!place.isEmpty()) {
					assertThat(looked.find(".sentence")).isVisible();
				}
				if (place.endsWith("orders")) {
					looked.assertAccessible();
					looked.find(".view .signals button").click();
				}
				looked.assertAccessible();
				looked.assertNothingWrong();
			}
		}
	}

	@Test
	void allOfItFitsAPhone() {
		for (String place : List.of("", "#/breaker/stock", "#/breaker/orders")) {
			try (Tab phone = application.open(place, 390, 844, ColorScheme.DARK)) {
				assertThat(phone.find(place.isEmpty() ? ".tile .signals" : ".view .recovery").first()).isVisible();
				assertThat(phone.page().evaluate("() => document.documentElement.scrollWidth")).isEqualTo(390);
				phone.assertNothingWrong();
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
