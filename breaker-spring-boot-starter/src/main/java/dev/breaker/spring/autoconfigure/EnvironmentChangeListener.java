package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.InvalidBreakerConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Lets the breakers follow the environment when Spring Cloud says that it changed, and
 * once more when it has made its refreshed beans anew, of which a customizer may be one.
 * Events are known by name, so that Spring Cloud need not be there. A configuration that
 * cannot be used is an ERROR, and stops neither the other listeners nor the breakers,
 * which keep the configs that they have.
 */
final class EnvironmentChangeListener implements SmartApplicationListener {

	static final String CHANGE = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

	private static final String REFRESH = "org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent";

	private static final Logger logger = LoggerFactory.getLogger(EnvironmentChangeListener.class);

	private final ApplicationContext context;

	private final BreakerConfigs configs;

	/** What cannot be used is told once, and not again for the beans. */
	private volatile boolean failed;

	EnvironmentChangeListener(ApplicationContext context, BreakerConfigs configs) {
		this.context = context;
		this.configs = configs;
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
		return eventType.getName().equals(CHANGE) || eventType.getName().equals(REFRESH);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		boolean ofAnother = event.getSource() instanceof ApplicationContext other && other != this.context;
		if (ofAnother || (this.failed && event.getClass().getName().equals(REFRESH))) {
			return;
		}
		try {
			this.configs.reload();
			this.failed = false;
		}
		catch (InvalidBreakerConfigurationException ex) {
			this.failed = true;
			logger.error("The environment changed, and nothing of the change is applied to circuit breakers.\n\n{}\n\n"
					+ "Action:\n\n{}", ex.description(), ex.remedy());
		}
		catch (RuntimeException ex) {
			this.failed = true;
			logger.error("The environment changed, and nothing of the change is applied to circuit breakers", ex);
		}
	}

}
