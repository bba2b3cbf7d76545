package dev.breaker.spring.http;

import java.net.URI;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Statuses, hosts and paths as they are written.
 */
class HttpPatternsTests {

	@ParameterizedTest
	@CsvSource({ "5xx, 500, 599", "5XX, 500, 599", "4xx, 400, 499", "429, 429, 429", "400-499, 400, 499",
			"' 502 - 504 ', 502, 504", "100-599, 100, 599" })
	void statusesAreOneOrSeveralInARow(String text, int from, int to) {
		assertThat(HttpStatusPattern.valueOf(text)).isEqualTo(new HttpStatusPattern(from, to));
	}

	@Test
	void statusMayBeANumber() {
		assertThat(HttpStatusPattern.valueOf(404)).hasToString("404");
		assertThat(HttpStatusPattern.valueOf("4xx")).hasToString("400-499");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "5x", "xxx", "0xx", "42", "4290", "499-400", "400-", "-499", "4xx-5xx", "teapot",
			"400,401", "6xx", "600", "999", "500-600", "100-999" })
	void whatIsNoStatusIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> HttpStatusPattern.valueOf(text))
			.withMessageContaining("'" + text + "'")
			.withMessageContaining(HttpStatusPattern.REQUIREMENT)
			.withMessageContaining("100 to 599");
	}

	@ParameterizedTest
	@CsvSource({ "inventory.example, http://inventory.example/items", "Inventory.Example, http://inventory.EXAMPLE",
			"inventory.example, https://inventory.example:8443/x", "*.example, http://a.b.example/",
			"'*', http://anything/", "localhost:8081, http://localhost:8081/", "localhost:80, http://localhost/",
			"localhost:443, https://localhost/", "my_service, http://my_service:8080/x",
			"my_service:8080, http://user:secret@my_service:8080/x", "10.0.*, http://10.0.3.4/",
			"[::1], http://[::1]:8080/" })
	void hostMatches(String pattern, URI uri) {
		assertThat(HttpHostPattern.valueOf(pattern).matches(uri)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "inventory.example, http://other.example/", "inventory.example, http://xinventory.example/",
			"*.example, http://example/", "localhost:8081, http://localhost:8082/", "localhost:80, https://localhost/",
			"inventory.example, http://inventoryxexample/", "inventory.example, /relative" })
	void hostDoesNotMatch(String pattern, URI uri) {
		assertThat(HttpHostPattern.valueOf(pattern).matches(uri)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "http://inventory", "inventory/items", "a b", "host:port", "host:0", "host:70000",
			"host:", "ho?t" })
	void whatIsNoHostIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> HttpHostPattern.valueOf(text))
			.withMessageContaining(HttpHostPattern.REQUIREMENT);
	}

	@ParameterizedTest
	@CsvSource({ "/api/**, /api/items/1", "/api/**, /api", "/api/**, /api/", "/items/*, /items/1", "/, /", "/, ''",
			"/items/*/stock, /items/a%20b/stock", "/**, /", "/**, /x/y", "/a.b, /a.b", "/**/stock, /items/1/stock",
			"/items/*.json, /items/1.json", "/sp ace/*, /sp%20ace/1", "/a+b, /a+b", "/grün/*, /gr%C3%BCn/1",
			"/100%, /100%25", "/items/*, /items/a%2Fb", "/items/*/stock, /items/a%2fb/stock", "/items/**, /items/a%2Fb",
			"/a%2, /a%252", "/**/stock, /stock", "/api/**/orders, /api/orders", "/api/**/orders, /api/v1/orders",
			"/api/**/orders, /api/v1/eu/orders", "/api/**/**, /api" })
	void pathMatches(String pattern, String path) {
		assertThat(HttpPathPattern.valueOf(pattern).matches(URI.create("http://localhost" + path + "?q=1"))).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "/api/**, /apis", "/items/*, /items/1/stock", "/items/*, /items", "/a.b, /axb", "/api, /api/items",
			"/items/*.json, /items/1.xml", "/items/a/b, /items/a%2Fb", "/api/**/orders, /apix/orders",
			"/api/**/orders, /api/xorders", "/**/stock, /xstock" })
	void pathDoesNotMatch(String pattern, String path) {
		assertThat(HttpPathPattern.valueOf(pattern).matches(URI.create("http://localhost" + path))).isFalse();
	}

	@Test
	void aRequestWithoutAHostHasNoBreakerOfItsHost() {
		HttpClientEntry entry = new HttpClientEntry(null, null, "partners", HttpClientEntry.Key.HOST);
		assertThat(entry.matches(URI.create("/items"))).isFalse();
		assertThat(entry.matches(URI.create("http://inventory/items"))).isTrue();
		assertThat(new HttpClientEntry(null, null, "all", null).matches(URI.create("/items"))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "items", "/items/{id}", "/items?all", "/a\tb", "/sp%20ace/*", "/a%2fb",
			"http://localhost/items" })
	void whatIsNoPathIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> HttpPathPattern.valueOf(text))
			.withMessageContaining(HttpPathPattern.REQUIREMENT);
	}

}
