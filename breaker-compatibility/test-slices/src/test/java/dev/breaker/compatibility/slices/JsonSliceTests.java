package dev.breaker.compatibility.slices;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.context.annotation.Import;

@JsonTest
@Import(Guarded.class)
class JsonSliceTests {

	@Test
	void aBeanIsGuarded(@Autowired Guarded bean) {
		Guarded.assertGuards(bean);
	}

}
