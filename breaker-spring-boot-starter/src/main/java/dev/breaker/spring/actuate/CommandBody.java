package dev.breaker.spring.actuate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParser;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.json.JsonWriter;

/**
 * The JSON of a command, read with its types: Boot turns each value into text and drops
 * the fields that no parameter is called.
 */
final class CommandBody {

	private static final String NAME = "name";

	private static final String RESET = "reset";

	private static final String CONFIG = "config";

	/** Short for a config with this property alone. */
	private static final String ENFORCE = "enforce";

	private static final List<String> TEXTS = List.of("state", "hold", "reason", "signal", "ttl", "clearSignal",
			"scope");

	private static final String EXAMPLE = "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"...\"} "
			+ "or {\"reset\": true} or {\"config\": " + Command.CONFIG_EXAMPLE + "} or {\"enforce\": false}"
			+ " or {\"signal\": \"backlog\", \"reason\": \"...\", \"ttl\": \"5m\"}"
			+ " or {\"clearSignal\": \"backlog\"}";

	/** What a what-if is. */
	static final String WHAT_IF = "A what-if is {\"config\": " + Command.CONFIG_EXAMPLE
			+ "} or its properties alone, one or more, and has no other field";

	private static final JsonParser parser = JsonParserFactory.getJsonParser();

	private static final JsonWriter<Map<String, Object>> writer = JsonWriter.standard();

	private static final JsonWriter<Map<?, ?>> configWriter = JsonWriter.standard();

	private CommandBody() {
	}

	/**
	 * Checks which fields there are and of which types, and writes the command anew, so
	 * that every reader after this one reads the same.
	 * @param json the body
	 * @param circuitBreaker the name in the path
	 * @return JSON of valid fields alone
	 * @throws RefusedRequestException if the body is no command
	 */
	static String check(String json, String circuitBreaker) throws RefusedRequestException {
		Map<String, Object> command = new LinkedHashMap<>();
		Map<String, Object> fields = parse(json, Command.CHOICE + ". Valid states: " + Command.STATES,
				"Give " + EXAMPLE);
		for (Map.Entry<String, Object> field : fields.entrySet()) {
			String name = field.getKey();
			// The parser gives null for null, too.
			@Nullable Object value = field.getValue();
			if (name.equals(NAME)) {
				checkName(value, circuitBreaker);
			}
			else {
				command.put(name, checkField(name, value));
			}
		}
		Object enforce = command.remove(ENFORCE);
		if (enforce != null) {
			checkAlone(command);
			command.put(CONFIG, configWriter.writeToString(Map.of(ENFORCE, enforce)));
		}
		return writer.writeToString(command);
	}

	/** Two commands in one could be obeyed by half. */
	private static void checkAlone(Map<String, Object> command) throws RefusedRequestException {
		for (String other : List.of("state", "hold", RESET, CONFIG, "signal", "ttl", "clearSignal", "scope")) {
			if (command.containsKey(other)) {
				throw refused("'enforce' takes no '" + other + "': give it in a command of its own");
			}
		}
	}

	/**
	 * Checks a config to be tried, and writes it anew as a command has it, so that both
	 * are read by the same code.
	 * @param json the body
	 * @return JSON of a config alone
	 * @throws RefusedRequestException if the body is no config
	 */
	static String checkWhatIf(String json) throws RefusedRequestException {
		Map<String, Object> fields = parse(json, WHAT_IF, WHAT_IF);
		boolean wrapped = fields.containsKey(CONFIG);
		if (wrapped && fields.size() > 1) {
			throw refused(WHAT_IF);
		}
		for (String field : fields.keySet()) {
			if (!wrapped && (field.equals(NAME) || field.equals(RESET) || TEXTS.contains(field))) {
				throw refused("Unknown field '" + field + "', which is one of a command. " + WHAT_IF);
			}
		}
		Object config = checkField(CONFIG, wrapped ? fields.get(CONFIG) : fields);
		return writer.writeToString(Map.of(CONFIG, config));
	}

	private static Map<String, Object> parse(String json, String remedyOfEmpty, String remedy)
			throws RefusedRequestException {
		if (json.isBlank()) {
			throw refused("The body is empty. " + remedyOfEmpty);
		}
		try {
			// Of the text null, Jackson makes null.
			@Nullable Map<String, Object> fields = parser.parseMap(json);
			if (fields != null) {
				String repeated = RepeatedField.in(json);
				if (repeated != null) {
					throw refused(Command.repeated(repeated));
				}
				return fields;
			}
		}
		catch (JsonParseException ex) {
			// Told below.
		}
		throw refused("The body is no JSON object. " + remedy);
	}

	private static void checkName(@Nullable Object value, String circuitBreaker) throws RefusedRequestException {
		if (!circuitBreaker.equals(value)) {
			throw refused("Invalid 'name' (" + shown(value) + "): the path alone says which circuit breaker, here '"
					+ LogText.oneLine(circuitBreaker) + "'. Leave it out");
		}
	}

	private static Object checkField(String name, @Nullable Object value) throws RefusedRequestException {
		boolean reset = name.equals(RESET);
		boolean config = name.equals(CONFIG);
		boolean enforce = name.equals(ENFORCE);
		if (!reset && !config && !enforce && !TEXTS.contains(name)) {
			throw refused("Unknown field '" + LogText.oneLine(name)
					+ "'. Valid fields: state, hold, reason, reset, config, enforce, signal, ttl, clearSignal, scope");
		}
		if (value == null) {
			throw refused("Invalid '" + name + "' (null): leave it out, or give a value");
		}
		if ((reset || enforce) && !(value instanceof Boolean)) {
			throw refused("Invalid '" + name + "' (" + shown(value) + "): must be true or false, without quotes");
		}
		if (config) {
			if (value instanceof Map<?, ?> properties) {
				// Boot reads each field as text.
				return configWriter.writeToString(writable(properties));
			}
			throw refused("Invalid 'config' (" + shown(value) + "): must be an object with properties as in a file,"
					+ " such as " + Command.CONFIG_EXAMPLE + ", or {} to restore the config");
		}
		if (!reset && !enforce && !(value instanceof String)) {
			throw refused("Invalid '" + name + "' (" + shown(value) + "): must be a string" + switch (name) {
				case "state" -> ", one of " + Command.STATES;
				case "hold", "ttl" -> " with a unit, such as \"30s\", \"10m\", \"2h\" or \"PT10M\"";
				case "scope" -> ", one of " + CommandScope.VALID;
				default -> "";
			});
		}
		return value;
	}

	/** With text in place of infinity, which the parser makes of a number like 1e400. */
	private static Map<Object, @Nullable Object> writable(Map<?, ?> fields) {
		Map<Object, @Nullable Object> writable = new LinkedHashMap<>();
		fields.forEach((name, value) -> writable.put(name, writable(value)));
		return writable;
	}

	private static @Nullable Object writable(@Nullable Object value) {
		if (value instanceof Map<?, ?> fields) {
			return writable(fields);
		}
		if (value instanceof List<?> elements) {
			List<@Nullable Object> writable = new ArrayList<>();
			elements.forEach((element) -> writable.add(writable(element)));
			return writable;
		}
		return (value instanceof Double number && number.isInfinite()) ? number.toString() : value;
	}

	private static String shown(@Nullable Object value) {
		return (value instanceof String text) ? "'" + LogText.oneLine(text) + "'"
				: LogText.oneLine(String.valueOf(value));
	}

	private static RefusedRequestException refused(String message) {
		return new RefusedRequestException(ErrorDescriptor.badRequest(message));
	}

}
