package dev.breaker.spring.fallback;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which fallback runs, when, and on what.
 */
class FallbackRunTests {

	@ParameterizedTest
	@CsvSource({ "java.io.FileNotFoundException, file", "java.io.IOException, io",
			"java.io.UncheckedIOException, runtime", "java.lang.IllegalStateException, runtime",
			"java.lang.StackOverflowError, any" })
	void theOneRunsWhoseThrowableIsNearestToWhatWasThrown(Class<? extends Throwable> type, String expected) {
		Contexts.with(Overloads.class)
			.run((context) -> assertThat(context.getBean(Overloads.class).call(thrown(type))).isEqualTo(expected));
	}

	@Test
	void whatAProxyWrapsHasTheFallbackOfWhatWasThrown() {
		Contexts.with(Sneaky.class)
			.run((context) -> assertThat(context.getBean(Sneaky.class).call(new IOException())).isEqualTo("io"));
	}

	@Test
	void aFinalMethodOfAnotherBeanSeesItsFields() {
		Contexts.with(ToFinal.class, FinalAnswers.class, ScopedFinalAnswers.class).run((context) -> {
			Contexts.breaker(context, "toFinal").forceOpen();
			assertThat(context.getBean(FinalAnswers.class)).isInstanceOf(Advised.class);
			assertThat(context.getBean(ToFinal.class).call()).isEqualTo("from the field");
			assertThat(context.getBean(ToFinal.class).scoped()).isEqualTo("from the field");
		});
	}

	@Test
	void aPooledObjectBehindAFinalMethodIsGivenBack() {
		Contexts.with(ToPooled.class, Pools.class).run((context) -> {
			ToPooled bean = context.getBean(ToPooled.class);
			Contexts.breaker(context, "toPooled").forceOpen();
			for (int call = 0; call < 3; call++) {
				assertThat(bean.call()).isEqualTo("from the pool");
				assertThatExceptionOfType(IOException.class).isThrownBy(bean::throwing).withMessage("by the fallback");
			}
			assertThat(Pool.free).hasSize(1);
		});
	}

	@Test
	void whatAFallbackThrowsStaysWhatIsThrownWhereItsObjectCannotBeGivenBack() {
		Contexts.with(ToPooled.class, BrokenPools.class).run((context) -> {
			ToPooled bean = context.getBean(ToPooled.class);
			Contexts.breaker(context, "toPooled").forceOpen();
			assertThatExceptionOfType(IOException.class).isThrownBy(bean::throwing)
				.withMessage("by the fallback")
				.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
			assertThatException().isThrownBy(bean::call).withMessage("cannot be given back");
		});
	}

	@Test
	void oneForRefusalsRunsForRefusalsAlone() {
		Contexts.with(Refusals.class).run((context) -> {
			Refusals bean = context.getBean(Refusals.class);
			IOException thrown = new IOException("boom");
			assertThatException().isThrownBy(() -> bean.call(thrown)).isSameAs(thrown);
			Contexts.breaker(context, "refusals").forceOpen();
			assertThat(bean.call(thrown)).isEqualTo("FORCED_OPEN");
		});
	}

