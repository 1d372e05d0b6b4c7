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
 * was sent after all, by a connection that lived from one look to the next, is made twice: so are those of which Hazelcast itself
 * does not know.
 */
final class UnsentCalls {
  private static final System.Logger LOG = System.getLogger(UnsentCalls.class.getName());

  /** From one look to the next. */
  static final long PAUSE_MILLIS = 100;

  /** So many looks in a row take longer than Hazelcast's tries. */
  private static final int LOOKS = 1_600 / (int) PAUSE_MILLIS + 1;

  private static final int SENT = -1;

  private final Address own;
  private final InvocationRegistry calls;
  private final ServerConnectionManager connections;
  private final @Nullable Inside inside;
  private final Map<Invocation<?>, Try> tries = new HashMap<>();

  /** A try of a call that began without a connection: when, and how many looks have found none since; {@link #SENT}: one did. */
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
        Try now = lookedAt(call, target, before.get(call));
        if (now.looks >= LOOKS) {
          dropped.add(call);
        } else {
          tries.put(call, now);
        }
      }
    }
    for (Invocation<?> call : dropped) {
      LOG.log(Level.DEBUG, () -> "Hazelcast has dropped a call: " + call);
      inside.notSent(call);
    }
  }

  private Try lookedAt(Invocation<?> call, Address target, @Nullable Try before) {
    long begin = call.op.getInvocationTime();
    int looks = before == null || before.beginMillis != begin ? 0 : before.looks;
    boolean isSent = looks == SENT || connections.get(target, call.op.getPartitionId()) != null;
    return new Try(begin, isSent ? SENT : looks + 1);
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
