package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import dev.breaker.spring.event.BreakerEvent;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.Ordered;

/**
 * The switches of the starter. What configures the breakers themselves
 * ({@code breaker.configs} and {@code breaker.instances}) is in
 * {@link CircuitBreakerProperties}.
 */
@ConfigurationProperties("breaker")
public class BreakerProperties {

	/**
	 * Whether there are circuit breakers at all. If not, annotated methods run unguarded
	 * and nothing else of the starter exists.
	 */
	private boolean enabled = true;

	private final Aspect aspect = new Aspect();

	private final Keys keys = new Keys();

	private final Health health = new Health();

	private final Metrics metrics = new Metrics();

	private final Events events = new Events();

	private final Endpoints endpoints = new Endpoints();

	private final Web web = new Web();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Aspect getAspect() {
		return this.aspect;
	}

	public Keys getKeys() {
		return this.keys;
	}

	public Health getHealth() {
		return this.health;
	}

	public Metrics getMetrics() {
		return this.metrics;
	}

	public Events getEvents() {
		return this.events;
	}

	public Endpoints getEndpoints() {
		return this.endpoints;
	}

	public Web getWeb() {
		return this.web;
	}

	/**
	 * The interceptor of annotated methods.
	 */
	public static class Aspect {

		/**
		 * Order of the interceptor among the advisors of a bean: a lower one runs further
		 * outside, but always inside of retries, validation, method security, limits of
		 * concurrency and asynchronous execution. The default is outside of transactions.
		 */
		private int order = Ordered.LOWEST_PRECEDENCE - 100;

		public int getOrder() {
			return this.order;
		}

		public void setOrder(int order) {
			this.order = order;
		}

	}

	/**
	 * Breakers made by the annotation's {@code key}.
	 */
	public static class Keys {

		/**
		 * Largest number of keys of one name that have a breaker at a time, 1 or more.
		 */
		private int max = 10_000;

		public int getMax() {
			return this.max;
		}

		public void setMax(int max) {
			this.max = max;
		}

	}

	/**
	 * The health contributor.
	 */
	public static class Health {

		/**
		 * Names of the breakers, of breakers made by key, or of single keys, whose
		 * opening turns health DOWN. Health stays UP for all others.
		 */
		private List<String> downWhenOpen = new ArrayList<>();

		public List<String> getDownWhenOpen() {
			return this.downWhenOpen;
		}

		public void setDownWhenOpen(List<String> downWhenOpen) {
			this.downWhenOpen = downWhenOpen;
		}

	}

	/**
	 * The meters.
	 */
	public static class Metrics {

		/**
		 * Whether breakers have meters.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * The events that the endpoint shows.
	 */
	public static class Events {

		/**
		 * Whether events are kept for the endpoint.
		 */
		private boolean enabled = true;

		/**
		 * How many events of each type are kept for a breaker, 1 to 10000. Breakers made
		 * by key share those of their name.
		 */
		private int capacity = 100;

		/**
		 * Types of events that are kept. Failures, ignored calls and successes make
		 * breakers measure time.
		 */
		private Set<BreakerEvent.Type> types = EnumSet.complementOf(EnumSet.of(BreakerEvent.Type.SUCCESS));

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public int getCapacity() {
			return this.capacity;
		}

		public void setCapacity(int capacity) {
			this.capacity = capacity;
		}

		public Set<BreakerEvent.Type> getTypes() {
			return this.types;
		}

		public void setTypes(Set<BreakerEvent.Type> types) {
			this.types = types;
		}

	}

	/**
	 * The actuator endpoints.
	 */
	public static class Endpoints {

		/**
		 * Whether endpoints of other libraries that have the ids circuitbreakers and
		 * circuitbreakerevents, such as Resilience4j's, give way to Breaker's. Otherwise
		 * Breaker's are not there.
		 */
		private boolean replaceOthers;

		public boolean isReplaceOthers() {
			return this.replaceOthers;
		}

		public void setReplaceOthers(boolean replaceOthers) {
			this.replaceOthers = replaceOthers;
		}

	}

	/**
	 * The answers of a web application.
	 */
	public static class Web {

		/**
		 * Whether a request that a breaker refuses is answered with 503, Retry-After and
		 * problem details where the application does not handle the refusal itself.
		 */
		private boolean problemDetails = true;

		public boolean isProblemDetails() {
			return this.problemDetails;
		}

		public void setProblemDetails(boolean problemDetails) {
			this.problemDetails = problemDetails;
		}

	}

}
