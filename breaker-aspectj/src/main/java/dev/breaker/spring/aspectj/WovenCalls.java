package dev.breaker.spring.aspectj;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.JoinPoint;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * Makes woven calls through the circuit breakers of one application context, by the
 * interceptors that its proxies have. A context that starts again, as one of several that
 * tests share, is again the one that started last. Safe for use by many threads.
 */
final class WovenCalls implements SmartLifecycle, DisposableBean {

	private final GuardedMethodRegistry methods;

	private final CircuitBreakerRegistry registry;

	/** By the class of the object, and the place in the code. */
	private final Map<Class<?>, Map<JoinPoint.StaticPart, Guard>> guards = new ConcurrentHashMap<>();

	private volatile boolean running;

	WovenCalls(GuardedMethodRegistry methods, CircuitBreakerRegistry registry) {
		this.methods = methods;
		this.registry = registry;
		ActiveContext.started(this);
	}

	boolean sharesBreakersWith(WovenCalls other) {
		return this.registry == other.registry;
	}

	@Nullable Object call(ProceedingJoinPoint joinPoint) throws Throwable {
		Object object = joinPoint.getThis();
		JoinPoint.StaticPart place = joinPoint.getStaticPart();
		Class<?> type = (object != null) ? object.getClass() : place.getSignature().getDeclaringType();
		Map<JoinPoint.StaticPart, Guard> guardsOfType = this.guards.get(type);
		Guard guard = (guardsOfType != null) ? guardsOfType.get(place) : null;
		return ((guard != null) ? guard : find(type, place)).call(joinPoint);
	}

	private Guard find(Class<?> type, JoinPoint.StaticPart place) {
		Method method = Objects.requireNonNull(((MethodSignature) place.getSignature()).getMethod());
		Guard guard = new Guard(method, this.methods.wovenGuard(method, type));
		this.guards.computeIfAbsent(type, (key) -> new ConcurrentHashMap<>()).put(place, guard);
		return guard;
	}

	@Override
	public void start() {
		this.running = true;
		ActiveContext.started(this);
	}

	/** Beans that stop later may still make calls. */
	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void destroy() {
		ActiveContext.closed(this);
	}

	/**
	 * What guards the calls of a method.
	 *
	 * @param method the method
	 * @param interceptor guards it, {@code null} where its calls run as they are
	 */
	private record Guard(Method method, @Nullable MethodInterceptor interceptor) {

		@Nullable Object call(ProceedingJoinPoint joinPoint) throws Throwable {
			return (this.interceptor != null) ? this.interceptor.invoke(new WovenInvocation(joinPoint, this.method))
					: joinPoint.proceed();
		}

	}

}
