package dev.breaker.dashboard.tests;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with 300 breakers that are called all the time, and whose access is the
 * default: reading.
 */
class ManyBreakersTests {

	private static final int BREAKERS = 300;

	/**
	 * The best of so many counts: what the page can do, not what else the machine does.
	 */
	private static final int TRIES = 5;

	private static final String NASTY = "<img src=x onerror=\"document.title='gotcha'\">";

	private static DashboardApplication application;

	private static ScheduledExecutorService callers;

	@BeforeAll
	static void start() {
		application = DashboardApplication.start(Application.class, "circuitbreakers");
		CircuitBreakerRegistry registry = application.registry();
		CircuitBreaker nasty = registry.get(NASTY);
		nasty.forceOpen();
		nasty.signal("backlog", NASTY, Duration.ofHours(10));
		IntStream.range(1, BREAKERS).forEach((number) -> registry.get("service-%03d".formatted(number)));
		callers = Executors.newSingleThreadScheduledExecutor();
		callers.scheduleWithFixedDelay(() -> registry.all().forEach(ManyBreakersTests::call), 0, 200,
				TimeUnit.MILLISECONDS);
	}

	private static void call(CircuitBreaker breaker) {
		try {
			breaker.run(() -> {
				if (breaker.name().endsWith("7")) {
					throw new IllegalStateException("out of order");
				}
			});
		}
		catch (RuntimeException ex) {
			// A failure or a refusal, both wanted
		}
	}

	@AfterAll
	static void stop() {
		if (callers != null) {
			callers.shutdownNow();
		}
		if (application != null) {
			application.close();
		}
	}

	private static Tab open() {
		Tab tab = application.open();
		tab.awaitBreakers(BREAKERS);
		return tab;
	}

	@Test
	void threeHundredBreakersAreShownWithinASecond() {
		double best = DoubleStream.generate(() -> {
			try (Tab tab = open()) {
				tab.assertNothingWrong();
				return number(tab, "() => performance.getEntriesByName('breakers-shown')[0].startTime");
			}
		}).limit(TRIES).min().orElseThrow();
		assertThat(best).as("milliseconds from the request to the last of 300 tiles").isLessThan(1000);
	}

	@Test
	void threeHundredBreakersAreUpdatedAboveThirtyFrames() {
		try (Tab tab = open()) {
			double best = DoubleStream.generate(() -> number(tab, """
					() => new Promise((done) => {
						const begin = performance.now();
						let frames = 0;
						const frame = (now) => {
							frames++;
							scrollBy(0, frames % 240 < 120 ? 9 : -9);
							if (now - begin < 3000) requestAnimationFrame(frame);
							else done(frames / (now - begin) * 1000);
						};
						requestAnimationFrame(frame);
					})
					""")).limit(TRIES).max().orElseThrow();
			assertThat(best).as("frames a second while scrolling through 300 tiles that change").isGreaterThan(30);
			tab.assertNothingWrong();
		}
	}

	@Test
	void readingAloneShowsNoCommand() {
		try (Tab tab = open()) {
			assertThat(tab.tile("service-001")).isVisible();
			assertThat(tab.find(".command:visible")).hasCount(0);
			tab.tile("service-001").locator("a").click();
			assertThat(tab.find(".sentence")).isVisible();
			assertThat(tab.find(".command:visible")).hasCount(0);
			tab.assertNothingWrong();
		}
	}

	@Test
	void readingAloneShowsASignalAndDoesNotClearIt() {
		try (Tab tab = open()) {
			tab.find(".tile h3 a[href*=\"onerror\"]").click();
			assertThat(tab.find(".view .signals")).containsText("Signal of backlog, ");
			assertThat(tab.find(".view .signals")).containsText(NASTY);
			assertThat(tab.find(".command:visible")).hasCount(0);
			tab.assertNothingWrong();
		}
	}

	@Test
	void namesAndMessagesAreShownAsTheyAre() {
		try (Tab tab = open()) {
			assertThat(tab.find(".tile h3 a").first()).hasText(NASTY);
			assertThat(tab.find("img")).hasCount(0);
			tab.find(".tile h3 a[href*=\"onerror\"]").click();
			assertThat(tab.find(".view h2")).hasText(NASTY);
			tab.awaitTitle("^\\d+ of 300 open.*");
			tab.assertNothingWrong();
		}
	}

	private static double number(Tab tab, String script) {
		return ((Number) tab.page().evaluate(script)).doubleValue();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
