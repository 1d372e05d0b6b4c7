package dev.lblc.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The members that have not reported connections yet.
 *
 * <pre>
 * joining: waits until each member that was registered on the counts address has reported, has left, or had its time
 * later:   a member without a report for that time is checked; if it is registered on the counts address and still unheard at
 *          the second check, it is reported as silent
 * </pre>
 *
 * Two checks: a node takes a while to start, and the member of another application is never registered.
 *
 * <p>Ticks come on the context that joined; who is registered may be answered on any thread.
 */
final class UnheardMembers {
  private final Supplier<List<String>> others;
  private final PeerCounts peers;
  private final Supplier<Future<Set<String>>> registered;
  private final Consumer<String> silent;
  private final long longMillis;
  private final long joiningMillis;
  private final Promise<Void> heardAll = Promise.promise();

  /** The members that were registered when this node joined; null: not known yet. */
  private volatile @Nullable Set<String> expected;

  /** Members without a report, and since when, or when they were last checked. */
  private final Map<String, Long> since = new HashMap<>();

  /** Those of them that were registered at their last check. */
  private final Set<String> suspects = ConcurrentHashMap.newKeySet();

  /**
   * From now on.
   *
   * @param others ids of the other members
   * @param peers their last reports
   * @param registered asks for the ids of the members that are registered on the counts address
   * @param silent is called with the id of each member that is registered and was not heard for long
   * @param longMillis how long that is
   */
  UnheardMembers(
      Supplier<List<String>> others,
      PeerCounts peers,
      Supplier<Future<Set<String>>> registered,
      Consumer<String> silent,
      long longMillis,
      long nowMillis) {
    this.others = others;
    this.peers = peers;
    this.registered = registered;
    this.silent = silent;
    this.longMillis = longMillis;
    this.joiningMillis = nowMillis;
  }

  /** Says which members are registered while this node joins. */
  void expect(Set<String> sharing) {
    expected = sharing;
  }

  /** Returns a future that is complete once all expected members are heard, have left, or had their time. */
  Future<Void> heardAll() {
    return heardAll.future();
  }

  /** Looks for members that are unheard for too long. */
  void tick(long nowMillis) {
    List<String> unheard = unheard();
    check(unheard, nowMillis);
    boolean isLate = nowMillis - joiningMillis >= longMillis;
    Set<String> sharing = expected;
    if (isLate || (sharing != null && unheard.stream().noneMatch(sharing::contains))) {
      heardAll.tryComplete();
    }
  }

  private List<String> unheard() {
    return others.get().stream().filter(id -> peers.peer(id) == null).toList();
  }

  private void check(List<String> unheard, long nowMillis) {
    since.keySet().retainAll(unheard);
    boolean isLong = false;
    for (String id : unheard) {
      if (nowMillis - since.computeIfAbsent(id, added -> nowMillis) >= longMillis) {
        since.put(id, nowMillis);
        isLong = true;
      }
    }
    if (isLong) {
      Future<Set<String>> unused = registered.get().onSuccess(this::suspect);
    }
  }

  private void suspect(Set<String> sharing) {
    for (String id : unheard()) {
      if (sharing.contains(id) && !suspects.add(id)) {
        silent.accept(id);
      }
    }
    suspects.removeIf(id -> peers.peer(id) != null || !sharing.contains(id));
  }
}
