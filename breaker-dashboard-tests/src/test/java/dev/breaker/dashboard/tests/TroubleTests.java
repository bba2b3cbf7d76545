package dev.breaker.dashboard.tests;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Pattern;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of breakers in trouble: what callers get, under which name, and what
 * happened.
 */
class TroubleTests {

	private static DashboardApplication application;

	private static CircuitBreakerRegistry registry;

	private Tab tab;

	@BeforeAll
	static void start() {
		application = DashboardApplication.start(Application.class, "circuitbreakers,circuitbreakerevents",
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
		registry.get("payments").forceOpen();
		registry.get("stock").forceOpen();
		registry.get("quiet");
		this.tab = application.open();
	}

	@AfterEach
	void forget() {
		application.removeAllBreakers();
		this.tab.assertNothingWrong();
		this.tab.close();
	}

	@Test
	void callersWithAnAnswerAreToldFromThoseThatAreRefused() {
		String said = "Callers of pay get the answer of payLater; callers of refund are refused";
		Locator tile = this.tab.tile("payments");
		assertThat(tile.locator(".users")).hasText(said);
		tile.locator(".command").click();
		this.tab.find(".choice:has-text('Probe now')").click();
		assertThat(this.tab.find(".users-see p"))
			.containsText("Until then payLater answers callers of pay instead; callers of refund get an error at once");
		this.tab.find("dialog .cancel").click();
		tile.locator("h3 a").click();
		assertThat(this.tab.find(".view > .users")).hasText(said + ".");
	}

	@Test
	void fallbackThatTakesNoRefusalIsSaidToAnswerNobody() {
		Locator tile = this.tab.tile("stock");
		assertThat(tile.locator(".users")).hasText("Callers get an error: no fallback takes a refusal");
		tile.locator("h3 a").click();
		assertThat(this.tab.find("ul.methods"))
			.containsText("falls back to guess(String, IllegalStateException), but not where a call is refused");
	}

	@ParameterizedTest
	@CsvSource({ "1920, LIGHT", "1440, LIGHT", "1440, DARK", "390, DARK" })
	void nameBesideALongStateStaysInOneLine(int width, ColorScheme colours) {
		HandClock clock = new HandClock();
		CircuitBreaker shadow = registry.get("warehouse",
				CircuitBreakerConfig.builder().enforce(false).clock(clock).build());
		shadow.halfOpen();
		clock.now = clock.now.plusSeconds(80);
		// So that all columns are taken
		for (int i = 0; i < 8; i++) {
			registry.get("quiet-" + i);
		}
		try (Tab wide = application.open("", width, 900, colours)) {
			Locator tile = wide.tile("warehouse");
			assertThat(tile.locator(".state .word")).hasText("Half-open, not enforced");
			assertThat(tile.locator(".state .time")).hasText("1 min 20 s");
			Locator name = tile.locator("h3 a");
			assertThat((Integer) name.evaluate("(name) => { const text = document.createRange();"
					+ " text.selectNodeContents(name); return text.getClientRects().length; }"))
				.isOne();
			assertThat((Boolean) tile.evaluate("(tile) => tile.scrollWidth <= tile.clientWidth")).isTrue();
			wide.assertNothingWrong();
		}
	}

	@Test
	void refusalsInARowAreOneLineAboveTheChangeThatExplainsThem() {
		CircuitBreaker orders = registry.get("orders");
		orders.forceOpen();
		refuse(orders, 30);
		this.tab.tile("orders").locator("h3 a").click();
		Locator lines = this.tab.find(".happened li");
		assertThat(lines).hasCount(2);
		assertThat(lines.nth(0)).containsText(Pattern.compile("refused30 times, from [\\d:]+ to [\\d:]+$"));
		assertThat(lines.nth(1)).containsText("closed → forced open");
		lines.nth(0).evaluate("(line) => { line.stays = true; }");
		refuse(orders, 15);
		assertThat(lines.nth(0)).containsText("45 times");
		assertThat((Boolean) lines.nth(0).evaluate("(line) => line.stays === true")).isTrue();
		refuse(orders, 200);
		assertThat(lines.nth(0)).containsText("at least 50 times");
		assertThat(lines).hasCount(2);
		assertThat(lines.nth(1)).containsText("closed → forced open");
	}

	private static void refuse(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			assertThat(breaker.tryAcquire()).isNull();
		}
	}

	@Test
	void blanksOfANameAreSeen() {
		registry.group("stores", CircuitBreakerConfig.ofDefaults(), 10).get("  ").forceOpen();
		Locator name = this.tab.tile("stores:  ").locator("h3 a");
		assertThat(name).isVisible();
		assertThat(name.textContent()).isEqualTo("\"\u00a0\u00a0\"");
		assertThat(name).hasAttribute("aria-label", "\"stores:\u00a0\u00a0\"");
		name.click();
		assertThat(this.tab.find(".view h2")).isVisible();
		assertThat(this.tab.find(".view h2").textContent()).isEqualTo("\"stores:\u00a0\u00a0\"");
		assertThat(this.tab.find(".view .state .word")).hasText("Forced open");
	}

	/** Shows people a time that is moved by hand. */
	private static final class HandClock extends Clock {

		private volatile Instant now = Instant.now();

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

		@Override
		public Instant instant() {
			return this.now;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Payments payments() {
			return new Payments();
		}

	}

	static class Payments {

		@dev.breaker.annotation.CircuitBreaker(name = "payments", fallbackMethod = "payLater")
		public String pay(String order) {
			return order;
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		public String refund(String order) {
			return order;
		}

		@dev.breaker.annotation.CircuitBreaker(name = "stock", fallbackMethod = "guess")
		public String reserve(String order) {
			return order;
		}

		String payLater(String order, Throwable thrown) {
			return order;
		}

		String guess(String order, IllegalStateException thrown) {
			return order;
		}

	}

}
