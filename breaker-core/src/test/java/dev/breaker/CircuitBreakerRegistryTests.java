package dev.breaker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * One breaker for each name.
 */
class CircuitBreakerRegistryTests {

	private final CircuitBreakerConfig defaults = CircuitBreakerConfig.builder().slidingWindowSize(7).build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.defaults);

	@Test
	void aBreakerIsMadeOnFirstUseWithTheDefaults() {
		assertThat(this.registry.all()).isEmpty();
		CircuitBreaker payments = this.registry.get("payments");
		assertThat(payments.name()).isEqualTo("payments");
		assertThat(payments.config().slidingWindowSize()).isEqualTo(7);
		assertThat(this.registry.get("payments")).isSameAs(payments);
		assertThat(this.registry.get("inventory")).isNotSameAs(payments);
	}

	@Test
	void aBreakerIsMadeWithItsOwnConfigAndKeepsIt() {
		CircuitBreakerConfig own = CircuitBreakerConfig.builder().slidingWindowSize(9).build();
		CircuitBreaker payments = this.registry.get("payments", own);
		assertThat(payments.config().slidingWindowSize()).isEqualTo(9);
		assertThat(this.registry.get("payments")).isSameAs(payments);
		assertThat(this.registry.get("payments", this.defaults)).isSameAs(payments);
		assertThat(payments.config().slidingWindowSize()).isEqualTo(9);
	}

	@Test
	void whoAsksWhileABreakerIsMadeGetsTheSameOne() {
		AtomicReference<CircuitBreaker> meanwhile = new AtomicReference<>();
		CircuitBreakerConfig config = CircuitBreakerConfig.builder().nanoClock(() -> {
			meanwhile.compareAndSet(null, this.registry.get("payments"));
			return 0;
		}).build();
		assertThat(this.registry.get("payments", config)).isSameAs(meanwhile.get());
		assertThat(this.registry.all()).containsExactly(meanwhile.get());
	}

	@Test
	void lookingUpABreakerMakesNone() {
		HandClock clock = new HandClock();
		CircuitBreakerConfig config = CircuitBreakerConfig.builder().nanoClock(clock).build();
		this.registry.get("payments", config);
		long readByTheOneThatWasMade = clock.reads();
		this.registry.get("payments", config);
		assertThat(clock.reads()).isEqualTo(readByTheOneThatWasMade);
	}

	@Test
	void findMakesNone() {
		assertThat(this.registry.find("payments")).isEmpty();
		assertThat(this.registry.all()).isEmpty();
		CircuitBreaker payments = this.registry.get("payments");
		assertThat(this.registry.find("payments")).containsSame(payments);
	}

	@Test
	void allIsWhatIsThereNow() {
		CircuitBreaker payments = this.registry.get("payments");
		Collection<CircuitBreaker> all = this.registry.all();
		CircuitBreaker inventory = this.registry.get("inventory");
		assertThat(all).containsExactly(payments);
		assertThat(this.registry.all()).containsExactlyInAnyOrder(payments, inventory);
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(all::clear);
	}

	@Test
	void aNameHasOneInstanceHoweverManyThreadsAsk() throws Exception {
		for (int round = 0; round < 20; round++) {
			RecordingListener heard = new RecordingListener();
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
			registry.addListener(heard);
			CountDownLatch start = new CountDownLatch(1);
			ExecutorService threads = Executors.newFixedThreadPool(32);
			List<Future<CircuitBreaker>> asked = new ArrayList<>();
			for (int i = 0; i < 32; i++) {
				asked.add(threads.submit(() -> {
					start.await();
					return registry.get("payments");
				}));
			}
			start.countDown();
			Set<CircuitBreaker> instances = new HashSet<>();
			for (Future<CircuitBreaker> one : asked) {
				instances.add(one.get(10, TimeUnit.SECONDS));
			}
			threads.shutdown();
			assertThat(instances).hasSize(1);
			registry.get("payments").open();
			assertThat(heard.changes()).hasSize(1);
		}
	}

	@Test
	void aListenerHearsBreakersMadeBeforeAndLater() {
		CircuitBreaker before = this.registry.get("before");
		RecordingListener heard = new RecordingListener();
		this.registry.addListener(heard);
		CircuitBreaker later = this.registry.get("later");
		before.open();
		later.forceOpen();
		assertThat(heard.news()).containsExactly("CLOSED -> OPEN, COMMAND", "CLOSED -> FORCED_OPEN, COMMAND");
		this.registry.removeListener(heard);
		this.registry.get("last").open();
		before.close();
		assertThat(heard.news()).hasSize(2);
		this.registry.removeListener(heard);
	}

	@Test
	void aListenerIsReplacedAtBreakersThatAreThereAndAtThoseToCome() {
		List<String> heard = new ArrayList<>();
		CircuitBreakerListener gone = hearing(heard, "gone");
		this.registry.addListener(gone);
		this.registry.get("before").open();
		this.registry.replaceListener(gone, List.of(hearing(heard, "first"), hearing(heard, "second")));
		this.registry.get("before").close();
		this.registry.get("after").open();
		assertThat(heard).containsExactly("gone", "first", "second", "first", "second");
		this.registry.replaceListener(gone, List.of(hearing(heard, "third")));
		this.registry.get("after").close();
		assertThat(heard).doesNotContain("third");
	}

	private static CircuitBreakerListener hearing(List<String> heard, String name) {
		return new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				heard.add(name);
			}
		};
	}

	@Test
	void aRemovedBreakerIsForgottenAndTheNameIsFree() {
		RecordingListener heard = new RecordingListener();
		this.registry.addListener(heard);
		CircuitBreaker old = this.registry.get("payments");
		assertThat(this.registry.remove("payments")).isTrue();
		assertThat(this.registry.remove("payments")).isFalse();
		assertThat(this.registry.find("payments")).isEmpty();
		old.open();
		assertThat(old.state()).isEqualTo(State.OPEN);
		assertThat(heard.news()).isEmpty();
		CircuitBreaker fresh = this.registry.get("payments");
		assertThat(fresh).isNotSameAs(old);
		assertThat(fresh.state()).isEqualTo(State.CLOSED);
		fresh.open();
		assertThat(heard.news()).hasSize(1);
	}

	@Test
	void aRegistryListenerHearsBreakersComeAndGo() {
		this.registry.get("before");
		List<String> news = new ArrayList<>();
		CircuitBreakerRegistryListener listener = new CircuitBreakerRegistryListener() {

			@Override
			public void onAdded(CircuitBreaker breaker) {
				news.add("+" + breaker.name());
			}

			@Override
			public void onRemoved(CircuitBreaker breaker) {
				news.add("-" + breaker.name());
			}

		};
		this.registry.addRegistryListener(listener);
		this.registry.get("later");
		this.registry.get("later");
		this.registry.remove("before");
		this.registry.remove("never");
		this.registry.removeRegistryListener(listener);
		this.registry.get("last");
		assertThat(news).containsExactly("+before", "+later", "-before");
	}

	@Test
	void takingBackARegistryListenerThatIsNotThereIsNothing() {
		List<String> heard = new ArrayList<>();
		this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {
			@Override
			public void onAdded(CircuitBreaker breaker) {
				heard.add(breaker.name());
			}
		});
		this.registry.removeRegistryListener(new CircuitBreakerRegistryListener() {
		});
		this.registry.get("payments");
		assertThat(heard).containsExactly("payments");
	}

	@Test
	void aRegistryListenerNeedsToOverrideNothing() {
		this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {
		});
		this.registry.get("payments");
		assertThat(this.registry.remove("payments")).isTrue();
	}

	@Test
	void aNameThatTheConfigsKnowIsMadeWithItsConfig() {
		CircuitBreakerConfig own = CircuitBreakerConfig.builder().slidingWindowSize(9).build();
		List<String> asked = new ArrayList<>();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.defaults, (name) -> {
			asked.add(name);
			return name.equals("payments") ? own : null;
		});
		assertThat(registry.get("payments").config()).isSameAs(own);
		assertThat(registry.get("other").config()).isSameAs(this.defaults).isSameAs(registry.defaults());
		registry.get("payments");
		registry.get("given", this.defaults);
		assertThat(asked).containsExactly("payments", "other");
		registry.remove("payments");
		assertThat(registry.get("payments").config()).isSameAs(own);
	}

	@Test
	void whatTheConfigsThrowIsThrownAndNothingIsMade() {
		IllegalStateException thrown = new IllegalStateException("no config");
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.defaults, (name) -> {
			throw thrown;
		});
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> registry.get("payments"))
			.isSameAs(thrown);
		assertThat(registry.all()).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> registry.get(" "))
			.withMessageContaining("must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> registry.get("\r\n\n"))
			.withMessage("Invalid name of a circuit breaker (''): must not be empty");
		assertThatNullPointerException().isThrownBy(() -> CircuitBreakerRegistry.of(this.defaults, null));
	}

	@Test
	void nothingIsMadeFromNothing() {
		assertThatNullPointerException().isThrownBy(() -> CircuitBreakerRegistry.of(null));
		assertThatNullPointerException().isThrownBy(() -> this.registry.get(null));
		assertThatNullPointerException().isThrownBy(() -> this.registry.get("payments", null));
		assertThat(this.registry.all()).isEmpty();
	}

	@Test
	void takingBackAListenerThatIsNotThereTakesNoOther() {
		RecordingListener heard = new RecordingListener();
		RecordingListener own = new RecordingListener();
		RecordingListener never = new RecordingListener();
		this.registry.addListener(heard);
		CircuitBreaker payments = this.registry.get("payments");
		payments.addListener(own);
		this.registry.removeListener(never);
		this.registry.replaceListener(never, List.of(never));
		payments.removeListener(never);
		payments.replaceListener(never, List.of(never));
		payments.open();
		this.registry.get("inventory").open();
		assertThat(heard.changes()).hasSize(2);
		assertThat(own.changes()).hasSize(1);
		assertThat(never.changes()).isEmpty();
	}

	@Test
	void onlyABreakerThatIsThereCanBeTaken() {
		RecordingListener heard = new RecordingListener();
		this.registry.addListener(heard);
		CircuitBreaker payments = this.registry.get("payments");
		CircuitBreaker other = CircuitBreaker.of("payments", this.defaults);
		other.addListener(heard);
		assertThat(this.registry.take(other)).isFalse();
		assertThat(this.registry.find("payments")).containsSame(payments);
		other.open();
		assertThat(heard.changes()).hasSize(1);
		assertThat(this.registry.insert(other)).isFalse();
		assertThat(this.registry.take(payments)).isTrue();
		assertThat(this.registry.insert(other)).isTrue();
		assertThat(this.registry.find("payments")).containsSame(other);
	}

}
