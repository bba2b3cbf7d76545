package dev.breaker.spring.dashboard;

import org.junit.jupiter.api.Nested;

import org.springframework.boot.WebApplicationType;

class DashboardTests {

	static final String COMMANDS = "management.endpoint.circuitbreakers.access=unrestricted";

	@Nested
	class InSpringMvc extends DashboardRequests {

		InSpringMvc() {
			super(WebApplicationType.SERVLET, "/actuator");
		}

	}

	@Nested
	class InWebFlux extends DashboardRequests {

		InWebFlux() {
			super(WebApplicationType.REACTIVE, "/actuator", COMMANDS);
		}

	}

	@Nested
	class InSpringMvcOnAPortAndPathsOfItsOwn extends DashboardRequests {

		InSpringMvcOnAPortAndPathsOfItsOwn() {
			super(WebApplicationType.SERVLET, "/admin/ops", COMMANDS, "management.server.port=0",
					"management.server.base-path=/admin", "management.endpoints.web.base-path=/ops");
		}

	}

	@Nested
	class InWebFluxOnAPortAndPathsOfItsOwn extends DashboardRequests {

		InWebFluxOnAPortAndPathsOfItsOwn() {
			super(WebApplicationType.REACTIVE, "/admin", "management.server.port=0",
					"management.server.base-path=/admin", "management.endpoints.web.base-path=/",
					// Both servers are on the class path of the tests.
					"spring.autoconfigure.exclude=org.springframework.boot.tomcat.autoconfigure.actuate.web.server."
							+ "TomcatReactiveManagementContextAutoConfiguration");
		}

	}

	@Nested
	class UnderTheServletPathsOfTheApplication extends DashboardRequests {

		UnderTheServletPathsOfTheApplication() {
			super(WebApplicationType.SERVLET, "/shop/app/actuator", COMMANDS, "server.servlet.context-path=/shop",
					"spring.mvc.servlet.path=/app");
		}

	}

}
