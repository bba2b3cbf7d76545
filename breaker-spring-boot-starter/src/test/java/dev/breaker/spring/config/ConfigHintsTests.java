package dev.breaker.spring.config;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpHostPattern;
import dev.breaker.spring.http.HttpPathPattern;
import dev.breaker.spring.http.HttpServerEntry;
import dev.breaker.spring.http.HttpStatusPattern;
import dev.breaker.spring.support.AheadOfTime;
import jakarta.servlet.ServletRequest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told of the configuration.
 */
class ConfigHintsTests {

	@Test
	void exceptionsThatPropertiesNameAreKnownByName() {
		RuntimeHints hints = hints("breaker.configs.default.ignore-exceptions=java.io.IOException",
				"breaker.instances.payments.record-exceptions[0]=" + DeclinedException.class.getName(),
				"breaker.instances.payments.record-exceptions[1]=java.lang.IllegalStateException");
		assertThat(RuntimeHintsPredicates.reflection().onType(IOException.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(DeclinedException.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(IllegalStateException.class)).accepts(hints);
	}

	@Test
	void predicatesThatPropertiesNameCanBeMade() {
		RuntimeHints hints = hints("breaker.configs.remote.record-result-predicate=" + EmptyAnswer.class.getName());
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(EmptyAnswer.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).accepts(hints);
	}

	@Test
	void propertiesCanBeRead() {
		RuntimeHints hints = hints();
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(CircuitBreakerConfig.Builder.class)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(CircuitBreakerConfig.class)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(CircuitBreakerProperties.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(BreakerProperties.Events.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(BreakerProperties.Cluster.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(ClusterQuorum.class)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(hints);
	}

	@Test
	void entriesOfHttpCanBeRead() {
		RuntimeHints hints = hints();
		for (Class<?> entry : List.of(HttpClientEntry.class, HttpServerEntry.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onType(entry)).accepts(hints);
		}
		for (Class<?> pattern : List.of(HttpHostPattern.class, HttpPathPattern.class, HttpStatusPattern.class)) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onType(pattern)
				.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(hints);
		}
	}

	@Test
	void librariesThatAreLookedUpByNameAreFound() {
		RuntimeHints hints = hints();
		for (Class<?> type : List.of(HealthContributor.class, HealthContributorRegistry.class, Mono.class,
				HttpEntity.class, ResponseEntity.class, DeferredResult.class, ClientResponse.class,
				ServletRequest.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onType(type)).as(type.getName()).accepts(hints);
		}
	}

	@Test
	void whatIsWrongIsLeftToTheStart() {
		RuntimeHints hints = hints("breaker.configs.default.ignore-exceptions=java.io.IOException, no.such.Type",
				"breaker.typo=1");
		assertThat(RuntimeHintsPredicates.reflection().onType(CircuitBreakerProperties.class)).accepts(hints);
	}

	@Test
	void nothingIsToldWhereThereAreNoBreakers() {
		RuntimeHints hints = hints("breaker.enabled=false",
				"breaker.configs.default.ignore-exceptions=" + DeclinedException.class.getName());
		assertThat(RuntimeHintsPredicates.reflection().onType(DeclinedException.class)).rejects(hints);
	}

	private static RuntimeHints hints(String... properties) {
		return AheadOfTime.hints(TestPropertyValues.of(properties), Application.class);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(BreakerAutoConfiguration.class)
	static class Application {

	}

	static class DeclinedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	static class EmptyAnswer implements Predicate<String> {

		@Override
		public boolean test(String answer) {
			return answer.isEmpty();
		}

	}

}
