package dev.breaker.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Explanation;
import dev.breaker.Failure;
import dev.breaker.LogText;
import dev.breaker.Reason;
import dev.breaker.Signal;
import dev.breaker.Snapshot;
import dev.breaker.StandingCommand;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.ConfigChange;
import dev.breaker.spring.event.ThrowableText;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.context.ApplicationEventPublisher;

/**
 * {@link Endpoint @Endpoint} that shows the circuit breakers and takes an operator's
 * commands. Reading is its default access; commands want
 * {@code management.endpoint.circuitbreakers.access=unrestricted}. Each command is
 * published as an {@code AuditApplicationEvent} of the type
 * {@code CIRCUIT_BREAKER_COMMAND}.
 */
@Endpoint(id = "circuitbreakers", defaultAccess = Access.READ_ONLY)
public class CircuitBreakersEndpoint {

	private static final int SHOWN_KEYS = 20;

	private static final String ALL_KEYS = "all";

	private final CircuitBreakerRegistry registry;

	private final Commands commands;

	private final @Nullable BreakerConfigs configs;

	private final @Nullable FleetAccess fleet;

	private final WhatIf whatIf;

	/**
	 * Creates an endpoint whose commands reach no audit, and change no config.
	 * @param registry the breakers
	 */
	public CircuitBreakersEndpoint(CircuitBreakerRegistry registry) {
		this(registry, (event) -> {
		});
	}

	/**
	 * Creates an endpoint whose commands change no config.
	 * @param registry the breakers
	 * @param publisher publishes the commands to the audit
	 */
	public CircuitBreakersEndpoint(CircuitBreakerRegistry registry, ApplicationEventPublisher publisher) {
		this(registry, publisher, null);
	}

	/**
	 * Creates an endpoint that knows of no fleet.
	 * @param registry the breakers
	 * @param publisher publishes the commands to the audit
	 * @param configs the configs of the breakers, to be changed; {@code null} where they
	 * cannot be
	 */
	public CircuitBreakersEndpoint(CircuitBreakerRegistry registry, ApplicationEventPublisher publisher,
			@Nullable BreakerConfigs configs) {
		this(registry, publisher, configs, null);
	}

	/**
	 * Creates an endpoint.
	 * @param registry the breakers
	 * @param publisher publishes the commands to the audit
	 * @param configs the configs of the breakers, to be changed; {@code null} where they
	 * cannot be
	 * @param fleet the instances that share breakers; {@code null} where there is none
	 */
	public CircuitBreakersEndpoint(CircuitBreakerRegistry registry, ApplicationEventPublisher publisher,
			@Nullable BreakerConfigs configs, @Nullable FleetAccess fleet) {
		this.registry = registry;
		this.configs = configs;
		this.fleet = fleet;
		this.commands = new Commands(registry, publisher, configs, fleet);
		this.whatIf = new WhatIf(registry, configs);
	}

	/**
	 * All breakers that are not made by key, and all groups of those that are, each with
	 * the 20 keys in most trouble. It says nothing of single failures.
	 * @return the breakers and the groups by name
	 */
	@ReadOperation
	public CircuitBreakersDescriptor circuitBreakers() {
		return circuitBreakers(false);
	}

	/**
	 * All breakers that are not made by key, and all groups of those that are, each with
	 * the 20 keys in most trouble.
	 * @param withFailures whether to say what failed of each breaker
	 * @return the breakers and the groups by name
	 */
	public CircuitBreakersDescriptor circuitBreakers(boolean withFailures) {
		Map<String, CircuitBreakerDescriptor> breakers = new TreeMap<>();
		for (CircuitBreaker breaker : this.registry.all()) {
			if (breaker.group() == null) {
				CircuitBreakerDescriptor descriptor = describe(breaker, withFailures, null);
				JsonKeys.put(breakers, descriptor.name(), descriptor);
			}
		}
		Map<String, GroupDescriptor> groups = new TreeMap<>();
		for (CircuitBreakerGroup group : this.registry.groups()) {
			GroupDescriptor descriptor = describe(group, SHOWN_KEYS, withFailures);
			JsonKeys.put(groups, descriptor.name(), descriptor);
		}
		return new CircuitBreakersDescriptor(breakers, groups);
	}

