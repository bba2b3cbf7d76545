package dev.breaker.spring.web;

import java.time.Duration;
import java.util.List;

import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.cors.reactive.UrlBasedCorsConfigurationSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests to WebFlux, on Netty.
 */
class WebFluxRejectedRequestTests extends RejectedRequestTests {

	@Override
	WebApplicationType type() {
		return WebApplicationType.REACTIVE;
	}

	@Override
	Class<?> more() {
		return ReactiveApplication.class;
	}

	@Test
	void aSlashWithinASegmentIsNoneBetweenTwo() {
		this.payments.forceOpen();
		assertThat(this.web.get("/my%20items/a%2Fb").status()).isEqualTo(503);
	}

	@Test
	void healthGroupsWithAPathOfTheirOwnAreNeverRejected() {
		try (RunningWeb own = RunningWeb.start(type(), List.of(Application.class, more()),
				"breaker.http.server.reject[0].paths=/**", "breaker.http.server.reject[0].breaker=shop",
				"management.endpoint.health.probes.add-additional-paths=true",
				"management.endpoint.health.probes.enabled=true", "management.endpoints.web.base-path=/manage")) {
			own.bean(CircuitBreakerRegistry.class).get("shop").forceOpen();
			assertThat(own.get("/livez").status()).isEqualTo(200);
			assertThat(own.get("/manage/health").status()).isEqualTo(200);
			assertThat(own.get("/livezz").status()).isEqualTo(503);
			assertThat(own.get("/actuator/health").status()).isEqualTo(503);
		}
	}

	@Test
	void aFilterForAllOriginsAddsItsHeadersToTheAnswer() {
		try (RunningWeb own = RunningWeb.start(type(), List.of(Application.class, more(), CorsApplication.class),
				"breaker.http.server.reject[0].paths=/**", "breaker.http.server.reject[0].breaker=shop")) {
			own.bean(CircuitBreakerRegistry.class).get("shop").forceOpen();
			RunningWeb.Answer answer = own.send(own.request("/orders/1").header("Origin", "https://any.example"));
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://any.example");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class CorsApplication {

		@Bean
		CorsWebFilter corsFilter() {
			CorsConfiguration any = new CorsConfiguration();
			any.addAllowedOriginPattern("https://*.example");
			any.addAllowedMethod("*");
			any.setAllowCredentials(true);
			UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
			source.registerCorsConfiguration("/**", any);
			return new CorsWebFilter(source);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReactiveApplication {

		/**
		 * The event loops that all share are ended by the first application that ends.
		 */
		@Bean
		ReactorResourceFactory ownEventLoops() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

	}

}
