package dev.lblc.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which other members this node hears, and what follows for one that it does not hear.
 *
 * <pre>
 * a member that was heard and is silent for peerTimeout: its connections count as zero, and it is shown as silent
 * a member that has not been heard yet: {@link UnheardMembers} checks whether it should have been
 * this node did not run for peerTimeout: all that it knows of the others is history
 * </pre>
 *
 * <p>Ticks come on the context that joined; every thread that decides asks {@link #checkPause}.
 */
final class Liveness {
  private static final System.Logger LOG = System.getLogger(Liveness.class.getName());

  private final Members members;
  private final PeerCounts peers;
  private final SharedCounts counts;
  private final ClusterManager manager;
  private final NodeContext context;
  private final long peerTimeoutMillis;
  private final Runnable readAnew;
  private final UnheardMembers unheard;
  private final PauseWatch pauses;
  private boolean hearsAll = true;

  /**
   * From now on.
   *
   * @param peerTimeoutMillis silence after which a member's connections no longer count
   * @param readAnew is run when this node was away
   */
  Liveness(
      Members members,
      PeerCounts peers,
      SharedCounts counts,
      ClusterManager manager,
      NodeContext context,
      long peerTimeoutMillis,
      Runnable readAnew) {
    this.members = members;
    this.peers = peers;
    this.counts = counts;
    this.manager = manager;
    this.context = context;
    this.peerTimeoutMillis = peerTimeoutMillis;
    this.readAnew = readAnew;
    this.unheard = new UnheardMembers(
        members::others,
        peers,
        this::registered,
        this::silent,
        peerTimeoutMillis,
        context.time().nowMillis());
    this.pauses = new PauseWatch(context.time(), peerTimeoutMillis, this::wasAway);
  }

  /** Subscribes to reports; complete once each member that is registered for them was heard, left, or had its time. */
  Future<Void> start() {
    Future<Void> unused = counts
        .start()
        .compose(subscribed -> registered())
        .onFailure(failure -> LOG.log(
            Level.WARNING,
            "the nodes that report connections are not known: this node waits peerTimeout for all members",
            failure))
        .onSuccess(unheard::expect)
        .mapEmpty();
    return unheard.heardAll();
  }

  /** Every report interval, on the context that joined: publishes counts and looks for silence. */
  void tick() {
    long now = context.time().nowMillis();
    if (!members.isOver()) {
      pauses.tick(now);
    }
    peers.dropSilent(now, peerTimeoutMillis).forEach(this::silent);
    counts.tick();
    if (members.isOver()) {
      return;
    }
    unheard.tick(now);
    hearsAll = members.others().stream()
        .allMatch(id -> peers.isHeard(id, now, SharedCounts.SILENT_MILLIS));
    counts.keepListening(hearsAll);
  }

  /** Returns whether every other member was heard at the last tick. On the context that joined. */
  boolean hearsAll() {
    return hearsAll;
  }

  /** Makes sure that what this node knows is not from before a pause of the process. */
  void checkPause() {
    if (!members.isOver()) {
      pauses.check();
    }
  }

  /** Forgets a member that left. */
  void left(String id) {
    peers.left(id);
    context.degradation().gone(Degradation.node(id));
  }

  private Future<Set<String>> registered() {
    Promise<List<RegistrationInfo>> registrations = Promise.promise();
    manager.getRegistrations(counts.address(), registrations);
    return registrations
        .future()
        .map(all -> all.stream().map(RegistrationInfo::nodeId).collect(Collectors.toSet()));
  }

  private void wasAway(long pauseMillis) {
    LOG.log(
        Level.WARNING,
        "this node did not run for " + pauseMillis
            + " ms: it forgets the connections of the other nodes until they report again, and reads the shared tables anew");
    peers.forgetAll().forEach(this::silent);
    readAnew.run();
  }

  /** Shows a member as silent until it is heard or leaves. */
  private void silent(String id) {
    String address = members.address(id);
    if (address == null) { // it has left, which is in the log
      context.degradation().gone(Degradation.node(id));
      return;
    }
    context
        .degradation()
        .failed(
            Degradation.node(id),
            "no report of connections came over the event bus for " + peerTimeoutMillis
                + " ms from the member " + members.name(id) + " at " + address
                + ": its connections count as zero");
  }
}
