package dev.breaker.spring.actuate;

import org.junit.jupiter.api.Nested;

class EventStreamRequestsTests {

	private static final String REACTIVE = "spring.main.web-application-type=reactive";

	@Nested
	class InSpringMvc extends EventStreamRequests {

		InSpringMvc() {
			super("/actuator/circuitbreakerevents");
		}

	}

	@Nested
	class InWebFlux extends EventStreamRequests {

		InWebFlux() {
			super("/actuator/circuitbreakerevents", REACTIVE);
		}

	}

	@Nested
	class InSpringMvcOnAPortOfItsOwn extends EventStreamRequests {

		InSpringMvcOnAPortOfItsOwn() {
			super("/admin/ops/circuitbreakerevents", "management.server.port=0", "management.server.base-path=/admin",
					"management.endpoints.web.base-path=/ops");
		}

	}

}
