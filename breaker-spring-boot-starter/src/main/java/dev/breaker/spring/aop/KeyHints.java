package dev.breaker.spring.aop;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/**
 * Tells a native image what the key of a guarded method reads: the public members of the
 * types on its way, from those of the arguments on, as they are declared.
 */
final class KeyHints {

	private static final ResolvableType ROOT = ResolvableType.forClass(KeyExpression.Root.class);

	private final AnnotatedMethod guarded;

	private final BeanFactory beanFactory;

	private final ReflectionHints hints;

	KeyHints(AnnotatedMethod guarded, BeanFactory beanFactory, ReflectionHints hints) {
		this.guarded = guarded;
		this.beanFactory = beanFactory;
		this.hints = hints;
	}

	void register() {
		Class<?> key = follow(KeyExpression.parse(this.guarded).getAST(), ROOT).resolve();
		if (key != null && !BeanUtils.isSimpleValueType(key)) {
			// The text of a record is looked through
			register(key);
		}
	}

	/**
	 * Registers what a part of the expression reads.
	 * @param on the type of what it is read from
	 * @return the type of what it gives, none where that is not declared
	 */
	private ResolvableType follow(SpelNode part, ResolvableType on) {
		boolean chain = part instanceof CompoundExpression;
		ResolvableType last = on;
		for (int i = 0; i < part.getChildCount(); i++) {
			last = follow(part.getChild(i), chain ? last : ROOT);
		}
		if (chain) {
			return last;
		}
		if (part instanceof VariableReference) {
			return variable(part.toStringAST().substring(1));
		}
		if (part instanceof BeanReference reference) {
			return bean(KeyExpression.beanName(reference));
		}
		if (part instanceof TypeReference) {
			return type(part.getChild(0).toStringAST());
		}
		if (part instanceof PropertyOrFieldReference property) {
			return property(property.getName(), on);
		}
		if (part instanceof MethodReference method) {
			return method(method.getName(), method.getChildCount(), on);
		}
		return (part instanceof Indexer) ? element(on) : ResolvableType.NONE;
	}

	private ResolvableType variable(String name) {
		Method method = this.guarded.method();
		int index = KeyExpression.parameterIndex(method, name);
		return (index >= 0) ? ResolvableType.forMethodParameter(method, index, this.guarded.type()) : ROOT;
	}

	private ResolvableType bean(String name) {
		Class<?> type = this.beanFactory.containsBean(name) ? this.beanFactory.getType(name) : null;
		return (type != null) ? ResolvableType.forClass(type) : ResolvableType.NONE;
	}

	/** SpEL looks for a name without a package in java.lang. */
	private static ResolvableType type(String name) {
		String qualified = (name.indexOf('.') < 0) ? "java.lang." + name : name;
		ClassLoader classLoader = ClassUtils.getDefaultClassLoader();
		return ClassUtils.isPresent(qualified, classLoader)
				? ResolvableType.forClass(ClassUtils.resolveClassName(qualified, classLoader)) : ResolvableType.NONE;
	}

	private ResolvableType property(String name, ResolvableType on) {
		Class<?> type = on.resolve();
		if (type == null) {
			return ResolvableType.NONE;
		}
		register(type);
		String capitalized = StringUtils.capitalize(name);
		for (String getter : List.of("get" + capitalized, "is" + capitalized, name)) {
			Method method = ClassUtils.getMethodIfAvailable(type, getter, new Class<?>[0]);
			if (method != null) {
				return returned(method, on);
			}
		}
		Field field = ReflectionUtils.findField(type, name);
		return (field != null) ? ResolvableType.forField(field, on) : ResolvableType.NONE;
	}

	private ResolvableType method(String name, int arguments, ResolvableType on) {
		Class<?> type = on.resolve();
		if (type == null) {
			return ResolvableType.NONE;
		}
		register(type);
		for (Method method : type.getMethods()) {
			if (method.getName().equals(name) && method.getParameterCount() == arguments) {
				return returned(method, on);
			}
		}
		return ResolvableType.NONE;
	}

	private static ResolvableType returned(Method method, ResolvableType on) {
		return ResolvableType.forType(method.getGenericReturnType(), on.as(method.getDeclaringClass()));
	}

	private static ResolvableType element(ResolvableType on) {
		if (on.isArray()) {
			return on.getComponentType();
		}
		boolean map = Map.class.isAssignableFrom(on.resolve(Object.class));
		return map ? on.as(Map.class).getGeneric(1) : on.as(Collection.class).getGeneric(0);
	}

	private void register(Class<?> type) {
		this.hints.registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS, MemberCategory.ACCESS_PUBLIC_FIELDS);
	}

}
