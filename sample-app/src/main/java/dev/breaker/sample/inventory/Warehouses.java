package dev.breaker.sample.inventory;

import java.util.List;

import dev.breaker.sample.ShopProperties;
import dev.breaker.sample.web.Problems;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Which warehouse an article comes from. Only names from this list become the key of a
 * breaker: what a request says must not make breakers.
 */
@Component
public class Warehouses {

	private final List<String> names;

	Warehouses(ShopProperties shop) {
		this.names = shop.warehouses();
	}

	/**
	 * The warehouse that a customer asked for, else the one where the article lies.
	 * @param sku the article
	 * @param wanted the warehouse asked for
	 * @return the warehouse
	 * @throws org.springframework.web.ErrorResponseException if there is no such
	 * warehouse: the caller of the shop gets a 400 which lists them
	 */
	public String find(String sku, @Nullable String wanted) {
		if (wanted == null) {
			return this.names.get(Math.floorMod(sku.hashCode(), this.names.size()));
		}
		if (!this.names.contains(wanted)) {
			throw Problems.badRequest(
					"There is no warehouse '%s'. Warehouses: %s".formatted(wanted, String.join(", ", this.names)));
		}
		return wanted;
	}

}
