package dev.lblc.boot;

import dev.lblc.config.SocketTransport;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.transport.AcceptingTransport;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which transport a process uses. */
final class Transports {
  private static final Logger LOG = LoggerFactory.getLogger(Transports.class);

  private Transports() {}

  /**
   * Returns the transport; null: the JDK's.
   *
   * @param wanted null: the machine's own, if it can be used
   * @param isSharing whether a listener may share its ports with another process
   * @throws StartException if what is wanted is not to be had
   */
  static @Nullable Transport choose(@Nullable SocketTransport wanted, boolean isSharing)
      throws StartException {
    Transport chosen = find(wanted);
    if (isSharing && !(chosen instanceof AcceptingTransport)) {
      throw new StartException(
          "reusePort needs epoll or io_uring, which this machine does not have");
    }
    LOG.info("transport {}", chosen == null ? "nio" : chosen.name());
    return chosen;
  }

  /** Returns what {@link #choose} does, without a check for shared ports or a line in the log. */
  static @Nullable Transport find(@Nullable SocketTransport wanted) throws StartException {
    return wanted == null ? usual() : wanted(wanted);
  }

  private static @Nullable Transport usual() {
    Transport found = Transport.nativeTransport();
    if (found == null || found == Transport.IO_URING) { // which only the file chooses
      return null;
    }
    if (!found.available()) {
      LOG.warn(
          "the native transport cannot be used, nio is used: {}",
          String.valueOf(found.unavailabilityCause()));
      return null;
    }
    return found == Transport.EPOLL ? AcceptingTransport.ofEpoll() : found;
  }

  private static @Nullable Transport wanted(SocketTransport wanted) throws StartException {
    return switch (wanted) {
      case EPOLL -> {
        check("epoll", Transport.EPOLL);
        yield AcceptingTransport.ofEpoll();
      }
      case IO_URING -> {
        check("io_uring", Transport.IO_URING);
        yield AcceptingTransport.ofIoUring();
      }
      case NIO -> null;
    };
  }

  private static void check(String name, @Nullable Transport transport) throws StartException {
    if (transport == null) {
      throw new StartException(
          "transport: " + name + " is not on the class path: Netty's classes for it are missing");
    }
    if (!transport.available()) {
      throw new StartException("transport: " + name + " cannot be used on this machine: "
          + BrokenPluginException.reason(transport.unavailabilityCause()));
    }
  }
}
