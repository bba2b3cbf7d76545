package dev.breaker.compatibility.slices;

import java.util.ArrayList;
import java.util.List;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;

import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A bean with an annotated method, and what every slice should do with it.
 */
class Guarded implements Service {

	private final CircuitBreakerRegistry registry;

	private final List<State> heard = new ArrayList<>();

	Guarded(CircuitBreakerRegistry registry) {
		this.registry = registry;
	}

	@Override
	@CircuitBreaker(name = "payments")
	public String call() {
		throw new IllegalStateException("down");
	}

	@CircuitBreaker(name = "mail", fallbackMethod = "later")
	String send() {
		throw new IllegalStateException("down");
	}

	private String later() {
		return "later";
	}

	@EventListener
	void on(CircuitBreakerStateChangedEvent event) {
		if (event.getCircuitBreakerName().equals("payments")) {
			this.heard.add(event.getStateChange().to());
		}
	}

	CircuitBreakerRegistry registry() {
		return this.registry;
	}

	List<State> heard() {
		return this.heard;
	}

	static void assertGuards(Guarded bean) {
		for (int i = 0; i < 2; i++) {
			assertThatIllegalStateException().isThrownBy(bean::call);
		}
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(bean::call);
		assertThat(bean.registry().get("payments").state()).isEqualTo(State.OPEN);
		assertThat(bean.heard()).containsExactly(State.OPEN);
		assertThat(bean.send()).isEqualTo("later");
	}

}
