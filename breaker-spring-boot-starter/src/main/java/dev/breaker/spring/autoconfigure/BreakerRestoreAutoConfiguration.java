package dev.breaker.spring.autoconfigure;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.restore.StateKeeper;
import org.jspecify.annotations.Nullable;

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
		String text = BreakerProperties.find(environment, BreakerProperties.RESTORE_FILE, String.class)
			.orElse(NONE)
			.trim();
		Path file = (text.isEmpty() || text.equalsIgnoreCase(NONE)) ? null : path(text);
		return new StateKeeper(file, environment.getProperty("spring.application.name", ""));
	}

	private static @Nullable Path path(String text) {
		try {
			return Path.of(text);
		}
		catch (InvalidPathException ex) {
			// The check of all properties says so.
			return null;
		}
	}

}
