package dev.breaker.spring.aop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.RegistryListener;
import dev.breaker.spring.config.BreakerConfigs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The limit of keyed breakers. Time is moved by hand: each use is one later than the one
 * before.
 */
@ExtendWith(OutputCaptureExtension.class)
class KeyedBreakersTests {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final AtomicLong time = new AtomicLong();

	@Test
	void aKeyHasOneBreakerHoweverManyAsk() throws Exception {
		KeyedGroup group = breakers(10).group("shop");
		Set<CircuitBreaker> found = ConcurrentHashMap.newKeySet();
		inThreads(16, () -> found.add(group.get("a")));
		assertThat(found).singleElement().extracting(CircuitBreaker::name).isEqualTo("shop:a");
	}

	@Test
	void pain41AtTheLimitTheOneThatWasNotUsedForLongestMakesRoom() {
		KeyedGroup group = breakers(3).group("shop");
		List.of("a", "b", "c").forEach(group::get);
		group.get("b");
		group.get("a");
		group.get("d");
		assertThat(names()).containsExactlyInAnyOrder("shop:a", "shop:b", "shop:d");
		group.get("e");
		assertThat(names()).containsExactlyInAnyOrder("shop:a", "shop:d", "shop:e");
	}

	@Test
	void pain41OneThatIsNotCleanStays() {
		KeyedBreakers breakers = breakers(3);
		KeyedGroup group = breakers.group("shop");
		group.get("open").open();
		fail(group.get("failed"));
		group.get("clean");
		for (String key : List.of("d", "e", "f")) {
			group.get(key);
		}
		assertThat(names()).containsExactlyInAnyOrder("shop:open", "shop:failed", "shop:f");
		assertThat(breakers.overflowCalls()).isZero();
	}

	@Test
	void pain41WhereNoneCanMakeRoomFurtherKeysShareOneBreaker(CapturedOutput output) {
		KeyedBreakers breakers = breakers(2);
		KeyedGroup group = breakers.group("shop");
		fail(group.get("a"));
		group.get("b").forceOpen();
		assertThat(group.get("c").name()).isEqualTo("shop:_overflow");
		assertThat(group.get("d")).isSameAs(group.get("c"));
		assertThat(breakers.overflowCalls()).isEqualTo(3);
		assertThat(breakers.baseName("shop:_overflow")).isEqualTo("shop");
		assertThat(breakers.group("other").get("c").name()).isEqualTo("other:_overflow");
		assertThat(output.toString().lines().filter((line) -> line.contains("further keys share 'shop:_overflow'")))
			.hasSize(1);
		assertThat(output).contains("further keys share 'other:_overflow'").contains("breaker.keys.max");
		group.get("a").reset();
		assertThat(group.get("e").name()).isEqualTo("shop:e");
		assertThat(names()).containsExactlyInAnyOrder("shop:b", "shop:e", "shop:_overflow", "other:_overflow");
	}

	@Test
	void pain41TheLimitIsForAllNamesTogether() {
		KeyedBreakers breakers = breakers(4);
		for (int i = 0; i < 20; i++) {
			breakers.group("one").get("k" + i);
			breakers.group("two").get("k" + i);
		}
		assertThat(names()).containsExactlyInAnyOrder("one:k18", "two:k18", "one:k19", "two:k19");
	}

	@Test
	void aBreakerThatStartsInAnotherStateAndNeverLeftItMakesRoomToo() {
		KeyedBreakers breakers = breakers(1, "breaker.configs.default.initial-state=METRICS_ONLY");
		breakers.group("shop").get("a");
		assertThat(breakers.group("shop").get("b").name()).isEqualTo("shop:b");
	}

	@Test
	void oneThatSomebodyElseMadeIsUsedAndStays() {
		KeyedGroup group = breakers(1).group("shop");
		CircuitBreaker other = this.registry.get("shop:a");
		assertThat(group.get("a")).isSameAs(other);
		group.get("b");
		group.get("c");
		assertThat(names()).containsExactlyInAnyOrder("shop:a", "shop:c");
	}

	@Test
	void oneThatSomebodyTookOutOfTheRegistryIsMadeAnewAndNotCountedTwice() {
		KeyedGroup group = breakers(2).group("shop");
		CircuitBreaker before = group.get("a");
		group.get("b");
		assertThat(this.registry.remove("shop:a")).isTrue();
		assertThat(group.get("a")).isNotSameAs(before);
		assertThat(names()).containsExactlyInAnyOrder("shop:a", "shop:b");
	}

