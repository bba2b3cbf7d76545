package dev.breaker.sample.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How an order is paid.
 *
 * @param status paid, or to be paid later
 * @param receipt the payment service's receipt; {@code null} where it has given none yet
 * @param note why it is paid later
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Payment(Status status, @Nullable String receipt, @Nullable String note) {

	static Payment paid(String receipt) {
		return new Payment(Status.PAID, receipt, null);
	}

	static Payment later(String note) {
		return new Payment(Status.LATER, null, note);
	}

	/** Whether money has moved. */
	public enum Status {

		/** It has. */
		PAID,

		/** It has not, the order is accepted all the same. */
		LATER

	}

}
