package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.metrics.OutcomeSpans;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link OutcomeSpans}.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration" })
@ConditionalOnClass({ ObservationRegistry.class, Tracer.class })
@ConditionalOnBean(name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnSingleCandidate(Tracer.class)
@ConditionalOnBreakerEnabled
public final class BreakerTracingAutoConfiguration {

	@Bean
	@ConditionalOnMissingPart
	OutcomeSpans breakerOutcomeSpans(Tracer tracer, ObjectProvider<ObservationRegistry> observations) {
		return new OutcomeSpans(tracer, observations.getIfUnique(() -> ObservationRegistry.NOOP));
	}

}
