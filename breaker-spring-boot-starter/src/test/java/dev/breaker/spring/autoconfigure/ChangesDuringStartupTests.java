package dev.breaker.spring.autoconfigure;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventStore;
import dev.breaker.spring.event.StateChangePublisher;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens to breakers before all beans are there, and after they have gone.
 */
@ExtendWith(OutputCaptureExtension.class)
class ChangesDuringStartupTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
				BreakerEndpointAutoConfiguration.class, BreakerMetricsAutoConfiguration.class,
				MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
				SimpleMetricsExportAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=*");

	@Test
	void aChangeIsLoggedOnceAndAtOnce(CapturedOutput output) {
		this.runner.withBean(Opening.class).run((context) -> {
			assertThat(output).containsOnlyOnce("Circuit breaker 'payments': CLOSED -> OPEN (COMMAND)")
				.containsSubsequence("Circuit breaker 'payments': CLOSED -> OPEN", "payments is open")
				.containsOnlyOnce("Circuit breaker 'payments': OPEN -> CLOSED (COMMAND)");
		});
	}

	@Test
	void aChangeIsLoggedWhereTheStartFails(CapturedOutput output) {
		this.runner.withBean(Opening.class).withBean(FailingBean.class).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(output).containsOnlyOnce("Circuit breaker 'payments': CLOSED -> OPEN (COMMAND)");
		});
	}

	@Test
	void aChangeIsPublishedOnceToEveryKindOfListener() {
		this.runner.withBean(Opening.class).withBean(Annotated.class).withBean(Implementing.class).run((context) -> {
			assertThat(context.getBean(Annotated.class).heard).containsExactly("OPEN", "CLOSED");
			assertThat(context.getBean(Implementing.class).heard).containsExactly("OPEN", "CLOSED");
		});
	}

	@Test
	void aListenerBeanHearsCallsAndChangesInOrderAndOnce() {
		this.runner.withBean(Opening.class).withBean(Recording.class).run((context) -> {
			Recording recording = context.getBean(Recording.class);
			assertThat(recording.heard).containsExactly("success", "failure", "CLOSED -> OPEN", "not permitted",
					"OPEN -> CLOSED", "reset");
			context.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			assertThat(recording.heard).hasSize(7).endsWith("CLOSED -> FORCED_OPEN");
		});
	}

	@Test
	void aListenerMayDependOnTheBeanThatMakesTheChange() {
		this.runner.withBean(Opening.class)
			.withBean(DependingListener.class)
			.run((context) -> assertThat(context.getBean(DependingListener.class).heard).containsExactly("OPEN",
					"CLOSED"));
	}

	@Test
	void theEndpointHasTheEventsWithTheirTimes() {
		ManualClock clock = new ManualClock();
		CircuitBreakerRegistry own = CircuitBreakerRegistry.of(clock.config().build());
		this.runner.withBean(CircuitBreakerRegistry.class, () -> own)
			.withBean(Opening.class)
			.withBean("later", InitializingBean.class, () -> () -> clock.advance(Duration.ofMinutes(1)))
			.run((context) -> {
				assertThat(context.getBean(EventStore.class).of("payments")).extracting(BreakerEvent::type)
					.containsExactly(BreakerEvent.Type.FAILURE, BreakerEvent.Type.STATE_CHANGE,
							BreakerEvent.Type.NOT_PERMITTED, BreakerEvent.Type.STATE_CHANGE, BreakerEvent.Type.RESET);
				assertThat(context.getBean(EventStore.class).of("payments")).extracting(BreakerEvent::time)
					.containsOnly(ManualClock.DEFAULT_START);
			});
	}

	@Test
	void metersCountWhatHappened() {
		this.runner.withBean(Opening.class).run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("breaker.state.transitions")
				.tags("from", "closed", "to", "open", "reason", "command")
				.counter()
				.count()).isEqualTo(1);
			assertThat(meters.get("breaker.calls").tag("outcome", "success").timer().count()).isEqualTo(1);
			assertThat(meters.get("breaker.calls").tag("outcome", "failure").timer().count()).isEqualTo(1);
			assertThat(meters.get("breaker.calls.not.permitted").counter().count()).isEqualTo(1);
		});
	}

	@Test
	void ignoredCallsAreHeardToo() {
		CircuitBreakerRegistry own = CircuitBreakerRegistry
			.of(CircuitBreakerConfig.builder().ignoreExceptions(IllegalStateException.class).build());
		this.runner.withBean(CircuitBreakerRegistry.class, () -> own)
			.withBean(Opening.class)
			.withBean(Recording.class)
			.run((context) -> {
				assertThat(context.getBean(Recording.class).heard).containsSubsequence("success", "ignored",
						"CLOSED -> OPEN");
				assertThat(context.getBean(MeterRegistry.class)
					.get("breaker.calls")
					.tag("outcome", "ignored")
					.timer()
					.count()).isEqualTo(1);
			});
	}

	@Test
	void aListenerThatFailsHindersNoOtherAndIsLogged(CapturedOutput output) {
		this.runner.withBean(Opening.class).withBean(Failing.class).withBean(Recording.class).run((context) -> {
			assertThat(context.getBean(Recording.class).heard).hasSize(6).endsWith("reset");
			assertThat(output)
				.containsOnlyOnce("A listener of circuit breaker 'payments' failed; its further failures there"
						+ " are not logged: class " + Failing.class.getName())
				.contains("no room for news");
		});
	}

	@Test
	void theNameOfABreakerForgesNoLine(CapturedOutput output) {
		this.runner.withBean(Odd.class)
			.withBean(Failing.class)
			.run((context) -> assertThat(output).contains("A listener of circuit breaker 'odd WARN forged' failed; "));
	}

	@Test
	void aClockThatFailsLosesNoEvent() {
		CircuitBreakerRegistry own = CircuitBreakerRegistry.of(CircuitBreakerConfig.builder().clock(new Clock() {
			@Override
			public ZoneId getZone() {
				return ZoneOffset.UTC;
			}

			@Override
			public Clock withZone(ZoneId zone) {
				return this;
			}

			@Override
			public Instant instant() {
				throw new IllegalStateException("no time");
			}
		}).build());
		this.runner.withBean(CircuitBreakerRegistry.class, () -> own)
			.withBean(Opening.class)
			.run((context) -> assertThat(context.getBean(EventStore.class).of("payments"))
				.extracting(BreakerEvent::type)
				.containsExactlyInAnyOrder(BreakerEvent.Type.FAILURE, BreakerEvent.Type.STATE_CHANGE,
						BreakerEvent.Type.NOT_PERMITTED, BreakerEvent.Type.STATE_CHANGE, BreakerEvent.Type.RESET));
	}

	@Test
	void aRegistryOfTheUsersOwnIsHeardFromTheStart(CapturedOutput output) {
		this.runner
			.withBean(CircuitBreakerRegistry.class, () -> CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()))
			.withBean(Opening.class)
			.withBean(Recording.class)
			.run((context) -> {
				assertThat(context.getBean(Recording.class).heard).contains("CLOSED -> OPEN");
				assertThat(output).containsOnlyOnce("'payments': CLOSED -> OPEN");
			});
	}

	@Test
	void beansThatAreLazyHearToo() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withBean(Recording.class)
			.run((context) -> {
				context.getBean(CircuitBreakerRegistry.class).get("payments").open();
				assertThat(context.getBean(Recording.class).heard).containsExactly("CLOSED -> OPEN");
			});
	}

	@Test
	void changesOfManyThreadsAreHeardOnceAndInOrder() {
		this.runner.withBean(Flapping.class).withBean(Chain.class).run((context) -> {
			Flapping flapping = context.getBean(Flapping.class);
			flapping.finish();
			Chain chain = context.getBean(Chain.class);
			assertThat(chain.changes).isNotEmpty();
			for (int i = 1; i < chain.changes.size(); i++) {
				assertThat(chain.changes.get(i).from()).isEqualTo(chain.changes.get(i - 1).to());
			}
			State last = context.getBean(CircuitBreakerRegistry.class).get("flapping").state();
			assertThat(chain.changes.get(chain.changes.size() - 1).to()).isEqualTo(last);
		});
	}

	@Test
	void nothingIsKeptOnceTheContextHasStarted() {
		this.runner.withBean(Opening.class).run((context) -> {
			CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class).get("payments");
			Calls.fail(breaker, 1);
			assertThat(
					context.getBean(MeterRegistry.class).get("breaker.calls").tag("outcome", "failure").timer().count())
				.isEqualTo(2);
		});
	}

	@Test
	void changesWhileTheContextClosesAreNoError(CapturedOutput output) {
		this.runner.withBean(OpeningAtTheEnd.class)
			.withBean(Annotated.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
	}

	@Test
	void aPublisherOfAClosedContextIsSilent() {
		CircuitBreakerRegistry own = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		List<StateChangePublisher> kept = new ArrayList<>();
		this.runner.withBean(Annotated.class)
			.withBean(Implementing.class)
			.run((context) -> kept.add(context.getBean(StateChangePublisher.class)));
		GenericApplicationContext neverStarted = new GenericApplicationContext();
		neverStarted.close();
		kept.add(new StateChangePublisher(neverStarted, true));
		kept.forEach(own::addListener);
		List<StateChange> heard = new ArrayList<>();
		own.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				kept.forEach((publisher) -> publisher.onStateChange(breaker, change));
				heard.add(change);
			}
		});
		own.get("payments").open();
		assertThat(heard).hasSize(1);
	}

	static class Opening implements InitializingBean {

		private final CircuitBreaker breaker;

		Opening(CircuitBreakerRegistry registry) {
			this.breaker = registry.get("payments");
		}

		@Override
		public void afterPropertiesSet() {
			Calls.succeed(this.breaker);
			Calls.fail(this.breaker, 1);
			this.breaker.open();
			System.out.println("payments is open");
			Calls.refused(this.breaker, 1);
			this.breaker.close();
			this.breaker.reset();
		}

	}

	static class Odd implements InitializingBean {

		private final CircuitBreaker breaker;

		Odd(CircuitBreakerRegistry registry) {
			this.breaker = registry.get("odd\nWARN forged");
		}

		@Override
		public void afterPropertiesSet() {
			Calls.succeed(this.breaker);
		}

	}

	static class FailingBean implements InitializingBean {

		@Override
		public void afterPropertiesSet() {
			throw new IllegalStateException("no start");
		}

	}

	static class OpeningAtTheEnd implements DisposableBean {

		private final CircuitBreaker breaker;

		OpeningAtTheEnd(CircuitBreakerRegistry registry) {
			this.breaker = registry.get("payments");
		}

		@Override
		public void destroy() {
			this.breaker.forceOpen();
		}

	}

	static class Flapping implements SmartInitializingSingleton {

		private static final int CYCLES = 2000;

		private final CircuitBreaker breaker;

		private final List<Thread> threads = new ArrayList<>();

		Flapping(CircuitBreakerRegistry registry) {
			this.breaker = registry.get("flapping");
		}

		@Override
		public void afterSingletonsInstantiated() {
			for (int i = 0; i < 2; i++) {
				Thread thread = new Thread(() -> {
					for (int cycle = 0; cycle < CYCLES; cycle++) {
						this.breaker.open();
						this.breaker.close();
					}
				});
				this.threads.add(thread);
				thread.start();
			}
		}

		void finish() throws InterruptedException {
			for (Thread thread : this.threads) {
				thread.join();
			}
		}

	}

	static class Chain implements CircuitBreakerListener {

		final List<StateChange> changes = Collections.synchronizedList(new ArrayList<>());

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.changes.add(change);
		}

	}

	static class Annotated {

		final List<String> heard = new ArrayList<>();

		@EventListener
		void on(CircuitBreakerStateChangedEvent event) {
			this.heard.add(event.getStateChange().to().name());
		}

	}

	static class Implementing implements ApplicationListener<CircuitBreakerStateChangedEvent> {

		final List<String> heard = new ArrayList<>();

		@Override
		public void onApplicationEvent(CircuitBreakerStateChangedEvent event) {
			this.heard.add(event.getStateChange().to().name());
		}

	}

	static class DependingListener implements CircuitBreakerListener {

		final List<String> heard = new ArrayList<>();

		DependingListener(Opening opening) {
			assertThat(opening).isNotNull();
		}

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.heard.add(change.to().name());
		}

	}

	static class Failing implements CircuitBreakerListener {

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			throw new IllegalStateException("no room for news");
		}

	}

	static class Recording implements CircuitBreakerListener {

		final List<String> heard = new ArrayList<>();

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.heard.add(change.from() + " -> " + change.to());
		}

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			this.heard.add("success");
		}

		@Override
		public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
			this.heard.add("failure");
		}

		@Override
		public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
			this.heard.add("ignored");
		}

		@Override
		public void onNotPermitted(CircuitBreaker breaker) {
			this.heard.add("not permitted");
		}

		@Override
		public void onReset(CircuitBreaker breaker) {
			this.heard.add("reset");
		}

	}

}
