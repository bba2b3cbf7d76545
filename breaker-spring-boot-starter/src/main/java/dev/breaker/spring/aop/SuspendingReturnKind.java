package dev.breaker.spring.aop;

import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;

/**
 * Kotlin's suspending functions: Spring's proxies call them by way of a {@link Mono},
 * which the proxy subscribes for its caller, so that a call is one however often it
 * suspends. Loaded only where Kotlin's coroutines and Reactor are there.
 */
final class SuspendingReturnKind extends ReactiveReturnKind {

	@Override
	public String describe() {
		return "a suspending function";
	}

	@Override
	ReactiveAdapter adapter(GuardedMethod guarded) {
		return adapter(Mono.class);
	}

}
