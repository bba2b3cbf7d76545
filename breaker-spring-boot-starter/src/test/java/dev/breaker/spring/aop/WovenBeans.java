package dev.breaker.spring.aop;

import dev.breaker.annotation.CircuitBreaker;

import org.springframework.resilience.annotation.Retryable;

/**
 * Beans whose classes are woven where {@link WovenBeanTests} loads them. They are called
 * by an interface that is loaded once.
 */
final class WovenBeans {

	private WovenBeans() {
	}

	public static class Payments implements WovenBeanTests.Shop {

		@Override
		@CircuitBreaker(name = "payments")
		public String buy(String order) {
			return "paid " + order;
		}

		@Override
		public String buyTwice(String order) {
			return buy(order) + ", " + inPrivate(order);
		}

		@CircuitBreaker(name = "payments")
		private String inPrivate(String order) {
			return "privately paid " + order;
		}

	}

	public static class HalfWoven implements WovenBeanTests.Shop, WovenBeanTests.Annotated {

		@Override
		@CircuitBreaker(name = "woven")
		public String buy(String order) {
			return "paid " + order;
		}

		@Override
		public String find(String item) {
			return "found " + item;
		}

	}

	@CircuitBreaker(name = "ledger")
	public static class Ledger implements WovenBeanTests.Shop {

		@Override
		public String buy(String order) {
			return "written " + order;
		}

	}

	public static class PaperLedger extends Ledger {

		@Override
		public String buy(String order) {
			return "on paper: " + super.buy(order);
		}

	}

	public static class Broken implements WovenBeanTests.Shop {

		@Override
		@CircuitBreaker(name = "broken", fallbackMethod = "missing")
		public String buy(String order) {
			return "paid " + order;
		}

	}

	public static class BrokenBean implements WovenBeanTests.Shop {

		@Override
		@CircuitBreaker(name = "broken", fallbackMethod = "missing::instead")
		public String buy(String order) {
			return "paid " + order;
		}

	}

	public static class Retried implements WovenBeanTests.Shop {

		private int attempts;

		@Override
		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "retried", fallbackMethod = "instead")
		public String buy(String order) {
			this.attempts++;
			throw new IllegalStateException(order);
		}

		private String instead(String order, IllegalStateException thrown) {
			return "instead of " + thrown.getMessage() + " after " + this.attempts;
		}

	}

	public static class RetriedAlone implements WovenBeanTests.Shop {

		@Override
		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "retried")
		public String buy(String order) {
			return "paid " + order;
		}

	}

}
