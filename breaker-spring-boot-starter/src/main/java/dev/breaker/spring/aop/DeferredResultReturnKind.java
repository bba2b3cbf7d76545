package dev.breaker.spring.aop;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.AsyncWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * Controllers that return a {@link DeferredResult}: a call ends when its result is set,
 * when it times out, or when its request is over. The caller gets another one, with the
 * same timeout, which ends as the first one does and whose request runs the callbacks of
 * the first one. Loaded only where Spring Web is there.
 */
final class DeferredResultReturnKind extends LaterReturnKind {

	DeferredResultReturnKind() {
		super(DeferredResult.class);
	}

	@Override
	Object of(@Nullable Object value) {
		DeferredResult<Object> result = new DeferredResult<>();
		result.setResult(value);
		return result;
	}

	@Override
	public Object follow(Object result, CallEnd end) {
		DeferredResult<?> source = (DeferredResult<?>) result;
		SourceRequest request = SourceRequest.process(source);
		FollowedResult followed = new FollowedResult(request.timeout, end);
		followed.onTimeout(() -> {
			followed.timedOut = true;
			request.timedOut();
		});
		followed.onError((thrown) -> {
			// The request broke, not the call.
			end.cancel();
			request.failed(thrown);
		});
		followed.onCompletion(() -> {
			end.cancel();
			request.completed();
		});
		source.setResultHandler(followed::settle);
		return followed;
	}

	/**
	 * Takes the result of the source, or what is set in its place where it times out, and
	 * ends the call before it passes it on. A request that has timed out has to be
	 * answered at once, so that a fallback whose result is not there yet cannot.
	 */
	private static final class FollowedResult extends DeferredResult<Object> {

		private final CallEnd end;

		private final AtomicBoolean settled = new AtomicBoolean();

		private volatile boolean timedOut;

		FollowedResult(@Nullable Long timeout, CallEnd end) {
			super(timeout);
			this.end = end;
		}

		@Override
		public boolean setResult(@Nullable Object result) {
			return settle(result);
		}

		@Override
		public boolean setErrorResult(Object result) {
			return settle(result);
		}

		private boolean settle(@Nullable Object result) {
			if (isSetOrExpired() || !this.settled.compareAndSet(false, true)) {
				return pass(result);
			}
			if (!(result instanceof Throwable thrown)) {
				this.end.succeed(result);
				return pass(result);
			}
			Object instead;
			try {
				instead = this.end.fail(thrown);
			}
			catch (Throwable ex) {
				return pass(ex);
			}
			if (instead instanceof DeferredResult<?> other) {
				other.setResultHandler(this::pass);
				return !this.timedOut || isSetOrExpired() || pass(thrown);
			}
			return pass(instead);
		}

		private boolean pass(@Nullable Object result) {
			return super.setResult(result);
		}

	}

	/**
	 * A request of its own in which Spring processes the source: it keeps what Spring
	 * asks of it, so that the real request can do it.
	 */
	private static final class SourceRequest implements InvocationHandler {

		private final List<Runnable> timeoutHandlers = new ArrayList<>();

		private final List<Consumer<Throwable>> errorHandlers = new ArrayList<>();

		private final List<Runnable> completionHandlers = new ArrayList<>();

		private @Nullable Object manager;

		private @Nullable Long timeout;

		static SourceRequest process(DeferredResult<?> source) {
			SourceRequest request = new SourceRequest();
			AsyncWebRequest proxy = (AsyncWebRequest) Proxy.newProxyInstance(AsyncWebRequest.class.getClassLoader(),
					new Class<?>[] { AsyncWebRequest.class }, request);
			WebAsyncManager manager = WebAsyncUtils.getAsyncManager(proxy);
			manager.setAsyncWebRequest(proxy);
			manager.registerDeferredResultInterceptors(new DeferredResultProcessingInterceptor() {

				/** Leaves it to the real request to set a result. */
				@Override
				public <T> boolean handleTimeout(NativeWebRequest ignored, DeferredResult<T> result) {
					return false;
				}

			});
			try {
				manager.startDeferredResultProcessing(source);
			}
			catch (Exception ex) {
				throw new IllegalStateException("Cannot process " + source, ex);
			}
			return request;
		}

		@Override
		@SuppressWarnings("unchecked")
		public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
			if (arguments != null && arguments.length > 0) {
				Object argument = arguments[0];
				switch (method.getName()) {
					case "setTimeout" -> this.timeout = (Long) argument;
					case "addTimeoutHandler" -> this.timeoutHandlers.add((Runnable) argument);
					case "addErrorHandler" -> this.errorHandlers.add((Consumer<Throwable>) argument);
					case "addCompletionHandler" -> this.completionHandlers.add((Runnable) argument);
					case "setAttribute" -> this.manager = arguments[1];
					case "getAttribute" -> {
						return this.manager;
					}
					default -> {
					}
				}
			}
			return (method.getReturnType() == boolean.class) ? false : null;
		}

		void timedOut() {
			this.timeoutHandlers.forEach(Runnable::run);
		}

		void failed(Throwable thrown) {
			this.errorHandlers.forEach((handler) -> handler.accept(thrown));
		}

		void completed() {
			this.completionHandlers.forEach(Runnable::run);
		}

	}

}
