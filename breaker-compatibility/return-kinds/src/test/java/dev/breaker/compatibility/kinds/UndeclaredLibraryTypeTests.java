package dev.breaker.compatibility.kinds;

import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Snapshot;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.reactive.ReactiveFlowKt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ReactiveAdapterRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Methods that declare {@link Object} or a type variable, and return types of other
 * reactive libraries.
 */
class UndeclaredLibraryTypeTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
				BreakerAopAutoConfiguration.class))
		.withUserConfiguration(Remotes.class);

	static Stream<Case> cases() {
		IllegalStateException thrown = new IllegalStateException("later");
		return Stream.of(new Case(Single.class, Single.error(thrown)), new Case(Maybe.class, Maybe.error(thrown)),
				new Case(Completable.class, Completable.error(thrown)),
				new Case(Observable.class, Observable.error(thrown).map((each) -> each)),
				new Case(Flowable.class, Flowable.error(thrown)),
				new Case(Flowable.class, Flowable.error(thrown).map((each) -> each)),
				new Case(Uni.class, Uni.createFrom().failure(thrown)),
				new Case(Uni.class, Uni.createFrom().failure(thrown).map((each) -> each)),
				new Case(Multi.class, Multi.createFrom().failure(thrown)),
				new Case(Multi.class, Multi.createFrom().failure(thrown).map((each) -> each)),
				new Case(Flow.class, ReactiveFlowKt.asFlow(Mono.error(thrown))));
	}

	@ParameterizedTest
	@MethodSource("cases")
	void whatIsGivenIsOfTheTypeOfItsLibrary(Case each) {
		this.runner.run((context) -> {
			Object given = context.getBean(Remotes.class).object(each.result);
			assertThat(given).isInstanceOf(each.type);
			Publisher<?> publisher = ReactiveAdapterRegistry.getSharedInstance()
				.getAdapter(each.type)
				.toPublisher(given);
			assertThat(Flux.from(publisher).onErrorComplete().collectList().block()).isEmpty();
			assertThat(snapshot(context.getBean(CircuitBreakerRegistry.class)).failedCallsTotal()).isOne();
		});
	}

	@Test
	void aVariableWithABoundMayBeAFlowable() {
		this.runner.run((context) -> {
			Flowable<String> flowable = context.getBean(Remotes.class).publisher(() -> Flowable.just("a"));
			assertThat(flowable.blockingFirst()).isEqualTo("a");
			assertThat(snapshot(context.getBean(CircuitBreakerRegistry.class)).successfulCallsTotal()).isOne();
		});
	}

	@Test
	void aSubjectIsGivenAsItIs() {
		this.runner.run((context) -> {
			PublishSubject<String> subject = PublishSubject.create();
			assertThat(context.getBean(Remotes.class).object(subject)).isSameAs(subject);
		});
	}

	private static Snapshot snapshot(CircuitBreakerRegistry registry) {
		return registry.find("remotes").orElseThrow().snapshot();
	}

	record Case(Class<?> type, Object result) {

	}

	@CircuitBreaker(name = "remotes")
	static class Remotes {

		public Object object(Object result) {
			return result;
		}

		public <T extends Publisher<String>> T publisher(Supplier<T> result) {
			return result.get();
		}

	}

}
