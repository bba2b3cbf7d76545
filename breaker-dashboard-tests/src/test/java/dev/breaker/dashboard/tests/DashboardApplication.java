package dev.breaker.dashboard.tests;

import com.microsoft.playwright.options.ColorScheme;
import dev.breaker.CircuitBreakerRegistry;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application that shows its breakers on the page, and the browser that looks at it.
 */
final class DashboardApplication implements AutoCloseable {

	private final Chromium chromium;

	private final ConfigurableApplicationContext context;

	private DashboardApplication(Chromium chromium, ConfigurableApplicationContext context) {
		this.chromium = chromium;
		this.context = context;
	}

	/**
	 * Its tests are skipped where there is no browser.
	 * @param endpoints what is exposed beside the page
	 * @param properties further ones
	 */
	static DashboardApplication start(Class<?> configuration, String endpoints, String... properties) {
		Chromium chromium = Chromium.start();
		try {
			return new DashboardApplication(chromium, new SpringApplicationBuilder(configuration).properties(properties)
				.run("--server.port=0", "--management.endpoints.web.exposure.include=breakerdashboard," + endpoints,
						// Not the file of the sample, whose classes are on the
						// path in a build without its jar
						"--spring.config.name=none"));
		}
		catch (RuntimeException ex) {
			chromium.close();
			throw ex;
		}
	}

	CircuitBreakerRegistry registry() {
		return this.context.getBean(CircuitBreakerRegistry.class);
	}

	void removeAllBreakers() {
		CircuitBreakerRegistry registry = registry();
		registry.groups().forEach((group) -> registry.removeGroup(group.name()));
		registry.all().forEach((breaker) -> registry.remove(breaker.name()));
	}

	String url() {
		return "http://127.0.0.1:" + this.context.getEnvironment().getRequiredProperty("local.server.port")
				+ "/actuator/breakerdashboard";
	}

	Tab open() {
		return open("", 1280, 900, ColorScheme.LIGHT);
	}

	/**
	 * Opens the page.
	 * @param place the fragment that leads to a place on it
	 */
	Tab open(String place, int width, int height, ColorScheme colours) {
		return this.chromium.open(url() + place, width, height, colours);
	}

	/** In a browser whose clock is in a time zone of its own. */
	Tab openIn(String zone) {
		return this.chromium.openIn(zone, url());
	}

	@Override
	public void close() {
		this.context.close();
		this.chromium.close();
	}

}
