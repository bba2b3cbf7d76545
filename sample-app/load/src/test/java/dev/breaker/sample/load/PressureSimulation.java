package dev.breaker.sample.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import dev.breaker.sample.load.Phase.Share;
import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.OpenInjectionStep;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpRequestActionBuilder;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

/**
 * Customers order all the time. The payment service is well, fails, is mended, drags and
 * is mended again. What is asserted is what the customers saw, and how often the payment
 * service was asked.
 */
public class PressureSimulation extends Simulation {

	/**
	 * Orders a second. Were they fewer, the probes would be too large a share of them.
	 */
	private static final int RATE = setting("load.rate", 200, 100);

	/** How long a phase lasts. To find the service mended takes a part of it. */
	private static final int SECONDS = setting("load.seconds", 20, 10);

	/** An open breaker waits 5 s before it probes; the rest is for a busy machine. */
	private static final double RECOVERY_SECONDS = 8;

	private static final int WARM_UP_SECONDS = 15;

	/** What the shop's breakers call slow, in milliseconds; a slow answer takes 700. */
	private static final int QUICK = 500;

	/** Until the first answers are late, nobody can know; that takes a second. */
	private static final int NOTICE_SECONDS = 2;

	private static final Share PROBES = Share.atMost(0.02);

	private static final Share AFTER_RECOVERY = Share.atLeast(1 - RECOVERY_SECONDS / SECONDS);

	private static final List<Integer> PAID = List.of(200);

	private static final List<Integer> PAID_LATER = List.of(202);

	private static final List<Integer> ACCEPTED = List.of(200, 202);

	private static final List<String> CLOSED = List.of("CLOSED");

	/** An open breaker probes now and then. */
	private static final List<String> OPEN = List.of("OPEN", "HALF_OPEN");

	private static final List<Phase> PHASES = List.of(
			new Phase("1 healthy", "ok", RATE, SECONDS, PAID, QUICK, Share.atLeast(1), CLOSED),
			new Phase("2 failing", "error", RATE, SECONDS, PAID_LATER, QUICK, PROBES, OPEN),
			new Phase("3 mended", "ok", RATE, SECONDS, ACCEPTED, QUICK, AFTER_RECOVERY, CLOSED),
			new Phase("4 slow, first %d s".formatted(NOTICE_SECONDS), "slow", RATE, NOTICE_SECONDS, ACCEPTED, 3 * QUICK,
					Share.atMost(0.75), OPEN),
			new Phase("5 slow", "slow", RATE, SECONDS, ACCEPTED, QUICK, PROBES, OPEN),
			new Phase("6 mended", "ok", RATE, SECONDS, ACCEPTED, QUICK, AFTER_RECOVERY, CLOSED));

	private final Operator operator = new Operator();

	private final String shop = Shop.open();

	{
		List<PopulationBuilder> steps = new ArrayList<>();
		steps.add(operator("Opening", this.operator.mendsAll()));
		steps.add(customers("Warm-up", order("warm-up").silent(), rampUsersPerSec(1).to(RATE).during(WARM_UP_SECONDS)));
		ChainBuilder before = this.operator.startsAnew();
		for (Phase phase : PHASES) {
			steps.add(operator("Before " + phase.name(), before.exec(this.operator.makesPayments(phase.mode()))));
			steps.add(customers(phase.name(), order(phase.order()).check(status().in(phase.answers())),
					constantUsersPerSec(phase.rate()).during(phase.seconds())));
			before = this.operator.looksBack(phase);
		}
		steps.add(operator("Closing", before));
		setUp(inTurn(steps))
			// As from a gateway: one connection a customer would use up the ports
			.protocols(http.baseUrl(this.shop).shareConnections())
			.assertions(PHASES.stream().flatMap(PressureSimulation::assertions).toList());
	}

	@Override
	public void before() {
		System.out.printf("%d orders a second at %s: %d s of warm-up, then phases of %d s%n", RATE, this.shop,
				WARM_UP_SECONDS, SECONDS);
	}

	private static Stream<Assertion> assertions(Phase phase) {
		return Stream.of(details(phase.order()).failedRequests().count().is(0L),
				details(phase.order()).responseTime().percentile(99).lt(phase.p99()),
				details(phase.look()).failedRequests().count().is(0L));
	}

	private static PopulationBuilder customers(String name, HttpRequestActionBuilder order, OpenInjectionStep many) {
		return scenario(name).exec(order).injectOpen(many);
	}

	private static HttpRequestActionBuilder order(String name) {
		return http(name).get((session) -> "/checkout/book-" + ThreadLocalRandom.current().nextInt(1000));
	}

	static PopulationBuilder operator(String name, ChainBuilder does) {
		return scenario(name).exec(does).injectOpen(atOnceUsers(1));
	}

	/** Each begins when the users of the one before have their answers. */
	static PopulationBuilder inTurn(List<PopulationBuilder> steps) {
		PopulationBuilder rest = steps.get(steps.size() - 1);
		for (int i = steps.size() - 2; i >= 0; i--) {
			rest = steps.get(i).andThen(rest);
		}
		return rest;
	}

	private static int setting(String name, int normal, int least) {
		int value = Integer.getInteger(name, normal);
		if (value < least) {
			throw new IllegalArgumentException("Invalid %s (%d): must be %d or more.".formatted(name, value, least));
		}
		return value;
	}

}
