package dev.lblc.cluster;

import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a table's homes from node to node beside the map, for when the map does not work.
 *
 * <pre>
 * out: what this node decided and the map has not confirmed after a while is told, again and again, until the map has, or a better
 *      claim was heard of. While the map works nothing is told
 * in:  homes with a higher {@link Claim} than that of this node's are adopted. Before its own decision is old enough to be told
 *      this node leaves it to the map, which will have answered by then
 * the map has the last word: its next version is higher than any claim on the one before
 * </pre>
 *
 * <p>Guarded by itself. Never waits, and costs little while nothing waits for the map.
 */
final class TableHints {
  /** When a decision that was not confirmed is told, and told again. */
  static final long INTERVAL_MILLIS = 300;

  /** Most destinations whose claims are kept. More are in the map's hands alone. */
  static final int MOST = 100_000;

  /** Most of the backlog that is gone through at a time. */
  private static final int STEPS = 2_000;

  private final String node;
  private final TableReplica replica;
  private final TablePublisher publisher;
  private final Supplier<SchedulerOptions> options;
  private final ClusterTime time;

  /** The longest untold first. */
  private final Map<String, Held> held = new LinkedHashMap<>();

  /** How many these are, for those who do not want to wait. */
  private volatile int heldCount;

  /** What is left of a walk over all that waits for the map. */
  private final Queue<Iterator<String>> walks = new ArrayDeque<>();

  /**
   * A claim that this node made or adopted and the map has not confirmed.
   *
   * @param homes that it is about
   * @param sinceMillis when it was noticed, or last told
   * @param isYoung whether it is this node's and was not old enough to be told yet
   */
  private record Held(Claim claim, List<String> homes, long sinceMillis, boolean isYoung) {
    boolean isOf(Placement placement) {
      return claim.version() == WrittenForm.basis(placement) && homes.equals(placement.homes());
    }
  }

  /** Of a table that this publisher carries to the map. */
  TableHints(
      String node,
      TableReplica replica,
      TablePublisher publisher,
      Supplier<SchedulerOptions> options,
      ClusterTime time) {
    this.node = node;
    this.replica = replica;
    this.publisher = publisher;
    this.options = options;
    this.time = time;
  }

  /** Returns what is to be told now, at most so many. */
  synchronized List<HomeHint> due(int most) {
    long now = time.nowMillis();
    notice(now);
    List<HomeHint> due = new ArrayList<>();
    Map<String, Held> again = new LinkedHashMap<>();
    Iterator<Map.Entry<String, Held>> oldestFirst = held.entrySet().iterator();
    for (int i = 0; i < STEPS && due.size() < most && oldestFirst.hasNext(); i++) {
      Map.Entry<String, Held> next = oldestFirst.next();
      if (now - next.getValue().sinceMillis() < INTERVAL_MILLIS) {
        break;
      }
      oldestFirst.remove();
      String destination = next.getKey();
      Placement placement = replica.placement(destination);
      if (placement == null) {
        continue; // it was forgotten
      }
      boolean isPending = publisher.isPending(destination);
      Claim claim = claim(placement, next.getValue(), isPending);
      if (!claim.isProvisional()) {
        continue; // confirmed, or replaced by what the map has
      }
      again.put(destination, new Held(claim, placement.homes(), now, false));
      if (isPending) {
        due.add(new HomeHint(
            destination, placement.homes(), claim, time.toShared(placement.lastUseMillis())));
      }
    }
    held.putAll(again);
    heldCount = held.size();
    return due;
  }

  /** Adopts what rests on higher claims than this node's. */
  synchronized void hear(List<HomeHint> hints) {
    hints.forEach(this::hear);
    heldCount = held.size();
  }

  /**
   * Returns whether what this node holds was decided from just that version of the record, or was learned and outranks it, so that the
   * record says nothing new. From any thread.
   */
  boolean isAheadOf(Placement record) {
    if (heldCount == 0 && !publisher.isPending(record.destination())) {
      return false;
    }
    synchronized (this) {
      Placement ours = replica.placement(record.destination());
      return ours != null
          && ours.version() <= record.version()
          && record.version() <= WrittenForm.basis(ours)
          && !ours.homes().equals(record.homes())
          && claim(ours, held.get(record.destination()), publisher.isPending(record.destination()))
              .isProvisional();
    }
  }

  private void hear(HomeHint hint) {
    String destination = hint.destination();
    if (hint.homes().isEmpty() || !hint.claim().isProvisional()) {
      return; // of no use to anybody
    }
    Placement theirs = new Placement(
        destination, hint.homes(), hint.claim().version(), time.toLocal(hint.lastUseMillis()));
    Placement ours = replica.placement(destination);
    if (ours != null && !isBetter(hint, theirs, ours)) {
      return;
    }
    boolean hasRoom = held.size() < MOST || held.containsKey(destination);
    if (hasRoom && replica.adoptProvisional(theirs, ours, options.get())) {
      held.remove(destination);
      held.put(destination, new Held(hint.claim(), hint.homes(), time.nowMillis(), false));
      if (ours == null && theirs.version() > 0) {
        publisher.republish(destination); // its record may be gone, which nobody would notice
      }
    }
  }

  private boolean isBetter(HomeHint hint, Placement theirs, Placement ours) {
    if (theirs.lastUseMillis() - ours.lastUseMillis()
        >= options.get().expiration().toMillis()) {
      return true; // versions begin again
    }
    Held known = held.get(ours.destination());
    boolean isPending = publisher.isPending(ours.destination());
    boolean isYoung = isPending && (known == null || known.isYoung());
    if (isYoung && WrittenForm.basis(ours) >= theirs.version()) {
      return false; // the map is asked already
    }
    return hint.claim().compareTo(claim(ours, known, isPending)) > 0;
  }

  /** What this node's homes rest on. */
  private Claim claim(Placement placement, @Nullable Held known, boolean isPending) {
    if (known != null && known.isOf(placement)) {
      return known.claim();
    }
    if (!isPending) {
      return Claim.ofRecord(placement.version());
    }
    Claim before = known != null && known.claim().version() == WrittenForm.basis(placement)
        ? known.claim()
        : Claim.ofRecord(WrittenForm.basis(placement));
    return before.next(time.nowShared(), node);
  }

  /** Notices what waits for the map. */
  private void notice(long now) {
    if (publisher.size() == 0) {
      return;
    }
    if (walks.isEmpty()) {
      walks.addAll(publisher.pending());
    }
    for (int i = 0; i < STEPS && !walks.isEmpty() && held.size() < MOST; i++) {
      Iterator<String> walk = walks.element();
      if (!walk.hasNext()) {
        walks.remove();
        continue;
      }
      String destination = walk.next();
      Placement placement = held.containsKey(destination) ? null : replica.placement(destination);
      if (placement != null) {
        held.put(destination, new Held(claim(placement, null, true), placement.homes(), now, true));
      }
    }
  }
}
