package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * The expression that gives a call its key. Parsed once; safe for use by many threads.
 */
final class KeyExpression {

	static final ParameterNameDiscoverer PARAMETER_NAMES = new DefaultParameterNameDiscoverer();

	private final AnnotatedMethod guarded;

	private final SpelExpression expression;

	private final BeanFactory beanFactory;

	private final BeanResolver beans;

	private KeyExpression(AnnotatedMethod guarded, SpelExpression expression, BeanFactory beanFactory) {
		this.guarded = guarded;
		this.expression = expression;
		this.beanFactory = beanFactory;
		this.beans = new BeanFactoryResolver(beanFactory);
	}

	static KeyExpression of(AnnotatedMethod guarded, BeanFactory beanFactory) {
		SpelExpression expression = parse(guarded);
		checkVariables(expression.getAST(), guarded, variables(guarded.method()));
		checkRootProperties(expression.getAST(), guarded);
		KeyTypeCheck.check(expression.getAST(), guarded);
		return new KeyExpression(guarded, expression, beanFactory);
	}

	/** The parameter that a variable stands for, or -1 where it stands for none. */
	static int parameterIndex(Method method, String variable) {
		@Nullable String @Nullable [] names = PARAMETER_NAMES.getParameterNames(method);
		for (int i = 0; i < method.getParameterCount(); i++) {
			if (variable.equals("a" + i) || variable.equals("p" + i) || (names != null && variable.equals(names[i]))) {
				return i;
			}
		}
		return -1;
	}

	/** The name of the bean that a part refers to, as a bean factory takes it. */
	static String beanName(BeanReference reference) {
		String text = reference.toStringAST();
		return (text.startsWith("@") ? text.substring(1) : text).replace("'", "");
	}

	/**
	 * Checks what it can refer to when all beans are known.
	 * @throws InvalidCircuitBreakerAnnotationException if it names a bean that is not
	 * there
	 */
	void checkBeans() {
		checkBeans(this.expression.getAST());
	}

	private void checkBeans(SpelNode node) {
		if (node instanceof BeanReference reference && !this.beanFactory.containsBean(beanName(reference))) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The key \"%s\" of %s refers to the bean '%s', and there is no such bean."
						.formatted(this.guarded.annotation().key(), this.guarded.describe(), beanName(reference)),
					"Define a bean of that name, or correct the name in the key.");
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			checkBeans(node.getChild(i));
		}
	}

	static SpelExpression parse(AnnotatedMethod guarded) {
		String text = guarded.annotation().key();
		try {
			return new SpelExpressionParser().parseRaw(text);
		}
		catch (ParseException | IllegalArgumentException | IllegalStateException ex) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The key \"%s\" of %s is no valid SpEL expression: %s".formatted(text, guarded.describe(),
							ex.getMessage()),
					"Correct the expression. It refers to the arguments, as in \"#customer\" or \"#order.region\"; a text is written \"'text'\".");
		}
	}

	private static Set<String> variables(Method method) {
		Set<String> variables = new HashSet<>(Set.of("root", "this"));
		@Nullable String @Nullable [] names = PARAMETER_NAMES.getParameterNames(method);
		if (names != null) {
			variables.addAll(Arrays.asList(names));
		}
		for (int i = 0; i < method.getParameterCount(); i++) {
			variables.add("a" + i);
			variables.add("p" + i);
		}
		return variables;
	}

	private static void checkVariables(SpelNode node, AnnotatedMethod guarded, Set<String> variables) {
		if (node instanceof VariableReference && !variables.contains(node.toStringAST().substring(1))) {
			boolean named = PARAMETER_NAMES.getParameterNames(guarded.method()) != null;
			throw new InvalidCircuitBreakerAnnotationException(
					"The key \"%s\" of %s refers to %s, which is not a parameter.".formatted(guarded.annotation().key(),
							guarded.describe(), node.toStringAST()),
					named ? "Correct the name, or write #a0 for the first argument."
							: "The names of its parameters are not known: compile with -parameters, or write #a0 for the first argument.");
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			checkVariables(node.getChild(i), guarded, variables);
		}
	}

	/** What stands alone is read as a property of {@code #root}. */
	private static void checkRootProperties(SpelNode node, AnnotatedMethod guarded) {
		if (node instanceof PropertyOrFieldReference property && !Root.PROPERTIES.contains(property.getName())) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The key \"%s\" of %s refers to %s, which is no property of #root."
						.formatted(guarded.annotation().key(), guarded.describe(), property.getName()),
					"Write a parameter with #, as in \"#%1$s\", and a text in quotes, as in \"'%1$s'\"."
						.formatted(property.getName()));
		}
		if (node instanceof Projection || node instanceof Selection || node instanceof Indexer
				|| node instanceof InlineMap) {
			// There it can be one of something else, or a key
			return;
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			SpelNode child = node.getChild(i);
			boolean ofTheOneBefore = i > 0 && node instanceof CompoundExpression;
			if (!ofTheOneBefore || !(child instanceof PropertyOrFieldReference)) {
				checkRootProperties(child, guarded);
			}
		}
	}

	/**
	 * The key of a call.
	 * @throws IllegalArgumentException if it is null, or has no text that stands for its
	 * value
	 * @throws RuntimeException what the expression throws
	 */
	String evaluate(MethodInvocation invocation) {
		Root root = new Root(this.guarded.method(), invocation.getArguments(), invocation.getThis(),
				this.guarded.type());
		MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(root, this.guarded.method(),
				invocation.getArguments(), PARAMETER_NAMES);
		context.setBeanResolver(this.beans);
		Object key = this.expression.getValue(context);
		String text = (key != null) ? text(key) : null;
		if (text == null) {
			throw new IllegalArgumentException(
					"The key \"%s\" of %s is null for this call: there is no circuit breaker for null"
						.formatted(this.guarded.annotation().key(), this.guarded.describe()));
		}
		return text;
	}

	private @Nullable String text(Object key) {
		try {
			return KeyFormatter.of(key);
		}
		catch (KeyFormatter.WithoutText ex) {
			throw new IllegalArgumentException(
					"The key \"%s\" of %s %s in the key what identifies it, as in \"#order.id\""
						.formatted(this.guarded.annotation().key(), this.guarded.describe(), ex.reason()));
		}
	}

	/**
	 * What {@code #root} is in a key, with the properties that it has in
	 * {@code @Cacheable}.
	 */
	static final class Root {

		static final Set<String> PROPERTIES = Set.of("method", "methodName", "args", "target", "targetClass", "class");

		private final Method method;

		private final @Nullable Object[] args;

		private final @Nullable Object target;

		private final Class<?> targetClass;

		Root(Method method, @Nullable Object[] args, @Nullable Object target, Class<?> targetClass) {
			this.method = method;
			this.args = args;
			this.target = target;
			this.targetClass = targetClass;
		}

		public Method getMethod() {
			return this.method;
		}

		public String getMethodName() {
			return this.method.getName();
		}

		public @Nullable Object[] getArgs() {
			return this.args;
		}

		public @Nullable Object getTarget() {
			return this.target;
		}

		public Class<?> getTargetClass() {
			return this.targetClass;
		}

	}

}
