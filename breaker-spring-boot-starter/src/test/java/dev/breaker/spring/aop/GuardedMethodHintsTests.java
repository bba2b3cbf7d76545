package dev.breaker.spring.aop;

import java.util.List;
import java.util.Map;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.support.AheadOfTime;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.context.request.async.AsyncWebRequest;
import org.springframework.web.context.request.async.WebAsyncTask;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told of guarded methods.
 */
class GuardedMethodHintsTests {

	private final RuntimeHints hints = AheadOfTime.hints(TestPropertyValues.empty(), Application.class);

	@Test
	void guardedMethodsCanBeInvoked() {
		assertInvoked(Payments.class, "pay");
		assertThat(RuntimeHintsPredicates.reflection().onType(Payments.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(BasePayments.class)).accepts(this.hints);
	}

	@Test
	void fallbacksCanBeInvokedPrivateAndInheritedOnesToo() {
		assertInvoked(Payments.class, "payLater");
		assertInvoked(Payments.class, "refuse");
		assertInvoked(BasePayments.class, "inherited");
	}

	@Test
	void fallbackOfAnotherBeanCanBeInvoked() {
		assertInvoked(Desk.class, "take");
	}

	@Test
	void fallbackOfAnInterfaceClientCanBeInvoked() {
		assertInvoked(Client.class, "find");
		assertInvoked(Client.class, "unknown");
	}

	@Test
	void otherMethodsAreNotTold() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Desk.class, "unrelated")).rejects(this.hints);
	}

	@Test
	void keyCanReadItsArguments() {
		assertRead(Order.class);
		assertRead(Address.class);
		assertRead(KeyExpression.Root.class);
		assertRead(Regions.class);
		assertRead(Names.class);
		assertRead(Item.class);
		assertRead(Box.class);
		assertRead(InMap.class);
	}

	@Test
	void keyThatIsARecordCanBeLookedThrough() {
		assertRead(Tenant.class);
	}

	@Test
	void argumentThatNoKeyReadsIsNotTold() {
		assertThat(RuntimeHintsPredicates.reflection().onType(Unread.class)).rejects(this.hints);
	}

	@Test
	void annotationCanBeMade() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(CircuitBreaker.class)).accepts(this.hints);
	}

	@Test
	void whatKindsOfReturnTypesReachIsTold() {
		assertInvoked(WebAsyncTask.class, "getInterceptor");
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(kotlin.Result.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(AsyncWebRequest.class)).accepts(this.hints);
	}

	@Test
	void whatIsWrongIsLeftToTheStart() {
		RuntimeHints hints = AheadOfTime.hints(TestPropertyValues.empty(), Application.class, Wrong.class);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Payments.class, "payLater")).accepts(hints);
	}

	private void assertInvoked(Class<?> type, String method) {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(type, method)).accepts(this.hints);
	}

	private void assertRead(Class<?> type) {
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(type)
			.withMemberCategories(MemberCategory.INVOKE_PUBLIC_METHODS, MemberCategory.ACCESS_PUBLIC_FIELDS))
			.as(type.getSimpleName())
			.accepts(this.hints);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ AopAutoConfiguration.class, BreakerAutoConfiguration.class,
			BreakerAopAutoConfiguration.class })
	@Import({ Payments.class, Warehouses.class, ClientFactory.class })
	static class Application {

		@Bean
		Desk desk() {
			return new Desk();
		}

		@Bean
		Regions regions() {
			return new Regions();
		}

	}

	static class BasePayments {

		String inherited() {
			return "inherited";
		}

	}

	static class Payments extends BasePayments {

		@CircuitBreaker(name = "payments", fallbackMethod = "payLater")
		public String pay(Order order) {
			return "paid";
		}

		private String payLater(Order order, Throwable thrown) {
			return "later";
		}

		@CircuitBreaker(name = "payments", fallbackMethod = "refuse")
		public String refund(Unread order) {
			return "refunded";
		}

		private static String refuse() {
			return "refused";
		}

		@CircuitBreaker(name = "payments", fallbackMethod = "inherited")
		public String check() {
			return "checked";
		}

		@CircuitBreaker(name = "payments", fallbackMethod = "desk::take")
		public String ask() {
			return "asked";
		}

	}

	static class Desk {

		String take() {
			return "taken";
		}

		String unrelated() {
			return "unrelated";
		}

	}

	static class Warehouses {

		@CircuitBreaker(name = "address", key = "#order.address.city")
		public String toCity(Order order) {
			return "taken";
		}

		@CircuitBreaker(name = "root", key = "#root.methodName + #a0")
		public String byMethod(String text) {
			return "taken";
		}

		@CircuitBreaker(name = "bean", key = "@regions.of(#place)")
		public String inRegion(String place) {
			return "taken";
		}

		@CircuitBreaker(name = "type", key = "T(dev.breaker.spring.aop.GuardedMethodHintsTests.Names).of(#place)")
		public String named(String place) {
			return "taken";
		}

		@CircuitBreaker(name = "element", key = "#items[0].number")
		public String first(List<Item> items) {
			return "taken";
		}

		@CircuitBreaker(name = "generic", key = "#box.content.name")
		public String boxed(Box<Tenant> box) {
			return "taken";
		}

		@CircuitBreaker(name = "map", key = "#map['a'].size")
		public String mapped(Map<String, InMap> map) {
			return "taken";
		}

		@CircuitBreaker(name = "record", key = "#tenant")
		public String tenant(Tenant tenant) {
			return "taken";
		}

	}

	static class Order {

		public Address getAddress() {
			return new Address("city");
		}

	}

	public record Address(String city) {

	}

	static class Regions {

		public String of(String place) {
			return place;
		}

	}

	public static final class Names {

		private Names() {
		}

		public static String of(String place) {
			return place;
		}

	}

	public record Item(int number) {

	}

	public record Box<T>(T content) {

	}

	public record Tenant(String name) {

	}

	static class InMap {

		public int size = 1;

	}

	static class Unread {

	}

	interface Client {

		@CircuitBreaker(name = "client", fallbackMethod = "unknown")
		String find();

		default String unknown() {
			return "unknown";
		}

	}

	static class ClientFactory implements FactoryBean<Client> {

		@Override
		public Client getObject() {
			return () -> "found";
		}

		@Override
		public Class<?> getObjectType() {
			return Client.class;
		}

	}

	static class Wrong {

		@CircuitBreaker(name = "wrong", fallbackMethod = "missing")
		public String call() {
			return "called";
		}

		@CircuitBreaker(name = "wrong", key = "#(")
		public String other() {
			return "called";
		}

	}

}
