package dev.breaker.test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;

/**
 * Rules for <a href="https://www.archunit.org">ArchUnit</a>, which is an optional
 * dependency: it is needed only where this class is used.
 */
public final class CircuitBreakerArchRules {

	/**
	 * No class calls a method of its own that an annotation guards: such a call does not
	 * go through the Spring proxy, and so no circuit breaker sees it. Annotations count
	 * on the method, on what it overrides or implements, on the type, and as
	 * meta-annotations; one on the type leaves out what the container calls, such as
	 * {@code close()} of a {@code Closeable}. Calls out of lambdas, anonymous, local and
	 * inner classes count too; a call of the super method by the method that overrides it
	 * does not.
	 * <p>
	 * The rule sees types, not objects: a call on another bean of the same class, or on
	 * the proxy of the own one, is reported as well.
	 *
	 * <pre>
	 * &#64;ArchTest
	 * static final ArchRule guarded = CircuitBreakerArchRules.NO_SELF_INVOCATION;
	 * </pre>
	 */
	public static final ArchRule NO_SELF_INVOCATION = ArchRuleDefinition.classes()
		.should(new NoSelfInvocation())
		.because("it does not go through the proxy, and so no circuit breaker sees it: "
				+ "move one of the two methods to another bean");

	private CircuitBreakerArchRules() {
	}

	private static final class NoSelfInvocation extends ArchCondition<JavaClass> {

		private static final String GUARDED = CircuitBreaker.class.getName();

		NoSelfInvocation() {
			super("not call their own methods that @CircuitBreaker guards");
		}

		@Override
		public void check(JavaClass type, ConditionEvents events) {
			Stream.concat(type.getMethodCallsFromSelf().stream(), type.getMethodReferencesFromSelf().stream())
				.filter(NoSelfInvocation::isGuardedSelfInvocation)
				.forEach((call) -> events.add(SimpleConditionEvent.violated(call, call.getDescription())));
		}

		private static boolean isGuardedSelfInvocation(JavaCodeUnitAccess<?> call) {
			JavaClass receiver = call.getTargetOwner();
			return isWithin(call.getOriginOwner(), receiver) && call.getTarget()
				.resolveMember()
				.filter(JavaMethod.class::isInstance)
				.map(JavaMethod.class::cast)
				.filter((method) -> !isOverride(call, method) && isGuarded(receiver, method))
				.isPresent();
		}

		/** Whether code of that class can have an object of the other for its own. */
		private static boolean isWithin(JavaClass origin, JavaClass receiver) {
			Optional<JavaClass> next = Optional.of(origin);
			while (next.isPresent()) {
				JavaClass type = next.get();
				if (type.equals(receiver) || (type.isAssignableTo(receiver.getName()) && !receiver.isInterface())) {
					return true;
				}
				boolean inner = type.isNestedClass() && !type.getModifiers().contains(JavaModifier.STATIC);
				next = inner ? type.getEnclosingClass() : Optional.empty();
			}
			return false;
		}

		private static boolean isOverride(JavaCodeUnitAccess<?> call, JavaMethod method) {
			return call.getOrigin().getName().equals(method.getName())
					&& call.getOrigin().getRawParameterTypes().equals(method.getRawParameterTypes());
		}

		private static boolean isGuarded(JavaClass receiver, JavaMethod method) {
			List<JavaClass> types = line(receiver);
			List<JavaMethod> declarations = types.stream()
				.map((type) -> type.tryGetMethod(method.getName(), names(method)))
				.flatMap(Optional::stream)
				.toList();
			for (JavaMethod declared : declarations) {
				// The nearest one holds
				if (Annotations.find(declared, GUARDED).isPresent()) {
					return true;
				}
				if (Annotations.find(declared, Unguarded.class.getName()).isPresent()) {
					return false;
				}
			}
			boolean covered = method.getModifiers().contains(JavaModifier.PUBLIC)
					&& !method.getModifiers().contains(JavaModifier.STATIC) && !isOfObject(method)
					&& !fallbacks(types).contains(method.getName()) && !CallbackMethods.include(method, types);
			return covered && types.stream()
				.filter((type) -> Annotations.find(type, GUARDED).isPresent())
				.anyMatch((type) -> !type.isInterface()
						|| type.tryGetMethod(method.getName(), names(method)).isPresent());
		}

		/** A method of {@link Object}, also where the class overrides it. */
		private static boolean isOfObject(JavaMethod method) {
			String signature = method.getName() + List.of(names(method));
			return method.getOwner().isEquivalentTo(Object.class)
					|| List.of("equals[java.lang.Object]", "hashCode[]", "toString[]").contains(signature);
		}

		/** The class and all that it inherits from. */
		private static List<JavaClass> line(JavaClass type) {
			List<JavaClass> line = new ArrayList<>(type.getAllRawSuperclasses());
			line.add(0, type);
			line.addAll(type.getAllRawInterfaces());
			return line;
		}

		private static String[] names(JavaMethod method) {
			return method.getRawParameterTypes().stream().map(JavaClass::getName).toArray(String[]::new);
		}

		private static Set<String> fallbacks(List<JavaClass> types) {
			Set<String> names = new HashSet<>();
			for (JavaClass type : types) {
				Stream.concat(Stream.of(type), type.getMethods().stream())
					.map((annotated) -> Annotations.find(annotated, GUARDED))
					.flatMap(Optional::stream)
					.map((annotation) -> annotation.get("fallbackMethod"))
					.flatMap(Optional::stream)
					.forEach((name) -> names.add(name.toString()));
			}
			return names;
		}

	}

}
