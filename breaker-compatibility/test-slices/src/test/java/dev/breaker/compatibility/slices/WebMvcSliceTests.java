package dev.breaker.compatibility.slices;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;

@WebMvcTest
@ExtendWith(OutputCaptureExtension.class)
@Import(Guarded.class)
class WebMvcSliceTests {

	@Test
	void aBeanIsGuarded(@Autowired Guarded bean) {
		Guarded.assertGuards(bean);
	}

	@Test
	void entriesOfHttpThatTheSliceLeavesOutAreNoWarning(CapturedOutput output) {
		assertThat(output).doesNotContain("breaker.http.");
	}

	@Test
	void aControllerIsGuarded(@Autowired MockMvcTester mvc, @Autowired CircuitBreakerRegistry registry) {
		assertThat(mvc.get().uri("/orders")).hasStatusOk().hasBodyTextEqualTo("none");
		assertThat(mvc.get().uri("/orders")).hasStatusOk();
		assertThat(registry.get("controller").state()).isEqualTo(State.OPEN);
	}

}
