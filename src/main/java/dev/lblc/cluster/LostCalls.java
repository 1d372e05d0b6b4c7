package dev.lblc.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.cluster.ClusterService;
import com.hazelcast.internal.nio.Connection;
import com.hazelcast.internal.server.ServerConnectionManager;
import com.hazelcast.spi.exception.RetryableIOException;
import com.hazelcast.spi.impl.operationservice.impl.BaseInvocation;
import com.hazelcast.spi.impl.operationservice.impl.Invocation;
import com.hazelcast.spi.impl.operationservice.impl.InvocationRegistry;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Has Hazelcast make calls again of which it does not notice that they are lost.
 *
 * <pre>
 * no connection    a call of a member to which there is none is tried five times within 1.5 s, while one is made, and then dropped,
 *                  as where packets go one way only
 * a closed one     what was on its way, or its answer, is gone with it
 * </pre>
 *
 * The caller is not told, and waits: twice {@code hazelcast.operation.call.timeout.millis}, or, where a partition moves, and refuses
 * writes until it has, {@code hazelcast.partition.migration.timeout} and that time once. Hazelcast has an error for a call that was
 * not sent, by which most are made again; it is told here, once there is a connection to send it by. What cannot be sent keeps its time
 * limit: each try has one of its own.
 *
 * <p>Counts looks, not time: in a pause of the process nothing is found to be lost. A call that came all the same may be made twice, as
 * are others of which Hazelcast does not know whether they came: one that waits there behind others gives no sign of itself.
 */
final class LostCalls {
  private static final System.Logger LOG = System.getLogger(LostCalls.class.getName());

  /** From one look to the next. */
  static final long PAUSE_MILLIS = 100;

  /** So many looks take longer than Hazelcast's tries. Again after as many a connection is asked for, where there is none. */
  static final int TOO_LATE = 1_600 / (int) PAUSE_MILLIS + 1;

  /** In which Hazelcast says at least twice on which calls of another member it works: it does so four times in the limit of a call. */
  private static final double HEARTBEATS = 2.6;

  /** For which there has to be a connection by which one of them could come. */
  private static final double LAST_HEARTBEATS = 1.2;

  private final Address own;
  private final ClusterService cluster;
  private final InvocationRegistry calls;
  private final ServerConnectionManager connections;
  private final @Nullable Inside inside;
  private final int noAnswer;
  private final int noLastAnswer;
  private final Map<Invocation<?>, Try> tries = new HashMap<>();

  /**
   * A try of a call that has no living connection of its own.
   *
   * @param beginMillis when it began; the next try of the same call begins later
   * @param heartbeatMillis when the other member said last that it works on it; 0: never
   * @param isSent whether it may have come: there was a connection while Hazelcast had it
   * @param looks how many there were without a sign of it
   * @param reachable at how many of the last ones, in a row, there was a connection by which a sign could have come
   */
  private record Try(
      long beginMillis, long heartbeatMillis, boolean isSent, int looks, int reachable) {}

  LostCalls(Node node) {
    this.own = node.getThisAddress();
    this.cluster = node.getClusterService();
    this.calls = node.getNodeEngine().getOperationService().getInvocationRegistry();
    this.connections = node.getServer().getConnectionManager(EndpointQualifier.MEMBER);
    this.inside = Inside.open();
    this.noAnswer = looks(node, HEARTBEATS);
    this.noLastAnswer = looks(node, LAST_HEARTBEATS);
  }

  /** Returns after how many looks a call is lost that may have come, if there is a connection at all of them. */
  static int looksWithoutAnswer(Node node) {
    return looks(node, HEARTBEATS);
  }

  private static int looks(Node node, double heartbeats) {
    long heartbeatMillis = node.getNodeEngine()
        .getOperationService()
        .getInvocationMonitor()
        .getHeartbeatBroadcastPeriodMillis();
    return (int) (heartbeats * heartbeatMillis / PAUSE_MILLIS) + 1;
  }

