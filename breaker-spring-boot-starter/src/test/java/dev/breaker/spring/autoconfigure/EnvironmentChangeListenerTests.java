package dev.breaker.spring.autoconfigure;

import java.util.function.BiConsumer;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import net.bytebuddy.ByteBuddy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.StaticApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The listener by itself, with events of the names that Spring Cloud gives them. With
 * Spring Cloud there, its whole refresh is tested by {@code RuntimeChangeTests}.
 */
@ExtendWith(OutputCaptureExtension.class)
class EnvironmentChangeListenerTests {

	private static final String CHANGE = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

	private static final String REFRESH = "org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent";

	private static final String THRESHOLD = "breaker.instances.payments.failure-rate-threshold=";

	@Test
	void aChangeReachesBreakersAtWork() {
		withListener((context, listener) -> {
			TestPropertyValues.of(THRESHOLD + "40").applyTo(context);
			listener.onApplicationEvent(event(CHANGE, context));
			assertThat(threshold(context)).isEqualTo(40f);
		});
	}

	@Test
	void whatCannotBeUsedIsToldOnceAndChangesNothing(CapturedOutput output) {
		withListener((context, listener) -> {
			TestPropertyValues.of(THRESHOLD + "140").applyTo(context);
			listener.onApplicationEvent(event(CHANGE, context));
			listener.onApplicationEvent(event(REFRESH, context));
			assertThat(threshold(context)).isEqualTo(30f);
			assertThat(output).containsOnlyOnce("nothing of the change is applied").contains("140");
			TestPropertyValues.of(THRESHOLD + "45").applyTo(context);
			listener.onApplicationEvent(event(CHANGE, context));
			assertThat(threshold(context)).isEqualTo(45f);
		});
	}

	@Test
	void aChangeOfAnotherContextIsLeftToThat() {
		withListener((context, listener) -> {
			TestPropertyValues.of(THRESHOLD + "40").applyTo(context);
			listener.onApplicationEvent(event(CHANGE, new StaticApplicationContext()));
			assertThat(threshold(context)).isEqualTo(30f);
		});
	}

	private static void withListener(BiConsumer<ConfigurableApplicationContext, EnvironmentChangeListener> test) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class))
			.withPropertyValues(THRESHOLD + "30")
			.run((assertable) -> {
				ConfigurableApplicationContext context = assertable
					.getSourceApplicationContext(ConfigurableApplicationContext.class);
				EnvironmentChangeListener listener = new EnvironmentChangeListener(context,
						context.getBean(BreakerConfigs.class));
				assertThat(listener.supportsEventType(event(CHANGE, context).getClass())).isTrue();
				assertThat(listener.supportsEventType(event(REFRESH, context).getClass())).isTrue();
				assertThat(listener.supportsEventType(ApplicationEvent.class)).isFalse();
				test.accept(context, listener);
			});
	}

	private static float threshold(ApplicationContext context) {
		return context.getBean(CircuitBreakerRegistry.class).get("payments").config().failureRateThreshold();
	}

	private static ApplicationEvent event(String type, Object source) {
		try {
			return new ByteBuddy().subclass(ApplicationEvent.class)
				.name(type)
				.make()
				.load(ApplicationEvent.class.getClassLoader())
				.getLoaded()
				.getConstructor(Object.class)
				.newInstance(source);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
