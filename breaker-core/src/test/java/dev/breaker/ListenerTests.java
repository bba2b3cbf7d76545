package dev.breaker;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * Who hears what, and in which order.
 */
class ListenerTests {

	@Test
	void listenersHearInTheOrderInWhichTheyWereAdded() {
		TestBreaker test = TestBreaker.simple();
		List<String> order = new ArrayList<>();
		for (String name : List.of("a", "b", "c")) {
			test.breaker.addListener(new CircuitBreakerListener() {

				@Override
				public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
					order.add(name);
				}

				@Override
				public void onStateChange(CircuitBreaker breaker, StateChange change) {
					order.add(name);
				}

			});
		}
		test.succeed();
		test.breaker.open();
		assertThat(order).containsExactly("a", "b", "c", "a", "b", "c");
	}

	@Test
	void everyPieceOfNewsComesOnceWithTheBreakerItIsAbout() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(2)
			.waitDurationInOpenState(Duration.ofSeconds(10))
			.recordResult("bad"::equals)
			.ignoreExceptions(IllegalArgumentException.class));
		test.succeed();
		test.throwing(new IllegalArgumentException());
		test.throwing(new InterruptedException());
		test.fail();
		test.returning("bad");
		test.refused();
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		assertThat(test.heard.news()).containsExactly("success", "ignored IllegalArgumentException",
				"failure IllegalStateException", "failure by result", "CLOSED -> OPEN, CONSECUTIVE_FAILURES", "refused",
				"OPEN -> HALF_OPEN, WAIT_ELAPSED", "success", "HALF_OPEN -> CLOSED, PROBES_SUCCEEDED");
	}

	@Test
	void aSlowCallIsHeardAfterHowItEnded() {
		TestBreaker test = TestBreaker.with((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1)));
		List<String> heard = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				heard.add("success");
			}

			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				heard.add("failure");
			}

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				heard.add("slow " + Duration.ofNanos(elapsedNanos));
			}

		});
		test.succeedTaking(Duration.ofSeconds(1));
		test.succeedTaking(Duration.ofSeconds(2));
		test.breaker.acquire().failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		assertThat(heard).containsExactly("success", "success", "slow PT2S", "failure", "slow PT3S");
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(2);
	}

	@Test
	void theChangeTellsTheLastFailure() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		Throwable last = new IllegalArgumentException("the last");
		test.throwing(last);
		StateChange change = test.heard.changes().get(0);
		assertThat(change)
			.isEqualTo(new StateChange(State.CLOSED, State.OPEN, Reason.CONSECUTIVE_FAILURES, HandWallClock.START,
					new Failure(last.getClass().getName(), last.getMessage(), HandWallClock.START), null, null));
		assertThat(test.snapshot().lastChange()).isEqualTo(change);
	}

	@Test
	void oneDecisionIsOneEventAndOneCount() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(3)
			.waitDurationInOpenState(Duration.ofSeconds(1))
			.permittedNumberOfCallsInHalfOpenState(2)
			.ignoreExceptions(IllegalArgumentException.class));
		Random random = new Random(43);
		long refusals = 0;
		List<Permit> held = new ArrayList<>();
		for (int i = 0; i < 5000; i++) {
			test.advance(Duration.ofMillis(random.nextInt(400)));
			Permit permit = test.breaker.tryAcquire();
			if (permit == null) {
				refusals++;
			}
			else {
				held.add(permit);
			}
			if (!held.isEmpty() && random.nextInt(4) > 0) {
				giveBack(held.remove(random.nextInt(held.size())), random.nextInt(4));
			}
		}
		Snapshot snapshot = test.snapshot();
		assertThat(refusals).isPositive();
		assertThat(snapshot.notPermittedCallsTotal()).isEqualTo(refusals);
		assertThat(test.heard.count("refused")).isEqualTo(refusals);
		assertThat(test.heard.count("success")).isEqualTo(snapshot.successfulCallsTotal()).isPositive();
		assertThat(test.heard.count("failure IllegalStateException")).isEqualTo(snapshot.failedCallsTotal())
			.isPositive();
		assertThat(test.heard.count("ignored IllegalArgumentException")).isEqualTo(snapshot.ignoredCallsTotal())
			.isPositive();
		State present = State.CLOSED;
		for (StateChange change : test.heard.changes()) {
			assertThat(change.from()).isEqualTo(present);
			assertThat(change.to()).isNotEqualTo(present);
			present = change.to();
		}
		assertThat(present).isEqualTo(snapshot.state());
	}

	private static void giveBack(Permit permit, int how) {
		switch (how) {
			case 0 -> permit.success(null, 0);
			case 1 -> permit.failure(new IllegalStateException(), 0);
			case 2 -> permit.failure(new IllegalArgumentException(), 0);
			default -> permit.release();
		}
	}

	@Test
	@Timeout(10)
	void aListenerMayGiveCommandsAndEverybodyHearsThemInOrder() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.removeListener(test.heard);
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				if (change.to() == State.OPEN) {
					breaker.forceOpen();
					assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
					breaker.disable();
				}
			}

		});
		test.breaker.addListener(test.heard);
		test.fail(3);
		assertThat(test.state()).isEqualTo(State.DISABLED);
		assertThat(test.heard.news()).filteredOn((text) -> text.contains("->"))
			.containsExactly("CLOSED -> OPEN, CONSECUTIVE_FAILURES", "OPEN -> FORCED_OPEN, COMMAND",
					"FORCED_OPEN -> DISABLED, COMMAND");
	}

	@Test
	@Timeout(10)
	void aListenerMayCallTheBreaker() {
		TestBreaker test = TestBreaker.simple();
		boolean[] once = new boolean[1];
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				if (!once[0]) {
					once[0] = true;
					assertThat(breaker.<String, RuntimeException>call(() -> "inner")).isEqualTo("inner");
				}
			}

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				breaker.snapshot();
				breaker.state();
				breaker.tryAcquire();
			}

		});
		test.succeed();
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(2);
		test.fail(3);
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aListenerMayBeAddedAndRemovedByAListener() {
		TestBreaker test = TestBreaker.simple();
		RecordingListener later = new RecordingListener();
		CircuitBreakerListener once = new CircuitBreakerListener() {

			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				breaker.removeListener(this);
				breaker.addListener(later);
			}

		};
		test.breaker.addListener(once);
		test.succeed(3);
		assertThat(later.count("success")).isEqualTo(2);
		assertThat(test.heard.count("success")).isEqualTo(3);
	}

	@Test
	void aRemovedListenerHearsNothing() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.removeListener(test.heard);
		test.breaker.removeListener(test.heard);
		test.fail(3);
		test.refused();
		test.breaker.reset();
		assertThat(test.heard.news()).isEmpty();
	}

	@Test
	void aListenerThatOverridesNothingIsFine() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.addListener(new CircuitBreakerListener() {
		});
		test.fail(3);
		test.refused();
		test.breaker.reset();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aListenerThatIsAProxyHearsEverything() {
		TestBreaker test = TestBreaker.simple();
		List<String> methods = new ArrayList<>();
		CircuitBreakerListener proxy = (CircuitBreakerListener) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { CircuitBreakerListener.class }, (self, method, arguments) -> {
					methods.add(method.getName());
					return null;
				});
		test.breaker.addListener(proxy);
		test.succeed();
		test.fail(3);
		test.refused();
		test.breaker.reset();
		assertThat(methods).contains("onSuccess", "onFailure", "onStateChange", "onNotPermitted", "onReset");
	}

	@Test
	void aListenerThatInheritsADefaultOfAnotherInterfaceIsHeard() {
		TestBreaker test = TestBreaker.simple();
		List<String> heard = new ArrayList<>();
		interface Telling extends CircuitBreakerListener {

			List<String> book();

			@Override
			default void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				book().add(breaker.name());
			}

		}
		Telling telling = () -> heard;
		test.breaker.addListener(telling);
		test.succeed();
		assertThat(heard).containsExactly("payments");
	}

	@Test
	void theStateIsAlreadyNewWhenItsChangeIsHeard() {
		TestBreaker test = TestBreaker.simple();
		List<State> seen = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				seen.add(breaker.state());
				assertThat(breaker.state()).isEqualTo(change.to());
			}

		});
		test.fail(3);
		test.breaker.close();
		assertThat(seen).containsExactly(State.OPEN, State.CLOSED);
	}

	@Test
	void aMethodThatIsOverriddenMayCallTheInheritedOne() {
		TestBreaker test = TestBreaker
			.with((config) -> config.failureRateThreshold(50).ignoreExceptions(IllegalArgumentException.class));
		List<String> heard = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				CircuitBreakerListener.super.onStateChange(breaker, change);
				heard.add("change");
			}

			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				CircuitBreakerListener.super.onSuccess(breaker, elapsedNanos);
				heard.add("success");
			}

			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				CircuitBreakerListener.super.onFailure(breaker, thrown, elapsedNanos);
				heard.add("failure");
			}

			@Override
			public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				CircuitBreakerListener.super.onIgnored(breaker, thrown, elapsedNanos);
				heard.add("ignored");
			}

			@Override
			public void onNotPermitted(CircuitBreaker breaker) {
				CircuitBreakerListener.super.onNotPermitted(breaker);
				heard.add("refused");
			}

			@Override
			public void onReset(CircuitBreaker breaker) {
				CircuitBreakerListener.super.onReset(breaker);
				heard.add("reset");
			}

		});
		test.succeed();
		test.throwing(new IllegalStateException());
		test.throwing(new IllegalArgumentException());
		test.breaker.forceOpen();
		test.refused();
		test.breaker.reset();
		assertThat(heard).containsExactly("success", "failure", "ignored", "change", "refused", "change", "reset");
	}

	@Test
	void aClassThatIsNewHearsWhatItOverrides() throws Exception {
		TestBreaker test = TestBreaker.simple();
		test.breaker.addListener(freshly(ForcesOpenOnSuccess.class));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void aClassThatIsNewCostsNoTimeThatItDoesNotAskFor() throws Exception {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.builder().nanoClock(clock).build());
		breaker.call(() -> "first");
		long start = clock.reads();
		breaker.call(() -> "without");
		long without = clock.reads() - start;
		breaker.addListener(freshly(ClosesOnRefusal.class));
		start = clock.reads();
		breaker.call(() -> "with");
		assertThat(clock.reads() - start).isEqualTo(without);
		breaker.forceOpen();
		assertThat(breaker.tryAcquire()).isNull();
		assertThat(breaker.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aClassThatCannotBeLookedAtHearsEverything() throws Exception {
		TestBreaker test = TestBreaker.simple();
		Class<?> type = new Incomplete().loadClass(NeedsWhatIsMissing.class.getName());
		Constructor<?> constructor = type.getDeclaredConstructor();
		constructor.setAccessible(true);
		test.breaker.addListener((CircuitBreakerListener) constructor.newInstance());
		test.succeed();
		assertThat(test.state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void breakersWithoutListenersShareTheirListOfNone() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		assertThat(registry.get("payments").listeners()).isSameAs(Listeners.NONE);
	}

	/** A listener of a class of that kind which nobody has seen before. */
	private static CircuitBreakerListener freshly(Class<? extends CircuitBreakerListener> type) throws Exception {
		try (InputStream code = type.getResourceAsStream(type.getName().replaceFirst(".*\\.", "") + ".class")) {
			return (CircuitBreakerListener) MethodHandles.lookup()
				.defineHiddenClass(code.readAllBytes(), true)
				.lookupClass()
				.getDeclaredConstructor()
				.newInstance();
		}
	}

	static class ForcesOpenOnSuccess implements CircuitBreakerListener {

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			breaker.forceOpen();
		}

	}

	/** Its methods cannot be listed where the parameter's type is not there. */
	static class NeedsWhatIsMissing extends ForcesOpen {

		public void with(Missing missing) {
		}

	}

	public static class ForcesOpen implements CircuitBreakerListener {

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			breaker.forceOpen();
		}

	}

	static class Missing {

	}

	/** Has the one class of its own, and not the one which that needs. */
	private static final class Incomplete extends ClassLoader {

		Incomplete() {
			super(ListenerTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.equals(Missing.class.getName())) {
				throw new ClassNotFoundException(name);
			}
			if (!name.equals(NeedsWhatIsMissing.class.getName())) {
				return super.loadClass(name, resolve);
			}
			try (InputStream code = ListenerTests.class
				.getResourceAsStream(name.replaceFirst(".*\\.", "") + ".class")) {
				byte[] bytes = code.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	static class ClosesOnRefusal implements CircuitBreakerListener {

		@Override
		public void onNotPermitted(CircuitBreaker breaker) {
			breaker.close();
		}

	}

	@Test
	void aListenerThatOverridesNothingTakesEverything() {
		CircuitBreakerListener listener = new CircuitBreakerListener() {
		};
		CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.ofDefaults());
		assertThatCode(() -> {
			listener.onSuccess(breaker, 1);
			listener.onFailure(breaker, new IllegalStateException(), 1);
			listener.onSlowCall(breaker, 1);
			listener.onIgnored(breaker, new IllegalStateException(), 1);
			listener.onIgnoredResult(breaker, 1);
			listener.onNotPermitted(breaker);
			listener.onWouldRefuse(breaker);
			listener.onReset(breaker);
			listener.onSignal(breaker, new Signal("ops", null, Duration.ofSeconds(1)));
		}).doesNotThrowAnyException();
	}

}
