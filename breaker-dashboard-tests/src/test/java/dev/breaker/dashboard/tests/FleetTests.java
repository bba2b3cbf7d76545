package dev.breaker.dashboard.tests;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page of three applications that share their breakers. Each test has a breaker of
 * its own, since what one does reaches all applications.
 */
class FleetTests {

	private static final List<String> BREAKERS = List.of("alone", "together", "commanded", "light", "dark", "touched",
			"keyed");

	private static final String NASTY = "<img src=x onerror=\"document.title='gotcha'\">";

	private static Chromium chromium;

	private static Fleet fleet;

	@BeforeAll
	static void start() throws IOException {
		chromium = Chromium.start();
		fleet = Fleet.of(BREAKERS, "shop-1", "shop-2", NASTY);
	}

	@AfterAll
	static void stop() throws IOException {
		if (fleet != null) {
			fleet.close();
		}
		if (chromium != null) {
			chromium.close();
		}
	}

	private static Tab overview(int application) {
		return chromium.open(fleet.dashboard(application), 1280, 900, ColorScheme.LIGHT);
	}

	private static Tab view(int application, String breaker) {
		return chromium.open(fleet.dashboard(application) + "#/breaker/" + breaker, 1280, 900, ColorScheme.LIGHT);
	}

	private static Locator fact(Tab tab, String name) {
		return tab.find(".fleet .facts div")
			.filter(new Locator.FilterOptions().setHas(tab.find("dt:text-is(\"" + name + "\")")))
			.locator("dd");
	}

	private static void awaitEverywhere(String breaker, State state) {
		await().atMost(30, TimeUnit.SECONDS)
			.until(() -> List.of(0, 1, 2)
				.stream()
				.allMatch((application) -> fleet.breaker(application, breaker).state() == state));
	}

	@Test
	void breakerThatOpenedAloneIsMarkedWhereItIs() {
		try (Tab here = overview(0); Tab there = view(1, "alone")) {
			here.awaitState("alone", "CLOSED");
			assertThat(here.tile("alone").locator(".badge")).hasCount(0);
			fleet.trip(0, "alone");
			here.awaitState("alone", "OPEN");
			assertThat(here.tile("alone").locator(".badge")).hasText("local-only");
			assertThat(there.find(".fleet .alone")).hasAttribute("data-state", "OPEN");
			assertThat(there.find(".fleet .alone th")).hasText("shop-1");
			assertThat(there.find(".fleet tbody [data-state=CLOSED]")).hasCount(2);
			assertThat(there.find(".fleet-sentence"))
				.containsText("Closed for the fleet, and not closed on 1 instance");
			assertThat(there.find(".view-head .badge")).hasCount(0);
			here.assertNothingWrong();
			there.assertNothingWrong();
		}
	}

	@Test
	void openFleetSaysWhoVotedAndForHowLong() {
		fleet.trip(0, "together");
		fleet.trip(1, "together");
		awaitEverywhere("together", State.OPEN);
		try (Tab tab = view(2, "together")) {
			assertThat(tab.find(".fleet-sentence")).hasText(Pattern
				.compile("^Open on 3 of 3 instances since .*, for another \\d+ min.*: 2 votes, 2 needed\\.$"));
			assertThat(fact(tab, "Voted")).hasText(Pattern.compile("shop-1, shop-2|shop-2, shop-1"));
			assertThat(fact(tab, "Quorum")).hasText("2 votes of 3 instances");
			assertThat(fact(tab, "Until")).not().isEmpty();
			assertThat(tab.find(".fleet tbody [data-state=OPEN]")).hasCount(3);
			assertThat(tab.find(".fleet tbody td:last-child").first()).hasText(Pattern.compile("^\\d+ s ago$"));
			assertThat(tab.find(".badge")).hasCount(0);
			assertThat(tab.find(".fleet .problem")).isHidden();
			tab.assertNothingWrong();
		}
	}

	@Test
	void commandGoesAsFarAsItsScopeSays() {
		try (Tab tab = view(2, "commanded")) {
			tab.find(".commands [data-command=FORCED_OPEN]").click();
			assertThat(tab.find(".scopes [value=fleet]")).isChecked();
			assertThat(tab.find(".users-see")).containsText("It reaches all instances of the fleet.");
			tab.find(".command-dialog .give").click();
			assertThat(tab.find(".toast")).hasText("commanded: force open for 10m on all instances, done.");
			awaitEverywhere("commanded", State.FORCED_OPEN);
			assertThat(tab.find(".fleet tbody [data-state=FORCED_OPEN]")).hasCount(3);
			assertThat(tab.find(".fleet-sentence"))
				.containsText("Forced open by a command to the fleet on 3 of 3 instances");

			tab.find(".commands [data-command=DISABLED]").click();
			tab.page().locator(".scopes .choice", new Page.LocatorOptions().setHasText("This instance")).click();
			assertThat(tab.find(".users-see")).containsText("It reaches this instance alone.");
			tab.find(".command-dialog .give").click();
			assertThat(tab.find(".fleet tbody [data-state=DISABLED] th")).hasText(NASTY);
			assertThat(fleet.breaker(2, "commanded").state()).isEqualTo(State.DISABLED);
			assertThat(fleet.breaker(0, "commanded").state()).isEqualTo(State.FORCED_OPEN);
			tab.assertNothingWrong();
		}
	}

