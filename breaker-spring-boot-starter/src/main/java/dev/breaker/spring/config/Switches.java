package dev.breaker.spring.config;

import java.util.List;
import java.util.Optional;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;

/**
 * The properties below {@code breaker} that are none of a breaker's own.
 */
public final class Switches {

	/** Of those that count something. */
	private static final List<String> ONE_OR_MORE = List.of("keys.max", "events.capacity");

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
			if (said != null && said.by() != null && said.value() instanceof Integer number && number < 1
					&& ONE_OR_MORE.contains(property.toString())) {
				problems.add(Problem.with(said.by(), "must be 1 or more",
						"Change \"%s\": it must be 1 or more.".formatted(key)));
			}
		}
	}

}
