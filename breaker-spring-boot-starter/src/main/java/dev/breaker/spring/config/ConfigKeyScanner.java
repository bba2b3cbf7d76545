package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.CompositePropertySource;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.ObjectUtils;

/**
 * Reads every key below {@code breaker}: which configs and instances there are, which
 * keys mean nothing, and which are written twice.
 */
final class ConfigKeyScanner {

	private static final String ENABLED = "breaker.enabled";

	/** The instances in old versions of Resilience4j. */
	private static final String BACKENDS = "backends";

	private static final Pattern WRITTEN_NAME = Pattern.compile("[^.\\[]+\\.[^.\\[]+\\.([^.\\[]+)");

	private static final String HTTP = Level.HTTP.getElement(1, Form.UNIFORM);

	private final BreakerPropertySources sources;

	private final ConfigProblems problems;

	private final Levels levels = new Levels();

	private ConfigKeyScanner(BreakerPropertySources sources, ConfigProblems problems) {
		this.sources = sources;
		this.problems = problems;
	}

	static Levels read(BreakerPropertySources sources, ConfigProblems problems) {
		return new ConfigKeyScanner(sources, problems).read();
	}

	private Levels read() {
		List<EnvironmentVariableScanner> environments = new ArrayList<>();
		for (ConfigurationPropertySource source : this.sources.all()) {
			Object underlying = source.getUnderlyingSource();
			check(underlying);
			if (underlying instanceof SystemEnvironmentPropertySource environment && mayBeOurs(environment)) {
				environments.add(new EnvironmentVariableScanner(source, environment, suggestions()));
			}
		}
		// Last, because a variable cannot spell every name: it is read in the light of
		// the names that others gave
		for (EnvironmentVariableScanner environment : environments) {
			environment.addNames(this.levels);
		}
		for (EnvironmentVariableScanner environment : environments) {
			environment.check(this.levels, this.problems);
		}
		return this.levels;
	}

	/** Whether a variable may be a property, as none is in most applications. */
	private static boolean mayBeOurs(SystemEnvironmentPropertySource environment) {
		for (String name : PropertyNames.of(environment)) {
			if (name.toLowerCase(Locale.ROOT).contains("breaker_")) {
				return true;
			}
		}
		return false;
	}

	private void check(@Nullable Object source) {
		if (source instanceof CompositePropertySource composite) {
			for (PropertySource<?> each : composite.getPropertySources()) {
				check(each);
			}
		}
		else if (source instanceof EnumerablePropertySource<?> enumerable) {
			Map<ConfigurationPropertyName, Key> written = new HashMap<>();
			for (String key : PropertyNames.of(enumerable)) {
				check(enumerable, key, written);
			}
		}
	}

	private void check(EnumerablePropertySource<?> source, String key, Map<ConfigurationPropertyName, Key> written) {
		if (!key.regionMatches(true, 0, "breaker", 0, "breaker".length())) {
			return;
		}
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
		// A variable BREAKER can be of something else
		boolean root = Level.ROOT.equals(name) && !(source instanceof SystemEnvironmentPropertySource);
		if (!root && !Level.ROOT.isAncestorOf(name)) {
			return;
		}
		Key found = new Key(key, name, source.getProperty(key), PropertySourceOrigin.get(source, key));
		if (root) {
			checkRoot(found);
		}
		else if (found.section().equals(HTTP)) {
			checkHttp(found, written);
		}
		else if (!found.section().equals(Level.CONFIGS) && !found.section().equals(Level.INSTANCES)) {
			checkSwitch(found, written);
		}
		else if (name.getNumberOfElements() == 2) {
			checkSection(found);
		}
		else {
			checkLevel(found, written);
		}
	}

	private void checkRoot(Key found) {
		if (!found.isBlank()) {
			this.problems.add(found.problem("takes properties below it, and no value of its own",
					"To switch all of it off, write \"%s: false\" instead of \"%s\"; else write properties below it."
						.formatted(ENABLED, found.key())));
		}
	}

	/** Of keys that mean nothing, of which there usually is none. */
	private SuggestionFinder suggestions() {
		return new SuggestionFinder(this.sources);
	}

