package dev.breaker.spring.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.env.PropertySourceInfo;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.StringUtils;

/**
 * Environment variables have neither dots nor dashes, so that
 * {@code BREAKER_INSTANCES_A_B_…} may mean several things. Which of them are properties
 * is found out by asking Spring Boot for every key there is. Variables outside of
 * {@code BREAKER_CONFIGS_} and {@code BREAKER_INSTANCES_}, and without the number of an
 * entry of a list, are left alone: a container platform sets some that are named after a
 * service.
 */
final class EnvironmentVariableScanner {

	private static final List<String> SECTIONS = List.of(Level.CONFIGS, Level.INSTANCES);

	/** Set by Kubernetes, and by Docker before it, for each service of such a name. */
	private static final Pattern PLATFORM = Pattern.compile("(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?"
			+ "|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)");

	private static final Pattern INDEX = Pattern.compile("(.+)_[0-9]+");

	private final ConfigurationPropertySource source;

	private final SystemEnvironmentPropertySource underlying;

	private final SuggestionFinder suggestions;

	private final String root;

	/** The variables of configs and instances, usually none. */
	private final List<String> names;

	EnvironmentVariableScanner(ConfigurationPropertySource source, SystemEnvironmentPropertySource underlying,
			SuggestionFinder suggestions) {
		this.source = source;
		this.underlying = underlying;
		this.suggestions = suggestions;
		String prefix = (underlying instanceof PropertySourceInfo info) ? info.getPrefix() : null;
		this.root = (StringUtils.hasText(prefix) ? prefix.toUpperCase(Locale.ROOT) + "_" : "") + "BREAKER_";
		this.names = PropertyNames.of(underlying).stream().filter(this::isOurs).toList();
	}

	/**
	 * Adds the names of one word that only variables give.
	 */
	void addNames(Levels levels) {
		if (this.names.isEmpty()) {
			return;
		}
		for (String section : SECTIONS) {
			for (PropertyDefinition property : PropertyDefinition.OF_BREAKER) {
				Pattern pattern = Pattern.compile(Pattern.quote(this.root + variable(section)) + "_([A-Z][A-Z0-9]*)_(?:"
						+ variable(property.toString()) + "|" + property.toString().replace('-', '_') + ")(?:_[0-9]+)?",
						Pattern.CASE_INSENSITIVE);
				for (String name : this.names) {
					Matcher matcher = pattern.matcher(name);
					if (matcher.matches()) {
						add(levels, Level.ROOT.append(section).append(matcher.group(1).toLowerCase(Locale.ROOT)));
					}
				}
			}
		}
	}

	private void add(Levels levels, ConfigurationPropertyName prefix) {
		if (!levels.contains(prefix)) {
			levels.add(Level.of(prefix));
		}
	}

	void check(Levels levels, ConfigProblems problems) {
		HttpEntryList.ALL.forEach((list) -> checkEntries(list, problems));
		if (this.names.isEmpty()) {
			return;
		}
		Set<String> known = new LinkedHashSet<>();
		for (Level level : levels.all()) {
			for (PropertyDefinition property : PropertyDefinition.OF_BREAKER) {
				addKnown(property, level.key(property), known);
			}
		}
		for (String name : this.names) {
			if (!known.contains(name) && !PLATFORM.matcher(below(name)).matches()) {
				problems.add(problem(name, known, levels));
			}
		}
	}

