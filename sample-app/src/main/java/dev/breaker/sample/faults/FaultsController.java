package dev.breaker.sample.faults;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.sample.ShopProperties;
import dev.breaker.sample.web.Problems;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows and switches what is wrong with the remote services.
 */
@RestController
@RequestMapping("/faults")
class FaultsController {

	private static final String WITH_WAREHOUSES = "inventory";

	private final RemoteServices services;

	private final ShopProperties shop;

	FaultsController(RemoteServices services, ShopProperties shop) {
		this.services = services;
		this.shop = shop;
	}

	@GetMapping
	Map<String, ServiceFault> all() {
		Map<String, ServiceFault> faults = new LinkedHashMap<>();
		this.services.all().forEach((service) -> faults.put(service.name(), show(service)));
		return faults;
	}

	/**
	 * Switches one service.
	 * @param name the service
	 * @param mode one of {@link FaultMode}, in upper or lower case
	 * @param warehouse for {@code inventory}: the only warehouse concerned
	 * @return what holds now
	 */
	@PostMapping("/{service}")
	ServiceFault behave(@PathVariable("service") String name, @RequestParam(defaultValue = "") String mode,
			@RequestParam(required = false) @Nullable String warehouse) {
		RemoteService service = this.services.get(name);
		FaultMode wanted = FaultMode.named(mode)
			.orElseThrow(() -> Problems
				.badRequest("There is no mode '%s'. Modes: %s".formatted(mode, String.join(", ", FaultMode.names()))));
		if (warehouse != null) {
			checkWarehouse(name, wanted, warehouse);
		}
		service.behave(new Fault(wanted, warehouse));
		return show(service);
	}

	private void checkWarehouse(String service, FaultMode mode, String warehouse) {
		if (!WITH_WAREHOUSES.equals(service)) {
			throw Problems
				.badRequest("Only the service 'inventory' knows warehouses, '%s' does not.".formatted(service));
		}
		if (mode == FaultMode.REFUSE) {
			throw Problems.badRequest(
					"All warehouses share one port, so that mode 'refuse' cannot concern one of them: leave 'warehouse' out.");
		}
		if (!this.shop.warehouses().contains(warehouse)) {
			throw Problems.badRequest("There is no warehouse '%s'. Warehouses: %s".formatted(warehouse,
					String.join(", ", this.shop.warehouses())));
		}
	}

	private ServiceFault show(RemoteService service) {
		Fault fault = service.fault();
		List<String> warehouses = WITH_WAREHOUSES.equals(service.name()) ? this.shop.warehouses() : List.of();
		return new ServiceFault(fault.mode().toString(), fault.only(), service.received(), service.url(), warehouses);
	}

	@JsonInclude(JsonInclude.Include.NON_EMPTY)
	record ServiceFault(String mode, @Nullable String warehouse, long received, String url, List<String> warehouses) {
	}

}
