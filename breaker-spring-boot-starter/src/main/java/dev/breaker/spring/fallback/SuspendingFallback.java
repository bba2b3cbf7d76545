package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.Job;
import org.jspecify.annotations.Nullable;

import org.springframework.core.CoroutinesUtils;

/**
 * Runs a suspending function as the fallback of one, as Spring's proxies run the guarded
 * function: in the caller's context, and as a publisher. Loaded only where Kotlin's
 * coroutines are there.
 */
final class SuspendingFallback {

	private SuspendingFallback() {
	}

	static Object invoke(Method method, @Nullable Object receiver, @Nullable Object[] arguments, boolean takesArguments,
			@Nullable Throwable thrown) {
		int last = arguments.length - 1;
		List<@Nullable Object> given = new ArrayList<>();
		if (takesArguments) {
			given.addAll(Arrays.asList(arguments).subList(0, last));
		}
		if (thrown != null) {
			given.add(thrown);
		}
		if (!(arguments[last] instanceof Continuation<?> caller)) {
			throw new IllegalStateException("There is no caller of the suspending function " + method);
		}
		CoroutineContext context = caller.getContext().minusKey(Job.Key);
		return CoroutinesUtils.invokeSuspendingFunction(context, method, receiver, given.toArray());
	}

}
