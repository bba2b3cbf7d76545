package dev.breaker.spring.actuate;

import org.junit.jupiter.api.Nested;

class EndpointRequestsTests {

	private static final String COMMANDS = "management.endpoint.circuitbreakers.access=unrestricted";

	private static final String REACTIVE = "spring.main.web-application-type=reactive";

	@Nested
	class InSpringMvc extends EndpointRequests {

		InSpringMvc() {
			super("/actuator/circuitbreakers", COMMANDS);
		}

	}

	@Nested
	class InWebFlux extends EndpointRequests {

		InWebFlux() {
			super("/actuator/circuitbreakers", COMMANDS, REACTIVE);
		}

	}

	@Nested
	class InSpringMvcOnAPortAndPathsOfItsOwn extends EndpointRequests {

		InSpringMvcOnAPortAndPathsOfItsOwn() {
			super("/admin/ops/circuitbreakers", COMMANDS, "management.server.port=0",
					"management.server.base-path=/admin", "management.endpoints.web.base-path=/ops");
		}

	}

	@Nested
	class InWebFluxOnAPortAndPathsOfItsOwn extends EndpointRequests {

		InWebFluxOnAPortAndPathsOfItsOwn() {
			super("/admin/circuitbreakers", COMMANDS, REACTIVE, "management.server.port=0",
					"management.server.base-path=/admin", "management.endpoints.web.base-path=/",
					// Both servers are on the class path of the tests.
					"spring.autoconfigure.exclude=org.springframework.boot.tomcat.autoconfigure.actuate.web.server."
							+ "TomcatReactiveManagementContextAutoConfiguration");
		}

	}

	@Nested
	class UnderTheServletPathsOfTheApplication extends EndpointRequests {

		UnderTheServletPathsOfTheApplication() {
			super("/shop/app/actuator/circuitbreakers", COMMANDS, "server.servlet.context-path=/shop",
					"spring.mvc.servlet.path=/app");
		}

	}

}
