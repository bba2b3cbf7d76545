package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.ClassUtils;

/**
 * Refuses properties and methods that the arguments of a key do not have. That is sure of
 * final classes alone, of which an argument cannot be a subclass that has more.
 */
final class KeyTypeCheck {

	private final AnnotatedMethod guarded;

	private KeyTypeCheck(AnnotatedMethod guarded) {
		this.guarded = guarded;
	}

	static void check(SpelNode expression, AnnotatedMethod guarded) {
		new KeyTypeCheck(guarded).check(expression);
	}

	private void check(SpelNode node) {
		if (node instanceof CompoundExpression && node.getChild(0) instanceof VariableReference variable) {
			String name = variable.toStringAST();
			int index = KeyExpression.parameterIndex(this.guarded.method(), name.substring(1));
			if (index >= 0) {
				checkChain(node, name,
						ClassUtils.resolvePrimitiveIfNecessary(
								ResolvableType.forMethodParameter(this.guarded.method(), index, this.guarded.type())
									.resolve(Object.class)));
			}
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			check(node.getChild(i));
		}
	}

	private void checkChain(SpelNode chain, String parameter, Class<?> argument) {
		String on = parameter;
		Class<?> type = argument;
		for (int i = 1; i < chain.getChildCount() && type != null && isSure(type); i++) {
			SpelNode part = chain.getChild(i);
			if (part instanceof PropertyOrFieldReference property) {
				requireProperty(property.getName(), type, on);
				type = typeOf(property.getName(), type);
			}
			else if (part instanceof MethodReference method) {
				requireMethod(method.getName(), method.getChildCount(), type, on);
				type = null;
			}
			else {
				return;
			}
			on = on + "." + part.toStringAST();
		}
	}

	/** SpEL reads more of these than they declare. */
	private static boolean isSure(Class<?> type) {
		return Modifier.isFinal(type.getModifiers()) && !type.isArray() && type != Class.class && type != Optional.class
				&& !Map.class.isAssignableFrom(type);
	}

	private void requireProperty(String name, Class<?> type, String on) {
		boolean found = Arrays.stream(type.getMethods())
			.anyMatch((method) -> method.getParameterCount() == 0 && isGetter(method, name))
				|| Arrays.stream(type.getFields()).anyMatch((field) -> field.getName().equalsIgnoreCase(name));
		if (!found) {
			throw missing("property " + name, type, on);
		}
	}

	private static boolean isGetter(Method method, String property) {
		String name = method.getName();
		return name.equalsIgnoreCase(property) || name.equalsIgnoreCase("get" + property)
				|| name.equalsIgnoreCase("is" + property);
	}

	/** Where it is sure. */
	private static @Nullable Class<?> typeOf(String property, Class<?> type) {
		Class<?>[] types = Arrays.stream(type.getMethods())
			.filter((method) -> method.getParameterCount() == 0 && isGetter(method, property))
			.map(Method::getReturnType)
			.toArray(Class<?>[]::new);
		return (types.length == 1) ? ClassUtils.resolvePrimitiveIfNecessary(types[0]) : null;
	}

	private void requireMethod(String name, int arguments, Class<?> type, String on) {
		boolean found = Arrays.stream(type.getMethods())
			.anyMatch((method) -> method.getName().equals(name)
					&& (method.getParameterCount() == arguments || method.isVarArgs()));
		if (!found) {
			throw missing("method %s with %s".formatted(name, (arguments == 1) ? "one parameter"
					: (arguments == 0) ? "no parameters" : arguments + " parameters"), type, on);
		}
	}

	private InvalidCircuitBreakerAnnotationException missing(String what, Class<?> type, String on) {
		return new InvalidCircuitBreakerAnnotationException(
				"The key \"%s\" of %s refers to a %s of %s, which is a %s and has none."
					.formatted(this.guarded.annotation().key(), this.guarded.describe(), what, on, type.getName()),
				"Correct the name in the key, or add it to %s.".formatted(type.getName()));
	}

}
