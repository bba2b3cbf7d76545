package dev.breaker.sample.load;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.gatling.javaapi.core.ChainBuilder;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.foreach;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

/**
 * Breaks and mends the services behind the shop, and looks at what came of it. Only the
 * looks are in the report, as requests that fail when they find what should not be.
 */
final class Operator {

	private static final List<String> SERVICES = List.of("payments", "inventory", "partner");

	private final AtomicLong received = new AtomicLong();

	ChainBuilder mendsAll() {
		return foreach(SERVICES, "service")
			.on(http("mend").post("/faults/#{service}?mode=ok")
				.check(jsonPath("$.mode").is("ok").saveAs("mode"))
				.silent())
			.crashLoadGeneratorIf("The shop does not answer", (session) -> !session.contains("mode"));
	}

	ChainBuilder makesPayments(String mode) {
		return exec(http("switch").post("/faults/payments?mode=" + mode).silent());
	}

	/** What a cold JVM has taken for slow is forgotten, and so is what was received. */
	ChainBuilder startsAnew() {
		return exec(http("breakers").get("/actuator/circuitbreakers")
			.check(status().in(200, 404)) // 404: switched off
			.check(jsonPath("$.*.*.name").findAll().withDefault(List.of()).saveAs("breakers"))
			.silent())
			.foreach("#{breakers}", "breaker")
			.on(http("reset").post("/actuator/circuitbreakers/#{breaker}")
				.body(StringBody("{\"reset\":true}"))
				.asJson()
				.silent())
			.exec(http("received").get("/faults")
				.check(jsonPath("$.payments.received").ofLong().transform(this::sinceLastLook))
				.silent());
	}

	ChainBuilder looksBack(Phase phase) {
		return exec(
				http(phase.look()).get("/actuator/circuitbreakers/payments")
					.check(jsonPath("$.state").in(phase.states())),
				http(phase.look()).get("/faults")
					.check(jsonPath("$.payments.received").ofLong()
						.transform(this::sinceLastLook)
						.validate("requests", (requests, session) -> phase.checkReceived(requests))));
	}

	private long sinceLastLook(long received) {
		return received - this.received.getAndSet(received);
	}

}
