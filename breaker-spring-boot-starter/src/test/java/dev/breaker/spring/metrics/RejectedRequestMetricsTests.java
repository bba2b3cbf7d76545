package dev.breaker.spring.metrics;

import java.util.List;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.http.HttpPathPattern;
import dev.breaker.spring.http.HttpServerEntry;
import dev.breaker.spring.web.RejectingInterceptor;
import dev.breaker.spring.web.RequestRejector;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

class RejectedRequestMetricsTests {

	private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final RequestRejector rejector = new RequestRejector(
			List.of(entry("/orders/**", "payments"), entry("/carts/**", "payments"), entry("/stock/**", "stock")),
			this.breakers);

	private final RejectedRequestMetrics metrics = new RejectedRequestMetrics(this.rejector);

	private final MeterRegistry first = new SimpleMeterRegistry();

	private final MeterRegistry second = new SimpleMeterRegistry();

	@Test
	void eachBreakerOfAnEntryHasOneCounterFromTheStart() {
		this.metrics.bindTo(this.first);
		assertThat(this.first.getMeters()).hasSize(2);
		assertThat(rejected(this.first, "payments")).isZero();
		assertThat(rejected(this.first, "stock")).isZero();
	}

	@Test
	void requestsAreCountedForTheBreakerThatRefuses() {
		this.metrics.bindTo(this.first);
		this.metrics.bindTo(this.second);
		this.breakers.get("payments").forceOpen();
		this.breakers.get("stock");
		request("/orders/7");
		request("/carts/7");
		request("/stock/7");
		for (MeterRegistry registry : List.of(this.first, this.second)) {
			assertThat(rejected(registry, "payments")).isEqualTo(2);
			assertThat(rejected(registry, "stock")).isZero();
		}
	}

	@Test
	void nothingIsLeftAfterDestroy() {
		this.metrics.bindTo(this.first);
		this.metrics.bindTo(this.second);
		this.metrics.destroy();
		assertThat(this.first.getMeters()).isEmpty();
		assertThat(this.second.getMeters()).isEmpty();
	}

	private void request(String path) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
		request.setServletPath(path);
		new RejectingInterceptor(this.rejector).preHandle(request, new MockHttpServletResponse(), this);
	}

	private static HttpServerEntry entry(String path, String breaker) {
		return new HttpServerEntry(List.of(HttpPathPattern.valueOf(path)), List.of(), breaker);
	}

	private static double rejected(MeterRegistry registry, String name) {
		return registry.get("breaker.http.server.rejected").tag("name", name).functionCounter().count();
	}

}
