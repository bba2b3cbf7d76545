package dev.breaker.spring.dashboard;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves Spring Security out of applications that do not ask for it by
 * {@code test.security=true}.
 */
final class NoSecurityUnlessAskedFor implements AutoConfigurationImportFilter, EnvironmentAware {

	private @Nullable Environment environment;

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
		boolean wanted = Objects.requireNonNull(this.environment).getProperty("test.security", Boolean.class, false);
		boolean[] matches = new boolean[classes.length];
		for (int i = 0; i < classes.length; i++) {
			matches[i] = wanted || classes[i] == null || !classes[i].contains(".security.");
		}
		return matches;
	}

}
