package dev.lblc.cluster;

import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cluster manager that keeps the addresses of the other nodes' event buses. Vert.x asks for one at each new connection, and that is a
 * call to a map: after a fault its partition may not answer for ten seconds, and all that while nothing goes to a node that could be
 * reached.
 *
 * <p>A node's name is new at each start, so its address never changes. May be used from any thread.
 */
final class LastingAddresses extends HazelcastClusterManager {
  /** Far more than nodes: of those that are gone, the longest known are forgotten first. */
  private static final int MOST = 1_000;

  private final Map<String, NodeInfo> known = Collections.synchronizedMap(new LinkedHashMap<>() {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, NodeInfo> eldest) {
      return size() > MOST;
    }
  });

  LastingAddresses(HazelcastInstance instance) {
    super(instance);
  }

  @Override
  public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
    NodeInfo before = known.get(nodeId);
    if (before != null) {
      promise.succeed(before);
    } else {
      super.getNodeInfo(nodeId, (info, failure) -> answered(nodeId, info, failure, promise));
    }
  }

  private void answered(
      String nodeId,
      @Nullable NodeInfo info,
      @Nullable Throwable failure,
      Completable<NodeInfo> promise) {
    if (info != null) {
      known.put(nodeId, info);
    }
    promise.complete(info, failure);
  }
}
