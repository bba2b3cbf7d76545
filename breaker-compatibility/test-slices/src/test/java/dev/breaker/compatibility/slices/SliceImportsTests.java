package dev.breaker.compatibility.slices;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every slice of Spring Boot's that is on the class path has the starter.
 */
class SliceImportsTests {

	private static final String SLICES = "classpath*:org/springframework/boot/**/test/autoconfigure/**/*Test.class";

	@Test
	void noSliceIsForgotten() throws Exception {
		List<Class<?>> slices = slices();
		assertThat(slices).extracting(Class::getSimpleName)
			.contains("WebMvcTest", "WebFluxTest", "DataJpaTest", "DataJdbcTest", "JdbcTest", "RestClientTest",
					"WebClientTest", "JsonTest");
		assertThat(slices).allSatisfy((slice) -> assertThat(ImportCandidates.load(slice, null)).contains(
				"dev.breaker.spring.autoconfigure.BreakerAutoConfiguration",
				"dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration",
				"dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration"));
	}

	private static List<Class<?>> slices() throws IOException {
		return Stream.of(new PathMatchingResourcePatternResolver().getResources(SLICES))
			.<Class<?>>map(SliceImportsTests::type)
			.filter((type) -> type.isAnnotation()
					&& AnnotatedElementUtils.hasAnnotation(type, ImportAutoConfiguration.class))
			.toList();
	}

	private static Class<?> type(Resource resource) {
		try {
			String path = resource.getURL().getPath();
			String name = path.substring(path.lastIndexOf("!/") + 2, path.length() - ".class".length());
			return ClassUtils.resolveClassName(name.replace('/', '.'), null);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
