package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.target.EmptyTargetSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * On which object the fallback of another bean runs.
 */
class ReceiverTests {

	private final Answers answers = new Answers();

	@Test
	void aMethodRunsThroughTheProxyOfItsBean() throws Throwable {
		Answers proxy = proxy(Answers.class, source(this.answers, false));
		assertThat(receiver("answer", proxy)).isSameAs(proxy);
	}

	@Test
	void aFinalMethodRunsOnTheObjectBehindAllProxies() throws Throwable {
		Answers inner = proxy(Answers.class, source(this.answers, false));
		assertThat(receiver("last", proxy(Answers.class, source(inner, false)))).isSameAs(this.answers);
	}

	@Test
	void aFinalMethodRunsOnTheBeanWhereThatIsNoProxy() throws Throwable {
		assertThat(receiver("last", this.answers)).isSameAs(this.answers);
	}

	@Test
	void aFinalMethodRunsOnTheProxyWhereNothingIsBehindIt() throws Throwable {
		Answers proxy = proxy(Answers.class, EmptyTargetSource.forClass(Answers.class, false));
		assertThat(receiver("last", proxy)).isSameAs(proxy);
	}

	@Test
	void anObjectIsGivenBackWhereTheSourceMakesOneForEachCall() throws Throwable {
		Source changing = source(this.answers, false);
		receiver("last", proxy(Answers.class, changing));
		assertThat(changing.released).containsExactly(this.answers);
		Source constant = source(this.answers, true);
		receiver("last", proxy(Answers.class, constant));
		assertThat(constant.released).isEmpty();
	}

	@Test
	void aBeanWhoseProxyLacksTheMethodIsNamedWithTheRemedy() {
		Object proxy = new ProxyFactory(Runnable.class, TargetSource.class).getProxy();
		assertThatIllegalStateException().isThrownBy(() -> receiver("answer", proxy))
			.withMessageContainingAll("the fallback answer of bean 'answers'", "spring.aop.proxy-target-class=true");
	}

	private static @Nullable Object receiver(String method, Object bean) throws Throwable {
		Receiver receiver = Receiver.bean(new StaticListableBeanFactory(Map.of("answers", bean)), "answers");
		Method fallback = ReflectionUtils.findMethod(Answers.class, method);
		assertThat(fallback).isNotNull();
		return receiver.call(fallback, "the guarded bean", null, (object) -> object);
	}

	private static Source source(Object target, boolean constant) {
		return new Source(target, constant, new ArrayList<>());
	}

	private static <T> T proxy(Class<T> type, TargetSource source) {
		ProxyFactory factory = new ProxyFactory();
		factory.setTargetSource(source);
		factory.setProxyTargetClass(true);
		return type.cast(factory.getProxy());
	}

	private record Source(Object target, boolean constant, List<Object> released) implements TargetSource {

		@Override
		public Class<?> getTargetClass() {
			return this.target.getClass();
		}

		@Override
		public boolean isStatic() {
			return this.constant;
		}

		@Override
		public Object getTarget() {
			return this.target;
		}

		@Override
		public void releaseTarget(Object given) {
			this.released.add(given);
		}

	}

	static class Answers {

		String answer() {
			return "answer";
		}

		final String last() {
			return "last";
		}

	}

}