	@Test
	void whereNoneTakesItWhatWasThrownIsThrown() {
		Contexts.with(OnlyIo.class, Heard.class).run((context) -> {
			OnlyIo bean = context.getBean(OnlyIo.class);
			assertThat(bean.call(new FileNotFoundException())).isEqualTo("io");
			IllegalStateException thrown = new IllegalStateException();
			assertThatException().isThrownBy(() -> bean.call(thrown)).isSameAs(thrown);
			Contexts.breaker(context, "onlyIo").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> bean.call(thrown));
			assertThat(context.getBean(Heard.class).news).containsExactly("onlyIo true");
		});
	}

	@Test
	void oneWithoutAThrowableRunsForWhatNoOtherTakes() {
		Contexts.with(LastResort.class).run((context) -> {
			LastResort bean = context.getBean(LastResort.class);
			assertThat(bean.call(new IOException())).isEqualTo("io");
			assertThat(bean.call(new IllegalStateException())).isEqualTo("anything");
		});
	}

	@Test
	void ignoredExceptionsInterruptsAndCancellationsAreThrown() {
		Contexts.with(Overloads.class)
			.withPropertyValues("breaker.instances.overloads.ignore-exceptions=java.lang.IllegalArgumentException")
			.run((context) -> {
				Overloads bean = context.getBean(Overloads.class);
				CallNotPermittedException foreign = foreignRefusal(context.getBean(CircuitBreakerRegistry.class));
				for (Throwable thrown : List.of(new IllegalArgumentException(), new NumberFormatException(),
						new InterruptedException(), new CancellationException())) {
					assertThatException().isThrownBy(() -> bean.call(thrown)).isSameAs(thrown);
				}
				assertThat(bean.call(new IllegalStateException())).isEqualTo("runtime");
				assertThat(bean.call(foreign)).isEqualTo("runtime");
			});
	}

	@Test
	void anExceptionThatAnotherProxyWrappedHasTheFallbackThatTakesIt() {
		Contexts.with(Wrapped.class).run((context) -> {
			Wrapped bean = context.getBean(Wrapped.class);
			assertThat(bean.call(new UndeclaredThrowableException(new IOException()))).isEqualTo("io");
			assertThat(bean.call(new UndeclaredThrowableException(new Exception()))).isEqualTo("any Exception");
			assertThat(bean.call(new UndeclaredThrowableException(null))).isEqualTo("any UndeclaredThrowableException");
		});
	}

	@Test
	void aCallWithoutAKeyHasItsFallback() {
		Contexts.with(Retrying.class, WithKeys.class).run((context) -> {
			WithKeys bean = context.getBean(WithKeys.class);
			assertThat(bean.value(null)).isEqualTo("instead");
			assertThat(bean.retried(null)).isEqualTo("instead");
			assertThat(bean.later(null)).isCompletedWithValue("instead");
			assertThatException().isThrownBy(() -> bean.withoutFallback(null));
			assertThat(bean.value("a")).isEqualTo("a");
			assertThat(bean.retried("a")).isEqualTo("a");
			assertThat(bean.later("a")).isCompletedWithValue("a");
			assertThat(Contexts.recorded(context, "keys:a")).isEqualTo(3);
		});
	}

	@Test
	void whatCountsAsSuccessHasNoFallback() {
		Contexts.with(Overloads.class)
			.withPropertyValues("breaker.instances.overloads.record-exceptions=java.io.IOException")
			.run((context) -> {
				Overloads bean = context.getBean(Overloads.class);
				IllegalStateException thrown = new IllegalStateException();
				assertThatException().isThrownBy(() -> bean.call(thrown)).isSameAs(thrown);
				assertThat(bean.call(new IOException())).isEqualTo("io");
			});
	}

	@Test
	void whatAFallbackThrowsReachesTheCallerAsItIs() {
		Contexts.with(Throwing.class, Heard.class).run((context) -> {
			IOException thrown = new IOException("boom");
			assertThatExceptionOfType(FileNotFoundException.class)
				.isThrownBy(() -> context.getBean(Throwing.class).call(thrown))
				.withMessage("by the fallback")
				.withCause(thrown);
			assertThat(Contexts.breaker(context, "throwing").snapshot().failedCallsTotal()).isOne();
			assertThat(context.getBean(Heard.class).news).containsExactly("throwing false");
		});
	}

	@Test
	void privateFallbacksRunInManyThreadsAtOnce() {
		Contexts.with(Private.class).run((context) -> {
			Private bean = context.getBean(Private.class);
			Contexts.breaker(context, "private").forceOpen();
			int threads = 32;
			int callsOfEach = 100_000 / threads;
			CountDownLatch start = new CountDownLatch(1);
			ExecutorService executor = Executors.newFixedThreadPool(threads);
			try {
				List<Future<Integer>> counts = new ArrayList<>();
				for (int i = 0; i < threads; i++) {
					counts.add(executor.submit(() -> {
						start.await();
						int right = 0;
						for (int call = 0; call < callsOfEach; call++) {
							right += bean.call(call).equals("private " + call) ? 1 : 0;
						}
						return right;
					}));
				}
				start.countDown();
				for (Future<Integer> count : counts) {
					assertThat(count.get()).isEqualTo(callsOfEach);
				}
			}
			finally {
				executor.shutdownNow();
			}
			assertThat(bean.fallbacks()).isEqualTo(threads * callsOfEach);
		});
	}

	@Test
	void aFallbackRunsOnTheObjectWhoseFieldsAreSet() {
		Contexts.with(WithFields.class).run((context) -> {
			Contexts.breaker(context, "guarded").forceOpen();
			Contexts.breaker(context, "ofFallback").forceOpen();
			assertThat(context.getBean(WithFields.class).call()).isEqualTo("final field");
		});
	}

	@Test
	void aFallbackOfAnotherBeanRunsThroughItsProxy() {
		Contexts.with(First.class, Second.class, Heard.class).run((context) -> {
			Contexts.breaker(context, "first").forceOpen();
			assertThat(context.getBean(First.class).call("x")).isEqualTo("second x");
			Contexts.breaker(context, "second").forceOpen();
			assertThat(context.getBean(First.class).call("x")).isEqualTo("third x");
			assertThat(context.getBean(Heard.class).news).containsExactly("first true", "second true", "first true");
		});
	}

	@Test
	void aFallbackThatManyBeansShareKnowsWhyItRuns() {
		Contexts.with(ReadsPrices.class, ReadsStock.class, LastKnown.class).run((context) -> {
			ReadsPrices prices = context.getBean(ReadsPrices.class);
			ReadsStock stock = context.getBean(ReadsStock.class);
			assertThat(prices.price("a")).isEqualTo("a: no price");
			assertThat(stock.stock("b")).isEqualTo("b: no stock");
			Contexts.breaker(context, "prices").open(Duration.ofHours(1));
			Contexts.breaker(context, "stock").forceOpen();
			assertThat(prices.price("a")).isEqualTo("a: prices is OPEN, again in 1 hour");
			assertThat(stock.stock("b")).isEqualTo("b: stock is FORCED_OPEN, again in 0 hours");
		});
	}

	@Test
	void aRowOfThreeFallbacksEndsInTheLast() {
		Contexts.with(Chained.class).run((context) -> {
			Chained chained = context.getBean(Chained.class);
			assertThat(chained.first("x")).isEqualTo("first x");
			Contexts.breaker(context, "chain-1").forceOpen();
			assertThat(chained.first("x")).isEqualTo("second x");
			Contexts.breaker(context, "chain-2").forceOpen();
			assertThat(chained.first("x")).isEqualTo("third x");
			Contexts.breaker(context, "chain-3").forceOpen();
			assertThat(chained.first("x")).isEqualTo("last x");
		});
	}

	@Test
	void aLazyBeanWithTheFallbackIsMadeWhenItIsNeeded() {
		LazyBean.made.set(0);
		Contexts.with(ToLazy.class, LazyBean.class).run((context) -> {
			assertThat(LazyBean.made).hasValue(0);
			Contexts.breaker(context, "toLazy").forceOpen();
			assertThat(context.getBean(ToLazy.class).call()).isEqualTo("lazy");
			assertThat(LazyBean.made).hasValue(1);
		});
	}

	@Test
	void aFallbackOfABeanBehindAJdkProxyRunsThroughItsInterface() {
		Contexts.with(ToInterface.class, BehindInterface.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> {
				Contexts.breaker(context, "toInterface").forceOpen();
				assertThat(context.getBean(Callee.class).call("x")).isEqualTo("interface x");
			});
	}

	@Test
	void aStageHasItsFallbackWhenItFails() {
		Contexts.with(Stages.class, Heard.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = bean.future(source);
			assertThat(future).isNotDone();
			source.completeExceptionally(new IOException("late"));
			assertThat(future).isCompletedWithValue("IOException");
			assertThat(bean.stage(CompletableFuture.supplyAsync(() -> {
				throw new IllegalStateException();
			})).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("IllegalStateException");
		});
	}

	@Test
	void aRefusedStageHasTheTypeThatTheMethodDeclares() {
		Contexts.with(Stages.class, Heard.class).run((context) -> {
			Contexts.breaker(context, "stages").forceOpen();
			CompletableFuture<String> future = context.getBean(Stages.class).future(new CompletableFuture<>());
			assertThat(future).isCompletedWithValue("CallNotPermittedException");
		});
	}

	@Test
	void whatAMethodThrowsInsteadOfAStageHasItsFallbackToo() {
		Contexts.with(Stages.class, Heard.class).run((context) -> {
			assertThat(context.getBean(Stages.class).future(null)).isCompletedWithValue("IllegalArgumentException");
			assertThat(context.getBean(Heard.class).news).containsExactly("stages true");
		});
	}

	@Test
	void aFallbackThatThrowsMakesTheStageFailWithIt() {
		Contexts.with(FailingStages.class, Heard.class).run((context) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = context.getBean(FailingStages.class).call(source);
			source.completeExceptionally(new IOException("late"));
			assertThat(future).failsWithin(Duration.ZERO)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(IllegalStateException.class)
				.withMessage("by the fallback");
			assertThat(context.getBean(Heard.class).news).containsExactly("failingStages false");
			Contexts.breaker(context, "failingStages").forceOpen();
			assertThat(context.getBean(FailingStages.class).call(new CompletableFuture<>())).failsWithin(Duration.ZERO)
				.withThrowableThat()
				.havingCause()
				.withMessage("by the fallback");
		});
	}

	@Test
	void aFallbackThatReturnsNoStageMakesTheStageFail() {
		Contexts.with(NoStages.class, Heard.class).run((context) -> {
			assertThat(context.getBean(NoStages.class).call()).failsWithin(Duration.ZERO)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(NullPointerException.class)
				.withMessageContainingAll("The fallback ", "NoStages.instead", "returned no stage");
			assertThat(context.getBean(Heard.class).news).containsExactly("noStages false");
		});
	}

	@Test
	void aFallbackThatReturnsNullForAnIntTellsWhatFailed() {
		Contexts.with(NoNumber.class, Heard.class).run((context) -> {
			assertThatExceptionOfType(NullPointerException.class)
				.isThrownBy(() -> context.getBean(NoNumber.class).call())
				.withMessageContaining("NoNumber.nothing() returned null")
				.withMessageContaining("NoNumber.call() cannot")
				.satisfies((ex) -> assertThat(ex.getSuppressed()[0]).hasMessage("the cause"));
			assertThat(context.getBean(Heard.class).news).containsExactly("noNumber false");
		});
	}

	@Test
	void aStageThatNoFallbackTakesFailsAsItDid() {
		Contexts.with(OnlyIoStages.class).run((context) -> {
			OnlyIoStages bean = context.getBean(OnlyIoStages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = bean.call(source);
			source.completeExceptionally(new IllegalStateException("late"));
			assertThat(future).failsWithin(Duration.ZERO)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(IllegalStateException.class);
			Contexts.breaker(context, "onlyIoStages").forceOpen();
			assertThat(bean.call(source)).failsWithin(Duration.ZERO)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(CallNotPermittedException.class);
		});
	}

	@Test
	void aListenerThatThrowsHarmsNoCall() {
		Contexts.with(OnlyIo.class, Heard.class).withBean("broken", FallbackListener.class, () -> (name, success) -> {
			throw new IllegalStateException("listener");
		}).run((context) -> {
			assertThat(context.getBean(OnlyIo.class).call(new IOException())).isEqualTo("io");
			assertThat(context.getBean(Heard.class).news).containsExactly("onlyIo true");
		});
	}

	private static Throwable thrown(Class<? extends Throwable> type) throws Exception {
		return (type == UncheckedIOException.class) ? new UncheckedIOException(new IOException())
				: type.getConstructor().newInstance();
	}

	private static CallNotPermittedException foreignRefusal(CircuitBreakerRegistry registry) {
		registry.get("foreign").forceOpen();
		try {
			registry.get("foreign").acquire();
			throw new AssertionError();
		}
		catch (CallNotPermittedException ex) {
			return ex;
		}
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> RuntimeException sneaky(Throwable thrown) throws X {
		throw (X) thrown;
	}

	/** Hears all fallbacks. */
	static class Heard implements FallbackListener {

		final List<String> news = new ArrayList<>();

		@Override
		public synchronized void onFallback(String name, boolean success) {
			this.news.add(name + " " + success);
		}

	}

	static class Overloads {

		@CircuitBreaker(name = "overloads", fallbackMethod = "instead")
		public String call(Throwable thrown) throws Throwable {
			throw thrown;
		}

		String instead(Throwable argument, Throwable thrown) {
			return "any";
		}

		String instead(Throwable argument, RuntimeException thrown) {
			return "runtime";
		}

		String instead(Throwable argument, IOException thrown) {
			return "io";
		}

		String instead(Throwable argument, FileNotFoundException thrown) {
			return "file";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retrying {

	}

	static class WithKeys {

		@CircuitBreaker(name = "keys", key = "#key.trim()", fallbackMethod = "instead")
		public String value(@Nullable String key) {
			return "" + key;
		}

		@Retryable(maxRetries = 1, delay = 0)
		@CircuitBreaker(name = "keys", key = "#key.trim()", fallbackMethod = "instead")
		public String retried(@Nullable String key) {
			return "" + key;
		}

		@CircuitBreaker(name = "keys", key = "#key.trim()", fallbackMethod = "insteadLater")
		public CompletableFuture<String> later(@Nullable String key) {
			return CompletableFuture.completedFuture(key);
		}

		@CircuitBreaker(name = "keys", key = "#key.trim()")
		public String withoutFallback(@Nullable String key) {
			return "" + key;
		}

		private String instead() {
			return "instead";
		}

		private CompletableFuture<String> insteadLater() {
			return CompletableFuture.completedFuture("instead");
		}

	}

	static class Wrapped {

		@CircuitBreaker(name = "wrapped", fallbackMethod = "instead")
		public String call(UndeclaredThrowableException thrown) {
			throw thrown;
		}

		String instead(UndeclaredThrowableException argument, IOException thrown) {
			return "io";
		}

		String instead(UndeclaredThrowableException argument, Throwable thrown) {
			return "any " + thrown.getClass().getSimpleName();
		}

	}

	static class Sneaky {

		@CircuitBreaker(name = "sneaky", fallbackMethod = "instead")
		public String call(Throwable thrown) {
			throw sneaky(thrown);
		}

		private String instead(Throwable argument, IOException thrown) {
			return "io";
		}

	}

	static class ToFinal {

		@CircuitBreaker(name = "toFinal", fallbackMethod = "finalAnswers::last")
		public String call() {
			return "value";
		}

		@CircuitBreaker(name = "toFinal", fallbackMethod = "scopedFinalAnswers::last")
		public String scoped() {
			return "value";
		}

	}

	@Component("finalAnswers")
	static class FinalAnswers {

		private final StringBuilder field = new StringBuilder("from the field");

		@CircuitBreaker(name = "other")
		public String other() {
			return "";
		}

		public final String last() {
			return this.field.toString();
		}

	}

	@Component("scopedFinalAnswers")
	@Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class ScopedFinalAnswers {

		private final StringBuilder field = new StringBuilder("from the field");

		public final String last() {
			return this.field.toString();
		}

	}

	static class ToPooled {

		@CircuitBreaker(name = "toPooled", fallbackMethod = "pooled::last")
		public String call() {
			return "value";
		}

		@CircuitBreaker(name = "toPooled", fallbackMethod = "pooled::failing")
		public String throwing() throws IOException {
			return "value";
		}

	}

	static class Pooled {

		private final StringBuilder field = new StringBuilder("from the pool");

		public final String last() {
			return this.field.toString();
		}

		public final String failing() throws IOException {
			throw new IOException("by the fallback");
		}

	}

	/** Of one object, which is there once. */
	static class Pool implements TargetSource {

		static final Queue<Pooled> free = new ConcurrentLinkedQueue<>();

		Pool() {
			free.clear();
			free.add(new Pooled());
		}

		@Override
		public Class<?> getTargetClass() {
			return Pooled.class;
		}

		@Override
		public boolean isStatic() {
			return false;
		}

		@Override
		public Object getTarget() {
			return free.remove();
		}

		@Override
		public void releaseTarget(Object target) {
			free.add((Pooled) target);
		}

	}

	static class BrokenPool extends Pool {

		@Override
		public void releaseTarget(Object target) {
			super.releaseTarget(target);
			throw new IllegalStateException("cannot be given back");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Pools {

		@Bean
		Pooled pooled() {
			return proxy(new Pool());
		}

		static Pooled proxy(Pool pool) {
			ProxyFactory factory = new ProxyFactory();
			factory.setTargetSource(pool);
			factory.setProxyTargetClass(true);
			return (Pooled) factory.getProxy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenPools {

		@Bean
		Pooled pooled() {
			return Pools.proxy(new BrokenPool());
		}

	}

	static class Refusals {

		@CircuitBreaker(name = "refusals", fallbackMethod = "instead")
		public String call(Throwable thrown) throws Throwable {
			throw thrown;
		}

		private String instead(Throwable argument, CallNotPermittedException thrown) {
			return thrown.state().name();
		}

	}

	static class OnlyIo {

		@CircuitBreaker(name = "onlyIo", fallbackMethod = "instead")
		public String call(Throwable thrown) throws Throwable {
			throw thrown;
		}

		private String instead(Throwable argument, IOException thrown) {
			return "io";
		}

	}

	static class LastResort {

		@CircuitBreaker(name = "lastResort", fallbackMethod = "instead")
		public String call(Throwable thrown) throws Throwable {
			throw thrown;
		}

		private String instead(Throwable argument, IOException thrown) {
			return "io";
		}

		private String instead() {
			return "anything";
		}

	}

	static class Throwing {

		@CircuitBreaker(name = "throwing", fallbackMethod = "instead")
		public String call(Throwable thrown) throws Throwable {
			throw thrown;
		}

		private String instead(Throwable argument, Exception thrown) throws IOException {
			FileNotFoundException ex = new FileNotFoundException("by the fallback");
			ex.initCause(thrown);
			throw ex;
		}

	}

	static class Private {

		private final AtomicInteger fallbacks = new AtomicInteger();

		@CircuitBreaker(name = "private", fallbackMethod = "instead")
		public String call(int number) {
			return "value";
		}

		private String instead(int number, Throwable thrown) {
			this.fallbacks.incrementAndGet();
			return "private " + number;
		}

		public int fallbacks() {
			return this.fallbacks.get();
		}

	}

	static class WithFields {

		private final String field = "final field";

		@CircuitBreaker(name = "guarded", fallbackMethod = "instead")
		public String call() {
			return "value";
		}

		@CircuitBreaker(name = "ofFallback")
		public String instead() {
			return last();
		}

		public final String last() {
			return this.field;
		}

	}

	@Component("first")
	static class First {

		@CircuitBreaker(name = "first", fallbackMethod = "second::answer")
		public String call(String text) {
			return "first " + text;
		}

	}

	@Component("second")
	static class Second {

		@CircuitBreaker(name = "second", fallbackMethod = "third")
		public String answer(String text, Throwable thrown) {
			return "second " + text;
		}

		private String third(String text, Throwable thrown) {
			return "third " + text;
		}

	}

	static class ReadsPrices {

		@CircuitBreaker(name = "prices", fallbackMethod = "lastKnown::find")
		public String price(String id) {
			throw new IllegalStateException("no price");
		}

	}

	static class ReadsStock {

		@CircuitBreaker(name = "stock", fallbackMethod = "lastKnown::find")
		public String stock(String id) {
			throw new IllegalStateException("no stock");
		}

	}

	@Component("lastKnown")
	static class LastKnown {

		String find(String id, CallNotPermittedException refusal) {
			// The time until the next probe, rounded up
			long hours = refusal.retryAfter().plusMinutes(59).toHours();
			return id + ": " + refusal.circuitBreakerName() + " is " + refusal.state() + ", again in " + hours
					+ ((hours == 1) ? " hour" : " hours");
		}

		String find(String id, Throwable thrown) {
			return id + ": " + thrown.getMessage();
		}

	}

	@Component("chained")
	static class Chained {

		@CircuitBreaker(name = "chain-1", fallbackMethod = "chained::second")
		public String first(String text) {
			return "first " + text;
		}

		@CircuitBreaker(name = "chain-2", fallbackMethod = "chained::third")
		public String second(String text) {
			return "second " + text;
		}

		@CircuitBreaker(name = "chain-3", fallbackMethod = "last")
		public String third(String text) {
			return "third " + text;
		}

		private String last(String text) {
			return "last " + text;
		}

	}

	static class ToLazy {

		@CircuitBreaker(name = "toLazy", fallbackMethod = "lazyBean::answer")
		public String call() {
			return "value";
		}

	}

	@Lazy
	@Component("lazyBean")
	static class LazyBean {

		static final AtomicInteger made = new AtomicInteger();

		LazyBean() {
			made.incrementAndGet();
		}

		String answer() {
			return "lazy";
		}

	}

	interface Callee {

		String call(String text);

	}

	static class ToInterface implements Callee {

		@Override
		@CircuitBreaker(name = "toInterface", fallbackMethod = "behindInterface::answer")
		public String call(String text) {
			return "value";
		}

	}

	interface Answers<T> {

		T answer(T text);

	}

	@Component("behindInterface")
	static class BehindInterface implements Answers<String> {

		@Override
		@CircuitBreaker(name = "behindInterface")
		public String answer(String text) {
			return "interface " + text;
		}

	}

	static class Stages {

		@CircuitBreaker(name = "stages", fallbackMethod = "instead")
		public CompletableFuture<String> future(@Nullable CompletableFuture<String> source) {
			if (source == null) {
				throw new IllegalArgumentException();
			}
			return source;
		}

		@CircuitBreaker(name = "stages", fallbackMethod = "instead")
		public CompletionStage<String> stage(CompletionStage<String> source) {
			return source;
		}

		private CompletionStage<String> instead(Throwable thrown) {
			return CompletableFuture.completedStage(thrown.getClass().getSimpleName());
		}

	}

	static class FailingStages {

		@CircuitBreaker(name = "failingStages", fallbackMethod = "instead")
		public CompletableFuture<String> call(CompletableFuture<String> source) {
			return source;
		}

		private CompletableFuture<String> instead(Throwable thrown) {
			throw new IllegalStateException("by the fallback");
		}

	}

	static class NoStages {

		@CircuitBreaker(name = "noStages", fallbackMethod = "instead")
		public CompletableFuture<String> call() {
			return CompletableFuture.failedFuture(new IOException("no route"));
		}

		private @Nullable CompletableFuture<String> instead(Throwable thrown) {
			return null;
		}

	}

	static class OnlyIoStages {

		@CircuitBreaker(name = "onlyIoStages", fallbackMethod = "instead")
		public CompletableFuture<String> call(CompletableFuture<String> source) {
			return source;
		}

		private CompletableFuture<String> instead(IOException thrown) {
			return CompletableFuture.completedFuture("io");
		}

	}

	static class NoNumber {

		@CircuitBreaker(name = "noNumber", fallbackMethod = "nothing")
		public int call() {
			throw new IllegalStateException("the cause");
		}

		Integer nothing() {
			return null;
		}

	}

}
