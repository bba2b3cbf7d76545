package dev.breaker.spring.actuate;

import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import dev.breaker.test.ManualClock;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.audit.listener.AuditListener;
import org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a command reaches, what it leaves behind, and what of it is told to whom.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorCommandsTests {

	private static final String PATH = "/actuator/circuitbreakers";

	private RunningApplication application;

	private Application beans;

	private CircuitBreakerRegistry registry;

	private CircuitBreakerGroup inventory;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted",
				"management.endpoint.health.show-details=always");
		this.beans = this.application.bean(Application.class);
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void forget() {
		List.copyOf(this.registry.groups()).forEach((group) -> this.registry.removeGroup(group.name()));
		this.registry.all().forEach((breaker) -> this.registry.remove(breaker.name()));
		this.registry.get("payments");
		this.inventory = this.registry.group("inventory",
				this.application.bean(ManualClock.class).config().minimumNumberOfCalls(4).build(), 3);
		this.beans.principal = () -> "alice";
		this.beans.audited.clear();
		this.beans.published.clear();
		this.beans.auditFailure = null;
	}

	@Test
	void commentAndActorReachTheEndpoint() {
		command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"bank moves house\"}");
		JsonNode change = get("payments").get("lastChange");
		assertThat(change.get("comment").asString()).isEqualTo("bank moves house");
		assertThat(change.get("actor").asString()).isEqualTo("alice");
		JsonNode listed = this.application.get(PATH).at("/circuitBreakers/payments/lastChange");
		assertThat(listed).isEqualTo(change);
	}

	@Test
	void whatTheRulesDecidedHasNeitherCommentNorActor() {
		CircuitBreaker payments = this.registry.get("payments");
		Calls.fail(payments, 4);
		assertThat(payments.state()).isEqualTo(State.OPEN);
		JsonNode change = get("payments").get("lastChange");
		assertThat(change.get("comment").isNull()).isTrue();
		assertThat(change.get("actor").isNull()).isTrue();
	}

	@Test
	void commentAndActorReachTheEvents() {
		command("payments", "{\"state\": \"DISABLED\", \"reason\": \"drill\"}");
		JsonNode event = this.application.get("/actuator/circuitbreakerevents/payments").at("/events/0");
		assertThat(event.get("type").asString()).isEqualTo("STATE_CHANGE");
		assertThat(event.get("comment").asString()).isEqualTo("drill");
		assertThat(event.get("actor").asString()).isEqualTo("alice");
	}

	@Test
	void commentAndActorReachTheLog(CapturedOutput output) {
		command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"bank\\nmoves\"}");
		assertThat(output).contains(
				"Circuit breaker 'payments': operator alice commands FORCED_OPEN for PT10M; " + "reason: bank moves");
	}

	@Test
	void aCommandIsInForceWhereItCannotBeLogged() {
		Logger logger = (Logger) LoggerFactory.getLogger("dev.breaker.spring.actuate.Commands");
		ListAppender<ILoggingEvent> failing = new ListAppender<>() {

			@Override
			public void doAppend(ILoggingEvent event) {
				throw new IllegalStateException("no space left");
			}

		};
		logger.addAppender(failing);
		try {
			command("payments", "{\"state\": \"FORCED_OPEN\"}");
		}
		finally {
			logger.detachAppender(failing);
		}
		assertThat(this.registry.get("payments").state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void aCommandIsAudited() {
		command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"bank moves house\"}");
		assertThat(this.beans.audited).singleElement().satisfies((event) -> {
			assertThat(event.getType()).isEqualTo("CIRCUIT_BREAKER_COMMAND");
			assertThat(event.getPrincipal()).isEqualTo("alice");
			assertThat(event.getData()).isEqualTo(Map.of("circuitBreaker", "payments", "state", "FORCED_OPEN", "hold",
					"PT10M", "reason", "bank moves house"));
		});
		AuditEventRepository repository = this.application.bean(AuditEventRepository.class);
		assertThat(repository.find("alice", null, "CIRCUIT_BREAKER_COMMAND")).isNotEmpty();
		assertThat(this.application.get("/actuator/auditevents").body()).contains("CIRCUIT_BREAKER_COMMAND");
	}

	@Test
	void aResetByAnUnknownOperatorIsAudited() {
		this.beans.principal = null;
		command("payments", "{\"reset\": true}");
		assertThat(this.beans.audited).singleElement().satisfies((event) -> {
			assertThat(event.getPrincipal()).isEqualTo("anonymous");
			assertThat(event.getData()).isEqualTo(Map.of("circuitBreaker", "payments", "reset", true));
		});
	}

	@Test
	void whatIsRefusedIsNotAudited() {
		assertThat(post("unknown", "{\"state\": \"OPEN\"}").status()).isEqualTo(404);
		assertThat(post("payments", "{\"state\": \"BROKEN\"}").status()).isEqualTo(400);
		assertThat(this.beans.audited).isEmpty();
	}

	@Test
	void anAuditListenerThatThrowsDeniesNoCommand(CapturedOutput output) {
		this.beans.auditFailure = new StackOverflowError("audit");
		command("payments", "{\"state\": \"FORCED_OPEN\"}");
		assertThat(this.registry.get("payments").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(output).contains("The audit of a command to circuit breaker 'payments' failed");
	}

	@Test
	void aReasonOfMoreThanAThousandCharactersIs400() {
		assertThat(post("payments", "{\"state\": \"OPEN\", \"reason\": \"" + "x".repeat(1001) + "\"}").text("/message"))
			.isEqualTo("Invalid 'reason': has 1001 characters, may have 1000");
		command("payments", "{\"state\": \"OPEN\", \"reason\": \"" + "x".repeat(1000) + "\"}");
	}

	@Test
	void theNameOfKeyedBreakersCommandsAllKeysPresentAndFuture(CapturedOutput output) {
		CircuitBreaker berlin = this.inventory.get("berlin");
		CircuitBreaker paris = this.inventory.get("paris");
		command("inventory", "{\"state\": \"FORCED_OPEN\", \"reason\": \"stocktaking\"}");
		assertThat(berlin.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(paris.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.inventory.get("rome").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(output).contains("Circuit breakers 'inventory' of 2 keys: operator alice commands FORCED_OPEN; "
				+ "reason: stocktaking");
		assertThat(get("inventory:paris").at("/lastChange/comment").asString()).isEqualTo("stocktaking");
		assertThat(get("inventory:paris").at("/lastChange/actor").asString()).isEqualTo("alice");
		command("inventory", "{\"state\": \"CLOSED\"}");
		assertThat(this.inventory.all()).hasSize(3).allMatch((breaker) -> breaker.state() == State.CLOSED);
		assertThat(this.beans.audited).hasSize(2)
			.allMatch((event) -> "inventory".equals(event.getData().get("circuitBreaker")));
	}

	@Test
	void aNameOfKeysWithoutAnyYetIsCommandedToo() {
		command("inventory", "{\"state\": \"FORCED_OPEN\"}");
		assertThat(this.inventory.get("berlin").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.registry.find("inventory")).isEmpty();
	}

	@Test
	void aPlainBreakerOfTheSameNameIsCommandedToo() {
		CircuitBreaker plain = this.registry.get("inventory");
		CircuitBreaker berlin = this.inventory.get("berlin");
		command("inventory", "{\"state\": \"DISABLED\"}");
		assertThat(plain.state()).isEqualTo(State.DISABLED);
		assertThat(berlin.state()).isEqualTo(State.DISABLED);
		assertThat(get("inventory").get("state").asString()).isEqualTo("DISABLED");
		assertThat(this.beans.audited).hasSize(1);
	}

	@Test
	void oneKeyIsCommandedAlone() {
		CircuitBreaker berlin = this.inventory.get("berlin");
		CircuitBreaker paris = this.inventory.get("paris");
		command("inventory:berlin", "{\"state\": \"FORCED_OPEN\"}");
		assertThat(berlin.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(paris.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aNameWithAColonIsNoKeyOfAGroup() {
		CircuitBreaker odd = this.registry.get("inventory:odd");
		command("inventory", "{\"state\": \"FORCED_OPEN\"}");
		assertThat(odd.state()).isEqualTo(State.CLOSED);
		assertThat(get("inventory").at("/states/CLOSED").asInt()).isZero();
	}

	@Test
	void aGroupShowsItsSizeItsStatesAndTheWorst() {
		Calls.succeed(this.inventory.get("berlin"));
		Calls.fail(this.inventory.get("paris"), 2);
		JsonNode group = get("inventory");
		assertThat(group.propertyNames()).containsExactlyInAnyOrder("name", "size", "limit", "states", "worst",
				"overflowCalls", "command", "keys", "enforced", "signals");
		assertThat(group.get("name").asString()).isEqualTo("inventory");
		assertThat(group.get("size").asInt()).isEqualTo(2);
		assertThat(group.get("limit").asInt()).isEqualTo(3);
		assertThat(group.get("states").propertyNames()).containsExactly("CLOSED", "OPEN", "HALF_OPEN", "FORCED_OPEN",
				"DISABLED", "METRICS_ONLY");
		assertThat(group.at("/states/CLOSED").asInt()).isEqualTo(2);
		assertThat(group.at("/worst/name").asString()).isEqualTo("inventory:paris");
		assertThat(group.at("/worst/state").asString()).isEqualTo("CLOSED");
		assertThat(group.at("/keys/0/name").asString()).isEqualTo("inventory:paris");
		assertThat(group.at("/keys/1/name").asString()).isEqualTo("inventory:berlin");
		this.inventory.get("berlin").halfOpen();
		assertThat(get("inventory").at("/worst/name").asString()).isEqualTo("inventory:berlin");
		this.inventory.get("rome").forceOpen();
		JsonNode later = get("inventory");
		assertThat(later.at("/worst/name").asString()).isEqualTo("inventory:rome");
		assertThat(later.at("/states/HALF_OPEN").asInt()).isEqualTo(1);
		assertThat(later.at("/states/FORCED_OPEN").asInt()).isEqualTo(1);
		assertThat(later.at("/states/OPEN").asInt()).isZero();
	}

	@Test
	void aGroupWithoutKeysHasNoWorst() {
		JsonNode group = get("inventory");
		assertThat(group.get("size").asInt()).isZero();
		assertThat(group.get("worst").isNull()).isTrue();
		assertThat(group.get("overflowCalls").asInt()).isZero();
	}

	@Test
	void theStandingCommandOfAGroupIsShown() {
		assertThat(get("inventory").get("command").isNull()).isTrue();
		command("inventory", "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"stocktaking\"}");
		JsonNode standing = get("inventory").get("command");
		assertThat(standing.propertyNames()).containsExactlyInAnyOrder("state", "comment", "actor", "until");
		assertThat(standing.get("state").asString()).isEqualTo("FORCED_OPEN");
		assertThat(standing.get("comment").asString()).isEqualTo("stocktaking");
		assertThat(standing.get("actor").asString()).isEqualTo("alice");
		ManualClock clock = this.application.bean(ManualClock.class);
		assertThat(standing.get("until").asString()).isEqualTo(clock.instant().plus(Duration.ofMinutes(10)).toString());
		clock.advance(Duration.ofMinutes(10));
		assertThat(get("inventory").get("command").isNull()).isTrue();
	}

	@Test
	void aStandingCommandWithoutHoldHasNoEnd() {
		this.beans.principal = null;
		command("inventory", "{\"state\": \"DISABLED\"}");
		JsonNode standing = get("inventory").get("command");
		assertThat(standing.get("state").asString()).isEqualTo("DISABLED");
		assertThat(standing.get("comment").isNull()).isTrue();
		assertThat(standing.get("actor").isNull()).isTrue();
		assertThat(standing.get("until").isNull()).isTrue();
		command("inventory", "{\"state\": \"CLOSED\"}");
		assertThat(get("inventory").get("command").isNull()).isTrue();
	}

	@Test
	void theNewestCommandForTheSameStateIsSeenEverywhere(CapturedOutput output) {
		command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"partner asked\"}");
		this.beans.principal = () -> "bob";
		command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"2m\", \"reason\": \"bank moves\"}");
		JsonNode payments = get("payments");
		assertThat(payments.at("/lastChange/comment").asString()).isEqualTo("bank moves");
		assertThat(payments.at("/lastChange/actor").asString()).isEqualTo("bob");
		assertThat(payments.get("retryAfter").asString()).isEqualTo("PT2M");
		JsonNode event = this.application.get("/actuator/circuitbreakerevents/payments").at("/events/1");
		assertThat(event.get("type").asString()).isEqualTo("STATE_CHANGE");
		assertThat(event.get("comment").asString()).isEqualTo("bank moves");
		assertThat(event.get("actor").asString()).isEqualTo("bob");
		assertThat(output).containsPattern(
				"'payments': FORCED_OPEN -> FORCED_OPEN \\(COMMAND\\)\\. " + "Held open by bob until .*: bank moves");
		assertThat(this.beans.audited).extracting(AuditEvent::getPrincipal).containsExactly("alice", "bob");
		assertThat(this.beans.published).extracting((published) -> published.getStateChange().comment())
			.containsExactly("partner asked", "bank moves");
	}

	@Test
	void theListHasTheGroupsBesideTheBreakers() {
		this.inventory.get("berlin").open();
		JsonNode list = this.application.get(PATH).at("");
		assertThat(list.propertyNames()).containsExactlyInAnyOrder("circuitBreakers", "groups");
		assertThat(list.get("circuitBreakers").propertyNames()).containsExactly("payments");
		assertThat(list.get("groups").propertyNames()).containsExactly("inventory");
		assertThat(list.get("groups").get("inventory")).isEqualTo(get("inventory"));
		assertThat(get("inventory").get("keys").findValuesAsString("name")).containsExactly("inventory:berlin");
	}

	@Test
	void theEventsOfAGroupWithoutAnyAreNot404() {
		assertThat(this.application.get("/actuator/circuitbreakerevents/inventory").status()).isEqualTo(200);
		assertThat(this.application.get("/actuator/circuitbreakerevents/unknown").status()).isEqualTo(404);
	}

	private void command(String name, String json) {
		assertThat(post(name, json).status()).isEqualTo(204);
	}

	private Answer post(String name, String json) {
		return this.application.post(PATH + "/" + name, json);
	}

	private JsonNode get(String name) {
		Answer answer = this.application.get(PATH + "/" + name);
		assertThat(answer.status()).isEqualTo(200);
		JsonNode json = answer.at("");
		assertThat(json).isNotNull();
		return json;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = AuditAutoConfiguration.class)
	static class Application {

		private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

		private final List<CircuitBreakerStateChangedEvent> published = new CopyOnWriteArrayList<>();

		private volatile Principal principal;

		private volatile Error auditFailure;

		@EventListener
		void changed(CircuitBreakerStateChangedEvent event) {
			this.published.add(event);
		}

		@EventListener
		void audit(AuditApplicationEvent event) {
			this.audited.add(event.getAuditEvent());
			if (this.auditFailure != null) {
				throw this.auditFailure;
			}
		}

		@Bean
		AuditEventRepository auditEventRepository() {
			return new InMemoryAuditEventRepository();
		}

		// Boot's own configuration of it wants Spring Security.
		@Bean
		AuditListener auditListener(AuditEventRepository repository) {
			return new AuditListener(repository);
		}

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		CircuitBreakerRegistry registry(ManualClock clock) {
			return CircuitBreakerRegistry
				.of(clock.config().minimumNumberOfCalls(4).waitDurationInOpenState(Duration.ofSeconds(30)).build());
		}

		@Bean
		OncePerRequestFilter login() {
			return new OncePerRequestFilter() {
				@Override
				protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response,
						FilterChain chain) throws ServletException, IOException {
					chain.doFilter(new HttpServletRequestWrapper(request) {
						@Override
						public Principal getUserPrincipal() {
							return Application.this.principal;
						}
					}, response);
				}
			};
		}

	}

}