	/**
	 * One breaker, or else the group of that name with the 20 keys in most trouble.
	 * @param name its name
	 * @return a {@link CircuitBreakerDescriptor}, a {@link GroupDescriptor}, or
	 * {@code null} where there is neither a breaker nor a group of that name
	 * @see #circuitBreaker(String, String)
	 */
	public @Nullable OperationResponseBody circuitBreaker(String name) {
		return circuitBreaker(name, null);
	}

	/**
	 * One breaker, or else the group of that name.
	 * @param name its name
	 * @param keys {@code all} for the group with all of its keys, also where there is a
	 * breaker of that name; {@code null} for the 20 in most trouble
	 * @return a {@link CircuitBreakerDescriptor}, a {@link GroupDescriptor}, or
	 * {@code null} where there is neither a breaker nor a group of that name
	 * @throws InvalidEndpointRequestException if the keys are not {@code all}, or the
	 * name is not that of a group
	 */
	@ReadOperation
	public @Nullable OperationResponseBody circuitBreaker(@Selector String name, @Nullable String keys) {
		if (keys != null && !keys.equals(ALL_KEYS)) {
			throw invalid("Invalid keys '" + LogText.oneLine(keys) + "'. Valid: " + ALL_KEYS);
		}
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		CircuitBreakerGroup group = this.registry.findGroup(name).orElse(null);
		if (group != null && (keys != null || breaker == null)) {
			return describe(group, (keys != null) ? Integer.MAX_VALUE : SHOWN_KEYS, false);
		}
		if (breaker != null && keys != null) {
			throw invalid("'" + LogText.oneLine(name) + "' is one circuit breaker and has no keys. Leave 'keys' out");
		}
		return (breaker != null)
				? describe(breaker, true, (this.fleet != null) ? this.fleet.describe(breaker.name()) : null) : null;
	}

	private static InvalidEndpointRequestException invalid(String message) {
		return new InvalidEndpointRequestException(message, message);
	}

	private CircuitBreakerDescriptor describe(CircuitBreaker breaker, boolean withFailures,
			@Nullable FleetDescriptor ofFleet) {
		boolean shared = this.fleet != null && this.fleet.shares(breaker.name());
		return CircuitBreakerDescriptor.of(breaker, withFailures,
				ConfigChangeDescriptor.of((this.configs != null) ? this.configs.changeOf(breaker) : null),
				(this.fleet != null && shared) ? this.fleet.isLocalOnly(breaker.name()) : null, ofFleet);
	}

	private GroupDescriptor describe(CircuitBreakerGroup group, int mostKeys, boolean withFailures) {
		return GroupDescriptor.of(group, mostKeys, (breaker) -> describe(breaker, withFailures, null),
				ConfigChangeDescriptor.of((this.configs != null) ? this.configs.changeOf(group) : null));
	}

	/**
	 * Commands a breaker to be in a state, or to be reset.
	 * @param name its name
	 * @param state the state to be in
	 * @param hold how long to stay there
	 * @param reason why
	 * @param reset whether to reset the breaker
	 * @return the breaker or the group after the command
	 * @throws InvalidEndpointRequestException if there is no such breaker, or the command
	 * makes no sense
	 * @see #command(String, String, String, String, Boolean, String)
	 */
	public OperationResponseBody command(String name, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset) {
		return command(name, state, hold, reason, reset, null);
	}

	/**
	 * Commands a breaker to be in a state, to be reset, or to have another config.
	 * @param name its name
	 * @param state the state to be in
	 * @param hold how long to stay there
	 * @param reason why
	 * @param reset whether to reset the breaker
	 * @param config properties to change
	 * @return the breaker or the group after the command
	 * @throws InvalidEndpointRequestException if there is no such breaker, or the command
	 * makes no sense
	 * @see #command(String, String, String, String, Boolean, String, String, String,
	 * String, String)
	 */
	public OperationResponseBody command(String name, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset, @Nullable String config) {
		return command(name, state, hold, reason, reset, config, null, null, null);
	}

