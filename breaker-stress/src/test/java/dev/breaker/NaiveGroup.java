package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.NaiveBreaker.Order;
import org.jspecify.annotations.Nullable;

/**
 * What a group of circuit breakers should do, as plainly as it can be said: a naive
 * breaker for each key, and a search through all of them for the one that makes room.
 */
final class NaiveGroup {

	/** Among how many of the least recently used a clean one is preferred. */
	private static final int LOOKED_AT = 32;

	static final class Member {

		/** Null of the one that keys share. */
		final @Nullable String key;

		final NaiveBreaker breaker;

		/** The real one; null until it is known. */
		@Nullable CircuitBreaker twin;

		int underWay;

		boolean present = true;

		boolean removed;

		private long used;

		private @Nullable Standing obeyed;

		private Settings followed;

		private Map<String, NaiveBreaker.Heard> heard = Map.of();

		Member(@Nullable String key, NaiveBreaker breaker, Settings followed) {
			this.key = key;
			this.breaker = breaker;
			this.followed = followed;
		}

	}

	/** Compared by identity: given again, it is another one. */
	static final class Standing {

		final Order order;

		/** Those of the group at that time. */
		private final Settings settings;

		private final long given;

		private final long limit;

		Standing(Order order, long given, Settings settings) {
			this.order = order;
			this.settings = settings;
			this.given = given;
			this.limit = limit(order, settings);
		}

		private static long limit(Order order, Settings settings) {
			State state = order.state();
			if (order.hold() >= 0) {
				return order.hold();
			}
			if (state == State.OPEN) {
				Long max = settings.maxWaitNanos();
				return (max != null) ? Math.min(settings.waitNanos(), max) : settings.waitNanos();
			}
			return (state == State.FORCED_OPEN || state == State.DISABLED || state == State.METRICS_ONLY)
					? Long.MAX_VALUE : 0;
		}

		boolean holdsAt(long now) {
			return this.limit == Long.MAX_VALUE || now - this.given < this.limit;
		}

	}

	final Map<String, Member> members = new HashMap<>();

	/** All that there ever were. */
	final List<Member> everyone = new ArrayList<>();

	@Nullable Member overflow;

	long overflowCalls;

	private Settings settings;

	private final int limit;

	private @Nullable Standing latest;

	/** Those that were given to all keys, also those that are over. */
	private Map<String, NaiveBreaker.Heard> signals = Map.of();

	private long uses;

	NaiveGroup(Settings settings, int limit) {
		this.settings = settings;
		this.limit = limit;
	}

	Member get(String key, long now) {
		Member present = this.members.get(key);
		if (present != null) {
			use(present);
			return present;
		}
		return hasRoom(now) ? put(key, make(key, now)) : share(now);
	}

	/** A call begins on a breaker: the one that it is made on. */
	Member enter(Member on, boolean byCommand, long now) {
		if (on.key == null) {
			return on;
		}
		Member entered = on.present ? on : this.members.get(on.key);
		if (entered == null) {
			if (!on.removed) {
				catchUp(on, now);
			}
			if (hasRoom(now)) {
				entered = put(on.key, on.removed ? make(on.key, now) : on);
			}
			else {
				// Better than to command what other keys share.
				entered = byCommand ? on : share(now);
			}
		}
		use(entered);
		entered.underWay++;
		return entered;
	}

	void exit(Member entered) {
		entered.underWay -= (entered.key != null) ? 1 : 0;
	}

	/** The breaker that a look at one shows. */
	Member look(Member at, long now) {
		if (at.key == null || at.present) {
			return at;
		}
		Member present = this.members.get(at.key);
		if (present != null) {
			return present;
		}
		if (!at.removed) {
			catchUp(at, now);
		}
		return at;
	}

	void apply(Order order, long now) {
		this.latest = new Standing(order, now, this.settings);
		if (order.state() == null || order.state() == State.CLOSED || order.state() == State.HALF_OPEN) {
			this.signals = Map.of();
		}
		this.members.values().forEach((member) -> member.breaker.command(order, now));
		if (this.overflow != null) {
			this.overflow.breaker.command(order, now);
		}
	}

