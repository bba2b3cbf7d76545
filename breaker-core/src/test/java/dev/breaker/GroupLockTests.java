package dev.breaker;

import java.io.IOException;
import java.io.InputStream;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * No code of the user's runs under a lock of a group or a registry: each hook here waits
 * for another thread that needs them all.
 */
class GroupLockTests {

	private final ExecutorService other = Executors.newSingleThreadExecutor();

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder().consecutiveFailureThreshold(1).build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.config);

	private final CircuitBreakerGroup group = this.registry.group("inventory", this.config, 2);

	private final List<String> asked = new ArrayList<>();

	@AfterEach
	void stop() {
		this.other.shutdownNow();
	}

	@Test
	void aRegistryListenerCanWaitForAnotherKey() {
		this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {

			@Override
			public void onAdded(CircuitBreaker breaker) {
				askElsewhere("added " + breaker.name());
			}

			@Override
			public void onRemoved(CircuitBreaker breaker) {
				askElsewhere("removed " + breaker.name());
			}

		});
		this.group.get("a");
		this.group.get("b");
		this.group.get("c");
		this.registry.get("plain");
		this.registry.remove("plain");
		this.registry.remove("inventory:c");
		assertThat(this.asked).contains("added inventory:a", "added plain", "removed plain");
		this.registry.removeGroup("inventory");
	}

	@Test
	void aBreakerListenerCanWaitForAnotherKey() {
		this.registry.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				askElsewhere("changed " + breaker.name());
			}

			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				askElsewhere("failed " + breaker.name());
			}

			@Override
			public void onNotPermitted(CircuitBreaker breaker) {
				askElsewhere("refused " + breaker.name());
			}

		});
		CircuitBreaker a = this.group.get("a");
		catchThrowable(() -> a.run(() -> {
			throw new IllegalStateException();
		}));
		catchThrowable(a::acquire);
		this.group.apply(StateCommand.to(State.DISABLED));
		assertThat(this.asked).contains("changed inventory:a", "failed inventory:a", "refused inventory:a");
	}

	@Test
	void aClockCanWaitForAnotherKey() {
		AtomicReference<CircuitBreakerGroup> timed = new AtomicReference<>();
		AtomicBoolean asking = new AtomicBoolean();
		CircuitBreakerConfig clocked = this.config.toBuilder().nanoClock(() -> {
			if (timed.get() != null && asking.compareAndSet(false, true)) {
				elsewhere(() -> timed.get().get("from the clock"));
				asking.set(false);
			}
			return 0;
		}).build();
		timed.set(this.registry.group("timed", clocked, 1));
		for (int i = 0; i < 5; i++) {
			timed.get().get("k" + i);
			timed.get().apply(StateCommand.to(State.OPEN));
			timed.get().apply(StateCommand.to(State.CLOSED));
		}
		assertThat(timed.get().size()).isEqualTo(1);
	}

	@Test
	void listenersAreToldApartWithoutTheirEquals() {
		class Equal implements CircuitBreakerListener, CircuitBreakerRegistryListener {

			private final List<String> news = new ArrayList<>();

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				this.news.add(change.to().name());
			}

			@Override
			public void onAdded(CircuitBreaker breaker) {
				this.news.add("+" + breaker.name());
			}

			@Override
			public boolean equals(Object other) {
				askElsewhere("equals");
				return true;
			}

			@Override
			public int hashCode() {
				return 1;
			}

		}
		Equal first = new Equal();
		Equal second = new Equal();
		this.registry.addListener(first);
		this.registry.addListener(second);
		this.registry.addRegistryListener(first);
		this.registry.addRegistryListener(second);
		this.group.get("a");
		this.registry.removeListener(second);
		this.registry.removeRegistryListener(second);
		this.group.get("b").open();
		this.registry.removeListener(second);
		assertThat(first.news).containsExactly("+inventory:a", "+inventory:b", "OPEN");
		assertThat(second.news).containsExactly("+inventory:a");
		assertThat(this.asked).isEmpty();
	}

	@Test
	void theListOfListenersThatReplaceOneCanWaitForAnotherKey() {
		CircuitBreakerListener gone = new CircuitBreakerListener() {
		};
		this.registry.addListener(gone);
		this.registry.get("plain");
		this.registry.replaceListener(gone, new AbstractList<CircuitBreakerListener>() {

			@Override
			public CircuitBreakerListener get(int index) {
				askElsewhere("listener " + index);
				return new CircuitBreakerListener() {
				};
			}

			@Override
			public int size() {
				askElsewhere("size");
				return 1;
			}

		});
		assertThat(this.asked).contains("size", "listener 0");
	}

	/** What a class of listeners overrides is looked up once, which can load classes. */
	@Test
	void theClassLoaderOfAListenerCanWaitForAnotherKey() throws ReflectiveOperationException {
		CircuitBreakerListener gone = new CircuitBreakerListener() {
		};
		this.registry.addListener(gone);
		this.registry.get("plain");
		this.registry.addListener(loadedAnew("added"));
		this.registry.replaceListener(gone, List.of(loadedAnew("replaced")));
		assertThat(this.asked).containsExactly("added", "replaced");
	}

	private CircuitBreakerListener loadedAnew(String news) throws ReflectiveOperationException {
		ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {

			@Override
			protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
				if (name.equals(Mentioned.class.getName())) {
					askElsewhere(news);
				}
				return name.equals(Loaded.class.getName()) ? define(name) : super.loadClass(name, resolve);
			}

			private Class<?> define(String name) throws ClassNotFoundException {
				try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
					byte[] bytes = in.readAllBytes();
					return defineClass(name, bytes, 0, bytes.length);
				}
				catch (IOException ex) {
					throw new ClassNotFoundException(name, ex);
				}
			}

		};
		return (CircuitBreakerListener) loader.loadClass(Loaded.class.getName()).getConstructor().newInstance();
	}

	@Test
	void aRegistryListenerThatThrowsHarmsNobody() {
		try (LogCapture log = new LogCapture()) {
			this.registry.get("before");
			List<String> news = new ArrayList<>();
			this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {

				@Override
				public void onAdded(CircuitBreaker breaker) {
					throw new StackOverflowError("added");
				}

				@Override
				public void onRemoved(CircuitBreaker breaker) {
					throw new IllegalStateException("removed");
				}

			});
			this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {

				@Override
				public void onAdded(CircuitBreaker breaker) {
					news.add("+" + breaker.name());
				}

				@Override
				public void onRemoved(CircuitBreaker breaker) {
					news.add("-" + breaker.name());
				}

			});
			this.registry.get("plain");
			for (String key : List.of("a", "b", "c")) {
				assertThat(this.group.get(key).call(() -> "good")).isEqualTo("good");
			}
			assertThat(this.registry.remove("plain")).isTrue();
			assertThat(news).containsExactly("+before", "+plain", "+inventory:a", "+inventory:b", "-inventory:a",
					"+inventory:c", "-plain");
			assertThat(log.trouble()).singleElement().asString().contains("listener of the circuit breaker registry");
		}
	}

	/** Another thread needs all locks that there are. */
	private void askElsewhere(String news) {
		if (this.asked.size() < 50) {
			this.asked.add(news);
			elsewhere(() -> {
				this.group.size();
				this.group.all();
				this.registry.all();
				this.registry.get("from elsewhere");
				CircuitBreaker breaker = this.group.get("elsewhere " + news);
				this.group.get("elsewhere too " + news);
				breaker.state();
			});
		}
	}

	private void elsewhere(Runnable work) {
		if (Thread.currentThread().getName().equals("other")) {
			return;
		}
		catchNothing(() -> this.other.submit(() -> {
			Thread.currentThread().setName("other");
			work.run();
		}).get(10, TimeUnit.SECONDS));
	}

	private static void catchNothing(ThrowingRunnable<Exception> work) {
		Throwable thrown = catchThrowable(work::run);
		assertThat(thrown).isNull();
	}

	/** A listener whose class mentions another one. */
	public static final class Loaded implements CircuitBreakerListener {

		public Loaded() {
		}

		public void heard(Mentioned mentioned) {
		}

	}

	/** What the class of a listener mentions. */
	public static final class Mentioned {

	}

}
