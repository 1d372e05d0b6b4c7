package dev.lblc.boot;

import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers of signals of the operating system. By reflection: {@code sun.misc.Signal} is supported and exported, but a
 * compiler that is told to be strict refuses its name, and no other API of the JDK sees a second signal. It is in a module of its
 * own, which a JDK may lack. A signal that the process was started to ignore (nohup) stays ignored.
 */
final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /**
   * Has an action run on each signal, on a thread of the JVM's, in place of what the JVM would do.
   *
   * @param name such as {@code TERM}
   * @param action gets the number of the signal
   * @return false if that is not possible: the signal is not known, or the JVM was started with {@code -Xrs}
   */
  static boolean handle(String name, IntConsumer action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy = Proxy.newProxyInstance(
          Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
            if (method.getName().equals("handle")) {
              action.accept((int) signal.getMethod("getNumber").invoke(arguments[0]));
              return null;
            }
            return switch (method.getName()) {
              case "hashCode" -> System.identityHashCode(self);
              case "equals" -> self == arguments[0];
              default -> "handler of SIG" + name;
            };
          });
      Object wanted = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, wanted, proxy);
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.info(
          "SIG{} is left to the JVM: {}", name, e.getCause() == null ? e.toString() : e.getCause());
      return false;
    }
  }
}
