package dev.breaker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Leads a breaker once through all it can do, so that every class and lambda of the core
 * is initialized before the first real call, and those of groups alone before the first
 * group. A class whose initialization fails stays unusable for good; without this, one
 * call near the end of its stack could leave every breaker of the JVM throwing
 * {@link NoClassDefFoundError}.
 */
final class ClassWarmUp {

	private static final ThrowingSupplier<String, RuntimeException> GOOD = () -> "good";

	private static final ThrowingSupplier<String, RuntimeException> BAD = () -> {
		throw new IllegalStateException();
	};

	private static final Fallback<String, RuntimeException> INSTEAD = Throwable::toString;

	/** Whether groups were led through all they can do, or are being so. */
	private static volatile boolean groupsToo;

	private ClassWarmUp() {
	}

	static void run() {
		StateChangeDispatcher.warmUp();
		warmUp(breaker(SlidingWindowType.COUNT_BASED));
		warmUpWindow(breaker(SlidingWindowType.TIME_BASED));
		warmUpSharedState();
		warmUpShare();
		warmUpHungCalls();
		warmUpFleet();
		warmUpRegistry(CircuitBreakerConfig.ofDefaults());
	}

	private static CircuitBreaker breaker(SlidingWindowType type) {
		return CircuitBreaker.of("warm-up",
				CircuitBreakerConfig.builder()
					.slidingWindowType(type)
					.consecutiveFailureThreshold(1)
					.permittedNumberOfCallsInHalfOpenState(2)
					.ignoreExceptions(IllegalArgumentException.class)
					.recordResult("bad"::equals)
					.outcomeRule((result, thrown) -> "good".equals(result) ? OutcomeRule.Verdict.SUCCESS : null)
					.matchCauses(true)
					.recordOutcomes(1)
					.build());
	}

