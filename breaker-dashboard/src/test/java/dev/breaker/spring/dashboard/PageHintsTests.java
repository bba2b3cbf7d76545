package dev.breaker.spring.dashboard;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.security.web.csrf.CsrfToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told of the page.
 */
class PageHintsTests {

	@Test
	void theTokenOfSpringSecurityIsFoundByItsName() {
		RuntimeHints hints = new RuntimeHints();
		new BreakerDashboardAutoConfiguration.PageHints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.reflection().onType(CsrfToken.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(org.springframework.security.web.server.csrf.CsrfToken.class)).accepts(hints);
	}

}
