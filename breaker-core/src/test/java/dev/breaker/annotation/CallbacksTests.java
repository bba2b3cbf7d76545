package dev.breaker.annotation;

import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CallbacksTests {

	private static final String MODEL_ATTRIBUTE = "org.springframework.web.bind.annotation.ModelAttribute";

	private static final String REQUEST_MAPPING = "org.springframework.web.bind.annotation.RequestMapping";

	@ParameterizedTest
	@ValueSource(strings = { "java.io.Closeable", "org.springframework.core.Ordered",
			"org.springframework.beans.factory.DisposableBean", "org.springframework.context.ApplicationContextAware",
			"org.springframework.web.servlet.config.annotation.WebMvcConfigurer",
			"jakarta.servlet.ServletContextListener", "jakarta.servlet.Filter", "jakarta.servlet.Servlet",
			"org.springframework.web.server.WebFilter", "io.micrometer.core.instrument.binder.MeterBinder" })
	void whatTheContainerCallsIsACallback(String name) {
		assertThat(Callbacks.isInterface(name)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "java.lang.Runnable", "org.springframework.core.convert.converter.Converter",
			"com.example.ShopAware", "com.example.OrderListener", "jakarta.servlet.AsyncContext",
			"org.springframework.data.domain.AuditorAware", "org.springframework.data.domain.ReactiveAuditorAware" })
	void whatTheApplicationCallsIsNone(String name) {
		assertThat(Callbacks.isInterface(name)).isFalse();
	}

	@Test
	void aMethodIsOneByItsAnnotations() {
		assertThat(Callbacks.isMethod("org.springframework.context.event.EventListener"::equals)).isTrue();
		assertThat(Callbacks.isMethod("org.springframework.beans.factory.annotation.Autowired"::equals)).isTrue();
		assertThat(Callbacks.isMethod(MODEL_ATTRIBUTE::equals)).isTrue();
		assertThat(Callbacks.isMethod(Set.of(MODEL_ATTRIBUTE, REQUEST_MAPPING)::contains)).isFalse();
		assertThat(Callbacks.isMethod((name) -> false)).isFalse();
	}

}