	private static void warmUp(CircuitBreaker breaker) {
		breaker.run(() -> {
		});
		breaker.callAsync(ClassWarmUp::goodLater);
		Supplier<CompletionStage<String>> later = CompletableFuture::new;
		breaker.callAsync(later).toCompletableFuture().cancel(true);
		breaker.callAsync(later).toCompletableFuture().completeExceptionally(new IllegalArgumentException());
		breaker.acquire().failure(new IllegalArgumentException(), 0);
		warmUpEntries(breaker);
		fail(breaker);
		fail(breaker);
		breaker.open(Duration.ZERO);
		breaker.acquire().release();
		nest(breaker);
		breaker.outermost().call(() -> breaker.outermost().call(GOOD, INSTEAD), INSTEAD);
		breaker.callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException()),
				CompletableFuture::failedFuture);
		breaker.signal("warm-up", "good", Duration.ofHours(1));
		breaker.explain();
		breaker.clearSignal("warm-up");
		breaker.reconfigure(breaker.config());
		warmUpUnenforced(breaker);
		breaker.snapshot();
		breaker.reset();
	}

	/** What the window alone does otherwise. */
	private static void warmUpWindow(CircuitBreaker breaker) {
		breaker.call(GOOD);
		breaker.acquire().failure(new IllegalArgumentException(), 0);
		fail(breaker);
		breaker.reconfigure(breaker.config());
		breaker.snapshot();
		breaker.reset();
		breaker.call(GOOD);
	}

	/** A closed breaker that does not admit all calls. */
	private static void warmUpShare() {
		CircuitBreaker breaker = CircuitBreaker.of("warm-up",
				CircuitBreakerConfig.builder()
					.recoveryRampDuration(Duration.ofDays(1))
					.refuse(Refuse.SHARE)
					.failureRateThreshold(100)
					.minimumNumberOfCalls(1)
					.build());
		breaker.halfOpen();
		breaker.close();
		breaker.call(GOOD);
		fail(breaker);
		breaker.explain();
		breaker.reconfigure(CircuitBreakerConfig.ofDefaults());
	}

	private static void warmUpHungCalls() {
		CircuitBreaker breaker = CircuitBreaker.of("warm-up",
				CircuitBreakerConfig.builder()
					.slowCallDurationThreshold(Duration.ofNanos(1))
					.countHungCalls(true)
					.build());
		Permit permit = breaker.acquire();
		breaker.snapshot();
		permit.failure(new IllegalArgumentException(), 0);
		breaker.call(GOOD);
		breaker.halfOpen();
		Permit probe = breaker.acquire();
		breaker.snapshot();
		probe.release();
	}

	private static void warmUpFleet() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("warm-up");
		breaker.probeGate(new ProbeGate() {

			@Override
			public boolean isShared() {
				return true;
			}

			@Override
			public boolean hasPlace() {
				return true;
			}

			@Override
			public boolean tryTake() {
				return true;
			}

			@Override
			public void giveBack() {
			}

			@Override
			public void recorded(boolean failed, boolean slow) {
			}

		});
		breaker.follow(new FleetDecision(State.HALF_OPEN, Duration.ZERO, 1, "good"));
		CircuitBreaker.ofDefaults("warm-up").restore(breaker.export());
		breaker.acquire().release();
		breaker.call(GOOD);
		breaker.explain();
		breaker.probeGate(null);
	}

	private static void warmUpEntries(CircuitBreaker breaker) {
		GuardedCall call = guardedCall(breaker, true);
		CallEntry entry = call.enter();
		call.stepIn(call.stepOut());
		call.leave(entry);
		call.emitted("good");
		call.completed();
		guardedCall(breaker, false).cancelled();
	}

	/** Calls that need nothing of their own. */
	private static void warmUpSharedState() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("warm-up");
		GuardedCall call = guardedCall(breaker, false);
		call.emitted("good");
		call.completed();
		call.returned("good");
		for (boolean completes : new boolean[] { true, false }) {
			SourceCall<String> ofSource = new SourceCall<>(breaker, false, true) {
			};
			ofSource.begin("good");
			ofSource.emitted("good");
			if (completes) {
				ofSource.completed();
			}
			ofSource.cancelled();
			ofSource.done();
		}
	}

	/** Makes calls that are not permitted. */
	private static void warmUpUnenforced(CircuitBreaker breaker) {
		breaker.reconfigure(breaker.config().toBuilder().enforce(false).build());
		breaker.open();
		nest(breaker);
		breaker.callAsync(ClassWarmUp::goodLater);
		warmUpEntries(breaker);
		breaker.explain();
	}

	/**
	 * The registry, and of groups what could not be initialized once more had it met the
	 * end of a stack.
	 */
	private static void warmUpRegistry(CircuitBreakerConfig config) {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		CircuitBreakerListener listener = new CircuitBreakerListener() {
		};
		CircuitBreakerRegistryListener registryListener = new CircuitBreakerRegistryListener() {
		};
		registry.addListener(listener);
		registry.addRegistryListener(registryListener);
		registry.get("warm-up").call(GOOD);
		registry.all();
		registry.replaceListener(listener, List.of(listener));
		registry.removeListener(listener);
		registry.remove("warm-up");
		registry.removeRegistryListener(registryListener);
		CircuitBreakerGroup group = new CircuitBreakerGroup("warm-up", config, 1, registry);
		new GroupMember(group, "first", "warm-up:first", config).breaker.call(GOOD);
		GroupCommand.limit(StateCommand.reset(), config.rules);
		KeyText.bounded("_".repeat(KeyText.MOST_CHARACTERS + 1));
	}

	/**
	 * Leads a group through all it can do, before the first one is made: most
	 * applications have none. Where the stack ends meanwhile the next one begins again.
	 */
	static void runForGroups() {
		if (groupsToo) {
			return;
		}
		groupsToo = true;
		try {
			warmUpGroup(CircuitBreakerConfig.ofDefaults());
		}
		catch (Throwable ex) {
			groupsToo = false;
			throw ex;
		}
	}

	private static void warmUpGroup(CircuitBreakerConfig config) {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		registry.addRegistryListener(new CircuitBreakerRegistryListener() {
		});
		CircuitBreakerGroup group = registry.group("warm-up", config, 1);
		CircuitBreaker first = group.get("first");
		first.call(GOOD);
		group.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ZERO));
		group.reconfigure(config);
		group.signal("warm-up", null, Duration.ofHours(1));
		group.clearSignal("warm-up");
		group.apply(StateCommand.reset());
		group.get("second").acquire().release();
		first.call(GOOD);
		first.state();
		group.size();
		group.all();
		registry.removeGroup("warm-up");
	}

	private static GuardedCall guardedCall(CircuitBreaker breaker, boolean nests) {
		return new GuardedCall(breaker, nests) {
		};
	}

	private static CompletionStage<String> goodLater() {
		return CompletableFuture.completedFuture("good");
	}

	private static void nest(CircuitBreaker breaker) {
		breaker.<String, RuntimeException>call(() -> breaker.call(GOOD));
	}

	/** Fails while it is closed, and is refused then. */
	private static void fail(CircuitBreaker breaker) {
		breaker.call(BAD, INSTEAD);
	}

}