	void signal(NaiveBreaker.Heard given, long now) {
		NaiveBreaker.Heard signal = given.toAll();
		Map<String, NaiveBreaker.Heard> more = new LinkedHashMap<>(this.signals);
		more.values().removeIf((each) -> each.left(now) == 0);
		more.put(signal.source(), signal);
		this.signals = more;
		this.members.values().forEach((member) -> member.breaker.signal(signal, now));
		if (this.overflow != null) {
			this.overflow.breaker.signal(signal, now);
		}
	}

	void clearSignal(String source, long now) {
		Map<String, NaiveBreaker.Heard> fewer = new LinkedHashMap<>(this.signals);
		fewer.remove(source);
		this.signals = fewer;
		this.members.values().forEach((member) -> member.breaker.clearSignal(source, now));
		if (this.overflow != null) {
			this.overflow.breaker.clearSignal(source, now);
		}
	}

	List<Signal> signals(long now) {
		return this.signals.values()
			.stream()
			.filter((each) -> each.left(now) > 0)
			.map((each) -> new Signal(each.source(), each.reason(), Duration.ofNanos(each.left(now))))
			.toList();
	}

	/** What the signals to all keys are now, to one that knows what they were before. */
	private void hear(Member member, long now) {
		Map<String, NaiveBreaker.Heard> present = this.signals;
		member.breaker.sourcesOfGroup(now)
			.stream()
			.filter((source) -> !present.containsKey(source) || present.get(source).left(now) == 0)
			.forEach((source) -> member.breaker.clearSignal(source, now));
		present.forEach((source, signal) -> {
			if (signal != member.heard.get(source) && signal.left(now) > 0) {
				member.breaker.signal(signal, signal.at());
			}
		});
		member.heard = present;
	}

	void reconfigure(Settings other, long now) {
		this.settings = other;
		this.members.values().forEach((member) -> member.breaker.reconfigure(other, now));
		if (this.overflow != null) {
			this.overflow.breaker.reconfigure(other, now);
		}
	}

	@Nullable Standing standing(long now) {
		return (this.latest != null && this.latest.holdsAt(now)) ? this.latest : null;
	}

	void remove(Member member) {
		if (member == this.overflow) {
			this.overflow = null;
			return;
		}
		member.present = false;
		member.removed = true;
		this.members.remove(member.key);
	}

	/**
	 * What a command did to all keys while it was away, at the time of the command and
	 * under the settings of that time, and then the settings that they have now.
	 */
	private void catchUp(Member member, long now) {
		Standing missed = this.latest;
		if (missed != null && member.obeyed != missed) {
			follow(member, missed.settings, missed.given);
			member.breaker.command(missed.order, missed.given);
			member.obeyed = missed;
		}
		follow(member, this.settings, now);
		hear(member, now);
	}

	private static void follow(Member member, Settings settings, long now) {
		if (member.followed != settings) {
			member.breaker.reconfigure(settings, now);
			member.followed = settings;
		}
	}

	private void use(Member member) {
		member.used = this.uses++;
	}

	private Member put(String key, Member member) {
		member.present = true;
		this.members.put(key, member);
		use(member);
		return member;
	}

	private Member make(@Nullable String key, long now) {
		Standing standing = standing(now);
		Settings first = (standing != null) ? standing.settings : this.settings;
		Member made = new Member(key, new NaiveBreaker(first, now), first);
		if (standing != null) {
			made.breaker.command(standing.order, standing.given);
		}
		follow(made, this.settings, now);
		hear(made, now);
		this.everyone.add(made);
		return made;
	}

	private Member share(long now) {
		this.overflowCalls++;
		if (this.overflow == null) {
			this.overflow = make(null, now);
		}
		return this.overflow;
	}

	/** At the limit one goes, if one can. */
	private boolean hasRoom(long now) {
		if (this.members.size() < this.limit) {
			return true;
		}
		List<Member> idle = this.members.values()
			.stream()
			.filter((member) -> member.underWay == 0 && !member.breaker.isHeld(now))
			.sorted(Comparator.comparingLong((member) -> member.used))
			.limit(LOOKED_AT)
			.toList();
		if (idle.isEmpty()) {
			return false;
		}
		Member spared = idle.stream().filter((member) -> member.breaker.isClean(now)).findFirst().orElse(idle.get(0));
		spared.present = false;
		spared.obeyed = this.latest;
		spared.followed = this.settings;
		spared.heard = this.signals;
		this.members.remove(spared.key);
		return true;
	}

}
