package dev.breaker.spring.event;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class StateChangePublisherTests {

	private final GenericApplicationContext parent = new GenericApplicationContext();

	private final GenericApplicationContext child = new GenericApplicationContext();

	private final CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.ofDefaults());

	private final List<String> heard = new ArrayList<>();

	@AfterEach
	void close() {
		this.child.close();
		this.parent.close();
	}

	private void start(boolean parentPublishes) {
		this.parent.addApplicationListener(hearing("parent"));
		this.parent.refresh();
		this.child.setParent(this.parent);
		this.child.addApplicationListener(hearing("child"));
		this.child.refresh();
		this.breaker.addListener(new StateChangePublisher(this.child, parentPublishes));
	}

	private Listener hearing(String context) {
		return new Listener((event) -> this.heard.add(context));
	}

	@Test
	void listenersOfTheParentHearOfAChangeToo() {
		start(false);
		this.breaker.forceOpen();
		assertThat(this.heard).containsExactlyInAnyOrder("child", "parent");
	}

	@Test
	void listenersOfAParentThatPublishesItselfHearNothingTwice() {
		start(true);
		this.breaker.forceOpen();
		assertThat(this.heard).containsExactly("child");
	}

	@Test
	void aListenerThatFailsIsLogged(CapturedOutput output) {
		start(true);
		this.child.addApplicationListener(new Listener((event) -> {
			throw new IllegalStateException("no ears");
		}));
		this.breaker.forceOpen();
		assertThat(output).contains("failed at the change of circuit breaker 'payments' from CLOSED to FORCED_OPEN",
				"no ears");
	}

	@Test
	void aChangeAfterTheContextHasClosedIsNoFailure(CapturedOutput output) {
		start(true);
		this.child.close();
		this.breaker.forceOpen();
		assertThat(output).doesNotContain("failed at the change");
		assertThat(this.heard).isEmpty();
	}

	private record Listener(Consumer<CircuitBreakerStateChangedEvent> consumer)
			implements
				ApplicationListener<CircuitBreakerStateChangedEvent> {

		@Override
		public void onApplicationEvent(CircuitBreakerStateChangedEvent event) {
			this.consumer.accept(event);
		}

	}

}
