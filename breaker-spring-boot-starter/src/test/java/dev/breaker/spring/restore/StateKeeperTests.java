package dev.breaker.spring.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.Signal;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerRestoreAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerSignalAutoConfiguration;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * One application after another, with one file.
 */
@ExtendWith(OutputCaptureExtension.class)
class StateKeeperTests {

	private static final String IGNORED = "No state of a circuit breaker is restored";

	private final ManualClock clock = new ManualClock();

	@TempDir
	Path directory;

	private Path file;

	private ApplicationContextRunner runner;

	@BeforeEach
	void configure() {
		await().until(() -> writers().isEmpty());
		this.file = this.directory.resolve("states");
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
					BreakerAopAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
					BreakerRestoreAutoConfiguration.class))
			.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
			.withPropertyValues("breaker.restore.file=" + this.file, "spring.application.name=shop",
					"breaker.configs.default.consecutive-failure-threshold=2",
					"breaker.configs.default.wait-duration-in-open-state=60s",
					"breaker.configs.default.wait-duration-multiplier=2",
					"breaker.instances.payments.sliding-window-size=10");
	}

	private void run(Consumer<CircuitBreakerRegistry> application) {
		run(this.runner, application);
	}

	private static void run(ApplicationContextRunner runner, Consumer<CircuitBreakerRegistry> application) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			application.accept(context.getBean(CircuitBreakerRegistry.class));
		});
	}

	private static CircuitBreaker payments(CircuitBreakerRegistry registry) {
		return registry.find("payments").orElseThrow();
	}

	private static void fail(CircuitBreaker breaker) {
		for (int i = 0; i < 2; i++) {
			assertThatIllegalStateException().isThrownBy(() -> breaker.run(() -> {
				throw new IllegalStateException("down");
			}));
		}
	}

	private static CircuitBreakerGroup stores(CircuitBreakerRegistry registry) {
		return registry.group("stores", registry.defaults(), 10);
	}

	private String content() {
		try {
			return Files.exists(this.file) ? Files.readString(this.file) : "";
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void anOpenBreakerIsOpenAfterARestart() {
		run((registry) -> {
			fail(payments(registry));
			this.clock.advance(Duration.ofSeconds(60));
			assertThatIllegalStateException().isThrownBy(() -> payments(registry).run(() -> {
				throw new IllegalStateException("down");
			}));
			this.clock.advance(Duration.ofSeconds(10));
		});
		this.clock.advance(Duration.ofSeconds(5));
		run((registry) -> {
			CircuitBreaker payments = payments(registry);
			assertThat(payments.state()).isEqualTo(State.OPEN);
			assertThat(payments.retryAfter()).isEqualTo(Duration.ofSeconds(120 - 15));
			assertThat(payments.snapshot().openings()).isEqualTo(2);
			assertThat(payments.snapshot().lastChange().reason()).isEqualTo(Reason.RESTORED);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(payments::acquire);
		});
	}

	@Test
	void whatIsOlderThanTheWaitIsNotRestored(CapturedOutput output) {
		run((registry) -> fail(payments(registry)));
		this.clock.advance(Duration.ofSeconds(60));
		run((registry) -> assertThat(payments(registry).state()).isEqualTo(State.CLOSED));
		assertThat(output).doesNotContain(IGNORED);
	}

	@Test
	void eachChangeIsWrittenAtOnce() {
		run((registry) -> {
			payments(registry).forceOpen();
			await().until(() -> content().contains("BREAKER name=payments state=FORCED_OPEN"));
			registry.get("later").open();
			await().until(() -> content().contains("name=later state=OPEN"));
			payments(registry).close();
			await().until(() -> !content().contains("name=payments"));
			assertThat(content()).contains("name=later");
		});
	}

	@Test
	void aCommandOfAnOperatorHolds() {
		run((registry) -> payments(registry)
			.apply(StateCommand.to(State.FORCED_OPEN).comment("partner asked").actor("alice")));
		this.clock.advance(Duration.ofDays(3));
		run((registry) -> {
			assertThat(payments(registry).state()).isEqualTo(State.FORCED_OPEN);
			assertThat(payments(registry).explain())
				.hasToString("Held open by alice until another command: partner asked");
			payments(registry).close();
		});
		run((registry) -> assertThat(payments(registry).state()).isEqualTo(State.CLOSED));
	}

	@Test
	void anInitialStateIsNotKept() {
		run(this.runner.withPropertyValues("breaker.instances.payments.initial-state=DISABLED"),
				(registry) -> assertThat(payments(registry).state()).isEqualTo(State.DISABLED));
		run((registry) -> assertThat(payments(registry).state()).isEqualTo(State.CLOSED));
	}

	@Test
	void theBreakersOfKeysComeWithTheirGroup() {
		String key = "Lyon 3\u00e8me: a/b";
		run((registry) -> {
			fail(stores(registry).get(key));
			stores(registry).get("well").run(() -> {
			});
		});
		this.clock.advance(Duration.ofSeconds(20));
		run((registry) -> {
			assertThat(registry.all()).extracting(CircuitBreaker::name).containsExactly("payments");
			CircuitBreakerGroup stores = stores(registry);
			assertThat(stores.size()).isOne();
			assertThat(stores.get(key).retryAfter()).isEqualTo(Duration.ofSeconds(40));
			assertThat(stores.get("well").state()).isEqualTo(State.CLOSED);
		});
	}

	@Test
	void aCommandToAllKeysHolds() {
		run((registry) -> stores(registry)
			.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(10)).actor("alice")));
		this.clock.advance(Duration.ofMinutes(4));
		run((registry) -> {
			CircuitBreaker made = stores(registry).get("new");
			assertThat(made.state()).isEqualTo(State.FORCED_OPEN);
			assertThat(made.retryAfter()).isEqualTo(Duration.ofMinutes(6));
			assertThat(made.snapshot().lastChange().actor()).isEqualTo("alice");
		});
		this.clock.advance(Duration.ofMinutes(6));
		run((registry) -> assertThat(stores(registry).get("new").state()).isEqualTo(State.CLOSED));
	}

	@Test
	void aCommandToAllKeysIsToldAsRestored(CapturedOutput output) {
		run((registry) -> {
			stores(registry).get("lyon");
			stores(registry).get("paris");
			stores(registry).apply(StateCommand.to(State.FORCED_OPEN)
				.hold(Duration.ofMinutes(10))
				.comment("partner asked")
				.actor("alice"));
			stores(registry).get("paris").disable();
		});
		this.clock.advance(Duration.ofMinutes(4));
		List<String> heard = new CopyOnWriteArrayList<>();
		int before = output.getAll().length();
		run(this.runner.withBean("listener", ChangeListener.class, () -> new ChangeListener(heard)), (registry) -> {
			stores(registry);
			assertThat(heard).containsExactlyInAnyOrder("stores:lyon: CLOSED -> FORCED_OPEN, RESTORED",
					"stores:paris: CLOSED -> FORCED_OPEN, RESTORED");
			for (String key : List.of("lyon", "paris", "new")) {
				CircuitBreaker breaker = stores(registry).get(key);
				assertThat(breaker.retryAfter()).isEqualTo(Duration.ofMinutes(6));
				assertThat(breaker.snapshot().lastChange().actor()).isEqualTo("alice");
			}
			assertThat(heard).hasSize(2);
		});
		assertThat(output.getAll().substring(before))
			.containsOnlyOnce(
					"Circuit breakers 'stores' of all keys: FORCED_OPEN (RESTORED) by alice for 6 min: partner asked."
							+ " It holds for keys that come later, too")
			.contains("Circuit breaker 'stores:lyon': CLOSED -> FORCED_OPEN (RESTORED)");
	}

	@Test
	void aStateWaitsForItsBreaker() {
		run((registry) -> {
			registry.get("later").forceOpen();
			stores(registry).get("lyon").forceOpen();
			registry.get("soon").open();
		});
		run((registry) -> assertThat(registry.find("later")).isEmpty());
		this.clock.advance(Duration.ofSeconds(59));
		run((registry) -> assertThat(registry.find("later")).isEmpty());
		run((registry) -> {
			assertThat(registry.get("later").state()).isEqualTo(State.FORCED_OPEN);
			assertThat(stores(registry).get("lyon").state()).isEqualTo(State.FORCED_OPEN);
			assertThat(registry.get("soon").retryAfter()).isEqualTo(Duration.ofSeconds(1));
		});
	}

	@Test
	void anOutageWhoseWaitIsOverWaitsForItsBreakerToo() {
		run((registry) -> {
			registry.get("soon").open();
			registry.get("waited").open();
			this.clock.advance(Duration.ofSeconds(30));
			registry.get("opened").open();
			this.clock.advance(Duration.ofSeconds(30));
			assertThat(registry.get("soon").state()).isEqualTo(State.HALF_OPEN);
			registry.get("waited").halfOpen();
		});
		this.clock.advance(Duration.ofSeconds(40));
		run((registry) -> assertThat(registry.find("soon")).isEmpty());
		run((registry) -> {
			assertThat(registry.get("soon").state()).isEqualTo(State.HALF_OPEN);
			assertThat(registry.get("waited").state()).isEqualTo(State.HALF_OPEN);
			assertThat(registry.get("opened").state()).as("30 of 60 s were left").isEqualTo(State.HALF_OPEN);
		});
	}

	@Test
	void anOutageOfLongAgoWaitsForNoBreaker() {
		run((registry) -> registry.get("soon").open());
		this.clock.advance(Duration.ofHours(23));
		run((registry) -> {
		});
		assertThat(content()).contains("name=soon");
		this.clock.advance(Duration.ofHours(1));
		run((registry) -> {
		});
		assertThat(content()).doesNotContain("name=soon");
	}

	@Test
	void aBreakerThatIsOpenOnlySinceAnotherOneIsToldAgainByThatOne() {
		ApplicationContextRunner telling = this.runner
			.withConfiguration(AutoConfigurations.of(BreakerSignalAutoConfiguration.class))
			.withPropertyValues("breaker.instances.payments.propagate-to=orders",
					"breaker.instances.orders.propagate-to=payments");
		run(telling, (registry) -> {
			fail(payments(registry));
			assertThat(registry.get("orders").state()).isEqualTo(State.OPEN);
		});
		assertThat(content()).contains("name=payments").doesNotContain("name=orders");
		this.clock.advance(Duration.ofSeconds(10));
		run(telling, (registry) -> {
			assertThat(registry.get("orders").snapshot().signals()).extracting(Signal::remaining)
				.containsExactly(Duration.ofSeconds(50));
			assertThat(payments(registry).snapshot().signals()).isEmpty();
			assertThat(payments(registry).retryAfter()).isEqualTo(Duration.ofSeconds(50));
		});
	}

	@Test
	void aBreakerThatACommandOpensAfterAnotherOneDidIsKept() {
		ApplicationContextRunner telling = this.runner
			.withConfiguration(AutoConfigurations.of(BreakerSignalAutoConfiguration.class))
			.withPropertyValues("breaker.instances.payments.propagate-to=orders");
		run(telling, (registry) -> {
			fail(payments(registry));
			registry.get("orders").open(Duration.ofHours(1));
		});
		run(telling, (registry) -> assertThat(registry.get("orders").retryAfter())
			.isGreaterThanOrEqualTo(Duration.ofHours(1)));
	}

	@Test
	void itIsRestoredBeforeAnyBeanCalls() {
		run((registry) -> payments(registry).forceOpen());
		List<State> seen = new CopyOnWriteArrayList<>();
		run(this.runner.withBean("caller", Caller.class,
				() -> new Caller((registry) -> seen.add(payments(registry).state()))), (registry) -> {
				});
		assertThat(seen).containsExactly(State.FORCED_OPEN);
	}

	@Test
	void listenersAndTheLogHearOfIt(CapturedOutput output) {
		run((registry) -> fail(payments(registry)));
		List<String> heard = new CopyOnWriteArrayList<>();
		int before = output.getAll().length();
		run(this.runner.withBean("listener", ChangeListener.class, () -> new ChangeListener(heard)), (registry) -> {
		});
		assertThat(heard).containsExactly("payments: CLOSED -> OPEN, RESTORED");
		assertThat(output.getAll().substring(before)).containsOnlyOnce(
				"Circuit breaker 'payments': CLOSED -> OPEN (RESTORED). Open: restored from before a restart;"
						+ " the next probe may pass in 60 s");
	}

	@Test
	void aDamagedFileIsIgnoredWithOneWarningAndReplaced(CapturedOutput output) throws IOException {
		run((registry) -> fail(payments(registry)));
		Files.writeString(this.file, content().replace("OPEN", "SHUT"));
		run((registry) -> assertThat(payments(registry).state()).isEqualTo(State.CLOSED));
		assertThat(output).containsOnlyOnce(IGNORED)
			.contains("'" + this.file + "'", "is damaged: its checksum is missing or wrong",
					"It is replaced when a state changes, or the application stops");
		assertThat(content()).doesNotContain("SHUT");
		run((registry) -> payments(registry).forceOpen());
		run((registry) -> assertThat(payments(registry).state()).isEqualTo(State.FORCED_OPEN));
		assertThat(output).containsOnlyOnce(IGNORED);
	}

	@Test
	void aForeignFileIsIgnoredWithOneWarningAndKept(CapturedOutput output) throws IOException {
		Files.writeString(this.file, "a letter");
		run((registry) -> payments(registry).forceOpen());
		assertThat(output).containsOnlyOnce(IGNORED)
			.contains(
					"was not written by Breaker. Nothing is written to it either: name another file, or remove this one");
		assertThat(content()).isEqualTo("a letter");
	}

	@Test
	void theFileOfAnotherApplicationIsIgnoredAndKept(CapturedOutput output) {
		run((registry) -> payments(registry).forceOpen());
		String before = content();
		run(this.runner.withPropertyValues("spring.application.name=store"), (registry) -> {
			assertThat(payments(registry).state()).isEqualTo(State.CLOSED);
			payments(registry).disable();
		});
		assertThat(content()).isEqualTo(before);
		assertThat(output).containsOnlyOnce(IGNORED).contains("is of the application 'shop', and this is 'store'");
	}

	@Test
	void aFileThatCannotBeWrittenIsOneWarning(CapturedOutput output) throws IOException {
		Path folder = Files.createDirectory(this.directory.resolve("folder"));
		Path inFolder = folder.resolve("states");
		run(this.runner.withPropertyValues("breaker.restore.file=" + inFolder), (registry) -> {
			try {
				Files.delete(folder);
				Files.createFile(folder);
				payments(registry).forceOpen();
				await().until(() -> output.getAll().contains("cannot be written to '" + inFolder + "'"));
				payments(registry).disable();
				payments(registry).close();
				Files.delete(folder);
				payments(registry).forceOpen();
				await().until(() -> Files.exists(inFolder));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
		assertThat(output).containsOnlyOnce("cannot be written to");
	}

	@Test
	void aStartThatFailsHarmsNoFile() {
		run((registry) -> payments(registry).forceOpen());
		this.runner.withBean("caller", Caller.class, () -> new Caller((registry) -> {
			stores(registry);
			throw new IllegalStateException("no start");
		})).run((context) -> assertThat(context).hasFailed());
		await().until(() -> writers().isEmpty());
		run((registry) -> assertThat(payments(registry).state()).isEqualTo(State.FORCED_OPEN));
	}

	@Test
	void itsThreadEndsWithTheContext() {
		run((registry) -> assertThat(writers()).singleElement().satisfies((writer) -> {
			assertThat(writer.isDaemon()).isTrue();
		}));
		await().until(() -> writers().isEmpty());
	}

	@Test
	void aContextThatStopsAndStartsAgainGoesOn() {
		this.runner.run((context) -> {
			CircuitBreaker payments = payments(context.getBean(CircuitBreakerRegistry.class));
			context.getSourceApplicationContext().stop();
			await().until(() -> writers().isEmpty());
			assertThat(content()).doesNotContain("payments");
			context.getSourceApplicationContext().start();
			payments.forceOpen();
			await().until(() -> content().contains("name=payments"));
		});
	}

	@Test
	void switchedOffThereIsNoFileAndNoThread() {
		for (String off : List.of("none", "NONE ")) {
			run(this.runner.withPropertyValues("breaker.restore.file=" + off), (registry) -> {
				payments(registry).forceOpen();
				assertThat(writers()).isEmpty();
			});
		}
		assertThat(this.directory).isEmptyDirectory();
		assertThat(Path.of("none")).doesNotExist();
	}

	private static List<Thread> writers() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("breaker-restore"))
			.toList();
	}

	@Test
	void aRegistryOfTheApplicationIsKeptToo() {
		ApplicationContextRunner own = this.runner.withBean("own", CircuitBreakerRegistry.class,
				() -> CircuitBreakerRegistry.of(CircuitBreakerConfig.builder().clock(this.clock.clock()).build()));
		run(own, (registry) -> registry.get("mine").forceOpen());
		run(own, (registry) -> assertThat(registry.get("mine").state()).isEqualTo(State.FORCED_OPEN));
	}

	/**
	 * A bean that uses breakers while the context starts.
	 */
	static class Caller implements InitializingBean {

		private final Consumer<CircuitBreakerRegistry> work;

		@Autowired
		private CircuitBreakerRegistry registry;

		Caller(Consumer<CircuitBreakerRegistry> work) {
			this.work = work;
		}

		@Override
		public void afterPropertiesSet() {
			this.work.accept(this.registry);
		}

	}

	/**
	 * An application's listener for the news of breakers.
	 */
	static class ChangeListener implements ApplicationListener<CircuitBreakerStateChangedEvent> {

		private final List<String> heard;

		ChangeListener(List<String> heard) {
			this.heard = heard;
		}

		@Override
		public void onApplicationEvent(CircuitBreakerStateChangedEvent event) {
			StateChange change = event.getStateChange();
			this.heard.add(event.getCircuitBreakerName() + ": " + change.from() + " -> " + change.to() + ", "
					+ change.reason());
		}

	}

}
