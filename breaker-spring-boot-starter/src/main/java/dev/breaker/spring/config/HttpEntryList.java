package dev.breaker.spring.config;

import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * A list of entries below {@code breaker.http}.
 */
enum HttpEntryList {

	/** The HTTP clients that are guarded. */
	CLIENTS(Level.HTTP_CLIENTS, PropertyDefinition.OF_HTTP_CLIENT, "host", Map.of("breaker",
			"the name of the circuit breaker that guards these requests; with key: host, it is the name of the breakers of all hosts")),

	/** The requests that are answered before their handlers run. */
	REJECT(Level.HTTP_REJECT, PropertyDefinition.OF_HTTP_REJECT, "paths",
			Map.of("breaker", "the name of the circuit breaker that the handlers of these requests depend on", "paths",
					"the paths of these requests, such as /orders/**; /** is all of them"));

	private static final String SERVER = "server";

	private final ConfigurationPropertyName key;

	private final List<PropertyDefinition> properties;

	private final String first;

	private final Map<String, String> required;

	HttpEntryList(ConfigurationPropertyName key, List<PropertyDefinition> properties, String first,
			Map<String, String> required) {
		this.key = key;
		this.properties = properties;
		this.first = first;
		this.required = required;
	}

	/** The list that a key below {@code breaker.http} is meant for. */
	static HttpEntryList of(ConfigurationPropertyName name) {
		boolean ofServer = name.getNumberOfElements() > 2 && name.getElement(2, Form.UNIFORM).equals(SERVER);
		return ofServer ? REJECT : CLIENTS;
	}

	ConfigurationPropertyName key() {
		return this.key;
	}

	/** The properties of an entry. */
	List<PropertyDefinition> properties() {
		return this.properties;
	}

	/** A key of an entry, for messages. */
	String example() {
		return this.key + "[0]." + this.first;
	}

	/** What each property must be set to that an entry must have, for messages. */
	Map<String, String> required() {
		return this.required;
	}

	/** What an entry may say, for messages. */
	String valid() {
		return "Valid for an entry of \"%s\" are %s.".formatted(this.key,
				String.join(", ", this.properties.stream().map(PropertyDefinition::toString).toList()));
	}

}
