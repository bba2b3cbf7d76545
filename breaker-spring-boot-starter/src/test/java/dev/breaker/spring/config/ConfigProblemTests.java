package dev.breaker.spring.config;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConfigProblemTests {

	@Test
	void valueForgesNoLineOfTheFailureAnalysis() {
		ConfigProblem problem = new ConfigProblem("breaker.instances.payments.initial-state",
				"UP\n    Reason: none\u202E", null, "must be a state", "Write a state.");
		assertThat(problem.describe().lines()).hasSize(4).contains("    Value: \"UP     Reason: none\"");
	}

}