	/**
	 * Two sources that set the same property are the usual way to override. In one source
	 * it is chance which of two spellings wins.
	 */
	private void checkSpelling(Key found, PropertyDefinition property, Map<ConfigurationPropertyName, Key> written) {
		Key other = written.putIfAbsent(found.name(), found);
		if (other == null && property.isList() && found.isElement()) {
			Key list = written.putIfAbsent(found.name().getParent(), found);
			other = (list != null && !list.isElement()) ? list : null;
		}
		if (other != null) {
			this.problems.add(
					found.problem(
							"is the same property as \"%s\", which is \"%s\" (%s)".formatted(other.key(), other.value(),
									other.origin()),
							"Keep one of \"%s\" and \"%s\".".formatted(other.key(), found.key())));
		}
	}

	private void checkSwitch(Key found, Map<ConfigurationPropertyName, Key> written) {
		ConfigurationPropertyName below = found.name().subName(1);
		PropertyDefinition property = switchOf(below);
		if (property != null) {
			checkSpelling(found, property, written);
			return;
		}
		if (found.isBlank() && SwitchValidator.SWITCHES.stream().anyMatch((each) -> below.isAncestorOf(each.key()))) {
			this.problems.add(found.problem("has properties below it, and none is there",
					"Remove \"%s\", or give it a property.".formatted(found.key())));
			return;
		}
		ConfigurationPropertyName unwrapped = Resilience4jKeys.unwrap(withoutIndex(below));
		String section = (unwrapped.getNumberOfElements() > 1 || found.isBlank()) ? section(unwrapped) : null;
		Suggestion meant;
		String valid;
		if (section != null) {
			meant = ofLevel(section, unwrapped.subName(1), found);
			valid = meant.isNothing() ? SuggestionFinder.validOfBreaker() : null;
		}
		else {
			meant = (switchOf(unwrapped) != null) ? Suggestion.of("breaker." + unwrapped)
					: ofSwitch(unwrapped, found.value());
			valid = SuggestionFinder.validSwitches();
		}
		this.problems.add(found.problem("is not a property", meant, (meant.key() == null) ? valid : null));
	}

	private void checkHttp(Key found, Map<ConfigurationPropertyName, Key> written) {
		ConfigurationPropertyName name = found.name();
		HttpEntryList list = HttpEntryList.of(name);
		int index = list.key().getNumberOfElements();
		boolean inEntry = list.key().isAncestorOf(name) && name.isNumericIndex(index);
		if (!inEntry && !(found.isBlank() && list.key().equals(name))) {
			this.problems.add(found.problem("is no entry of \"%s\"".formatted(list.key()),
					"Write entries below \"%s\" as a list with dashes, or as \"%s\".".formatted(list.key(),
							list.example())));
		}
		else if (inEntry && HttpEntryList.isTooLong(name.getElement(index, Form.UNIFORM))) {
			this.problems.add(list.tooLong(found.key(), found.value(), found.origin()));
		}
		else if (inEntry) {
			ConfigurationPropertyName below = name.subName(index + 1);
			if (below.isEmpty()) {
				this.problems.add(entryWithoutProperties(list, found));
				return;
			}
			PropertyDefinition property = list.properties()
				.stream()
				.filter((each) -> each.matches(below))
				.findFirst()
				.orElse(null);
			if (property != null) {
				checkSpelling(found, property, written);
			}
			else {
				this.problems.add(unknownOf(list, found, below));
			}
		}
	}

	private static ConfigProblem entryWithoutProperties(HttpEntryList list, Key found) {
		return new ConfigProblem(found.key(), found.value(), found.origin(),
				found.isBlank() ? "is an entry without properties" : "is an entry, and takes properties below it",
				"Give \"%s\" properties, or remove it.".formatted(found.key()), list.valid());
	}

	/** What breakers can say is said of the breaker, not of the entry. */
	private ConfigProblem unknownOf(HttpEntryList list, Key found, ConfigurationPropertyName below) {
		String given = withoutIndex(below).toString();
		String entry = Level.written(found.name().chop(list.key().getNumberOfElements() + 1));
		String nearest = suggestions().nearestOf(list, given, found.value());
		Suggestion ofBreaker = (nearest == null) ? suggestions().ofBreaker(given, found.value())
				: Suggestion.of(nearest).below(entry + ".");
		return found.problem("is not a property",
				(nearest == null) ? ofBreaker.below("breaker." + Level.INSTANCES + ".NAME.") : ofBreaker,
				ofBreaker.isNothing() ? list.valid() : null);
	}

