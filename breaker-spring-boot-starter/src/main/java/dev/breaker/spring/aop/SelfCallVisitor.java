package dev.breaker.spring.aop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.spring.aop.SelfCallReader.ClassCode;
import org.jspecify.annotations.Nullable;

import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Finds the self-calls of one method. It follows through local variables and the operand
 * stack where the object itself is, and the objects around it, which an inner class has
 * in fields {@code this$n}; a field, a parameter or the result of a call is another
 * object. Where ways meet that bring different objects, it is another one, too.
 */
final class SelfCallVisitor extends MethodVisitor {

	/** Stands for all other values; the object itself is the name of its class. */
	private static final String OTHER = "";

	private static final String CONSTRUCTOR = "<init>";

	private static final String OUTER_OBJECT = "this$";

	/** Kotlin's compiler calls a method with default arguments by a static one. */
	private static final String KOTLIN_DEFAULTS = "$default";

	/** Has the body of a suspending function that is open. */
	static final String KOTLIN_SUSPENDING = "$suspendImpl";

	private final ClassCode type;

	private final String caller;

	private final boolean inLambda;

	private final List<String> given;

	private final Map<Label, Values> jumps = new HashMap<>();

	private Values values;

	private boolean reached = true;

	private int line;

	/**
	 * Makes a visitor.
	 * @param type the class that has the method
	 * @param caller what calls, as in {@link SelfCall}
	 * @param inLambda whether the method is the body of a lambda
	 * @param given the first local variables
	 */
	SelfCallVisitor(ClassCode type, String caller, boolean inLambda, List<String> given) {
		super(SpringAsmInfo.ASM_VERSION);
		this.type = type;
		this.caller = caller;
		this.inLambda = inLambda;
		this.given = given;
		this.values = Values.of(given);
	}

