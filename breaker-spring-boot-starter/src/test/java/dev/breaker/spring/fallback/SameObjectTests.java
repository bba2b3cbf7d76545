package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * On which object a fallback of the guarded bean itself runs.
 */
class SameObjectTests {

	private final Service service = new Service();

	private final Object outer = new Object();

	@Test
	void anObjectOfTheClassRunsItself() throws Throwable {
		assertThat(receiver(Service.class, Service.class.getMethod("get"), this.service)).isSameAs(this.service);
	}

	@Test
	void anObjectOfASubclassRunsItself() throws Throwable {
		Service special = new Service() {
		};
		assertThat(receiver(Service.class, Service.class.getMethod("get"), special)).isSameAs(special);
	}

	@Test
	void theObjectBehindAnInnerProxyRuns() throws Throwable {
		Object byClass = proxy(proxy(this.service, true), true);
		Object byInterface = proxy(this.service, false);
		Method method = Service.class.getMethod("get");
		assertThat(receiver(Service.class, method, byClass)).isSameAs(this.service);
		assertThat(receiver(Service.class, method, byInterface)).isSameAs(this.service);
		// Where the class of the proxy itself is what was looked at
		assertThat(receiver(byClass.getClass(), method, byClass)).isSameAs(this.service);
	}

	@Test
	void theProxyRunsWhatNothingBehindItHas() throws Throwable {
		Method other = Runnable.class.getMethod("run");
		assertThat(receiver(Runnable.class, other, this.service)).isSameAs(this.outer);
		assertThat(receiver(Runnable.class, other, null)).isSameAs(this.outer);
	}

	private @Nullable Object receiver(Class<?> type, Method method, @Nullable Object target) throws Throwable {
		return Receiver.sameObject(type).call(method, this.outer, target, (receiver) -> receiver);
	}

	private static Object proxy(Object target, boolean byClass) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(byClass);
		return factory.getProxy();
	}

	static class Service implements Supplier<String> {

		@Override
		public String get() {
			return "good";
		}

	}

}
