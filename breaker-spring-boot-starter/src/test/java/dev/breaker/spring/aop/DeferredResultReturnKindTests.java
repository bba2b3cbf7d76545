package dev.breaker.spring.aop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.annotation.CircuitBreaker;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What else may happen to a {@link DeferredResult} than that its source sets a result.
 */
class DeferredResultReturnKindTests {

	@Test
	void aRequestThatBreaksTellsTheSourceAndCountsAsNothing() {
		Contexts.with(Controller.class).run((context) -> {
			Contexts.breaker(context, "deferred").halfOpen();
			DeferredResult<String> source = new DeferredResult<>();
			List<Object> told = new ArrayList<>();
			source.onError(told::add);
			source.onCompletion(() -> told.add("completed"));
			MockHttpServletRequest request = new MockHttpServletRequest();
			process(context.getBean(Controller.class).call(source), request);
			MockAsyncContext async = (MockAsyncContext) request.getAsyncContext();
			IOException broken = new IOException("broken pipe");
			for (AsyncListener listener : List.copyOf(async.getListeners())) {
				listener.onError(new AsyncEvent(async, broken));
			}
			async.complete();
			assertThat(told).hasSize(2).endsWith("completed");
			assertThat((Throwable) told.get(0)).hasRootCause(broken);
			assertThat(Contexts.recorded(context, "deferred")).isZero();
			assertThat(Contexts.breaker(context, "deferred").tryAcquire()).isNotNull();
		});
	}

	@Test
	void aResultThatIsSetOnWhatTheCallerGotEndsTheCall() {
		Contexts.with(Controller.class).run((context) -> {
			DeferredResult<String> source = new DeferredResult<>();
			DeferredResult<String> given = context.getBean(Controller.class).call(source);
			assertThat(given.setResult("from outside")).isTrue();
			assertThat(Contexts.breaker(context, "deferred").snapshot().successfulCallsTotal()).isOne();
			source.setResult("late");
			assertThat(given.getResult()).isEqualTo("from outside");
			assertThat(Contexts.recorded(context, "deferred")).isOne();
		});
	}

	@Test
	void aTimeoutWhoseFallbackIsPendingIsAnsweredAsATimeout() {
		Contexts.with(Controller.class).run((context) -> {
			DeferredResult<String> instead = new DeferredResult<>();
			DeferredResult<String> given = context.getBean(Controller.class)
				.callOr(new DeferredResult<>(1000L), instead);
			timeOut(given);
			assertThat(given.getResult()).isInstanceOf(AsyncRequestTimeoutException.class);
			assertThat(Contexts.breaker(context, "deferred").snapshot().failedCallsTotal()).isOne();
			assertThat(instead.setResult("late")).isTrue();
			assertThat(given.getResult()).isInstanceOf(AsyncRequestTimeoutException.class);
		});
	}

	@Test
	void aTimeoutWhoseFallbackIsThereIsAnsweredByIt() {
		Contexts.with(Controller.class).run((context) -> {
			DeferredResult<String> instead = new DeferredResult<>();
			instead.setResult("instead");
			DeferredResult<String> given = context.getBean(Controller.class)
				.callOr(new DeferredResult<>(1000L), instead);
			timeOut(given);
			assertThat(given.getResult()).isEqualTo("instead");
		});
	}

	@Test
	void whatIsInAPlainHttpEntityKeepsItsHeaders() {
		Contexts.with(Controller.class).run((context) -> {
			DeferredResult<String> source = new DeferredResult<>();
			HttpEntity<?> entity = context.getBean(Controller.class).entity(source);
			assertThat(entity.getHeaders().getFirst("X-Shop")).isEqualTo("a");
			assertThat(Contexts.recorded(context, "deferred")).isZero();
			source.setErrorResult(new IOException("down"));
			assertThat(((DeferredResult<?>) entity.getBody()).getResult()).isInstanceOf(IOException.class);
			assertThat(Contexts.breaker(context, "deferred").snapshot().failedCallsTotal()).isOne();
		});
	}

	private static void timeOut(DeferredResult<?> given) throws Exception {
		MockHttpServletRequest request = new MockHttpServletRequest();
		process(given, request);
		MockAsyncContext async = (MockAsyncContext) request.getAsyncContext();
		for (AsyncListener listener : List.copyOf(async.getListeners())) {
			listener.onTimeout(new AsyncEvent(async));
		}
	}

	private static void process(DeferredResult<?> given, MockHttpServletRequest request) throws Exception {
		request.setAsyncSupported(true);
		WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
		manager.setAsyncWebRequest(WebAsyncUtils.createAsyncWebRequest(request, new MockHttpServletResponse()));
		manager.startDeferredResultProcessing(given);
	}

	static class Controller {

		@CircuitBreaker(name = "deferred")
		public DeferredResult<String> call(DeferredResult<String> source) {
			return source;
		}

		@CircuitBreaker(name = "deferred", fallbackMethod = "instead")
		public DeferredResult<String> callOr(DeferredResult<String> source, DeferredResult<String> instead) {
			return source;
		}

		DeferredResult<String> instead(DeferredResult<String> source, DeferredResult<String> instead) {
			return instead;
		}

		@CircuitBreaker(name = "deferred")
		public HttpEntity<DeferredResult<String>> entity(DeferredResult<String> source) {
			HttpHeaders headers = new HttpHeaders();
			headers.set("X-Shop", "a");
			return new HttpEntity<>(source, headers);
		}

	}

}
