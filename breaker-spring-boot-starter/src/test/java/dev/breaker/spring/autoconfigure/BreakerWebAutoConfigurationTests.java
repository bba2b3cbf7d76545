package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.web.CallNotPermittedExceptionResolver;
import dev.breaker.spring.web.CallNotPermittedFilter;
import dev.breaker.spring.web.CallNotPermittedWebExceptionHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webflux.error.ErrorWebExceptionHandler;
import org.springframework.core.Ordered;
import org.springframework.web.server.WebExceptionHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link BreakerWebMvcAutoConfiguration} and
 * {@link BreakerWebFluxAutoConfiguration}.
 */
class BreakerWebAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(BreakerAutoConfiguration.class,
			BreakerWebMvcAutoConfiguration.class, BreakerWebFluxAutoConfiguration.class);

	private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	private final ApplicationContextRunner none = new ApplicationContextRunner().withConfiguration(CONFIGURATIONS);

	@Test
	void bothAreRegistered() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null))
			.contains(BreakerWebMvcAutoConfiguration.class.getName(), BreakerWebFluxAutoConfiguration.class.getName());
	}

	@Test
	void servletApplicationHasThoseOfSpringMvc() {
		this.servlet.run((context) -> assertThat(context).hasSingleBean(CallNotPermittedExceptionResolver.class)
			.hasSingleBean(CallNotPermittedFilter.class)
			.doesNotHaveBean(CallNotPermittedWebExceptionHandler.class));
	}

	@Test
	void reactiveApplicationHasThatOfWebFlux() {
		this.reactive.run((context) -> assertThat(context).hasSingleBean(CallNotPermittedWebExceptionHandler.class)
			.doesNotHaveBean(CallNotPermittedExceptionResolver.class)
			.doesNotHaveBean(CallNotPermittedFilter.class));
	}

	@Test
	void applicationWithoutAWebServerHasNone() {
		this.none.run((context) -> assertThat(context).doesNotHaveBean(CallNotPermittedExceptionResolver.class)
			.doesNotHaveBean(CallNotPermittedFilter.class)
			.doesNotHaveBean(CallNotPermittedWebExceptionHandler.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "breaker.web.problem-details=false", "breaker.enabled=false" })
	void canBeSwitchedOff(String property) {
		this.servlet.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CallNotPermittedExceptionResolver.class)
				.doesNotHaveBean(CallNotPermittedFilter.class));
		this.reactive.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CallNotPermittedWebExceptionHandler.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "on", "yes", "1" })
	void isThereHoweverTrueIsSpelled(String value) {
		this.servlet.withPropertyValues("breaker.web.problem-details=" + value)
			.run((context) -> assertThat(context).hasSingleBean(CallNotPermittedExceptionResolver.class));
		this.reactive.withPropertyValues("breaker.web.problem-details=" + value)
			.run((context) -> assertThat(context).hasSingleBean(CallNotPermittedWebExceptionHandler.class));
	}

	@Test
	void switchThatIsNoBooleanStopsTheApplication() {
		this.servlet.withPropertyValues("breaker.web.problem-details=maybe")
			.run((context) -> assertThat(context).hasFailed());
		this.reactive.withPropertyValues("breaker.web.problem-details=maybe")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void isNotThereWithoutTheFramework() {
		this.servlet.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CallNotPermittedFilter.class));
		this.reactive.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CallNotPermittedWebExceptionHandler.class));
	}

	@Test
	void standsBehindAnErrorHandlerInPlaceOfBoots() {
		ErrorWebExceptionHandler own = (exchange, thrown) -> exchange.getResponse().setComplete();
		this.reactive.withBean(ErrorWebExceptionHandler.class, () -> own).run((context) -> {
			assertThat(context.getBeanProvider(WebExceptionHandler.class).orderedStream()).hasSize(2)
				.first()
				.isSameAs(own);
			assertThat(context.getBean(CallNotPermittedWebExceptionHandler.class).getOrder())
				.isEqualTo(Ordered.LOWEST_PRECEDENCE);
		});
	}

}
