package dev.lblc.plugin;

import dev.lblc.scheduler.Server;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A service as its load balancer sees it: choosing and counting apart, for Vert.x does one after the other. */
interface ServerPool {
  /** Returns the service's name. */
  String name();

  /** Returns the servers in list order; a later change makes a new list. */
  List<Server> servers();

  /** Chooses a server for a caller that cannot reach all of them; nothing is counted but the reason. Null: none. */
  @Nullable
  Server choose(@Nullable String destination, Set<String> unreachable);

  /** Counts a connection to a server that was chosen before. */
  Lease lease(Server server);

  /** Returns the server at an address; null: the service has none there. */
  default @Nullable Server serverAt(SocketAddress address) {
    for (Server server : servers()) {
      if (isAt(server, address)) {
        return server;
      }
    }
    return null;
  }

  /** Returns whether a server is at an address. */
  static boolean isAt(Server server, SocketAddress address) {
    return server.port() == address.port()
        && (server.host().equals(address.host()) || server.host().equals(address.hostAddress()));
  }
}
