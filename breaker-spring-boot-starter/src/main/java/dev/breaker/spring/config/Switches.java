package dev.breaker.spring.config;

import java.util.Map;
import java.util.Optional;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;

/**
 * The properties below {@code breaker} that are none of a breaker's own.
 */
public final class Switches {

	/** The highest values of those that count something; the lowest is 1. */
	private static final Map<String, Integer> HIGHEST = Map.of("keys.max", Integer.MAX_VALUE, "events.capacity",
			10_000);

	private Switches() {
	}

	/**
	 * Reads one switch where there are no beans yet. A value that cannot be used is left
	 * out: {@link BreakerConfigs} stops the application with all that is wrong.
	 * @param <T> the type
	 * @param environment where it is
	 * @param key the whole key
	 * @param type the type
	 * @return the value, empty where there is none that can be used
	 */
	public static <T> Optional<T> find(Environment environment, String key, Class<T> type) {
		try {
			return Optional.ofNullable(Binder.get(environment).bind(key, type).orElse(null));
		}
		catch (BindException ex) {
			return Optional.empty();
		}
	}

	static void check(Values values, Problems problems) {
		for (BoundProperty property : BoundProperty.SWITCHES) {
			ConfigurationPropertyName key = Level.ROOT.append(property.key());
			Values.Said said = values.read(property, key);
			Integer highest = HIGHEST.get(property.toString());
			if (highest != null && said != null && said.by() != null && said.value() instanceof Integer number
					&& (number < 1 || number > highest)) {
				String rule = (highest == Integer.MAX_VALUE) ? "must be 1 or more" : "must be between 1 and " + highest;
				problems.add(Problem.with(said.by(), rule, "Change \"%s\": it %s.".formatted(key, rule)));
			}
		}
	}

}