	@Test
	void listenersOfTheRegistryCanAskForTheNameOfABreakerThatGoes() {
		KeyedBreakers breakers = breakers(1);
		List<String> news = new CopyOnWriteArrayList<>();
		this.registry.addRegistryListener(new RegistryListener() {

			@Override
			public void onAdded(CircuitBreaker breaker) {
				news.add("+" + breakers.baseName(breaker.name()));
			}

			@Override
			public void onRemoved(CircuitBreaker breaker) {
				news.add("-" + breakers.baseName(breaker.name()));
			}

		});
		breakers.group("shop").get("a");
		breakers.group("shop").get("b");
		assertThat(news).containsExactly("+shop", "-shop", "+shop");
	}

	@Test
	void pain41AMillionKeysLeaveNoMoreThanTheLimitBehind() {
		KeyedBreakers breakers = breakers(1_000);
		KeyedGroup group = breakers.group("shop");
		for (int i = 0; i < 1_000_000; i++) {
			group.get("key" + i).run(() -> {
			});
		}
		assertThat(this.registry.all()).hasSize(1_000);
		assertThat(breakers.overflowCalls()).isZero();
	}

	@Test
	void pain41UnderConcurrencyThereAreNeverMoreThanTheLimit() throws Exception {
		int max = 50;
		AtomicInteger most = new AtomicInteger();
		this.registry.addRegistryListener(new RegistryListener() {

			@Override
			public void onAdded(CircuitBreaker breaker) {
				// What is there, since the news of what is gone may come later.
				most.accumulateAndGet(keyedNames().size(), Math::max);
			}

		});
		KeyedBreakers breakers = breakers(max);
		inThreads(16, () -> {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			for (int i = 0; i < 5_000; i++) {
				KeyedGroup group = breakers.group(random.nextBoolean() ? "one" : "two");
				CircuitBreaker breaker = group.get("key" + random.nextInt(200));
				if (random.nextInt(500) == 0) {
					fail(breaker);
				}
				if (random.nextInt(500) == 0) {
					this.registry.remove(breaker.name());
				}
			}
		});
		assertThat(most.get()).isLessThanOrEqualTo(max);
		assertThat(keyedNames()).hasSizeLessThanOrEqualTo(max);
		// What is counted is what is there.
		this.registry.all().forEach(CircuitBreaker::reset);
		long overflowCalls = breakers.overflowCalls();
		IntStream.range(0, 3 * max).forEach((i) -> breakers.group("three").get("new" + i));
		assertThat(names()).filteredOn((name) -> name.startsWith("three:")).hasSize(max);
		assertThat(breakers.overflowCalls()).isEqualTo(overflowCalls);
	}

	@Test
	void afterALongLookInVainTheNextOneWaits() {
		KeyedBreakers breakers = breakers(200);
		KeyedGroup group = breakers.group("shop");
		IntStream.range(0, 200).forEach((i) -> fail(group.get("k" + i)));
		assertThat(group.get("x").name()).isEqualTo("shop:_overflow");
		group.get("k7").reset();
		assertThat(group.get("x").name()).isEqualTo("shop:_overflow");
		this.time.addAndGet(Duration.ofMillis(11).toNanos());
		assertThat(group.get("x").name()).isEqualTo("shop:x");
		assertThat(names()).doesNotContain("shop:k7");
	}

	private KeyedBreakers breakers(int max, String... properties) {
		StandardEnvironment environment = new StandardEnvironment();
		TestPropertyValues.of(properties).applyTo(environment);
		BreakerConfigs configs = BreakerConfigs.load(environment, new DefaultListableBeanFactory(), List.of());
		return new KeyedBreakers(this.registry, configs, max, this.time::incrementAndGet);
	}

	private List<String> names() {
		return this.registry.all().stream().map(CircuitBreaker::name).toList();
	}

	private List<String> keyedNames() {
		return names().stream().filter((name) -> !name.endsWith(":_overflow")).toList();
	}

	private static void fail(CircuitBreaker breaker) {
		Permit permit = breaker.tryAcquire();
		if (permit != null) {
			permit.failure(new IllegalStateException(), 0);
		}
	}

	private static void inThreads(int threads, Runnable work) throws Exception {
		CountDownLatch start = new CountDownLatch(1);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				futures.add(executor.submit(() -> {
					start.await();
					work.run();
					return null;
				}));
			}
			start.countDown();
			for (Future<?> future : futures) {
				future.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

}
