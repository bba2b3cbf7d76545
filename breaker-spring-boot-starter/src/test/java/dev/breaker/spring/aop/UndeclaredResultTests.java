package dev.breaker.spring.aop;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.breaker.Snapshot;
import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Methods that declare no type that tells when a call ends.
 */
@ExtendWith(OutputCaptureExtension.class)
class UndeclaredResultTests {

	private static final String UNFOLLOWED = "such calls count as successes when they return";

	static Stream<Object> knownByTheirClass() {
		return Stream.of(new OwnStage(), new PackageStage(), new OwnMono(), new OwnPublisher(), new OwnCallable(),
				new ListenableTask() {
				}, ForkJoinTask.adapt(() -> "x"), Flux.just("a").publish());
	}

	@ParameterizedTest
	@MethodSource("knownByTheirClass")
	void whatCallersKnowByItsClassIsGivenAsItIs(Object result) {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			assertThat(bean.object(result)).isSameAs(result);
			assertThat(bean.<Object>variable(() -> result)).isSameAs(result);
			assertThat(bean.entity(result).getBody()).isSameAs(result);
		});
	}

	@Test
	void aScheduledFutureIsGivenAsItIs() {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
		try {
			Contexts.with(Undeclared.class).run((context) -> {
				Object result = executor.schedule(() -> "x", 1, TimeUnit.HOURS);
				assertThat(context.getBean(Undeclared.class).object(result)).isSameAs(result);
			});
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void aVariableWithABoundStandsForWhatIsReturned() {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			Mono<String> mono = bean.publisher(() -> Mono.just("a"));
			assertThat(mono.block()).isEqualTo("a");
			Flux<String> flux = bean.publisher(() -> Flux.just("a", "b"));
			assertThat(flux.blockLast()).isEqualTo("b");
			CompletableFuture<String> future = bean.future(CompletableFuture::new);
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(2);
			future.complete("a");
			OwnStage own = bean.future(OwnStage::new);
			own.completeExceptionally(new IOException());
			PackageStage ofPackage = bean.future(PackageStage::new);
			ofPackage.complete("a");
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(3);
			assertThat(snapshot(context).failedCallsTotal()).isOne();
			OwnMono ownMono = bean.publisher(OwnMono::new);
			assertThat(ownMono).isNotNull();
		});
	}

	@Test
	void aVariableThatAClassSaysIsThatType() {
		Contexts.with(Monos.class, MoreMonos.class).run((context) -> {
			context.getBean(Monos.class).call().block();
			Mono<String> mono = context.getBean(MoreMonos.class).call();
			Contexts.breaker(context, "undeclared").forceOpen();
			assertThat(mono.onErrorReturn("refused").block()).isEqualTo("refused");
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@Test
	void publishersOfReactorAreFollowed(CapturedOutput output) {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			Sinks.Many<String> many = Sinks.many().replay().all();
			many.tryEmitError(new IOException());
			Sinks.One<String> one = Sinks.one();
			one.tryEmitError(new IOException());
			List<Publisher<?>> publishers = List.of(many.asFlux(), one.asMono(),
					Flux.error(new IOException()).map((each) -> each).publish().autoConnect(),
					Mono.error(new IOException()).cache(), Flux.error(new IOException()).hide());
			for (Publisher<?> publisher : publishers) {
				Publisher<?> given = (Publisher<?>) bean.object(publisher);
				assertThat(Flux.from(given).onErrorComplete().collectList().block()).isEmpty();
			}
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(publishers.size());
			assertThat(output).doesNotContain(UNFOLLOWED);
		});
	}

	@Test
	void aTaskStaysATaskThatCallersRun() {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			FutureTask<String> failing = bean.variable(() -> new FutureTask<>(() -> {
				throw new IOException();
			}));
			assertThat(failing.isDone()).isFalse();
			failing.run();
			assertThat(failing.isDone()).isTrue();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(failing::get)
				.withCauseInstanceOf(IOException.class);
			assertThat(snapshot(context).failedCallsTotal()).isOne();
			FutureTask<String> task = bean.variable(() -> new FutureTask<>(() -> "done"));
			task.run();
			assertThat(task.get(1, TimeUnit.SECONDS)).isEqualTo("done");
			FutureTask<String> cancelled = bean.variable(() -> new FutureTask<>(() -> "done"));
			assertThat(cancelled.cancel(true)).isTrue();
			assertThat(cancelled.isCancelled()).isTrue();
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@Test
	void anOwnStageIsRecordedWhenItEnds(CapturedOutput output) {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			OwnStage stage = new OwnStage();
			bean.object(stage);
			bean.entity(stage);
			assertThat(Contexts.recorded(context, "undeclared")).isZero();
			stage.completeExceptionally(new IOException());
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(2);
			assertThat(output).doesNotContain("This is logged once");
			OwnStage failing = new OwnStage();
			assertThat(bean.withFallback(failing)).isSameAs(failing);
			assertThat(output).contains(OwnStage.class.getName(),
					"no fallback runs where it fails after the method has returned");
		});
	}

	static Stream<Supplier<Object>> unfollowed() {
		return Stream.of(() -> Stream.of("a"), () -> new ByteArrayInputStream(new byte[1]), SseEmitter::new,
				() -> (StreamingResponseBody) (out) -> {
				}, () -> (Supplier<String>) () -> "a", () -> List.of(Mono.just("a")),
				() -> Map.of("a", new CompletableFuture<>()), () -> new Object[] { Mono.just("a") },
				() -> new Callable<?>[] { () -> "a" }, () -> Optional.of(List.of(Mono.just("a"))),
				() -> Optional.of(ResponseEntity.ok(Mono.just("a"))), () -> List.of(Optional.of(Mono.just("a"))),
				OwnMono::new, () -> new InputStreamResource(new ByteArrayInputStream(new byte[1])));
	}

	@ParameterizedTest
	@MethodSource("unfollowed")
	void whatCannotBeFollowedIsToldOnce(Supplier<Object> result, CapturedOutput output) {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			bean.object(result.get());
			bean.object(result.get());
			assertThat(output.getAll().split(UNFOLLOWED, -1)).hasSize(2);
			assertThat(output).contains("Undeclared.object(Object) returned ", "Declare the value itself, or a ");
			bean.entity(result.get());
			assertThat(output)
				.contains("Undeclared.entity(Object) returned org.springframework.http.ResponseEntity of ");
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(3);
		});
	}

	@Test
	void valuesAreNotToldOf(CapturedOutput output) {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			List<@Nullable Object> itself = new ArrayList<>();
			itself.add(itself);
			List<Object> cycle = new ArrayList<>();
			cycle.add(List.of(cycle));
			for (Object value : Arrays.asList("a", List.of(), List.of("a"), Map.of("a", 1), new int[1], new Object[0],
					new String[] { "a" }, Arrays.asList((Object) null), Optional.empty(), Optional.of("a"),
					List.of(ResponseEntity.ok("a")), itself, cycle, null)) {
				assertThat(bean.object(value)).isSameAs(value);
				assertThat(bean.entity(value).getBody()).isSameAs(value);
			}
			assertThat(bean.resource(new ByteArrayResource(new byte[0]))).isNotNull();
			assertThat(bean.response(ServerResponse.ok().build())).isNotNull();
			assertThat(output).doesNotContain(UNFOLLOWED);
		});
	}

	@Test
	void aDeclaredResourceOrResponseThatIsReadLaterIsTold(CapturedOutput output) {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			bean.resource(new InputStreamResource(new ByteArrayInputStream(new byte[1])));
			assertThat(output).contains("InputStreamResource, which is read after the method has returned");
			bean.resourceEntity(new InputStreamResource(new ByteArrayInputStream(new byte[1])));
			assertThat(output).contains("ResponseEntity of org.springframework.core.io.InputStreamResource, which");
			bean.response(ServerResponse.async(new CompletableFuture<>(), Duration.ofSeconds(1)));
			assertThat(output).contains("Undeclared.response(ServerResponse) returned");
		});
	}

	@Test
	void aFallbackOfAnObjectMayGiveAMonoThatIsACallable() {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			assertThat(((Mono<?>) bean.throwing()).block()).isEqualTo("instead");
			assertThat(Flux.from((Publisher<?>) bean.entityOfFailing().getBody()).blockLast()).isEqualTo("instead");
			Contexts.breaker(context, "undeclared").forceOpen();
			assertThat(((Mono<?>) bean.throwing()).block()).isEqualTo("instead");
			assertThat(bean.entityOfFailing().getBody().blockLast()).isEqualTo("instead");
		});
	}

	@Test
	void thePermitOfAMonoThatIsACallableIsGivenBack() {
		Contexts.with(Undeclared.class)
			.withPropertyValues("breaker.instances.undeclared.permitted-number-of-calls-in-half-open-state=1")
			.run((context) -> {
				Undeclared bean = context.getBean(Undeclared.class);
				Contexts.breaker(context, "undeclared").halfOpen();
				assertThat(((Mono<?>) bean.entity(Mono.just("a")).getBody()).block()).isEqualTo("a");
				assertThat(snapshot(context).state()).isEqualTo(dev.breaker.State.CLOSED);
			});
	}

	private static Snapshot snapshot(ApplicationContext context) {
		return Contexts.breaker(context, "undeclared").snapshot();
	}

	@CircuitBreaker(name = "undeclared")
	static class Undeclared {

		public @Nullable Object object(@Nullable Object result) {
			return result;
		}

		public <T> T variable(Supplier<T> result) {
			return result.get();
		}

		public <T extends Publisher<String>> T publisher(Supplier<T> result) {
			return result.get();
		}

		public <T extends CompletionStage<String>> T future(Supplier<T> result) {
			return result.get();
		}

		public ResponseEntity<?> entity(@Nullable Object body) {
			return ResponseEntity.ok(body);
		}

		public Resource resource(Resource resource) {
			return resource;
		}

		public ResponseEntity<Resource> resourceEntity(Resource resource) {
			return ResponseEntity.ok(resource);
		}

		public ServerResponse response(ServerResponse response) {
			return response;
		}

		@CircuitBreaker(name = "undeclared", fallbackMethod = "instead")
		public Object withFallback(Object result) {
			return result;
		}

		private Object instead(Object result) {
			return "instead";
		}

		@CircuitBreaker(name = "undeclared", fallbackMethod = "just")
		public Object throwing() {
			throw new IllegalStateException();
		}

		private Object just() {
			return Mono.just("instead");
		}

		@CircuitBreaker(name = "undeclared", fallbackMethod = "justEntity")
		public ResponseEntity<Flux<String>> entityOfFailing() {
			return ResponseEntity.ok(Flux.error(new IOException()));
		}

		private ResponseEntity<Flux<String>> justEntity() {
			return ResponseEntity.ok(Flux.just("instead"));
		}

	}

	abstract static class Source<T extends Publisher<String>> {

		@CircuitBreaker(name = "undeclared")
		public T call() {
			return get();
		}

		abstract T get();

	}

	abstract static class MonoSource<M extends Mono<String>> extends Source<M> {

	}

	static class Monos extends Source<Mono<String>> {

		@Override
		Mono<String> get() {
			return Mono.just("a");
		}

	}

	static class MoreMonos extends MonoSource<Mono<String>> {

		@Override
		Mono<String> get() {
			return Mono.just("a");
		}

	}

	public static class OwnStage extends CompletableFuture<String> {

	}

	static class PackageStage extends CompletableFuture<String> {

	}

	public static class OwnMono extends Mono<String> {

		@Override
		public void subscribe(CoreSubscriber<? super String> actual) {
			Mono.just("a").subscribe(actual);
		}

	}

	public static class OwnPublisher implements Publisher<String> {

		@Override
		public void subscribe(Subscriber<? super String> subscriber) {
			Mono.just("a").subscribe(subscriber);
		}

	}

	public static class OwnCallable implements Callable<String> {

		@Override
		public String call() {
			return "a";
		}

	}

	/** As libraries have it: the interface is public, its classes are not. */
	public interface ListenableFuture extends Future<String> {

		void addListener(Runnable listener);

	}

	abstract static class ListenableTask implements ListenableFuture {

		@Override
		public void addListener(Runnable listener) {
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return false;
		}

		@Override
		public boolean isCancelled() {
			return false;
		}

		@Override
		public boolean isDone() {
			return true;
		}

		@Override
		public String get() {
			return "a";
		}

		@Override
		public String get(long timeout, TimeUnit unit) {
			return "a";
		}

	}

}
