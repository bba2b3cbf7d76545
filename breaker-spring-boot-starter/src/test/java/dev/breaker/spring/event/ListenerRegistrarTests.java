package dev.breaker.spring.event;

import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;

class ListenerRegistrarTests {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(new ManualClock().config().build());

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	private final StartupNewsKeeper startupNews = new StartupNewsKeeper(this.beans, null);

	private final Listener listener = new Listener();

	private final ListenerRegistrar registrar = new ListenerRegistrar(this.registry, this.startupNews, this.beans);

	@Test
	void listenersAreToldBeforeAnythingThatCallsStarts() {
		assertThat(this.registrar.getPhase()).isEqualTo(Integer.MIN_VALUE);
		assertThat(this.registrar.isAutoStartup()).isTrue();
		assertThat(this.registrar.isRunning()).isFalse();
		this.registrar.start();
		assertThat(this.registrar.isRunning()).isTrue();
	}

	@Test
	void aListenerHearsWhatHappenedBeforeTheStartAndAfterItAndOnce() {
		this.beans.registerSingleton("listener", this.listener);
		Calls.succeed(this.registry.get("before"));
		this.registrar.start();
		Calls.succeed(this.registry.get("after"));
		this.registrar.start();
		assertThat(this.listener.heard).containsExactly("before", "after");
	}

	@Test
	void aListenerHearsUntilTheContextHasClosed() {
		this.beans.registerSingleton("listener", this.listener);
		this.registrar.start();
		this.registrar.stop();
		Calls.succeed(this.registry.get("stopping"));
		this.registrar.destroy();
		Calls.succeed(this.registry.get("closed"));
		assertThat(this.listener.heard).containsExactly("stopping");
	}

	@Test
	void theBeansOfAParentAreNotAddedAgain() {
		DefaultListableBeanFactory parent = new DefaultListableBeanFactory();
		parent.registerSingleton("listener", this.listener);
		this.beans.setParentBeanFactory(parent);
		this.registrar.start();
		Calls.succeed(this.registry.get("payments"));
		assertThat(this.listener.heard).isEmpty();
	}

	@Test
	void nothingIsKeptOfOtherRegistriesOnceTheContextHasStarted() {
		CircuitBreakerRegistry other = CircuitBreakerRegistry.of(new ManualClock().config().build());
		StartupNews ofOther = this.startupNews.of(other);
		Calls.succeed(other.get("before"));
		this.registrar.start();
		Calls.succeed(other.get("after"));
		List<StartupNews.News> kept = new ArrayList<>();
		ofOther.catchUp(() -> {
		}, kept::add);
		assertThat(kept).isEmpty();
	}

	private static final class Listener implements CircuitBreakerListener {

		private final List<String> heard = new ArrayList<>();

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			this.heard.add(breaker.name());
		}

	}

}
