package dev.lblc.cluster;

import com.hazelcast.internal.nio.ConnectionType;
import com.hazelcast.internal.server.Server;
import com.hazelcast.internal.server.ServerConnection;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;

/**
 * Closes connections to this process's Hazelcast port that do not say within {@value #SECONDS} s who they are of. Hazelcast itself keeps
 * them, and what it has made room for, until their other end goes.
 *
 * <p>Counts looks, not time: after a pause of the process nobody is closed who could not speak meanwhile.
 */
final class SilentConnections {
  private static final System.Logger LOG = System.getLogger(SilentConnections.class.getName());
  private static final int SECONDS = 10;

  /** From one look to the next. */
  static final long PAUSE_MILLIS = 1_000;

  private final Server server;
  private final Map<ServerConnection, Integer> looks = new HashMap<>();

  SilentConnections(Server server) {
    this.server = server;
  }

  /** Looks once. On one thread, {@value #PAUSE_MILLIS} ms after the last look. */
  void look() {
    Map<ServerConnection, Integer> before = Map.copyOf(looks);
    looks.clear();
    int closed = 0;
    for (ServerConnection connection : server.getConnections()) {
      if (isSilent(connection)) {
        int times = before.getOrDefault(connection, 0) + 1;
        if (times > SECONDS) {
          connection.close("it did not say for " + SECONDS + " s who it is of", null);
          closed++;
        } else {
          looks.put(connection, times);
        }
      }
    }
    if (closed > 0) {
      LOG.log(
          Level.DEBUG,
          "closed " + closed + " connections to Hazelcast's port that said nothing for " + SECONDS
              + " s");
    }
  }

  /** Neither a member that said its id, nor a client that was let in. */
  private static boolean isSilent(ServerConnection connection) {
    String type = connection.getConnectionType();
    return connection.isAlive()
        && (ConnectionType.NONE.equals(type)
            || (ConnectionType.MEMBER.equals(type) && connection.getRemoteUuid() == null));
  }
}
