package dev.lblc.boot;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The signal SIGHUP, which reloads the configuration. */
public final class Hangup {
  /*
   * The JDK's own interface to signals, sun.misc.Signal, is asked for by name: it is in a module of its own, which a JDK may lack, and the
   * compiler warns of it. With -Xrs, and where a process was started to ignore the signal (nohup), the JDK leaves SIGHUP as it is.
   */
  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /** Has the signal reload the configuration from now on. Where that cannot be, the log says so, and all else works. */
  public static void onSignal(Application application) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object reloading = Proxy.newProxyInstance(
          Hangup.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
            if (method.getDeclaringClass() != handler) {
              return method.invoke(application, arguments); // equals, hashCode and toString
            }
            application.reload("SIGHUP"); // which logs how it ends
            return null;
          });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), reloading);
    } catch (InvocationTargetException e) {
      LOG.info("SIGHUP does not reload the configuration: {}", String.valueOf(e.getCause()));
    } catch (ReflectiveOperationException e) {
      LOG.info("SIGHUP does not reload the configuration: {}", e.toString());
    }
  }
}
