package dev.breaker.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.ClassWriter;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.Type;

/**
 * Makes as many classes as are asked for, each with one method guarded by a breaker of
 * its own: nobody wants to read a hundred of them. Each has a class file that is found at
 * once, as the classes of an application have.
 */
final class Services extends ClassLoader {

	private static final String CONSTRUCTOR = "<init>";

	/** By the names that they have as resources. */
	private final Map<String, byte[]> files = new HashMap<>();

	private Services() {
		super(Services.class.getClassLoader());
	}

	/**
	 * Makes classes.
	 * @param annotation the annotation, with an attribute {@code name}
	 * @param count how many classes
	 */
	static List<Class<?>> make(Class<?> annotation, int count) {
		Services loader = new Services();
		List<Class<?>> services = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			String type = "services/Service" + i;
			byte[] code = code(type, Type.getDescriptor(annotation), name(i));
			loader.files.put(type + ".class", code);
			services.add(loader.defineClass(null, code, 0, code.length));
		}
		return services;
	}

	@Override
	public @Nullable InputStream getResourceAsStream(String name) {
		byte[] file = this.files.get(name);
		return (file != null) ? new ByteArrayInputStream(file) : super.getResourceAsStream(name);
	}

	/** The name of the breaker of one of them. */
	static String name(int service) {
		return "service-" + service;
	}

	private static byte[] code(String type, String annotation, String breaker) {
		String object = Type.getInternalName(Object.class);
		ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
		writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER, type, null, object, null);
		MethodVisitor constructor = writer.visitMethod(Opcodes.ACC_PUBLIC, CONSTRUCTOR, "()V", null, null);
		constructor.visitCode();
		constructor.visitVarInsn(Opcodes.ALOAD, 0);
		constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, object, CONSTRUCTOR, "()V", false);
		constructor.visitInsn(Opcodes.RETURN);
		constructor.visitMaxs(0, 0);
		constructor.visitEnd();
		MethodVisitor method = writer.visitMethod(Opcodes.ACC_PUBLIC, "call", "()Ljava/lang/Object;", null, null);
		method.visitAnnotation(annotation, true).visit("name", breaker);
		method.visitCode();
		method.visitVarInsn(Opcodes.ALOAD, 0);
		method.visitInsn(Opcodes.ARETURN);
		method.visitMaxs(0, 0);
		method.visitEnd();
		writer.visitEnd();
		return writer.toByteArray();
	}

}
