package dev.breaker.sample.docs;

import java.util.concurrent.CompletionStage;

/**
 * What the Java blocks of the documentation refer to and do not show.
 */
public abstract class Vocabulary {

	protected Client client;

	protected Order order;

	protected long nanos;

	/** The service behind the breaker. */
	public interface Client {

		Receipt pay(Order order);

		CompletionStage<Receipt> payAsync(Order order);

	}

	public record Order(String sku) {
	}

	public record Receipt(String number) {
	}

	public record Stock(int left) {
	}

}
