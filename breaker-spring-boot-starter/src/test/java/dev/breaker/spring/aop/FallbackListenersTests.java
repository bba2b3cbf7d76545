package dev.breaker.spring.aop;

import dev.breaker.spring.fallback.FallbackListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class FallbackListenersTests {

	@Test
	void keyForgesNoLineWhereAListenerFails(CapturedOutput output) {
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		FallbackListener failing = (name, success) -> {
			throw new IllegalStateException("listener");
		};
		beans.addBean("failing", failing);
		new FallbackListeners(beans.getBeanProvider(FallbackListener.class))
			.onFallback("inventory:berlin\nWARN forged\u202E", true);
		assertThat(output.getOut()).contains("hear of a fallback of circuit breaker 'inventory:berlin WARN forged'");
	}

}
