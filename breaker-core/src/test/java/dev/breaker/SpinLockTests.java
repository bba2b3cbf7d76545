package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Who waits for the lock of a window or of the probes, and who does not.
 */
@Timeout(30)
class SpinLockTests {

	/** So often that a success in a full window notices for certain that it is full. */
	private static final int MANY = 10_000;

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	/** Calls under way, which the collector may not take. */
	private static final List<CallsInFlight.Tracked> KEPT = new ArrayList<>();

	private static final Map<CircuitBreakerGroup, GroupMember> MEMBERS = new HashMap<>();

	private static final CircuitBreakerListener LISTENER = new CircuitBreakerListener() {
	};

	private static final CircuitBreakerRegistryListener REGISTRY_LISTENER = new CircuitBreakerRegistryListener() {
	};

	private static final CircuitBreakerConfig CONFIG = CircuitBreakerConfig.builder()
		.slidingWindowSize(10)
		.permittedNumberOfCallsInHalfOpenState(3)
		.build();

	static Stream<Arguments> uses() {
		return Stream.of(use("count window, decision", SpinLockTests::countWindow, SlidingWindow::decision),
				use("count window, counts", SpinLockTests::countWindow, (window) -> window.counts(0, CONFIG.rules)),
				use("count window, failure", SpinLockTests::countWindow,
						(window) -> window.record(true, false, 0, CONFIG.rules)),
				use("count window, successes", SpinLockTests::countWindow, SpinLockTests::succeedOften),
				use("count window, hung call", SpinLockTests::countWindow,
						(window) -> window.recordHung(0, CONFIG.rules)),
				use("count window, end of a hung call", SpinLockTests::countWindow,
						(window) -> window.recordEndOfHung(true, 0, CONFIG.rules)),
				use("time window, hung call", SpinLockTests::timeWindow,
						(window) -> window.recordHung(0, CONFIG.rules)),
				use("time window, end of a hung call", SpinLockTests::timeWindow,
						(window) -> window.recordEndOfHung(true, 0, CONFIG.rules)),
				use("calls under way, begin", CallsInFlight::new, (calls) -> calls.begin(closed().period(), 0)),
				use("calls under way, count", SpinLockTests::callsUnderWay, (calls) -> calls.count(closed(), 10, 5)),
				use("calls under way, tell", SpinLockTests::callsThatCounted, CallsInFlight::takeUntold),
				use("calls under way, other rules", CallsInFlight::new, (calls) -> {
					calls.ruled(0);
					return null;
				}), use("calls under way, figures", CallsInFlight::new, (calls) -> calls.figures(0)),
				use("time window, failure", SpinLockTests::timeWindow,
						(window) -> window.record(true, false, 0, CONFIG.rules)),
				use("time window, success of a new second", SpinLockTests::timeWindow,
						(window) -> window.record(false, false, SECOND, CONFIG.rules)),
				use("probes, take", SpinLockTests::halfOpen, (period) -> period.probes().take(period, null, 0)),
				use("probes, decision", SpinLockTests::halfOpen, (period) -> period.probes().decision(0)),
				use("probes, fruitless", SpinLockTests::halfOpen, (period) -> period.probes().isFruitless(0)),
				use("probes, counts", SpinLockTests::halfOpen, (period) -> period.probes().counts()),
				use("probes, other rules", SpinLockTests::halfOpen,
						(period) -> period.probes().under(CONFIG.rules, null, 0, () -> true)),
				use("probe, give back", SpinLockTests::probe, (probe) -> {
					probe.giveBack();
					return null;
				}), use("probe, record", SpinLockTests::probe, (probe) -> probe.record(true, false)),
				use("group, key", SpinLockTests::group, (group) -> group.get("key")),
				use("group, size", SpinLockTests::group, CircuitBreakerGroup::size),
				use("group, all", SpinLockTests::group, CircuitBreakerGroup::all),
				step("group, command", SpinLockTests::group, (group) -> group.apply(StateCommand.reset())),
				step("group, config", SpinLockTests::group, (group) -> group.reconfigure(CONFIG)),
				step("group, signal", SpinLockTests::group,
						(group) -> group.signal("health", null, Duration.ofHours(1))),
				step("group, signal taken back", SpinLockTests::group, (group) -> group.clearSignal("health")),
				step("group, end", SpinLockTests::group, CircuitBreakerGroup::unregister),
				use("group, removal of a key", SpinLockTests::group, (group) -> group.remove(MEMBERS.get(group))),
				use("registry, all", SpinLockTests::registry, CircuitBreakerRegistry::all),
				use("registry, breaker", SpinLockTests::registry, (registry) -> registry.get("payments")),
				use("registry, removal", SpinLockTests::registry, (registry) -> registry.remove("orders")),
				step("registry, listener", SpinLockTests::registry, (registry) -> registry.addListener(LISTENER)),
				step("registry, other listeners", SpinLockTests::registry,
						(registry) -> registry.replaceListener(LISTENER, List.of())),
				step("registry, listener that goes", SpinLockTests::registry,
						(registry) -> registry.removeListener(LISTENER)),
				step("registry, listener of its own", SpinLockTests::registry,
						(registry) -> registry.addRegistryListener(REGISTRY_LISTENER)),
				step("registry, listener of its own that goes", SpinLockTests::registry,
						(registry) -> registry.removeRegistryListener(REGISTRY_LISTENER)),
				endOfACall());
	}

