package dev.breaker.spring.aop;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Primary;
import org.springframework.data.annotation.Id;
import org.springframework.data.keyvalue.repository.KeyValueRepository;
import org.springframework.data.map.repository.config.EnableMapRepositories;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One call that two proxies guard by the same annotation: the outermost guard records it
 * and gives the fallback, the other one steps aside.
 */
class DoublyGuardedCallTests {

	@ParameterizedTest
	@EnumSource
	void theFailureIsRecordedAndTheOutermostFallbackAnswers(Way way) {
		contextRunner(Decorated.class).run((context) -> {
			Price price = context.getBean(Price.class);
			assertThat(way.call(price)).isEqualTo("instead by " + LoggingPrice.class.getSimpleName());
			assertThat(Contexts.breaker(context, way.breaker).snapshot().failedCallsTotal()).isEqualTo(way.attempts);
			assertThat(Contexts.recorded(context, way.breaker)).isEqualTo(way.attempts);
			way.call(price);
			assertThat(Contexts.breaker(context, way.breaker).state()).isEqualTo(State.OPEN);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aProbeThatFailsOpensAgain(Way way) {
		contextRunner(Decorated.class).run((context) -> {
			Price price = context.getBean(Price.class);
			way.call(price);
			Contexts.breaker(context, way.breaker).halfOpen();
			way.call(price);
			assertThat(Contexts.breaker(context, way.breaker).state()).isEqualTo(State.OPEN);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whatIsDecoratedIsGuardedWhereItIsCalledAlone(Way way) {
		contextRunner(Decorated.class).run((context) -> {
			assertThat(way.call(context.getBean("remote", Price.class)))
				.isEqualTo("instead by " + RemotePrice.class.getSimpleName());
			assertThat(Contexts.breaker(context, way.breaker).snapshot().failedCallsTotal()).isEqualTo(way.attempts);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "fragment", "typed" })
	void aFragmentOfARepositoryOpensItsBreaker(String name) {
		contextRunner(Fragments.class).run((context) -> {
			Persons persons = context.getBean(Persons.class);
			for (int i = 0; i < 2; i++) {
				assertThat(name.equals("fragment") ? persons.special() : persons.typed()).isEqualTo("instead");
			}
			assertThat(Contexts.breaker(context, name).snapshot().failedCallsTotal()).isEqualTo(2);
			assertThat(Contexts.breaker(context, name).state()).isEqualTo(State.OPEN);
		});
	}

	@Test
	void ofAnotherKeyItIsACallOfItsOwn() {
		contextRunner(Decorated.class).run((context) -> {
			assertThat(context.getBean(Price.class).keyed("other")).isEqualTo("instead by RemotePrice");
			assertThat(Contexts.breaker(context, "keyed:a").snapshot().failedCallsTotal()).isOne();
			assertThat(Contexts.breaker(context, "keyed:other").snapshot().successfulCallsTotal()).isOne();
		});
	}

	@Test
	void anAnnotationOfItsOwnHasItsOwnFallback() {
		contextRunner(Decorated.class).run((context) -> {
			assertThat(context.getBean(Price.class).own()).isEqualTo("own instead");
			assertThat(Contexts.breaker(context, "own").snapshot().successfulCallsTotal()).isOne();
		});
	}

	/** Neither is inside of the call, though its stack is around. */
	@ParameterizedTest
	@CsvSource({ "false, 2", "true, 2" })
	void whatASubscriberOrAFallbackCallsIsACallOfItsOwn(boolean inFallback, int failed) {
		contextRunner(Decorated.class).run((context) -> {
			Price price = context.getBean(Price.class);
			Price remote = context.getBean("remote", Price.class);
			if (inFallback) {
				context.getBean(LoggingPrice.Again.class).price = remote;
				assertThat(price.again()).isEqualTo("last resort");
			}
			else {
				assertThat(price.mono().flatMap((answer) -> remote.mono()).block()).isEqualTo("instead by RemotePrice");
			}
			assertThat(Contexts.breaker(context, inFallback ? "again" : "mono").snapshot().failedCallsTotal())
				.isEqualTo(failed);
		});
	}

	private static ApplicationContextRunner contextRunner(Class<?>... classes) {
		ApplicationContextRunner runner = Contexts.with(classes);
		for (Way way : Way.values()) {
			String name = way.breaker.replaceFirst(":.*", "");
			runner = runner.withPropertyValues(
					"breaker.instances." + name + ".minimum-number-of-calls=" + 2 * way.attempts,
					"breaker.instances." + name + ".sliding-window-size=" + 10 * way.attempts,
					"breaker.instances." + name + ".permitted-number-of-calls-in-half-open-state=1");
		}
		return runner.withPropertyValues("breaker.instances.fragment.minimum-number-of-calls=2",
				"breaker.instances.typed.minimum-number-of-calls=2");
	}

	enum Way {

		VALUE("value"), TYPED("typed"), KEYED("keyed:a"), STAGE("stage"), FUTURE("future"), MONO("mono"),
		DEFERRED("deferred"), FLUX("flux"), CALLABLE("callable"), DEFERRED_CALLABLE("later"), RETRIED("retried", 2);

		private final String breaker;

		private final int attempts;

		Way(String breaker) {
			this(breaker, 1);
		}

		Way(String breaker, int attempts) {
			this.breaker = breaker;
			this.attempts = attempts;
		}

		Object call(Price price) throws Exception {
			return switch (this) {
				case VALUE -> price.value();
				case TYPED -> price.typed();
				case KEYED -> price.keyed("a");
				case STAGE -> price.stage().toCompletableFuture().join();
				case FUTURE -> price.future().join();
				case MONO -> price.mono().block();
				case DEFERRED -> price.deferred().block();
				case FLUX -> price.flux().blockLast();
				case CALLABLE -> price.callable().call();
				case DEFERRED_CALLABLE -> price.later().call();
				case RETRIED -> price.retried();
			};
		}

	}

	@CircuitBreaker(name = "typed", fallbackMethod = "instead")
	interface Typed {

		String typed();

		default String instead() {
			return "instead by " + getClass().getSimpleName();
		}

	}

	interface Price extends Typed {

		@CircuitBreaker(name = "value", fallbackMethod = "instead")
		String value();

		@CircuitBreaker(name = "keyed", key = "#key", fallbackMethod = "instead")
		String keyed(String key);

		@CircuitBreaker(name = "stage", fallbackMethod = "stageInstead")
		CompletionStage<String> stage();

		default CompletionStage<String> stageInstead() {
			return futureInstead();
		}

		@CircuitBreaker(name = "future", fallbackMethod = "futureInstead")
		CompletableFuture<String> future();

		default CompletableFuture<String> futureInstead() {
			return CompletableFuture.completedFuture(instead());
		}

		@CircuitBreaker(name = "mono", fallbackMethod = "instead")
		Mono<String> mono();

		@CircuitBreaker(name = "deferred", fallbackMethod = "instead")
		Mono<String> deferred();

		@CircuitBreaker(name = "flux", fallbackMethod = "instead")
		Flux<String> flux();

		@CircuitBreaker(name = "callable", fallbackMethod = "instead")
		Callable<String> callable();

		@CircuitBreaker(name = "later", fallbackMethod = "instead")
		Callable<String> later();

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "retried", fallbackMethod = "instead")
		String retried();

		String own();

		@CircuitBreaker(name = "again", fallbackMethod = "askAgain")
		String again();

		String askAgain();

	}

	static class RemotePrice implements Price {

		private static IllegalStateException down() {
			return new IllegalStateException("down");
		}

		@Override
		public String value() {
			throw down();
		}

		@Override
		public String typed() {
			throw down();
		}

		@Override
		public String keyed(String key) {
			throw down();
		}

		@Override
		public CompletionStage<String> stage() {
			return CompletableFuture.failedFuture(down());
		}

		@Override
		public CompletableFuture<String> future() {
			throw down();
		}

		@Override
		public Mono<String> mono() {
			return Mono.error(down());
		}

		@Override
		public Mono<String> deferred() {
			throw down();
		}

		@Override
		public Flux<String> flux() {
			return Flux.error(down());
		}

		@Override
		public Callable<String> callable() {
			return () -> {
				throw down();
			};
		}

		@Override
		public Callable<String> later() {
			return callable();
		}

		@Override
		public String retried() {
			throw down();
		}

		@Override
		@CircuitBreaker(name = "own", fallbackMethod = "ownInstead")
		public String own() {
			throw down();
		}

		String ownInstead() {
			return "own instead";
		}

		@Override
		public String again() {
			throw down();
		}

		@Override
		public String askAgain() {
			return "last resort";
		}

	}

	static class LoggingPrice implements Price {

		private final Price price;

		private final Again again;

		LoggingPrice(Price price, Again again) {
			this.price = price;
			this.again = again;
		}

		@Override
		public String value() {
			return this.price.value();
		}

		@Override
		public String typed() {
			return this.price.typed();
		}

		@Override
		public String keyed(String key) {
			return this.price.keyed("a");
		}

		@Override
		public CompletionStage<String> stage() {
			return this.price.stage().thenApply(String::trim);
		}

		@Override
		public CompletableFuture<String> future() {
			return this.price.future();
		}

		@Override
		public Mono<String> mono() {
			return this.price.mono().map(String::trim);
		}

		@Override
		public Mono<String> deferred() {
			return Mono.just("key").flatMap((key) -> this.price.deferred());
		}

		@Override
		public Flux<String> flux() {
			return Flux.defer(this.price::flux);
		}

		@Override
		public Callable<String> callable() {
			return this.price.callable();
		}

		@Override
		public Callable<String> later() {
			return () -> this.price.later().call();
		}

		@Override
		public String retried() {
			return this.price.retried();
		}

		@Override
		@CircuitBreaker(name = "own", fallbackMethod = "instead")
		public String own() {
			return this.price.own();
		}

		@Override
		public String again() {
			return this.price.again();
		}

		@Override
		public String askAgain() {
			return this.again.price.again();
		}

		static class Again {

			private Price price = new RemotePrice();

		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Decorated {

		@Bean
		LoggingPrice.Again again() {
			return new LoggingPrice.Again();
		}

		@Bean
		Price remote() {
			return new RemotePrice();
		}

		@Bean
		@Primary
		Price logging(Price remote, LoggingPrice.Again again) {
			return new LoggingPrice(remote, again);
		}

	}

	public static class Person {

		@Id
		String id = "1";

	}

	public interface Persons extends KeyValueRepository<Person, String>, Special, TypedSpecial {

	}

	public interface Special {

		@CircuitBreaker(name = "fragment", fallbackMethod = "specialInstead")
		String special();

		default String specialInstead() {
			return "instead";
		}

	}

	public static class SpecialImpl implements Special {

		@Override
		public String special() {
			throw new IllegalStateException("down");
		}

	}

	@CircuitBreaker(name = "typed", fallbackMethod = "typedInstead")
	public interface TypedSpecial {

		String typed();

		default String typedInstead() {
			return "instead";
		}

	}

	public static class TypedSpecialImpl implements TypedSpecial {

		@Override
		public String typed() {
			throw new IllegalStateException("down");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMapRepositories(considerNestedRepositories = true,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Persons.class),
			excludeFilters = @Filter(type = FilterType.REGEX, pattern = ".*(?<!Persons|SpecialImpl)$"))
	static class Fragments {

	}

}
