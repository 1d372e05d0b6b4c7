package dev.lblc.gateway;

import dev.lblc.config.ListenerConfig;
import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.net.PortRelease;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The check of ports that another process may share, before any of them is listened on. */
final class SharedPorts {
  private static final String TAKEN =
      " is taken by a process that shares it: if that is a gateway, run --takeover replaces it,"
          + " with the admin port that it has";

  private static final String NOT_SHARED =
      " cannot be bound: a process without reusePort or of another user has it, or this user may not have it";

  private SharedPorts() {}

  /**
   * Fails if a port of a listener with {@code reusePort} is taken already: the kernel would let it be bound, but only a successor
   * shares one. For a successor, fails if one cannot be bound: a socket that listens gets connections at once, and would break
   * those that wait when it is closed again. Blocks, if a host is a name.
   *
   * @return null
   */
  static @Nullable Void check(List<ListenerConfig> listeners, boolean isSuccessor)
      throws ListenerException {
    for (ListenerConfig listener : listeners) {
      for (int port : listener.reusePort() ? listener.ports() : List.<Integer>of()) {
        InetSocketAddress address = new InetSocketAddress(listener.host(), port);
        boolean isShared = PortRelease.isShared(address);
        boolean isRefused = isSuccessor
            ? !isShared && !isTransparent(listener)
            : isShared && !PortRelease.isFree(address);
        if (isRefused) {
          throw new ListenerException(
              listener.name(),
              new BindException("port " + port + (isSuccessor ? NOT_SHARED : TAKEN)));
        }
      }
    }
    return null;
  }

  /** Such a listener may have an address that nothing else can bind. */
  private static boolean isTransparent(ListenerConfig listener) {
    return listener instanceof TcpListenerConfig tcp && tcp.transparent();
  }
}
