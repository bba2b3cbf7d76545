package dev.breaker.sample.payment;

import java.time.Duration;

import dev.breaker.sample.web.Problems;
import dev.breaker.spring.CircuitBreakerSignal;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Is told how many payments wait at the payment service. While many do, orders are paid
 * later: a signal opens the breaker before a call fails.
 */
@RestController
@RequestMapping("/backlog")
class BacklogController {

	static final int MOST = 1_000_000;

	private static final String BREAKER = "payments";

	private static final String SOURCE = "backlog";

	/** The backlog is taken to be gone when nothing is heard of it for so long. */
	private static final Duration TTL = Duration.ofMinutes(1);

	private final ApplicationEventPublisher events;

	BacklogController(ApplicationEventPublisher events) {
		this.events = events;
	}

	/**
	 * Says how long the queue is.
	 * @param waiting how many payments wait; with zero the signal is taken back
	 * @return what was said
	 */
	@PostMapping
	Backlog tell(@RequestParam int waiting) {
		if (waiting < 0 || waiting > MOST) {
			throw Problems.badRequest("A backlog of %d is not possible: 'waiting' goes from 0 (none) to %d payments."
				.formatted(waiting, MOST));
		}
		this.events
			.publishEvent((waiting > 0) ? CircuitBreakerSignal.of(BREAKER, SOURCE, waiting + " payments wait", TTL)
					: CircuitBreakerSignal.clear(BREAKER, SOURCE));
		return new Backlog(waiting);
	}

	record Backlog(int waiting) {
	}

}