	@Override
	public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String type) {
		Values values = Values.of(this.given);
		values.pushOther(1);
		this.jumps.put(handler, values);
	}

	@Override
	public void visitLabel(Label label) {
		Values coming = this.jumps.get(label);
		if (coming != null) {
			this.values = this.reached ? this.values.meeting(coming) : coming.copy();
			this.reached = true;
		}
	}

	@Override
	public void visitLineNumber(int line, Label start) {
		this.line = line;
	}

	/** Tells how much is on the stack where only a jump from further down leads to. */
	@Override
	public void visitFrame(int type, int localCount, Object @Nullable [] local, int stackCount,
			Object @Nullable [] stack) {
		if (this.reached) {
			return;
		}
		Values values = Values.of(this.given);
		for (int i = 0; stack != null && i < stackCount; i++) {
			boolean twoSlots = Opcodes.LONG.equals(stack[i]) || Opcodes.DOUBLE.equals(stack[i]);
			values.pushOther(twoSlots ? 2 : 1);
		}
		this.values = values;
		this.reached = true;
	}

	private void leave() {
		this.values = Values.of(List.of());
		this.reached = false;
	}

	private void jump(Label target) {
		this.jumps.merge(target, this.values.copy(), Values::meeting);
	}

	@Override
	public void visitInsn(int opcode) {
		switch (opcode) {
			case Opcodes.DUP -> this.values.duplicate(1, 0);
			case Opcodes.DUP_X1 -> this.values.duplicate(1, 1);
			case Opcodes.DUP_X2 -> this.values.duplicate(1, 2);
			case Opcodes.DUP2 -> this.values.duplicate(2, 0);
			case Opcodes.DUP2_X1 -> this.values.duplicate(2, 1);
			case Opcodes.DUP2_X2 -> this.values.duplicate(2, 2);
			case Opcodes.SWAP -> this.values.swap();
			case Opcodes.IRETURN, Opcodes.LRETURN, Opcodes.FRETURN, Opcodes.DRETURN, Opcodes.ARETURN, Opcodes.RETURN,
					Opcodes.ATHROW ->
				leave();
			default -> this.values.grow(growth(opcode));
		}
	}

	/**
	 * By how many slots an instruction grows the stack: those that stay are numbers or
	 * arrays, and so no objects that matter.
	 */
	private static int growth(int opcode) {
		return switch (opcode) {
			case Opcodes.LCONST_0, Opcodes.LCONST_1, Opcodes.DCONST_0, Opcodes.DCONST_1 -> 2;
			case Opcodes.ACONST_NULL, Opcodes.ICONST_M1, Opcodes.ICONST_0, Opcodes.ICONST_1, Opcodes.ICONST_2,
					Opcodes.ICONST_3, Opcodes.ICONST_4, Opcodes.ICONST_5, Opcodes.FCONST_0, Opcodes.FCONST_1,
					Opcodes.FCONST_2, Opcodes.I2L, Opcodes.I2D, Opcodes.F2L, Opcodes.F2D ->
				1;
			case Opcodes.IALOAD, Opcodes.FALOAD, Opcodes.AALOAD, Opcodes.BALOAD, Opcodes.CALOAD, Opcodes.SALOAD,
					Opcodes.POP, Opcodes.IADD, Opcodes.FADD, Opcodes.ISUB, Opcodes.FSUB, Opcodes.IMUL, Opcodes.FMUL,
					Opcodes.IDIV, Opcodes.FDIV, Opcodes.IREM, Opcodes.FREM, Opcodes.ISHL, Opcodes.LSHL, Opcodes.ISHR,
					Opcodes.LSHR, Opcodes.IUSHR, Opcodes.LUSHR, Opcodes.IAND, Opcodes.IOR, Opcodes.IXOR, Opcodes.L2I,
					Opcodes.L2F, Opcodes.D2I, Opcodes.D2F, Opcodes.FCMPL, Opcodes.FCMPG, Opcodes.MONITORENTER,
					Opcodes.MONITOREXIT ->
				-1;
			case Opcodes.POP2, Opcodes.LADD, Opcodes.DADD, Opcodes.LSUB, Opcodes.DSUB, Opcodes.LMUL, Opcodes.DMUL,
					Opcodes.LDIV, Opcodes.DDIV, Opcodes.LREM, Opcodes.DREM, Opcodes.LAND, Opcodes.LOR, Opcodes.LXOR ->
				-2;
			case Opcodes.IASTORE, Opcodes.FASTORE, Opcodes.AASTORE, Opcodes.BASTORE, Opcodes.CASTORE, Opcodes.SASTORE,
					Opcodes.LCMP, Opcodes.DCMPL, Opcodes.DCMPG ->
				-3;
			case Opcodes.LASTORE, Opcodes.DASTORE -> -4;
			default -> 0;
		};
	}

	@Override
	public void visitIntInsn(int opcode, int operand) {
		if (opcode != Opcodes.NEWARRAY) {
			this.values.pushOther(1);
		}
	}

	@Override
	public void visitVarInsn(int opcode, int variable) {
		switch (opcode) {
			case Opcodes.ILOAD, Opcodes.FLOAD -> this.values.pushOther(1);
			case Opcodes.LLOAD, Opcodes.DLOAD -> this.values.pushOther(2);
			case Opcodes.ALOAD -> this.values.push(this.values.local(variable));
			case Opcodes.ISTORE, Opcodes.FSTORE, Opcodes.ASTORE -> this.values.store(variable, this.values.pop());
			case Opcodes.LSTORE, Opcodes.DSTORE -> {
				this.values.store(variable, this.values.pop());
				this.values.store(variable + 1, this.values.pop());
			}
			default -> leave();
		}
	}

	@Override
	public void visitTypeInsn(int opcode, String type) {
		if (opcode == Opcodes.NEW) {
			this.values.pushOther(1);
		}
		else if (opcode != Opcodes.CHECKCAST) {
			this.values.pop();
			this.values.pushOther(1);
		}
	}

	@Override
	public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
		int size = Type.getType(descriptor).getSize();
		switch (opcode) {
			case Opcodes.GETSTATIC -> this.values.pushOther(size);
			case Opcodes.PUTSTATIC -> this.values.grow(-size);
			case Opcodes.PUTFIELD -> this.values.grow(-size - 1);
			default -> {
				boolean own = !this.values.pop().equals(OTHER);
				if (own && name.startsWith(OUTER_OBJECT) && descriptor.startsWith("L")) {
					this.values.push(Type.getType(descriptor).getInternalName());
				}
				else {
					this.values.pushOther(size);
				}
			}
		}
	}

	@Override
	public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
		int sizes = Type.getArgumentsAndReturnSizes(descriptor);
		List<String> arguments = this.values.take((sizes >> 2) - 1);
		if (opcode != Opcodes.INVOKESTATIC) {
			String receiver = this.values.pop();
			if (!receiver.equals(OTHER) && !name.equals(CONSTRUCTOR)) {
				found(receiver, name + descriptor, (opcode == Opcodes.INVOKESPECIAL) ? owner : null, this.inLambda);
			}
		}
		else if (!arguments.isEmpty() && !arguments.get(0).equals(OTHER)) {
			if (name.endsWith(KOTLIN_DEFAULTS)) {
				found(arguments.get(0), ofStatic(name, KOTLIN_DEFAULTS, descriptor, 2), null, this.inLambda);
			}
			else if (name.endsWith(KOTLIN_SUSPENDING) && owner.equals(this.type.name())) {
				this.type.foundBody(name + descriptor, arguments);
			}
		}
		this.values.pushOther(sizes & 3);
	}

	/**
	 * The method for which a static one stands, which is given the object first.
	 * @param name the name of the static method
	 * @param suffix what its name has at the end
	 * @param descriptor its descriptor
	 * @param added how many parameters are added at the end, as a mask and a marker
	 */
	static String ofStatic(String name, String suffix, String descriptor, int added) {
		Type[] types = Type.getArgumentTypes(descriptor);
		Type[] own = Arrays.copyOfRange(types, 1, Math.max(1, types.length - added));
		return name.substring(0, name.length() - suffix.length())
				+ Type.getMethodDescriptor(Type.getReturnType(descriptor), own);
	}

	@Override
	public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
		List<String> captured = this.values.take((Type.getArgumentsAndReturnSizes(descriptor) >> 2) - 1);
		for (Object argument : arguments) {
			if (argument instanceof Handle handle) {
				refer(handle, captured);
			}
		}
		this.values.pushOther(Type.getReturnType(descriptor).getSize());
	}

	private void refer(Handle handle, List<String> captured) {
		String method = handle.getName() + handle.getDesc();
		switch (handle.getTag()) {
			case Opcodes.H_INVOKEVIRTUAL, Opcodes.H_INVOKEINTERFACE, Opcodes.H_INVOKESPECIAL -> {
				String receiver = captured.isEmpty() ? OTHER : captured.get(0);
				if (!receiver.equals(OTHER)) {
					boolean special = handle.getTag() == Opcodes.H_INVOKESPECIAL;
					found(receiver, method, special ? handle.getOwner() : null, true);
				}
			}
			case Opcodes.H_INVOKESTATIC -> {
				boolean own = handle.getOwner().equals(this.type.name());
				if (own && captured.stream().anyMatch((value) -> !value.equals(OTHER))) {
					this.type.foundBody(method, captured);
				}
			}
			default -> {
			}
		}
	}

	private void found(String receiver, String called, @Nullable String superType, boolean later) {
		this.type.add(new SelfCall(receiver, this.type.name(), this.caller, called, superType, later,
				this.type.place(this.line)));
	}

	@Override
	public void visitJumpInsn(int opcode, Label label) {
		switch (opcode) {
			case Opcodes.GOTO -> {
				jump(label);
				leave();
			}
			case Opcodes.IFEQ, Opcodes.IFNE, Opcodes.IFLT, Opcodes.IFGE, Opcodes.IFGT, Opcodes.IFLE, Opcodes.IFNULL,
					Opcodes.IFNONNULL -> {
				this.values.pop();
				jump(label);
			}
			default -> {
				this.values.grow(-2);
				jump(label);
			}
		}
	}

	@Override
	public void visitLdcInsn(Object value) {
		boolean twoSlots = value instanceof Long || value instanceof Double;
		this.values.pushOther(twoSlots ? 2 : 1);
	}

	@Override
	public void visitTableSwitchInsn(int min, int max, Label other, Label... labels) {
		choose(other, labels);
	}

	@Override
	public void visitLookupSwitchInsn(Label other, int[] keys, Label[] labels) {
		choose(other, labels);
	}

	private void choose(Label other, Label[] labels) {
		this.values.pop();
		jump(other);
		for (Label label : labels) {
			jump(label);
		}
		leave();
	}

	@Override
	public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
		this.values.grow(1 - dimensions);
	}

	/**
	 * What is in the local variables and on the operand stack, the top last. A long and a
	 * double have two slots.
	 *
	 * @param locals the local variables
	 * @param stack the operand stack
	 */
	private record Values(List<String> locals, List<String> stack) {

		static Values of(List<String> locals) {
			return new Values(new ArrayList<>(locals), new ArrayList<>());
		}

		Values copy() {
			return new Values(new ArrayList<>(this.locals), new ArrayList<>(this.stack));
		}

		Values meeting(Values other) {
			return new Values(common(this.locals, other.locals), common(this.stack, other.stack));
		}

		private static List<String> common(List<String> one, List<String> other) {
			List<String> common = new ArrayList<>();
			for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
				common.add(one.get(i).equals(other.get(i)) ? one.get(i) : OTHER);
			}
			return common;
		}

		String local(int variable) {
			return (variable < this.locals.size()) ? this.locals.get(variable) : OTHER;
		}

		void store(int variable, String value) {
			while (this.locals.size() <= variable) {
				this.locals.add(OTHER);
			}
			this.locals.set(variable, value);
		}

		void push(String value) {
			this.stack.add(value);
		}

		void pushOther(int slots) {
			for (int i = 0; i < slots; i++) {
				this.stack.add(OTHER);
			}
		}

		/**
		 * What is on top, also where code that is never reached has put nothing there.
		 */
		String pop() {
			return this.stack.isEmpty() ? OTHER : this.stack.remove(this.stack.size() - 1);
		}

		/** The topmost slots. */
		List<String> take(int slots) {
			if (slots == 0) {
				return List.of();
			}
			List<String> top = this.stack.subList(Math.max(0, this.stack.size() - slots), this.stack.size());
			List<String> taken = List.copyOf(top);
			top.clear();
			return taken;
		}

		void grow(int slots) {
			if (slots > 0) {
				pushOther(slots);
			}
			else {
				take(-slots);
			}
		}

		void duplicate(int slots, int below) {
			int size = this.stack.size();
			if (size >= slots + below) {
				this.stack.addAll(size - slots - below, List.copyOf(this.stack.subList(size - slots, size)));
			}
		}

		void swap() {
			String top = pop();
			String next = pop();
			push(top);
			push(next);
		}

	}

}
