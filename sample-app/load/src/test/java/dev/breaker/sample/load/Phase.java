package dev.breaker.sample.load;

import java.util.List;

/**
 * A stretch of the run, and what must be seen of it.
 *
 * @param name how the report calls it
 * @param mode what is wrong with the payment service
 * @param rate how many customers order a second
 * @param seconds how long they do
 * @param answers the statuses that are right for an order
 * @param p99 what 99 % of the orders are faster than, in milliseconds
 * @param received the share of the orders that reach the payment service
 * @param states the breaker is in one of them at the end
 */
record Phase(String name, String mode, int rate, int seconds, List<Integer> answers, int p99, Share received,
		List<String> states) {

	String order() {
		return this.name + ": order";
	}

	String look() {
		return this.name + ": breaker and payment service";
	}

	int orders() {
		return this.rate * this.seconds;
	}

	/**
	 * Fails unless the payment service was asked as often as is right.
	 * @param requests how many have reached it
	 * @return the same
	 */
	Long checkReceived(long requests) {
		String result = "%d of %d orders reached the payment service".formatted(requests, orders());
		System.out.println(this.name + ": " + result);
		if (!this.received.includes((double) requests / orders())) {
			throw new IllegalStateException(result + ", should be " + this.received);
		}
		return requests;
	}

	/**
	 * From so many to so many, of 1.
	 *
	 * @param least the smallest that is right
	 * @param most the largest that is right
	 */
	record Share(double least, double most) {

		static Share atLeast(double least) {
			return new Share(least, Double.MAX_VALUE);
		}

		static Share atMost(double most) {
			return new Share(0, most);
		}

		boolean includes(double share) {
			return this.least <= share && share <= this.most;
		}

		@Override
		public String toString() {
			return (this.least > 0) ? "at least %.0f %%".formatted(100 * this.least)
					: "at most %.0f %%".formatted(100 * this.most);
		}

	}

}
