package dev.breaker.spring.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.spring.config.PropertyDefinition.Range;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.util.ClassUtils;

/**
 * Checks the types and ranges of the switches, the properties below {@code breaker} that
 * belong to no config or instance, and whether the artifacts are there that they need.
 */
final class SwitchValidator {

	/** What there is below {@code breaker} beside configs, instances and HTTP. */
	static final List<PropertyDefinition> SWITCHES = PropertyDefinition.of(BreakerProperties.class);

	private static final String ASPECT = "dev.breaker.spring.aspectj.CircuitBreakerAspect";

	private SwitchValidator() {
	}

	/** The text of each switch that is set, by its key. */
	static Map<String, String> check(ValueReader values, ConfigProblems problems, @Nullable ClassLoader classLoader) {
		Map<String, String> set = new LinkedHashMap<>();
		Map<String, ValueReader.Said> all = new LinkedHashMap<>();
		for (PropertyDefinition property : SWITCHES) {
			ConfigurationPropertyName key = Level.ROOT.append(property.key());
			ValueReader.Said said = values.read(property, key);
			if (said != null) {
				all.put(property.toString(), said);
				set.put(Level.written(key),
						(said.kind() == ValueReader.Kind.OFF) ? "none" : String.valueOf(said.value()));
			}
			Range range = (said != null && said.by() != null) ? property.range() : null;
			if (range != null && said != null && said.by() != null && said.value() instanceof Integer number
					&& (number < range.min() || number > range.max())) {
				String requirement = (range.max() == Integer.MAX_VALUE) ? "must be %d or more".formatted(range.min())
						: "must be between %d and %d".formatted(range.min(), range.max());
				problems.add(ConfigProblem.with(said.by(), requirement,
						"Change \"%s\": it %s.".formatted(key, requirement)));
			}
			if (said != null && said.by() != null && said.value() == BreakerProperties.Mode.ASPECTJ
					&& !ClassUtils.isPresent(ASPECT, classLoader)) {
				problems.add(ConfigProblem.with(said.by(),
						"needs the artifact breaker-aspectj, which is not on the class path",
						"Add the dependency dev.breaker:breaker-aspectj, or change \"%s\" to proxy.".formatted(key)));
			}
			if (said != null && said.by() != null && key.toString().equals(BreakerProperties.RESTORE_FILE)
					&& said.value() instanceof String file) {
				String requirement = requirementOfFile(file);
				if (requirement != null) {
					problems.add(ConfigProblem.with(said.by(), requirement,
							"Change \"%s\" to the path of a file, or to none.".formatted(key)));
				}
			}
		}
		if (hasCluster(all)) {
			ClusterValidator.check(all, problems, classLoader);
		}
		return set;
	}

	private static boolean hasCluster(Map<String, ValueReader.Said> all) {
		for (String key : all.keySet()) {
			if (key.startsWith("cluster.")) {
				return true;
			}
		}
		return false;
	}

	/** Why no file can be there; null where one can be. */
	private static @Nullable String requirementOfFile(String file) {
		try {
			Path path = Path.of(file).toAbsolutePath();
			if (Files.isDirectory(path)) {
				return "must be a file, and is a directory";
			}
			if (Files.exists(path) && !Files.isRegularFile(path)) {
				return "must be a regular file, and is a device, a pipe or a socket";
			}
			Path directory = path.getParent();
			while (directory != null && !Files.exists(directory)) {
				directory = directory.getParent();
			}
			return (directory != null && !Files.isDirectory(directory))
					? "must be below a directory, and '%s' is a file".formatted(directory) : null;
		}
		catch (InvalidPathException ex) {
			return "must be the path of a file: " + ex.getReason();
		}
	}

}
