package dev.breaker.spring.cloud;

import java.io.IOException;
import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import feign.FeignException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * OpenFeign clients that are annotated with Breaker's annotation, against a real server.
 */
class AnnotatedFeignClientTests {

	private static final String TWO_FAILURES = "breaker.configs.default.consecutive-failure-threshold=2";

	@ParameterizedTest
	@ValueSource(strings = { "lazy-attributes-resolution=false", "lazy-attributes-resolution=true" })
	void anAnnotatedMethodTripsRefusesAndRecovers(String registration) throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, TWO_FAILURES,
				"spring.cloud.openfeign." + registration)) {
			Shop shop = application.bean(Shop.class);
			assertThat(shop.item("a")).isEqualTo("/items/a");
			application.remote.status = 503;
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(FeignException.ServiceUnavailable.class).isThrownBy(() -> shop.item("a"));
			}
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> shop.item("a"));
			assertThat(application.remote.requests).hasValue(3);
			assertThat(application.breaker("items")).isOpen().hasSucceeded(1).hasFailed(2).hasRefused(1);

			application.remote.status = 200;
			application.clock().advance(Duration.ofMinutes(1));
			assertThat(shop.item("a")).isEqualTo("/items/a");
			assertThat(application.breaker("items")).isClosed();
		}
	}

	@Test
	void aFallbackIsADefaultMethodOrAnotherRequest() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, TWO_FAILURES)) {
			Shop shop = application.bean(Shop.class);
			application.remote.status = 500;
			assertThat(shop.price("a")).isEqualTo("no price of a: InternalServerError");
			assertThat(shop.price("a")).isEqualTo("no price of a: InternalServerError");
			assertThat(shop.price("a")).isEqualTo("refused price of a");
			assertThat(application.remote.requests).hasValue(2);

			application.remote.status = 200;
			application.breaker("stock").forceOpen();
			assertThat(shop.stock("a")).isEqualTo("/mirror/a");
		}
	}

	@Test
	void onTheInterfaceItHoldsForEachRequest() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class)) {
			Annotated client = application.bean(Annotated.class);
			assertThat(client.first()).isEqualTo("/first");
			assertThat(client.inBase()).isEqualTo("/base");
			assertThat(application.breaker("annotated")).hasSucceeded(2);
			application.breaker("annotated").forceOpen();
			assertThat(client.inBase()).isEqualTo("instead");
		}
	}

	@Test
	void breakersOfBothKindsMayGuardOneClient() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, TWO_FAILURES,
				"spring.cloud.openfeign.circuitbreaker.enabled=true")) {
			Shop shop = application.bean(Shop.class);
			application.remote.status = 500;
			assertThat(shop.price("a")).isEqualTo("no price of a: NoFallbackAvailableException");
			assertThat(application.breaker("price")).hasFailed(1);
			assertThat(application.breaker("ShoppriceString")).hasFailed(1);
		}
	}

	@FeignClient(name = "shop", url = "${remote.url}")
	public interface Shop {

		@GetMapping("/items/{id}")
		@CircuitBreaker(name = "items")
		String item(@PathVariable("id") String id);

		@GetMapping("/prices/{id}")
		@CircuitBreaker(name = "price", fallbackMethod = "noPrice")
		String price(@PathVariable("id") String id);

		default String noPrice(String id, CallNotPermittedException refusal) {
			return "refused price of " + id;
		}

		default String noPrice(String id, Throwable thrown) {
			return "no price of " + id + ": " + thrown.getClass().getSimpleName();
		}

		@GetMapping("/stock/{id}")
		@CircuitBreaker(name = "stock", fallbackMethod = "mirror")
		String stock(@PathVariable("id") String id);

		@GetMapping("/mirror/{id}")
		String mirror(@PathVariable("id") String id);

	}

	public interface Base {

		@GetMapping("/base")
		String inBase();

	}

	@FeignClient(name = "annotated", url = "${remote.url}")
	@CircuitBreaker(name = "annotated", fallbackMethod = "instead")
	public interface Annotated extends Base {

		@GetMapping("/first")
		String first();

		default String instead() {
			return "instead";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableFeignClients(clients = { Shop.class, Annotated.class })
	static class Clients {

	}

}
