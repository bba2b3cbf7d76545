package dev.breaker.spring.dashboard;

import java.time.Clock;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.actuate.CircuitBreakersEndpointWebExtension;
import dev.breaker.spring.actuate.FleetAccess;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEndpointAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.event.EventStore;
import dev.breaker.spring.stream.SseStreams;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the
 * {@link BreakerDashboardEndpoint} and the {@link CircuitBreakerHistoryEndpoint}. Where
 * neither is exposed, there is no history, and no thread.
 */
@AutoConfiguration(after = { BreakerAutoConfiguration.class, BreakerEndpointAutoConfiguration.class })
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnWebApplication
@ConditionalOnBean({ CircuitBreakerRegistry.class, BreakerConfigs.class })
@Conditional(BreakerDashboardAutoConfiguration.OnAnyEndpoint.class)
@ImportRuntimeHints(BreakerDashboardAutoConfiguration.PageHints.class)
public final class BreakerDashboardAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	History breakerHistory(CircuitBreakerRegistry registry, ObjectProvider<BreakerClock> clock) {
		BreakerClock clockOfAll = clock.getIfAvailable();
		return new History(registry, (clockOfAll != null) ? clockOfAll.clock() : Clock.systemUTC());
	}

	@Bean
	@ConditionalOnMissingBean
	DashboardThread breakerDashboardThread(ApplicationContext context, History history, ObjectProvider<Live> live,
			ObjectProvider<LiveStream> stream) {
		return new DashboardThread(context, history, live, stream);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	CircuitBreakerHistoryEndpoint breakerHistoryEndpoint(History history) {
		return new CircuitBreakerHistoryEndpoint(history);
	}

	/**
	 * Whether there is anything to keep a history for.
	 */
	static final class OnAnyEndpoint extends AnyNestedCondition {

		OnAnyEndpoint() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnAvailableEndpoint(endpoint = BreakerDashboardEndpoint.class, exposure = EndpointExposure.WEB)
		static final class OfThePage {

		}

		@ConditionalOnAvailableEndpoint(endpoint = CircuitBreakerHistoryEndpoint.class, exposure = EndpointExposure.WEB)
		static final class OfTheHistory {

		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(endpoint = BreakerDashboardEndpoint.class, exposure = EndpointExposure.WEB)
	@ConditionalOnMissingBean(BreakerDashboardEndpoint.class)
	static final class OfThePage {

		@Bean
		DashboardPaths breakerDashboardPaths(ObjectProvider<PathMappedEndpoints> endpoints,
				ObjectProvider<EndpointAccessResolver> access,
				ObjectProvider<CircuitBreakersEndpointWebExtension> circuitBreakers) {
			return new DashboardPaths(endpoints, access, circuitBreakers);
		}

		@Bean
		Live breakerDashboardLive(CircuitBreakerRegistry registry, History history, BreakerConfigs configs,
				DashboardPaths paths, Environment environment, ObjectProvider<GuardedMethodRegistry> guardedMethods,
				ObjectProvider<EventStore> events, ObjectProvider<FleetAccess> fleet) {
			return new Live(registry, history, configs, paths, environment, guardedMethods, events, fleet);
		}

		@Bean
		BreakerDashboardEndpoint breakerDashboardEndpoint(Live live, DashboardPaths paths,
				ObjectProvider<LiveStream> stream) {
			return new BreakerDashboardEndpoint(live, paths, stream);
		}

		@Bean
		@ConditionalOnBean(SseStreams.class)
		LiveStream breakerDashboardStream(Live live, SseStreams streams) {
			return new LiveStream(live, streams);
		}

	}

	/**
	 * The files of the page, and what is looked up by its name, for native images.
	 */
	static final class PageHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			String folder = BreakerDashboardEndpoint.class.getPackageName().replace('.', '/');
			for (String files : new String[] { "/*.html", "/*.css", "/*.js", "/*.svg" }) {
				hints.resources().registerPattern(folder + files);
			}
			for (String token : new String[] { "org.springframework.security.web.csrf.CsrfToken",
					"org.springframework.security.web.server.csrf.CsrfToken" }) {
				hints.reflection().registerTypeIfPresent(classLoader, token, (hint) -> {
				});
			}
		}

	}

}
