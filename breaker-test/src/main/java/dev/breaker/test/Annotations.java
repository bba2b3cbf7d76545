package dev.breaker.test;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;

/**
 * Finds annotations, and those of annotations.
 */
final class Annotations {

	private Annotations() {
	}

	/** The annotation of that name, or that of an annotation. */
	static Optional<? extends JavaAnnotation<?>> find(HasAnnotations<?> annotated, String annotation) {
		return find(annotated, annotation, new HashSet<>());
	}

	private static Optional<? extends JavaAnnotation<?>> find(HasAnnotations<?> annotated, String annotation,
			Set<JavaClass> seen) {
		for (JavaAnnotation<?> present : annotated.getAnnotations()) {
			if (present.getRawType().getName().equals(annotation)) {
				return Optional.of(present);
			}
			if (seen.add(present.getRawType())) {
				Optional<? extends JavaAnnotation<?>> meta = find(present.getRawType(), annotation, seen);
				if (meta.isPresent()) {
					return meta;
				}
			}
		}
		return Optional.empty();
	}

}