	private Suggestion ofSwitch(ConfigurationPropertyName below, @Nullable Object value) {
		boolean inSection = SwitchValidator.SWITCHES.stream()
			.anyMatch((property) -> property.key().chop(1).equals(below.chop(1)));
		Suggestion known = Resilience4jSuggestions.ofRoot(below.getElement(0, Form.ORIGINAL));
		if (known != null && !inSection) {
			return known.below("breaker.");
		}
		Suggestion ofBreaker = inSection ? Suggestion.NOTHING
				: suggestions().ofBreaker(below.getLastElement(Form.ORIGINAL), value);
		if (ofBreaker.isNothing()) {
			String nearest = suggestions().nearestSwitch(below.toString(), value);
			return (nearest != null) ? Suggestion.of("breaker." + nearest) : (known != null) ? known : ofBreaker;
		}
		if (below.getNumberOfElements() == 1) {
			return ofBreaker.below(Level.DEFAULT.prefix() + ".");
		}
		ConfigurationPropertyName name = below.chop(below.getNumberOfElements() - 1);
		return ofBreaker.below(
				prefix(Level.written(name).equals(Level.DEFAULT.name()) ? Level.CONFIGS : Level.INSTANCES, name) + ".");
	}

	private static ConfigurationPropertyName withoutIndex(ConfigurationPropertyName name) {
		int last = name.getNumberOfElements() - 1;
		return (last > 0 && name.isNumericIndex(last)) ? name.chop(last) : name;
	}

	private static @Nullable PropertyDefinition switchOf(ConfigurationPropertyName below) {
		for (PropertyDefinition property : SwitchValidator.SWITCHES) {
			if (property.matches(below)) {
				return property;
			}
		}
		return null;
	}

	/** The section that is nearest to a misspelled one. */
	private static @Nullable String section(ConfigurationPropertyName below) {
		String first = below.getElement(0, Form.UNIFORM);
		return first.equals(BACKENDS) ? Level.INSTANCES
				: SimilarNames.of(first, List.of(Level.CONFIGS, Level.INSTANCES));
	}

	private Suggestion ofLevel(String section, ConfigurationPropertyName below, Key found) {
		int last = below.getNumberOfElements() - 1;
		if (last < 1 && found.isBlank()) {
			return Suggestion.of((last < 0) ? "breaker." + section : prefix(section, below));
		}
		Suggestion suggestion = ofBreaker(below, found.value());
		return suggestion.below(((last > 0) ? prefix(section, below.chop(last)) : Level.DEFAULT.prefix()) + ".");
	}

	/** The property nearest to the last element of a key, which may be right as it is. */
	private Suggestion ofBreaker(ConfigurationPropertyName name, @Nullable Object value) {
		String given = name.getLastElement(Form.ORIGINAL);
		PropertyDefinition property = property(ConfigurationPropertyName.adapt(given, '.'));
		return (property != null) ? Suggestion.of(property.toString()) : suggestions().ofBreaker(given, value);
	}

	/** A name of several elements, or with odd characters, stands in brackets. */
	private static String prefix(String section, ConfigurationPropertyName name) {
		String written = Level.written(name);
		boolean plain = name.getNumberOfElements() == 1 && !name.isLastElementIndexed();
		return "breaker." + section
				+ (plain ? "." + written : name.getNumberOfElements() == 1 ? written : "[" + written + "]");
	}

	private void checkSection(Key found) {
		if (found.writtenName() != null) {
			this.problems.add(nameThatIsLost(found));
		}
		else if (!found.isBlank()) {
			this.problems.add(found.problem("takes names below it, and no value of its own",
					"Write names below \"%1$s\", and properties below them, such as \"breaker.%2$s.payments.failure-rate-threshold\"."
						.formatted(found.key(), found.section())));
		}
	}

