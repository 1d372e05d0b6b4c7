package dev.lblc.testing;

import io.netty.buffer.PooledByteBufAllocator;
import java.lang.ref.WeakReference;
import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a class whose tests log an error that none of them expects, or leak a buffer of Netty's; and a test that does
 * not log what it says it does. JUnit finds it by {@code META-INF/services}.
 */
public final class LogCheck
    implements BeforeAllCallback,
        BeforeTestExecutionCallback,
        AfterTestExecutionCallback,
        AfterAllCallback {

  @Override
  public void beforeAll(ExtensionContext context) {
    UnexpectedLog.ofClass(Stream.<Class<?>>iterate(
            context.getRequiredTestClass(), type -> type != null, Class::getEnclosingClass)
        .flatMap(type -> expected(Optional.of(type)).stream())
        .toList());
  }

  @Override
  public void beforeTestExecution(ExtensionContext context) {
    UnexpectedLog.ofTest(expected(context.getTestMethod()));
  }

  @Override
  public void afterTestExecution(ExtensionContext context) throws Exception {
    List<Pattern> expected = expected(context.getTestMethod());
    if (!expected.isEmpty() && context.getExecutionException().isEmpty()) {
      Eventually.holds(
          "logged: " + expected, () -> UnexpectedLog.missing(expected).isEmpty());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (context.getRequiredTestClass().getSimpleName().endsWith("IT")) {
      reportLeaks();
    }
    List<String> errors = UnexpectedLog.takeErrors();
    if (!errors.isEmpty()) {
      throw new AssertionError(
          "errors were logged that no test expects:\n" + String.join("\n", errors));
    }
  }

  /**
   * Has Netty tell of the buffers that this class has leaked: it hears of them once they are collected, and tells when it
   * makes the next one.
   */
  private static void reportLeaks() throws Exception {
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    Eventually.holds("garbage was collected", () -> {
      System.gc();
      return garbage.refersTo(null);
    });
    PooledByteBufAllocator.DEFAULT.buffer().release();
  }

  private static List<Pattern> expected(Optional<? extends AnnotatedElement> element) {
    return element
        .map(annotated -> annotated.getAnnotation(ExpectedLog.class))
        .map(log -> Arrays.stream(log.value()).map(Pattern::compile).toList())
        .orElse(List.of());
  }
}
