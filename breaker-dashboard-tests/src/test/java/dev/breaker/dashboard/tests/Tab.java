package dev.breaker.dashboard.tests;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A tab that shows the dashboard, and what was wrong in it.
 */
final class Tab implements AutoCloseable {

	private final BrowserContext context;

	private final Page page;

	private final List<String> complaints = new CopyOnWriteArrayList<>();

	private Tab(BrowserContext context, String url) {
		this.context = context;
		this.page = context.newPage();
		this.page.setDefaultTimeout(Chromium.PATIENCE_MILLIS);
		URI own = URI.create(url);
		// A violated policy is such a message, too
		this.page.onConsoleMessage((message) -> {
			if (List.of("error", "warning").contains(message.type())) {
				this.complaints.add(message.text());
			}
		});
		this.page.onPageError(this.complaints::add);
		this.page.onRequest((request) -> {
			if (!own.getAuthority().equals(URI.create(request.url()).getAuthority())) {
				this.complaints.add("request to another host: " + request.url());
			}
		});
		this.page.navigate(url);
	}

	static Tab open(Browser browser, String url, Browser.NewContextOptions options) {
		return new Tab(browser.newContext(options), url);
	}

	Page page() {
		return this.page;
	}

	Locator find(String selector) {
		return this.page.locator(selector);
	}

	Locator tile(String breaker) {
		return find(".tile:has(h3 a[href=\"#/breaker/"
				+ URLEncoder.encode(breaker, StandardCharsets.UTF_8).replace("+", "%20") + "\"])");
	}

	void awaitState(String breaker, String state) {
		assertThat(tile(breaker)).hasAttribute("data-state", state);
	}

	void awaitTitle(String pattern) {
		assertThat(this.page).hasTitle(Pattern.compile(pattern));
	}

	/** Figures in their final order, painted. */
	void awaitBreakers(int count) {
		this.page.waitForFunction("(count) => document.querySelectorAll('.tile').length >= count"
				+ " && performance.getEntriesByName('breakers-shown').length > 0", count);
	}

	/** Fails for what axe-core calls serious or critical. */
	void assertAccessible() {
		assertThat(new AxeBuilder(this.page).analyze().getViolations())
			.filteredOn((rule) -> List.of("serious", "critical").contains(rule.getImpact()))
			.extracting((rule) -> rule.getId() + ": " + rule.getNodes().get(0).getHtml())
			.isEmpty();
	}

	void assertNothingWrong() {
		assertThat(this.complaints).isEmpty();
	}

	/** Of a tab whose connection was cut on purpose. */
	void assertNothingWrongButTheConnection() {
		assertThat(this.complaints).allSatisfy((complaint) -> assertThat(complaint).contains("net::ERR_"));
	}

	void picture(Path file) {
		this.page.screenshot(new Page.ScreenshotOptions().setPath(file));
	}

	@Override
	public void close() {
		this.context.close();
	}

}