	private void checkLevel(Key found, Map<ConfigurationPropertyName, Key> written) {
		Level level = Level.of(found.name().chop(3));
		ConfigurationPropertyName below = found.name().subName(3);
		if (level.name().isBlank()) {
			this.problems.add(found.problem("has an empty name",
					"Write a name with other characters than blanks instead of \"%s\".".formatted(level.written())));
			return;
		}
		if (found.name().isNumericIndex(2) && level.name().equals("0")) {
			this.problems.add(found.problem("is an element of a list, where names are keys",
					"Write the names below \"%s\" as keys with a colon, not as a list with dashes."
						.formatted(level.prefix().getParent())));
			return;
		}
		String writtenName = found.writtenName();
		if (writtenName != null && !writtenName.equals(level.name())) {
			this.problems.add(nameThatIsLost(found));
			return;
		}
		if (!level.name().equals(level.name().strip())) {
			this.problems.add(found.problem("has a name that begins or ends with a blank",
					"Write the name of \"%s\" without it, \"%s\".".formatted(found.key(), level.name().strip())));
			return;
		}
		if (below.isEmpty() ? !found.isBlank() : below.isNumericIndex(0)) {
			this.problems.add(valueOfLevel(found, level));
			return;
		}
		Level present = this.levels.add(level);
		if (present != null) {
			this.problems.add(found.problem(
					"has a name that Spring Boot takes for the same as \"%s\"".formatted(present.written()),
					"Write the name in one way everywhere, \"%s\" or \"%s\".".formatted(present.name(), level.name())));
			return;
		}
		PropertyDefinition property = below.isEmpty() ? null : property(below);
		if (property != null) {
			checkSpelling(found, property, written);
		}
		else if (!below.isEmpty()) {
			this.problems.add(unknownOfLevel(found, level, below));
		}
	}

	private static ConfigProblem nameThatIsLost(Key found) {
		return found.problem("has a name with characters that are lost outside of brackets",
				"Write the name of \"%s\" in brackets and quotes, such as \"[Client#method(String)]\"."
					.formatted(found.key()));
	}

	private ConfigProblem valueOfLevel(Key found, Level level) {
		Suggestion suggestion = suggestions().ofBreaker(level.name(), found.value());
		if (suggestion.isNothing()) {
			return found.problem("takes properties below it, and no value of its own",
					"Write properties below \"%s\", such as \"%s.failure-rate-threshold\".".formatted(found.key(),
							level.written()));
		}
		if (suggestion.key() == null) {
			return found.problem("is not a property", suggestion, null);
		}
		return found.problem("has no name of an instance or a config before the property",
				"Instead of \"%s\": did you mean \"%s.%s\" or \"%s.NAME.%3$s\"?".formatted(found.key(),
						Level.DEFAULT.prefix(), suggestion.key(), level.prefix().getParent()));
	}

	private ConfigProblem unknownOfLevel(Key found, Level level, ConfigurationPropertyName below) {
		ConfigurationPropertyName name = withoutIndex(below);
		int last = name.getNumberOfElements() - 1;
		Suggestion nested = (last > 0) ? ofBreaker(name, found.value()) : Suggestion.NOTHING;
		if (nested.key() != null) {
			String prefix = prefix(found.section(), found.name().subName(2).chop(last + 1));
			return found.problem("is not a property", nested.below(prefix + ".").remedy(found.key())
					+ " A name with dots stands in brackets and quotes.");
		}
		Suggestion suggestion = suggestions().ofBreaker(name.toString(), found.value());
		return found.problem("is not a property", suggestion.below(level.written() + "."),
				suggestion.isNothing() ? SuggestionFinder.validOfBreaker() : null);
	}

	private static @Nullable PropertyDefinition property(ConfigurationPropertyName below) {
		// A key of nothing but odd characters is empty
		PropertyDefinition property = below.isEmpty() ? null
				: PropertyDefinition.ofBreaker(below.getElement(0, Form.UNIFORM));
		return (property != null && property.matches(below)) ? property : null;
	}

	/**
	 * A key as it is written, as Spring Boot reads it, and what it is set to.
	 */
	private record Key(String key, ConfigurationPropertyName name, @Nullable Object value, Origin origin) {

		/**
		 * The name of a config or an instance as it is written; {@code null} where there
		 * is none, or one in brackets. Spring Boot's has lost other characters than ASCII
		 * letters, digits, "-" and "_", or is not there at all.
		 */
		@Nullable String writtenName() {
			Matcher matcher = WRITTEN_NAME.matcher(this.key);
			return matcher.lookingAt() ? matcher.group(1) : null;
		}

		String section() {
			return this.name.getElement(1, Form.UNIFORM);
		}

		boolean isBlank() {
			return ObjectUtils.isEmpty(this.value);
		}

		boolean isElement() {
			return this.name.isNumericIndex(this.name.getNumberOfElements() - 1);
		}

		ConfigProblem problem(String reason, String remedy) {
			return new ConfigProblem(this.key, this.value, this.origin, reason, remedy);
		}

		ConfigProblem problem(String reason, Suggestion suggestion, @Nullable String valid) {
			return new ConfigProblem(this.key, this.value, this.origin, reason, suggestion.remedy(this.key), valid);
		}

	}

}