	/**
	 * Without its property, an entry would be for more requests than it is written for.
	 */
	private void checkEntries(HttpEntryList list, ConfigProblems problems) {
		Pattern pattern = Pattern.compile("(" + Pattern.quote(variable(list.key())) + "_([0-9]+))(?:_(.*))?",
				Pattern.CASE_INSENSITIVE);
		for (String name : PropertyNames.of(this.underlying)) {
			Matcher matcher = pattern.matcher(name);
			if (matcher.matches()) {
				String index = matcher.group(2);
				ConfigurationPropertyName entry = list.key().append("[" + index + "]");
				Set<String> known = new LinkedHashSet<>();
				list.properties().forEach((property) -> addKnown(property, entry.append(property.key()), known));
				Object value = this.underlying.getProperty(name);
				Origin origin = PropertySourceOrigin.get(this.underlying, name);
				if (!known.contains(name)) {
					String given = (matcher.group(3) != null) ? matcher.group(3) : "";
					problems.add(unknownOf(list, name, value, origin, matcher.group(1), given));
				}
				else if (HttpEntryList.isTooLong(index)) {
					problems.add(list.tooLong(name, value, origin));
				}
			}
		}
	}

	private ConfigProblem unknownOf(HttpEntryList list, String name, @Nullable Object value, Origin origin,
			String entry, String given) {
		Matcher index = INDEX.matcher(given);
		String nearest = this.suggestions.nearestOf(list, index.matches() ? index.group(1) : given, value);
		Suggestion suggestion = (nearest != null) ? Suggestion.of(entry + "_" + variable(nearest)) : Suggestion.NOTHING;
		return new ConfigProblem(name, value, origin, "is not the environment variable of a property",
				suggestion.remedy(name), (nearest == null) ? list.valid() : null);
	}

	private void addKnown(PropertyDefinition property, ConfigurationPropertyName key, Set<String> known) {
		boolean found = addKnown(key, known);
		for (int i = 0; found || i == 0; i++) {
			found = property.isList() && addKnown(key.append("[" + i + "]"), known);
		}
	}

	private boolean addKnown(ConfigurationPropertyName key, Set<String> known) {
		ConfigurationProperty property = this.source.getConfigurationProperty(key);
		if (property == null) {
			return false;
		}
		if (property.getOrigin() instanceof PropertySourceOrigin origin) {
			known.add(origin.getPropertyName());
		}
		return true;
	}

	private boolean isOurs(String name) {
		return SECTIONS.stream().anyMatch((section) -> isIn(section, name));
	}

	private ConfigProblem problem(String name, Set<String> known, Levels levels) {
		Object value = this.underlying.getProperty(name);
		Origin origin = PropertySourceOrigin.get(this.underlying, name);
		for (String other : known) {
			if (SimilarNames.plain(other).equals(SimilarNames.plain(name))) {
				return new ConfigProblem(name, value, origin,
						"is the same property as \"%s\", which is \"%s\"".formatted(other,
								this.underlying.getProperty(other)),
						"Keep one of \"%s\" and \"%s\".".formatted(other, name));
			}
		}
		String section = SECTIONS.stream().filter((candidate) -> isIn(candidate, name)).findFirst().orElseThrow();
		String below = below(name);
		Level level = levelOf(below, levels.of(section));
		Split split = (level == null) ? split(below, value) : null;
		Suggestion property = (level != null) ? property(below.substring(length(level, below) + 1), value)
				: (split != null) ? split.property() : Suggestion.NOTHING;
		String hint = "";
		if (split != null) {
			List<Level> spellable = levels.of(section)
				.stream()
				.filter(EnvironmentVariableScanner::isSpellable)
				.toList();
			level = nearest(split.name(), spellable, Math.max(1, split.name().length() / 4));
			Level neighbour = nearest(split.name(), spellable, Integer.MAX_VALUE);
			hint = (level == null && property.key() != null) ? hint(split, neighbour) : "";
		}
		String prefix = (level != null) ? variable(level.prefix())
				: (split != null) ? this.root + variable(section) + "_" + split.plainName() : "";
		return new ConfigProblem(name, value, origin, "is not the environment variable of a property",
				property.below(prefix + "_").remedy(name) + hint, property.isNothing() ? validFor(section) : null);
	}

