package dev.breaker.spring.aop;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Reads from class files which calls an object makes on itself, with those that its inner
 * classes, lambdas and method references make on it. Each class file is read once. Not
 * safe for use by many threads.
 */
final class SelfCallReader {

	private static final Logger logger = LoggerFactory.getLogger(SelfCallReader.class);

	private final Map<String, ClassCode> read = new HashMap<>();

	/**
	 * The calls that the code of a class makes on an object of it. None where its class
	 * file is not there, as of classes that are made at run time.
	 */
	List<SelfCall> callsOn(Class<?> type) {
		List<SelfCall> calls = new ArrayList<>();
		String receiver = Type.getInternalName(type);
		collect(receiver, receiver, type, calls, new HashSet<>());
		return calls;
	}

	private void collect(String name, String receiver, Class<?> type, List<SelfCall> calls, Set<String> seen) {
		if (!seen.add(name)) {
			return;
		}
		ClassCode code = this.read.get(name);
		if (code == null) {
			code = read(name, type);
			this.read.put(name, code);
		}
		for (SelfCall call : code.calls) {
			if (call.receiver().equals(receiver)) {
				calls.add(call);
			}
		}
		for (String nested : code.nested) {
			collect(nested, receiver, type, calls, seen);
		}
	}

	private static ClassCode read(String name, Class<?> type) {
		ClassCode code = new ClassCode();
		try (InputStream file = type.getResourceAsStream("/" + name + ".class")) {
			if (file != null) {
				ClassReader reader = new ClassReader(file);
				do {
					reader.accept(code, ClassReader.EXPAND_FRAMES);
				}
				while (code.hasBodiesLeft());
			}
		}
		catch (IOException | RuntimeException ex) {
			// Of a version that is not known yet, or no class file: calls go unseen
			logger.debug("Calls within {} are not looked at", name, ex);
		}
		return code;
	}

	/**
	 * The self-calls in one class file.
	 */
	static final class ClassCode extends ClassVisitor {

		private static final String JAVA_LAMBDA = "lambda$";

		private static final String KOTLIN_LAMBDA = "$lambda$";

		/** Its subclasses go on with a suspending function, by calling it once more. */
		private static final String KOTLIN_CONTINUATION = "kotlin/coroutines/jvm/internal/ContinuationImpl";

		private final List<SelfCall> calls = new ArrayList<>();

		private final Set<String> nested = new LinkedHashSet<>();

		private String name = "";

		private String source = "";

		private boolean isContinuation;

		private final Set<String> seenBodies = new HashSet<>();

		// Static bodies of lambdas and of suspending functions, with what they are given.
		private Map<String, List<String>> foundBodies = new HashMap<>();

		// Those that are read now, after the methods of objects were.
		private @Nullable Map<String, List<String>> bodies;

		ClassCode() {
			super(SpringAsmInfo.ASM_VERSION);
		}

		@Override
		public void visit(int version, int access, String name, @Nullable String signature, @Nullable String superName,
				String @Nullable [] interfaces) {
			this.name = name;
			this.isContinuation = KOTLIN_CONTINUATION.equals(superName);
		}

		@Override
		public void visitSource(@Nullable String source, @Nullable String debug) {
			this.source = (source != null) ? source : "";
		}

		@Override
		public void visitInnerClass(String name, @Nullable String outerName, @Nullable String innerName, int access) {
			boolean isStatic = outerName != null && (access & Opcodes.ACC_STATIC) != 0;
			if (name.startsWith(this.name + "$") && !isStatic) {
				this.nested.add(name);
			}
		}

		@Override
		public @Nullable MethodVisitor visitMethod(int access, String method, String descriptor,
				@Nullable String signature, String @Nullable [] exceptions) {
			boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
			Map<String, List<String>> bodies = this.bodies;
			List<String> given = List.of();
			if (bodies == null && !isStatic) {
				given = List.of(this.name);
			}
			else if (bodies != null && isStatic) {
				given = bodies.getOrDefault(method + descriptor, List.of());
			}
			// What a bridge calls is what its caller means
			if (given.isEmpty() || this.isContinuation || (access & Opcodes.ACC_BRIDGE) != 0) {
				return null;
			}
			// Kotlin's are private, and may be not synthetic
			boolean isMade = (access & (Opcodes.ACC_SYNTHETIC | Opcodes.ACC_PRIVATE)) != 0;
			String lambdaOf = isMade ? lambdaOf(method) : null;
			if (lambdaOf != null) {
				return new SelfCallVisitor(this, lambdaOf, true, given);
			}
			String caller = method.endsWith(SelfCallVisitor.KOTLIN_SUSPENDING)
					? SelfCallVisitor.ofStatic(method, SelfCallVisitor.KOTLIN_SUSPENDING, descriptor, 0)
					: method + descriptor;
			return new SelfCallVisitor(this, caller, false, given);
		}

		/** The method that a lambda is written in, by the name of its body. */
		private static @Nullable String lambdaOf(String method) {
			int kotlin = method.indexOf(KOTLIN_LAMBDA);
			if (kotlin > 0) {
				return method.substring(0, kotlin);
			}
			if (!method.startsWith(JAVA_LAMBDA)) {
				return null;
			}
			int end = method.lastIndexOf('$');
			String name = (end > JAVA_LAMBDA.length()) ? method.substring(JAVA_LAMBDA.length(), end) : method;
			return name.equals("new") ? "<init>" : name;
		}

		String name() {
			return this.name;
		}

		void add(SelfCall call) {
			this.calls.add(call);
		}

		String place(int line) {
			String file = this.source.isEmpty() ? this.name.substring(this.name.lastIndexOf('/') + 1) : this.source;
			return (line > 0) ? file + ":" + line : file;
		}

		/** A static method is the body of another one, and is given objects. */
		void foundBody(String body, List<String> given) {
			if (this.seenBodies.add(body)) {
				this.foundBodies.put(body, given);
			}
		}

		/**
		 * Whether the class is to be read once more, for bodies found in the last time.
		 */
		boolean hasBodiesLeft() {
			Map<String, List<String>> next = this.foundBodies;
			this.bodies = next;
			this.foundBodies = new HashMap<>();
			return !next.isEmpty();
		}

	}

}
