package dev.breaker.spring.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEndpointAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerMetricsAutoConfiguration;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A real application that starts with an {@code application.yml} of the test's own.
 */
final class YamlApplication {

	private final Path directory;

	private final List<Class<?>> sources = new ArrayList<>(List.of(Application.class));

	private final Map<String, Object> variables = new HashMap<>();

	private final List<String> arguments = new ArrayList<>();

	private String prefix = "";

	private String fileName = "application.yml";

	YamlApplication(Path directory) {
		this.directory = directory;
	}

	YamlApplication with(Class<?>... configurations) {
		this.sources.addAll(List.of(configurations));
		return this;
	}

	YamlApplication withVariable(String name, String value) {
		this.variables.put(name, value);
		return this;
	}

	YamlApplication withPrefixOfVariables(String prefix) {
		this.prefix = prefix;
		return this;
	}

	YamlApplication withArgument(String argument) {
		this.arguments.add(argument);
		return this;
	}

	YamlApplication asPropertiesFile() {
		this.fileName = "application.properties";
		return this;
	}

	/** The config that the given file leads to. */
	CircuitBreakerConfig config(String yaml, String name) {
		try (ConfigurableApplicationContext context = start(yaml)) {
			return context.getBean(BreakerConfigs.class).get(name);
		}
	}

	/** What the application prints when the given file keeps it from starting. */
	String failure(String yaml) {
		Throwable failure = catchThrowable(() -> start(yaml).close());
		if (failure == null) {
			throw new AssertionError("The application started");
		}
		ArgumentResolver arguments = ArgumentResolver.of(Environment.class, new StandardEnvironment());
		for (FailureAnalyzer analyzer : SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, arguments, FailureHandler.handleMessage((message, ex) -> {
			}))) {
			FailureAnalysis analysis = analyzer.analyze(failure);
			if (analysis != null) {
				return analysis.getDescription() + "\n\nAction:\n\n" + analysis.getAction();
			}
		}
		throw new AssertionError("No analysis", failure);
	}

	ConfigurableApplicationContext start(String yaml) {
		Path file = this.directory.resolve(this.fileName);
		try {
			Files.writeString(file, yaml);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.arguments.add("--spring.config.location=file:" + file);
		return new SpringApplicationBuilder(this.sources.toArray(Class<?>[]::new)).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.environment(environment())
			.environmentPrefix(this.prefix)
			.run(this.arguments.toArray(String[]::new));
	}

	private ConfigurableEnvironment environment() {
		ConfigurableEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, this.variables));
		return environment;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class,
			BreakerMetricsAutoConfiguration.class, BreakerEndpointAutoConfiguration.class })
	static class Application {

	}

}
