package dev.breaker.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreakerRegistry;
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

import org.springframework.aop.aspectj.annotation.AspectJProxyFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A call of an annotated method of a Spring bean: closed, open with a fallback, and
 * failing with a fallback, without meters and with those of each library. The floors are
 * a proxy of the same kind whose interceptor or aspect does nothing.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AnnotatedBenchmark {

	@Benchmark
	public Object emptyInterceptor(Floors floors) {
		return floors.intercepted.call();
	}

	@Benchmark
	public Object emptyAspect(Floors floors) {
		return floors.advised.call();
	}

	@Benchmark
	public Object breakerClosed(Breaker application) {
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
	public Object resilience4jClosed(Resilience4j application) {
		return application.service.closed();
	}

	@Benchmark
	public Object resilience4jOpen(Resilience4j application) {
		return application.service.open();
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

		public Object call() {
			return this.work.get();
		}

	}

	/**
	 * Proxies that do nothing.
	 */
	@State(Scope.Benchmark)
	public static class Floors {

		Plain intercepted = proxy(new EmptyInterceptor());

		Plain advised = aspectProxy();

		private static Plain proxy(MethodInterceptor interceptor) {
			ProxyFactory factory = new ProxyFactory(new Plain());
			factory.setProxyTargetClass(true);
			factory.addAdvice(interceptor);
			return (Plain) factory.getProxy();
		}

		private static Plain aspectProxy() {
			AspectJProxyFactory factory = new AspectJProxyFactory(new Plain());
			factory.setProxyTargetClass(true);
			factory.addAspect(EmptyAspect.class);
			return factory.getProxy();
		}

	}

	private static final class EmptyInterceptor implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			return invocation.proceed();
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

	/**
	 * What the annotated methods of both libraries do.
	 */
	public static class Service {

		final Work work = new Work();

		// All but one of 50: even the highest threshold is not reached.
		private final Work failing = new Work.FailingMostly(50);

		private final Object substitute = new Object();

		Object work() {
			return this.work.get();
		}

		Object mostlyFail() {
			return this.failing.get();
		}

		Object substitute(Throwable thrown) {
			return this.substitute;
		}

	}

	/**
	 * Methods guarded by this project.
	 */
	public static class BreakerService extends Service {

		@dev.breaker.annotation.CircuitBreaker(name = "closed")
		public Object closed() {
			return work();
		}

		@dev.breaker.annotation.CircuitBreaker(name = "open", fallbackMethod = "substitute")
		public Object open() {
			return work();
		}

		@dev.breaker.annotation.CircuitBreaker(name = "failing", fallbackMethod = "substitute")
		public Object failing() {
			return mostlyFail();
		}

	}

	/**
	 * An application with this project's starter.
	 */
	@State(Scope.Benchmark)
	@SuppressWarnings("NullAway.Init") // by the method for the setup
	public static class Breaker {

		@Param({ "false", "true" })
		public boolean meters;

		private ConfigurableApplicationContext context;

		BreakerService service;

		@Setup
		public void start() {
			this.context = Contexts.start(
					Contexts.Library.BREAKER, this.meters, Map.of("breaker.configs.default.wait-duration-in-open-state",
							"1h", "breaker.instances.failing.failure-rate-threshold", "100"),
					List.of(BreakerService.class));
			this.service = this.context.getBean(BreakerService.class);
			this.context.getBean(CircuitBreakerRegistry.class).get("open").open();
		}

		@TearDown
		public void stop() {
			this.context.close();
		}

	}

	/**
	 * Methods guarded by Resilience4j, which finds fallbacks in the class itself only.
	 */
	public static class Resilience4jService extends Service {

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "closed")
		public Object closed() {
			return work();
		}

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "open", fallbackMethod = "substitute")
		public Object open() {
			return work();
		}

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "failing",
				fallbackMethod = "substitute")
		public Object failing() {
			return mostlyFail();
		}

	}

	/**
	 * An application with Resilience4j's starter.
	 */
	@State(Scope.Benchmark)
	@SuppressWarnings("NullAway.Init") // by the method for the setup
	public static class Resilience4j {

		@Param({ "false", "true" })
		public boolean meters;

		private ConfigurableApplicationContext context;

		Resilience4jService service;

		@Setup
		public void start() {
			this.context = Contexts.start(Contexts.Library.RESILIENCE4J, this.meters,
					Map.of("resilience4j.circuitbreaker.configs.default.wait-duration-in-open-state", "1h",
							"resilience4j.circuitbreaker.instances.closed.base-config", "default",
							"resilience4j.circuitbreaker.instances.open.base-config", "default",
							"resilience4j.circuitbreaker.instances.failing.base-config", "default",
							"resilience4j.circuitbreaker.instances.failing.failure-rate-threshold", "100"),
					List.of(Resilience4jService.class));
			this.service = this.context.getBean(Resilience4jService.class);
			this.context.getBean(io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry.class)
				.circuitBreaker("open")
				.transitionToOpenState();
		}

		@TearDown
		public void stop() {
			this.context.close();
		}

	}

}
