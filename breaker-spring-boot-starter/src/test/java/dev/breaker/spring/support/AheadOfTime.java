package dev.breaker.spring.support;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/**
 * An application that is processed ahead of time.
 */
public final class AheadOfTime {

	private AheadOfTime() {
	}

	/** What a native image is told. */
	public static RuntimeHints hints(TestPropertyValues properties, Class<?>... configurations) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			properties.applyTo(context);
			context.register(configurations);
			DefaultGenerationContext generated = new DefaultGenerationContext(
					new ClassNameGenerator(ClassName.get("dev.breaker.spring", "Application")),
					new InMemoryGeneratedFiles());
			new ApplicationContextAotGenerator().processAheadOfTime(context, generated);
			return generated.getRuntimeHints();
		}
	}

}
