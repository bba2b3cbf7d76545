package dev.breaker.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.DefaultResourceLoader;

/**
 * Starts applications that differ in nothing but the library that guards their beans. All
 * libraries are on one class path, so each application leaves out the auto-configuration
 * of the others.
 */
final class Contexts {

	private static final String METERS = "org.springframework.boot.micrometer.";

	private Contexts() {
	}

	/** An application with Actuator and without a web server. */
	static ConfigurableApplicationContext start(Library library, boolean meters, Map<String, String> properties,
			List<Class<?>> beans) {
		Map<String, Object> defaults = new TreeMap<>(properties);
		defaults.put("spring.autoconfigure.exclude", excluded(library, meters));
		SpringApplication application = new SpringApplication(Application.class);
		// Proxies are defined where the classes of the beans are.
		application.setResourceLoader(new DefaultResourceLoader(beans.get(0).getClassLoader()));
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setBannerMode(Banner.Mode.OFF);
		application.setLogStartupInfo(false);
		application.setRegisterShutdownHook(false);
		application.setDefaultProperties(defaults);
		application.addInitializers((context) -> {
			AnnotatedBeanDefinitionReader reader = new AnnotatedBeanDefinitionReader((BeanDefinitionRegistry) context);
			beans.forEach((bean) -> reader.registerBean(bean));
		});
		return application.run();
	}

	private static String excluded(Library library, boolean meters) {
		List<String> excluded = ImportCandidates.load(AutoConfiguration.class, Contexts.class.getClassLoader())
			.getCandidates()
			.stream()
			.filter((candidate) -> library.leavesOut(candidate) || (!meters && candidate.startsWith(METERS)))
			.toList();
		return String.join(",", excluded);
	}

	/**
	 * What guards the beans of an application.
	 */
	enum Library {

		/** Nothing. Proxies, which a starter would bring along, are missing too. */
		NONE("(dev.breaker|io.github.resilience4j|org.springframework.boot.autoconfigure.aop)\\..*"),

		/** This project's starter. */
		BREAKER("(io.github.resilience4j|dev.breaker.spring.dashboard|dev.breaker.spring.fleet)\\..*"),

		/** Resilience4j's starter, with all that it switches on. */
		RESILIENCE4J("dev.breaker\\..*"),

		/** Resilience4j's starter, with nothing but its circuit breaker. */
		RESILIENCE4J_BREAKER("dev.breaker\\..*"
				+ "|io.github.resilience4j.springboot\\.(bulkhead|micrometer|ratelimiter|retry|scheduled|timelimiter)\\..*");

		private final String leftOut;

		Library(String leftOut) {
			this.leftOut = leftOut;
		}

		private boolean leavesOut(String autoConfiguration) {
			return autoConfiguration.matches(this.leftOut);
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
