package dev.breaker.spring.aop;

import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;

import org.springframework.beans.factory.BeanFactory;

/**
 * Says which guarded method one is, so that what was serialized finds it again. The bean
 * factory of an application context is serialized as its id.
 *
 * @param beanFactory has the registry of the method
 * @param type the class whose method it is, or the interface where there is no class
 * @param declaring the class that declares it
 * @param name its name
 * @param parameterTypes the types of its parameters
 */
@SuppressWarnings({ "serial", "ArrayRecordComponent" })
record GuardedMethodReference(BeanFactory beanFactory, Class<?> type, Class<?> declaring, String name,
		Class<?>[] parameterTypes) implements Serializable {

	static GuardedMethodReference of(AnnotatedMethod annotated, BeanFactory beanFactory) {
		Method method = annotated.method();
		return new GuardedMethodReference(beanFactory, annotated.type(), method.getDeclaringClass(), method.getName(),
				method.getParameterTypes());
	}

	/**
	 * The method in the application context of that id.
	 * @throws IllegalStateException if it has no such method
	 */
	GuardedMethod find() {
		GuardedMethodRegistry methods = this.beanFactory.getBeanProvider(GuardedMethodRegistry.class).getIfUnique();
		return Optional.ofNullable(methods)
			.flatMap((found) -> found.of(this.type, this::isOf))
			.orElseThrow(() -> new IllegalStateException(
					"The guard of %s.%s was serialized, and there is no application context with the same id that guards the method"
						.formatted(this.type.getName(), this.name)));
	}

	private boolean isOf(Method method) {
		return method.getDeclaringClass() == this.declaring && method.getName().equals(this.name)
				&& Arrays.equals(method.getParameterTypes(), this.parameterTypes);
	}

}
