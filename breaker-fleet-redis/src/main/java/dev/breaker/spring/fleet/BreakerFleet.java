package dev.breaker.spring.fleet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.LogText;
import dev.breaker.StateCommand;
import dev.breaker.fleet.FleetNode;
import dev.breaker.fleet.FleetSettings;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.redis.RedisFleetTransport;
import dev.breaker.spring.actuate.FleetAccess;
import dev.breaker.spring.actuate.FleetDescriptor;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.config.ClusterQuorum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * This instance in its fleet. It joins when the registry of the breakers has been made,
 * before any bean gets hold of it and makes a call, and leaves as the context stops. Safe
 * for use by many threads; joining and leaving is for the one that starts and stops the
 * context.
 */
final class BreakerFleet
		implements BeanPostProcessor, SmartInitializingSingleton, SmartLifecycle, DisposableBean, FleetAccess {

	/**
	 * Leaves when the web server has served its last request, and Redis is there still.
	 */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final String DEFAULT_NAMESPACE = "breaker";

	/** So long an exchange with Redis takes at most. */
	private static final Duration MOST_PATIENCE = Duration.ofSeconds(1);

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final Environment environment;

	private volatile @Nullable CircuitBreakerRegistry registry;

	private volatile @Nullable Membership membership;

	private volatile boolean running;

	private boolean reported;

	BreakerFleet(ConfigurableListableBeanFactory beanFactory, Environment environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof CircuitBreakerRegistry made && this.registry == null) {
			this.registry = made;
			try {
				join(made);
			}
			catch (BeansException ex) {
				// What connects to Redis may need the very bean that is being made.
				logger.debug("Circuit breakers are not shared before all beans are there", ex);
			}
		}
		return bean;
	}

	@Override
	public void afterSingletonsInstantiated() {
		CircuitBreakerRegistry made = this.registry;
		if (made == null) {
			made = this.beanFactory.getBean(CircuitBreakerRegistry.class);
			this.registry = made;
		}
		if (this.membership == null) {
			join(made);
		}
	}

	private void join(CircuitBreakerRegistry made) {
		BreakerProperties.Cluster cluster = this.beanFactory.getBean(BreakerProperties.class).cluster();
		SharedNames names = new SharedNames(cluster.breakers(),
				this.beanFactory.getBean(BreakerConfigs.class)::isConfigured);
		FleetSettings settings = new FleetSettings(new NodeId(nodeName(cluster), UUID.randomUUID().toString()),
				quorum(cluster.quorum()), cluster.heartbeat(), cluster.nodeTimeout());
		String namespace = namespace(cluster);
		RedisFleetTransport transport = new RedisFleetTransport(connectionFactory(), namespace,
				min(cluster.heartbeat(), MOST_PATIENCE));
		Membership begun = new Membership(made, names, namespace, settings, transport);
		this.membership = begun;
		if (begun.begin(cluster.joinTimeout())) {
			logger.info("Circuit breakers are shared in the fleet '{}': this instance, '{}', is one of {}",
					LogText.oneLine(namespace), LogText.oneLine(settings.node().name()), begun.node().status().nodes());
		}
		else {
			logger.info(
					"Circuit breakers start alone: their fleet '{}' has not answered within {}"
							+ " (breaker.cluster.join-timeout). This instance, '{}', joins it as soon as it does",
					LogText.oneLine(namespace), cluster.joinTimeout(), LogText.oneLine(settings.node().name()));
		}
	}

	private LettuceConnectionFactory connectionFactory() {
		if (!ClassUtils.isPresent("io.lettuce.core.RedisClient", this.beanFactory.getBeanClassLoader())) {
			throw new FleetSetupException(
					"breaker.cluster.enabled is true, and circuit breakers are shared through Lettuce, which is not on the class path.",
					"Add spring-boot-starter-data-redis without excluding io.lettuce:lettuce-core, or set breaker.cluster.enabled to false.");
		}
		RedisConnectionFactory factory;
		try {
			factory = this.beanFactory.getBean(RedisConnectionFactory.class);
		}
		catch (NoSuchBeanDefinitionException ex) {
			throw new FleetSetupException(
					"breaker.cluster.enabled is true, and no single bean connects to the Redis of the fleet: "
							+ ex.getMessage() + ".",
					"Let Spring Boot make the RedisConnectionFactory (spring.data.redis.*), define one bean of that type"
							+ " or mark one of several @Primary, or set breaker.cluster.enabled to false.");
		}
		if (factory instanceof LettuceConnectionFactory lettuce) {
			return lettuce;
		}
		throw new FleetSetupException(
				"breaker.cluster.enabled is true, and circuit breakers are shared through Lettuce, but the bean that connects to Redis is a "
						+ factory.getClass().getName() + ".",
				"Set spring.data.redis.client-type to lettuce, define a LettuceConnectionFactory, or set breaker.cluster.enabled to false.");
	}

	private String namespace(BreakerProperties.Cluster cluster) {
		String written = cluster.namespace();
		String application = this.environment.getProperty("spring.application.name");
		if (written != null) {
			return written;
		}
		if (application == null || application.isBlank()) {
			return DEFAULT_NAMESPACE;
		}
		if (application.contains("{") || application.contains("}")) {
			throw new FleetSetupException(
					"The fleet is called as the application, and spring.application.name is '"
							+ LogText.oneLine(application)
							+ "', with braces, which Redis Cluster takes for the part of a key that is hashed.",
					"Set breaker.cluster.namespace to a name without braces.");
		}
		return application;
	}

	private String nodeName(BreakerProperties.Cluster cluster) {
		String written = cluster.nodeId();
		return (written != null) ? written : host() + "-" + ProcessHandle.current().pid();
	}

	/** As the shell of an operator calls it; a resolver may take its time. */
	private String host() {
		String named = this.environment.getProperty("HOSTNAME", this.environment.getProperty("COMPUTERNAME", ""));
		if (!named.isBlank()) {
			return named;
		}
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "unknown-host";
		}
	}

	private static Quorum quorum(@Nullable ClusterQuorum written) {
		return (written != null) ? new Quorum(written.votes(), written.percent()) : Quorum.DEFAULT;
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public void start() {
		this.running = true;
		CircuitBreakerRegistry made = this.registry;
		if (this.membership == null && made != null) {
			join(made);
		}
		if (!this.reported && made != null) {
			this.reported = true;
			reportUnmatched(made);
		}
	}

	private void reportUnmatched(CircuitBreakerRegistry made) {
		BreakerProperties.Cluster cluster = this.beanFactory.getBean(BreakerProperties.class).cluster();
		List<String> present = new ArrayList<>();
		made.all().stream().map(CircuitBreaker::name).forEach(present::add);
		made.groups().stream().map(CircuitBreakerGroup::name).forEach(present::add);
		this.beanFactory.getBeanProvider(GuardedMethodRegistry.class)
			.ifAvailable((methods) -> present.addAll(methods.breakerNames()));
		List<String> unmatched = new SharedNames(cluster.breakers(), present::contains).withoutAny(present);
		if (!unmatched.isEmpty()) {
			logger.warn("No circuit breakers exist for these names in breaker.cluster.breakers: {}",
					BreakerConfigs.list(unmatched, present));
		}
	}

	@Override
	public void stop() {
		this.running = false;
		leave();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** A context that did not start leaves too. */
	@Override
	public void destroy() {
		leave();
		this.registry = null;
	}

	private void leave() {
		Membership ended = this.membership;
		if (ended != null) {
			this.membership = null;
			ended.end();
		}
	}

	@Override
	public boolean shares(String name) {
		Membership present = this.membership;
		return present != null && present.isCommanded(name);
	}

	@Override
	public void command(String name, StateCommand command) {
		Membership present = this.membership;
		CircuitBreakerRegistry made = this.registry;
		if (present != null && present.isCommanded(name)) {
			boolean ofGroup = present.shared(name) == null;
			present.node().command(name, ofGroup ? CommandedGroup.withActor(command) : command);
		}
		else if (made != null) {
			made.find(name).ifPresent((breaker) -> breaker.apply(command));
			made.findGroup(name).ifPresent((group) -> group.apply(command));
		}
	}

	@Override
	public boolean isLocalOnly(String name) {
		Membership present = this.membership;
		CircuitBreaker breaker = (present != null) ? present.shared(name) : null;
		return present != null && breaker != null && present.node().isLocalOnly(breaker);
	}

	@Override
	public @Nullable FleetDescriptor describe(String name) {
		Membership present = this.membership;
		CircuitBreaker breaker = (present != null) ? present.shared(name) : null;
		return (present != null && breaker != null) ? new FleetReport(present).of(breaker) : null;
	}

	/** Null where this instance is not in the fleet, as its context is stopped. */
	FleetNode.@Nullable Status status() {
		Membership present = this.membership;
		return (present != null) ? present.node().status() : null;
	}

	/** What health shows. */
	Map<String, Object> details() {
		Membership present = this.membership;
		Map<String, Object> details = new LinkedHashMap<>();
		if (present == null) {
			details.put("connected", false);
			return details;
		}
		FleetNode.Status status = present.node().status();
		details.put("connected", status.connected());
		details.put("namespace", present.namespace());
		details.put("node", present.settings().node().name());
		details.put("nodes", status.nodes());
		details.put("quorum", status.quorum());
		String error = status.lastError();
		if (error != null && !status.connected()) {
			details.put("error", LogText.oneLine(error));
		}
		return details;
	}

}
