package dev.breaker.spring.aspectj;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import feign.FeignException;
import feign.codec.Decoder;
import feign.codec.Encoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.map.repository.config.EnableMapRepositories;
import org.springframework.data.repository.CrudRepository;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Clients of OpenFeign and repositories of Spring Data in mode {@code aspectj}: an
 * interface has no body to weave, and a proxy guards its methods.
 */
@ExtendWith(OutputCaptureExtension.class)
class WovenInterfacesTests {

	private final AtomicInteger requests = new AtomicInteger();

	private volatile int status = 200;

	private HttpServer server;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.requests.incrementAndGet();
			byte[] body = exchange.getRequestURI().getPath().getBytes();
			exchange.getResponseHeaders().add("Content-Type", "text/plain");
			exchange.sendResponseHeaders(this.status, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.server.start();
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--breaker.aspect.mode=aspectj", "--shop.url=http://"
					+ this.server.getAddress().getHostString() + ":" + this.server.getAddress().getPort());
	}

	@AfterEach
	void stop() {
		this.context.close();
		this.server.stop(0);
	}

	@Test
	void feignClientIsGuardedByItsProxy() {
		Shop shop = this.context.getBean(Shop.class);
		assertThat(shop.item("a")).isEqualTo("/items/a");
		assertThat(WovenContexts.recorded(this.context, "items")).isOne();
		this.status = 500;
		assertThatExceptionOfType(FeignException.class).isThrownBy(() -> shop.item("a"));
		assertThat(WovenContexts.breaker(this.context, "items").snapshot().failedCallsTotal()).isOne();
		WovenContexts.breaker(this.context, "items").forceOpen();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> shop.item("a"));
		assertThat(this.requests).hasValue(2);
	}

	@Test
	void fallbackAndDefaultMethodOfAFeignClientRunOnce() {
		Shop shop = this.context.getBean(Shop.class);
		this.status = 500;
		assertThat(shop.price("a")).isEqualTo("no price of a");
		assertThat(WovenContexts.recorded(this.context, "price")).isOne();
		this.status = 200;
		assertThat(shop.both("a")).isEqualTo("/items/a/prices/a");
		assertThat(WovenContexts.recorded(this.context, "both")).isOne();
		// Feign runs default methods on its own proxy, behind the guarded one
		assertThat(WovenContexts.recorded(this.context, "items")).isZero();
		assertThat(WovenContexts.recorded(this.context, "price")).isOne();
	}

	@Test
	void annotationOnAFeignClientHoldsForItsRequests() {
		Annotated client = this.context.getBean(Annotated.class);
		assertThat(client.first()).isEqualTo("/first");
		assertThat(WovenContexts.recorded(this.context, "annotated")).isOne();
		WovenContexts.breaker(this.context, "annotated").forceOpen();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(client::first);
	}

	@Test
	void repositoryIsGuardedByItsProxy() {
		Orders orders = this.context.getBean(Orders.class);
		orders.save(new Order("7", "shoes"));
		assertThat(orders.findById("7")).hasValueSatisfying((order) -> assertThat(order.name()).isEqualTo("shoes"));
		assertThat(orders.findByName("shoes")).hasSize(1);
		assertThat(WovenContexts.recorded(this.context, "orders")).isEqualTo(2);
		WovenContexts.breaker(this.context, "orders").forceOpen();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> orders.findById("7"));
		assertThat(orders.findByName("shoes")).isEmpty();
		assertThat(orders.count()).isOne();
	}

	@Test
	void interfacesWithoutABodyAreNoReasonForAWarning(CapturedOutput output) {
		assertThat(output).contains("Using the default config for circuit breakers", "items, orders, price")
			.doesNotContain("are not woven");
	}

	@FeignClient(name = "shop", url = "${shop.url}")
	public interface Shop {

		@GetMapping("/items/{id}")
		@CircuitBreaker(name = "items")
		String item(@PathVariable("id") String id);

		@GetMapping("/prices/{id}")
		@CircuitBreaker(name = "price", fallbackMethod = "noPrice")
		String price(@PathVariable("id") String id);

		default String noPrice(String id, Throwable thrown) {
			return "no price of " + id;
		}

		@CircuitBreaker(name = "both")
		default String both(String id) {
			return item(id) + price(id);
		}

	}

	@FeignClient(name = "annotated", url = "${shop.url}")
	@CircuitBreaker(name = "annotated")
	public interface Annotated {

		@GetMapping("/first")
		String first();

	}

	public record Order(@Id String id, String name) {
	}

	public interface Orders extends CrudRepository<Order, String> {

		@Override
		@CircuitBreaker(name = "orders")
		Optional<Order> findById(String id);

		@CircuitBreaker(name = "orders", fallbackMethod = "none")
		List<Order> findByName(String name);

		default List<Order> none(String name, Throwable thrown) {
			return List.of();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableFeignClients(clients = { Shop.class, Annotated.class })
	@EnableMapRepositories(considerNestedRepositories = true)
	static class Application {

		@Bean
		Encoder encoder() {
			return new Encoder.Default();
		}

		@Bean
		Decoder decoder() {
			return new Decoder.Default();
		}

	}

}
