package dev.breaker.spring.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.propertyeditors.ClassEditor;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.PlaceholderResolutionException;

/**
 * The environment, as Spring Boot's binding sees it: the first source wins. Or what is
 * given at run time, seen in the same way.
 */
final class BreakerPropertySources {

	private static final String NONE = "none";

	private final List<ConfigurationPropertySource> sources;

	private final ConfigurationPropertyName root;

	/** The sources that may have keys below {@code breaker}, usually one or two. */
	private final List<ConfigurationPropertySource> speaking;

	private final PlaceholdersResolver placeholders;

	private final @Nullable ClassLoader classLoader;

	private final Binder binder;

	/**
	 * What stands directly below each name, in uniform form; {@code null} until it is
	 * asked for.
	 */
	private @Nullable Map<ConfigurationPropertyName, Set<String>> elementsBelow;

	BreakerPropertySources(Environment environment, @Nullable ClassLoader classLoader) {
		this(ConfigurationPropertySources.get(environment), Level.ROOT,
				(value) -> (value instanceof String text) ? environment.resolveRequiredPlaceholders(text) : value,
				classLoader);
	}

	/**
	 * Properties that no environment has, below a root of their own. Placeholders in them
	 * stay as they are.
	 */
	BreakerPropertySources(Map<String, Object> properties, ConfigurationPropertyName root,
			@Nullable ClassLoader classLoader) {
		this(List.of(Objects
			.requireNonNull(ConfigurationPropertySource.from(new MapPropertySource("change at run time", properties)))),
				root, (value) -> value, classLoader);
	}

	private BreakerPropertySources(Iterable<ConfigurationPropertySource> sources, ConfigurationPropertyName root,
			PlaceholdersResolver placeholders, @Nullable ClassLoader classLoader) {
		this.root = root;
		List<ConfigurationPropertySource> all = new ArrayList<>();
		List<ConfigurationPropertySource> speaking = new ArrayList<>();
		for (ConfigurationPropertySource source : sources) {
			all.add(source);
			if (source.containsDescendantOf(root) != ConfigurationPropertyState.ABSENT) {
				speaking.add(source);
			}
		}
		this.sources = List.copyOf(all);
		this.speaking = List.copyOf(speaking);
		this.placeholders = placeholders;
		this.classLoader = classLoader;
		this.binder = binder(this.speaking);
	}

	/**
	 * The same, of one source alone. A list is taken from the first source that has any
	 * of it.
	 */
	private BreakerPropertySources(BreakerPropertySources all, ConfigurationPropertySource only) {
		this.root = all.root;
		this.sources = all.sources;
		this.speaking = List.of(only);
		this.placeholders = all.placeholders;
		this.classLoader = all.classLoader;
		this.binder = binder(this.speaking);
	}

	/**
	 * The source that a list of entries is taken from: the first one that has any.
	 * @return that source alone; {@code null} where there is none, or its list has no
	 * entries
	 */
	@Nullable BreakerPropertySources ofList(ConfigurationPropertyName list) {
		for (ConfigurationPropertySource source : this.speaking) {
			if (source.getConfigurationProperty(list) != null) {
				return null;
			}
			// A container platform's variables can be below the list without being in it.
			if (length(list, source) > 0) {
				return new BreakerPropertySources(this, source);
			}
		}
		return null;
	}

	/** How many entries a list has, those that are missing in between too. */
	int length(ConfigurationPropertyName list) {
		return this.speaking.stream().mapToInt((source) -> length(list, source)).max().orElse(0);
	}

	private static int length(ConfigurationPropertyName list, ConfigurationPropertySource source) {
		if (!(source instanceof IterableConfigurationPropertySource names)
				|| source.containsDescendantOf(list) != ConfigurationPropertyState.PRESENT) {
			return 0;
		}
		int index = list.getNumberOfElements();
		return names.stream()
			.filter((name) -> list.isAncestorOf(name) && name.isNumericIndex(index))
			.mapToInt((name) -> Integer.parseInt(name.getElement(index, Form.UNIFORM)) + 1)
			.max()
			.orElse(0);
	}

	/** Whether an entry of a list has a number that no list has. */
	boolean hasIndexThatIsTooLong(ConfigurationPropertyName list) {
		int index = list.getNumberOfElements();
		return this.speaking.stream()
			.anyMatch((source) -> source instanceof IterableConfigurationPropertySource names && names.stream()
				.anyMatch((name) -> list.isAncestorOf(name) && name.isNumericIndex(index)
						&& HttpEntryList.isTooLong(name.getElement(index, Form.UNIFORM))));
	}

	private Binder binder(List<ConfigurationPropertySource> from) {
		return new Binder(from, this.placeholders, null,
				(registry) -> registry.registerCustomEditor(Class.class, new ClassEditor(this.classLoader)));
	}

	List<ConfigurationPropertySource> all() {
		return this.sources;
	}

