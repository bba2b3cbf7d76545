package dev.breaker.spring.web;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.web.RunningWeb.Answer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Requests to Spring MVC.
 */
class WebMvcRejectedRequestTests extends RejectedRequestTests {

	@Override
	WebApplicationType type() {
		return WebApplicationType.SERVLET;
	}

	@Override
	Class<?> more() {
		return ServletApplication.class;
	}

	@Test
	void anAnswerThatComesLaterIsGiven() throws Exception {
		LateController late = this.web.bean(LateController.class);
		ExecutorService client = Executors.newSingleThreadExecutor();
		try {
			CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> this.web.get("/orders/later"),
					client);
			await().until(() -> late.answer.getNumberOfDependents() > 0);
			this.payments.forceOpen();
			late.answer.complete("served");
			assertThat(answer.get(1, TimeUnit.MINUTES).body()).isEqualTo("served");
		}
		finally {
			client.shutdownNow();
		}
	}

	@Test
	void anErrorPageIsGiven() {
		Answer answer = this.web.get("/fails");
		assertThat(answer.status()).isEqualTo(500);
		assertThat(answer.header("Retry-After")).isNull();
		assertThat(this.web.get("/fails").status()).isEqualTo(503);
	}

	@Test
	void interceptorsOfTheApplicationAreSparedToo() {
		AtomicInteger intercepted = this.web.bean(ServletApplication.class).intercepted;
		int before = intercepted.get();
		this.payments.forceOpen();
		assertThat(this.web.get("/orders/1").status()).isEqualTo(503);
		assertThat(intercepted).hasValue(before);
		this.payments.close();
		assertThat(this.web.get("/orders/1").status()).isEqualTo(200);
		assertThat(intercepted).hasValue(before + 1);
	}

	@Configuration(proxyBeanMethods = false)
	static class ServletApplication implements WebMvcConfigurer {

		private final AtomicInteger intercepted = new AtomicInteger();

		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(new HandlerInterceptor() {

				@Override
				public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
					ServletApplication.this.intercepted.incrementAndGet();
					return true;
				}

			});
		}

		@Bean
		LateController lateController(CircuitBreakerRegistry breakers) {
			return new LateController(breakers);
		}

	}

	@RestController
	static class LateController {

		private final CircuitBreakerRegistry breakers;

		private final CompletableFuture<String> answer = new CompletableFuture<>();

		LateController(CircuitBreakerRegistry breakers) {
			this.breakers = breakers;
		}

		@GetMapping("/orders/later")
		CompletableFuture<String> later() {
			return this.answer;
		}

		@GetMapping("/fails")
		String fails() {
			this.breakers.get("shop").forceOpen();
			throw new IllegalStateException("a bug");
		}

	}

}
