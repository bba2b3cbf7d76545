package dev.breaker.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.Tracer;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import org.jspecify.annotations.Nullable;

/**
 * Guards calls with Sentinel, which has no breaker to hold: a resource is known by name.
 */
final class SentinelGuard {

	static {
		// Otherwise it writes below the home directory.
		System.setProperty("csp.sentinel.log.dir", System.getProperty("java.io.tmpdir") + "/sentinel-benchmark/");
	}

	private final String resource;

	private SentinelGuard(String resource) {
		this.resource = resource;
	}

	static SentinelGuard failureRatio(String resource, double ratio, int seconds, int minimum, Duration wait) {
		DegradeRule rule = new DegradeRule(resource);
		rule.setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO);
		rule.setCount(ratio);
		rule.setStatIntervalMs(seconds * 1000);
		rule.setMinRequestAmount(minimum);
		rule.setTimeWindow((int) wait.toSeconds());
		DegradeRuleManager.loadRules(List.of(rule));
		return new SentinelGuard(resource);
	}

	String resource() {
		return this.resource;
	}

	/** Makes a call, or is refused, to find out. */
	boolean isOpen() {
		try {
			call(Object::new);
			return false;
		}
		catch (BlockException ex) {
			return true;
		}
	}

	Object call(Supplier<Object> work) throws BlockException {
		@Nullable Entry entry = null;
		try {
			entry = SphU.entry(this.resource);
			return work.get();
		}
		catch (RuntimeException ex) {
			Tracer.traceEntry(ex, entry);
			throw ex;
		}
		finally {
			if (entry != null) {
				entry.exit();
			}
		}
	}

}