	/**
	 * Commands a breaker to be in a state, to be reset, or to have another config, or
	 * gives it a signal, or clears one.
	 * @param name its name
	 * @param state the state to be in
	 * @param hold how long to stay there
	 * @param reason why
	 * @param reset whether to reset the breaker
	 * @param config properties to change
	 * @param signal the source of a signal
	 * @param ttl how long the signal lives
	 * @param clearSignal the source of a signal that is taken back
	 * @return the breaker or the group after the command
	 * @throws InvalidEndpointRequestException if there is no such breaker, or the command
	 * makes no sense
	 * @see #command(String, String, String, String, Boolean, String, String, String,
	 * String, String)
	 */
	public OperationResponseBody command(String name, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset, @Nullable String config, @Nullable String signal,
			@Nullable String ttl, @Nullable String clearSignal) {
		return command(name, state, hold, reason, reset, config, signal, ttl, clearSignal, null);
	}

	/**
	 * Commands a breaker to be in a state, to be reset, or to have another config, or
	 * gives it a signal, or clears one. The name of breakers made by key commands all of
	 * them, and those made while the command holds or the signal lives.
	 * @param name its name
	 * @param state the state to be in, as {@link State} names it, in any case
	 * @param hold how long to stay there ({@code 10m}, {@code PT10M}); for OPEN,
	 * FORCED_OPEN and DISABLED
	 * @param reason why, in at most 1,000 characters, of a signal 500
	 * @param reset whether to reset the breaker; instead of a state
	 * @param config properties to change, as JSON with keys and values as in a file;
	 * {@code {}} takes all such changes back; instead of a state
	 * @param signal the source of a signal that keeps the breaker open; instead of a
	 * state
	 * @param ttl how long the signal lives ({@code 5m}, {@code PT5M})
	 * @param clearSignal the source of a signal that is taken back; instead of a state
	 * @param scope how far a state or a reset goes: {@code fleet} for all instances that
	 * share the breaker, which is the default where it is shared, or {@code node} for
	 * this instance alone
	 * @return the breaker or the group after the command
	 * @throws InvalidEndpointRequestException if there is no such breaker, or the command
	 * makes no sense
	 */
	@WriteOperation
	public OperationResponseBody command(@Selector String name, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset, @Nullable String config, @Nullable String signal,
			@Nullable String ttl, @Nullable String clearSignal, @Nullable String scope) {
		command(name, state, hold, reason, reset, config, signal, ttl, clearSignal, scope, null);
		OperationResponseBody commanded = circuitBreaker(name);
		if (commanded == null) {
			throw invalid(unknown(name));
		}
		return commanded;
	}

	/**
	 * Carries out a command.
	 * @param actor the operator, if known
	 * @return whether there is a breaker or a group of that name
	 */
	boolean command(String name, @Nullable String state, @Nullable String hold, @Nullable String reason,
			@Nullable Boolean reset, @Nullable String config, @Nullable String signal, @Nullable String ttl,
			@Nullable String clearSignal, @Nullable String scope, @Nullable String actor) {
		CommandScope asked = CommandScope.parse(scope);
		if (signal != null) {
			Command.checkAlone("signal", state, hold, reset, config, clearSignal, scope);
			return this.commands.signal(name, signal, Command.signal(signal, ttl, reason), actor, reason);
		}
		if (clearSignal != null) {
			Command.checkAlone("clearSignal", state, hold, reset, config, ttl, scope);
			Command.checkSource("clearSignal", clearSignal);
			return this.commands.clearSignal(name, clearSignal, actor, reason);
		}
		if (ttl != null) {
			throw invalid("A 'ttl' is that of a 'signal'. How long a state lasts is its 'hold'");
		}
		if (config != null && asked != null) {
			throw invalid("A 'config' takes no 'scope': it is changed on this instance alone");
		}
		return (config != null)
				? this.commands.change(name, Command.config(config, state, hold, reason, reset), actor, reason)
				: this.commands.give(name, Command.of(state, hold, reason, reset).actor(actor), asked);
	}

