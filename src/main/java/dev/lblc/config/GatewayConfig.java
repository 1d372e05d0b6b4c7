package dev.lblc.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole gateway file.
 *
 * @param listeners in file order, at least one, each with its routes
 * @param plugin the services, and how this node joins others
 * @param admin where the admin API listens; null: nowhere
 * @param shutdown how the process ends
 * @param state the file in which tables outlast a restart; null: they do not
 * @param transport how all sockets reach the kernel; null: epoll, or nio where there is none
 * @param watch whether the file is read again when its content changes
 */
public record GatewayConfig(
    List<ListenerConfig> listeners,
    PluginConfig plugin,
    @Nullable AdminConfig admin,
    ShutdownConfig shutdown,
    @Nullable Path state,
    @Nullable SocketTransport transport,
    boolean watch) {

  /** Returns the listeners of HTTP, in file order. */
  public List<HttpListenerConfig> httpListeners() {
    return listeners.stream()
        .filter(HttpListenerConfig.class::isInstance)
        .map(HttpListenerConfig.class::cast)
        .toList();
  }

  /** Returns the listeners of TCP, in file order. */
  public List<TcpListenerConfig> tcpListeners() {
    return listeners.stream()
        .filter(TcpListenerConfig.class::isInstance)
        .map(TcpListenerConfig.class::cast)
        .toList();
  }
}
