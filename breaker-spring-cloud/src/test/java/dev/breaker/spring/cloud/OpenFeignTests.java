package dev.breaker.spring.cloud;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import feign.FeignException;
import feign.RequestInterceptor;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FallbackFactory;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * OpenFeign with its own circuit breaker support switched on, against a real server.
 */
class OpenFeignTests {

	private static final String ON = "spring.cloud.openfeign.circuitbreaker.enabled=true";

	private static final String ODD_NAMES = "spring.cloud.openfeign.circuitbreaker.alphanumeric-ids.enabled=false";

	private static final String GROUPS = "spring.cloud.openfeign.circuitbreaker.group.enabled=true";

	private static final String TWO_FAILURES = "breaker.configs.default.consecutive-failure-threshold=2";

	@Test
	void aClientTripsFallsBackAndRecovers() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, ON, TWO_FAILURES)) {
			Stock stock = application.bean(Stock.class);
			assertThat(stock.level("a")).isEqualTo("/stock/a");
			application.remote.status = 503;
			assertThat(stock.level("a")).isEqualTo("no stock of a");
			assertThat(stock.level("a")).isEqualTo("no stock of a");
			assertThat(application.remote.requests).hasValue(3);

			assertThat(stock.level("a")).isEqualTo("no stock of a");
			assertThat(application.remote.requests).hasValue(3);
			assertThat(application.breaker("StocklevelString")).isOpen().hasFailed(2).hasRefused(1);

			application.remote.status = 200;
			application.clock().advance(Duration.ofMinutes(1));
			assertThat(stock.level("a")).isEqualTo("/stock/a");
			assertThat(application.breaker("StocklevelString")).isClosed();
		}
	}

	@Test
	void aFallbackFactoryIsToldOfFailureAndRefusal() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, ON, TWO_FAILURES)) {
			application.remote.status = 503;
			Prices prices = application.bean(Prices.class);
			assertThat(prices.price("a")).isEqualTo("no price: ServiceUnavailable");
			assertThat(prices.price("a")).isEqualTo("no price: ServiceUnavailable");
			assertThat(prices.price("a")).isEqualTo("no price: CallNotPermittedException");
		}
	}

	@Test
	void withoutFallbackARefusalIsAnsweredWith503() throws Exception {
		try (RunningClients application = RunningClients.start(Clients.class, ON, TWO_FAILURES)) {
			application.remote.status = 503;
			Offers offers = application.bean(Offers.class);
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(NoFallbackAvailableException.class).isThrownBy(() -> offers.offer("a"))
					.withCauseInstanceOf(FeignException.ServiceUnavailable.class);
			}
			assertThatExceptionOfType(NoFallbackAvailableException.class).isThrownBy(() -> offers.offer("a"))
				.withCauseInstanceOf(CallNotPermittedException.class);
			HttpResponse<String> answer = HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create(application.url() + "/shop/a")).build(),
						BodyHandlers.ofString());
			assertThat(answer.statusCode()).isEqualTo(503);
			assertThat(answer.headers().firstValue("Retry-After")).hasValue("60");
			assertThat(answer.body()).contains("\"circuitBreaker\":\"OffersofferString\"");
		}
	}

	@Test
	void feignsOwnNamesAreConfiguredInBrackets() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, ON, ODD_NAMES,
				"breaker.instances[Stock#level(String)].consecutive-failure-threshold=3")) {
			application.remote.status = 500;
			for (int i = 0; i < 4; i++) {
				application.bean(Stock.class).level("a");
			}
			assertThat(application.breaker("Stock#level(String)")).isOpen().hasFailed(3).hasRefused(1);
		}
	}

	@Test
	void methodsOfAClientShareTheConfigOfItsGroup() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, ON, GROUPS,
				"breaker.instances.stock.sliding-window-size=42",
				"breaker.instances.StockreserveString.sliding-window-size=43")) {
			application.bean(Stock.class).level("a");
			application.bean(Stock.class).reserve("a");
			application.bean(Prices.class).price("a");
			assertThat(application.breaker("StocklevelString").config().slidingWindowSize()).isEqualTo(42);
			assertThat(application.breaker("StockreserveString").config().slidingWindowSize()).isEqualTo(43);
			assertThat(application.breaker("PricespriceString").config().slidingWindowSize()).isEqualTo(100);
		}
	}

	@Test
	void anIgnoredAnswerIsNotCountedAndHasItsFallback() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, ON, TWO_FAILURES,
				"breaker.configs.default.ignore-exceptions=feign.FeignException$FeignClientException")) {
			application.remote.status = 404;
			for (int i = 0; i < 3; i++) {
				assertThat(application.bean(Stock.class).level("a")).isEqualTo("no stock of a");
			}
			assertThat(application.breaker("StocklevelString")).isClosed().hasIgnored(3).hasFailed(0);
		}
	}

	@Test
	void threadLocalsAreThereInCallAndFallback() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, ON)) {
			MDC.put("user", "alice");
			application.remote.status = 500;
			assertThat(application.bean(Reviews.class).review("a")).isEqualTo("fallback for alice, sent for alice");
		}
		finally {
			MDC.clear();
		}
	}

	@Test
	void clientsGoOnUnguardedWhereBreakersAreDisabled() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, ON, TWO_FAILURES,
				"breaker.enabled=false")) {
			application.remote.status = 503;
			for (int i = 1; i < 5; i++) {
				assertThat(application.bean(Stock.class).level("a")).isEqualTo("no stock of a");
				assertThat(application.remote.requests).hasValue(i);
			}
		}
	}

	@Test
	void noBreakerIsMadeWhereTheSupportIsOff() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class)) {
			assertThat(application.bean(Stock.class).level("a")).isEqualTo("/stock/a");
			assertThat(application.bean(CircuitBreakerRegistry.class).all()).isEmpty();
		}
	}

	@FeignClient(name = "stock", url = "${remote.url}", fallback = NoStock.class)
	public interface Stock {

		@GetMapping("/stock/{id}")
		String level(@PathVariable("id") String id);

		@GetMapping("/reservations/{id}")
		String reserve(@PathVariable("id") String id);

	}

	static class NoStock implements Stock {

		@Override
		public String level(String id) {
			return "no stock of " + id;
		}

		@Override
		public String reserve(String id) {
			return "no reservation of " + id;
		}

	}

	@FeignClient(name = "prices", url = "${remote.url}", fallbackFactory = NoPrices.class)
	public interface Prices {

		@GetMapping("/prices/{id}")
		String price(@PathVariable("id") String id);

	}

	static class NoPrices implements FallbackFactory<Prices> {

		@Override
		public Prices create(Throwable cause) {
			return (id) -> "no price: " + cause.getClass().getSimpleName();
		}

	}

	@FeignClient(name = "offers", url = "${remote.url}")
	public interface Offers {

		@GetMapping("/offers/{id}")
		String offer(@PathVariable("id") String id);

	}

	@FeignClient(name = "reviews", url = "${remote.url}", configuration = SenderInMdc.class,
			fallbackFactory = NoReviews.class)
	public interface Reviews {

		@GetMapping("/reviews/{id}")
		String review(@PathVariable("id") String id);

	}

	static class SenderInMdc {

		@Bean
		RequestInterceptor senderInMdc() {
			return (request) -> MDC.put("sent", "sent for " + MDC.get("user"));
		}

	}

	static class NoReviews implements FallbackFactory<Reviews> {

		@Override
		public Reviews create(Throwable cause) {
			return (id) -> "fallback for " + MDC.get("user") + ", " + MDC.get("sent");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableFeignClients(clients = { Stock.class, Prices.class, Offers.class, Reviews.class })
	static class Clients {

		@Bean
		NoStock noStock() {
			return new NoStock();
		}

		@Bean
		NoPrices noPrices() {
			return new NoPrices();
		}

		@Bean
		NoReviews noReviews() {
			return new NoReviews();
		}

		@Bean
		Shop shop(Offers offers) {
			return new Shop(offers);
		}

	}

	@RestController
	static class Shop {

		private final Offers offers;

		Shop(Offers offers) {
			this.offers = offers;
		}

		@GetMapping("/shop/{id}")
		String offer(@PathVariable("id") String id) {
			return this.offers.offer(id);
		}

	}

}