	/**
	 * What other values of some properties would have done on the recorded outcomes of a
	 * breaker, beside its present config. Nothing is changed.
	 * @param name its name, or that of the breaker of a key
	 * @param properties the other values, one or more: keys and values as in a file
	 * @return what would have happened, or {@code null} where there is no such breaker
	 * @throws InvalidEndpointRequestException if a property cannot be used or tried, no
	 * outcomes are recorded, or the name is that of a group
	 */
	public @Nullable WhatIfDescriptor whatIf(String name, Map<String, ?> properties) {
		return this.whatIf.tried(name, properties);
	}

	/**
	 * Thresholds that fit the recorded outcomes of a breaker.
	 * @param name its name, or that of the breaker of a key
	 * @return the advice, or {@code null} where there is no such breaker
	 * @throws InvalidEndpointRequestException if the name is that of a group
	 */
	public @Nullable AdviceDescriptor advice(String name) {
		return this.whatIf.advice(name);
	}

	String unknown(String name) {
		return unknown(name, this.registry);
	}

	/** Says that the breaker is not there that a path asks something of. */
	String unknown(String name, SubPath asked, String path) {
		return unknown(name) + (this.registry.find(path).isPresent() ? ". " + asked.explained(path) : "");
	}

	/**
	 * Says that a name has no breaker, and of a key what can be done before it has.
	 */
	static String unknown(String name, CircuitBreakerRegistry registry) {
		String message = "There is no circuit breaker '" + name + "'";
		return registry.groups()
			.stream()
			.map(CircuitBreakerGroup::name)
			.filter((group) -> name.startsWith(group + ":"))
			.max(Comparator.comparingInt(String::length))
			.map((group) -> "%s: this key of '%s' has none at present, and gets one with its next call. A command to '%2$s' holds for all of its keys, those to come too"
				.formatted(message, group))
			.orElse(message);
	}

	/**
	 * Description of all breakers.
	 *
	 * @param circuitBreakers the breakers by name, but for those made by key
	 * @param groups the groups of breakers made by key, by name
	 */
	public record CircuitBreakersDescriptor(Map<String, CircuitBreakerDescriptor> circuitBreakers,
			Map<String, GroupDescriptor> groups) implements OperationResponseBody {
	}

