package dev.breaker.spring.aspectj;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.aspectj.lang.JoinPoint;
import org.aspectj.lang.Signature;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application context whose circuit breakers guard woven calls. A plain object does
 * not tell its context, so it is one for all: of those that are open, the one that
 * started last. Safe for use by many threads.
 */
final class ActiveContext {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreakerAspect.class);

	private static final List<WovenCalls> open = new ArrayList<>();

	private static final AtomicBoolean reported = new AtomicBoolean();

	private static final AtomicReference<@Nullable WovenCalls> current = new AtomicReference<>();

	private static final AtomicBoolean guardsExpected = new AtomicBoolean(true);

	private ActiveContext() {
	}

	/** The calls of the context, or {@code null} as long as there is none. */
	static @Nullable WovenCalls calls() {
		return current.get();
	}

	/** A context has started, or has started again. */
	static synchronized void started(WovenCalls calls) {
		if (open.stream().anyMatch((other) -> !other.sharesBreakersWith(calls)) && !open.contains(calls)) {
			logger.warn(
					"More than one application context with breaker.aspect.mode=aspectj is open: woven calls, those on beans of the others too, go to the circuit breakers of the one that started last");
		}
		open.remove(calls);
		open.add(calls);
		current.set(calls);
	}

	/** A context is closed: the one that started before it takes its place. */
	static synchronized void closed(WovenCalls calls) {
		open.remove(calls);
		current.set(open.isEmpty() ? null : open.get(open.size() - 1));
	}

	/** A context is there that guards no woven calls, and needs no report of them. */
	static void startedWithoutGuards() {
		guardsExpected.set(false);
	}

	/** Tells once of a call for which there is no context. */
	static void reportUnguarded(JoinPoint joinPoint) {
		if (guardsExpected.get() && reported.compareAndSet(false, true)) {
			Signature signature = joinPoint.getSignature();
			logger.warn(
					"{}.{} ran unguarded, since no application context with breaker.aspect.mode=aspectj is open: such calls, before the first has started and after the last has closed, go to no circuit breaker. This is logged once",
					signature.getDeclaringTypeName(), signature.getName());
		}
	}

}
