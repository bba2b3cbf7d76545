package dev.breaker.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import dev.breaker.spring.event.ListenerRegistrar;
import dev.breaker.spring.event.StateChangeLogger;
import dev.breaker.spring.event.StateChangePublisher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class BreakerEventsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEventsAutoConfiguration.class));

	@Test
	void aStateChangeIsLoggedAndPublishedOnce(CapturedOutput output) {
		this.runner.withBean(Heard.class).run((context) -> {
			CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class).get("payments");
			breaker.forceOpen();
			breaker.forceOpen();
			List<CircuitBreakerStateChangedEvent> events = context.getBean(Heard.class).events;
			assertThat(events).hasSize(1);
			CircuitBreakerStateChangedEvent event = events.get(0);
			assertThat(event.getCircuitBreaker()).isSameAs(breaker);
			assertThat(event.getCircuitBreakerName()).isEqualTo("payments");
			assertThat(event.getStateChange()).returns(State.CLOSED, StateChange::from)
				.returns(State.FORCED_OPEN, StateChange::to)
				.returns(Reason.COMMAND, StateChange::reason);
			assertThat(event).hasToString("CircuitBreakerStateChangedEvent[payments: CLOSED -> FORCED_OPEN (COMMAND)]");
			assertThat(output).containsOnlyOnce("Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND)");
		});
	}

	@Test
	void everyListenerBeanHearsEveryBreaker() {
		CountingListener listener = new CountingListener();
		this.runner.withBean(CircuitBreakerListener.class, () -> listener).run((context) -> {
			context.getBean(CircuitBreakerRegistry.class).get("payments").open();
			context.getBean(CircuitBreakerRegistry.class).get("inventory").open();
			assertThat(listener.changes).containsExactly("payments", "inventory");
		});
	}

	@Test
	void aRegistryOfTheUsersOwnIsHeardToo(CapturedOutput output) {
		CircuitBreakerRegistry own = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		own.get("made-before");
		this.runner.withBean(CircuitBreakerRegistry.class, () -> own).run((context) -> {
			own.get("made-before").open();
			own.get("made-after").open();
			assertThat(output).contains("Circuit breaker 'made-before': CLOSED -> OPEN",
					"Circuit breaker 'made-after': CLOSED -> OPEN");
		});
	}

	@Test
	void nothingIsHeardAfterTheContextClosed(CapturedOutput output) {
		CircuitBreakerRegistry own = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		CountingListener listener = new CountingListener();
		for (int i = 0; i < 100; i++) {
			this.runner.withBean(CircuitBreakerRegistry.class, () -> own)
				.withBean(CircuitBreakerListener.class, () -> listener)
				.run((context) -> assertThat(context).hasNotFailed());
		}
		own.get("payments").open();
		assertThat(listener.changes).isEmpty();
		assertThat(output).doesNotContain("CLOSED -> OPEN");
	}

	@Test
	void aChangeIsHeardOnceByAContextThatWasRefreshedAfterAnother() {
		CircuitBreakerRegistry own = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		for (int i = 0; i < 3; i++) {
			this.runner.withBean(CircuitBreakerRegistry.class, () -> own).withBean(Heard.class).run((context) -> {
				own.get("payments").open();
				own.get("payments").close();
				assertThat(context.getBean(Heard.class).events).hasSize(2);
			});
		}
	}

	@Test
	void aListenerThatThrowsStopsNeitherLogNorEventNorState(CapturedOutput output) {
		this.runner.withBean(CircuitBreakerListener.class, () -> new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				throw new IllegalStateException("broken listener");
			}
		}).withBean(Heard.class).run((context) -> {
			CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class).get("payments");
			breaker.open();
			assertThat(breaker.state()).isEqualTo(State.OPEN);
			assertThat(context.getBean(Heard.class).events).hasSize(1);
			assertThat(output).contains("CLOSED -> OPEN").contains("broken listener");
		});
	}

	@Test
	void anEventListenerThatThrowsIsToldAsOneOfTheApplication(CapturedOutput output) {
		this.runner.withBean(Throwing.class).run((context) -> {
			CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class).get("payments");
			breaker.open();
			assertThat(breaker.state()).isEqualTo(State.OPEN);
			assertThat(output).contains(
					"An event listener of the application failed at the change of circuit breaker 'payments' from CLOSED to OPEN")
				.contains("broken listener", Throwing.class.getName() + ".on")
				.doesNotContain("A listener of circuit breaker");
		});
	}

	@Test
	void backsOffFromLoggerAndPublisherOfTheUsersOwn() {
		StateChangeLogger logger = new StateChangeLogger() {
		};
		this.runner.withBean("own", StateChangeLogger.class, () -> logger)
			.run((context) -> assertThat(context).getBean(StateChangeLogger.class).isSameAs(logger));
	}

	@Test
	void isNotThereWhenTheStarterIsSwitchedOff() {
		this.runner.withPropertyValues("breaker.enabled=false")
			.withBean(CircuitBreakerRegistry.class, () -> CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()))
			.run((context) -> assertThat(context).doesNotHaveBean(ListenerRegistrar.class)
				.doesNotHaveBean(StateChangeLogger.class)
				.doesNotHaveBean(StateChangePublisher.class));
	}

	static class Throwing {

		@EventListener
		void on(CircuitBreakerStateChangedEvent event) {
			throw new IllegalStateException("broken listener");
		}

	}

	static class Heard {

		final List<CircuitBreakerStateChangedEvent> events = new ArrayList<>();

		@EventListener
		void on(CircuitBreakerStateChangedEvent event) {
			this.events.add(event);
		}

	}

	static class CountingListener implements CircuitBreakerListener {

		final List<String> changes = new ArrayList<>();

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.changes.add(breaker.name());
		}

	}

}
