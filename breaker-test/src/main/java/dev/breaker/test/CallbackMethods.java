package dev.breaker.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.breaker.annotation.Callbacks;

/**
 * The methods of imported classes that are {@link Callbacks}.
 */
final class CallbackMethods {

	private CallbackMethods() {
	}

	/**
	 * Whether a method is one.
	 * @param method the method
	 * @param line its class and all that this inherits from
	 */
	static boolean include(JavaMethod method, List<JavaClass> line) {
		if (line.stream()
			.anyMatch((type) -> type.isInterface() && Callbacks.isInterface(type.getName())
					&& declares(type, method, line))) {
			return true;
		}
		List<JavaMethod> declarations = line.stream()
			.map((type) -> declared(type, method))
			.flatMap(Optional::stream)
			.toList();
		return Callbacks.isMethod((annotation) -> declarations.stream()
			.anyMatch((declared) -> Annotations.find(declared, annotation).isPresent()));
	}

	/** Whether a method is one that an interface has, or inherits. */
	private static boolean declares(JavaClass inherited, JavaMethod method, List<JavaClass> line) {
		List<JavaClass> interfaces = new ArrayList<>(inherited.getAllRawInterfaces());
		interfaces.add(inherited);
		return interfaces.stream()
			.flatMap((type) -> type.getMethods().stream())
			.filter((declared) -> declared.getName().equals(method.getName()))
			.anyMatch((declared) -> types(declared).equals(types(method))
					|| (isBridged(declared, line) && isSpecial(method, declared)));
	}

	/** Whether the compiler leads calls of it to a method with other types. */
	private static boolean isBridged(JavaMethod declared, List<JavaClass> line) {
		return line.stream()
			.map((type) -> declared(type, declared))
			.flatMap(Optional::stream)
			.anyMatch((method) -> method.getModifiers().contains(JavaModifier.BRIDGE));
	}

	private static boolean isSpecial(JavaMethod method, JavaMethod declared) {
		List<JavaClass> special = method.getRawParameterTypes();
		List<JavaClass> general = declared.getRawParameterTypes();
		boolean fits = special.size() == general.size();
		for (int i = 0; fits && i < special.size(); i++) {
			fits = special.get(i).isAssignableTo(general.get(i).getName());
		}
		return fits;
	}

	private static Optional<JavaMethod> declared(JavaClass type, JavaMethod method) {
		return type.tryGetMethod(method.getName(), types(method).toArray(String[]::new));
	}

	private static List<String> types(JavaMethod method) {
		return method.getRawParameterTypes().stream().map(JavaClass::getName).toList();
	}

}
