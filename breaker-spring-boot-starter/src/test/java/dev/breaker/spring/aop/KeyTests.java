package dev.breaker.spring.aop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The annotation's {@code key}.
 */
class KeyTests {

	@Test
	void eachKeyHasItsOwnBreakerConfiguredAsTheName() {
		Contexts.with(Warehouses.class)
			.withPropertyValues("breaker.instances.warehouse.sliding-window-size=7")
			.run((context) -> {
				Warehouses bean = context.getBean(Warehouses.class);
				bean.stock("north", 1);
				bean.stock("south", 1);
				bean.stock("north", 1);
				assertThat(Contexts.recorded(context, "warehouse:north")).isEqualTo(2);
				assertThat(Contexts.recorded(context, "warehouse:south")).isOne();
				assertThat(Contexts.breaker(context, "warehouse:north").config().slidingWindowSize()).isEqualTo(7);
				Contexts.breaker(context, "warehouse:north").forceOpen();
				assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> bean.stock("north", 1))
					.satisfies((ex) -> assertThat(ex.circuitBreakerName()).isEqualTo("warehouse:north"));
				assertThat(bean.stock("south", 1)).isEqualTo("south1");
				assertThat(Contexts.breaker(context, "warehouse:north").group()).isNotNull()
					.extracting(CircuitBreakerGroup::name)
					.isEqualTo("warehouse");
			});
	}

	@Test
	void theNameIsThatOfAGroupFromTheStart() {
		for (String properties : List.of("any=1", "breaker.instances.warehouse.sliding-window-size=7")) {
			Contexts.with(Warehouses.class).withPropertyValues(properties, "breaker.keys.max=9").run((context) -> {
				CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
				assertThat(registry.all()).isEmpty();
				assertThat(registry.groups()).singleElement()
					.extracting(CircuitBreakerGroup::name, CircuitBreakerGroup::limit, CircuitBreakerGroup::size)
					.containsExactly("warehouse", 9, 0);
				assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).containsExactly("warehouse");
			});
		}
	}

	@Test
	void guardsFollowAGroupThatIsRemoved() {
		Contexts.with(Warehouses.class).withPropertyValues("breaker.keys.max=9").run((context) -> {
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			Warehouses bean = context.getBean(Warehouses.class);
			bean.stock("north", 1);
			registry.remove("warehouse:north");
			bean.stock("north", 1);
			assertThat(Contexts.recorded(context, "warehouse:north")).isOne();
			registry.removeGroup("warehouse");
			assertThat(registry.all()).isEmpty();
			bean.stock("north", 1);
			assertThat(Contexts.recorded(context, "warehouse:north")).isOne();
			assertThat(registry.findGroup("warehouse").orElseThrow().limit()).isEqualTo(9);
		});
	}

	@Test
	void aNameThatIsUsedWithoutAKeyTooKeepsItsBreaker() {
		Contexts.with(Warehouses.class, WithoutKey.class)
			.withPropertyValues("breaker.instances.warehouse.sliding-window-size=7")
			.run((context) -> {
				context.getBean(WithoutKey.class).call();
				context.getBean(Warehouses.class).stock("north", 1);
				assertThat(Contexts.recorded(context, "warehouse")).isOne();
				assertThat(Contexts.recorded(context, "warehouse:north")).isOne();
			});
	}

	@Test
	void aCommandOnTheNameIsForAllKeys() {
		Contexts.with(Warehouses.class).run((context) -> {
			Warehouses bean = context.getBean(Warehouses.class);
			bean.stock("north", 1);
			context.getBean(CircuitBreakerRegistry.class)
				.findGroup("warehouse")
				.orElseThrow()
				.apply(StateCommand.to(State.FORCED_OPEN));
			for (String key : List.of("north", "new")) {
				assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> bean.stock(key, 1));
			}
		});
	}

	@Test
	void arraysAndCollectionsAreKeysByTheirContents() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			for (int i = 0; i < 2; i++) {
				bean.call(new String[] { "a", "b" });
				bean.call(new int[] { 1, 2 });
				bean.call(new Object[] { new byte[] { 7 }, null, List.of("c") });
				bean.call(List.of(new char[] { 'd' }));
				bean.call(new LinkedHashMap<>(Map.of("e", new long[] { 5 })));
				bean.call(Optional.of(new double[] { 0.5 }));
				bean.call(new Order("eu"));
				bean.call(State.OPEN);
			}
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("any:[a, b]", "any:[1, 2]", "any:[[7], null, [c]]", "any:[[d]]",
						"any:{e=[5]}", "any:Optional[[0.5]]", "any:Order[region=eu]", "any:OPEN");
		});
	}

	@Test
	void keysOfDifferentContentsHaveBreakersOfTheirOwn() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			bean.call(List.of("x, y", "z"));
			bean.call(List.of("x", "y, z"));
			bean.call(Arrays.asList("n", null));
			bean.call(List.of("n", "null"));
			bean.call(List.of());
			bean.call(List.of(""));
			bean.call(List.of(List.of("a")));
			bean.call(List.of("[a]"));
			bean.call(List.of("\"a\""));
			bean.call(Map.of("a", "b=c"));
			bean.call(Map.of("a=b", "c"));
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("any:[\"x, y\", z]", "any:[x, \"y, z\"]", "any:[n, null]",
						"any:[n, \"null\"]", "any:[]", "any:[\"\"]", "any:[[a]]", "any:[\"[a]\"]",
						"any:[\"\"\"a\"\"\"]", "any:{a=\"b=c\"}", "any:{\"a=b\"=c}");
		});
	}

	@Test
	void equalKeysHaveOneBreaker() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			for (List<String> order : List.of(List.of("Aa", "BB", "c"), List.of("c", "BB", "Aa"))) {
				Map<String, Object> map = new LinkedHashMap<>();
				order.forEach((key) -> map.put(key, new int[] { 1 }));
				bean.call(new LinkedHashSet<>(order));
				bean.call(map);
				bean.call(List.of(map.keySet()));
				bean.call(Map.entry("a", new int[] { 1 }));
			}
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("any:[Aa, BB, c]", "any:{Aa=[1], BB=[1], c=[1]}", "any:[[Aa, BB, c]]",
						"any:a=[1]");
		});
	}

	@Test
	void aKeyWithoutATextOfItsOwnIsRefusedWithTheRemedy() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			Object plain = new Plain();
			ProxyFactory proxy = new ProxyFactory(plain);
			proxy.setProxyTargetClass(true);
			Object pair = Map.entry("a", new int[] { 1 });
			for (Object key : List.of(plain, new Object(), new Object[] { plain }, List.of(plain), Map.of("a", plain),
					Optional.of(plain), new Holder(plain), new Holder(new int[] { 1 }), new Holder(List.of(plain)),
					new Holder(new Holder(plain)), new Holder(pair), proxy.getProxy(), (Runnable) () -> {
					})) {
				assertThatIllegalArgumentException().as("key of " + key.getClass())
					.isThrownBy(() -> bean.call(key))
					.withMessageContainingAll("\"#key\"", "Anything.call(Object)", "toString()", "#order.id");
			}
			assertThatIllegalArgumentException().isThrownBy(() -> bean.call(List.of(plain)))
				.withMessageContaining(Plain.class.getName());
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).isEmpty();
			bean.call(new Quiet(plain));
			assertThat(Contexts.recorded(context, "any:quiet")).isOne();
		});
	}

	@Test
	void aKeyThatContainsItselfIsRefusedForThat() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			List<Object> twice = new ArrayList<>();
			twice.add(twice);
			twice.add(twice);
			Object[] array = new Object[1];
			array[0] = Map.of("a", Optional.of(array));
			for (Object key : List.of(twice, array)) {
				assertThatIllegalArgumentException().isThrownBy(() -> bean.call(key))
					.withMessageContainingAll("\"#key\"", "Anything.call(Object)", "contains itself", "#order.id")
					.withMessageNotContaining("tells objects apart");
			}
			Object deep = "x";
			for (int i = 0; i < 32; i++) {
				deep = List.of(deep);
			}
			bean.call(deep);
			Object deeper = List.of(deep);
			assertThatIllegalArgumentException().isThrownBy(() -> bean.call(deeper))
				.withMessageContaining("nested more than 32 levels deep");
		});
	}

	@Test
	void theTextThatARecordDeclaresIsTheKeyWhateverItHolds() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			List<Category> categories = new ArrayList<>();
			for (int i = 0; i < 40; i++) {
				// Each holds each: far more ways through them than can be walked
				categories.add(new Category("c@" + i, categories));
			}
			bean.call(categories.get(0));
			bean.call(new Touchy("t@1", "x"));
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("any:c@0", "any:t@1");
		});
	}

	@Test
	void partsOfAGeneratedTextThatCannotBeLookedAtDoNotMatter() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			List<Object> shared = List.of("a@b");
			for (int i = 0; i < 30; i++) {
				shared = List.of(new Shared(shared, shared), "a@b");
			}
			bean.call(new Shared(shared, "x"));
			bean.call(new Throwing("a@b"));
			bean.call(new Holder(new Unsettled()));
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("any:Shared[first=a@b]", "any:Throwing[part=a@b]",
						"any:Holder[part=un@settled]");
		});
	}

	@Test
	void aRecordWithATextOfItsOwnMayHoldWhatHasNone() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			Object plain = new Plain();
			bean.call(new Quiet(null));
			for (Object part : List.of(plain, List.of(plain), Map.of(plain, plain), Optional.of(plain),
					Optional.empty(), new Holder(plain), new Object[] { plain })) {
				bean.call(new Quiet(part));
			}
			assertThat(Contexts.recorded(context, "any:quiet")).isEqualTo(8);
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aKeyThatFailsIsLoggedOnceWithItsMethod(CapturedOutput output) {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			for (int i = 0; i < 3; i++) {
				assertThatException().isThrownBy(() -> bean.call(null));
			}
		});
		assertThat(output).containsOnlyOnce("The key of ").contains("Anything.call");
	}

	@Test
	void aKeyThatFailsMakesNoCallAndNoBreaker() {
		Contexts.with(Anything.class).run((context) -> {
			Anything bean = context.getBean(Anything.class);
			assertThatIllegalStateException().isThrownBy(() -> bean.call(new Object() {
				@Override
				public String toString() {
					throw new IllegalStateException("no text");
				}
			})).withMessage("no text");
			assertThatIllegalArgumentException().isThrownBy(() -> bean.call(new Object() {
				@Override
				public String toString() {
					return null;
				}
			})).withMessageContaining("is null for this call");
			assertThat(bean.calls).isZero();
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).isEmpty();
		});
	}

	@Test
	void aLongKeyIsCut() {
		Contexts.with(Anything.class).run((context) -> {
			for (int i = 0; i < 3; i++) {
				context.getBean(Anything.class).call("x".repeat(2_000_000));
			}
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).singleElement()
				.extracting(dev.breaker.CircuitBreaker::name)
				.asString()
				.hasSizeLessThan(140);
		});
	}

	@Test
	void keysSpeakOfArgumentsAsInCacheable() {
		Contexts.with(Warehouses.class).run((context) -> {
			Warehouses bean = context.getBean(Warehouses.class);
			bean.byIndex("a", 7);
			bean.byProperty(new Order("eu"));
			bean.byRoot("x");
			bean.byBean();
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("warehouse:a-7", "warehouse:eu",
						"warehouse:byRoot Warehouses Warehouses byRoot x", "warehouse:from bean");
		});
	}

	@Test
	void aKeyedMethodHasItsFallback() {
		Contexts.with(Warehouses.class).run((context) -> {
			context.getBean(Warehouses.class).withFallback("north");
			Contexts.breaker(context, "warehouse:north").forceOpen();
			assertThat(context.getBean(Warehouses.class).withFallback("north")).isEqualTo("instead of north");
		});
	}

	@Test
	void aKeyThatIsNullIsRefusedWithTheMethodAndTheExpression() {
		Contexts.with(Warehouses.class)
			.run((context) -> assertThatIllegalArgumentException()
				.isThrownBy(() -> context.getBean(Warehouses.class).stock(null, 1))
				.withMessageContainingAll("\"#warehouse\"", "Warehouses.stock(String, int)", "null"));
	}

	@ParameterizedTest
	@ValueSource(classes = { BadSyntax.class, Blank.class, UnknownVariable.class, WithoutHash.class,
			WithoutHashInside.class })
	void aKeyThatCannotWorkStopsTheApplication(Class<?> bean) {
		Contexts.with(bean).run((context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).startsWith("The key \"").contains(bean.getName() + ".call(String)");
		});
	}

	@ParameterizedTest
	@CsvSource({ "NoBean, refers to the bean 'nobean'", "NoBeanInside, refers to the bean '&no.bean'",
			"NoProperty, refers to a property nope of #argument",
			"NoPropertyOfRecord, refers to a property city of #p0",
			"NoPropertyFurtherIn, refers to a property city of #order.region",
			"NoPropertyOfPrimitive, refers to a property id of #number",
			"NoMethod, refers to a method nope with no parameters of #argument",
			"NoMethodOfSoMany, refers to a method substring with 3 parameters of #argument" })
	void whatAKeyNamesAndIsNotThereStopsTheApplication(String bean, String problem) throws Exception {
		Contexts.with(Class.forName(KeyTests.class.getName() + "$" + bean)).run((context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).startsWith("The key \"")
				.contains("KeyTests$" + bean + ".call(", problem);
			assertThat(analysis.getAction()).contains("name in the key");
		});
	}

	@Test
	void whatAKeyNamesAndMayBeThereDoesNotStopTheApplication() {
		Contexts.with(Named.class, Warehouses.class).withBean("a.b", String.class, () -> "bean").run((context) -> {
			Named bean = context.getBean(Named.class);
			bean.open(new Open());
			bean.record(new Order("eu"));
			bean.text(" a ");
			bean.optional(Optional.of("b"));
			bean.array(new String[3]);
			bean.dotted();
			bean.children(List.of(new Order("us")));
			bean.type(String.class);
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting(dev.breaker.CircuitBreaker::name)
				.containsExactlyInAnyOrder("named:x", "named:eu2101,117", "named:a", "named:b", "named:3", "named:bean",
						"named:[us]", "named:String");
		});
		new ApplicationContextRunner().withBean("ofParent", String.class, () -> "parent")
			.run((parent) -> Contexts.with(OfParent.class).withParent(parent).run((context) -> {
				context.getBean(OfParent.class).call();
				assertThat(Contexts.recorded(context, "named:parent")).isOne();
			}));
	}

	@Test
	void anUnknownVariableIsNamed() {
		Contexts.with(UnknownVariable.class)
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("refers to #tenent, which is not a parameter"));
	}

	@Test
	void aParameterWithoutItsHashIsNamed() {
		Contexts.with(WithoutHash.class)
			.run((context) -> assertThat(Contexts.analysis(context).getAction())
				.isEqualTo("Write a parameter with #, as in \"#tenant\", and a text in quotes, as in \"'tenant'\"."));
	}

	@Test
	void propertiesOfRootAndOfOthersNeedNoHash() {
		Contexts.with(Bare.class).run((context) -> {
			Bare bean = context.getBean(Bare.class);
			bean.ofRoot("x");
			bean.inside(List.of(new Order("north"), new Order("south")), Map.of("first", "one"));
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting((breaker) -> breaker.name())
				.contains("bare:ofRoot x Bare", "bare:north,south south one null");
		});
	}

	@Test
	void theLimitIsThatOfTheProperty() {
		Contexts.with(Warehouses.class).withPropertyValues("breaker.keys.max=2").run((context) -> {
			for (int i = 0; i < 50; i++) {
				context.getBean(Warehouses.class).stock("w" + i, 1);
			}
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).hasSize(2);
		});
	}

	@Test
	void aLimitBelowOneStopsTheApplication() {
		Contexts.with(Warehouses.class)
			.withPropertyValues("breaker.keys.max=0")
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining("breaker.keys.max"));
	}

	record Order(String region) {

	}

	@Component("warehouses")
	static class Warehouses {

		public String name() {
			return "from bean";
		}

		@CircuitBreaker(name = "warehouse", key = "#warehouse")
		public String stock(@Nullable String warehouse, int amount) {
			return warehouse + amount;
		}

		@CircuitBreaker(name = "warehouse", key = "#a0 + '-' + #p1")
		public void byIndex(String warehouse, int number) {
		}

		@CircuitBreaker(name = "warehouse", key = "#order.region")
		public void byProperty(Order order) {
		}

		@CircuitBreaker(name = "warehouse",
				key = "#root.methodName + ' ' + #root.target.class.simpleName + ' ' + #root.targetClass.simpleName + ' ' + #root.method.name + ' ' + #root.args[0]")
		public void byRoot(String argument) {
		}

		@CircuitBreaker(name = "warehouse", key = "@warehouses.name()")
		public void byBean() {
		}

		@CircuitBreaker(name = "warehouse", key = "#warehouse", fallbackMethod = "instead")
		public String withFallback(String warehouse) {
			return "value";
		}

		private String instead(String warehouse) {
			return "instead of " + warehouse;
		}

	}

	static class WithoutKey {

		@CircuitBreaker(name = "warehouse")
		public void call() {
		}

	}

	static class Anything {

		int calls;

		@CircuitBreaker(name = "any", key = "#key")
		public void call(Object key) {
			this.calls++;
		}

	}

	static class Plain {

	}

	record Holder(Object part) {

	}

	record Category(String id, List<Category> children) {

		@Override
		public String toString() {
			return this.id;
		}

	}

	record Touchy(String id, Object part) {

		@Override
		public Object part() {
			throw new IllegalStateException("not now");
		}

		@Override
		public String toString() {
			return this.id;
		}

	}

	record Throwing(Object part) {

		@Override
		public Object part() {
			throw new IllegalStateException("not now");
		}

	}

	/** Its text is as generated, but for what it leaves out. */
	record Shared(Object first, Object second) {

		@Override
		public String toString() {
			return "Shared[first=a@b]";
		}

	}

	/** As one that another thread adds to. */
	static class Unsettled extends ArrayList<Object> {

		@Override
		public void forEach(Consumer<? super Object> action) {
			throw new ConcurrentModificationException();
		}

		@Override
		public String toString() {
			return "un@settled";
		}

	}

	record Quiet(@Nullable Object part) {

		@Override
		public String toString() {
			return "quiet";
		}

	}

	static class BadSyntax {

		@CircuitBreaker(name = "bad", key = "#argument +")
		public void call(String argument) {
		}

	}

	static class Blank {

		@CircuitBreaker(name = "bad", key = "  ")
		public void call(String argument) {
		}

	}

	static class UnknownVariable {

		@CircuitBreaker(name = "bad", key = "'x' + #tenent")
		public void call(String tenant) {
		}

	}

	static class WithoutHash {

		@CircuitBreaker(name = "bad", key = "tenant")
		public void call(String tenant) {
		}

	}

	static class WithoutHashInside {

		@CircuitBreaker(name = "bad", key = "#tenant.concat(region?.name)")
		public void call(String tenant) {
		}

	}

	static class NoBean {

		@CircuitBreaker(name = "bad", key = "@nobean.x")
		public void call(String argument) {
		}

	}

	static class NoBeanInside {

		@CircuitBreaker(name = "bad", key = "#argument + (&'no.bean').toString()")
		public void call(String argument) {
		}

	}

	static class NoProperty {

		@CircuitBreaker(name = "bad", key = "'x' + #argument?.nope")
		public void call(String argument) {
		}

	}

	static class NoPropertyOfRecord {

		@CircuitBreaker(name = "bad", key = "#p0.city")
		public void call(Order order) {
		}

	}

	static class NoPropertyFurtherIn {

		@CircuitBreaker(name = "bad", key = "#order.region.city")
		public void call(Order order) {
		}

	}

	static class NoPropertyOfPrimitive {

		@CircuitBreaker(name = "bad", key = "#number.id")
		public void call(long number) {
		}

	}

	static class NoMethod {

		@CircuitBreaker(name = "bad", key = "#argument.nope()")
		public void call(String argument) {
		}

	}

	static class NoMethodOfSoMany {

		@CircuitBreaker(name = "bad", key = "#argument.substring(1, 2, 3)")
		public void call(String argument) {
		}

	}

	/** Its subclass has what a key names. */
	static class Base {

	}

	static class Open extends Base {

		public final String id = "x";

	}

	static class Named {

		@CircuitBreaker(name = "named", key = "#base.id")
		public void open(Base base) {
		}

		@CircuitBreaker(name = "named", key = "#order.region + #order.region().length() + #order.region.bytes")
		public void record(Order order) {
		}

		@CircuitBreaker(name = "named", key = "#text.empty ? 'empty' : #text?.strip().toLowerCase()")
		public void text(String text) {
		}

		@CircuitBreaker(name = "named", key = "#optional.get()")
		public void optional(Optional<String> optional) {
		}

		@CircuitBreaker(name = "named", key = "#array.length")
		public void array(String[] array) {
		}

		@CircuitBreaker(name = "named", key = "@'a.b'")
		public void dotted() {
		}

		@CircuitBreaker(name = "named", key = "#orders.![region]")
		public void children(List<Order> orders) {
		}

		@CircuitBreaker(name = "named", key = "#type.simpleName")
		public void type(Class<?> type) {
		}

	}

	static class OfParent {

		@CircuitBreaker(name = "named", key = "@ofParent")
		public void call() {
		}

	}

	static class Bare {

		@CircuitBreaker(name = "bare", key = "methodName + ' ' + args[0] + ' ' + targetClass.simpleName")
		public void ofRoot(String argument) {
		}

		@CircuitBreaker(name = "bare",
				key = "#orders.![region] + ' ' + #orders.?[region == 'south'][0].region + ' ' + #names[first] + ' ' + {region: 'x'}['y']")
		public void inside(List<Order> orders, Map<String, String> names) {
		}

	}

}
