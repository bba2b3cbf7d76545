package dev.breaker.spring.actuate;

import java.util.stream.Stream;

import org.junit.jupiter.api.Nested;

class WhatIfRequestsTests {

	/** Breakers that record, the first of which nothing opens. */
	private static String[] with(String... properties) {
		return Stream
			.concat(Stream.of("management.endpoint.circuitbreakers.access=unrestricted",
					"breaker.instances.payments.record-outcomes=10000",
					"breaker.instances.payments.minimum-number-of-calls=100",
					"breaker.instances[GET /orders].record-outcomes=100"), Stream.of(properties))
			.toArray(String[]::new);
	}

	@Nested
	class InSpringMvc extends WhatIfRequests {

		InSpringMvc() {
			super(with());
		}

	}

	@Nested
	class InWebFlux extends WhatIfRequests {

		InWebFlux() {
			super(with("spring.main.web-application-type=reactive"));
		}

	}

}
