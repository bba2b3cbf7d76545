package dev.breaker.spring.actuate;

import java.util.Collection;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.ExposableEndpoint;
import org.springframework.boot.actuate.endpoint.Operation;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;

import static org.assertj.core.api.Assertions.assertThat;

class EndpointPathsTests {

	@Test
	void everythingBelowTheBasePathIsAnEndpoint() {
		EndpointPaths paths = paths("/actuator");
		assertThat(paths.test("/actuator")).isTrue();
		assertThat(paths.test("/actuator/")).isTrue();
		assertThat(paths.test("/actuator/health/liveness")).isTrue();
		assertThat(paths.test("/actuators")).isFalse();
		assertThat(paths.test("/shop/actuator")).isFalse();
		assertThat(paths.test("/")).isFalse();
	}

	@Test
	void withoutABasePathEachEndpointHasItsOwn() {
		EndpointPaths paths = paths("");
		assertThat(paths.test("/health")).isTrue();
		assertThat(paths.test("/health/liveness")).isTrue();
		assertThat(paths.test("/healthy")).isFalse();
		assertThat(paths.test("/orders")).isFalse();
	}

	@Test
	void aHealthGroupWithAPathOfItsOwnIsAnEndpoint() {
		assertThat(paths("/actuator").test("/livez")).isTrue();
		assertThat(paths("/actuator").test("/managed")).as("on the port of the management server").isFalse();
	}

	@Test
	void withoutEndpointsThereIsNone() {
		EndpointPaths paths = new EndpointPaths(
				new StaticListableBeanFactory().getBeanProvider(PathMappedEndpoints.class));
		assertThat(paths.test("/actuator")).isFalse();
	}

	private static EndpointPaths paths(String basePath) {
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		beans.addBean("endpoints", new PathMappedEndpoints(basePath, () -> List.of(new Health())));
		return new EndpointPaths(beans.getBeanProvider(PathMappedEndpoints.class));
	}

	private static final class Health implements ExposableEndpoint<Operation>, PathMappedEndpoint {

		@Override
		public EndpointId getEndpointId() {
			return EndpointId.of("health");
		}

		@Override
		public Access getDefaultAccess() {
			return Access.READ_ONLY;
		}

		@Override
		public Collection<Operation> getOperations() {
			return List.of();
		}

		@Override
		public String getRootPath() {
			return "health";
		}

		@Override
		public List<String> getAdditionalPaths(WebServerNamespace namespace) {
			return List.of((namespace == WebServerNamespace.SERVER) ? "/livez" : "/managed");
		}

	}

}
