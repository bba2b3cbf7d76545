package dev.breaker.spring.aop;

import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/**
 * Methods that return a {@link Callable}, as controllers of Spring MVC do: each
 * {@code call()} is a call.
 */
final class CallableReturnKind extends LazyReturnKind {

	CallableReturnKind() {
		super(Callable.class);
	}

	@Override
	Callable<?> work(Object result) {
		return (Callable<?>) result;
	}

	@Override
	Object with(Object result, Callable<Object> work) {
		return work;
	}

	@Override
	Callable<@Nullable Object> of(@Nullable Object value) {
		return () -> value;
	}

}
