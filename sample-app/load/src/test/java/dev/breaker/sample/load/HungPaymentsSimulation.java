package dev.breaker.sample.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Simulation;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;

/**
 * An outage that was made public: orders come at ten times the usual rate, and the
 * answers of the payment service climb from 0.8 s to 14 s, while a bounded pool of
 * threads serves all customers. Once with {@code count-hung-calls}, and once without.
 */
public class HungPaymentsSimulation extends Simulation {

	/** Orders a second: ten times two. */
	private static final int RATE = 20;

	private static final int REQUEST_THREADS = 100;

	private static final Duration SLOW = Duration.ofSeconds(2);

	/** Fills the window with fast answers. */
	private static final int WARM_UP_SECONDS = 10;

	private static final int OUTAGE_SECONDS = 25;

	private final List<Outage> outages = List.of(outage("without", false), outage("with", true));

	{
		List<PopulationBuilder> steps = new ArrayList<>();
		for (Outage outage : this.outages) {
			steps.add(scenario("Warm-up " + outage.order()).exec(outage.warmsUp())
				.injectOpen(constantUsersPerSec(RATE).during(WARM_UP_SECONDS)));
			steps.add(PressureSimulation.operator("Before " + outage.order(), outage.begins()));
			steps.add(scenario(outage.order()).exec(outage.orders())
				.injectOpen(constantUsersPerSec(RATE).during(OUTAGE_SECONDS)));
			steps.add(PressureSimulation.operator("After " + outage.order(), outage.looksBack()));
		}
		setUp(PressureSimulation.inTurn(steps)).protocols(http.shareConnections())
			.assertions(this.outages.stream().flatMap(HungPaymentsSimulation::assertions).toList());
	}

	private static Outage outage(String name, boolean counted) {
		String shop = Shop.open(name,
				List.of("--shop.slow-answer=800ms", "--shop.slowest-answer=14s", "--shop.slower-within=5s",
						"--server.tomcat.threads.max=" + REQUEST_THREADS, "--spring.http.clients.read-timeout=30s",
						"--breaker.instances.payments.sliding-window-size=100",
						"--breaker.instances.payments.slow-call-rate-threshold=50",
						"--breaker.instances.payments.slow-call-duration-threshold=" + SLOW,
						"--breaker.instances.payments.wait-duration-in-open-state=2m",
						"--breaker.instances.payments.count-hung-calls=" + counted));
		return new Outage(name, shop, REQUEST_THREADS, SLOW, counted);
	}

	private static Stream<Assertion> assertions(Outage outage) {
		return Stream.of(details(outage.order()).failedRequests().count().is(0L),
				details(outage.look()).failedRequests().count().is(0L));
	}

	@Override
	public void before() {
		System.out.printf("%d orders a second, %d request threads, %d s of warm-up, then an outage of %d s; twice%n",
				RATE, REQUEST_THREADS, WARM_UP_SECONDS, OUTAGE_SECONDS);
	}

	@Override
	public void after() {
		this.outages.forEach(System.out::println);
	}

}
