package dev.breaker.spring.config;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ProblemTests {

	@Test
	void valueForgesNoLineOfTheFailureAnalysis() {
		Problem problem = new Problem("breaker.instances.payments.initial-state", "UP\n    Reason: none\u202E", null,
				"must be a state", "Write a state.");
		assertThat(problem.describe().lines()).hasSize(4).contains("    Value: \"UP     Reason: none\"");
	}

}
