package dev.breaker.spring.config;

import java.util.List;
import java.util.Map;

import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpServerEntry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.origin.Origin;

/**
 * A list of entries below {@code breaker.http}.
 *
 * @param key the key of the list
 * @param properties the properties of an entry
 * @param first one of them, for messages
 * @param required what each property must be set to that an entry must have, for messages
 */
record HttpEntryList(ConfigurationPropertyName key, List<PropertyDefinition> properties, String first,
		Map<String, String> required) {

	/** The HTTP clients that are guarded. */
	static final HttpEntryList CLIENTS = new HttpEntryList(Level.HTTP_CLIENTS,
			PropertyDefinition.of(HttpClientEntry.class), "host", Map.of("breaker",
					"the name of the circuit breaker that guards these requests; with key: host, it is the name of the breakers of all hosts"));

	/** The requests that are answered before their handlers run. */
	static final HttpEntryList REJECT = new HttpEntryList(Level.HTTP_REJECT,
			PropertyDefinition.of(HttpServerEntry.class), "paths",
			Map.of("breaker", "the name of the circuit breaker that the handlers of these requests depend on", "paths",
					"the paths of these requests, such as /orders/**; /** is all of them"));

	static final List<HttpEntryList> ALL = List.of(CLIENTS, REJECT);

	private static final String SERVER = "server";

	/** Digits of the largest number of an entry that is looked for. */
	private static final int DIGITS = 4;

	/** The list that a key below {@code breaker.http} is meant for. */
	static HttpEntryList of(ConfigurationPropertyName name) {
		boolean ofServer = name.getNumberOfElements() > 2 && name.getElement(2, Form.UNIFORM).equals(SERVER);
		return ofServer ? REJECT : CLIENTS;
	}

	/** Whether a number of an entry is one that no list has. */
	static boolean isTooLong(String index) {
		return index.length() > DIGITS;
	}

	/** The problem of a key or a variable with such a number. */
	ConfigProblem tooLong(String written, @Nullable Object value, @Nullable Origin origin) {
		return new ConfigProblem(written, value, origin, "has a number of more than %d digits".formatted(DIGITS),
				remedyOfNumbers());
	}

	String remedyOfNumbers() {
		return "Number the entries of \"%s\" without a gap, or write them as a list with dashes.".formatted(this.key);
	}

	/** A key of an entry, for messages. */
	String example() {
		return this.key + "[0]." + this.first;
	}

	/** What an entry may say, for messages. */
	String valid() {
		return "Valid for an entry of \"%s\" are %s.".formatted(this.key,
				String.join(", ", this.properties.stream().map(PropertyDefinition::toString).toList()));
	}

}
