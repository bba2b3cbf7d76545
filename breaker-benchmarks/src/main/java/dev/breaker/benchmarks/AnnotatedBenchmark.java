package dev.breaker.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Snapshot;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventStore;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerEvent;
import io.github.resilience4j.consumer.EventConsumerRegistry;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import reactor.core.publisher.Mono;

import org.springframework.aop.aspectj.annotation.AspectJProxyFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * A call of an annotated method of a Spring bean: closed, open with a fallback, and
 * closed while nearly all calls fail, with a fallback; and of one that returns a Mono,
 * which is subscribed. With nothing beside, with the events that the library keeps for
 * operators, or with its meters; Resilience4j keeps events always, those of successes
 * too. The floors are a proxy of the same kind whose interceptor or aspect does nothing,
 * or catches what is thrown.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AnnotatedBenchmark {

	/** What of a starter is switched on beside its breakers. */
	private static final String NOTHING = "nothing";

	private static final String EVENTS = "events";

	private static final String METERS = "meters";

	private static final int FAILING_PERCENT = 100 - 100 / Service.CALLS_FOR_A_SUCCESS;

	/** By default, of each type. */
	private static final long EVENTS_KEPT = 100;

	private static final ResolvableType EVENT_CONSUMERS = ResolvableType
		.forClassWithGenerics(EventConsumerRegistry.class, CircuitBreakerEvent.class);

	@Benchmark
	public Object emptyInterceptor(Floors floors) {
		return floors.intercepted.call();
	}

	@Benchmark
	public Object emptyAspect(Floors floors) {
		return floors.advised.call();
	}

	@Benchmark
	public Object catchingInterceptor(Floors floors) {
		return floors.caught.fail();
	}

	@Benchmark
	public Object breakerClosed(Breaker application) {
		return application.service.closed();
	}

	@Benchmark
	public Object breakerClosedAllEvents(BreakerWithAllEvents application) {
		return application.service.closed();
	}

	@Benchmark
	public Object breakerOpen(Breaker application) {
		return application.service.open();
	}

	@Benchmark
	public Object breakerFailing(Breaker application) {
		return application.service.failing();
	}

	@Benchmark
	public Object breakerObject(Breaker application) {
		return application.service.object();
	}

	@Benchmark
	public @Nullable Object breakerMono(Breaker application) {
		return ReactorBenchmark.subscribe(application.service.mono());
	}

	@Benchmark
	public @Nullable Object resilience4jMono(Resilience4j application) {
		return ReactorBenchmark.subscribe(application.service.mono());
	}

	@Benchmark
	public Object resilience4jClosed(Resilience4j application) {
		return application.service.closed();
	}

	@Benchmark
	public Object resilience4jOpen(Resilience4j application) {
		return application.service.open();
	}

	@Benchmark
	public Object resilience4jOpenWithoutStackTrace(Resilience4j application) {
		return application.service.openWithoutStackTrace();
	}

	@Benchmark
	public Object resilience4jFailing(Resilience4j application) {
		return application.service.failing();
	}

	/**
	 * The bean of the floors.
	 */
	public static class Plain {

		private final Work work = new Work();

		private final Work failing = new Work.FailingMostly(Service.CALLS_FOR_A_SUCCESS);

		public Object call() {
			return this.work.get();
		}

		public Object fail() {
			return this.failing.get();
		}

	}

	/**
	 * Proxies that do nothing.
	 */
	@State(Scope.Benchmark)
	public static class Floors {

		final Plain intercepted = proxy(new Plain(), new EmptyInterceptor());

		final Plain caught = proxy(new Plain(), new CatchingInterceptor());

		final Plain advised = aspectProxy();

		private static Plain aspectProxy() {
			AspectJProxyFactory factory = new AspectJProxyFactory(new Plain());
			factory.setProxyTargetClass(true);
			factory.addAspect(EmptyAspect.class);
			return factory.getProxy();
		}

		@TearDown
		public void check() {
			for (Plain proxy : List.of(this.intercepted, this.caught, this.advised)) {
				Checks.that(AopUtils.isCglibProxy(proxy), () -> proxy + " is no proxy by CGLIB");
			}
			checkFallback(this.caught::fail);
		}

	}

	/** A proxy that does nothing. */
	static <T> T proxy(T target) {
		return proxy(target, new EmptyInterceptor());
	}

	@SuppressWarnings("unchecked")
	private static <T> T proxy(T target, MethodInterceptor interceptor) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		factory.addAdvice(interceptor);
		return (T) factory.getProxy();
	}

	private static final class EmptyInterceptor implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			return invocation.proceed();
		}

	}

	private static final class CatchingInterceptor implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) {
			try {
				return invocation.proceed();
			}
			catch (Throwable ex) {
				return Service.SUBSTITUTE;
			}
		}

	}

	/**
	 * An aspect that does nothing.
	 */
	@Aspect
	public static class EmptyAspect {

		@Around("execution(* call())")
		public @Nullable Object around(ProceedingJoinPoint call) throws Throwable {
			return call.proceed();
		}

	}

	/** One call of so many succeeds, and gets no fallback. */
	private static void checkFallback(Supplier<Object> failing) {
		Object first = failing.get();
		Object second = failing.get();
		Checks.that(first == Service.SUBSTITUTE || second == Service.SUBSTITUTE, () -> "no fallback has run");
	}

	/**
	 * What the annotated methods of both libraries do.
	 */
	public static class Service {

		/** Few, but so many that not even the highest threshold is reached. */
		static final int CALLS_FOR_A_SUCCESS = 50;

		static final Work.Answer SUBSTITUTE = new Work.Answer();

		private final Work work = new Work();

		private final Work failing = new Work.FailingMostly(CALLS_FOR_A_SUCCESS);

		private final Mono<Object> lazy = Mono.just(new Object());

		Work.Answer work() {
			return (Work.Answer) this.work.get();
		}

		Mono<Object> lazyWork() {
			return this.lazy;
		}

		Work.Answer mostlyFail() {
			return (Work.Answer) this.failing.get();
		}

		Work.Answer substitute(Throwable thrown) {
			return SUBSTITUTE;
		}

	}

	/**
	 * Methods guarded by this project.
	 */
	public static class BreakerService extends Service {

		@dev.breaker.annotation.CircuitBreaker(name = "closed")
		public Work.Answer closed() {
			return work();
		}

		/** Any kind of result may come of it. */
		@dev.breaker.annotation.CircuitBreaker(name = "object")
		public Object object() {
			return work();
		}

		@dev.breaker.annotation.CircuitBreaker(name = "mono")
		public Mono<Object> mono() {
			return lazyWork();
		}

		@dev.breaker.annotation.CircuitBreaker(name = "open", fallbackMethod = "substitute")
		public Work.Answer open() {
			return work();
		}

		@dev.breaker.annotation.CircuitBreaker(name = "failing", fallbackMethod = "substitute")
		public Work.Answer failing() {
			return mostlyFail();
		}

	}

	/**
	 * An application with this project's starter.
	 */
	@SuppressWarnings("NullAway.Init") // by the method that starts it
	static class BreakerApplication {

		ConfigurableApplicationContext context;

		BreakerService service;

		final void start(boolean events, boolean meters, Map<String, String> more) {
			Map<String, String> properties = new HashMap<>(more);
			properties.put("breaker.configs.default.wait-duration-in-open-state", "1h");
			properties.put("breaker.instances.failing.failure-rate-threshold", "100");
			if (events) {
				properties.put("management.endpoints.web.exposure.include", "circuitbreakerevents");
			}
			this.context = Contexts.start(Contexts.Library.BREAKER, meters, properties, List.of(BreakerService.class));
			this.service = this.context.getBean(BreakerService.class);
			breaker("open").open();
		}

		final CircuitBreaker breaker(String name) {
			return this.context.getBean(CircuitBreakerRegistry.class).get(name);
		}

		/** The same rules as the rival's, and as many events and meters as were said. */
		final void check(String name, boolean events, boolean meters, BreakerEvent.@Nullable Type kept) {
			CircuitBreaker breaker = breaker(name);
			Checks.same(breaker.config().minimumNumberOfCalls(), Guards.MINIMUM, "minimum number of calls");
			Checks.same(breaker.config().slidingWindowSize(), Guards.CALLS, "size of the window");
			Snapshot snapshot = breaker.snapshot();
			long recorded = snapshot.successfulCallsTotal() + snapshot.failedCallsTotal();
			long happened = (kept != BreakerEvent.Type.FAILURE) ? recorded + snapshot.notPermittedCallsTotal()
					: snapshot.failedCallsTotal();
			List<EventStore> keepers = this.context.getBeanProvider(EventStore.class).stream().toList();
			Checks.same(keepers.size(), events ? 1 : 0, "number of keepers of events");
			Checks.same(keepers.stream()
				.flatMap((keeper) -> keeper.of(name).stream())
				.filter((event) -> event.type() == kept)
				.count(), (events && kept != null) ? Math.min(EVENTS_KEPT, happened) : 0L, "number of events");
			Checks.same(Meters.timed(this.context, "breaker.calls", "name", name), meters ? recorded : 0L,
					"number of calls by the meters");
			Checks.same(Meters.counted(this.context, "breaker.calls.not.permitted", "name", name),
					meters ? snapshot.notPermittedCallsTotal() : 0L, "number of refusals by the meters");
		}

	}

	/**
	 * An application with this project's starter and its defaults, but for the endpoint
	 * that shows events.
	 */
	@State(Scope.Benchmark)
	public static class Breaker extends BreakerApplication {

		@Param({ NOTHING, EVENTS, METERS })
		public String with = NOTHING;

		@Setup
		public void start() {
			start(this.with.equals(EVENTS), this.with.equals(METERS), Map.of());
		}

		@TearDown
		public void stop(BenchmarkParams params) {
			try {
				check(params);
			}
			finally {
				this.context.close();
			}
		}

		private void check(BenchmarkParams params) {
			boolean events = this.with.equals(EVENTS);
			boolean meters = this.with.equals(METERS);
			switch (Checks.method(params)) {
				case "breakerClosed" -> {
					Tally.of(breaker("closed")).onlySucceeded();
					check("closed", events, meters, null);
				}
				case "breakerObject" -> {
					Tally.of(breaker("object")).onlySucceeded();
					check("object", events, meters, null);
				}
				case "breakerMono" -> {
					Tally.of(breaker("mono")).onlySucceeded();
					check("mono", events, meters, null);
				}
				case "breakerOpen" -> {
					checkFallback(this.service::open);
					Tally.of(breaker("open")).onlyRefused();
					check("open", events, meters, BreakerEvent.Type.NOT_PERMITTED);
				}
				case "breakerFailing" -> {
					checkFallback(this.service::failing);
					Tally.of(breaker("failing")).someFailed(FAILING_PERCENT, 1);
					check("failing", events, meters, BreakerEvent.Type.FAILURE);
				}
				default -> throw Checks.missing(params);
			}
		}

	}

	/**
	 * An application that keeps the events of successes too, as Resilience4j does.
	 */
	@State(Scope.Benchmark)
	public static class BreakerWithAllEvents extends BreakerApplication {

		@Param({ "false", "true" })
		public boolean meters;

		@Setup
		public void start() {
			start(true, this.meters, Map.of("breaker.events.types",
					Stream.of(BreakerEvent.Type.values()).map(Enum::name).collect(Collectors.joining(","))));
		}

		@TearDown
		public void stop() {
			try {
				Tally.of(breaker("closed")).onlySucceeded();
				check("closed", true, this.meters, BreakerEvent.Type.SUCCESS);
			}
			finally {
				this.context.close();
			}
		}

	}

	/**
	 * Methods guarded by Resilience4j, which finds fallbacks in the class itself only.
	 */
	public static class Resilience4jService extends Service {

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "closed")
		public Work.Answer closed() {
			return work();
		}

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "mono")
		public Mono<Object> mono() {
			return lazyWork();
		}

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "open", fallbackMethod = "substitute")
		public Work.Answer open() {
			return work();
		}

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "openWithoutStackTrace",
				fallbackMethod = "substitute")
		public Work.Answer openWithoutStackTrace() {
			return work();
		}

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "failing",
				fallbackMethod = "substitute")
		public Work.Answer failing() {
			return mostlyFail();
		}

	}

	/**
	 * An application with Resilience4j's starter.
	 */
	@State(Scope.Benchmark)
	@SuppressWarnings("NullAway.Init") // by the method for the setup
	public static class Resilience4j {

		private static final String PREFIX = "resilience4j.circuitbreaker.";

		/** Events are kept in any case. */
		@Param({ EVENTS, METERS })
		public String with = EVENTS;

		private ConfigurableApplicationContext context;

		Resilience4jService service;

		@Setup
		public void start() {
			Map<String, String> properties = new HashMap<>();
			properties.put(PREFIX + "configs.default.wait-duration-in-open-state", "1h");
			properties.put(PREFIX + "configs.default.minimum-number-of-calls", String.valueOf(Guards.MINIMUM));
			for (String name : List.of("closed", "mono", "open", "openWithoutStackTrace", "failing")) {
				properties.put(PREFIX + "instances." + name + ".base-config", "default");
			}
			properties.put(PREFIX + "instances.openWithoutStackTrace.writable-stack-trace-enabled", "false");
			properties.put(PREFIX + "instances.failing.failure-rate-threshold", "100");
			this.context = Contexts.start(Contexts.Library.RESILIENCE4J, this.with.equals(METERS), properties,
					List.of(Resilience4jService.class));
			this.service = this.context.getBean(Resilience4jService.class);
			breaker("open").transitionToOpenState();
			breaker("openWithoutStackTrace").transitionToOpenState();
		}

		private io.github.resilience4j.circuitbreaker.CircuitBreaker breaker(String name) {
			return this.context.getBean(io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry.class)
				.circuitBreaker(name);
		}

		@TearDown
		public void stop(BenchmarkParams params) {
			try {
				check(params);
			}
			finally {
				this.context.close();
			}
		}

		private void check(BenchmarkParams params) {
			switch (Checks.method(params)) {
				case "resilience4jClosed" -> {
					Tally.of(breaker("closed")).onlySucceeded();
					check("closed", CircuitBreakerEvent.Type.SUCCESS);
				}
				case "resilience4jMono" -> {
					Tally.of(breaker("mono")).onlySucceeded();
					check("mono", CircuitBreakerEvent.Type.SUCCESS);
				}
				case "resilience4jOpen" -> {
					checkFallback(this.service::open);
					Tally.of(breaker("open")).onlyRefused();
					check("open", CircuitBreakerEvent.Type.NOT_PERMITTED);
				}
				case "resilience4jOpenWithoutStackTrace" -> {
					checkFallback(this.service::openWithoutStackTrace);
					Tally.of(breaker("openWithoutStackTrace")).onlyRefused();
					check("openWithoutStackTrace", CircuitBreakerEvent.Type.NOT_PERMITTED);
				}
				case "resilience4jFailing" -> {
					checkFallback(this.service::failing);
					Tally.of(breaker("failing")).someFailed(FAILING_PERCENT, 1);
					check("failing", CircuitBreakerEvent.Type.ERROR);
				}
				default -> throw Checks.missing(params);
			}
		}

		private void check(String name, CircuitBreakerEvent.Type kept) {
			io.github.resilience4j.circuitbreaker.CircuitBreakerConfig config = breaker(name).getCircuitBreakerConfig();
			Checks.same(config.getMinimumNumberOfCalls(), Guards.MINIMUM, "minimum number of calls");
			Checks.same(config.getSlidingWindowSize(), Guards.CALLS, "size of the window");
			Checks.same(config.isWritableStackTraceEnabled(), !name.equals("openWithoutStackTrace"),
					"presence of a stack trace");
			EventConsumerRegistry<CircuitBreakerEvent> events = this.context
				.<EventConsumerRegistry<CircuitBreakerEvent>>getBeanProvider(EVENT_CONSUMERS)
				.getObject();
			Checks.that(Objects.requireNonNull(events.getEventConsumer(name))
				.getBufferedEvents()
				.stream()
				.filter((event) -> event.getEventType() == kept)
				.count() > 0, () -> "no event is kept");
			long metered = Meters.timed(this.context, "resilience4j.circuitbreaker.calls", "name", name)
					+ Meters.counted(this.context, "resilience4j.circuitbreaker.not.permitted.calls", "name", name);
			Checks.same(metered > 0, this.with.equals(METERS), "whether meters count");
		}

	}

}
