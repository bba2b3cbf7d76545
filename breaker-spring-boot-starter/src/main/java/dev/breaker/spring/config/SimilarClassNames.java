package dev.breaker.spring.config;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.ClassUtils;

/**
 * Finds classes whose names are similar to a misspelled one: in the package that is
 * written, in the application's own packages, and in the usual packages of exceptions.
 * Used only when the application fails anyway.
 */
final class SimilarClassNames {

	private static final List<String> USUAL_PACKAGES = List.of("java.lang", "java.io", "java.net", "java.net.http",
			"java.sql", "java.util", "java.util.concurrent", "org.springframework.dao",
			"org.springframework.web.client");

	private static final int MOST_TO_LOAD = 20;

	private final ClassLoader classLoader;

	private final List<String> applicationPackages;

	SimilarClassNames(@Nullable ClassLoader classLoader, List<String> applicationPackages) {
		this.classLoader = (classLoader != null) ? classLoader
				: Objects.requireNonNull(ClassUtils.getDefaultClassLoader());
		this.applicationPackages = applicationPackages;
	}

	/**
	 * The nearest class of a type.
	 * @param given what is written
	 * @param usable what else must hold for the class
	 */
	@Nullable String nearest(String given, Class<?> type, Predicate<Class<?>> usable) {
		return nearestTo(given, (candidate) -> type.isAssignableFrom(candidate) && usable.test(candidate));
	}

	private @Nullable String nearestTo(String given, Predicate<Class<?>> usable) {
		String simpleName = simpleName(given);
		int most = Math.max(2, simpleName.length() / 4);
		return candidates(ClassUtils.getPackageName(given)).stream()
			.filter((candidate) -> SimilarNames.distance(simpleName, simpleName(candidate)) <= most)
			.sorted(Comparator
				.comparingInt((String candidate) -> SimilarNames.distance(simpleName, simpleName(candidate)))
				.thenComparingInt((candidate) -> SimilarNames.distance(given, candidate)))
			.limit(MOST_TO_LOAD)
			.filter((candidate) -> is(candidate, usable))
			.findFirst()
			.orElse(null);
	}

	/** Without the class around a nested one too. */
	private static String simpleName(String name) {
		return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
	}

	private boolean is(String name, Predicate<Class<?>> usable) {
		try {
			return usable.test(ClassUtils.forName(name, this.classLoader));
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	private Set<String> candidates(String packageName) {
		Set<String> candidates = new LinkedHashSet<>();
		List<String> packages = new ArrayList<>(USUAL_PACKAGES);
		packages.add(packageName);
		for (String name : packages) {
			addOfJdk(name, candidates);
			addOfClassPath(name, "/*.class", candidates);
		}
		this.applicationPackages.forEach((name) -> addOfClassPath(name, "/**/*.class", candidates));
		return candidates;
	}

	private void addOfClassPath(String packageName, String files, Set<String> candidates) {
		String path = packageName.replace('.', '/');
		if (path.isEmpty()) {
			return;
		}
		try {
			for (Resource resource : new PathMatchingResourcePatternResolver(this.classLoader)
				.getResources("classpath*:" + path + files)) {
				String url = resource.getURL().toString();
				add(url.substring(url.lastIndexOf("/" + path + "/") + 1), candidates);
			}
		}
		catch (IOException ex) {
			// No candidates then
		}
	}

	private void addOfJdk(String packageName, Set<String> candidates) {
		try (Stream<Path> modules = Files
			.list(FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/packages", packageName))) {
			for (Path module : modules.toList()) {
				try (Stream<Path> files = Files.list(module.resolve(packageName.replace('.', '/')))) {
					files.forEach((file) -> add(packageName + "/" + file.getFileName(), candidates));
				}
			}
		}
		catch (IOException | RuntimeException ex) {
			// Not a package of the JDK, or no such file system
		}
	}

	private static void add(String file, Set<String> candidates) {
		if (file.endsWith(".class")) {
			candidates.add(file.substring(0, file.length() - ".class".length()).replace('/', '.'));
		}
	}

}
