package dev.breaker.sample.refund;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes refunds.
 */
@RestController
class RefundController {

	private final RefundDesk desk;

	RefundController(RefundDesk desk) {
		this.desk = desk;
	}

	/**
	 * Gives a payment back. A GET, as for orders, so that a browser can try it.
	 * @param receipt of the payment
	 * @return 200 when given back, 202 when that happens later
	 */
	@GetMapping("/refund/{receipt}")
	ResponseEntity<Refund> refund(@PathVariable String receipt) {
		Refund refund = this.desk.refund(receipt);
		HttpStatus status = (refund.status() == Refund.Status.REFUNDED) ? HttpStatus.OK : HttpStatus.ACCEPTED;
		return ResponseEntity.status(status).body(refund);
	}

}
