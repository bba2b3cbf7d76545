package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;

import org.springframework.asm.Type;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.NativeDetector;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/**
 * Finds the calls of guarded methods that an object makes on itself, past its proxy, in
 * the class files of its class and of what that inherits from. Not among them are calls
 * that lose nothing:
 * <ul>
 * <li>a method that calls itself, or the one that it overrides, within its own guarded
 * call;</li>
 * <li>one inside of a guarded call of the same breaker, on the same thread, that has
 * neither key nor fallback: it belongs to that call with a proxy, too;</li>
 * <li>one in a method that a subclass overrides and does not call;</li>
 * <li>one of a woven method.</li>
 * </ul>
 * Not safe for use by many threads.
 */
final class SelfInvocationFinder {

	private final SelfCallReader reader = new SelfCallReader();

	/**
	 * The self-invocations of a class. None in a native image, which has no class files.
	 * @param type the class of the object behind the proxy
	 * @param methods its guarded methods
	 */
	List<SelfInvocation> find(Class<?> type, List<GuardedMethod> methods) {
		List<GuardedMethod> ofProxy = new ArrayList<>();
		for (GuardedMethod method : methods) {
			if (!method.isWoven() && method.type() == type) {
				ofProxy.add(method);
			}
		}
		return (ofProxy.isEmpty() || NativeDetector.inNativeImage()) ? List.of() : new Search(type, ofProxy).find();
	}

	/** Of the methods of one class. */
	private final class Search {

		/** The class, then what it inherits from, with what each declares. */
		private final Map<Class<?>, Map<String, Method>> line = new LinkedHashMap<>();

		private final Map<String, GuardedMethod> guarded = new HashMap<>();

		private final Set<String> overridden = new HashSet<>();

		private final Set<String> calledBySuper = new HashSet<>();

		Search(Class<?> type, List<GuardedMethod> methods) {
			List<Class<?>> interfaces = new ArrayList<>();
			for (Class<?> each = type; each != null && !isOfJdk(each); each = each.getSuperclass()) {
				this.line.put(each, declared(each));
				interfaces.addAll(Arrays.asList(each.getInterfaces()));
			}
			for (int i = 0; i < interfaces.size(); i++) {
				Class<?> each = interfaces.get(i);
				Map<String, Method> declared = isOfJdk(each) ? Map.of() : declared(each);
				if (hasCode(declared)) {
					this.line.putIfAbsent(each, declared);
				}
				interfaces.addAll(Arrays.asList(each.getInterfaces()));
			}
			for (GuardedMethod method : methods) {
				this.guarded.put(signature(method.method()), method);
				for (String bridge : bridgesTo(method.method())) {
					this.guarded.put(bridge, method);
				}
			}
		}

		private static boolean hasCode(Map<String, Method> declared) {
			for (Method method : declared.values()) {
				if (!Modifier.isAbstract(method.getModifiers())) {
					return true;
				}
			}
			return false;
		}

		private static boolean isOfJdk(Class<?> type) {
			return type.getName().startsWith("java.");
		}

		private static Map<String, Method> declared(Class<?> type) {
			Map<String, Method> declared = new LinkedHashMap<>();
			for (Method method : type.getDeclaredMethods()) {
				declared.put(signature(method), method);
			}
			return declared;
		}

		private static String signature(Method method) {
			return method.getName() + Type.getMethodDescriptor(method);
		}

		/** By the types of a generic superclass or interface a method is called, too. */
		private List<String> bridgesTo(Method method) {
			List<String> bridges = new ArrayList<>();
			for (Map<String, Method> declared : this.line.values()) {
				for (Map.Entry<String, Method> each : declared.entrySet()) {
					Method candidate = each.getValue();
					if (candidate.isBridge() && candidate.getName().equals(method.getName())
							&& BridgeMethodResolver.findBridgedMethod(candidate).equals(method)) {
						bridges.add(each.getKey());
					}
				}
			}
			return bridges;
		}

		List<SelfInvocation> find() {
			List<SelfInvocation> found = new ArrayList<>();
			for (Map.Entry<Class<?>, Map<String, Method>> each : this.line.entrySet()) {
				Class<?> type = each.getKey();
				Map<String, Method> declared = each.getValue();
				for (SelfCall call : SelfInvocationFinder.this.reader.callsOn(type)) {
					if (call.superType() != null) {
						this.calledBySuper.add(call.called());
					}
					GuardedMethod called = this.guarded.get(call.called());
					boolean nested = !call.type().equals(Type.getInternalName(type));
					if (called != null && isPastGuard(call, called, declared) && (nested || isRun(call, declared))
							&& (nested || !isInside(call, called))) {
						found.add(new SelfInvocation(called.describe(), describe(call), call.place()));
					}
				}
				this.overridden.addAll(declared.keySet());
			}
			return found;
		}

		private boolean isPastGuard(SelfCall call, GuardedMethod called, Map<String, Method> declared) {
			if (call.superType() == null) {
				// One that is private to the class is another method
				Method own = declared.get(call.called());
				return own == null || !Modifier.isPrivate(own.getModifiers());
			}
			Method inherited = inherited(call.superType(), call.called());
			return inherited != null && (inherited.equals(called.method())
					|| MergedAnnotations.from(inherited).isPresent(CircuitBreaker.class));
		}

		private @Nullable Method inherited(String superType, String signature) {
			boolean reached = false;
			for (Map.Entry<Class<?>, Map<String, Method>> each : this.line.entrySet()) {
				reached = reached || Type.getInternalName(each.getKey()).equals(superType);
				Method method = reached ? each.getValue().get(signature) : null;
				if (method != null) {
					return method;
				}
			}
			return null;
		}

		/** Whether the calling method is not replaced by one of a subclass. */
		private boolean isRun(SelfCall call, Map<String, Method> declared) {
			boolean isKnown = false;
			for (Map.Entry<String, Method> each : declared.entrySet()) {
				String signature = each.getKey();
				Method method = each.getValue();
				if (signature.equals(call.caller()) || method.getName().equals(call.caller())) {
					isKnown = true;
					if (Modifier.isPrivate(method.getModifiers()) || !this.overridden.contains(signature)
							|| this.calledBySuper.contains(signature)) {
						return true;
					}
				}
			}
			return !isKnown;
		}

		private boolean isInside(SelfCall call, GuardedMethod called) {
			GuardedMethod caller = call.later() ? null : this.guarded.get(call.caller());
			return caller != null && (caller == called || (caller.named() == called.named() && !caller.hasKey()
					&& !called.hasKey() && called.fallback() == null));
		}

		private static String describe(SelfCall call) {
			String type = ClassUtils.convertResourcePathToClassName(call.type());
			int name = call.caller().indexOf('(');
			if (name < 0) {
				return "a lambda in " + type + "." + call.caller();
			}
			return Arrays.stream(Type.getArgumentTypes(call.caller().substring(name)))
				.map((argument) -> ClassUtils.getShortName(argument.getClassName()))
				.collect(Collectors.joining(", ", type + "." + call.caller().substring(0, name) + "(", ")"));
		}

	}

}