	private static <T> Arguments step(String name, Supplier<T> made, Consumer<T> step) {
		return use(name, made, (used) -> {
			step.accept(used);
			return used;
		});
	}

	private static <T> Arguments use(String name, Supplier<T> made, Function<T, Object> use) {
		T used = made.get();
		Runnable work = () -> use.apply(used);
		return arguments(name, lockOf(used), work);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("uses")
	void waitsUntilTheLockIsFree(String name, SpinLock lock, Runnable work) throws InterruptedException {
		lock.lock();
		Thread thread = new Thread(work);
		try {
			thread.start();
			await().pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(1))
				.until(() -> LockSupport.getBlocker(thread) == lock);
			assertThat(thread.isAlive()).isTrue();
		}
		finally {
			lock.held = 0;
			thread.join();
		}
		assertThat(lock.held).isZero();
	}

	@Test
	void successesOfAHealthyBreakerDoNotWait() throws InterruptedException {
		SlidingWindow window = countWindow();
		succeedOften(window);
		passesWhileHeld(window, () -> succeedOften(window));
		assertThat(window.counts(0, CONFIG.rules).calls()).isEqualTo(10);
	}

	@Test
	void successesOfTheSameSecondDoNotWait() throws InterruptedException {
		SlidingWindow window = timeWindow();
		passesWhileHeld(window, () -> window.record(false, false, SECOND - 1, CONFIG.rules));
		assertThat(window.counts(0, CONFIG.rules).calls()).isEqualTo(1);
	}

	private static void passesWhileHeld(SpinLock lock, Runnable work) throws InterruptedException {
		CountDownLatch passed = new CountDownLatch(1);
		Thread thread = new Thread(() -> {
			work.run();
			passed.countDown();
		});
		lock.lock();
		try {
			thread.start();
			passed.await();
		}
		finally {
			lock.held = 0;
			thread.join();
		}
	}

	private static Object succeedOften(SlidingWindow window) {
		for (int i = 0; i < MANY; i++) {
			window.record(false, false, 0, CONFIG.rules);
		}
		return window;
	}

	private static SlidingWindow countWindow() {
		return new CountWindow(10);
	}

	private static SlidingWindow timeWindow() {
		return new TimeWindow(10, 0);
	}

	private static CircuitBreaker closed() {
		return CircuitBreaker.of("payments", CONFIG);
	}

	private static CallsInFlight callsUnderWay() {
		CallsInFlight calls = new CallsInFlight();
		KEPT.add(calls.begin(closed().period(), 0));
		return calls;
	}

	private static CallsInFlight callsThatCounted() {
		CallsInFlight calls = callsUnderWay();
		assertThat(calls.count(closed(), 10, 5)).isTrue();
		return calls;
	}

	private static Arguments endOfACall() {
		CallsInFlight calls = new CallsInFlight();
		CallsInFlight.Tracked call = calls.begin(closed().period(), 0);
		Runnable end = () -> CallsInFlight.Call.end(call);
		return arguments("calls under way, end", calls, end);
	}

	private static Period halfOpen() {
		CircuitBreaker breaker = CircuitBreaker.of("payments", CONFIG);
		breaker.halfOpen();
		return breaker.period();
	}

	private static Probes.Probe probe() {
		Period period = halfOpen();
		return (Probes.Probe) period.probes().take(period, null, 0);
	}

	private static CircuitBreakerGroup group() {
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(CONFIG).group("inventory", CONFIG, 2);
		MEMBERS.put(group, Objects.requireNonNull(group.get("present").member()));
		return group;
	}

	private static CircuitBreakerRegistry registry() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CONFIG);
		registry.get("orders");
		return registry;
	}

	private static SpinLock lockOf(Object used) {
		if (used instanceof CircuitBreakerGroup group) {
			return group.lock;
		}
		if (used instanceof CircuitBreakerRegistry registry) {
			return registry.membership;
		}
		if (used instanceof Period period) {
			return period.probes();
		}
		return (used instanceof Probes.Probe probe) ? probe.period().probes() : (SpinLock) used;
	}

}
