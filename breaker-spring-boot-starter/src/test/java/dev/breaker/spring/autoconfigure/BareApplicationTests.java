package dev.breaker.spring.autoconfigure;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Flow;
import java.util.regex.Pattern;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.support.OwnJvm;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

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

	private static final String OPTIONAL = "actuator|health|micrometer|prometheus|tomcat|netty|webmvc|webflux|spring-web|servlet|jackson|reactor";

	@Test
	void startsAndGuardsWithoutOptionalLibraries() throws Exception {
		String output = run(Application.class, OPTIONAL + "|kotlin", 0);
		assertThat(output).contains("guarded: done")
			.contains("Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND)")
			.contains(
					"beans: [breakerAdvisorOrderBeanPostProcessor, breakerBeanPostProcessor, breakerBeansByType, breakerConfigs, "
							+ "breakerDarkProbes, breakerGuardedMethodRegistry, breakerListenerRegistrar, breakerRegistry, "
							+ "breakerSignalEventListener, breakerSignalPropagation, breakerStartup, breakerStartupNews, "
							+ "breakerStateChangeLogger, breakerStateChangePublisher, breakerStateKeeper]");
	}

	@Test
	void aReactiveMethodNeedsReactor() throws Exception {
		assertThat(run(ReactiveApplication.class, OPTIONAL + "|kotlin", 1))
			.contains("it returns java.util.concurrent.Flow$Publisher, which runs nothing until it is used",
					"Declare the value itself, or a CompletionStage",
					"and is guarded only where Reactor is on the class path",
					"The dependency io.projectreactor:reactor-core lets reactive types be guarded")
			.doesNotContain("a Mono");
		assertThat(run(PublisherApplication.class, OPTIONAL + "|kotlin", 1)).contains(
				"it returns org.reactivestreams.Publisher, which runs nothing until it is used, and is guarded only where Reactor is on the class path",
				"The dependency io.projectreactor:reactor-core lets reactive types be guarded");
	}

	@Test
	void anObjectThatIsAPublisherIsToldWithoutReactor() throws Exception {
		assertThat(run(ObjectApplication.class, OPTIONAL + "|kotlin", 0)).contains("Objects.object() returned ",
				"which runs nothing until it is used, and is guarded only where Reactor is on the class path: such calls count as successes");
	}

	@Test
	void aSuspendingFunctionNeedsTheLibraryThatSpringNeeds() throws Exception {
		assertThat(run(SuspendingApplication.class, OPTIONAL, 1)).contains(
				Suspending.class.getName() + ".call(String): it is a suspending function",
				"Add the dependency org.jetbrains.kotlinx:kotlinx-coroutines-reactor");
	}

	private static String run(Class<?> application, String libraries, int exitValue)
			throws IOException, InterruptedException {
		Pattern leftOut = Pattern.compile(".*(" + libraries + ").*\\.jar");
		return OwnJvm.run(application, (library) -> !leftOut.matcher(library).matches(), exitValue);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		public static void main(String[] args) {
			try (ConfigurableApplicationContext context = SpringApplication
				.run(new Class<?>[] { Application.class, Payments.class }, args)) {
				System.out.println("guarded: " + context.getBean(Payments.class).pay());
				context.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
				System.out.println("beans: " + Arrays.stream(context.getBeanDefinitionNames())
					.filter((name) -> name.toLowerCase().contains("breaker") && !name.contains(".")
							&& !name.startsWith("bare"))
					.sorted()
					.toList());
			}
		}

	}

	static class Payments {

		@CircuitBreaker(name = "payments")
		public String pay() {
			return "done";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ReactiveApplication {

		public static void main(String[] args) {
			SpringApplication.run(new Class<?>[] { ReactiveApplication.class, Streams.class }, args).close();
		}

	}

	static class Streams {

		@CircuitBreaker(name = "streams")
		public Flow.Publisher<String> stream() {
			throw new IllegalStateException();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class PublisherApplication {

		public static void main(String[] args) {
			SpringApplication.run(new Class<?>[] { PublisherApplication.class, Publishers.class }, args).close();
		}

	}

	static class Publishers {

		@CircuitBreaker(name = "streams")
		public Publisher<String> stream() {
			throw new IllegalStateException();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ObjectApplication {

		public static void main(String[] args) {
			try (ConfigurableApplicationContext context = SpringApplication
				.run(new Class<?>[] { ObjectApplication.class, Objects.class }, args)) {
				context.getBean(Objects.class).object();
			}
		}

	}

	static class Objects {

		@CircuitBreaker(name = "streams")
		public Object object() {
			return (Publisher<String>) (subscriber) -> {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class SuspendingApplication {

		public static void main(String[] args) {
			SpringApplication.run(new Class<?>[] { SuspendingApplication.class, Suspending.class }, args).close();
		}

	}

	static class Suspending {

		@CircuitBreaker(name = "unsupported")
		public Object call(String argument, Continuation<? super String> continuation) {
			return argument;
		}

	}

}
