package dev.breaker.spring.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.fleet.FleetNode;
import dev.breaker.fleet.FleetSettings;
import dev.breaker.fleet.FleetTransport;
import org.jspecify.annotations.Nullable;

/**
 * One stay of this instance in its fleet: shares the breakers of the registry, those made
 * later too, from when it begins until it ends.
 */
final class Membership {

	private static final String THREAD = "breaker-fleet";

	private final CircuitBreakerRegistry registry;

	private final SharedNames names;

	private final String namespace;

	private final FleetSettings settings;

	private final FleetTransport transport;

	private final ScheduledExecutorService executor = executor();

	private final FleetNode node;

	/** The breakers that are shared, by their names. Changed under the lock. */
	private final Map<String, CircuitBreaker> shared = new ConcurrentHashMap<>();

	/** The groups that the fleet commands, by their names. Guarded by the lock. */
	private final Map<String, CommandedGroup> groups = new HashMap<>();

	private final ReentrantLock lock = new ReentrantLock();

	private final CircuitBreakerRegistryListener comingAndGoing = new CircuitBreakerRegistryListener() {

		@Override
		public void onAdded(CircuitBreaker breaker) {
			look(breaker.name());
		}

		@Override
		public void onRemoved(CircuitBreaker breaker) {
			look(breaker.name());
		}

		@Override
		public void onGroupAdded(CircuitBreakerGroup group) {
			look(group.name());
		}

		@Override
		public void onGroupRemoved(CircuitBreakerGroup group) {
			look(group.name());
		}

	};

	Membership(CircuitBreakerRegistry registry, SharedNames names, String namespace, FleetSettings settings,
			FleetTransport transport) {
		this.registry = registry;
		this.names = names;
		this.namespace = namespace;
		this.settings = settings;
		this.transport = transport;
		this.node = new FleetNode(settings, transport, this.executor);
	}

	private static ScheduledExecutorService executor() {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, THREAD);
			thread.setDaemon(true);
			return thread;
		});
		executor.setRemoveOnCancelPolicy(true);
		return executor;
	}

	/**
	 * Joins the fleet.
	 * @param timeout how long to wait for its answer at most
	 * @return whether it has answered; where not, it is joined when it does
	 */
	boolean begin(Duration timeout) {
		this.registry.addRegistryListener(this.comingAndGoing);
		return this.node.join(timeout);
	}

	/**
	 * Shares what is there now: breakers may be heard in another order than they came.
	 */
	private void look(String name) {
		this.lock.lock();
		try {
			CircuitBreaker present = this.registry.find(name).filter(this.names::has).orElse(null);
			CommandedGroup group = (present == null) ? group(name) : null;
			if (group != null) {
				present = group.breaker();
			}
			CircuitBreaker before = this.shared.get(name);
			if (present == before) {
				return;
			}
			if (before != null) {
				this.shared.remove(name);
				this.node.unshare(before);
			}
			if (present != null) {
				this.shared.put(name, present);
				if (group != null) {
					this.node.shareForGroup(present);
				}
				else {
					this.node.share(present);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable CommandedGroup group(String name) {
		CircuitBreakerGroup present = this.registry.findGroup(name).filter(this.names::has).orElse(null);
		CommandedGroup before = this.groups.get(name);
		if (present == null) {
			this.groups.remove(name);
			return null;
		}
		CommandedGroup group = (before != null && before.isOf(present)) ? before : new CommandedGroup(present);
		this.groups.put(name, group);
		return group;
	}

	/** Leaves the fleet. Breakers stay as they are, and decide alone. */
	void end() {
		this.registry.removeRegistryListener(this.comingAndGoing);
		this.node.close();
		// After the last words of the node, which it says on this thread.
		this.executor.execute(this.transport::close);
		this.executor.shutdown();
	}

	String namespace() {
		return this.namespace;
	}

	FleetSettings settings() {
		return this.settings;
	}

	FleetNode node() {
		return this.node;
	}

	/** The breaker of a name, where it is shared. */
	@Nullable CircuitBreaker shared(String name) {
		CircuitBreaker found = this.shared.get(name);
		return (found != null && this.registry.find(name).isPresent()) ? found : null;
	}

	/** Whether the fleet can command a breaker, or a group. */
	boolean isCommanded(String name) {
		return this.shared.containsKey(name);
	}

}
