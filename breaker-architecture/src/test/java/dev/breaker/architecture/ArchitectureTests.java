package dev.breaker.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which dependencies the main classes of the published modules have, and what the core
 * does without.
 */
class ArchitectureTests {

	/** Who a thread is, and waiting as a lock does. */
	private static final Set<String> ALLOWED_OF_THREAD = Set.of("currentThread", "getId", "isInterrupted", "onSpinWait",
			"yield");

	private static final List<String> NEEDED_BY_CORE = List.of("java.", "dev.breaker.", "org.slf4j.",
			"org.jspecify.annotations.");

	private static final Set<String> GUARDS = Set.of("dev.breaker.spring.aop", "dev.breaker.spring.fallback",
			"dev.breaker.spring.http");

	private static final Set<String> CONDITIONS_ON_PROPERTIES = Set.of(
			"org.springframework.boot.autoconfigure.condition.ConditionalOnProperty",
			"org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty");

	private static final String REACTOR_PACKAGE = "dev.breaker.reactor";

	private static final String KOTLIN_PACKAGE = "dev.breaker.kotlin";

	@ParameterizedTest
	@EnumSource
	void packagesHaveNoCycles(PublishedModule module) {
		slices().assignedFrom(new ByPackage()).should().beFreeOfCycles().check(module.classes());
	}

	@Test
	void coreNeedsNoLibraryButSlf4jAndJSpecify() {
		noClasses().that()
			.resideOutsideOfPackages(REACTOR_PACKAGE, KOTLIN_PACKAGE)
			.should()
			.dependOnClassesThat(areOfOtherLibrariesThan(NEEDED_BY_CORE))
			.check(PublishedModule.CORE.classes());
	}

	@Test
	void onlyThePackageForReactorNeedsReactor() {
		noClasses().that()
			.resideInAPackage(REACTOR_PACKAGE)
			.should()
			.dependOnClassesThat(areOfOtherLibrariesThan(
					Stream.concat(NEEDED_BY_CORE.stream(), Stream.of("reactor.", "org.reactivestreams.")).toList()))
			.check(PublishedModule.CORE.classes());
		noClasses().that()
			.resideOutsideOfPackage(REACTOR_PACKAGE)
			.should()
			.dependOnClassesThat()
			.resideInAPackage(REACTOR_PACKAGE)
			.because("Reactor may be missing")
			.check(PublishedModule.CORE.classes());
	}

	@Test
	void onlyThePackageForKotlinNeedsKotlin() {
		noClasses().that()
			.resideInAPackage(KOTLIN_PACKAGE)
			.should()
			.dependOnClassesThat(areOfOtherLibrariesThan(Stream
				.concat(NEEDED_BY_CORE.stream(),
						Stream.of("kotlin.", "kotlinx.coroutines.", "org.jetbrains.annotations."))
				.toList()))
			.check(PublishedModule.CORE.classes());
		noClasses().that()
			.resideOutsideOfPackage(KOTLIN_PACKAGE)
			.should()
			.dependOnClassesThat()
			.resideInAPackage(KOTLIN_PACKAGE)
			.because("Kotlin may be missing")
			.check(PublishedModule.CORE.classes());
	}

	private static DescribedPredicate<JavaClass> areOfOtherLibrariesThan(List<String> allowed) {
		return DescribedPredicate.describe("are of other libraries than " + allowed,
				(type) -> !type.getBaseComponentType().isPrimitive()
						&& allowed.stream().noneMatch(type.getBaseComponentType().getName()::startsWith));
	}

	@Test
	void coreHasNoTimerAndNoThreadPool() {
		noClasses().should()
			.dependOnClassesThat(assignableTo(Timer.class).or(assignableTo(TimerTask.class))
				.or(assignableTo(ExecutorService.class))
				.or(equivalentTo(Executors.class)))
			.because("state changes that are due are made by the next call or reader")
			.check(PublishedModule.CORE.classes());
	}

	@Test
	void coreMakesAndControlsNoThread() {
		noClasses().should().accessTargetWhere(threadsAreMadeOrControlled()).check(PublishedModule.CORE.classes());
	}

	@Test
	void guardsHaveNoThreadAndNoTimer() {
		JavaClasses guards = PublishedModule.STARTER.classes()
			.that(DescribedPredicate.describe("guard calls", (type) -> GUARDS.contains(type.getPackageName())));
		noClasses().should()
			.dependOnClassesThat(assignableTo(Timer.class).or(assignableTo(TimerTask.class))
				.or(assignableTo(ExecutorService.class))
				.or(equivalentTo(Executors.class)))
			.orShould()
			.accessTargetWhere(threadsAreMadeOrControlled())
			.because("calls run on the threads of their callers")
			.check(guards);
	}

