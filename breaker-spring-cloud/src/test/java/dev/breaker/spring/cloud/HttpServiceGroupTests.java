package dev.breaker.spring.cloud;

import java.io.IOException;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException;
import org.springframework.cloud.client.circuitbreaker.httpservice.HttpServiceFallback;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * HTTP interface clients, whose groups Spring Cloud guards wherever there is a factory.
 */
class HttpServiceGroupTests {

	private static final String BASE_URL = "spring.http.serviceclient.shop.base-url=${remote.url}";

	private static final String TWO_FAILURES = "breaker.instances.shop.consecutive-failure-threshold=2";

	@Test
	void theBreakerOfAGroupGuardsItsClients() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, BASE_URL, TWO_FAILURES)) {
			Shop shop = application.bean(Shop.class);
			assertThat(shop.item("a")).isEqualTo("/items/a");
			application.remote.status = 503;
			assertThat(shop.item("a")).isEqualTo("no item a");
			assertThatExceptionOfType(NoFallbackAvailableException.class).isThrownBy(() -> shop.price("a"));
			assertThatExceptionOfType(NoFallbackAvailableException.class).isThrownBy(() -> shop.price("a"))
				.withCauseInstanceOf(CallNotPermittedException.class);
			assertThat(shop.item("a")).isEqualTo("no item a");
			assertThat(application.remote.requests).hasValue(3);
			assertThat(application.breaker("shop")).isOpen().hasFailed(2).hasRefused(2);
		}
	}

	@Test
	void itGuardsNoneWhereThatIsSwitchedOff() throws IOException {
		try (RunningClients application = RunningClients.start(Clients.class, BASE_URL,
				"spring.cloud.circuitbreaker.http-services.enabled=false")) {
			assertThat(application.bean(Shop.class).item("a")).isEqualTo("/items/a");
			assertThat(application.bean(CircuitBreakerRegistry.class).all()).isEmpty();
		}
	}

	@HttpExchange
	public interface Shop {

		@GetExchange("/items/{id}")
		String item(@PathVariable("id") String id);

		@GetExchange("/prices/{id}")
		String price(@PathVariable("id") String id);

	}

	public static class NoItems {

		public String item(String id) {
			return "no item " + id;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "shop", types = Shop.class)
	@HttpServiceFallback(value = NoItems.class, group = "shop")
	static class Clients {

	}

}
