package dev.breaker.spring.aop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;
import org.springframework.core.NativeDetector;

/**
 * Finds the calls that a method makes of others, in the class files of its class and of
 * what that inherits from: by itself, by methods of its class that it calls, and by the
 * lambdas and inner classes in these. Not safe for use by many threads.
 */
final class OutgoingCallFinder {

	private static final Logger logger = LoggerFactory.getLogger(OutgoingCallFinder.class);

	private static final String AJC_CLOSURE = "AjcClosure";

	/** By the name of the class, then by the signature of the method. */
	private final Map<String, Map<String, List<Call>>> read = new HashMap<>();

	/**
	 * The calls of a method.
	 * @param method the method
	 * @param type the class of the object that has it
	 * @return the calls, or {@code null} where a class file is not there, as in a native
	 * image
	 */
	@Nullable Set<Call> find(Method method, Class<?> type) {
		if (NativeDetector.inNativeImage()) {
			return null;
		}
		List<String> line = new ArrayList<>();
		for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
			line.add(Type.getInternalName(each));
		}
		for (String name : line) {
			if (this.read.computeIfAbsent(name, (file) -> read(file, type)).isEmpty()) {
				return null;
			}
		}
		return new Search(type, line)
			.from(new Call(line.get(0), method.getName() + Type.getMethodDescriptor(method), false));
	}

	private static Map<String, List<Call>> read(String name, Class<?> type) {
		ClassCalls calls = new ClassCalls();
		try (InputStream file = type.getResourceAsStream("/" + name + ".class")) {
			if (file != null) {
				new ClassReader(file).accept(calls, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
			}
		}
		catch (IOException | RuntimeException ex) {
			// Of a version that is not known yet, or no class file
			logger.debug("Calls of {} are not looked at", name, ex);
		}
		return calls.ofMethods;
	}

	/**
	 * A call in a class file.
	 *
	 * @param owner the internal name of the class that the calling code sees
	 * @param signature the name and the descriptor of the method
	 * @param exactly whether the method is that of the owner, although a subclass may
	 * override it
	 */
	record Call(String owner, String signature, boolean exactly) {

		String name() {
			return this.signature.substring(0, this.signature.indexOf('('));
		}

		String descriptor() {
			return this.signature.substring(this.signature.indexOf('('));
		}

	}

	/** From one method of an object. */
	private final class Search {

		private final Class<?> type;

		/** The class, then what it inherits from. */
		private final List<String> line;

		private final Set<Call> seen = new HashSet<>();

		private final Queue<Call> toCome = new ArrayDeque<>();

		private final Set<Call> found = new LinkedHashSet<>();

		Search(Class<?> type, List<String> line) {
			this.type = type;
			this.line = line;
		}

		Set<Call> from(Call start) {
			add(start);
			Call next = this.toCome.poll();
			while (next != null) {
				go(next);
				next = this.toCome.poll();
			}
			return this.found;
		}

		private void add(Call call) {
			if (this.seen.add(call)) {
				this.toCome.add(call);
			}
		}

		private void go(Call call) {
			int owner = this.line.indexOf(call.owner());
			if (owner >= 0) {
				int first = call.exactly() ? owner : 0;
				for (String name : this.line.subList(first, this.line.size())) {
					List<Call> calls = OutgoingCallFinder.this.read.getOrDefault(name, Map.of()).get(call.signature());
					if (calls != null) {
						calls.forEach(this::add);
						return;
					}
				}
			}
			else if (isInner(call.owner())) {
				// What its methods do later is done by the method that makes it.
				OutgoingCallFinder.this.read.computeIfAbsent(call.owner(), (file) -> read(file, this.type))
					.values()
					.forEach((calls) -> calls.forEach(this::add));
			}
			else {
				this.found.add(call);
			}
		}

		/**
		 * Whether it is an anonymous or local class, or one that calls a body moved by
		 * AspectJ.
		 */
		private boolean isInner(String owner) {
			int end = owner.lastIndexOf('$');
			return end > 0 && end + 1 < owner.length()
					&& (Character.isDigit(owner.charAt(end + 1)) || owner.startsWith(AJC_CLOSURE, end + 1))
					&& this.line.stream().anyMatch((name) -> owner.startsWith(name + "$"));
		}

	}

	private static final class ClassCalls extends ClassVisitor {

		private final Map<String, List<Call>> ofMethods = new HashMap<>();

		ClassCalls() {
			super(SpringAsmInfo.ASM_VERSION);
		}

		@Override
		public MethodVisitor visitMethod(int access, String name, String descriptor, @Nullable String signature,
				String @Nullable [] exceptions) {
			List<Call> calls = this.ofMethods.computeIfAbsent(name + descriptor, (method) -> new ArrayList<>());
			return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {

				@Override
				public void visitMethodInsn(int opcode, String owner, String called, String calledDescriptor,
						boolean isInterface) {
					boolean exactly = opcode == Opcodes.INVOKESPECIAL || opcode == Opcodes.INVOKESTATIC;
					calls.add(new Call(owner, called + calledDescriptor, exactly));
				}

				@Override
				public void visitInvokeDynamicInsn(String called, String calledDescriptor, Handle bootstrap,
						Object... arguments) {
					for (Object argument : arguments) {
						if (argument instanceof Handle handle) {
							boolean exactly = handle.getTag() == Opcodes.H_INVOKESPECIAL
									|| handle.getTag() == Opcodes.H_INVOKESTATIC;
							calls.add(new Call(handle.getOwner(), handle.getName() + handle.getDesc(), exactly));
						}
					}
				}

			};
		}

	}

}