	private String hint(Split split, @Nullable Level neighbour) {
		StringBuilder hint = new StringBuilder(
				" That is for the name \"%s\"".formatted(split.plainName().toLowerCase(Locale.ROOT)));
		if (split.name().contains("_")) {
			hint.append("; a name with a dash must be in a file too, as a variable cannot spell it");
		}
		if (neighbour != null) {
			hint.append("; for \"%s\" it is \"%s_%s\"".formatted(neighbour.name(), variable(neighbour.prefix()),
					split.property().key()));
		}
		return hint.append(".").toString();
	}

	private String validFor(String section) {
		return ("A variable has the name and the property without dashes, such as \"%s%s_PAYMENTS_INITIALSTATE\". "
				+ SuggestionFinder.validOfBreaker())
			.formatted(this.root, variable(section));
	}

	/** The level whose name a variable begins with, the longest one. */
	private static @Nullable Level levelOf(String below, Collection<Level> levels) {
		return levels.stream()
			.filter((level) -> length(level, below) > 0)
			.max(Comparator.comparingInt((level) -> length(level, below)))
			.orElse(null);
	}

	/**
	 * How much of a variable a name takes, in either of the two spellings of a dash.
	 */
	private static int length(Level level, String below) {
		if (!isSpellable(level)) {
			return 0;
		}
		String dashed = level.name().replace('-', '_');
		for (String spelling : List.of(dashed, variable(level.name()))) {
			if (below.regionMatches(true, 0, spelling + "_", 0, spelling.length() + 1)) {
				return spelling.length();
			}
		}
		return 0;
	}

	private static boolean isSpellable(Level level) {
		return level.name().matches("[A-Za-z0-9-]+");
	}

	private static @Nullable Level nearest(String name, Collection<Level> levels, int most) {
		return levels.stream()
			.filter((level) -> SimilarNames.distance(name, level.name()) <= most)
			.min(Comparator.comparingInt((level) -> SimilarNames.distance(name, level.name())))
			.orElse(null);
	}

	/** Where the name ends and a property begins, exactly or nearly. */
	private @Nullable Split split(String below, @Nullable Object value) {
		Split nearest = null;
		int least = Integer.MAX_VALUE;
		for (int i = below.indexOf('_'); i > 0 && i < below.length() - 1; i = below.indexOf('_', i + 1)) {
			String given = below.substring(i + 1);
			Suggestion property = property(given, value);
			int distance = (property.key() != null) ? SimilarNames.distance(given, property.key())
					: property.isNothing() ? Integer.MAX_VALUE : 0;
			if (distance < least) {
				nearest = new Split(below.substring(0, i), property);
				least = distance;
			}
		}
		return nearest;
	}

	private Suggestion property(String given, @Nullable Object value) {
		Matcher index = INDEX.matcher(given);
		Suggestion suggestion = this.suggestions.ofBreaker(index.matches() ? index.group(1) : given, value);
		return (suggestion.key() != null) ? Suggestion.of(variable(suggestion.key())) : suggestion;
	}

	private boolean isIn(String section, String name) {
		String start = this.root + variable(section) + "_";
		return name.regionMatches(true, 0, start, 0, start.length());
	}

	/** What follows the section. */
	private String below(String name) {
		return name.substring(name.indexOf('_', this.root.length()) + 1).toUpperCase(Locale.ROOT);
	}

	private String variable(ConfigurationPropertyName key) {
		StringBuilder variable = new StringBuilder(this.root);
		for (int i = 1; i < key.getNumberOfElements(); i++) {
			variable.append((i > 1) ? "_" : "").append(variable(key.getElement(i, Form.UNIFORM)));
		}
		return variable.toString();
	}

	private static String variable(String element) {
		return element.replace("-", "").toUpperCase(Locale.ROOT);
	}

	/**
	 * A variable taken apart.
	 *
	 * @param name what is to be the name
	 * @param property what is to be the property
	 */
	private record Split(String name, Suggestion property) {

		String plainName() {
			return this.name.replace("_", "");
		}

	}

}
