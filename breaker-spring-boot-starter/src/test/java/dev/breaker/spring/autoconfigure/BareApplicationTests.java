package dev.breaker.spring.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application in a JVM of its own whose class path has nothing that the starter can do
 * without.
 */
class BareApplicationTests {

	private static final Pattern OPTIONAL = Pattern.compile(
			".*(actuator|health|micrometer|prometheus|tomcat|netty|webmvc|webflux|spring-web|servlet|jackson|reactor).*\\.jar");

	@Test
	void startsAndGuardsWithoutOptionalLibraries() throws Exception {
		String output = run();
		assertThat(output).contains("Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND)")
			.contains("beans: [breakerAdvisorOrderBeanPostProcessor, breakerBeanPostProcessor, breakerConfigs, "
					+ "breakerGuardedMethodRegistry, breakerListenerRegistrar, breakerRegistry, "
					+ "breakerStartup, breakerStartupNews, breakerStateChangeLogger, breakerStateChangePublisher]");
	}

	private static String run() throws IOException, InterruptedException {
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !OPTIONAL.matcher(Path.of(entry).getFileName().toString()).matches())
			.collect(Collectors.joining(File.pathSeparator));
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				classPath, Application.class.getName())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
		return output;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		public static void main(String[] args) {
			try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, args)) {
				context.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
				System.out.println("beans: " + Arrays.stream(context.getBeanDefinitionNames())
					.filter((name) -> name.toLowerCase().contains("breaker") && !name.contains(".")
							&& !name.startsWith("bare"))
					.sorted()
					.toList());
			}
		}

	}

}
