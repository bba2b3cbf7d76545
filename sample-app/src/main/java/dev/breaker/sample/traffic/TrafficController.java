package dev.breaker.sample.traffic;

import dev.breaker.sample.web.Problems;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows and switches the traffic.
 */
@RestController
@RequestMapping("/traffic")
class TrafficController {

	private final TrafficGenerator traffic;

	TrafficController(TrafficGenerator traffic) {
		this.traffic = traffic;
	}

	@GetMapping
	TrafficReport report() {
		return this.traffic.report();
	}

	@PostMapping
	TrafficReport rate(@RequestParam int rps) {
		if (rps < 0 || rps > TrafficGenerator.MAX_RATE) {
			throw Problems.badRequest("The rate %d is not possible: 'rps' goes from 0 (off) to %d requests a second."
				.formatted(rps, TrafficGenerator.MAX_RATE));
		}
		this.traffic.rate(rps);
		return this.traffic.report();
	}

}
