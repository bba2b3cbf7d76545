package dev.breaker.spring.test.shop;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.test.AutoConfigureCircuitBreakers;
import dev.breaker.test.CircuitBreakers;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestExecutionListeners;
import org.springframework.test.context.support.DependencyInjectionTestExecutionListener;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

/**
 * Runs classes of tests that share contexts, or that are to fail.
 */
class AutoConfigureCircuitBreakersTests {

	private static final String FILE = "breaker.restore.file";

	private static final Set<ApplicationContext> contexts = ConcurrentHashMap.newKeySet();

	@BeforeEach
	void forget() {
		contexts.clear();
	}

	private static EngineExecutionResults run(Class<?>... classes) {
		EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter");
		for (Class<?> one : classes) {
			kit.selectors(selectClass(one));
		}
		return kit.execute();
	}

	private static List<Throwable> failures(Class<?>... classes) {
		return run(classes).allEvents()
			.finished()
			.stream()
			.map(Event::getPayload)
			.map((payload) -> (TestExecutionResult) payload.orElseThrow())
			.flatMap((result) -> result.getThrowable().stream())
			.toList();
	}

	@Test
	void classesOfOneContextDoNotSeeEachOther() {
		assertThat(failures(First.class, Second.class, ThirdOpen.class)).isEmpty();
		assertThat(contexts).hasSize(1);
	}

	@Test
	void withoutTheResetTheySeeEachOther() {
		assertThat(failures(NotReset.class, NotResetEither.class)).singleElement()
			.isInstanceOf(AssertionError.class)
			.asString()
			.contains("Expected circuit breaker 'payments' to be CLOSED", "State: FORCED_OPEN");
		assertThat(contexts).hasSize(1);
	}

	@Test
	void misspelledNameFailsTheTest() {
		assertThat(failures(Misspelled.class)).singleElement()
			.isInstanceOf(AssertionError.class)
			.asString()
			.contains("There is no circuit breaker 'paymnets'. Did you mean 'payments'? There are: ");
	}

	@Test
	void annotationOnAMethodAloneFailsTheTest() {
		assertThat(failures(OnMethodAlone.class)).singleElement()
			.isInstanceOf(IllegalStateException.class)
			.asString()
			.contains("on the method open", "put it on " + OnMethodAlone.class.getName());
	}

	@Test
	void contextWithoutBreakersFailsTheTest() {
		assertThat(failures(Disabled.class, WithoutStarter.class)).hasSize(2)
			.allSatisfy((failure) -> assertThat(failure).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("no CircuitBreakerRegistry")
				.hasMessageContaining("breaker.enabled is false"));
	}

	@Test
	void otherTestsAreLeftAlone() {
		assertThat(failures(WithoutAnnotation.class)).isEmpty();
	}

	@Test
	void fileOfStatesIsNeitherReadNorWritten(@TempDir Path directory) throws IOException {
		Path file = directory.resolve("states");
		System.setProperty(FILE, file.toString());
		try {
			SpringApplication application = new SpringApplication(ShopApplication.class);
			application.setWebApplicationType(WebApplicationType.NONE);
			try (ConfigurableApplicationContext context = application.run()) {
				context.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			}
			String written = Files.readString(file);
			assertThat(written).contains("name=payments state=FORCED_OPEN");
			assertThat(failures(WithFile.class)).isEmpty();
			assertThat(file).content().isEqualTo(written);
		}
		finally {
			System.clearProperty(FILE);
		}
	}

	@Test
	void clockOfTheApplicationIsUsed() {
		assertThat(failures(WithOwnClock.class)).isEmpty();
	}

	@Test
	void composedAnnotationIsUnderstood() {
		assertThat(failures(Composed.class, InheritsComposed.class)).isEmpty();
	}

	@Test
	void dirtyContextIsNotMadeAgain() {
		Refreshes.count.set(0);
		assertThat(failures(MakesDirty.class)).isEmpty();
		assertThat(Refreshes.count).hasValue(1);
	}

