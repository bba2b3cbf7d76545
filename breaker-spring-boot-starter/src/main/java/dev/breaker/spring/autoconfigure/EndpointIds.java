package dev.breaker.spring.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.EndpointExtension;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Knows which beans have the ids of the starter's endpoints, and reports those that are
 * not the starter's: two endpoints of one id stop an application.
 */
final class EndpointIds implements SmartInitializingSingleton {

	static final String REPLACE_OTHERS = "breaker.endpoints.replace-others";

	static final List<String> OWN = List.of("circuitbreakers", "circuitbreakerevents", "circuitbreakerbindings");

	private static final Logger logger = LoggerFactory.getLogger(EndpointIds.class);

	private static final String OWN_PACKAGE = "dev.breaker.spring.actuate";

	private final ConfigurableListableBeanFactory beanFactory;

	EndpointIds(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		List<String> taken = new ArrayList<>();
		List<String> owners = new ArrayList<>();
		Map<String, List<String>> others = others(this.beanFactory, OWN);
		for (String id : OWN) {
			for (String beanName : others.getOrDefault(id, List.of())) {
				taken.add(id);
				owners.add("'%s' of %s".formatted(beanName, typeName(beanName)));
			}
		}
		if (!taken.isEmpty()) {
			logger.warn(
					"Breaker's actuator endpoints {} are not there, since other endpoints have these ids: {}."
							+ " Set {}=true to have Breaker's in their place",
					taken, String.join(", ", owners), REPLACE_OTHERS);
		}
	}

	private @Nullable String typeName(String beanName) {
		Class<?> type = this.beanFactory.getType(beanName, false);
		return (type != null) ? ClassUtils.getUserClass(type).getName() : null;
	}

	/**
	 * The beans that are endpoints of this id, and not the starter's.
	 */
	static List<String> others(ConfigurableListableBeanFactory beanFactory, String id) {
		return others(beanFactory, List.of(id)).getOrDefault(id, List.of());
	}

	/** The same of several ids, in one look at all beans. */
	private static Map<String, List<String>> others(ConfigurableListableBeanFactory beanFactory, List<String> ids) {
		Map<String, List<String>> others = new HashMap<>();
		beanFactory.getBeanNamesIterator().forEachRemaining((beanName) -> {
			Endpoint endpoint = beanFactory.findAnnotationOnBean(beanName, Endpoint.class, false);
			Class<?> type = (endpoint != null) ? beanFactory.getType(beanName, false) : null;
			if (endpoint != null && type != null && !isOwn(type)) {
				ids.stream()
					.filter((id) -> isId(endpoint.id(), id))
					.forEach((id) -> others.computeIfAbsent(id, (newId) -> new ArrayList<>()).add(beanName));
			}
		});
		return others;
	}

	/**
	 * The beans that extend endpoints of this id, and not the starter's.
	 */
	static List<String> otherExtensions(ConfigurableListableBeanFactory beanFactory, String id) {
		List<String> others = new ArrayList<>();
		beanFactory.getBeanNamesIterator().forEachRemaining((beanName) -> {
			EndpointExtension extension = beanFactory.findAnnotationOnBean(beanName, EndpointExtension.class, false);
			if (extension != null && !isOwn(extension.endpoint())) {
				MergedAnnotations.from(extension.endpoint(), SearchStrategy.TYPE_HIERARCHY)
					.get(Endpoint.class)
					.getValue("id", String.class)
					.filter((extended) -> isId(extended, id))
					.ifPresent((extended) -> others.add(beanName));
			}
		});
		return others;
	}

	private static boolean isId(String text, String id) {
		return !text.isEmpty() && EndpointId.of(text).equals(EndpointId.of(id));
	}

	// An application may extend the starter's endpoints: these are no strangers.
	private static boolean isOwn(Class<?> type) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			if (each.getPackageName().equals(OWN_PACKAGE)) {
				return true;
			}
		}
		return false;
	}

}
