package dev.breaker.spring.aop;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Methods that return something of another kind in a container, which is taken out,
 * followed and put into a container again. The permit is taken when the method is called,
 * and kept until the content ends. A fallback returns the same container.
 *
 * @param <C> the type of the containers
 */
abstract class ContainerReturnKind<C> extends ObjectReturnKind {

	private final Class<C> type;

	ContainerReturnKind(Class<C> type) {
		this.type = type;
	}

	/** What is in a container. */
	abstract @Nullable Object content(C container);

	/** The same container with another content. */
	abstract C with(C container, Object content);

	/** What methods that declare this container declare as its content. */
	final ResolvableType content(ResolvableType container) {
		return container.as(this.type).getGeneric();
	}

	@Override
	public String describe() {
		return "an " + this.type.getSimpleName() + " of a result that comes later";
	}

	@Override
	public boolean includes(Class<?> returned) {
		return returned == this.type;
	}

	@Override
	public Object follow(Object result, CallEnd end) {
		C container = this.type.cast(result);
		Object content = content(container);
		if (content != null) {
			ReturnKind kind = ReturnKinds.ofResult(content.getClass());
			boolean handedOn = kind == ReturnKinds.VALUE || kind instanceof ContainerReturnKind<?>
					|| kind instanceof UnfollowedReturnKind;
			if (!handedOn) {
				Object followed = kind.follow(content, new ContentEnd(container, end));
				return (followed != content) ? with(container, followed) : result;
			}
			String reason = reason(result, 0);
			if (reason != null) {
				end.unfollowed(reason);
			}
		}
		end.succeed(result);
		return result;
	}

	/** Why what is in a container cannot be followed; {@code null} where it can. */
	final @Nullable String reason(Object container, int depth) {
		return ReturnKinds.reasonWithin(container, content(this.type.cast(container)), depth);
	}

	/** Takes what is given instead out of its container. */
	private final class ContentEnd implements CallEnd {

		private final C container;

		private final CallEnd end;

		ContentEnd(C container, CallEnd end) {
			this.container = container;
			this.end = end;
		}

		@Override
		public void succeed(@Nullable Object result) {
			if (!this.end.endedBy(this.container)) {
				this.end.succeed(result);
			}
		}

		@Override
		public void next(@Nullable Object result) {
			this.end.next(result);
		}

		@Override
		public void complete() {
			if (!this.end.endedBy(this.container)) {
				this.end.complete();
			}
		}

		@Override
		public void unfollowed(String reason) {
			this.end.unfollowed(reason);
		}

		@Override
		public void observed(String reason) {
			this.end.observed(reason);
		}

		@Override
		public boolean isOf(String packageName) {
			return this.end.isOf(packageName);
		}

		@Override
		public @Nullable Object fail(Throwable thrown) throws Throwable {
			Object instead = this.end.fail(thrown);
			Class<C> type = ContainerReturnKind.this.type;
			return type.isInstance(instead) ? content(type.cast(instead)) : instead;
		}

		@Override
		public void abort(Throwable thrown) {
			this.end.abort(thrown);
		}

		@Override
		public void cancel() {
			this.end.cancel();
		}

	}

}