  /** Looks once. On one thread, {@value #PAUSE_MILLIS} ms after the last look. */
  void look() {
    Map<Invocation<?>, Try> before = Map.copyOf(tries);
    tries.clear();
    if (inside == null
        || !cluster.isJoined()) { // in a merge Hazelcast has calls wait, and makes them again
      return;
    }
    for (Invocation<?> call : calls) {
      Address target = inside.target(call);
      if (target != null
          && !target.equals(own)
          && !inside.isAnswered(call)
          && !isAlive(inside.connection(call))) {
        boolean isReachable = isAlive(connections.get(target, call.op.getPartitionId()));
        Try next = nextOf(call, before.get(call), isReachable, inside);
        boolean isLost = next.isSent
            ? next.looks >= noAnswer && next.reachable >= noLastAnswer
            : next.looks >= TOO_LATE;
        if (isLost && isReachable) {
          tell(call, inside);
          continue;
        }
        tries.put(call, next);
        if (!isReachable && next.looks % TOO_LATE == 0) {
          connect(target, call);
        }
      }
    }
  }

  /** A failure does not keep the others from being looked at. */
  private static void tell(Invocation<?> call, Inside inside) {
    LOG.log(Level.DEBUG, () -> "a call is lost, and made again: " + call);
    try {
      inside.notSent(call);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, () -> "a call is lost, and ends by its time limit: " + call, e);
    }
  }

  /** Begins to, if nobody does; one to a member that has gone, or does not answer, fails by itself. */
  private void connect(Address target, Invocation<?> call) {
    try {
      connections.getOrConnect(target, true, call.op.getPartitionId());
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, () -> "no connection is made to " + target, e);
    }
  }

  private static boolean isAlive(@Nullable Connection connection) {
    return connection != null && connection.isAlive();
  }

  private static Try nextOf(
      Invocation<?> call, @Nullable Try before, boolean isReachable, Inside inside) {
    long begin = call.op.getInvocationTime();
    long heartbeat = inside.heartbeat(call);
    Try last = before != null && before.beginMillis == begin && before.heartbeatMillis == heartbeat
        ? before
        : new Try(begin, heartbeat, inside.connection(call) != null || heartbeat > 0, 0, 0);
    return new Try(
        begin,
        heartbeat,
        last.isSent || (isReachable && last.looks < TOO_LATE),
        last.looks + 1,
        isReachable ? last.reachable + 1 : 0);
  }

  /** What a call knows of itself and does not tell, in the release of Hazelcast that ships with us. */
  private record Inside(
      VarHandle target,
      VarHandle connection,
      VarHandle heartbeat,
      VarHandle answered,
      MethodHandle failed) {

    /** Null: this release of Hazelcast is another one inside. */
    static @Nullable Inside open() {
      try {
        MethodHandles.Lookup lookup =
            MethodHandles.privateLookupIn(Invocation.class, MethodHandles.lookup());
        return new Inside(
            lookup.findVarHandle(Invocation.class, "targetAddress", Address.class),
            lookup.findVarHandle(Invocation.class, "connection", Connection.class),
            lookup.findVarHandle(Invocation.class, "lastHeartbeatMillis", long.class),
            MethodHandles.privateLookupIn(BaseInvocation.class, lookup)
                .findVarHandle(BaseInvocation.class, "pendingResponseReceivedMillis", long.class),
            lookup.findVirtual(
                Invocation.class, "notifyError", MethodType.methodType(void.class, Object.class)));
      } catch (ReflectiveOperationException e) {
        LOG.log(
            Level.DEBUG,
            "this release of Hazelcast is not known inside: calls that are lost are given up by"
                + " their time limits alone",
            e);
        return null;
      }
    }

    /** Returns whom a call is for; null: that is not known yet. */
    @Nullable
    Address target(Invocation<?> call) {
      return (Address) target.getVolatile(call);
    }

    /** Returns what a call was sent by; null: there was nothing. */
    @Nullable
    Connection connection(Invocation<?> call) {
      return (Connection) connection.getVolatile(call);
    }

    /** Returns when the other member said last that it is at this call; 0: never. */
    long heartbeat(Invocation<?> call) {
      return (long) heartbeat.getVolatile(call);
    }

    /** Returns whether a call has its answer, and only waits for backups: that has a limit of its own. */
    boolean isAnswered(Invocation<?> call) {
      return (long) answered.getVolatile(call) > 0;
    }

    void notSent(Invocation<?> call) {
      try {
        failed.invoke(call, (Object)
            new RetryableIOException("lost: there is no connection any more, or there was none"));
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("Hazelcast's method has no checked exceptions", e);
      }
    }
  }
}
