package dev.breaker.spring.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.origin.Origin;
import org.springframework.util.PlaceholderResolutionException;
import org.springframework.util.StringUtils;

/**
 * Reads single values, and refuses what Spring Boot's binding would take for something
 * that is not written: nothing at all, a number without its unit, a placeholder that
 * leads nowhere.
 */
final class ValueReader {

	/** The properties whose values are names of breakers. */
	private static final Set<String> NAMES = Set.of("breaker", "propagate-to", "health.down-when-open",
			"cluster.breakers");

	private static final Pattern BARE_NUMBER = Pattern.compile("[+-]?[0-9]+");

	/** What else Java or Spring take for a number was hardly meant as one. */
	private static final Pattern PLAIN_NUMBER = Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)");

	private static final Pattern DIGIT = Pattern.compile("\\p{Nd}");

	private static final Pattern ZERO = Pattern.compile("[+-]?0+");

	private final BreakerPropertySources sources;

	private final PredicateResolver predicates;

	private final SimilarClassNames classNames;

	private final ConfigProblems problems;

	ValueReader(BreakerPropertySources sources, PredicateResolver predicates, SimilarClassNames classNames,
			ConfigProblems problems) {
		this.sources = sources;
		this.predicates = predicates;
		this.classNames = classNames;
		this.problems = problems;
	}

	/**
	 * What is said of a property by a level.
	 * @return the value, or {@code null} where nothing is said
	 */
	@Nullable Said read(PropertyDefinition property, Level level) {
		return this.sources.isSilent(level, property) ? null : read(property, level.key(property));
	}

	/**
	 * What is said of a property. What cannot be used becomes a problem.
	 * @return the value, or {@code null} where nothing is said
	 */
	@Nullable Said read(PropertyDefinition property, ConfigurationPropertyName key) {
		if (!this.sources.maySay(key)) {
			return null;
		}
		ConfigurationProperty found = this.sources.find(key);
		List<ConfigurationProperty> written = (found != null) ? List.of(found) : elements(property, key);
		BindException failure = null;
		if (isWellWritten(property, written)) {
			if (found != null && this.sources.isNone(found) && property.acceptsNone()) {
				return new Said(Kind.OFF, null, found, origin(written));
			}
			Object plain = (found != null) ? PlainValue.of(property.type().resolve(), found.getValue()) : null;
			if (plain != null) {
				return new Said(Kind.VALUE, plain, found, origin(written));
			}
			try {
				BindResult<?> bound = this.sources.bind(key, Bindable.of(property.type()), ValueCheck.INSTANCE);
				if (found != null && bound.isBound() && isUnusualNumber(bound.get(), found)) {
					this.problems.add(problemsOfValues().number(property, found));
					return Said.WRONG;
				}
				return bound.isBound() ? new Said(Kind.VALUE, bound.get(), found, origin(written)) : null;
			}
			catch (BindException ex) {
				failure = ex;
			}
		}
		List<ConfigProblem> wrong = new ArrayList<>();
		for (ConfigurationProperty each : written) {
			ConfigProblem problem = problem(property, each);
			if (problem != null) {
				wrong.add(problem);
			}
			else if (property.isList()) {
				addWrongElements(property, each, wrong);
			}
		}
		if (wrong.isEmpty() && failure != null) {
			wrong.add(problemsOfValues().of(property, found, failure));
		}
		wrong.forEach(this.problems::add);
		return Said.WRONG;
	}

	/** Of values that cannot be used, of which there usually is none. */
	private ValueProblemFactory problemsOfValues() {
		return new ValueProblemFactory(this.sources, this.predicates, this.classNames);
	}

	private static @Nullable Origin origin(List<ConfigurationProperty> written) {
		return written.isEmpty() ? null : written.get(0).getOrigin();
	}

	/** Binding stops at the first element that cannot be used. */
	private void addWrongElements(PropertyDefinition property, ConfigurationProperty written,
			List<ConfigProblem> wrong) {
		for (Object element : elementsIn(written)) {
			try {
				this.sources.bindAlone(property.element(), element);
			}
			catch (BindException ex) {
				wrong.add(problemsOfValues().ofElement(property, written, element, ex));
			}
		}
	}

	private Collection<?> elementsIn(ConfigurationProperty written) {
		Object value = written.getValue();
		if (value instanceof CharSequence) {
			String text = this.sources.text(written);
			return written.getName().isLastElementIndexed() ? List.of(text)
					: Arrays.stream(StringUtils.commaDelimitedListToStringArray(text)).map(String::trim).toList();
		}
		return (value instanceof Number || value instanceof Boolean) ? List.of(value) : List.of();
	}

	/** What is written, right or wrong; empty where nothing is. */
	String text(ConfigurationPropertyName key) {
		ConfigurationProperty found = this.sources.find(key);
		return (found != null) ? this.sources.text(found) : "";
	}

	private boolean isWellWritten(PropertyDefinition property, List<ConfigurationProperty> written) {
		for (ConfigurationProperty each : written) {
			if (problem(property, each) != null) {
				return false;
			}
		}
		return true;
	}

	/** What binding would not see. */
	private @Nullable ConfigProblem problem(PropertyDefinition property, ConfigurationProperty written) {
		String text;
		try {
			text = this.sources.resolve(written);
		}
		catch (PlaceholderResolutionException ex) {
			return problemsOfValues().placeholder(written, ex);
		}
		if (text.isEmpty() ? !(property.isList() && BreakerPropertySources.isEmptyList(written))
				: property.isList() && hasGap(text)) {
			return problemsOfValues().empty(property, written);
		}
		if (NAMES.contains(property.toString()) && isPadded(property, written)) {
			return problemsOfValues().padded(written, text);
		}
		return (property.elementType() == Duration.class && isWithoutUnit(text))
				? problemsOfValues().unit(written, text) : null;
	}

	/** Around the commas of a list blanks are left out. */
	private static boolean isPadded(PropertyDefinition property, ConfigurationProperty written) {
		boolean one = !property.isList() || written.getName().isLastElementIndexed();
		return one && written.getValue() instanceof CharSequence text
				&& !text.toString().equals(text.toString().strip());
	}

	/** Such as one that is hexadecimal, or in digits that are none of ASCII. */
	private boolean isUnusualNumber(Object value, ConfigurationProperty written) {
		if (!(value instanceof Number) || written.getValue() instanceof Number) {
			return false;
		}
		String text = this.sources.text(written);
		return DIGIT.matcher(text).find() && !PLAIN_NUMBER.matcher(text).matches();
	}

	private List<ConfigurationProperty> elements(PropertyDefinition property, ConfigurationPropertyName key) {
		List<ConfigurationProperty> elements = new ArrayList<>();
		ConfigurationProperty element = property.isList() ? this.sources.find(key.append("[0]")) : null;
		while (element != null) {
			elements.add(element);
			element = this.sources.find(key.append("[" + elements.size() + "]"));
		}
		return elements;
	}

	private static boolean hasGap(String text) {
		return Arrays.stream(StringUtils.commaDelimitedListToStringArray(text)).anyMatch(String::isBlank);
	}

	/** Zero is the same in every unit. */
	static boolean isWithoutUnit(String text) {
		return BARE_NUMBER.matcher(text).matches() && !ZERO.matcher(text).matches();
	}

	enum Kind {

		/** There is a value. */
		VALUE,

		/** It is switched off by {@code none}. */
		OFF,

		/** What is there cannot be used. */
		WRONG

	}

	/**
	 * What is said of a property.
	 *
	 * @param kind what
	 * @param value the value, if there is one
	 * @param by what says so, where it is not a list written element by element
	 * @param origin where it, or the first element of a list, is written, if known
	 */
	record Said(Kind kind, @Nullable Object value, @Nullable ConfigurationProperty by, @Nullable Origin origin) {

		static final Said WRONG = new Said(Kind.WRONG, null, null, null);

	}

}
