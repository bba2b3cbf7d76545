package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * Controllers that return a {@link WebAsyncTask}: its work is a call, with the timeout,
 * the executor and the callbacks that it has. Loaded only where Spring Web is there.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
final class WebAsyncTaskReturnKind extends LazyReturnKind {

	/** Has its callbacks, for which there is no public method. */
	private static final @Nullable Method GET_INTERCEPTOR = ReflectionUtils.findMethod(WebAsyncTask.class,
			"getInterceptor");

	WebAsyncTaskReturnKind() {
		super(WebAsyncTask.class);
	}

	@Override
	Callable<?> work(Object result) {
		return ((WebAsyncTask<?>) result).getCallable();
	}

	@Override
	Object with(Object result, Callable<Object> work) {
		WebAsyncTask<?> task = (WebAsyncTask<?>) result;
		if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request) {
			WebAsyncUtils.getAsyncManager(request.getRequest()).registerCallableInterceptors(callbacks(task));
		}
		return new GuardedTask(task, work);
	}

	private static CallableProcessingInterceptor callbacks(WebAsyncTask<?> task) {
		Method method = Objects.requireNonNull(GET_INTERCEPTOR);
		ReflectionUtils.makeAccessible(method);
		return (CallableProcessingInterceptor) Objects.requireNonNull(ReflectionUtils.invokeMethod(method, task));
	}

	@Override
	Object of(@Nullable Object value) {
		return new WebAsyncTask<>(() -> value);
	}

	private static final class GuardedTask extends WebAsyncTask<Object> {

		private final WebAsyncTask<?> source;

		GuardedTask(WebAsyncTask<?> source, Callable<Object> work) {
			super(work);
			this.source = source;
		}

		@Override
		public @Nullable Long getTimeout() {
			return this.source.getTimeout();
		}

		@Override
		public @Nullable AsyncTaskExecutor getExecutor() {
			return this.source.getExecutor();
		}

		@Override
		public void setBeanFactory(BeanFactory beanFactory) {
			this.source.setBeanFactory(beanFactory);
		}

	}

}
