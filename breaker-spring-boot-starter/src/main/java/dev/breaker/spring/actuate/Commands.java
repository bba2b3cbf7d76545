package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.StateCommand;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.InvalidBreakerConfigurationException;
import dev.breaker.spring.signal.NamedSignals;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Gives commands to breakers and groups by their name, and says so in the log and to the
 * audit.
 */
final class Commands {

	private static final String AUDIT_TYPE = "CIRCUIT_BREAKER_COMMAND";

	private static final String UNKNOWN_ACTOR = "anonymous";

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final CircuitBreakerRegistry registry;

	private final ApplicationEventPublisher publisher;

	private final @Nullable BreakerConfigs configs;

	private final @Nullable FleetAccess fleet;

	private final NamedSignals signals;

	Commands(CircuitBreakerRegistry registry, ApplicationEventPublisher publisher, @Nullable BreakerConfigs configs,
			@Nullable FleetAccess fleet) {
		this.registry = registry;
		this.publisher = publisher;
		this.configs = configs;
		this.fleet = fleet;
		this.signals = new NamedSignals(registry);
	}

	/**
	 * Gives a command to the breaker of a name, and to the group of that name.
	 * @param name the name
	 * @param command the command
	 * @param asked how far it is to go; {@code null} for the fleet where the breaker is
	 * shared, and this instance where it is not
	 * @return whether there is a breaker or a group of that name
	 * @throws InvalidEndpointRequestException if the fleet is asked for, and does not
	 * share the breaker
	 */
	boolean give(String name, StateCommand command, @Nullable CommandScope asked) {
		CircuitBreakerGroup group = this.registry.findGroup(name).orElse(null);
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		if (group == null && breaker == null) {
			return false;
		}
		String known = (breaker != null) ? breaker.name() : name;
		FleetAccess receiver = (asked != CommandScope.NODE && this.fleet != null && this.fleet.shares(known))
				? this.fleet : null;
		if (asked == CommandScope.FLEET && receiver == null) {
			throw Command.invalid(notShared(name));
		}
		String ofFleet = (receiver != null) ? " of the fleet" : "";
		if (group != null) {
			log("Circuit breakers '" + LogText.oneLine(name) + "' of " + group.size() + " keys" + ofFleet, command);
		}
		if (breaker != null) {
			log("Circuit breaker '" + LogText.oneLine(name) + "'" + ofFleet, command);
		}
		if (receiver != null) {
			receiver.command(known, command);
		}
		// Of a breaker and a group of one name, the fleet knows the breaker.
		if (group != null && (receiver == null || breaker != null)) {
			group.apply(command);
		}
		if (breaker != null && receiver == null) {
			breaker.apply(command);
		}
		audit(name, command, (receiver != null) ? CommandScope.FLEET : CommandScope.NODE);
		return true;
	}

	/** Why a command cannot go to the fleet. */
	private String notShared(String name) {
		return ((this.fleet == null)
				? "There is no fleet for the scope '" + CommandScope.FLEET
						+ "': it needs the artifact breaker-fleet-redis and breaker.cluster.enabled=true"
				: "'" + LogText.oneLine(name)
						+ "' is not shared with the fleet: breaker.cluster.breakers does not name it")
				+ ". Leave 'scope' out, or give \"" + CommandScope.NODE + "\", for this instance alone";
	}

	/**
	 * Changes the config of the breaker of a name, and of the group of that name.
	 * @param name the name
	 * @param properties what to change; nothing at all restores the config
	 * @param actor the operator, if known
	 * @param reason why
	 * @return whether there is a breaker or a group of that name
	 * @throws InvalidEndpointRequestException if a property cannot be used
	 */
	boolean change(String name, Map<String, Object> properties, @Nullable String actor, @Nullable String reason) {
		if (this.configs == null) {
			throw Command.invalid("Configs cannot be changed by this endpoint, which was made without them");
		}
		try {
			String by = (actor != null) ? actor : UNKNOWN_ACTOR;
			if (properties.isEmpty()) {
				this.configs.restore(name, by, reason);
			}
			else {
				this.configs.change(name, properties, by, reason);
			}
		}
		catch (NoSuchElementException ex) {
			return false;
		}
		catch (InvalidBreakerConfigurationException ex) {
			throw Command.invalid("Nothing is changed. " + ex.summary());
		}
		catch (IllegalArgumentException ex) {
			throw Command.invalid(String.valueOf(ex.getMessage()));
		}
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("circuitBreaker", name);
		data.put("config", properties);
		audit(name, data, actor, reason);
		return true;
	}