	/**
	 * The property itself, where it is not a list written element by element.
	 */
	@Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
		for (ConfigurationPropertySource source : this.speaking) {
			ConfigurationProperty property = source.getConfigurationProperty(name);
			if (property != null || source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT) {
				return property;
			}
		}
		return null;
	}

	/**
	 * What stands directly below a name. Much cheaper than to ask for each of the
	 * properties of each of many breakers.
	 * @return the elements in uniform form; {@code null} where a source may answer to
	 * names that it does not list, as that of the environment variables does
	 */
	@Nullable Set<String> elementsBelow(ConfigurationPropertyName name) {
		for (ConfigurationPropertySource source : this.speaking) {
			if (!(source instanceof IterableConfigurationPropertySource)
					|| !listsAllNames(source.getUnderlyingSource())) {
				return null;
			}
		}
		Map<ConfigurationPropertyName, Set<String>> known = this.elementsBelow;
		if (known == null) {
			known = indexed();
			this.elementsBelow = known;
		}
		return known.getOrDefault(name, Set.of());
	}

	/**
	 * A map of Spring's own, and not several sources in one, nor one of an application.
	 */
	private static boolean listsAllNames(@Nullable Object source) {
		return source instanceof MapPropertySource && !(source instanceof SystemEnvironmentPropertySource)
				&& source.getClass().getName().startsWith("org.springframework.");
	}

	private Map<ConfigurationPropertyName, Set<String>> indexed() {
		Map<ConfigurationPropertyName, Set<String>> below = new HashMap<>();
		for (ConfigurationPropertySource source : this.speaking) {
			for (ConfigurationPropertyName name : (IterableConfigurationPropertySource) source) {
				if (!this.root.isAncestorOf(name)) {
					continue;
				}
				for (int i = this.root.getNumberOfElements(); i < name.getNumberOfElements(); i++) {
					ConfigurationPropertyName prefix = name.chop(i);
					Set<String> elements = below.get(prefix);
					if (elements == null) {
						elements = new HashSet<>();
						below.put(prefix, elements);
					}
					elements.add(name.getElement(i, Form.UNIFORM));
				}
			}
		}
		return below;
	}

	/**
	 * Whether any source says something of a property or of anything below it. Much
	 * cheaper than to bind what is not there, as most properties of most breakers are
	 * not.
	 */
	boolean maySay(ConfigurationPropertyName name) {
		for (ConfigurationPropertySource source : this.speaking) {
			if (source.getConfigurationProperty(name) != null
					|| source.containsDescendantOf(name) != ConfigurationPropertyState.ABSENT) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether a level is known to say nothing of a property: the cheapest to ask.
	 */
	boolean isSilent(Level level, PropertyDefinition property) {
		Set<String> below = elementsBelow(level.prefix());
		return below != null && !below.contains(property.key().getLastElement(Form.UNIFORM));
	}

	/**
	 * Whether a value that is empty is a list without elements, {@code [ ]}, and not left
	 * out. To Spring Boot both are the same text, so the file is asked.
	 */
	static boolean isEmptyList(ConfigurationProperty property) {
		TextResourceOrigin origin = origin(property);
		if (origin == null || origin.getResource() == null || origin.getLocation() == null) {
			return false;
		}
		try {
			String line = origin.getResource()
				.getContentAsString(StandardCharsets.UTF_8)
				.lines()
				.skip(origin.getLocation().getLine())
				.findFirst()
				.orElse("");
			return line.startsWith("[", origin.getLocation().getColumn());
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static @Nullable TextResourceOrigin origin(ConfigurationProperty property) {
		Origin origin = property.getOrigin();
		while (origin instanceof PropertySourceOrigin inSource) {
			origin = inSource.getOrigin();
		}
		return (origin instanceof TextResourceOrigin text) ? text : null;
	}

	/**
	 * Whether a property could have a value.
	 */
	boolean accepts(PropertyDefinition property, @Nullable Object value) {
		if (value == null || (property.acceptsNone() && NONE.equalsIgnoreCase(value.toString().trim()))) {
			return true;
		}
		try {
			return bindAlone(property.type(), value).isBound();
		}
		catch (BindException ex) {
			return false;
		}
	}

	/**
	 * Binds a value of no source.
	 */
	BindResult<?> bindAlone(ResolvableType type, Object value) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of("value");
		return binder(List.of(new MapConfigurationPropertySource(Map.of(name.toString(), value)))).bind(name,
				Bindable.of(type), ValueCheck.INSTANCE);
	}

	boolean isNone(ConfigurationProperty property) {
		return isNone(text(property));
	}

	static boolean isNone(String text) {
		return text.equalsIgnoreCase(NONE);
	}

	/**
	 * The value as it will be bound.
	 * @throws PlaceholderResolutionException when a placeholder in it leads nowhere
	 */
	String resolve(ConfigurationProperty property) {
		return String.valueOf(this.placeholders.resolvePlaceholders(property.getValue())).trim();
	}

	/**
	 * The value as it will be bound; as it is written, where a placeholder in it leads
	 * nowhere.
	 */
	String text(ConfigurationProperty property) {
		try {
			return resolve(property);
		}
		catch (PlaceholderResolutionException ex) {
			return String.valueOf(property.getValue());
		}
	}

	<T> BindResult<T> bind(ConfigurationPropertyName name, Bindable<T> target, BindHandler handler) {
		return this.binder.bind(name, target, handler);
	}

}
