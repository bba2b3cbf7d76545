package dev.breaker.spring.metrics;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;

import com.sun.management.ThreadMXBean;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.OutcomeRule.Verdict;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerObservationAutoConfiguration;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.ObservationContextAssert;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleTracer;
import io.micrometer.tracing.test.simple.TracerAssert;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OutcomeObservationsTests {

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private final ApplicationContextRunner plain = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
				BreakerAopAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
				BreakerObservationAutoConfiguration.class))
		.withPropertyValues("breaker.instances.payments.ignore-exceptions=java.lang.IllegalArgumentException")
		.withBean(Shop.class);

	private final ApplicationContextRunner observed = this.plain.withBean(ObservationRegistry.class,
			() -> this.observations);

	@Test
	void theOutcomeOfACallIsOnTheObservationAroundIt() {
		this.observed.run((context) -> {
			Shop shop = context.getBean(Shop.class);
			Observation request = during(() -> assertThat(shop.pay(null)).isEqualTo("paid"));
			assertOutcome(request, "payments", "closed", "success");
			request = during(() -> assertThat(shop.pay(new IllegalStateException())).isEqualTo("later"));
			assertOutcome(request, "payments", "closed", "failure");
			request = during(() -> assertThatIllegalArgumentException()
				.isThrownBy(() -> shop.pay(new IllegalArgumentException())));
			assertOutcome(request, "payments", "closed", "ignored");
		});
	}

	@Test
	void aRefusalIsOnTheObservationAroundIt() {
		this.observed.run((context) -> {
			breaker(context, "payments").forceOpen();
			Shop shop = context.getBean(Shop.class);
			Observation request = during(() -> assertThat(shop.pay(null)).isEqualTo("later"));
			assertOutcome(request, "payments", "forced_open", "refused");
		});
	}

	@Test
	void aResultThatIsIgnoredIsOnTheObservationAroundIt() {
		dev.breaker.CircuitBreaker breaker = dev.breaker.CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().outcomeRule((result, thrown) -> Verdict.IGNORED).build());
		breaker.addListener(new OutcomeObservations(this.observations));
		Observation request = during(() -> breaker.acquire().success("not found", 0));
		assertOutcome(request, "payments", "closed", "ignored");
	}

	@Test
	void aRefusalIsOnTheSpanOfTheRequest() {
		SimpleTracer tracer = new SimpleTracer();
		this.observations.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
		this.observed.run((context) -> {
			breaker(context, "payments").forceOpen();
			during(() -> assertThat(context.getBean(Shop.class).pay(null)).isEqualTo("later"));
		});
		TracerAssert.assertThat(tracer)
			.onlySpan()
			.hasNameEqualTo("request")
			.hasTag("breaker.name", "payments")
			.hasTag("breaker.state", "forced_open")
			.hasTag("breaker.outcome", "refused");
	}

	@Test
	void outcomesAreOnTheSpansOfTheirRequests() {
		SimpleTracer tracer = new SimpleTracer();
		this.observations.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
		this.observed.run((context) -> {
			Shop shop = context.getBean(Shop.class);
			during(() -> assertThat(shop.pay(null)).isEqualTo("paid"));
			TracerAssert.assertThat(tracer).lastSpan().hasTag("breaker.outcome", "success");
			during(() -> assertThat(shop.pay(new IllegalStateException())).isEqualTo("later"));
			TracerAssert.assertThat(tracer).lastSpan().hasTag("breaker.outcome", "failure");
			during(() -> shop.other());
			TracerAssert.assertThat(tracer).lastSpan().doesNotHaveTagWithKey("breaker.outcome");
		});
	}

	@Test
	void aSuccessDoesNotHideWhatWentWrongBefore() {
		this.observed.run((context) -> {
			breaker(context, "payments").forceOpen();
			Shop shop = context.getBean(Shop.class);
			Observation request = during(() -> {
				shop.stock();
				shop.pay(null);
				shop.stock();
			});
			assertOutcome(request, "payments", "forced_open", "refused");
		});
	}

	@Test
	void aStageIsRecordedWhereItEnds() {
		this.observed.run((context) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			Shop shop = context.getBean(Shop.class);
			Observation request = during(() -> shop.later(source));
			ObservationContextAssert.assertThat(request.getContext())
				.doesNotHaveHighCardinalityKeyValueWithKey("breaker.outcome");
			Observation propagated = during(() -> source.complete("stock"));
			assertOutcome(propagated, "stock", "closed", "success");
		});
	}

	@Test
	void aCallWithoutAnObservationIsMadeAllTheSame() {
		this.observed.run((context) -> {
			assertThat(context.getBean(Shop.class).pay(null)).isEqualTo("paid");
			assertThat(breaker(context, "payments").snapshot().successfulCallsTotal()).isOne();
		});
	}

	@Test
	void withoutAnObservationNothingIsAllocated() {
		OutcomeObservations listener = new OutcomeObservations(ObservationRegistry.create());
		dev.breaker.CircuitBreaker breaker = dev.breaker.CircuitBreaker.of("payments",
				CircuitBreakerConfig.ofDefaults());
		IllegalStateException thrown = new IllegalStateException();
		hearEachEnd(listener, breaker, thrown);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		hearEachEnd(listener, breaker, thrown);
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("bytes of 50,000 calls").isLessThan(50_000);
	}

	private static void hearEachEnd(OutcomeObservations listener, dev.breaker.CircuitBreaker breaker,
			IllegalStateException thrown) {
		for (int call = 0; call < 10_000; call++) {
			listener.onSuccess(breaker, 1);
			listener.onFailure(breaker, thrown, 1);
			listener.onIgnored(breaker, thrown, 1);
			listener.onIgnoredResult(breaker, 1);
			listener.onNotPermitted(breaker);
		}
	}

	@Test
	void theMeterOfAnObservationHasNoFurtherTags() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		this.observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
		this.observed.run((context) -> {
			during(() -> context.getBean(Shop.class).pay(null));
			assertThat(meters.get("request").timer().getId().getTags()).extracting(Tag::getKey)
				.noneMatch((key) -> key.startsWith("breaker."));
		});
	}

	@Test
	void withoutAnObservationRegistryThereIsNothing() {
		this.plain.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OutcomeObservations.class));
		this.plain.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private Observation during(Runnable work) {
		Observation request = Observation.start("request", this.observations);
		try (Observation.Scope scope = request.openScope()) {
			assertThat(scope.getCurrentObservation()).isSameAs(request);
			work.run();
		}
		finally {
			request.stop();
		}
		return request;
	}

	private static void assertOutcome(Observation observation, String name, String state, String outcome) {
		ObservationContextAssert.assertThat(observation.getContext())
			.hasHighCardinalityKeyValue("breaker.name", name)
			.hasHighCardinalityKeyValue("breaker.state", state)
			.hasHighCardinalityKeyValue("breaker.outcome", outcome);
	}

	private static dev.breaker.CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).get(name);
	}

	// Public for its proxy, which the other class loader makes
	public static class Shop {

		@CircuitBreaker(name = "payments", fallbackMethod = "payLater")
		public String pay(RuntimeException thrown) {
			if (thrown != null) {
				throw thrown;
			}
			return "paid";
		}

		public String payLater(RuntimeException thrown, Throwable cause) {
			return "later";
		}

		public String other() {
			return "no call of a breaker";
		}

		@CircuitBreaker(name = "stock")
		public String stock() {
			return "stock";
		}

		@CircuitBreaker(name = "stock")
		public CompletableFuture<String> later(CompletableFuture<String> source) {
			return source;
		}

	}

}