	private static void assertAlone(ApplicationContext context, CircuitBreakerRegistry registry) {
		contexts.add(context);
		CircuitBreaker payments = CircuitBreakers.named(registry, "payments");
		assertThat(payments).isClosed();
		payments.forceOpen();
	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers
	static class First {

		@Test
		void isAlone(@Autowired ApplicationContext context, @Autowired CircuitBreakerRegistry registry) {
			assertAlone(context, registry);
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers
	static class Second {

		@Test
		void isAlone(@Autowired ApplicationContext context, @Autowired CircuitBreakerRegistry registry) {
			assertAlone(context, registry);
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers(open = "receipts")
	static class ThirdOpen {

		@Test
		void isAlone(@Autowired ApplicationContext context, @Autowired CircuitBreakerRegistry registry) {
			assertAlone(context, registry);
			assertThat(CircuitBreakers.named(registry, "receipts")).isOpen();
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers
	@TestExecutionListeners(DependencyInjectionTestExecutionListener.class)
	static class NotReset {

		@Test
		void isAlone(@Autowired ApplicationContext context, @Autowired CircuitBreakerRegistry registry) {
			CircuitBreakers.reset(registry);
			assertAlone(context, registry);
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers
	@TestExecutionListeners(DependencyInjectionTestExecutionListener.class)
	static class NotResetEither {

		@Test
		void isAlone(@Autowired ApplicationContext context, @Autowired CircuitBreakerRegistry registry) {
			assertAlone(context, registry);
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers(open = { "payments", "paymnets" })
	static class Misspelled {

		@Test
		void open() {
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	static class OnMethodAlone {

		@Test
		@AutoConfigureCircuitBreakers(open = "payments")
		void open() {
		}

	}

	@SpringBootTest(classes = NoApplication.class, properties = "breaker.enabled=false")
	@AutoConfigureCircuitBreakers
	static class Disabled {

		@Test
		void runs() {
		}

	}

	@SpringBootTest(classes = NoApplication.class)
	@AutoConfigureCircuitBreakers
	static class WithoutStarter {

		@Test
		void runs() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoApplication {

	}

	@SpringBootTest(classes = ShopApplication.class)
	static class WithoutAnnotation {

		@Test
		void hasNoManualClock(@Autowired ApplicationContext context, @Autowired CircuitBreakerRegistry registry) {
			assertThat(context.getBeanProvider(ManualClock.class)).isEmpty();
			assertThat(registry.get("payments").config().nanoClock())
				.isSameAs(CircuitBreakerConfig.ofDefaults().nanoClock());
		}

	}

	/** In a context of its own, which ends with it. */
	@SpringBootTest(classes = ShopApplication.class, properties = "shop.states=in-a-file")
	@AutoConfigureCircuitBreakers
	@DirtiesContext
	static class WithFile {

		@Test
		void beginsWithoutAState(@Autowired CircuitBreakerRegistry registry) {
			assertThat(CircuitBreakers.named(registry, "payments")).isClosed();
			assertThat(CircuitBreakers.named(registry, "payments").snapshot().lastChange()).isNull();
			CircuitBreakers.named(registry, "receipts").forceOpen();
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers
	@Import(OwnClock.class)
	static class WithOwnClock {

		@Test
		void startsWhenTheApplicationSays(@Autowired ManualClock clock, @Autowired CircuitBreakerRegistry registry) {
			CircuitBreaker payments = registry.get("payments");
			payments.open();
			assertThat(payments.snapshot().since()).isEqualTo(clock.instant()).isEqualTo(OwnClock.START);
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class OwnClock {

		static final Instant START = Instant.parse("2020-02-29T00:00:00Z");

		@Bean
		ManualClock clock() {
			return new ManualClock(START);
		}

	}

	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers
	@Import(Refreshes.class)
	static class MakesDirty {

		@Test
		@DirtiesContext
		void runs() {
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Refreshes {

		static final AtomicInteger count = new AtomicInteger();

		@EventListener(ContextRefreshedEvent.class)
		void refreshed() {
			count.incrementAndGet();
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@SpringBootTest(classes = ShopApplication.class)
	@AutoConfigureCircuitBreakers(open = "payments")
	@interface ShopIsDown {

	}

	@ShopIsDown
	static class Composed {

		@Test
		void isOpen(@Autowired CircuitBreakerRegistry registry) {
			assertThat(CircuitBreakers.named(registry, "payments")).isOpen();
		}

	}

	static class InheritsComposed extends Composed {

	}

}
