package dev.breaker.spring.config;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * A place where the properties of a breaker may stand: a config or an instance.
 *
 * @param name its name, as it is written
 * @param prefix {@code breaker.configs.NAME} or {@code breaker.instances.NAME}
 */
record Level(String name, ConfigurationPropertyName prefix) {

	static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("breaker");

	static final String CONFIGS = "configs";

	static final String INSTANCES = "instances";

	/** What stands above the lists of HTTP. */
	static final ConfigurationPropertyName HTTP = ROOT.append("http");

	/** The list of the HTTP clients that are guarded. */
	static final ConfigurationPropertyName HTTP_CLIENTS = HTTP.append("clients");

	/** The list of the requests that are rejected in advance. */
	static final ConfigurationPropertyName HTTP_REJECT = HTTP.append("server.reject");

	static final Level DEFAULT = of(ROOT.append(CONFIGS).append("default"));

	static Level of(ConfigurationPropertyName prefix) {
		return new Level(prefix.getElement(2, Form.ORIGINAL), prefix);
	}

	boolean isInstance() {
		return this.prefix.getElement(1, Form.UNIFORM).equals(INSTANCES);
	}

	ConfigurationPropertyName key(PropertyDefinition property) {
		return this.prefix.append(property.key());
	}

	/**
	 * A key as it is written in a file. The name's own {@code toString()} loses capital
	 * letters.
	 */
	static String written(ConfigurationPropertyName name) {
		StringBuilder written = new StringBuilder();
		for (int i = 0; i < name.getNumberOfElements(); i++) {
			String element = name.getElement(i, Form.ORIGINAL);
			boolean indexed = name.chop(i + 1).isLastElementIndexed();
			written.append(indexed ? "[" + element + "]" : (i > 0) ? "." + element : element);
		}
		return written.toString();
	}

	String written() {
		return written(this.prefix);
	}

	/**
	 * As that of any record, but written out: levels are compared for each key of the
	 * environment, and what the compiler makes is linked and interpreted at start.
	 */
	@Override
	public boolean equals(@Nullable Object other) {
		return this == other
				|| (other instanceof Level level && this.name.equals(level.name) && this.prefix.equals(level.prefix));
	}

	/** The name alone tells nearly all of them apart. */
	@Override
	public int hashCode() {
		return this.name.hashCode();
	}

	@Override
	public String toString() {
		return (isInstance() ? "instance" : "config") + " \"" + this.name + "\"";
	}

}
