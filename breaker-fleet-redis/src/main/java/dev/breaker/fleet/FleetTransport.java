package dev.breaker.fleet;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The way to the store of a fleet. No method waits for the store; what it answers comes
 * on threads of the transport. Safe for use by many threads.
 */
public interface FleetTransport extends AutoCloseable {

	/**
	 * Tells the store all that a node has to say, and asks what has changed since, in one
	 * atomic step.
	 * @param exchange what the node says
	 * @return the answer; fails where the store cannot be reached, does not answer in
	 * time, or answers what cannot be read
	 */
	CompletionStage<Reply> exchange(Exchange exchange);

	/**
	 * Asks for the nodes that live, and what each says of its breakers.
	 * @return the nodes, in the order of their names; fails as {@link #exchange} does
	 */
	CompletionStage<FleetView> view();

	/**
	 * Hears the news of the store from now on, also after connections were lost. News can
	 * be lost or come twice: each exchange makes up for it.
	 * @param consumer hears the news, one at a time; it is quick and does not throw
	 */
	void listen(Consumer<News> consumer);

	@Override
	void close();

}
