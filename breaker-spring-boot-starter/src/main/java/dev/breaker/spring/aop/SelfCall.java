package dev.breaker.spring.aop;

import org.jspecify.annotations.Nullable;

/**
 * A call in a class file whose receiver is the object that the calling code belongs to,
 * or the object around it. Classes are given by their internal names, methods by name and
 * descriptor.
 *
 * @param receiver the class of the receiver, as the calling code sees it
 * @param type the class that has the calling code: that of the receiver, or one nested in
 * it
 * @param caller the calling method; of a lambda the name alone of the method that it is
 * written in
 * @param called the called method
 * @param superType where the method is looked up, of a call with {@code super}, or of one
 * of a private method; otherwise {@code null}
 * @param later whether the call is made when a lambda or a method reference runs
 * @param place the source file and line
 */
record SelfCall(String receiver, String type, String caller, String called, @Nullable String superType, boolean later,
		String place) {
}
