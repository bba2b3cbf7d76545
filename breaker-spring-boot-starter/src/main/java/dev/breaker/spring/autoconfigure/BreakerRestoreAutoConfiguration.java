package dev.breaker.spring.autoconfigure;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.restore.StateKeeper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of what circuit breakers take over a
 * restart. The file may be named as late as at run time of an application that was
 * processed ahead of time, so the bean is there without one, too, and does nothing then.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnBreakerEnabled
public final class BreakerRestoreAutoConfiguration {

	private static final String NONE = "none";

	@Bean
	@ConditionalOnMissingBean
	static StateKeeper breakerStateKeeper(Environment environment) {
		Path file = BreakerProperties.find(environment, BreakerProperties.RESTORE_FILE, String.class)
			.map(String::trim)
			.filter((path) -> !path.isEmpty() && !path.equalsIgnoreCase(NONE))
			.flatMap(BreakerRestoreAutoConfiguration::path)
			.orElse(null);
		return new StateKeeper(file, environment.getProperty("spring.application.name", ""));
	}

	private static Optional<Path> path(String text) {
		try {
			return Optional.of(Path.of(text));
		}
		catch (InvalidPathException ex) {
			// The check of all properties says so.
			return Optional.empty();
		}
	}

}
