package dev.lblc.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.nio.Connection;
import com.hazelcast.internal.server.ServerConnectionManager;
import com.hazelcast.spi.exception.RetryableIOException;
import com.hazelcast.spi.impl.operationservice.impl.Invocation;
import com.hazelcast.spi.impl.operationservice.impl.InvocationRegistry;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Has Hazelcast make calls again that it has dropped without telling who waits for them.
 *
 * <p>A call of a member to which there is no connection is tried five times within 1.5 s, while one is made. If there is none by
 * then, as where packets go one way only, it is dropped, and its caller waits: twice {@code hazelcast.operation.call.timeout.millis},
 * or, where a partition moves, and refuses writes until it has, {@code hazelcast.partition.migration.timeout} and that time once.
 * Hazelcast has an error for a call that was not sent, by which most are made again; it is told here.
 *
 * <p>Counts looks, not time: after a pause of the process no call is taken for one that had no connection for that long. A call that
 * was sent after all is made twice, as are others of which Hazelcast does not know whether they came.
 */
final class UnsentCalls {
  private static final System.Logger LOG = System.getLogger(UnsentCalls.class.getName());

  /** From one look to the next. */
  static final long PAUSE_MILLIS = 100;

  /** A connection that is found by then is there at the last of Hazelcast's tries. */
  private static final int IN_TIME = 1_300 / (int) PAUSE_MILLIS;

  /** So many looks take longer than Hazelcast's tries. */
  private static final int TOO_LATE = 1_600 / (int) PAUSE_MILLIS + 1;

  /** Where a connection was found in between, the call may have been sent: an answer comes sooner than that. */
  private static final int NO_ANSWER = TOO_LATE + 1_000 / (int) PAUSE_MILLIS;

  private static final int SENT = -1;

  private final Address own;
  private final InvocationRegistry calls;
  private final ServerConnectionManager connections;
  private final @Nullable Inside inside;
  private final Map<Invocation<?>, Try> tries = new HashMap<>();

  /** A try of a call that began without a connection: when, and how many looks there were since; {@link #SENT}: it was sent. */
  private record Try(long beginMillis, int looks) {}

  UnsentCalls(Node node) {
    this.own = node.getThisAddress();
    this.calls = node.getNodeEngine().getOperationService().getInvocationRegistry();
    this.connections = node.getServer().getConnectionManager(EndpointQualifier.MEMBER);
    this.inside = Inside.open();
  }

  /** Looks once. On one thread, {@value #PAUSE_MILLIS} ms after the last look. */
  void look() {
    if (inside == null) {
      return;
    }
    Map<Invocation<?>, Try> before = Map.copyOf(tries);
    tries.clear();
    List<Invocation<?>> dropped = new ArrayList<>();
    for (Invocation<?> call : calls) {
      Address target = inside.targetWithoutConnection(call);
      if (target != null && !target.equals(own)) {
        long begin = call.op.getInvocationTime();
        Try last = before.get(call);
        int looks = last == null || last.beginMillis != begin ? 0 : last.looks;
        boolean isConnected = connections.get(target, call.op.getPartitionId()) != null;
        if (looks == SENT || (isConnected && looks < IN_TIME)) {
          tries.put(call, new Try(begin, SENT));
        } else if (looks < (isConnected ? NO_ANSWER : TOO_LATE)) {
          tries.put(call, new Try(begin, looks + 1));
        } else {
          dropped.add(call);
        }
      }
    }
    for (Invocation<?> call : dropped) {
      LOG.log(Level.DEBUG, () -> "Hazelcast has dropped a call: " + call);
      inside.notSent(call);
    }
  }

  /** What a call knows of itself and does not tell, in the release of Hazelcast that ships with us. */
  private record Inside(VarHandle target, VarHandle connection, MethodHandle failed) {

    /** Null: this release of Hazelcast is another one inside. */
    static @Nullable Inside open() {
      try {
        MethodHandles.Lookup lookup =
            MethodHandles.privateLookupIn(Invocation.class, MethodHandles.lookup());
        return new Inside(
            lookup.findVarHandle(Invocation.class, "targetAddress", Address.class),
            lookup.findVarHandle(Invocation.class, "connection", Connection.class),
            lookup.findVirtual(
                Invocation.class, "notifyError", MethodType.methodType(void.class, Object.class)));
      } catch (ReflectiveOperationException e) {
        LOG.log(
            Level.DEBUG,
            "this release of Hazelcast is not known inside: calls that it drops are given up by"
                + " their time limits alone",
            e);
        return null;
      }
    }

    /** Returns whom a call is for that began without a connection; null: it is sent, or has no target yet. */
    @Nullable
    Address targetWithoutConnection(Invocation<?> call) {
      return connection.getVolatile(call) == null ? (Address) target.getVolatile(call) : null;
    }

    void notSent(Invocation<?> call) {
      try {
        failed.invoke(call, (Object)
            new RetryableIOException("not sent: there was no connection to the member"));
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("Hazelcast's method has no checked exceptions", e);
      }
    }
  }
}
