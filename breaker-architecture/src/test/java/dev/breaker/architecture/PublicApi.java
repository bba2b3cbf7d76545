package dev.breaker.architecture;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import org.jspecify.annotations.Nullable;

/**
 * The signatures that code outside a module can use, as text: a line for each public
 * type, then an indented line for each of its public members, and of the protected ones
 * that a subclass can use.
 */
final class PublicApi {

	private static final Pattern IMPORTED = Pattern.compile("\\bjava\\.lang\\.(?=[A-Z])");

	private PublicApi() {
	}

	static List<String> of(JavaClasses classes) {
		List<String> lines = new ArrayList<>();
		classes.stream()
			.<Class<?>>map(PublicApi::load)
			.filter(PublicApi::isPublic)
			.sorted(Comparator.comparing(Class::getName))
			.forEach((type) -> {
				lines.add(withoutJavaLang(header(type)));
				members(type).forEach((member) -> lines.add("\t" + withoutJavaLang(member)));
			});
		return lines;
	}

	/** Each line as it can be understood alone. */
	static List<String> withTypes(List<String> lines) {
		List<String> all = new ArrayList<>();
		String type = "";
		for (String line : lines) {
			type = line.startsWith("\t") ? type : line;
			all.add(line.startsWith("\t") ? type + " { " + line.strip() + " }" : line);
		}
		return all;
	}

