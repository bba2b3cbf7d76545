package dev.breaker.spring.autoconfigure;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.LogText;
import dev.breaker.spring.aop.CircuitBreakerBeanPostProcessor;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.aop.UnguardedMethodFinder;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Runs once all beans are there: finishes the configs, and reports names in properties
 * and annotations that do not match; those of what may change once more after each
 * change.
 */
final class BreakerStartup
		implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent>, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(BreakerStartup.class);

	/** Its ids are names of breakers, and not known before they are used. */
	private static final String SPRING_CLOUD_FACTORY = "dev.breaker.spring.cloud.BreakerCircuitBreakerFactory";

	private static final String HEALTH = "org.springframework.boot.health.registry.HealthContributorRegistry";

	private static final String RESTCLIENT = "org.springframework.boot.restclient.RestClientCustomizer";

	private static final String WEBCLIENT = "org.springframework.boot.webclient.WebClientCustomizer";

	private final ApplicationContext context;

	private final BreakerConfigs configs;

	private final CircuitBreakerRegistry registry;

	private final ObjectProvider<GuardedMethodRegistry> guardedMethods;

	/** By property, the names that the last look found nothing for. */
	private final Map<String, Set<String>> reported = new ConcurrentHashMap<>();

	/** What can change while the application runs. */
	private final Runnable reportChanged = this::reportChange;

	BreakerStartup(ApplicationContext context, BreakerConfigs configs, CircuitBreakerRegistry registry,
			ObjectProvider<GuardedMethodRegistry> guardedMethods) {
		this.context = context;
		this.configs = configs;
		this.registry = registry;
		this.guardedMethods = guardedMethods;
	}

	@Override
	public void afterSingletonsInstantiated() {
		// The registry may be the application's own
		refuseMock();
		reportOwnRegistry();
		this.configs.addTo(this.registry);
	}

	private void refuseMock() {
		if (this.registry.defaults() == null) {
			throw new IllegalStateException("The CircuitBreakerRegistry bean (" + this.registry.getClass().getName()
					+ ") has no defaults, as a mock has none, and its circuit breakers cannot guard calls."
					+ " In a test use the real one: @MockitoSpyBean watches it, and @AutoConfigureCircuitBreakers"
					+ " of breaker-spring-boot-starter-test moves its time by hand."
					+ " With breaker.enabled=false annotated methods run unguarded, and a mock is left alone");
		}
	}

	private void reportOwnRegistry() {
		if (this.registry.defaults() == this.configs.defaults()) {
			return;
		}
		if (differ(this.registry.defaults(), this.configs.defaults())) {
			logger.warn("The application's own CircuitBreakerRegistry has other defaults than breaker.configs.default,"
					+ " and uses them for circuit breakers that are requested by name alone."
					+ " Remove its bean definition, or create it with the defaults of the BreakerConfigs bean");
		}
		Set<String> others = new TreeSet<>(this.configs.names());
		others.removeIf((name) -> this.registry.find(name)
			.filter((breaker) -> differ(breaker.config(), this.configs.get(name)))
			.isEmpty());
		if (!others.isEmpty()) {
			logger
				.warn("The application's own CircuitBreakerRegistry has circuit breakers that are configured otherwise"
						+ " than by breaker.instances or a customizer, and keeps their config: {}", list(others));
		}
	}

	// Rules and clocks have no equals
	private static boolean differ(CircuitBreakerConfig one, CircuitBreakerConfig other) {
		return one != other && !one.toString().equals(other.toString());
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		// Events of child contexts come by here too
		if (event.getApplicationContext() == this.context) {
			this.configs.reportIneffectiveSettings(inheritedConfigs());
			GuardedMethodRegistry methods = this.guardedMethods.getIfAvailable();
			reportInstances(methods);
			if (methods != null) {
				methods.reportRetries();
			}
			reportCustomizers(methods);
			reportHealth();
			reportHttpClients();
			reportHttpRejects();
			reportSignals();
			this.configs.addChangeListener(this.reportChanged);
		}
		else if (event.getApplicationContext() instanceof ConfigurableApplicationContext child && !isGuarded(child)) {
			reportUnguarded(child);
		}
	}

	private void reportChange() {
		reportInstances(this.guardedMethods.getIfAvailable());
		reportSignals();
	}

	@Override
	public void destroy() {
		this.configs.removeChangeListener(this.reportChanged);
	}

	/** Whether a child, or a context between it and this one, has guards of its own. */
	private boolean isGuarded(ConfigurableApplicationContext child) {
		for (ApplicationContext each = child; each != null && each != this.context; each = each.getParent()) {
			if (each.getBeanNamesForType(CircuitBreakerBeanPostProcessor.class, true, false).length > 0) {
				return true;
			}
		}
		return false;
	}

	private void reportUnguarded(ConfigurableApplicationContext child) {
		Environment environment = this.context.getEnvironment();
		boolean weaving = BreakerProperties.find(environment, BreakerProperties.MODE, BreakerProperties.Mode.class)
			.orElse(BreakerProperties.Mode.PROXY) == BreakerProperties.Mode.ASPECTJ;
		Set<String> beans = new UnguardedMethodFinder(child.getBeanFactory(), weaving).beans();
		if (beans.isEmpty()) {
			return;
		}
		String problem = "Beans of the child context '%s' have methods annotated with @CircuitBreaker that are not guarded, since a parent context does not guard the beans of its children: %s."
			.formatted(LogText.oneLine(child.getDisplayName()), list(beans));
		String remedy = "Put @Import(BreakerAopAutoConfiguration.class) on a configuration of the child context";
		if (BreakerProperties.find(environment, BreakerProperties.STRICT, Boolean.class).orElse(false)) {
			throw new InvalidCircuitBreakerAnnotationException(problem, remedy + ".");
		}
		logger.warn("{} {}", problem, remedy);
	}

	private void reportCustomizers(@Nullable GuardedMethodRegistry methods) {
		Set<String> named = new TreeSet<>();
		for (CircuitBreaker breaker : this.registry.all()) {
			named.add(breaker.name());
		}
		if (methods != null) {
			named.addAll(methods.breakerNames());
		}
		named.addAll(this.configs.httpClientBreakers());
		this.configs.reportUnmatchedCustomizers(named);
	}

	private void reportInstances(@Nullable GuardedMethodRegistry methods) {
		if (methods != null) {
			reportAnnotated(methods.breakerNames(), methods.beansToCome());
		}
	}

	private void reportAnnotated(Set<String> annotated, Set<String> beansToCome) {
		Set<String> unknown = new TreeSet<>(annotated);
		unknown.addAll(this.configs.httpClientBreakers());
		unknown.removeAll(this.configs.instanceNames());
		Set<String> unset = news("no instance", unknown);
		if (!unset.isEmpty()) {
			logger.info("Using the default config for circuit breakers without an entry in breaker.instances: {}",
					list(unset));
		}
		Set<String> unused = new TreeSet<>(this.configs.instanceNames());
		unused.removeAll(annotated);
		unused.removeAll(this.configs.httpClientBreakers());
		BreakerConfigs inherited = inheritedConfigs();
		if (inherited != null) {
			// Reported there
			unused.removeAll(inherited.instanceNames());
		}
		unused = news("instances", unused);
		// Without any annotation the application uses its breakers by hand
		if (!unused.isEmpty() && !annotated.isEmpty() && !beansToCome.isEmpty()) {
			logger.info(
					"No annotation found so far in this context names these circuit breakers of breaker.instances: {}."
							+ " The annotations of beans that are not created yet are not known: {}",
					BreakerConfigs.list(unused, unknown), list(beansToCome));
		}
		else if (!unused.isEmpty() && !annotated.isEmpty() && isPresent(SPRING_CLOUD_FACTORY)) {
			logger.info(
					"No annotation in this context names these circuit breakers of breaker.instances: {}."
							+ " The ids and groups that Spring Cloud requests are not known yet",
					BreakerConfigs.list(unused, unknown));
		}
		else if (!unused.isEmpty() && !annotated.isEmpty()) {
			logger.warn("No annotation in this context names these circuit breakers of breaker.instances: {}",
					BreakerConfigs.list(unused, unknown));
		}
	}

	private @Nullable BreakerConfigs inheritedConfigs() {
		return Hierarchy.inherited(this.context.getAutowireCapableBeanFactory(), BreakerConfigs.class);
	}

	private void reportHealth() {
		Set<String> missing = new TreeSet<>(
				BreakerProperties.findNames(this.context.getEnvironment(), BreakerProperties.DOWN_WHEN_OPEN));
		missing.removeIf(this::mayExist);
		if (!missing.isEmpty()) {
			logger.warn("No circuit breakers exist for these names in breaker.health.down-when-open: {}",
					BreakerConfigs.list(missing, present().keySet()));
		}
	}

	private void reportHttpClients() {
		// A test of a slice has the support, and no guards.
		if (!this.configs.httpClients().isEmpty() && !isPresent(RESTCLIENT) && !isPresent(WEBCLIENT)) {
			logger.warn(
					"No HTTP client is guarded by breaker.http.clients, since Spring Boot's support of them is missing."
							+ " Add spring-boot-starter-restclient or spring-boot-starter-webclient");
		}
	}

	private void reportHttpRejects() {
		if (this.configs.httpRejects().isEmpty()) {
			return;
		}
		if (!this.context.containsBean("breakerRejectingWebMvcConfigurer")
				&& !this.context.containsBean("breakerRejectingWebFilter")) {
			// Not in a test of a slice, which says nothing of the application.
			if (this.context.getBeanNamesForType(BreakerHttpServerAutoConfiguration.class, true, false).length > 0) {
				logger.warn("No request is answered by breaker.http.server.reject,"
						+ " since this is no web application of Spring MVC or WebFlux. Remove the entries");
			}
			return;
		}
		Set<String> missing = new TreeSet<>();
		this.configs.httpRejects().forEach((entry) -> missing.add(entry.breaker()));
		missing.removeIf(this::mayExist);
		if (!missing.isEmpty()) {
			logger.warn(
					"No circuit breakers exist for these names in breaker.http.server.reject,"
							+ " and no request is answered for them until one does: {}",
					BreakerConfigs.list(missing, present().keySet()));
		}
	}

	/** Whether there is a breaker or a group of a name; that of a single key may come. */
	private boolean mayExist(String name) {
		return this.registry.find(name).isPresent() || this.registry.findGroup(name).isPresent()
				|| this.registry.groups().stream().anyMatch((group) -> name.startsWith(group.name() + ":"));
	}

	/** The breakers and groups by their names. */
	private Map<String, CircuitBreakerConfig> present() {
		Map<String, CircuitBreakerConfig> present = new TreeMap<>();
		for (CircuitBreaker breaker : this.registry.all()) {
			present.put(breaker.name(), breaker.config());
		}
		for (CircuitBreakerGroup group : this.registry.groups()) {
			present.put(group.name(), group.config());
		}
		return present;
	}

	private void reportSignals() {
		Set<String> missing = new TreeSet<>();
		Set<String> looking = new TreeSet<>();
		Map<String, CircuitBreakerConfig> present = present();
		for (Map.Entry<String, CircuitBreakerConfig> each : present.entrySet()) {
			missing.addAll(each.getValue().propagateTo());
			if (!each.getValue().openWhenDown().isEmpty()) {
				looking.add(each.getKey());
			}
		}
		missing.removeIf(this::mayExist);
		// While the application runs only what is new.
		Set<String> unheard = news("propagate-to", missing);
		Set<String> blind = news("open-when-down", looking);
		if (!unheard.isEmpty()) {
			logger.warn("No circuit breakers exist for these names in propagate-to: {}",
					BreakerConfigs.list(unheard, present.keySet()));
		}
		if (!blind.isEmpty() && !isPresent(HEALTH)) {
			logger.warn(
					"The health of open-when-down is not looked at for these circuit breakers, since Spring Boot's support of health is missing: {}."
							+ " Add spring-boot-starter-actuator",
					list(blind));
		}
	}

	/** Which names were not there at the last look. */
	private Set<String> news(String property, Set<String> names) {
		Set<String> before = this.reported.put(property, Set.copyOf(names));
		Set<String> news = new TreeSet<>(names);
		news.removeAll((before != null) ? before : Set.of());
		return news;
	}

	private boolean isPresent(String className) {
		return ClassUtils.isPresent(className, this.context.getClassLoader());
	}

	private static String list(Set<String> names) {
		return names.stream().map(LogText::inList).collect(Collectors.joining(", "));
	}

}
