package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;

import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpHostPattern;
import dev.breaker.spring.http.HttpPathPattern;
import dev.breaker.spring.http.HttpServerEntry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.origin.Origin;

/**
 * Reads the entries of a list below {@code breaker.http}. As with every list of Spring
 * Boot's, all of them are taken from the first source that has any.
 */
final class HttpEntryReader {

	private final HttpEntryList list;

	private final BreakerPropertySources sources;

	private final ValueReader values;

	private final ConfigProblems problems;

	private boolean gapFound;

	private HttpEntryReader(HttpEntryList list, BreakerPropertySources sources, ValueReader values,
			ConfigProblems problems) {
		this.list = list;
		this.sources = sources;
		this.values = values;
		this.problems = problems;
	}

	/** The entries of {@code breaker.http.clients}. */
	static List<HttpClientEntry> clients(BreakerPropertySources all, PredicateResolver predicates,
			SimilarClassNames classNames, ConfigProblems problems) {
		return read(HttpEntryList.CLIENTS, all, predicates, classNames, problems,
				(said) -> new HttpClientEntry((HttpHostPattern) said.get("host"), (HttpPathPattern) said.get("path"),
						(String) Objects.requireNonNull(said.get("breaker")), (HttpClientEntry.Key) said.get("key")));
	}

	/** The entries of {@code breaker.http.server.reject}. */
	@SuppressWarnings("unchecked")
	static List<HttpServerEntry> rejects(BreakerPropertySources all, PredicateResolver predicates,
			SimilarClassNames classNames, ConfigProblems problems) {
		return read(HttpEntryList.REJECT, all, predicates, classNames, problems,
				(said) -> new HttpServerEntry((List<HttpPathPattern>) Objects.requireNonNull(said.get("paths")),
						(List<HttpServerEntry.Method>) Objects.requireNonNullElse(said.get("methods"), List.of()),
						(String) Objects.requireNonNull(said.get("breaker"))));
	}

	private static <E> List<E> read(HttpEntryList list, BreakerPropertySources all, PredicateResolver predicates,
			SimilarClassNames classNames, ConfigProblems problems, Function<Map<String, Object>, E> make) {
		BreakerPropertySources sources = sources(list, all);
		if (sources == null) {
			return List.of();
		}
		return new HttpEntryReader(list, sources, new ValueReader(sources, predicates, classNames, problems), problems)
			.read()
			.stream()
			.map(make)
			.toList();
	}

	/**
	 * The source of a list; {@code null} where there is none, or an entry has a number
	 * that {@link ConfigKeyScanner} refuses.
	 */
	private static @Nullable BreakerPropertySources sources(HttpEntryList list, BreakerPropertySources all) {
		return all.hasIndexThatIsTooLong(list.key()) ? null : all.ofList(list.key());
	}

	/** Adds the text of each list, where there is one, as it is written. */
	static void describe(BreakerPropertySources all, Map<String, String> texts) {
		for (HttpEntryList list : HttpEntryList.ALL) {
			BreakerPropertySources sources = sources(list, all);
			if (sources != null) {
				texts.put(list.key().toString(), describe(list, sources));
			}
		}
	}

	private static String describe(HttpEntryList list, BreakerPropertySources sources) {
		List<Map<String, String>> entries = new ArrayList<>();
		for (int i = 0; i < sources.length(list.key()); i++) {
			ConfigurationPropertyName prefix = list.key().append("[" + i + "]");
			Map<String, String> entry = new LinkedHashMap<>();
			for (PropertyDefinition property : list.properties()) {
				String text = text(property, prefix.append(property.key()), sources);
				if (text != null) {
					entry.put(property.toString(), text);
				}
			}
			entries.add(entry);
		}
		return entries.toString();
	}

	private static @Nullable String text(PropertyDefinition property, ConfigurationPropertyName key,
			BreakerPropertySources sources) {
		ConfigurationProperty written = sources.find(key);
		if (written != null) {
			return sources.text(written);
		}
		List<String> elements = new ArrayList<>();
		ConfigurationProperty element = property.isList() ? sources.find(key.append("[0]")) : null;
		while (element != null) {
			elements.add(sources.text(element));
			element = sources.find(key.append("[" + elements.size() + "]"));
		}
		return elements.isEmpty() ? null : elements.toString();
	}

	private List<Map<String, Object>> read() {
		List<Map<String, Object>> entries = new ArrayList<>();
		int length = this.sources.length(this.list.key());
		for (int i = 0; i < length; i++) {
			Map<String, Object> entry = read(this.list.key().append("[" + i + "]"));
			if (entry != null) {
				entries.add(entry);
			}
		}
		return entries;
	}

	/** What an entry says; null where it cannot be used. */
	private @Nullable Map<String, Object> read(ConfigurationPropertyName prefix) {
		Map<String, Object> said = new HashMap<>();
		boolean written = false;
		boolean wrong = false;
		Origin origin = null;
		for (PropertyDefinition property : this.list.properties()) {
			ConfigurationPropertyName key = prefix.append(property.key());
			ValueReader.Said value = this.values.read(property, key);
			if (value != null) {
				written = true;
				origin = (value.origin() != null) ? value.origin() : origin;
				wrong |= value.kind() == ValueReader.Kind.WRONG;
				if (value.value() instanceof Collection<?> elements && elements.isEmpty()) {
					wrong = true;
					this.problems.add(new ConfigProblem(Level.written(key), null, value.origin(),
							"is a list without elements, so that no request matches",
							"Give \"%s\" elements, or remove it.".formatted(Level.written(key))));
				}
				else if (value.value() != null) {
					said.put(property.name(), value.value());
				}
			}
		}
		if (wrong) {
			return null;
		}
		String entry = Level.written(prefix);
		if (!written) {
			// One of them says it of all; what is there, and has no properties, is said
			// of its key.
			if (!this.gapFound && this.sources.find(prefix) == null) {
				this.gapFound = true;
				this.problems.add(new ConfigProblem(entry, null, null, "is missing, though there is an entry after it",
						this.list.remedyOfNumbers()));
			}
			return null;
		}
		for (String required : new TreeSet<>(this.list.required().keySet())) {
			if (!said.containsKey(required)) {
				wrong = true;
				this.problems.add(new ConfigProblem(entry + "." + required, null, origin, "is missing",
						"Set \"%s.%s\" to %s.".formatted(entry, required, this.list.required().get(required))));
			}
		}
		return wrong ? null : said;
	}

}
