package dev.breaker.sample.refund;

import dev.breaker.CallNotPermittedException;

import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Service;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;

/**
 * Decides on refunds: the outer layer. Its retries multiply those of the layer below, and
 * so are few; they never repeat what a breaker refused.
 */
@Service
public class RefundDesk {

	/** How many times a refund is repeated, each time with all attempts of the client. */
	public static final int RETRIES = 1;

	private final RefundClient client;

	RefundDesk(RefundClient client) {
		this.client = client;
	}

	/**
	 * Gives a payment back.
	 * @param receipt of the payment
	 * @return given back, or to be given back later
	 */
	@Retryable(includes = { ResourceAccessException.class, HttpServerErrorException.class },
			excludes = CallNotPermittedException.class, maxRetries = RETRIES, delay = 100, jitter = 50)
	public Refund refund(String receipt) {
		return this.client.refund(receipt);
	}

}
