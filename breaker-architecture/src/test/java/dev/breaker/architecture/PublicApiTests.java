package dev.breaker.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The public types and signatures of the published modules are those of the committed
 * lists in {@code src/test/api}: a change of what applications use is seen in a diff.
 */
class PublicApiTests {

	private static final String REMEDY = "Where this is meant, renew the lists and commit them: "
			+ "mvn test -pl breaker-architecture -am -Dtest=PublicApiTests "
			+ "-Dsurefire.failIfNoSpecifiedTests=false -Dapi.renew=true";

	@ParameterizedTest
	@EnumSource
	void publicTypesAreTheListedOnes(PublishedModule module) throws IOException {
		compare(types(listed(module)), types(PublicApi.of(module.classes())));
	}

	@ParameterizedTest
	@EnumSource
	void publicSignaturesAreTheListedOnes(PublishedModule module) throws IOException {
		compare(PublicApi.withTypes(listed(module)), PublicApi.withTypes(PublicApi.of(module.classes())));
	}

	private static List<String> listed(PublishedModule module) throws IOException {
		Path list = Path.of(System.getProperty("basedir", "."), "src/test/api", module.artifactId() + ".txt");
		if (Boolean.getBoolean("api.renew")) {
			Files.write(list, PublicApi.of(module.classes()));
		}
		return Files.exists(list) ? Files.readAllLines(list) : List.of();
	}

	private static List<String> types(List<String> lines) {
		return lines.stream().filter((line) -> !line.startsWith("\t")).toList();
	}

	private static void compare(List<String> listed, List<String> present) {
		assertThat(without(present, listed)).as("public, but not listed. " + REMEDY).isEmpty();
		assertThat(without(listed, present)).as("listed, but no longer public. " + REMEDY).isEmpty();
	}

	private static List<String> without(List<String> lines, List<String> others) {
		List<String> rest = new ArrayList<>(lines);
		rest.removeAll(others);
		return rest;
	}

}
