package dev.breaker.spring.actuate;

import java.util.List;

import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.aop.MethodBinding;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@link Endpoint @Endpoint} that shows what each annotation does: the breaker of the
 * method, its fallbacks, and whether its calls are intercepted.
 */
@Endpoint(id = "circuitbreakerbindings", defaultAccess = Access.READ_ONLY)
public class CircuitBreakerBindingsEndpoint {

	private final GuardedMethodRegistry methods;

	public CircuitBreakerBindingsEndpoint(GuardedMethodRegistry methods) {
		this.methods = methods;
	}

	/**
	 * The annotated methods of all beans that are known.
	 * @return the methods, sorted
	 */
	@ReadOperation
	public BindingsDescriptor bindings() {
		return new BindingsDescriptor(this.methods.bindings());
	}

	/**
	 * Description of annotated methods.
	 *
	 * @param bindings the methods, sorted
	 */
	public record BindingsDescriptor(List<MethodBinding> bindings) implements OperationResponseBody {
	}

}
