package dev.breaker.spring.autoconfigure;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Properties;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.core.io.UrlResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the jar says of the auto-configurations, so that Spring Boot orders them and rules
 * them out without reading their classes.
 */
class AutoConfigurationMetadataTests {

	private static final Properties METADATA = new Properties();

	@BeforeAll
	static void load() throws IOException {
		ClassLoader classes = BreakerAutoConfiguration.class.getClassLoader();
		String name = "META-INF/spring-autoconfigure-metadata.properties";
		for (URL file : Collections.list(classes.getResources(name))) {
			METADATA.putAll(PropertiesLoaderUtils.loadProperties(new UrlResource(file)));
		}
	}

	static List<String> autoConfigurations() {
		return ImportCandidates.load(AutoConfiguration.class, BreakerAutoConfiguration.class.getClassLoader())
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("dev.breaker."))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("autoConfigurations")
	void everyAutoConfigurationHasMetadata(String name) {
		assertThat(METADATA).containsKey(name);
	}

	@Test
	void missingLibraryIsKnownWithoutReadingTheClass() {
		assertThat(METADATA.getProperty(BreakerMetricsAutoConfiguration.class.getName() + ".ConditionalOnClass"))
			.isEqualTo("io.micrometer.core.instrument.MeterRegistry");
	}

	@Test
	void orderIsKnownWithoutReadingTheClass() {
		assertThat(METADATA.getProperty(BreakerAopAutoConfiguration.class.getName() + ".AutoConfigureAfter"))
			.isEqualTo(BreakerAutoConfiguration.class.getName());
	}

}
