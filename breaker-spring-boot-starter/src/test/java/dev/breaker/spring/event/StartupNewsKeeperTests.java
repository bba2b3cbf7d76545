package dev.breaker.spring.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.StateChange;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.StaticListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;

class StartupNewsKeeperTests {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(new ManualClock().config().build());

	private final StaticListableBeanFactory beans = new StaticListableBeanFactory();

	private final StartupNewsKeeper keeper = new StartupNewsKeeper(this.beans, null);

	@Test
	void aRegistryIsHeardFromTheMomentItIsMade() {
		assertThat(this.keeper.postProcessAfterInitialization(this.registry, "registry")).isSameAs(this.registry);
		Calls.succeed(this.registry.get("payments"));
		assertThat(kept(this.keeper.of(this.registry))).hasSize(1);
	}

	@Test
	void anotherBeanIsNoRegistry() {
		assertThat(this.keeper.postProcessAfterInitialization("text", "text")).isEqualTo("text");
		Calls.succeed(this.registry.get("payments"));
		assertThat(kept(this.keeper.of(this.registry))).isEmpty();
	}

	@Test
	void theRegistryOfAParentIsHeardFromTheStart() {
		StartupNewsKeeper ofChild = new StartupNewsKeeper(this.beans,
				new StaticListableBeanFactory(Map.of("registry", this.registry)));
		Calls.succeed(this.registry.get("payments"));
		assertThat(kept(ofChild.of(this.registry))).hasSize(1);
	}

	@Test
	void theLogHearsAtOnceAndNothingAfterTheStart() {
		ChangeLog log = new ChangeLog();
		this.beans.addBean("log", log);
		StartupNews news = this.keeper.of(this.registry);
		this.registry.get("payments").forceOpen();
		assertThat(log.changes).hasSize(1);
		this.keeper.finish();
		this.registry.get("payments").close();
		assertThat(log.changes).hasSize(1);
		assertThat(kept(news)).isEmpty();
	}

	@Test
	void ofTwoLogsNoneHearsAtOnce() {
		ChangeLog log = new ChangeLog();
		this.beans.addBean("log", log);
		this.beans.addBean("other", new ChangeLog());
		StartupNews news = this.keeper.of(this.registry);
		this.registry.get("payments").forceOpen();
		assertThat(log.changes).isEmpty();
		assertThat(kept(news)).hasSize(1);
	}

	@Test
	void whatAStartThatFailedHasKeptIsForgotten() {
		StartupNews news = this.keeper.of(this.registry);
		Calls.succeed(this.registry.get("payments"));
		this.keeper.destroy();
		assertThat(kept(news)).isEmpty();
		assertThat(this.keeper.of(this.registry)).isNotSameAs(news);
	}

	private static List<StartupNews.News> kept(StartupNews news) {
		List<StartupNews.News> kept = new ArrayList<>();
		news.catchUp(() -> {
		}, kept::add);
		return kept;
	}

	private static final class ChangeLog implements StateChangeLogger {

		private final List<StateChange> changes = new ArrayList<>();

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.changes.add(change);
		}

	}

}
