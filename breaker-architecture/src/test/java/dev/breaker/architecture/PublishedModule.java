package dev.breaker.architecture;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.breaker.CircuitBreaker;
import dev.breaker.fleet.FleetNode;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.aspectj.CircuitBreakerAspect;
import dev.breaker.spring.cloud.BreakerCircuitBreakerFactory;
import dev.breaker.spring.dashboard.BreakerDashboardEndpoint;
import dev.breaker.spring.test.AutoConfigureCircuitBreakers;
import dev.breaker.test.ManualClock;

/**
 * A module that is published, with its main classes.
 */
enum PublishedModule {

	CORE("breaker-core", CircuitBreaker.class),

	TEST("breaker-test", ManualClock.class),

	STARTER("breaker-spring-boot-starter", BreakerClock.class),

	STARTER_TEST("breaker-spring-boot-starter-test", AutoConfigureCircuitBreakers.class),

	ASPECTJ("breaker-aspectj", CircuitBreakerAspect.class),

	DASHBOARD("breaker-dashboard", BreakerDashboardEndpoint.class),

	FLEET_REDIS("breaker-fleet-redis", FleetNode.class),

	SPRING_CLOUD("breaker-spring-cloud", BreakerCircuitBreakerFactory.class);

	private final String artifactId;

	private final JavaClasses classes;

	PublishedModule(String artifactId, Class<?> oneOfIt) {
		this.artifactId = artifactId;
		this.classes = read(oneOfIt);
	}

	/** A jar or, before the jars are made, a directory. */
	private static JavaClasses read(Class<?> oneOfIt) {
		try {
			Path place = Path.of(oneOfIt.getProtectionDomain().getCodeSource().getLocation().toURI());
			if (Files.isDirectory(place)) {
				return new ClassFileImporter().importPath(place);
			}
			try (JarFile jar = new JarFile(place.toFile())) {
				return new ClassFileImporter().importJar(jar);
			}
		}
		catch (IOException | URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String artifactId() {
		return this.artifactId;
	}

	JavaClasses classes() {
		return this.classes;
	}

}
