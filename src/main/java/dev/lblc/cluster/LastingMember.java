package dev.lblc.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.ClusterState;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.BuildInfoProvider;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import com.hazelcast.internal.hotrestart.InternalHotRestartService;
import com.hazelcast.internal.hotrestart.NoopInternalHotRestartService;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import java.lang.System.Logger.Level;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A Hazelcast member that no merge ends. The master of a part that is about to merge lets nobody join: its state is frozen. Hazelcast
 * has it tell so to whoever asks, and a member that is told so while it joins ends itself, for good, whether it starts or merges. After
 * a pause or a split into three both happen at once. So this member
 *
 * <ul>
 *   <li>does not answer a request to join while its state is frozen: who asks does so again a second later, and hears then which
 *       part this member has merged with;
 *   <li>is not ended by others once it has started: it goes on with its merge, with another member, or alone.
 * </ul>
 *
 * <p>The Enterprise edition keeps its own rules.
 */
final class LastingMember extends DefaultNodeContext {
  private static final System.Logger LOG = System.getLogger(LastingMember.class.getName());

  private final boolean startsAlone;

  private LastingMember(boolean startsAlone) {
    this.startsAlone = startsAlone;
  }

  /**
   * Starts a member; waits for the network.
   *
   * @param alone whether it begins a cluster of its own, which merges with the others' a few seconds later
   */
  static HazelcastInstance start(Config config, boolean alone) {
    return HazelcastInstanceFactory.newHazelcastInstance(
        config, config.getInstanceName(), new LastingMember(alone));
  }

  /** Lets a member be ended wherever it is, by who started it. */
  static void letEnd(HazelcastInstance instance) {
    if (HazelcastNode.nodeOf(instance).getNodeExtension() instanceof Rules rules) {
      rules.mayEnd = true;
    }
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return BuildInfoProvider.getBuildInfo().isEnterprise()
        ? super.createNodeExtension(node)
        : new Rules(node, startsAlone);
  }

  private static final class Rules extends DefaultNodeExtension {
    private final Node member;
    private final boolean startsAlone;
    private final InternalHotRestartService silence = new SilenceWhileFrozen();
    private volatile boolean started;
    private volatile boolean mayEnd;
    private volatile @Nullable UUID told;

    Rules(Node node, boolean startsAlone) {
      super(node);
      this.member = node;
      this.startsAlone = startsAlone;
    }

    @Override
    public void beforeJoin() {
      super.beforeJoin();
      if (startsAlone) { // Hazelcast finds then that it has joined
        boolean unused = member.getClusterService().getClusterJoinManager().setThisMemberAsMaster();
      }
    }

    @Override
    public void afterStart() {
      super.afterStart();
      started = true;
    }

    @Override
    public void beforeShutdown(boolean terminate) {
      // Who ends this member by its interface does so in order, or while it is in a cluster.
      if (terminate
          && started
          && !mayEnd
          && member.isRunning()
          && !member.getClusterService().isJoined()) {
        UUID merge = member.getThisUuid(); // another one in each merge
        if (!merge.equals(told)) {
          told = merge;
          LOG.log(
              Level.WARNING,
              "this member was to end because another one refused it in a merge: it goes on with"
                  + " what it has and tries again");
        }
        throw new RetryableHazelcastException("this member goes on");
      }
      super.beforeShutdown(terminate);
    }

    @Override
    public InternalHotRestartService getInternalHotRestartService() {
      return silence;
    }

    /** The one place that is asked before a refusal is sent. */
    private final class SilenceWhileFrozen extends NoopInternalHotRestartService {
      @Override
      public boolean isMemberExcluded(Address address, UUID uuid) {
        // It is asked of members that leave, too: those are to be let in again.
        ClusterServiceImpl cluster = member.getClusterService();
        return cluster.isJoined()
            && cluster.getClusterState() == ClusterState.FROZEN
            && !cluster.getClusterJoinManager().hasMemberLeft(uuid)
            && !cluster.isMissingMember(address, uuid);
      }
    }
  }
}