	private static Class<?> load(JavaClass type) {
		try {
			return Class.forName(type.getName(), false, PublicApi.class.getClassLoader());
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isPublic(Class<?> type) {
		return Modifier.isPublic(type.getModifiers())
				&& (type.getDeclaringClass() == null || isPublic(type.getDeclaringClass()));
	}

	private static String header(Class<?> type) {
		int hidden = Modifier.INTERFACE | Modifier.STATIC;
		String kind = "class";
		if (type.isAnnotation()) {
			kind = "@interface";
			hidden |= Modifier.ABSTRACT;
		}
		else if (type.isInterface()) {
			kind = "interface";
			hidden |= Modifier.ABSTRACT;
		}
		else if (type.isEnum()) {
			kind = "enum";
			hidden |= Modifier.ABSTRACT | Modifier.FINAL;
		}
		else if (type.isRecord()) {
			kind = "record";
			hidden |= Modifier.FINAL;
		}
		StringBuilder header = new StringBuilder(Modifier.toString(type.getModifiers() & ~hidden));
		header.append(type.isSealed() ? " sealed " : " ").append(kind).append(' ').append(type.getName());
		header.append(parameters(type.getTypeParameters()));
		if (kind.equals("class") && type.getSuperclass() != Object.class) {
			header.append(" extends ").append(type.getGenericSuperclass().getTypeName());
		}
		if (type.getInterfaces().length > 0 && !type.isAnnotation()) {
			header.append(type.isInterface() ? " extends " : " implements ");
			header.append(names(Stream.of(type.getGenericInterfaces())));
		}
		return header.toString();
	}

	private static List<String> members(Class<?> type) {
		List<String> members = new ArrayList<>();
		Comparator<Member> byName = Comparator.comparing(Member::getName);
		Stream.of(type.getDeclaredFields())
			.filter((field) -> isVisible(field, type))
			.sorted(byName)
			.forEach((field) -> members.add(describe(field)));
		Stream.of(type.getDeclaredConstructors())
			.filter((constructor) -> isVisible(constructor, type))
			.map(PublicApi::describe)
			.sorted()
			.forEach(members::add);
		methods(type).filter((method) -> isVisible(method, type))
			.sorted(byName.thenComparing((method) -> describe((Method) method)))
			.forEach((method) -> members.add(describe(method)));
		return members;
	}

	/**
	 * With those of superclasses that are not public: they are seen through this type.
	 */
	private static Stream<Method> methods(Class<?> type) {
		Stream<Method> own = Stream.of(type.getDeclaredMethods());
		Class<?> superclass = type.getSuperclass();
		return (superclass == null || isPublic(superclass)) ? own : Stream.concat(own, methods(superclass));
	}

	private static boolean isVisible(Member member, Class<?> type) {
		boolean inherited = Modifier.isProtected(member.getModifiers()) && !Modifier.isFinal(type.getModifiers());
		return (Modifier.isPublic(member.getModifiers()) || inherited) && !member.isSynthetic() && !isOfObject(member);
	}

	private static boolean isOfObject(Member member) {
		return member instanceof Method method && Stream.of(Object.class.getDeclaredMethods())
			.anyMatch((other) -> other.getName().equals(method.getName())
					&& Arrays.equals(other.getParameterTypes(), method.getParameterTypes()));
	}

	private static String describe(Field field) {
		String modifiers = Modifier
			.toString(field.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL));
		return modifiers + " " + nullness(field.getAnnotatedType()) + field.getGenericType().getTypeName() + " "
				+ field.getName();
	}

	private static String describe(Constructor<?> constructor) {
		return modifiers(constructor) + parameters(constructor.getTypeParameters(), " ")
				+ constructor.getDeclaringClass().getSimpleName() + arguments(constructor);
	}

	private static String describe(Method method) {
		String result = nullness(method.getAnnotatedReturnType()) + method.getGenericReturnType().getTypeName();
		Object value = method.getDefaultValue();
		return modifiers(method) + parameters(method.getTypeParameters(), " ") + result + " " + method.getName()
				+ arguments(method) + ((value != null) ? " default " + text(value) : "");
	}

	private static String modifiers(Executable executable) {
		boolean inInterface = executable.getDeclaringClass().isInterface();
		int shown = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL
				| (inInterface ? 0 : Modifier.ABSTRACT);
		boolean isDefault = executable instanceof Method method && method.isDefault();
		return Modifier.toString(executable.getModifiers() & shown) + (isDefault ? " default " : " ");
	}

	private static String parameters(TypeVariable<?>[] variables, String separator) {
		return (variables.length > 0) ? parameters(variables) + separator : "";
	}

	private static String parameters(TypeVariable<?>[] variables) {
		return (variables.length == 0) ? ""
				: Stream.of(variables).map(PublicApi::describe).collect(Collectors.joining(", ", "<", ">"));
	}

	private static String describe(TypeVariable<?> variable) {
		String bounds = Stream.of(variable.getBounds())
			.filter((bound) -> bound != Object.class)
			.map(Type::getTypeName)
			.collect(Collectors.joining(" & "));
		return bounds.isEmpty() ? variable.getName() : variable.getName() + " extends " + bounds;
	}

	private static String arguments(Executable executable) {
		List<String> arguments = new ArrayList<>();
		Type[] types = executable.getGenericParameterTypes();
		AnnotatedType[] annotated = executable.getAnnotatedParameterTypes();
		for (int argument = 0; argument < types.length; argument++) {
			boolean isLast = argument == types.length - 1;
			String name = types[argument].getTypeName();
			arguments.add(nullness(annotated[argument])
					+ ((executable.isVarArgs() && isLast) ? name.substring(0, name.length() - 2) + "..." : name));
		}
		Type[] thrown = executable.getGenericExceptionTypes();
		return "(" + String.join(", ", arguments) + ")"
				+ ((thrown.length > 0) ? " throws " + names(Stream.of(thrown)) : "");
	}

	private static String nullness(AnnotatedType type) {
		return type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
	}

	private static String names(Stream<Type> types) {
		return types.map(Type::getTypeName).collect(Collectors.joining(", "));
	}

	private static String text(Object value) {
		if (value instanceof String string) {
			return '"' + string + '"';
		}
		String text = Arrays.deepToString(new Object[] { value });
		return text.substring(1, text.length() - 1);
	}

	private static String withoutJavaLang(String text) {
		return IMPORTED.matcher(text).replaceAll("");
	}

}
