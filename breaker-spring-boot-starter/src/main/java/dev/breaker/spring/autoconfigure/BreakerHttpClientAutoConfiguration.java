package dev.breaker.spring.autoconfigure;

import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.http.CircuitBreakerClientHttpRequestInterceptor;
import dev.breaker.spring.http.CircuitBreakerExchangeFilterFunction;
import dev.breaker.spring.http.HttpClientBreakers;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of guards for HTTP clients. They
 * come last among the customizers, so that a guard is inside of what others add: each
 * attempt of a retry is a call, and fetching a token is none.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnBreakerEnabled
@Conditional(BreakerHttpClientAutoConfiguration.OnHttpClientsCondition.class)
public final class BreakerHttpClientAutoConfiguration {

	@Bean
	HttpClientBreakers breakerHttpClientBreakers(BreakerConfigs breakerConfigs, CircuitBreakerRegistry registry,
			BreakerProperties properties) {
		return new HttpClientBreakers(breakerConfigs.httpClients(), registry, breakerConfigs::get,
				properties.keys().max());
	}

	/** A client that is customized twice has one guard. */
	private static <T> void addOnce(List<? super T> all, T guard) {
		if (!all.contains(guard)) {
			all.add(guard);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RestClientCustomizer.class, RestClient.class })
	static class BlockingClients {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		RestClientCustomizer breakerRestClientCustomizer(HttpClientBreakers breakers) {
			CircuitBreakerClientHttpRequestInterceptor guard = new CircuitBreakerClientHttpRequestInterceptor(breakers);
			return (builder) -> {
				if (!breakers.isEmpty()) {
					breakers.guardsBlockingClient();
					builder.requestInterceptors((all) -> addOnce(all, guard));
				}
			};
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		RestTemplateCustomizer breakerRestTemplateCustomizer(HttpClientBreakers breakers) {
			CircuitBreakerClientHttpRequestInterceptor guard = new CircuitBreakerClientHttpRequestInterceptor(breakers);
			return (restTemplate) -> {
				if (!breakers.isEmpty()) {
					breakers.guardsBlockingClient();
					addOnce(restTemplate.getInterceptors(), guard);
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ WebClientCustomizer.class, WebClient.class })
	static class ReactiveClients {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		WebClientCustomizer breakerWebClientCustomizer(HttpClientBreakers breakers) {
			CircuitBreakerExchangeFilterFunction guard = new CircuitBreakerExchangeFilterFunction(breakers);
			return (builder) -> {
				if (!breakers.isEmpty()) {
					builder.filters((all) -> addOnce(all, guard));
				}
			};
		}

	}

	/** Where the classes of either of the nested configurations are. */
	static final class OnHttpClientsCondition extends SpringBootCondition implements ConfigurationCondition {

		private static final Map<String, String> CUSTOMIZERS = Map.of(
				"org.springframework.boot.restclient.RestClientCustomizer", "org.springframework.web.client.RestClient",
				"org.springframework.boot.webclient.WebClientCustomizer",
				"org.springframework.web.reactive.function.client.WebClient");

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.PARSE_CONFIGURATION;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("HTTP clients");
			for (Map.Entry<String, String> each : CUSTOMIZERS.entrySet()) {
				if (isPresent(each.getKey(), context) && isPresent(each.getValue(), context)) {
					return ConditionOutcome.match(message.found("class").items(each.getKey()));
				}
			}
			return ConditionOutcome.noMatch(message.didNotFind("class", "classes").items(CUSTOMIZERS.keySet()));
		}

		private static boolean isPresent(String className, ConditionContext context) {
			return ClassUtils.isPresent(className, context.getClassLoader());
		}

	}

}
