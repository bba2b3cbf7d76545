package dev.breaker.spring.actuate;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.State;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakerDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakersDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CommandDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.GroupDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.MemberDescriptor;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.RingEventStore;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

/**
 * The endpoints by themselves, without a server.
 */
class CircuitBreakersEndpointTests {

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.clock.config()
		.minimumNumberOfCalls(4)
		.slowCallDurationThreshold(Duration.ofSeconds(1))
		.slowCallRateThreshold(80)
		.build());

	private final List<AuditEvent> audited = new ArrayList<>();

	private final CircuitBreakersEndpoint endpoint = new CircuitBreakersEndpoint(this.registry,
			(event) -> this.audited.add(((AuditApplicationEvent) event).getAuditEvent()));

	private final CircuitBreakersEndpointWebExtension web = new CircuitBreakersEndpointWebExtension(this.endpoint);

	@Test
	void showsABreakerBeforeAndAfterCalls() {
		CircuitBreaker breaker = this.registry.get("payments");
		CircuitBreakerDescriptor fresh = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("payments");
		assertThat(fresh).isNotNull();
		assertThat(fresh.failureRate()).isNull();
		assertThat(fresh.slowCallRate()).isNull();
		assertThat(fresh.lastChange()).isNull();
		assertThat(fresh.slowCallRateThreshold()).isEqualTo(80f);
		Calls.succeed(breaker, Duration.ofSeconds(2));
		Calls.fail(breaker, 3);
		CircuitBreakerDescriptor used = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("payments");
		assertThat(used).isNotNull();
		assertThat(used.state()).isEqualTo(State.OPEN);
		assertThat(used.failureRate()).isEqualTo(75f);
		assertThat(used.slowCallRate()).isEqualTo(25f);
		assertThat(used.lastChange()).isNotNull();
		assertThat(used.lastChange().to()).isEqualTo(State.OPEN);
		assertThat(used.lastChange().lastFailure()).isEqualTo("java.lang.IllegalStateException: Read timed out");
		this.registry.get("plain", this.clock.config().consecutiveFailureThreshold(5).build());
		CircuitBreakerDescriptor plain = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("plain");
		assertThat(plain).isNotNull();
		assertThat(plain.slowCallRateThreshold()).isNull();
	}

	@Test
	void showsCallsThatHang() {
		CircuitBreaker breaker = this.registry.get("payments");
		breaker.reconfigure(breaker.config().toBuilder().countHungCalls(true).build());
		Permit hung = breaker.acquire();
		this.clock.advance(Duration.ofSeconds(3));
		CircuitBreakerDescriptor shown = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("payments");
		assertThat(shown).isNotNull();
		assertThat(shown.inFlight()).isEqualTo(1);
		assertThat(shown.oldestInFlight()).isEqualTo(Duration.ofSeconds(3));
		assertThat(shown.slowCalls()).isEqualTo(1);
		assertThat(shown.explanation()).endsWith("1 call under way for 3 s");
		hung.release();
	}

	@Test
	void showsBreakersAndGroupsByName() {
		this.registry.get("payments");
		group("inventory").get("berlin");
		CircuitBreakersDescriptor all = this.endpoint.circuitBreakers();
		assertThat(all.circuitBreakers()).containsOnlyKeys("payments");
		assertThat(all.groups()).containsOnlyKeys("inventory");
		assertThat(this.endpoint.circuitBreaker("inventory")).isEqualTo(all.groups().get("inventory"));
		assertThat(this.endpoint.circuitBreaker("unknown")).isNull();
	}

	@Test
	void theWorstOfAGroupIsTheOneInMostTrouble() {
		CircuitBreakerGroup group = group("inventory");
		assertThat(worst()).isNull();
		group.get("unused");
		Calls.succeed(group.get("healthy"));
		assertThat(worst()).isEqualTo("inventory:healthy");
		Calls.fail(group.get("failing"), 1);
		Calls.fail(group.get("failed"), 1);
		assertThat(worst()).isEqualTo("inventory:failed");
		group.get("disabled").disable();
		assertThat(worst()).isEqualTo("inventory:disabled");
		group.get("probing").halfOpen();
		assertThat(worst()).isEqualTo("inventory:probing");
		group.get("refusing").forceOpen();
		assertThat(worst()).isEqualTo("inventory:refusing");
		group.get("open").open();
		GroupDescriptor shown = this.endpoint.circuitBreakers().groups().get("inventory");
		assertThat(shown.worst()).isIn(new MemberDescriptor("inventory:refusing", State.FORCED_OPEN),
				new MemberDescriptor("inventory:open", State.OPEN));
		assertThat(shown.size()).isEqualTo(8);
		assertThat(shown.limit()).isEqualTo(10);
		assertThat(shown.states()).isEqualTo(Map.of(State.CLOSED, 4, State.OPEN, 1, State.HALF_OPEN, 1,
				State.FORCED_OPEN, 1, State.DISABLED, 1, State.METRICS_ONLY, 0));
	}

	@Test
	void aBreakerExplainsItself() {
		CircuitBreaker breaker = this.registry.get("payments");
		Calls.fail(breaker, 3);
		Calls.fail(breaker, new IllegalArgumentException("no\r\nERROR forged" + "x".repeat(10_000)));
		CircuitBreakerDescriptor shown = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("payments");
		assertThat(shown).isNotNull();
		assertThat(shown.explanation()).isEqualTo("Open: 4 of the last 4 calls failed (100 %, threshold 50 %), "
				+ "mostly java.lang.IllegalStateException; the next probe may pass in 60 s");
		assertThat(shown.command()).isNull();
		assertThat(shown.failures()).isNotNull();
		assertThat(shown.failures().counts()).containsExactly(entry("java.lang.IllegalStateException", 3L),
				entry("java.lang.IllegalArgumentException", 1L));
		assertThat(shown.failures().last()).hasSize(4).last().satisfies((failure) -> {
			assertThat(failure.exception()).isEqualTo("java.lang.IllegalArgumentException");
			assertThat(failure.message()).startsWith("no ERROR forgedxxx").hasSize(200);
			assertThat(failure.time()).isEqualTo(this.clock.instant());
		});
	}

	@Test
	void theCommandThatHoldsABreakerIsShown() {
		this.registry.get("payments");
		this.web.command(operator("alice"), "payments", "FORCED_OPEN", "10m", "drill", null, null, null, null, null,
				null);
		CircuitBreakerDescriptor shown = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("payments");
		assertThat(shown).isNotNull();
		assertThat(shown.command()).isEqualTo(new CommandDescriptor(State.FORCED_OPEN, "drill", "alice",
				this.clock.instant().plus(Duration.ofMinutes(10))));
		assertThat(shown.explanation()).startsWith("Held open by alice until ").endsWith(": drill");
	}

	@Test
	void theListHasExplanationsAndNoSingleFailures() {
		Calls.fail(this.registry.get("payments"), 4);
		CircuitBreakerDescriptor listed = this.endpoint.circuitBreakers().circuitBreakers().get("payments");
		assertThat(listed.explanation()).startsWith("Open: ");
		assertThat(listed.failures()).isNull();
	}

	@Test
	void aGroupShowsItsWorstTwentyKeysOrAll() {
		CircuitBreakerGroup group = this.registry.group("inventory",
				this.clock.config().minimumNumberOfCalls(10).build(), 100);
		for (int key = 10; key < 60; key++) {
			Calls.succeed(group.get("key-" + key));
		}
		Calls.fail(group.get("key-30"), 1);
		group.get("key-40").halfOpen();
		group.get("key-50").open();
		GroupDescriptor listed = this.endpoint.circuitBreakers().groups().get("inventory");
		assertThat(listed.keys()).hasSize(20)
			.extracting(CircuitBreakerDescriptor::name)
			.startsWith("inventory:key-50", "inventory:key-40", "inventory:key-30", "inventory:key-10",
					"inventory:key-11");
		assertThat(listed.keys().get(0).explanation()).startsWith("Open by command; ");
		assertThat(this.web.circuitBreaker("inventory", null).getBody()).isEqualTo(listed);
		GroupDescriptor all = (GroupDescriptor) this.web.circuitBreaker("inventory", "all").getBody();
		assertThat(all).isNotNull();
		assertThat(all.keys()).hasSize(50).startsWith(listed.keys().toArray(new CircuitBreakerDescriptor[0]));
	}

	@Test
	void keysThatAreNotThereToAskForAreRefused() {
		this.registry.get("payments");
		group("inventory");
		assertThat(this.web.circuitBreaker("inventory", "some\nWARN").getBody())
			.isEqualTo(new ErrorDescriptor(400, "Bad Request", "Invalid keys 'some WARN'. Valid: all"));
		assertThat(this.web.circuitBreaker("payments", "all").getBody()).isEqualTo(new ErrorDescriptor(400,
				"Bad Request", "'payments' is one circuit breaker and has no keys. Leave 'keys' out"));
		assertThat(status(this.web.circuitBreaker("unknown", "all"))).isEqualTo(404);
		this.registry.get("inventory");
		assertThat(this.endpoint.circuitBreaker("inventory")).isInstanceOf(CircuitBreakerDescriptor.class);
		assertThat(this.web.circuitBreaker("inventory", "all").getBody()).isInstanceOf(GroupDescriptor.class);
	}

	@Test
	void theBreakerThatFurtherKeysShareIsAmongItsGroup() {
		CircuitBreakerGroup group = this.registry.group("small", this.clock.config().build(), 1);
		group.get("in use").acquire();
		group.get("further").forceOpen();
		GroupDescriptor shown = (GroupDescriptor) this.endpoint.circuitBreaker("small");
		assertThat(shown).isNotNull();
		assertThat(shown.overflowCalls()).isEqualTo(1);
		assertThat(shown.states()).containsEntry(State.CLOSED, 1).containsEntry(State.FORCED_OPEN, 1);
		assertThat(shown.worst()).isEqualTo(new MemberDescriptor("small:_overflow", State.FORCED_OPEN));
	}

	@Test
	void aCommandAnswersWithWhatItCommanded() {
		this.registry.get("payments");
		assertThat(this.endpoint.command("payments", "FORCED_OPEN", "10m", "drill", null))
			.isEqualTo(this.endpoint.circuitBreaker("payments"));
		assertThat(this.registry.get("payments").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.audited).singleElement().satisfies((event) -> {
			assertThat(event.getPrincipal()).isEqualTo("anonymous");
			assertThat(event.getData()).isEqualTo(
					Map.of("circuitBreaker", "payments", "state", "FORCED_OPEN", "hold", "PT10M", "reason", "drill"));
		});
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> this.endpoint.command("unknown", "OPEN", null, null, null))
			.withMessage("There is no circuit breaker 'unknown'");
		assertThat(this.audited).hasSize(1);
	}

	@Test
	void aCommandReachesTheGroupAndTheBreakerOfItsName() {
		CircuitBreaker key = group("inventory").get("berlin");
		CircuitBreaker plain = this.registry.get("inventory");
		assertThat(status(this.web.command(operator("alice"), "inventory", "DISABLED", null, null, null, null, null,
				null, null, null)))
			.isEqualTo(204);
		assertThat(key.state()).isEqualTo(State.DISABLED);
		assertThat(plain.state()).isEqualTo(State.DISABLED);
		assertThat(status(
				this.web.command(operator(null), "inventory", null, null, null, true, null, null, null, null, null)))
			.isEqualTo(204);
		assertThat(plain.state()).isEqualTo(State.CLOSED);
		assertThat(this.audited).extracting(AuditEvent::getPrincipal).containsExactly("alice", "anonymous");
		assertThat(this.audited.get(1).getData()).isEqualTo(Map.of("circuitBreaker", "inventory", "reset", true));
	}

	@Test
	void anAuditThatFailsLeavesTheCommandInForce() {
		CircuitBreakersEndpoint failing = new CircuitBreakersEndpoint(this.registry, (event) -> {
			throw new IllegalStateException("audit");
		});
		this.registry.get("payments");
		failing.command("payments", "FORCED_OPEN", null, null, null);
		assertThat(this.registry.get("payments").state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void theWebAnswersWithStatusAndMessage() {
		this.registry.get("GET /orders");
		assertThat(this.web.circuitBreakerWithSlashes(null, "GET ", "orders").getBody())
			.isEqualTo(this.endpoint.circuitBreaker("GET /orders"));
		assertThat(status(this.web.circuitBreakerWithSlashes(null, "GET ", "orders"))).isEqualTo(200);
		assertThat(status(this.web.commandWithSlashes(operator(null), "OPEN", null, null, null, null, null, null, null,
				null, "GET ", "orders")))
			.isEqualTo(204);
		assertThat(this.registry.get("GET /orders").state()).isEqualTo(State.OPEN);
		WebEndpointResponse<Object> unknown = this.web.circuitBreaker("unknown", null);
		assertThat(status(unknown)).isEqualTo(404);
		assertThat(unknown.getBody())
			.isEqualTo(new ErrorDescriptor(404, "Not Found", "There is no circuit breaker 'unknown'"));
		assertThat(status(
				this.web.command(operator(null), "unknown", "OPEN", null, null, null, null, null, null, null, null)))
			.isEqualTo(404);
		assertThat(status(this.web.command(operator(null), "GET /orders", "BROKEN", null, null, null, null, null, null,
				null, null)))
			.isEqualTo(400);
	}

	@Test
	void showsEventsOfBreakersThatThereAreOrWere() {
		RingEventStore events = new RingEventStore(this.registry, 10, Set.of(BreakerEvent.Type.STATE_CHANGE));
		events.afterSingletonsInstantiated();
		CircuitBreakerEventsEndpoint all = new CircuitBreakerEventsEndpoint(this.registry, events);
		CircuitBreakerEventsEndpointWebExtension web = new CircuitBreakerEventsEndpointWebExtension(all);
		this.registry.get("a/b").open();
		this.registry.get("quiet");
		group("inventory");
		assertThat(all.events().events()).isEqualTo(events.all()).hasSize(1);
		assertThat(web.eventsOfNameWithSlashes("a", "b").getBody()).isEqualTo(all.events());
		assertThat(status(web.eventsOf("quiet"))).isEqualTo(200);
		assertThat(status(web.eventsOf("inventory"))).isEqualTo(200);
		assertThat(status(web.eventsOf("unknown"))).isEqualTo(404);
		assertThat(all.eventsOf("unknown")).isNull();
	}

	private @Nullable String worst() {
		GroupDescriptor group = (GroupDescriptor) this.endpoint.circuitBreaker("inventory");
		assertThat(group).isNotNull();
		return (group.worst() != null) ? group.worst().name() : null;
	}

	private CircuitBreakerGroup group(String name) {
		return this.registry.group(name, this.clock.config().minimumNumberOfCalls(4).build(), 10);
	}

	private static int status(WebEndpointResponse<Object> response) {
		return response.getStatus();
	}

	private static SecurityContext operator(@Nullable String name) {
		return new SecurityContext() {

			@Override
			public @Nullable Principal getPrincipal() {
				return (name != null) ? () -> name : null;
			}

			@Override
			public boolean isUserInRole(String role) {
				return false;
			}

		};
	}

}
