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
 * The members that share counts and have not told theirs.
 *
 * <pre>
 * joining: until each that shared counts then has told its own, has left, or the time for it is over
 * later:   one that tells nothing for that time is looked into; the second time that it shares counts and is not heard,
 *          it is told of as silent: it takes a while to start, and another application's shares none
 * </pre>
 *
 * <p>Ticks come on the context that joined; who shares counts may be answered on any thread.
 */
final class UnheardMembers {
  private final Supplier<List<String>> others;
  private final PeerCounts peers;
  private final Supplier<Future<Set<String>>> askWhoShares;
  private final Consumer<String> silent;
  private final long longMillis;
  private final long joiningMillis;
  private final Promise<Void> heardAll = Promise.promise();

  /** Who shared counts when this node joined; null: not known yet. */
  private volatile @Nullable Set<String> expected;

  /** Members that did not report, since when that is so or was looked into. */
  private final Map<String, Long> since = new HashMap<>();

  /** Those of them that shared counts when they were looked into. */
  private final Set<String> suspects = ConcurrentHashMap.newKeySet();

  /**
   * From now on.
   *
   * @param others ids of the other members
   * @param peers what they have told
   * @param askWhoShares ids of the members that share counts
   * @param silent is told of each that shares counts and was not heard for long
   * @param longMillis how long that is
   */
  UnheardMembers(
      Supplier<List<String>> others,
      PeerCounts peers,
      Supplier<Future<Set<String>>> askWhoShares,
      Consumer<String> silent,
      long longMillis,
      long nowMillis) {
    this.others = others;
    this.peers = peers;
    this.askWhoShares = askWhoShares;
    this.silent = silent;
    this.longMillis = longMillis;
    this.joiningMillis = nowMillis;
  }

  /** These share counts while this node joins. */
  void expect(Set<String> sharing) {
    expected = sharing;
  }

  /** Complete once all that are expected are heard or have left, or were waited for long enough. */
  Future<Void> heardAll() {
    return heardAll.future();
  }

  void tick(long nowMillis) {
    List<String> unheard = unheard();
    lookInto(unheard, nowMillis);
    boolean isLate = nowMillis - joiningMillis >= longMillis;
    Set<String> sharing = expected;
    if (isLate || (sharing != null && unheard.stream().noneMatch(sharing::contains))) {
      heardAll.tryComplete();
    }
  }

  private List<String> unheard() {
    return others.get().stream().filter(id -> peers.peer(id) == null).toList();
  }

  private void lookInto(List<String> unheard, long nowMillis) {
    since.keySet().retainAll(unheard);
    boolean isLong = false;
    for (String id : unheard) {
      if (nowMillis - since.computeIfAbsent(id, added -> nowMillis) >= longMillis) {
        since.put(id, nowMillis);
        isLong = true;
      }
    }
    if (isLong) {
      Future<Set<String>> unused = askWhoShares.get().onSuccess(this::suspect);
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
