package dev.breaker.spring.metrics;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.OutcomeRule.Verdict;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerObservationAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerTracingAutoConfiguration;
import dev.breaker.spring.support.Calls;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.ObservationContextAssert;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.test.simple.SimpleTracer;
import io.micrometer.tracing.test.simple.TracerAssert;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

class OutcomeSpansTests {

	private final SimpleTracer tracer = new SimpleTracer();

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private final ApplicationContextRunner plain = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
				BreakerObservationAutoConfiguration.class, BreakerTracingAutoConfiguration.class))
		.withPropertyValues("breaker.instances.payments.ignore-exceptions=java.lang.IllegalArgumentException");

	private final ApplicationContextRunner traced = this.plain.withBean(Tracer.class, () -> this.tracer);

	@Test
	void theOutcomeOfACallIsOnTheCurrentSpan() {
		this.traced.run((context) -> {
			CircuitBreaker payments = breaker(context, "payments");
			during(() -> Calls.succeed(payments));
			assertLastSpan("payments", "closed", "success");
			during(() -> Calls.fail(payments, new IllegalStateException()));
			assertLastSpan("payments", "closed", "failure");
			during(() -> Calls.fail(payments, new IllegalArgumentException()));
			assertLastSpan("payments", "closed", "ignored");
			during(() -> {
			});
			TracerAssert.assertThat(this.tracer).lastSpan().doesNotHaveTagWithKey("breaker.outcome");
		});
	}

	@Test
	void aRefusalIsOnTheCurrentSpan() {
		this.traced.run((context) -> {
			breaker(context, "payments").forceOpen();
			during(() -> Calls.refused(breaker(context, "payments"), 1));
			assertLastSpan("payments", "forced_open", "refused");
		});
	}

	@Test
	void aResultThatIsIgnoredIsOnTheCurrentSpan() {
		CircuitBreaker payments = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().outcomeRule((result, thrown) -> Verdict.IGNORED).build());
		payments.addListener(new OutcomeSpans(this.tracer, ObservationRegistry.NOOP));
		during(() -> payments.acquire().success("not found", 0));
		assertLastSpan("payments", "closed", "ignored");
	}

	@Test
	void aSuccessDoesNotHideWhatWentWrongBefore() {
		this.traced.run((context) -> {
			breaker(context, "payments").forceOpen();
			during(() -> {
				Calls.succeed(breaker(context, "stock"));
				Calls.refused(breaker(context, "payments"), 1);
				Calls.succeed(breaker(context, "stock"));
			});
			assertLastSpan("payments", "forced_open", "refused");
			during(() -> Calls.succeed(breaker(context, "stock")));
			assertLastSpan("stock", "closed", "success");
		});
	}

	@Test
	void whereAnObservationIsCurrentTheSpanIsLeftToIt() {
		this.traced.withBean(ObservationRegistry.class, () -> this.observations).run((context) -> {
			Observation request = Observation.start("request", this.observations);
			during(() -> request.scoped(() -> Calls.succeed(breaker(context, "payments"))));
			ObservationContextAssert.assertThat(request.getContext())
				.hasHighCardinalityKeyValue("breaker.outcome", "success");
			TracerAssert.assertThat(this.tracer).lastSpan().doesNotHaveTagWithKey("breaker.outcome");
			during(() -> Calls.succeed(breaker(context, "payments")));
			assertLastSpan("payments", "closed", "success");
		});
	}

	@Test
	void withoutASpanNothingIsAllocated() {
		OutcomeSpans listener = new OutcomeSpans(Tracer.NOOP, ObservationRegistry.create());
		CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.ofDefaults());
		IllegalStateException thrown = new IllegalStateException();
		hearEachEnd(listener, breaker, thrown);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		hearEachEnd(listener, breaker, thrown);
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("bytes of 50,000 calls").isLessThan(50_000);
	}

	private static void hearEachEnd(OutcomeSpans listener, CircuitBreaker breaker, IllegalStateException thrown) {
		for (int call = 0; call < 10_000; call++) {
			listener.onSuccess(breaker, 1);
			listener.onFailure(breaker, thrown, 1);
			listener.onIgnored(breaker, thrown, 1);
			listener.onIgnoredResult(breaker, 1);
			listener.onNotPermitted(breaker);
		}
	}

	@Test
	void withoutTracingThereIsNothing() {
		this.plain.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OutcomeSpans.class));
		this.plain.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed());
		this.traced.run((context) -> assertThat(context).hasSingleBean(OutcomeSpans.class));
	}

	private void during(Runnable work) {
		Span span = this.tracer.nextSpan().name("request").start();
		try (Tracer.SpanInScope scope = this.tracer.withSpan(span)) {
			assertThat(scope).isNotNull();
			work.run();
		}
		finally {
			span.end();
		}
	}

	private void assertLastSpan(String name, String state, String outcome) {
		TracerAssert.assertThat(this.tracer)
			.lastSpan()
			.hasTag("breaker.name", name)
			.hasTag("breaker.state", state)
			.hasTag("breaker.outcome", outcome);
	}

	private static CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).get(name);
	}

}