	@Test
	void commandToAllKeysGoesAsFarAsItsScopeSays() {
		CircuitBreaker here = fleet.group(0, "keyed").get("de");
		CircuitBreaker there = fleet.group(1, "keyed").get("fr");
		try (Tab tab = overview(0)) {
			Locator command = tab.find("button[aria-label='Command all keys of keyed']");
			command.click();
			assertThat(tab.find(".scopes")).isVisible();
			assertThat(tab.find(".users-see")).containsText("It reaches all instances of the fleet.");
			tab.page().locator(".scopes .choice", new Page.LocatorOptions().setHasText("This instance")).click();
			assertThat(tab.find(".users-see")).containsText("It reaches this instance alone.");
			tab.find(".command-dialog .give").click();
			assertThat(tab.find(".toast")).hasText("keyed: force open for 10m on this instance, done.");
			assertThat(here.state()).isEqualTo(State.FORCED_OPEN);
			assertThat(there.state()).isEqualTo(State.CLOSED);

			command.click();
			tab.find(".command-dialog .give").click();
			assertThat(tab.find(".toast")).hasText("keyed: force open for 10m on all instances, done.");
			await().atMost(30, TimeUnit.SECONDS).until(() -> there.state() == State.FORCED_OPEN);
			tab.assertNothingWrong();
		}
	}

	@Test
	void namesOfInstancesAreShownAsTheyAre() {
		try (Tab tab = view(0, "alone")) {
			assertThat(tab.find(".fleet tbody th").filter(new Locator.FilterOptions().setHasText(NASTY))).hasCount(1);
			assertThat(tab.find("img")).hasCount(0);
			tab.awaitTitle("^\\d+ of \\d+ open.*");
			tab.assertNothingWrong();
		}
	}

	@Test
	void breakerThatIsNotSharedHasNoFleetAndNoScope() {
		fleet.breaker(0, "unshared");
		try (Tab tab = view(0, "unshared")) {
			assertThat(tab.find(".config tr").first()).isVisible();
			assertThat(tab.find(".fleet")).isHidden();
			tab.find(".commands [data-command=FORCED_OPEN]").click();
			assertThat(tab.find(".command-dialog")).isVisible();
			assertThat(tab.find(".scopes")).isHidden();
			tab.find(".command-dialog .give").click();
			assertThat(tab.find(".view[data-state=FORCED_OPEN]")).isVisible();
			assertThat(fleet.breaker(0, "unshared").state()).isEqualTo(State.FORCED_OPEN);
			tab.assertNothingWrong();
		}
	}

	@Test
	void commandToANameWithDotsReachesNoOtherBreaker() {
		CircuitBreaker other = fleet.breaker(0, "victim");
		for (String name : List.of("x/../victim", "x/../../circuitbreakers/victim", "./victim")) {
			fleet.breaker(0, name);
			try (Tab tab = view(0, name.replace("/", "%2F"))) {
				tab.find(".commands [data-command=FORCED_OPEN]").click();
				tab.find(".command-dialog .give").click();
				assertThat(tab.find(".command-dialog .problem")).containsText("No path leads to this name");
				assertThat(other.state()).as(name).isEqualTo(State.CLOSED);
				tab.assertNothingWrong();
			}
		}
	}

	@ParameterizedTest
	@EnumSource(value = ColorScheme.class, names = { "LIGHT", "DARK" })
	void axeFindsNothingSeriousInAFleet(ColorScheme colours) {
		String breaker = colours.name().toLowerCase(Locale.ROOT);
		fleet.trip(0, breaker);
		for (int application : new int[] { 0, 1 }) {
			try (Tab tab = chromium.open(fleet.dashboard(application) + "#/breaker/" + breaker, 1280, 900, colours)) {
				assertThat(tab.find(".fleet .alone")).isVisible();
				tab.assertAccessible();
				tab.find(".commands [data-command=DISABLED]").click();
				assertThat(tab.find(".scopes")).isVisible();
				tab.assertAccessible();
				tab.assertNothingWrong();
			}
		}
		try (Tab tab = chromium.open(fleet.dashboard(0), 1280, 900, colours)) {
			assertThat(tab.tile(breaker).locator(".badge")).isVisible();
			tab.assertAccessible();
			tab.assertNothingWrong();
		}
	}

	@Test
	void fleetFitsAPhone() {
		fleet.trip(0, "touched");
		for (String place : List.of("", "#/breaker/touched")) {
			try (Tab phone = chromium.open(fleet.dashboard(0) + place, 390, 844, ColorScheme.DARK)) {
				assertThat(phone.find(".badge").first()).isVisible();
				assertThat(phone.page().evaluate("() => document.documentElement.scrollWidth")).isEqualTo(390);
				if (!place.isEmpty()) {
					assertThat(phone.find(".fleet .alone")).isVisible();
					phone.find(".commands [data-command=DISABLED]").click();
					assertThat(phone.find(".scopes")).isVisible();
					assertThat(phone.page().evaluate("""
							() => [...document.querySelectorAll('.scopes .choice')]
								.filter((it) => it.getBoundingClientRect().height < 44).length
							""")).isEqualTo(0);
				}
				phone.assertNothingWrong();
			}
		}
	}

	@Test
	void fleetThatCannotBeReachedSaysSo() throws IOException {
		try (Fleet lonely = Fleet.of(List.of("payments"), "shop-4");
				Tab tab = chromium.open(lonely.dashboard(0) + "#/breaker/payments", 1280, 900, ColorScheme.LIGHT)) {
			assertThat(tab.find(".fleet tbody tr")).hasCount(1);
			assertThat(tab.find(".fleet .problem")).isHidden();
			lonely.stopRedis();
			assertThat(tab.find(".fleet .problem")).isVisible();
			assertThat(tab.find(".fleet tbody th")).hasText("shop-4");
			tab.assertNothingWrong();
		}
	}

}
