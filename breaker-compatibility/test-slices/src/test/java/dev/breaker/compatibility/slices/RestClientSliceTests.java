package dev.breaker.compatibility.slices;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.restclient.test.autoconfigure.RestClientTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

@RestClientTest
@ExtendWith(OutputCaptureExtension.class)
@Import(Guarded.class)
class RestClientSliceTests {

	@Test
	void aBeanIsGuarded(@Autowired Guarded bean) {
		Guarded.assertGuards(bean);
	}

	@Test
	void entriesOfHttpThatTheSliceLeavesOutAreNoWarning(CapturedOutput output) {
		assertThat(output).doesNotContain("breaker.http.");
	}

}