	private static DescribedPredicate<JavaAccess<?>> threadsAreMadeOrControlled() {
		return DescribedPredicate.describe("it makes or controls a thread (allowed: " + ALLOWED_OF_THREAD + ")",
				(access) -> access.getTargetOwner().isAssignableTo(Thread.class)
						&& !ALLOWED_OF_THREAD.contains(access.getTarget().getName()));
	}

	@Test
	void coreHasNoMonitor() {
		List<String> withMonitor = PublishedModule.CORE.classes()
			.stream()
			.filter(ArchitectureTests::hasMonitor)
			.map(JavaClass::getName)
			.toList();
		assertThat(withMonitor).as("classes of the core with 'synchronized'").isEmpty();
	}

	@Test
	void guardsHaveNoMonitor() {
		List<String> withMonitor = PublishedModule.STARTER.classes()
			.stream()
			.filter((type) -> GUARDS.contains(type.getPackageName()))
			.flatMap((type) -> monitors(type).stream().map((method) -> type.getSimpleName() + "." + method))
			.toList();
		assertThat(withMonitor).as("'synchronized' where calls are guarded, but for when beans are made")
			.containsExactlyInAnyOrder("NamedBreaker.found", "NamedBreaker.made");
	}

	@Test
	void guardingCountingAndTellingNeedNoSpringBoot() {
		noClasses().that()
			.resideInAnyPackage("dev.breaker.spring.aop..", "dev.breaker.spring.fallback..",
					"dev.breaker.spring.event..", "dev.breaker.spring.metrics..")
			// Explains an exception of its package, and is Boot's by nature
			.and()
			.areNotAssignableTo("org.springframework.boot.diagnostics.FailureAnalyzer")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.springframework.boot..")
			.because("'autoconfigure' and 'config' put them together with Boot")
			.check(PublishedModule.STARTER.classes());
	}

	@ParameterizedTest
	@EnumSource
	void switchesAreReadByTheirOwnConditionAlone(PublishedModule module) {
		DescribedPredicate<JavaAnnotation<?>> spelledAsText = DescribedPredicate.describe(
				"Spring Boot's conditions on a property below 'breaker'", ArchitectureTests::isOfABreakerProperty);
		noClasses().should()
			.beAnnotatedWith(spelledAsText)
			.because("they compare text, so that 'on' is accepted and not obeyed: see ConditionalOnSwitch")
			.check(module.classes());
		noMethods().should().beAnnotatedWith(spelledAsText).check(module.classes());
	}

	private static boolean isOfABreakerProperty(JavaAnnotation<?> annotation) {
		return CONDITIONS_ON_PROPERTIES.contains(annotation.getRawType().getName()) && annotation.getProperties()
			.values()
			.stream()
			.flatMap((value) -> (value instanceof Object[] values) ? Stream.of(values) : Stream.of(value))
			.anyMatch((value) -> value.equals("breaker") || value.toString().startsWith("breaker."));
	}

	private static boolean hasMonitor(JavaClass type) {
		return !monitors(type).isEmpty();
	}

	private static List<String> monitors(JavaClass type) {
		List<String> found = new ArrayList<>();
		try (InputStream bytes = type.getSource().orElseThrow().getUri().toURL().openStream()) {
			new ClassReader(bytes).accept(new MonitorFinder(found), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
		}
		catch (IOException ex) {
			throw new IllegalStateException(type.getName(), ex);
		}
		return found;
	}

	private static final class ByPackage implements SliceAssignment {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return SliceIdentifier.of(type.getPackageName());
		}

		@Override
		public String getDescription() {
			return "packages";
		}

	}

	private static final class MonitorFinder extends ClassVisitor {

		private final List<String> found;

		MonitorFinder(List<String> found) {
			super(SpringAsmInfo.ASM_VERSION);
			this.found = found;
		}

		@Override
		public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
				String[] exceptions) {
			if ((access & Opcodes.ACC_SYNCHRONIZED) != 0) {
				this.found.add(name);
			}
			return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {

				@Override
				public void visitInsn(int opcode) {
					if (opcode == Opcodes.MONITORENTER) {
						MonitorFinder.this.found.add(name);
					}
				}

			};
		}

	}

}
