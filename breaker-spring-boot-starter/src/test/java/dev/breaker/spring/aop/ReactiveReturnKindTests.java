package dev.breaker.spring.aop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import dev.breaker.CallNotPermittedException;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Annotated methods that return reactive types.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveReturnKindTests {

	@Test
	void eachSubscriptionIsACall() {
		Contexts.with(Reactive.class).run((context) -> {
			Mono<String> mono = context.getBean(Reactive.class).mono(Mono.just("value"));
			assertThat(Contexts.recorded(context, "reactive")).isZero();
			assertThat(mono.block()).isEqualTo("value");
			assertThat(mono.block()).isEqualTo("value");
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void everyDeclaredTypeIsGivenBack() {
		Contexts.with(Reactive.class, GenericMono.class).run((context) -> {
			Reactive bean = context.getBean(Reactive.class);
			assertThat(bean.flux(Flux.just("a", "b")).collectList().block()).containsExactly("a", "b");
			assertThat(Flux.from(bean.publisher(Mono.just("a"))).blockLast()).isEqualTo("a");
			assertThat(JdkFlowAdapter.flowPublisherToFlux(bean.flow()).collectList().block()).containsExactly("a", "b");
			assertThat(context.getBean(GenericMono.class).call().block()).isEqualTo("value");
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(4);
		});
	}

	@Test
	void aRefusalIsAnErrorSignal() {
		Contexts.with(Reactive.class).run((context) -> {
			Reactive bean = context.getBean(Reactive.class);
			Contexts.breaker(context, "reactive").forceOpen();
			Mono<String> mono = bean.mono(Mono.just("value"));
			Flux<String> flux = bean.flux(Flux.just("value"));
			assertThat(snapshot(context).notPermittedCallsTotal()).isZero();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(mono::block);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(flux::blockLast);
			assertThat(snapshot(context).notPermittedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void whatTheMethodThrowsIsThrownAndRecorded() {
		Contexts.with(Reactive.class).run((context) -> {
			Reactive bean = context.getBean(Reactive.class);
			IllegalStateException thrown = new IllegalStateException("no publisher");
			assertThatException().isThrownBy(() -> bean.throwing(thrown)).isSameAs(thrown);
			AssertionError error = new AssertionError();
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> bean.throwing(error)).isSameAs(error);
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(2);
			Contexts.breaker(context, "reactive").forceOpen();
			assertThatException().isThrownBy(() -> bean.throwing(thrown)).isSameAs(thrown);
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void nullInPlaceOfAPublisherIsAValue() {
		Contexts.with(Reactive.class).run((context) -> {
			assertThat(context.getBean(Reactive.class).mono(null)).isNull();
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@Test
	void theKeyIsEvaluatedWhenTheMethodIsCalled() {
		Contexts.with(Keyed.class).run((context) -> {
			Keyed bean = context.getBean(Keyed.class);
			List<String> key = new ArrayList<>(List.of("a"));
			Mono<String> mono = bean.call(key);
			key.set(0, "b");
			mono.block();
			assertThat(Contexts.recorded(context, "keyed:a")).isOne();
			assertThatException().isThrownBy(() -> bean.call(List.of()));
			assertThat(bean.withFallback(List.of()).block()).isEqualTo("instead");
		});
	}

	@Test
	void aCallOfAnotherMethodBelongsToTheOutermost() {
		Contexts.with(Facade.class, Client.class).run((context) -> {
			Facade facade = context.getBean(Facade.class);
			assertThat(facade.load("id").block()).isEqualTo("id loaded");
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
			Contexts.breaker(context, "reactive").halfOpen();
			assertThat(facade.load("id").block()).isEqualTo("id loaded");
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(2);
			assertThat(Contexts.breaker(context, "reactive").state()).isEqualTo(State.HALF_OPEN);
			Contexts.breaker(context, "reactive").close();
			Client client = context.getBean(Client.class);
			client.load("a").flatMap(client::load).block();
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(4);
			assertThatException().isThrownBy(() -> facade.throwing());
			assertThat(snapshot(context).failedCallsTotal()).isOne();
		});
	}

	@Test
	void aProbeRefusedOnAnotherThreadIsLogged(CapturedOutput output) {
		Contexts.with(Facade.class, Client.class)
			.withPropertyValues("breaker.instances.reactive.permitted-number-of-calls-in-half-open-state=1")
			.run((context) -> {
				Contexts.breaker(context, "reactive").halfOpen();
				Mono<String> mono = context.getBean(Facade.class).elsewhere("id");
				assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(mono::block);
				assertThat(Contexts.breaker(context, "reactive").state()).isEqualTo(State.HALF_OPEN);
				assertThat(output).contains("refused a call that was made on another thread by a probe of its own");
			});
	}

	@Test
	void aFallbackMayBeOfAnyReactiveTypeOrAValue() {
		Contexts.with(Fallbacks.class, Told.class).run((context) -> {
			Fallbacks bean = context.getBean(Fallbacks.class);
			assertThat(bean.sameKind().block()).isEqualTo("mono");
			assertThat(bean.otherKind().block()).isEqualTo("first");
			assertThat(bean.stage().block()).isEqualTo("stage");
			assertThat(bean.value().block()).isEqualTo("value of IOException");
			assertThat(bean.nullValue().blockOptional()).isEmpty();
			assertThat(bean.fluxByValue().collectList().block()).containsExactly("before", "value");
			assertThat(bean.nothing().blockOptional()).isEmpty();
			assertThat(bean.number().block()).isEqualTo(7);
			assertThat(bean.thrown("no publisher").block()).isEqualTo("mono");
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(9);
			assertThat(context.getBean(Told.class).ended).hasSize(9).containsOnly(true);
			Contexts.breaker(context, "reactive").forceOpen();
			assertThat(bean.value().block()).isEqualTo("value of CallNotPermittedException");
		});
	}

	@Test
	void aFallbackThatFailsIsSignalledAndTold() {
		Contexts.with(Fallbacks.class, Told.class).run((context) -> {
			Fallbacks bean = context.getBean(Fallbacks.class);
			Told told = context.getBean(Told.class);
			assertThatException().isThrownBy(() -> bean.failing().block()).withMessage("no fallback");
			assertThatException().isThrownBy(() -> bean.failingLater().block()).withMessage("late");
			assertThatException().isThrownBy(() -> bean.failingFlux().blockLast()).withMessage("late");
			assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> bean.noPublisher().block())
				.withMessageContaining("returned no publisher");
			assertThat(told.ended).containsExactly(false, false, false, false);
		});
	}

	@Test
	void aFallbackThatIsCancelledIsTakenByItsElements() {
		Contexts.with(Fallbacks.class, Told.class).run((context) -> {
			Fallbacks bean = context.getBean(Fallbacks.class);
			Told told = context.getBean(Told.class);
			assertThat(bean.manyInstead().blockFirst()).isEqualTo("first");
			assertThat(told.ended).containsExactly(true);
			bean.never().subscribe().dispose();
			assertThat(told.ended).containsExactly(true);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aFluxInAnEntityOrObjectEndsOnce(boolean inEntity) {
		Contexts.with(Undeclared.class).run((context) -> {
			Flux<String> flux = flux(context.getBean(Undeclared.class), inEntity, Flux.just("a", "b"));
			assertThat(Contexts.recorded(context, "reactive")).isZero();
			assertThat(flux.collectList().block()).containsExactly("a", "b");
			assertThat(flux.collectList().block()).containsExactly("a", "b");
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aFluxOfWhichOneElementIsEnoughHasSucceeded(boolean inEntity) {
		Contexts.with(Undeclared.class).run((context) -> {
			Flux<String> flux = flux(context.getBean(Undeclared.class), inEntity,
					Flux.just("a").concatWith(Flux.never()));
			assertThat(flux.blockFirst()).isEqualTo("a");
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anElementThatCountsAsAFailureFailsItsCall(boolean inEntity) {
		Contexts.with(Undeclared.class)
			.withPropertyValues("breaker.instances.reactive.record-result-predicate=" + IsBad.class.getName())
			.run((context) -> {
				Undeclared bean = context.getBean(Undeclared.class);
				assertThat(flux(bean, inEntity, Flux.just("good", "bad", "good")).collectList().block())
					.containsExactly("good", "bad", "good");
				assertThat(snapshot(context).failedCallsTotal()).isOne();
				assertThat(flux(bean, inEntity, Flux.just("good", "good")).count().block()).isEqualTo(2);
				assertThat(snapshot(context).failedCallsTotal()).isOne();
				assertThat(snapshot(context).successfulCallsTotal()).isOne();
			});
	}

	@Test
	void anObjectOfAFailedMonoHasWhateverItsFallbackGives() {
		Contexts.with(Undeclared.class, Told.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			assertThat(mono(bean.withFallback("value")).block()).isEqualTo("value");
			assertThat(mono(bean.withFallback(Mono.just("mono"))).block()).isEqualTo("mono");
			assertThat(mono(bean.withFallback(Flux.just("first", "second"))).block()).isEqualTo("first");
			assertThat(mono(bean.withFallback(null)).blockOptional()).isEmpty();
			assertThat(context.getBean(Told.class).ended).containsExactly(true, true, true, true);
			assertThatException().isThrownBy(() -> mono(bean.withFallback(Mono.error(new IOException("late")))).block())
				.withMessageContaining("late");
			assertThat(context.getBean(Told.class).ended).endsWith(false);
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(5);
		});
	}

	@Test
	void aPublisherThatIsACallableTooStaysAPublisher() {
		Contexts.with(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			List<Publisher<String>> publishers = List.of(Mono.just("a"), Mono.empty(), Mono.fromCallable(() -> "a"),
					Flux.just("a"), Flux.empty());
			assertThat(publishers).allSatisfy((publisher) -> {
				assertThat(publisher).isInstanceOf(Callable.class);
				assertThat(bean.object(publisher)).isInstanceOf(Publisher.class);
				assertThat(bean.anyEntity(publisher).getBody()).isInstanceOf(Publisher.class);
			});
			assertThat(mono(bean.object(Mono.just("a"))).block()).isEqualTo("a");
			assertThat(mono(bean.anyEntity(Mono.just("a")).getBody()).block()).isEqualTo("a");
			assertThat(snapshot(context).successfulCallsTotal()).isEqualTo(2);
		});
	}

	@SuppressWarnings("unchecked")
	private static Flux<String> flux(Undeclared bean, boolean inEntity, Flux<String> source) {
		return inEntity ? bean.entity(source).getBody() : (Flux<String>) bean.object(source);
	}

	private static Mono<?> mono(Object result) {
		return (Mono<?>) result;
	}

	@Test
	void whatIsIgnoredHasNoFallback() {
		Contexts.with(Fallbacks.class)
			.withPropertyValues("breaker.instances.reactive.ignore-exceptions=java.io.IOException")
			.run((context) -> {
				assertThatException().isThrownBy(() -> context.getBean(Fallbacks.class).value().block())
					.havingRootCause()
					.isInstanceOf(IOException.class);
				assertThat(snapshot(context).ignoredCallsTotal()).isOne();
			});
	}

	@ParameterizedTest
	@ValueSource(classes = { ValueOfOtherType.class, OtherElement.class, ListForFlux.class, VoidForValue.class,
			ValueForVoid.class })
	void aFallbackOfAnotherElementStopsTheApplication(Class<?> bean) {
		Contexts.with(bean)
			.run((context) -> assertThat(Contexts.analysis(context).getDescription()).contains("which is no "));
	}

	@Test
	void everyAttemptOfARetryIsRecordedAndTheFallbackRunsOnce() {
		retrying().run((context) -> {
			Retried bean = context.getBean(Retried.class);
			assertThat(bean.call(2).block()).isEqualTo("value");
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(2);
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
			bean.attempts().set(0);
			assertThat(bean.call(100).block()).isEqualTo("instead of attempt 4");
			assertThat(snapshot(context).failedCallsTotal()).isEqualTo(6);
			bean.attempts().set(0);
			assertThat(Flux.from(bean.flux(100)).collectList().block()).containsExactly("a", "a", "a", "a", "instead");
			assertThat(bean.fallbacks()).hasValue(2);
		});
	}

	@Test
	void anOpenBreakerRefusesBeforeTheFirstAttempt() {
		retrying().run((context) -> {
			Retried bean = context.getBean(Retried.class);
			Contexts.breaker(context, "reactive").forceOpen();
			assertThat(bean.slow().block()).isEqualTo("instead of refused");
			Mono<String> withoutFallback = bean.slowWithoutFallback();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(withoutFallback::block);
			assertThat(bean.attempts()).hasValue(0);
			assertThat(snapshot(context).notPermittedCallsTotal()).isEqualTo(2);
			Contexts.breaker(context, "reactive").close();
			assertThat(withoutFallback.block()).isEqualTo("value");
		});
	}

	@Test
	void aBreakerThatOpensBetweenAttemptsEndsTheRetry() {
		retrying().withPropertyValues("breaker.instances.reactive.consecutive-failure-threshold=2").run((context) -> {
			Retried bean = context.getBean(Retried.class);
			assertThat(bean.call(100).block()).isEqualTo("instead of refused");
			assertThat(bean.attempts()).hasValue(2);
			assertThat(bean.fallbacks()).hasValue(1);
		});
	}

	@Test
	void subscribersOfOneRetriedMonoDoNotMeet() {
		retrying().run((context) -> {
			Retried bean = context.getBean(Retried.class);
			Sinks.One<String> first = Sinks.one();
			Mono<String> shared = bean.late(first.asMono());
			List<String> answers = new ArrayList<>();
			shared.subscribe(answers::add);
			Contexts.breaker(context, "reactive").forceOpen();
			shared.subscribe(answers::add);
			first.tryEmitValue("value");
			assertThat(answers).containsExactly("instead of refused", "value");
		});
	}

	@Test
	void typesWithoutAContextAreRetriedToo() {
		retrying().run((context) -> {
			Retried bean = context.getBean(Retried.class);
			Flux<String> flow = JdkFlowAdapter.flowPublisherToFlux(bean.flow(100));
			assertThat(flow.blockLast()).isEqualTo("instead");
			assertThat(bean.attempts()).hasValue(4);
			Contexts.breaker(context, "reactive").forceOpen();
			assertThat(flow.blockLast()).isEqualTo("instead");
			Contexts.breaker(context, "reactive").close();
			bean.attempts().set(100);
			assertThat(flow.blockLast()).isEqualTo("a");
			assertThat(bean.fallbacks()).hasValue(2);
		});
	}

	@Test
	void whatARetriedMethodThrowsHasItsFallback() {
		retrying().run((context) -> {
			Retried bean = context.getBean(Retried.class);
			assertThat(bean.throwing().block()).isEqualTo("instead of thrown");
			Contexts.breaker(context, "reactive").forceOpen();
			assertThat(bean.throwing().block()).isEqualTo("instead of thrown");
			assertThatException().isThrownBy(bean::throwingWithoutFallback).withMessage("thrown");
			assertThat(bean.nullResult()).isNull();
		});
	}

	@Test
	void aCacheBetweenSeesNeitherRefusalsNorFallbacks() {
		retrying().withUserConfiguration(Caches.class, Cached.class).run((context) -> {
			Cached bean = context.getBean(Cached.class);
			Contexts.breaker(context, "reactive").forceOpen();
			assertThat(bean.call("a").block()).isEqualTo("instead");
			assertThat(bean.retried("a").block()).isEqualTo("instead");
			Contexts.breaker(context, "reactive").close();
			assertThat(bean.call("a").block()).isEqualTo("value");
			assertThat(bean.retried("a").block()).isEqualTo("value");
			Contexts.breaker(context, "reactive").forceOpen();
			assertThat(bean.call("a").block()).isEqualTo("value");
			assertThat(bean.retried("a").block()).isEqualTo("value");
		});
	}

	@Test
	void aCacheThatSubscribesFirstHasTheFallbackToo() {
		retrying().withUserConfiguration(Caches.class, Cached.class).run((context) -> {
			Cached bean = context.getBean(Cached.class);
			Mono<String> mono = bean.early("a");
			Mono<List<String>> flux = bean.earlyMany("b").collectList();
			await().until(() -> snapshot(context).failedCallsTotal() == 2);
			assertThat(mono.block()).isEqualTo("instead");
			assertThat(flux.block()).containsExactly("instead");
			Contexts.breaker(context, "reactive").forceOpen();
			Mono<String> refused = bean.early("c");
			Mono<String> retried = bean.earlyRetried("d");
			await().until(() -> snapshot(context).notPermittedCallsTotal() == 2);
			assertThat(refused.block()).isEqualTo("instead");
			assertThat(retried.block()).isEqualTo("instead");
			assertThat(snapshot(context).notPermittedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void aTimeoutOfTheRetryHasTheFallback() {
		retrying().run((context) -> {
			assertThat(context.getBean(Retried.class).timed().block()).startsWith("instead of Did not observe");
			assertThat(snapshot(context).failedCallsTotal()).isZero();
		});
	}

	private static ApplicationContextRunner retrying() {
		return Contexts.with(Resilient.class, Retried.class);
	}

	private static Snapshot snapshot(ApplicationContext context) {
		return Contexts.breaker(context, "reactive").snapshot();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Caches {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	static class Told implements FallbackListener {

		final List<Boolean> ended = new ArrayList<>();

		@Override
		public void onFallback(String name, boolean success) {
			this.ended.add(success);
		}

	}

	static class Reactive {

		@CircuitBreaker(name = "reactive")
		public @Nullable Mono<String> mono(@Nullable Mono<String> source) {
			return source;
		}

		@CircuitBreaker(name = "reactive")
		public Flux<String> flux(Flux<String> source) {
			return source;
		}

		@CircuitBreaker(name = "reactive")
		public Publisher<String> publisher(Publisher<String> source) {
			return source;
		}

		@CircuitBreaker(name = "reactive")
		public Flow.Publisher<String> flow() {
			return JdkFlowAdapter.publisherToFlowPublisher(Flux.just("a", "b"));
		}

		@CircuitBreaker(name = "reactive")
		public Mono<String> throwing(Throwable thrown) {
			if (thrown instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) thrown;
		}

	}

	/** Methods whose calls begin before there is a subscriber. */
	static class Undeclared {

		@CircuitBreaker(name = "reactive")
		public Object object(Object result) {
			return result;
		}

		@CircuitBreaker(name = "reactive")
		public ResponseEntity<Flux<String>> entity(Flux<String> body) {
			return ResponseEntity.ok(body);
		}

		@CircuitBreaker(name = "reactive")
		public ResponseEntity<?> anyEntity(Object body) {
			return ResponseEntity.ok(body);
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "given")
		public Object withFallback(@Nullable Object instead) {
			return Mono.error(new IOException("down"));
		}

		private @Nullable Object given(@Nullable Object instead, Throwable thrown) {
			return instead;
		}

	}

	static class IsBad implements Predicate<Object> {

		@Override
		public boolean test(Object element) {
			return element.equals("bad");
		}

	}

	abstract static class Generic<T> {

		@CircuitBreaker(name = "reactive")
		public T call() {
			return create();
		}

		abstract T create();

	}

	static class GenericMono extends Generic<Mono<String>> {

		@Override
		Mono<String> create() {
			return Mono.just("value");
		}

	}

	static class Keyed {

		@CircuitBreaker(name = "keyed", key = "#keys[0]")
		public Mono<String> call(List<String> keys) {
			return Mono.just("value");
		}

		@CircuitBreaker(name = "keyed", key = "#keys[0]", fallbackMethod = "instead")
		public Mono<String> withFallback(List<String> keys) {
			return Mono.just("value");
		}

		private String instead() {
			return "instead";
		}

	}

	static class Facade {

		private final Client client;

		Facade(Client client) {
			this.client = client;
		}

		@CircuitBreaker(name = "reactive")
		public Mono<String> load(String id) {
			return Mono.just(id).flatMap(this.client::load);
		}

		@CircuitBreaker(name = "reactive")
		public Mono<String> elsewhere(String id) {
			return Mono.just(id).publishOn(Schedulers.single()).flatMap(this.client::load);
		}

		@CircuitBreaker(name = "reactive")
		public Mono<String> throwing() {
			throw new IllegalStateException();
		}

	}

	static class Client {

		@CircuitBreaker(name = "reactive")
		public Mono<String> load(String id) {
			return Mono.just(id + " loaded");
		}

	}

	static class Fallbacks {

		private static <T> Mono<T> fail() {
			return Mono.error(new IOException("down"));
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "mono")
		public Mono<String> sameKind() {
			return fail();
		}

		private Mono<String> mono() {
			return Mono.just("mono");
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "many")
		public Mono<String> otherKind() {
			return fail();
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "many")
		public Flux<String> manyInstead() {
			return Flux.from(fail());
		}

		private Flux<String> many() {
			return Flux.just("first", "second");
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "future")
		public Mono<String> stage() {
			return fail();
		}

		private CompletableFuture<String> future() {
			return CompletableFuture.completedFuture("stage");
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "valueOf")
		public Mono<String> value() {
			return fail();
		}

		private String valueOf(Throwable thrown) {
			return "value of " + thrown.getClass().getSimpleName();
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "noValue")
		public Mono<String> nullValue() {
			return fail();
		}

		private @Nullable String noValue() {
			return null;
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "oneValue")
		public Flux<String> fluxByValue() {
			return Flux.just("before").concatWith(fail());
		}

		private String oneValue() {
			return "value";
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "done")
		public Mono<Void> nothing() {
			return fail();
		}

		private void done() {
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "seven")
		public Mono<Integer> number() {
			return fail();
		}

		private int seven() {
			return 7;
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "mono")
		public Mono<String> thrown(String message) {
			throw new IllegalStateException(message);
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "broken")
		public Mono<String> failing() {
			return fail();
		}

		private String broken() {
			throw new IllegalStateException("no fallback");
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "brokenLater")
		public Mono<String> failingLater() {
			return fail();
		}

		private Mono<String> brokenLater() {
			return Mono.error(new IllegalStateException("late"));
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "brokenFlux")
		public Flux<String> failingFlux() {
			return Flux.from(fail());
		}

		private Flux<String> brokenFlux() {
			return Flux.just("a").concatWith(Mono.error(new IllegalStateException("late")));
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "noMono")
		public Mono<String> noPublisher() {
			return fail();
		}

		private @Nullable Mono<String> noMono() {
			return null;
		}

		@CircuitBreaker(name = "reactive", fallbackMethod = "neverEnding")
		public Flux<String> never() {
			return Flux.from(fail());
		}

		private Flux<String> neverEnding() {
			return Flux.never();
		}

	}

	static class ValueOfOtherType {

		@CircuitBreaker(name = "misfit", fallbackMethod = "instead")
		public Mono<String> call() {
			return Mono.empty();
		}

		Integer instead() {
			return 1;
		}

	}

	static class OtherElement {

		@CircuitBreaker(name = "misfit", fallbackMethod = "instead")
		public Mono<String> call() {
			return Mono.empty();
		}

		Flux<Integer> instead() {
			return Flux.empty();
		}

	}

	static class ListForFlux {

		@CircuitBreaker(name = "misfit", fallbackMethod = "instead")
		public Flux<String> call() {
			return Flux.empty();
		}

		List<String> instead() {
			return List.of();
		}

	}

	static class VoidForValue {

		@CircuitBreaker(name = "misfit", fallbackMethod = "instead")
		public Mono<String> call() {
			return Mono.empty();
		}

		void instead() {
		}

	}

	static class ValueForVoid {

		@CircuitBreaker(name = "misfit", fallbackMethod = "instead")
		public Mono<Void> call() {
			return Mono.empty();
		}

		Mono<String> instead() {
			return Mono.empty();
		}

	}

	static class Retried {

		private final AtomicInteger attempts = new AtomicInteger();

		private final AtomicInteger fallbacks = new AtomicInteger();

		public AtomicInteger attempts() {
			return this.attempts;
		}

		public AtomicInteger fallbacks() {
			return this.fallbacks;
		}

		private <T> Mono<T> attempt(int failures, T value) {
			return Mono.fromCallable(() -> {
				int attempt = this.attempts.incrementAndGet();
				if (attempt <= failures) {
					throw new IOException("attempt " + attempt);
				}
				return value;
			});
		}

		@Retryable(maxRetries = 3, delay = 1)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> call(int failures) {
			return attempt(failures, "value");
		}

		@Retryable(maxRetries = 3, delay = 1)
		@CircuitBreaker(name = "reactive", fallbackMethod = "insteadOfMany")
		public Publisher<String> flux(int failures) {
			return Flux.just("a").concatWith(attempt(failures, "b"));
		}

		@Retryable(maxRetries = 3, delay = 1)
		@CircuitBreaker(name = "reactive", fallbackMethod = "insteadOfMany")
		public Flow.Publisher<String> flow(int failures) {
			return JdkFlowAdapter.publisherToFlowPublisher(attempt(failures, "a"));
		}

		@Retryable(timeout = 1)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> timed() {
			return Mono.never();
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> slow() {
			return attempt(0, "value");
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive")
		public Mono<String> slowWithoutFallback() {
			return attempt(0, "value");
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> late(Mono<String> source) {
			return source;
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> throwing() {
			throw new IllegalStateException("thrown");
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive")
		public Mono<String> throwingWithoutFallback() {
			throw new IllegalStateException("thrown");
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive2", fallbackMethod = "instead")
		public @Nullable Mono<String> nullResult() {
			return null;
		}

		private Mono<String> instead(Throwable thrown) {
			this.fallbacks.incrementAndGet();
			return Mono.just(
					"instead of " + ((thrown instanceof CallNotPermittedException) ? "refused" : thrown.getMessage()));
		}

		private String insteadOfMany() {
			this.fallbacks.incrementAndGet();
			return "instead";
		}

	}

	static class Cached {

		@Cacheable("cached")
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> call(String key) {
			return Mono.just("value");
		}

		@Cacheable(cacheNames = "early", sync = true)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> early(String key) {
			return Mono.error(new IOException());
		}

		@Cacheable(cacheNames = "early", sync = true)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Flux<String> earlyMany(String key) {
			return Flux.error(new IOException());
		}

		@Cacheable(cacheNames = "early", sync = true)
		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> earlyRetried(String key) {
			return Mono.just("value");
		}

		@Cacheable("retried")
		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "reactive", fallbackMethod = "instead")
		public Mono<String> retried(String key) {
			return Mono.just("value");
		}

		private String instead() {
			return "instead";
		}

	}

}
