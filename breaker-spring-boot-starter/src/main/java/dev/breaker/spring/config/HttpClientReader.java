package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpHostPattern;
import dev.breaker.spring.http.HttpPathPattern;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Reads the entries of {@code breaker.http.clients}. As with every list of Spring Boot's,
 * all of them are taken from the first source that has any.
 */
final class HttpClientReader {

	private final BreakerPropertySources sources;

	private final ValueReader values;

	private final ConfigProblems problems;

	private HttpClientReader(BreakerPropertySources sources, ValueReader values, ConfigProblems problems) {
		this.sources = sources;
		this.values = values;
		this.problems = problems;
	}

	static List<HttpClientEntry> read(BreakerPropertySources all, PredicateResolver predicates,
			SimilarClassNames classNames, ConfigProblems problems) {
		BreakerPropertySources sources = all.ofList(Level.HTTP_CLIENTS);
		if (sources == null) {
			return List.of();
		}
		return new HttpClientReader(sources, new ValueReader(sources, predicates, classNames, problems), problems)
			.read();
	}

	/** Adds the text of the list, where there is one, as it is written. */
	static void describe(BreakerPropertySources all, Map<String, String> texts) {
		BreakerPropertySources sources = all.ofList(Level.HTTP_CLIENTS);
		if (sources == null) {
			return;
		}
		List<Map<String, String>> entries = new ArrayList<>();
		for (int i = 0; i < sources.length(Level.HTTP_CLIENTS); i++) {
			ConfigurationPropertyName prefix = Level.HTTP_CLIENTS.append("[" + i + "]");
			Map<String, String> entry = new LinkedHashMap<>();
			for (PropertyDefinition property : PropertyDefinition.OF_HTTP_CLIENT) {
				ConfigurationProperty written = sources.find(prefix.append(property.key()));
				if (written != null) {
					entry.put(property.toString(), sources.text(written));
				}
			}
			entries.add(entry);
		}
		texts.put(Level.HTTP_CLIENTS.toString(), entries.toString());
	}

	private List<HttpClientEntry> read() {
		List<HttpClientEntry> entries = new ArrayList<>();
		for (int i = 0; i < this.sources.length(Level.HTTP_CLIENTS); i++) {
			HttpClientEntry entry = read(Level.HTTP_CLIENTS.append("[" + i + "]"));
			if (entry != null) {
				entries.add(entry);
			}
		}
		return entries;
	}

	private @Nullable HttpClientEntry read(ConfigurationPropertyName prefix) {
		Map<String, Object> said = new HashMap<>();
		boolean wrong = false;
		ConfigurationProperty written = null;
		for (PropertyDefinition property : PropertyDefinition.OF_HTTP_CLIENT) {
			ValueReader.Said value = this.values.read(property, prefix.append(property.key()));
			if (value != null) {
				wrong |= value.kind() == ValueReader.Kind.WRONG;
				written = (value.by() != null) ? value.by() : written;
				if (value.value() != null) {
					said.put(property.name(), value.value());
				}
			}
		}
		if (wrong) {
			return null;
		}
		if (!said.containsKey("breaker")) {
			this.problems.add(missing(Level.written(prefix), written));
			return null;
		}
		return new HttpClientEntry((HttpHostPattern) said.get("host"), (HttpPathPattern) said.get("path"),
				(String) Objects.requireNonNull(said.get("breaker")), (HttpClientEntry.Key) said.get("key"));
	}

	private static ConfigProblem missing(String entry, @Nullable ConfigurationProperty written) {
		if (written == null) {
			return new ConfigProblem(entry, null, null, "is missing, though there is an entry after it",
					"Number the entries of \"%s\" without a gap, or write them as a list with dashes."
						.formatted(Level.HTTP_CLIENTS));
		}
		return new ConfigProblem(entry + ".breaker", null, written.getOrigin(), "is missing",
				"Set \"%s.breaker\" to the name of the circuit breaker that guards these requests; with key: host, it is the name of the breakers of all hosts."
					.formatted(entry));
	}

}
