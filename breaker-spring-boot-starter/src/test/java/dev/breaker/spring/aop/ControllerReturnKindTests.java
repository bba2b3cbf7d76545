package dev.breaker.spring.aop;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import dev.breaker.Snapshot;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import dev.breaker.spring.support.RunningApplication;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Controllers of Spring MVC that answer later, in a running application.
 */
class ControllerReturnKindTests {

	private static RunningApplication application;

	@BeforeAll
	static void start() {
		application = RunningApplication.start(Application.class);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@BeforeEach
	void reset() {
		breaker().reset();
		application.bean(Controller.class).callbacks().clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "task", "deferred", "entity", "object" })
	void anAnswerThatComesLaterIsASuccess(String path) {
		RunningApplication.Answer answer = application.get("/" + path);
		assertThat(answer.body()).startsWith("pong");
		assertThat(answer.status()).isEqualTo(path.equals("entity") ? 202 : 200);
		assertThat(snapshot().successfulCallsTotal()).isOne();
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "task", "deferred", "entity", "object" })
	void aFailureThatComesLaterIsAFailure(String path) {
		assertThat(application.get("/" + path + "?fail=true").status()).isEqualTo(500);
		assertThat(snapshot().failedCallsTotal()).isOne();
		assertThat(snapshot().successfulCallsTotal()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "task", "deferred", "entity", "object" })
	void aRefusalIsAnswered503(String path) {
		breaker().forceOpen();
		assertThat(application.get("/" + path).status()).isEqualTo(503);
		assertThat(snapshot().notPermittedCallsTotal()).isOne();
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "task", "deferred", "entity" })
	void aFallbackAnswersInsteadOfAFailure(String path) {
		assertThat(application.get("/" + path + "-or-else?fail=true").body()).isEqualTo("instead");
		assertThat(snapshot().failedCallsTotal()).isOne();
		breaker().forceOpen();
		assertThat(application.get("/" + path + "-or-else").body()).isEqualTo("instead");
	}

	@Test
	void theWorkOfACallableRunsOnAThreadOfSpringMvc() {
		assertThat(application.get("/callable").body()).isEqualTo("pong on task-executor");
		assertThat(application.get("/task").body()).isEqualTo("pong on own-executor");
	}

	@Test
	void aDeferredResultThatTimesOutIsAFailureAndRunsItsCallbacks() {
		assertThat(application.get("/deferred-timeout").status()).isEqualTo(503);
		assertThat(snapshot().failedCallsTotal()).isOne();
		awaitCallbacks();
	}

	@Test
	void aDeferredResultKeepsItsResultForATimeout() {
		assertThat(application.get("/deferred-default").body()).isEqualTo("default");
		assertThat(snapshot().successfulCallsTotal()).isOne();
	}

	@Test
	void aFallbackAnswersInsteadOfATimeout() {
		assertThat(application.get("/deferred-timeout-or-else").body())
			.isEqualTo("instead of " + AsyncRequestTimeoutException.class.getSimpleName());
		assertThat(snapshot().failedCallsTotal()).isOne();
	}

	@Test
	void aTaskThatTimesOutCountsAsNothingAndRunsItsCallbacks() {
		assertThat(application.get("/task-timeout").body()).isEqualTo("timeout");
		awaitCallbacks();
		assertThat(snapshot().failedCallsTotal() + snapshot().successfulCallsTotal()).isZero();
	}

	private static void awaitCallbacks() {
		Set<String> callbacks = application.bean(Controller.class).callbacks();
		await().untilAsserted(() -> assertThat(callbacks).containsExactlyInAnyOrder("timeout", "completion"));
	}

	private static dev.breaker.CircuitBreaker breaker() {
		return Contexts.breaker(application.context(), "pings");
	}

	private static Snapshot snapshot() {
		return breaker().snapshot();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Controller.class)
	static class Application {

		@Bean
		AsyncTaskExecutor applicationTaskExecutor() {
			return new SimpleAsyncTaskExecutor("task-executor");
		}

		@Bean
		AsyncTaskExecutor ownExecutor() {
			return new SimpleAsyncTaskExecutor("own-executor");
		}

	}

	@RestController
	@CircuitBreaker(name = "pings")
	static class Controller {

		private final Set<String> callbacks = ConcurrentHashMap.newKeySet();

		@Unguarded
		public Set<String> callbacks() {
			return this.callbacks;
		}

		@GetMapping("/callable")
		public Callable<String> callable(boolean fail) {
			return () -> ping(fail);
		}

		@GetMapping("/callable-or-else")
		@CircuitBreaker(name = "pings", fallbackMethod = "instead")
		public Callable<String> callableOrElse(boolean fail) {
			return () -> ping(fail);
		}

		@GetMapping("/task")
		public WebAsyncTask<String> task(boolean fail) {
			return new WebAsyncTask<>(null, "ownExecutor", () -> ping(fail));
		}

		@GetMapping("/task-or-else")
		@CircuitBreaker(name = "pings", fallbackMethod = "instead")
		public WebAsyncTask<String> taskOrElse(boolean fail) {
			return new WebAsyncTask<>(() -> ping(fail));
		}

		@GetMapping("/task-timeout")
		public WebAsyncTask<String> taskTimeout() {
			CountDownLatch answered = new CountDownLatch(1);
			WebAsyncTask<String> task = new WebAsyncTask<>(10, () -> {
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					// Else it could be the answer, before that of the callback.
					answered.await();
					throw ex;
				}
				return "never";
			});
			task.onTimeout(() -> {
				this.callbacks.add("timeout");
				return "timeout";
			});
			task.onCompletion(() -> {
				this.callbacks.add("completion");
				answered.countDown();
			});
			return task;
		}

		@GetMapping("/deferred")
		public DeferredResult<String> deferred(boolean fail) {
			DeferredResult<String> result = new DeferredResult<>();
			later(fail).whenComplete((value, thrown) -> {
				if (thrown == null) {
					result.setResult(value);
				}
				else {
					result.setErrorResult(thrown.getCause());
				}
			});
			return result;
		}

		@GetMapping("/deferred-or-else")
		@CircuitBreaker(name = "pings", fallbackMethod = "deferredInstead")
		public DeferredResult<String> deferredOrElse(boolean fail) {
			return deferred(fail);
		}

		private DeferredResult<String> deferredInstead() {
			DeferredResult<String> result = new DeferredResult<>();
			CompletableFuture.runAsync(() -> result.setResult("instead"));
			return result;
		}

		@GetMapping("/deferred-timeout")
		public DeferredResult<String> deferredTimeout() {
			DeferredResult<String> result = new DeferredResult<>(10L);
			result.onTimeout(() -> this.callbacks.add("timeout"));
			result.onCompletion(() -> this.callbacks.add("completion"));
			return result;
		}

		@GetMapping("/deferred-default")
		public DeferredResult<String> deferredDefault() {
			return new DeferredResult<>(10L, "default");
		}

		@GetMapping("/deferred-timeout-or-else")
		@CircuitBreaker(name = "pings", fallbackMethod = "insteadOf")
		public DeferredResult<String> deferredTimeoutOrElse() {
			return new DeferredResult<>(10L);
		}

		@GetMapping("/entity")
		public ResponseEntity<CompletionStage<String>> entity(boolean fail) {
			return ResponseEntity.accepted().body(later(fail));
		}

		@GetMapping("/entity-or-else")
		@CircuitBreaker(name = "pings", fallbackMethod = "entityInstead")
		public ResponseEntity<CompletionStage<String>> entityOrElse(boolean fail) {
			return ResponseEntity.accepted().body(later(fail));
		}

		private ResponseEntity<CompletionStage<String>> entityInstead() {
			return ResponseEntity.ok(CompletableFuture.completedFuture("instead"));
		}

		@GetMapping("/object")
		public Object object(boolean fail) {
			return deferred(fail);
		}

		private String instead() {
			return "instead";
		}

		private String insteadOf(Throwable thrown) {
			return "instead of " + thrown.getClass().getSimpleName();
		}

		private static CompletableFuture<String> later(boolean fail) {
			return CompletableFuture.supplyAsync(() -> {
				try {
					return ping(fail);
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			});
		}

		private static String ping(boolean fail) throws IOException {
			if (fail) {
				throw new IOException("no pong");
			}
			String thread = Thread.currentThread().getName();
			return "pong on " + thread.replaceAll("\\d+$", "");
		}

	}

}
