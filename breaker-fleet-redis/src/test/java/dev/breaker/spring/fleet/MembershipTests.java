package dev.breaker.spring.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.FleetSettings;
import dev.breaker.fleet.FleetTransport;
import dev.breaker.fleet.FleetView;
import dev.breaker.fleet.ModelStore;
import dev.breaker.fleet.News;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances whose registries share the breakers of the group "stock", as keys come and
 * go. The store is a method call away.
 */
class MembershipTests {

	private final ModelStore store = new ModelStore(1_700_000_000_000L);

	private final List<Membership> begun = new ArrayList<>();

	@AfterEach
	void end() {
		this.begun.forEach(Membership::end);
	}

	@Test
	void keyThatIsLetGoStaysAway() {
		CircuitBreakerRegistry registry = start("shop-1");
		CircuitBreakerGroup group = group(registry, 2);
		group.get("lyon");
		group.get("nice");
		group.get("metz");
		assertThat(group.find("metz")).isPresent();
		assertThat(group.find("nice")).isPresent();
		assertThat(group.find("lyon")).isEmpty();
		assertThat(registry.find("stock:lyon")).isEmpty();
		assertThat(this.begun.get(0).node().shares("stock:lyon")).isFalse();
		assertThat(this.begun.get(0).node().shares("stock:metz")).isTrue();
	}

	@Test
	void keyThatIsRemovedStaysAway() {
		CircuitBreakerRegistry registry = start("shop-1");
		CircuitBreakerGroup group = group(registry, 2);
		group.get("lyon");
		assertThat(registry.remove("stock:lyon")).isTrue();
		assertThat(registry.find("stock:lyon")).isEmpty();
		assertThat(group.find("lyon")).isEmpty();
	}

	@Test
	void keyThatIsMadeAnewFollowsTheFleet() {
		CircuitBreakerGroup here = group(start("shop-1"), 1);
		CircuitBreakerGroup there = group(start("shop-2"), 1);
		CircuitBreaker former = here.get("lyon");
		Instance.trip(there.get("lyon"));
		Instance.await().until(() -> former.state() == State.OPEN);
		Instance.await().until(() -> {
			here.get("nice");
			return here.find("lyon").isEmpty();
		});
		CircuitBreaker anew = here.get("lyon");
		assertThat(anew).isNotSameAs(former);
		Instance.await().until(() -> anew.state() == State.OPEN);
		assertThat(here.find("lyon")).containsSame(anew);
	}

	@Test
	void closingAGroupClosesItsKeysForTheFleet() {
		CircuitBreaker here = group(start("shop-1"), 10).get("lyon");
		CircuitBreaker there = group(start("shop-2"), 10).get("nice");
		Instance.trip(here);
		Instance.trip(there);
		awaitFleet("stock:lyon", State.OPEN);
		awaitFleet("stock:nice", State.OPEN);
		this.begun.get(0).node().command("stock", CommandedGroup.withActor(StateCommand.reset()));
		awaitFleet("stock:lyon", State.CLOSED);
		awaitFleet("stock:nice", State.CLOSED);
		assertThat(here.state()).isEqualTo(State.CLOSED);
		Instance.await().until(() -> there.state() == State.CLOSED);
		CircuitBreakerGroup later = group(start("shop-3"), 10);
		assertThat(later.get("lyon").state()).isEqualTo(State.CLOSED);
		assertThat(later.get("nice").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void closingAGroupClosesNoBreakerThatIsNoneOfItsKeys() {
		CircuitBreaker key = group(start("shop-1"), 10).get("lyon");
		CircuitBreaker other = start("shop-2", "stock*").get("stock:eu", config());
		Instance.trip(key);
		Instance.trip(other);
		awaitFleet("stock:lyon", State.OPEN);
		awaitFleet("stock:eu", State.OPEN);
		group(start("shop-3"), 10);
		this.begun.get(2).node().command("stock", CommandedGroup.withActor(StateCommand.to(State.CLOSED)));
		awaitFleet("stock:lyon", State.CLOSED);
		Instance.await().until(() -> key.state() == State.CLOSED);
		assertThat(this.store.record("stock:eu").state()).isEqualTo(State.OPEN);
		assertThat(other.state()).isEqualTo(State.OPEN);
	}

	private void awaitFleet(String breaker, State state) {
		Instance.await().until(() -> {
			FleetRecord record = this.store.record(breaker);
			return record != null && record.state() == state;
		});
	}

	@Test
	void groupThatIsOpenedAgainAndAgainWaitsNoLonger() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.waitDurationInOpenState(Duration.ofMinutes(1))
			.waitDurationMultiplier(2)
			.build();
		CircuitBreakerRegistry registry = start("shop-1");
		registry.group("stock", config, 10);
		for (int i = 0; i < 3; i++) {
			String operator = "operator-" + i;
			this.begun.get(0).node().command("stock", StateCommand.to(State.OPEN).actor(operator));
			Instance.await().until(() -> {
				FleetRecord record = this.store.record("stock");
				return record != null && record.command() != null && operator.equals(record.command().actor());
			});
			FleetRecord record = this.store.record("stock");
			assertThat(record.until() - record.since()).isBetween(1L, Duration.ofMinutes(1).toMillis());
			this.begun.get(0).node().command("stock", StateCommand.to(State.HALF_OPEN).actor(operator));
			awaitFleet("stock", State.HALF_OPEN);
		}
	}

	/** Starts an instance, and gives its registry. */
	private CircuitBreakerRegistry start(String node) {
		return start(node, "stock");
	}

	private CircuitBreakerRegistry start(String node, String pattern) {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		FleetSettings settings = new FleetSettings(new NodeId(node, node), Quorum.DEFAULT, Duration.ofMillis(500),
				Duration.ofMinutes(4));
		Membership membership = new Membership(registry, new SharedNames(List.of(pattern), (name) -> false), "shop",
				settings, new DirectTransport());
		this.begun.add(membership);
		assertThat(membership.begin(Duration.ofSeconds(30))).isTrue();
		return registry;
	}

	/** Two failed calls open the breaker of a key, and no wait ends. */
	private static CircuitBreakerGroup group(CircuitBreakerRegistry registry, int limit) {
		return registry.group("stock", config(), limit);
	}

	private static CircuitBreakerConfig config() {
		return CircuitBreakerConfig.builder()
			.minimumNumberOfCalls(2)
			.slidingWindowSize(2)
			.waitDurationInOpenState(Duration.ofMinutes(10))
			.build();
	}

	private final class DirectTransport implements FleetTransport {

		@Override
		public CompletionStage<Reply> exchange(Exchange exchange) {
			return CompletableFuture.completedFuture(MembershipTests.this.store.exchange(exchange));
		}

		@Override
		public CompletionStage<FleetView> view() {
			return CompletableFuture.completedFuture(MembershipTests.this.store.view());
		}

		@Override
		public void listen(Consumer<News> consumer) {
			MembershipTests.this.store.listen(consumer);
		}

		@Override
		public void close() {
		}

	}

}
