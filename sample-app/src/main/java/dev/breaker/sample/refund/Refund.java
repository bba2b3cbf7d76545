package dev.breaker.sample.refund;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How a payment is given back.
 *
 * @param status given back, or to be given back later
 * @param receipt the payment service's receipt; {@code null} where it has given none yet
 * @param note why it is given back later
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Refund(Status status, @Nullable String receipt, @Nullable String note) {

	static Refund done(String receipt) {
		return new Refund(Status.REFUNDED, receipt, null);
	}

	static Refund later(String note) {
		return new Refund(Status.LATER, null, note);
	}

	/** Whether money has moved. */
	public enum Status {

		/** It has. */
		REFUNDED,

		/** It has not yet. */
		LATER

	}

}
