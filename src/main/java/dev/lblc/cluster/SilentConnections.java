package dev.lblc.cluster;

import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.nio.ConnectionType;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.spi.properties.ClusterProperty;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections of this process's Hazelcast port of which nothing comes.
 *
 * <pre>
 * does not say who it is of    after {@value #SECONDS} s: Hazelcast itself keeps it, and what it has made room for, until its other end goes
 * of a member                  after {@code hazelcast.max.no.heartbeat.seconds}, in which there should have been heartbeats
 * </pre>
 *
 * A link that is cut for a while loses no bytes: they are sent again. But each time after twice as long, so that a connection may
 * stand still for as long after the cut as in it. A new one is there in a second. Hazelcast closes only those of members that leave, and
 * where both have a third one as their master they do not.
 *
 * <p>Counts looks, not time: after a pause of the process nobody is closed who could not speak meanwhile.
 */
final class SilentConnections {
  private static final System.Logger LOG = System.getLogger(SilentConnections.class.getName());
  private static final int SECONDS = 10;

  /** From one look to the next. */
  static final long PAUSE_MILLIS = 1_000;

  private final Node node;
  private final int heartbeatLooks;
  private final Map<ServerConnection, Silence> silences = new HashMap<>();

  /**
   * Of a connection.
   *
   * @param readMillis when something came last; 0: does not count, as nothing said who it is of
   * @param looks how many there were since
   */
  private record Silence(long readMillis, int looks) {}

  SilentConnections(Node node) {
    this.node = node;
    this.heartbeatLooks = looks(node);
  }

  /** Returns after how many looks a member's connection of which nothing comes is closed. */
  static int looks(Node node) {
    return (int)
        (node.getProperties().getMillis(ClusterProperty.MAX_NO_HEARTBEAT_SECONDS) / PAUSE_MILLIS);
  }

  /** Looks once. On one thread, {@value #PAUSE_MILLIS} ms after the last look. */
  void look() {
    Map<ServerConnection, Silence> before = Map.copyOf(silences);
    silences.clear();
    for (ServerConnection connection : node.getServer().getConnections()) {
      if (!connection.isAlive()) {
        continue;
      }
      if (isUnknown(connection)) {
        look(connection, 0, before.get(connection), SECONDS);
      } else if (isOfMember(connection)) {
        look(connection, connection.lastReadTimeMillis(), before.get(connection), heartbeatLooks);
      }
    }
  }

  private void look(
      ServerConnection connection, long readMillis, @Nullable Silence before, int most) {
    int looks = before == null || before.readMillis != readMillis ? 1 : before.looks + 1;
    if (looks <= most) {
      silences.put(connection, new Silence(readMillis, looks));
    } else {
      LOG.log(Level.DEBUG, () -> "nothing came for " + most + " s: closes " + connection);
      connection.close("nothing came for " + most + " s", null);
    }
  }

  /** Neither a member that said its id, nor a client that was let in. */
  private static boolean isUnknown(ServerConnection connection) {
    String type = connection.getConnectionType();
    return ConnectionType.NONE.equals(type)
        || (ConnectionType.MEMBER.equals(type) && connection.getRemoteUuid() == null);
  }

  private boolean isOfMember(ServerConnection connection) {
    UUID id = connection.getRemoteUuid();
    return ConnectionType.MEMBER.equals(connection.getConnectionType())
        && id != null
        && node.getClusterService().getMember(id) != null;
  }
}
