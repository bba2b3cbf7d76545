package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import dev.breaker.spring.support.RunningApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Contexts that the application makes by hand below its own.
 */
@ExtendWith(OutputCaptureExtension.class)
class HandMadeChildContextTests {

	private static final String UNGUARDED = "Beans of the child context";

	@Test
	void unguardedBeansOfADispatcherServletAreNamed(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(Plain.class)) {
			assertThat(application.get("/legacy/books").status()).isEqualTo(200);
			assertThat(application.bean(CircuitBreakerRegistry.class).find("books")).isEmpty();
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(UNGUARDED))).singleElement()
			.asString()
			.contains(" WARN ", "are not guarded", ": books. Put @Import(BreakerAopAutoConfiguration.class) on");
	}

	@Test
	void theImportGuardsThem(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(Mended.class)) {
			assertThat(application.get("/legacy/books").status()).isEqualTo(200);
			assertThat(application.bean(CircuitBreakerRegistry.class).get("books").snapshot().successfulCallsTotal())
				.isEqualTo(1);
		}
		assertThat(output).doesNotContain(UNGUARDED);
	}

	@Test
	void strictlyAnUnguardedChildDoesNotStart() {
		try (RunningApplication application = RunningApplication.start(Application.class, "breaker.aspect.strict=true");
				AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
			child.setParent(application.context());
			child.register(Books.class);
			assertThatExceptionOfType(InvalidCircuitBreakerAnnotationException.class).isThrownBy(child::refresh)
				.withMessageStartingWith(UNGUARDED);
		}
	}

	@Test
	void childWithoutAnnotatedBeansIsNotMentioned(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(Application.class)) {
			AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext();
			child.setParent(application.context());
			child.register(Empty.class);
			child.refresh();
			child.close();
		}
		assertThat(output).doesNotContain(UNGUARDED);
	}

	@Test
	void grandchildIsReportedByTheNearestContextThatGuards(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(Application.class);
				AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext();
				AnnotationConfigApplicationContext grandchild = new AnnotationConfigApplicationContext()) {
			child.setParent(application.context());
			child.register(Empty.class);
			child.refresh();
			grandchild.setParent(child);
			grandchild.register(Books.class);
			grandchild.refresh();
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(UNGUARDED))).hasSize(1);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

		@Bean
		ServletRegistrationBean<DispatcherServlet> legacy() {
			return servlet(Web.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Mended {

		@Bean
		ServletRegistrationBean<DispatcherServlet> legacy() {
			return servlet(GuardedWeb.class);
		}

	}

	private static ServletRegistrationBean<DispatcherServlet> servlet(Class<?> configuration) {
		AnnotationConfigWebApplicationContext child = new AnnotationConfigWebApplicationContext();
		child.register(configuration);
		ServletRegistrationBean<DispatcherServlet> servlet = new ServletRegistrationBean<>(new DispatcherServlet(child),
				"/legacy/*");
		servlet.setName("legacy");
		return servlet;
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebMvc
	static class Web {

		@Bean
		Books books() {
			return new Books();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Web.class, BreakerAopAutoConfiguration.class })
	static class GuardedWeb {

	}

	@RestController
	static class Books {

		@GetMapping("/books")
		@CircuitBreaker(name = "books")
		public String books() {
			return "books";
		}

	}

}
