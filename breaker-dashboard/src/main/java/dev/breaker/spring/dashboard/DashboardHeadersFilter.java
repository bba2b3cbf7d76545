package dev.breaker.spring.dashboard;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Sets the {@link DashboardHeaders} in servlet containers.
 */
final class DashboardHeadersFilter extends OncePerRequestFilter {

	private static final boolean withSecurity = ClassUtils.isPresent("org.springframework.security.web.csrf.CsrfToken",
			DashboardHeadersFilter.class.getClassLoader());

	private final ObjectProvider<DashboardPaths> paths;

	DashboardHeadersFilter(ObjectProvider<DashboardPaths> paths) {
		this.paths = paths;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String resource = resource(request);
		if (resource != null) {
			DashboardHeaders.OF_ALL.forEach(response::setHeader);
			if (withSecurity && DashboardHeaders.areWithToken(resource)) {
				Csrf.tell(request, response);
			}
		}
		chain.doFilter(request, response);
	}

	private @Nullable String resource(HttpServletRequest request) {
		DashboardPaths known = this.paths.getIfAvailable();
		try {
			return (known != null) ? known.resource(ServletRequestPathUtils.parse(request).pathWithinApplication())
					: null;
		}
		catch (IllegalArgumentException ex) {
			// Spring MVC fails to read it, too.
			return null;
		}
	}

	/** Where Spring Security is. */
	private static final class Csrf {

		static void tell(HttpServletRequest request, HttpServletResponse response) {
			if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) {
				response.setHeader(DashboardHeaders.CSRF_HEADER_NAME, token.getHeaderName());
				response.setHeader(DashboardHeaders.CSRF_TOKEN, token.getToken());
			}
		}

	}

}
