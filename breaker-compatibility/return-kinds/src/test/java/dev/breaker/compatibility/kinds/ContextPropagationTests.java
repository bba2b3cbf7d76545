package dev.breaker.compatibility.kinds;

import java.time.Duration;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Micrometer's context propagation brings to other threads is there in the calls and
 * in the fallbacks of reactive methods.
 */
class ContextPropagationTests {

	private static final String REQUEST = "request";

	private Scheduler scheduler;

	@BeforeEach
	void propagate() {
		ContextRegistry.getInstance()
			.registerThreadLocalAccessor(REQUEST, () -> MDC.get(REQUEST), (value) -> MDC.put(REQUEST, value),
					() -> MDC.remove(REQUEST));
		// As with spring.reactor.context-propagation=auto
		Hooks.enableAutomaticContextPropagation();
		this.scheduler = Schedulers.newSingle("remote");
		MDC.put(REQUEST, "42");
	}

	@AfterEach
	void stop() {
		MDC.clear();
		this.scheduler.dispose();
		Hooks.disableAutomaticContextPropagation();
		ContextRegistry.getInstance().removeThreadLocalAccessor(REQUEST);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void mdcIsThereInCallAndFallbackOnOtherThreads(boolean open) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
					BreakerAopAutoConfiguration.class))
			.withBean(Client.class, () -> new Client(this.scheduler))
			.run((context) -> {
				Client client = context.getBean(Client.class);
				if (open) {
					context.getBean(dev.breaker.CircuitBreakerRegistry.class).get("client").forceOpen();
				}
				String expected = open ? "fallback in 42" : "fallback in 42 of a call in 42";
				assertThat(client.mono().block(Duration.ofSeconds(30))).isEqualTo(expected);
				assertThat(client.flux().blockLast(Duration.ofSeconds(30))).isEqualTo(expected);
			});
	}

	static class Client {

		private final Scheduler scheduler;

		Client(Scheduler scheduler) {
			this.scheduler = scheduler;
		}

		@CircuitBreaker(name = "client", fallbackMethod = "instead")
		public Mono<String> mono() {
			return Mono.<String>fromCallable(Client::fail).subscribeOn(this.scheduler);
		}

		@CircuitBreaker(name = "client", fallbackMethod = "instead")
		public Flux<String> flux() {
			return Flux.just("element").publishOn(this.scheduler).map((element) -> fail());
		}

		private static String fail() {
			throw new IllegalStateException(" of a call in " + MDC.get(REQUEST));
		}

		private String instead(IllegalStateException thrown) {
			return "fallback in " + MDC.get(REQUEST) + thrown.getMessage();
		}

		private String instead(Throwable thrown) {
			return "fallback in " + MDC.get(REQUEST);
		}

	}

}
