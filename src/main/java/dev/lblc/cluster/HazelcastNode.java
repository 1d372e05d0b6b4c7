package dev.lblc.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.OperationTimeoutException;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.spi.exception.RetryableException;
import io.vertx.core.spi.cluster.ClusterManager;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * This process as a Hazelcast member, for a Vert.x instance that is clustered by it.
 *
 * <p>Starting and closing wait for the network; not for event loops.
 */
public final class HazelcastNode implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HazelcastNode.class.getName());

  private final HazelcastInstance instance;
  private final ClusterThread looks;

  private HazelcastNode(HazelcastInstance instance) {
    this.instance = instance;
    this.looks = ClusterThread.start("lblc-cluster-looks");
    Node node = nodeOf(instance);
    Runnable unused =
        looks.repeat(new SilentConnections(node)::look, () -> SilentConnections.PAUSE_MILLIS);
    unused = looks.repeat(new LostCalls(node)::look, () -> LostCalls.PAUSE_MILLIS);
  }

  /**
   * Starts the member, whether or not others can be reached.
   *
   * @param file Hazelcast's YAML file; null: the one that ships with us, by which members on this
   *     machine find each other
   * @param name of this node in metrics and the API; null: the name of this host, and the port that Hazelcast takes
   * @param alone whether it looks for the others only once it has started: for when it could not start beside them
   * @throws IOException if the file cannot be read
   * @throws com.hazelcast.core.HazelcastException if Hazelcast does not accept it
   */
  public static HazelcastNode start(@Nullable Path file, @Nullable String name, boolean alone)
      throws IOException {
    Config config = config(file);
    // Vert.x knows members by this attribute; it sets it only on instances that it starts itself.
    config
        .getMemberAttributeConfig()
        .setAttribute(Members.NODE_ID, UUID.randomUUID().toString())
        .setAttribute(name == null ? Members.HOST : Members.NAME, name == null ? hostName() : name);
    // Ours comes first: it stops what uses the member.
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    setUnlessSet(config, "hazelcast.logging.type", "slf4j");
    // By default it waits ten minutes for members that do not answer.
    setUnlessSet(config, "hazelcast.graceful.shutdown.max.wait", "5");
    // By default a migration whose answer was lost holds its partition for five minutes: nothing
    // can be written there meanwhile.
    setUnlessSet(config, "hazelcast.partition.migration.timeout", "10");
    // By default a member that was let in by a merge, did not hear of that, and was taken for dead
    // asks on for 20 s, in vain: under
    // the name by which it was known it is not let in again. Then it begins anew.
    setUnlessSet(config, "hazelcast.max.join.merge.target.seconds", "10");
    config.addListenerConfig(new ListenerConfig(new JoinWatch()));
    return new HazelcastNode(LastingMember.start(config, alone));
  }

  /** Returns whether something failed because other members, or the network to them, did not answer. */
  public static boolean isFault(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OperationTimeoutException
          || cause instanceof RetryableException
          || isOfFrozenCluster(cause)) {
        return true;
      }
    }
    return false;
  }

  /** Returns what clusters a Vert.x instance by this member. */
  public ClusterManager clusterManager() {
    return new LastingAddresses(instance);
  }

  /** Returns the address that the other members reach this one by. */
  public String host() {
    return instance.getCluster().getLocalMember().getAddress().getHost();
  }

  /** Returns what is inside a member of this process, for what Hazelcast's interface does not offer. */
  static Node nodeOf(HazelcastInstance instance) {
    return instance instanceof HazelcastInstanceProxy proxy
        ? proxy.getOriginal().node
        : ((HazelcastInstanceImpl) instance).node;
  }

  /** What a call meets where a merge begins right behind the start has no class of its own. */
  private static boolean isOfFrozenCluster(Throwable cause) {
    StackTraceElement[] trace = cause.getStackTrace();
    return cause instanceof IllegalStateException
        && trace.length > 0
        && trace[0].getClassName().startsWith("com.hazelcast.spi.impl.operationservice.");
  }

  /** Ends the member without asking the others: for when they do not answer, and this one has nothing that they lack. */
  public void abandon() {
    looks.shutdown();
    if (instance.getLifecycleService().isRunning()) {
      LastingMember.letEnd(instance);
    }
    instance.getLifecycleService().terminate();
  }

  /** Leaves the cluster. */
  @Override
  public void close() {
    looks.shutdown();
    instance.shutdown();
  }

  /** Returns the name of this machine; its address, if it has none. */
  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      LOG.log(Level.DEBUG, "this machine does not know its own name", e);
      return InetAddress.getLoopbackAddress().getHostAddress();
    }
  }

  private static void setUnlessSet(Config config, String property, String value) {
    if (config.getProperty(property) == null) {
      config.setProperty(property, value);
    }
  }

  private static Config config(@Nullable Path file) throws IOException {
    if (file != null) {
      return HazelcastFile.read(Files.readAllBytes(file));
    }
    try (InputStream shipped =
        Objects.requireNonNull(HazelcastNode.class.getResourceAsStream("hazelcast.yaml"))) {
      return HazelcastFile.read(shipped.readAllBytes());
    }
  }
}
