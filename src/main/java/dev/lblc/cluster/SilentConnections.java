package dev.lblc.cluster;

import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.nio.ConnectionType;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.spi.properties.ClusterProperty;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Closes connections of this process's Hazelcast port of which nothing comes.
 *
 * <pre>
 * does not say who it is of    after {@value #SECONDS} s: Hazelcast itself keeps it, and what it has made room for, until its other end goes
 * of a member                  after {@code hazelcast.max.no.heartbeat.seconds}, in which there should have been heartbeats
 * </pre>
 *
 * A link that is cut for a while loses no bytes: they are sent again. But each time after twice as long, so that a connection may
 * stand still for as long after the cut as in it. A new one is there in a second. Hazelcast closes those of a member that it begins to
 * suspect, but not again while it suspects it, as where both have a third one as their master and nobody leaves.
 *
 * <p>A member that has several connections may use one to send and another one to receive: it is silent if nothing comes by any of them.
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

  /** By the member's id, or the connection of nobody knows whom. */
  private final Map<Object, Silence> silences = new HashMap<>();

  /**
   * Of a member, or of a connection.
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
    Map<Object, Silence> before = Map.copyOf(silences);
    silences.clear();
    Map<UUID, List<ServerConnection>> ofMembers = new HashMap<>();
    for (ServerConnection connection : node.getServer().getConnections()) {
      if (connection.isAlive() && isUnknown(connection)) {
        look(connection, 0, before, SECONDS, List.of(connection));
      } else if (connection.isAlive() && isOfMember(connection)) {
        ofMembers
            .computeIfAbsent(connection.getRemoteUuid(), member -> new ArrayList<>())
            .add(connection);
      }
    }
    ofMembers.forEach((member, connections) -> {
      long read = connections.stream()
          .mapToLong(ServerConnection::lastReadTimeMillis)
          .max()
          .orElseThrow();
      look(member, read, before, heartbeatLooks, connections);
    });
  }

  private void look(
      Object of,
      long readMillis,
      Map<Object, Silence> before,
      int most,
      List<ServerConnection> connections) {
    Silence last = before.get(of);
    int looks = last == null || last.readMillis != readMillis ? 1 : last.looks + 1;
    if (looks <= most) {
      silences.put(of, new Silence(readMillis, looks));
    } else {
      LOG.log(Level.DEBUG, () -> "nothing came for " + most + " s: closes " + connections);
      connections.forEach(connection -> connection.close("nothing came for " + most + " s", null));
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
