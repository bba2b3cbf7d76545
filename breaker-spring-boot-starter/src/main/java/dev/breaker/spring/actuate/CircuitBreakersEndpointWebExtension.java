package dev.breaker.spring.actuate;

import java.security.Principal;
import java.util.function.Supplier;

import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakerDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.GroupDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the
 * {@link CircuitBreakersEndpoint}: 404 for a breaker that is not there, 400 and the
 * reason for a request that makes no sense, 204 for a command that was given. A name with
 * slashes is the rest of the path, but for the last words of a {@link SubPath}.
 */
@EndpointWebExtension(endpoint = CircuitBreakersEndpoint.class)
@RegisterReflectionForBinding({ CircuitBreakerDescriptor.class, GroupDescriptor.class, WhatIfDescriptor.class,
		AdviceDescriptor.class, ErrorDescriptor.class })
public class CircuitBreakersEndpointWebExtension {

	private final CircuitBreakersEndpoint delegate;

	public CircuitBreakersEndpointWebExtension(CircuitBreakersEndpoint delegate) {
		this.delegate = delegate;
	}

	@ReadOperation
	public WebEndpointResponse<Object> circuitBreaker(@Selector String name, @Nullable String keys) {
		try {
			OperationResponseBody found = this.delegate.circuitBreaker(name, keys);
			return (found != null) ? new WebEndpointResponse<>(found)
					: ErrorDescriptor.notFound(this.delegate.unknown(name)).toResponse();
		}
		catch (InvalidEndpointRequestException ex) {
			return ErrorDescriptor.badRequest(ex.getReason()).toResponse();
		}
	}

	@ReadOperation
	public WebEndpointResponse<Object> circuitBreakerWithSlashes(@Nullable String keys,
			@Selector(match = Match.ALL_REMAINING) String... name) {
		String path = String.join("/", name);
		String advised = SubPath.ADVICE.breakerOf(path);
		return (advised != null) ? advice(advised, keys, path) : circuitBreaker(path, keys);
	}

	private WebEndpointResponse<Object> advice(String name, @Nullable String keys, String path) {
		if (keys != null) {
			return ErrorDescriptor.badRequest("An advice is of one circuit breaker. Leave 'keys' out").toResponse();
		}
		return answer(() -> this.delegate.advice(name), name, SubPath.ADVICE, path);
	}

	private WebEndpointResponse<Object> answer(Supplier<@Nullable OperationResponseBody> answer, String name,
			SubPath asked, String path) {
		try {
			OperationResponseBody found = answer.get();
			return (found != null) ? new WebEndpointResponse<>(found)
					: ErrorDescriptor.notFound(this.delegate.unknown(name, asked, path)).toResponse();
		}
		catch (InvalidEndpointRequestException ex) {
			return ErrorDescriptor.badRequest(ex.getReason()).toResponse();
		}
	}

	@WriteOperation
	public WebEndpointResponse<Object> command(SecurityContext securityContext, @Selector String name,
			@Nullable String state, @Nullable String hold, @Nullable String reason, @Nullable Boolean reset,
			@Nullable String config, @Nullable String signal, @Nullable String ttl, @Nullable String clearSignal,
			@Nullable String scope) {
		try {
			return this.delegate.command(name, state, hold, reason, reset, config, signal, ttl, clearSignal, scope,
					nameOf(securityContext)) ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT)
							: ErrorDescriptor.notFound(this.delegate.unknown(name)).toResponse();
		}
		catch (InvalidEndpointRequestException ex) {
			return ErrorDescriptor.badRequest(ex.getReason()).toResponse();
		}
	}

	@WriteOperation
	public WebEndpointResponse<Object> commandWithSlashes(SecurityContext securityContext, @Nullable String state,
			@Nullable String hold, @Nullable String reason, @Nullable Boolean reset, @Nullable String config,
			@Nullable String signal, @Nullable String ttl, @Nullable String clearSignal, @Nullable String scope,
			@Selector(match = Match.ALL_REMAINING) String... name) {
		String path = String.join("/", name);
		String tried = SubPath.WHAT_IF.breakerOf(path);
		if (tried == null) {
			return command(securityContext, path, state, hold, reason, reset, config, signal, ttl, clearSignal, scope);
		}
		boolean others = signal != null || ttl != null || clearSignal != null || scope != null;
		return others ? ErrorDescriptor.badRequest(CommandBody.WHAT_IF).toResponse()
				: whatIf(tried, state, hold, reason, reset, config, path);
	}

	/** A path that asks for a what-if gives no command, whatever its body says. */
	private WebEndpointResponse<Object> whatIf(String name, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset, @Nullable String config, String path) {
		if (config == null || reason != null) {
			return ErrorDescriptor.badRequest(CommandBody.WHAT_IF).toResponse();
		}
		return answer(() -> this.delegate.whatIf(name, Command.config(config, state, hold, null, reset)), name,
				SubPath.WHAT_IF, path);
	}

	private static @Nullable String nameOf(SecurityContext securityContext) {
		Principal operator = securityContext.getPrincipal();
		return (operator != null) ? operator.getName() : null;
	}

}
