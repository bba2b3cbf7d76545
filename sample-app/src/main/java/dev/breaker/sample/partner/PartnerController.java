package dev.breaker.sample.partner;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Passes the partner's offers on.
 */
@RestController
class PartnerController {

	private final PartnerClient partner;

	PartnerController(PartnerClient partner) {
		this.partner = partner;
	}

	@GetMapping("/partner/{sku}")
	Offer offer(@PathVariable String sku) {
		return this.partner.offer(sku);
	}

}
