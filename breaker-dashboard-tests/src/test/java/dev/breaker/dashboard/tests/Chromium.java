package dev.breaker.dashboard.tests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;

import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The Chromium of the machine; its tests are skipped where there is none. Nothing is
 * downloaded.
 */
final class Chromium implements AutoCloseable {

	static final double PATIENCE_MILLIS = 60_000;

	private final Playwright playwright;

	private final Browser browser;

	private Chromium(Path program) {
		PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
		this.playwright = Playwright
			.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
		this.browser = this.playwright.chromium()
			.launch(new BrowserType.LaunchOptions().setExecutablePath(program)
				.setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
						"--disable-background-networking")));
	}

	static Chromium start() {
		Optional<Path> program = program();
		assumeThat(program).as("Chromium on the path, without which the dashboard is not tested").isPresent();
		return new Chromium(program.get());
	}

	private static Optional<Path> program() {
		return Stream.of(System.getenv("PATH").split(":"))
			.flatMap((folder) -> Stream.of("chromium", "chromium-browser", "google-chrome")
				.map((name) -> Path.of(folder, name)))
			.filter(Files::isExecutable)
			.findFirst();
	}

	Tab open(String url, int width, int height, ColorScheme colours) {
		return Tab.open(this.browser, url, options(width, height, colours));
	}

	/** In a browser whose clock is in a time zone of its own. */
	Tab openIn(String zone, String url) {
		return Tab.open(this.browser, url, options(1280, 900, ColorScheme.LIGHT).setTimezoneId(zone));
	}

	private static Browser.NewContextOptions options(int width, int height, ColorScheme colours) {
		return new Browser.NewContextOptions().setViewportSize(width, height)
			.setColorScheme(colours)
			.setReducedMotion(ReducedMotion.REDUCE);
	}

	@Override
	public void close() {
		this.playwright.close();
	}

}
