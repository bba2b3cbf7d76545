package dev.breaker.spring.aop;

import java.lang.reflect.Method;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.fallback.MethodSignatures;

/**
 * A method and the annotation that holds for it.
 *
 * @param method the method, as the type has it
 * @param type the class whose method it is, or the interface where there is no class
 * @param annotation the annotation on it or on a type
 * @param declaration the method on which the annotation stands, or whose type bears it:
 * that of an interface or a superclass, which several classes have from there
 * @param woven whether an aspect guards it in its body, and no proxy does
 */
record AnnotatedMethod(Method method, Class<?> type, CircuitBreaker annotation, Method declaration, boolean woven) {

	String describe() {
		return MethodSignatures.qualified(this.method, this.type);
	}

}