	/**
	 * Description of a breaker: the fields of its {@link Snapshot}, where rates are
	 * {@code null} while the window is empty, its thresholds, which are {@code null}
	 * where they are off, why it is in its state, by which command, what failed, which is
	 * left out where many are shown, how its config was changed at run time, which is
	 * left out where it was not, whether it is enforced: where not, no call is refused,
	 * the signals that live, and of a breaker that is shared, whether it is open by the
	 * rules of this instance alone, and what the fleet says, which is left out where many
	 * are shown.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record CircuitBreakerDescriptor(String name, State state, Instant since, @Nullable Float failureRate,
			@Nullable Float slowCallRate, int bufferedCalls, int failedCalls, int slowCalls, int consecutiveFailures,
			int callsUntilEvaluated, long successfulCallsTotal, long failedCallsTotal, long slowCallsTotal,
			long ignoredCallsTotal, long notPermittedCallsTotal, int openings, Duration retryAfter,
			@Nullable StateChangeDescriptor lastChange, float admittedShare, int inFlight, Duration oldestInFlight,
			@Nullable Float failureRateThreshold, @Nullable Float slowCallRateThreshold, String explanation,
			@Nullable CommandDescriptor command,
			@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable FailuresDescriptor failures,
			@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ConfigChangeDescriptor changed, boolean enforced,
			long wouldRefuseTotal, List<SignalDescriptor> signals,
			@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean localOnly,
			@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable FleetDescriptor fleet)
			implements
				OperationResponseBody {

		static CircuitBreakerDescriptor of(CircuitBreaker breaker, boolean withFailures,
				@Nullable ConfigChangeDescriptor changed, @Nullable Boolean localOnly,
				@Nullable FleetDescriptor fleet) {
			Snapshot s = breaker.snapshot();
			Explanation explanation = breaker.explain();
			CircuitBreakerConfig config = breaker.config();
			return new CircuitBreakerDescriptor(s.name(), s.state(), s.since(), numberOrNull(s.failureRate()),
					numberOrNull(s.slowCallRate()), s.bufferedCalls(), s.failedCalls(), s.slowCalls(),
					s.consecutiveFailures(), s.callsUntilEvaluated(), s.successfulCallsTotal(), s.failedCallsTotal(),
					s.slowCallsTotal(), s.ignoredCallsTotal(), s.notPermittedCallsTotal(), s.openings(), s.retryAfter(),
					StateChangeDescriptor.of(s.lastChange()), s.admittedShare(), s.inFlight(), s.oldestInFlight(),
					config.failureRateThreshold(),
					(config.slowCallDurationThreshold() != null) ? config.slowCallRateThreshold() : null,
					explanation.sentence() + ((fleet != null) ? fleet.explanation() : ""),
					CommandDescriptor.of(explanation.command()),
					withFailures ? FailuresDescriptor.of(explanation) : null, changed, config.enforce(),
					s.wouldRefuseTotal(), SignalDescriptor.of(s.signals()), localOnly, fleet);
		}

		private static @Nullable Float numberOrNull(float rate) {
			return Float.isNaN(rate) ? null : rate;
		}

	}

	/**
	 * Description of a {@link Signal}.
	 *
	 * @param source what gave it
	 * @param reason why; {@code null} where nothing was said
	 * @param remaining how long it still lives
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record SignalDescriptor(String source, @Nullable String reason, Duration remaining) {

		static List<SignalDescriptor> of(List<Signal> signals) {
			return signals.stream()
				.map((signal) -> new SignalDescriptor(signal.source(), signal.reason(), signal.remaining()))
				.toList();
		}

	}

	/**
	 * Description of what failed since a breaker was last closed.
	 *
	 * @param counts how many calls failed, by the name of the class that was thrown, the
	 * most frequent first; at most ten classes, and {@link Explanation#OTHERS} and
	 * {@link Explanation#RESULTS}
	 * @param last the last failures that were thrown, at most five, the newest last
	 */
	public record FailuresDescriptor(Map<String, Long> counts, List<FailureDescriptor> last) {

		static FailuresDescriptor of(Explanation explanation) {
			return new FailuresDescriptor(explanation.failureCounts(),
					explanation.lastFailures().stream().map(FailureDescriptor::of).toList());
		}

	}