	/**
	 * Gives a signal to the breaker of a name, and to the group of that name.
	 * @param name the name
	 * @param source what gives it
	 * @param ttl how long it lives
	 * @param actor the operator, if known
	 * @param reason why
	 * @return whether there is a breaker or a group of that name
	 */
	boolean signal(String name, String source, Duration ttl, @Nullable String actor, @Nullable String reason) {
		if (!isKnown(name)) {
			return false;
		}
		log(name, actor, "signals '" + LogText.oneLine(source) + "' for " + ttl, reason);
		this.signals.signal(name, source, reason, ttl);
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("circuitBreaker", name);
		data.put("signal", source);
		data.put("ttl", ttl.toString());
		audit(name, data, actor, reason);
		return true;
	}

	/**
	 * Takes the signal of a source back from the breaker of a name, and from the group of
	 * that name.
	 * @param name the name
	 * @param source what gave it
	 * @param actor the operator, if known
	 * @param reason why
	 * @return whether there is a breaker or a group of that name
	 */
	boolean clearSignal(String name, String source, @Nullable String actor, @Nullable String reason) {
		if (!isKnown(name)) {
			return false;
		}
		log(name, actor, "clears the signal of '" + LogText.oneLine(source) + "'", reason);
		this.signals.clear(name, source);
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("circuitBreaker", name);
		data.put("clearSignal", source);
		audit(name, data, actor, reason);
		return true;
	}

	private boolean isKnown(String name) {
		return this.registry.findGroup(name).isPresent() || this.registry.find(name).isPresent();
	}

	private static void log(String name, @Nullable String actor, String what, @Nullable String reason) {
		try {
			logger.info("Circuit breaker '{}': operator{} {}{}", LogText.oneLine(name),
					(actor != null) ? " " + LogText.oneLine(actor) : "", what,
					(reason != null) ? "; reason: " + LogText.oneLine(reason) : "");
		}
		catch (Throwable ex) {
			// An appender of the application's must not stop a command.
		}
	}

	private static void log(String target, StateCommand command) {
		String actor = command.actor();
		Duration hold = command.hold();
		String comment = command.comment();
		try {
			logger.info("{}: operator{} commands {}{}{}", target, (actor != null) ? " " + LogText.oneLine(actor) : "",
					command.isReset() ? "reset" : command.state(), (hold != null) ? " for " + hold : "",
					(comment != null) ? "; reason: " + LogText.oneLine(comment) : "");
		}
		catch (Throwable ex) {
			// An appender of the application's must not stop a command.
		}
	}

	private void audit(String name, StateCommand command, CommandScope scope) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("circuitBreaker", name);
		if (command.isReset()) {
			data.put("reset", true);
		}
		else {
			data.put("state", command.state().name());
		}
		Duration hold = command.hold();
		if (hold != null) {
			data.put("hold", hold.toString());
		}
		if (this.fleet != null) {
			data.put("scope", scope.toString());
		}
		audit(name, data, command.actor(), command.comment());
	}

	// From class files, the checker on JDK 17 does not see that values may be null.
	@SuppressWarnings("NullAway")
	private void audit(String name, Map<String, Object> data, @Nullable String actor, @Nullable String reason) {
		if (reason != null) {
			data.put("reason", reason);
		}
		// Listeners may log it as it is.
		data.replaceAll((key, value) -> escaped(value));
		String principal = LogText.escaped((actor != null) ? actor : UNKNOWN_ACTOR);
		try {
			this.publisher.publishEvent(new AuditApplicationEvent(principal, AUDIT_TYPE, data));
		}
		catch (Throwable ex) {
			// The command is in force; a listener of the application's must not deny it.
			HookFailures.log(logger, "The audit of a command to circuit breaker '{}' failed", LogText.oneLine(name),
					ex);
		}
	}

	private static @Nullable Object escaped(@Nullable Object value) {
		if (value instanceof String text) {
			return LogText.escaped(text);
		}
		if (value instanceof Map<?, ?> properties) {
			Map<String, @Nullable Object> escaped = new LinkedHashMap<>();
			properties
				.forEach((name, property) -> escaped.put(LogText.escaped(String.valueOf(name)), escaped(property)));
			return escaped;
		}
		if (value instanceof List<?> values) {
			List<@Nullable Object> escaped = new ArrayList<>();
			values.forEach((each) -> escaped.add(escaped(each)));
			return escaped;
		}
		return value;
	}

}
