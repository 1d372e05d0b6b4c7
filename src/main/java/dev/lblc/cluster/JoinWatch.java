package dev.lblc.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.cluster.impl.TcpIpJoiner;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.util.Clock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a peer which accepts connections and says nothing does not hold up a join. Hazelcast waits for it up to {@code
 * hazelcast.max.join.seconds} and then ends the member; it goes on at once without peers that it has put aside, and looks for all of
 * them again once it has joined. So a silent peer is put aside, as Hazelcast itself does with one that refuses connections.
 *
 * <p>Works on a thread of its own while the member joins or merges. The log says whom it waits for.
 */
final class JoinWatch implements LifecycleListener, HazelcastInstanceAware {
  private static final System.Logger LOG = System.getLogger(JoinWatch.class.getName());

  /** How long a join goes on before the log says so. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  /** How long a peer may say nothing. Hazelcast asks for five seconds before it claims the cluster, which takes ten more. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /** How long a peer may answer and not let this node join. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private volatile @Nullable Node node;

  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    node = HazelcastNode.nodeOf(instance);
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    Node joining = node;
    boolean isJoin =
        event.getState() == LifecycleState.STARTING || event.getState() == LifecycleState.MERGING;
    if (isJoin && joining != null && joining.getJoiner() instanceof TcpIpJoiner joiner) {
      Thread thread = new Thread(
          () -> watch(joining, joiner, event.getState() == LifecycleState.STARTING),
          "lblc-cluster-join");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void watch(Node node, TcpIpJoiner joiner, boolean isStart) {
    // By looks: what this process could not run for is no peer's silence.
    Duration waited = Duration.ZERO;
    boolean hasSaid = false;
    boolean hasBegun = isStart; // a merge begins as a member, and leaves then
    try {
      while (true) {
        Thread.sleep(BETWEEN_LOOKS.toMillis());
        waited = waited.plus(BETWEEN_LOOKS);
        boolean isJoined = node.getClusterService().isJoined();
        hasBegun |= !isJoined || waited.compareTo(PATIENCE) > 0;
        if (hasBegun && (isJoined || !node.isRunning())) {
          return;
        }
        if (!hasSaid && waited.compareTo(QUIET) > 0) {
          hasSaid = true;
          say(waiting(node, joiner));
        }
        if (waited.compareTo(PATIENCE) > 0) {
          putAside(silent(node, joiner), joiner, "no answer from", PATIENCE, isStart);
        }
        if (waited.compareTo(LONGEST) > 0) {
          putAside(waiting(node, joiner), joiner, "not let in by", LONGEST, isStart);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) { // Hazelcast stops
      LOG.log(Level.DEBUG, "a join is not watched any more", e);
    }
  }

  private static void say(Collection<Address> waiting) {
    if (!waiting.isEmpty()) {
      LOG.log(
          Level.INFO,
          "this node waits for " + text(waiting)
              + " to let it join the cluster; it goes on without who says nothing for "
              + PATIENCE.toSeconds() + " s");
    }
  }

  private static void putAside(
      Collection<Address> peers, TcpIpJoiner joiner, String what, Duration since, boolean isStart) {
    if (!peers.isEmpty()) {
      LOG.log(
          Level.WARNING,
          what + " " + text(peers) + " for " + since.toSeconds()
              + " s: this node "
              + (isStart
                  ? "starts without, and looks for it again once it has started"
                  : "merges without, and looks for it again later"));
      peers.forEach(address -> joiner.blacklist(address, false));
    }
  }

  /** Returns the peers that have neither refused nor been put aside. */
  private static List<Address> waiting(Node node, TcpIpJoiner joiner) {
    return joiner.getFilteredPossibleAddresses().stream()
        .filter(address -> !joiner.isBlacklisted(address))
        .filter(address -> !address.equals(node.getThisAddress()))
        .toList();
  }

  private static List<Address> silent(Node node, TcpIpJoiner joiner) {
    long now = Clock.currentTimeMillis(); // by which the connection notes it
    return waiting(node, joiner).stream()
        .filter(address -> {
          ServerConnection connection =
              node.getServer().getConnectionManager(EndpointQualifier.MEMBER).get(address);
          return connection == null || now - connection.lastReadTimeMillis() >= PATIENCE.toMillis();
        })
        .toList();
  }

  private static String text(Collection<Address> addresses) {
    TreeSet<String> sorted = new TreeSet<>();
    addresses.forEach(address -> sorted.add(address.getHost() + ":" + address.getPort()));
    return String.join(", ", sorted);
  }
}