	/**
	 * Description of a {@link Failure}.
	 *
	 * @param exception the name of the class that was thrown
	 * @param message its message, one line of at most 200 characters
	 * @param time when it was recorded
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record FailureDescriptor(String exception, @Nullable String message, Instant time) {

		static FailureDescriptor of(Failure failure) {
			return new FailureDescriptor(failure.type(), failure.message(), failure.at());
		}

	}

	/**
	 * Description of a {@link StateChange}.
	 *
	 * @param from the state that ended
	 * @param to the state that began
	 * @param reason why
	 * @param at when
	 * @param lastFailure class and message of the last failure before it
	 * @param comment what the operator said, of a command, or the reason of a signal
	 * @param actor the operator, of a command, or the source of a signal
	 * @param enforced whether the breaker enforced then
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record StateChangeDescriptor(State from, State to, Reason reason, Instant at, @Nullable String lastFailure,
			@Nullable String comment, @Nullable String actor, boolean enforced) {

		static @Nullable StateChangeDescriptor of(@Nullable StateChange change) {
			return (change != null)
					? new StateChangeDescriptor(change.from(), change.to(), change.reason(), change.at(),
							ThrowableText.of(change.lastFailure()), change.comment(), change.actor(), change.enforced())
					: null;
		}

	}

	/**
	 * Description of a group of breakers made by key.
	 *
	 * @param name its name
	 * @param size how many keys have a breaker
	 * @param limit how many keys may have one
	 * @param states how many breakers are in each state, the one that further keys share
	 * included
	 * @param worst the breaker in most trouble: one that refuses calls, else one that is
	 * half-open, else one that is disabled or metrics only, else the one with the highest
	 * failure rate; {@code null} while there is none
	 * @param overflowCalls how many times a key found no place for a breaker of its own
	 * @param command the command that keys without a breaker will obey; {@code null}
	 * where there is none
	 * @param keys the breakers in most trouble, the worst first, or all of them where
	 * that is asked for
	 * @param changed how its config was changed at run time; left out where it was not
	 * @param enforced whether its config says that calls are refused
	 * @param signals the signals that keys without a breaker will get
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record GroupDescriptor(String name, int size, int limit, Map<State, Integer> states,
			@Nullable MemberDescriptor worst, long overflowCalls, @Nullable CommandDescriptor command,
			List<CircuitBreakerDescriptor> keys,
			@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ConfigChangeDescriptor changed, boolean enforced,
			List<SignalDescriptor> signals) implements OperationResponseBody {

		static GroupDescriptor of(CircuitBreakerGroup group, int mostKeys,
				Function<CircuitBreaker, CircuitBreakerDescriptor> describe, @Nullable ConfigChangeDescriptor changed) {
			GroupRanking ranking = GroupRanking.of(group);
			List<GroupRanking.Member> worst = ranking.worst(1);
			return new GroupDescriptor(group.name(), group.size(), group.limit(), ranking.states(),
					worst.isEmpty() ? null : MemberDescriptor.of(worst.get(0).snapshot()), group.overflowCalls(),
					CommandDescriptor.of(group.standingCommand().orElse(null)),
					ranking.worst(mostKeys).stream().map(GroupRanking.Member::breaker).map(describe).toList(), changed,
					group.config().enforce(), SignalDescriptor.of(group.signals()));
		}

	}

	/**
	 * Description of a command that is in force: the one that made the present state of a
	 * breaker, or the one to a group that keys made later obey.
	 *
	 * @param state the state that it commands
	 * @param comment what the operator said
	 * @param actor the operator
	 * @param until when it ends by itself; {@code null} where it lasts until another
	 * command
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record CommandDescriptor(State state, @Nullable String comment, @Nullable String actor,
			@Nullable Instant until) {

		static @Nullable CommandDescriptor of(@Nullable StandingCommand standing) {
			if (standing == null) {
				return null;
			}
			StateCommand command = standing.command();
			return new CommandDescriptor(command.state(), command.comment(), command.actor(), standing.until());
		}

	}

	/**
	 * Description of a {@link ConfigChange}.
	 *
	 * @param at when the newest change was made
	 * @param by who made it
	 * @param reason what the operator said
	 * @param properties the properties that differ from those at start
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record ConfigChangeDescriptor(Instant at, String by, @Nullable String reason,
			Map<String, PropertyDescriptor> properties) {

		static @Nullable ConfigChangeDescriptor of(@Nullable ConfigChange change) {
			if (change == null) {
				return null;
			}
			Map<String, PropertyDescriptor> properties = new TreeMap<>();
			change.properties()
				.forEach((name, property) -> properties.put(name,
						new PropertyDescriptor(property.from(), property.to(), property.at(), property.by())));
			return new ConfigChangeDescriptor(change.at(), change.by(), change.reason(), properties);
		}

	}

	/**
	 * Description of a property that was changed.
	 *
	 * @param from the value at start; {@code null} where it was off
	 * @param to the present value; {@code null} where it is off
	 * @param at when it was changed last
	 * @param by who changed it last
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record PropertyDescriptor(@Nullable Object from, @Nullable Object to, Instant at, String by) {
	}

	/**
	 * Description of a breaker among others.
	 *
	 * @param name its name
	 * @param state its state
	 */
	public record MemberDescriptor(String name, State state) {

		static MemberDescriptor of(Snapshot snapshot) {
			return new MemberDescriptor(snapshot.name(), snapshot.state());
		}

	}

}
