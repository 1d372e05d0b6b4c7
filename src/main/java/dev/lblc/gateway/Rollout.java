package dev.lblc.gateway;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The change from the open listeners to those of a configuration.
 *
 * <pre>
 *   open new listeners whose ports are free
 *   close removed listeners whose port a new one needs; open the new one
 *   update listeners that stay
 *   close the other removed listeners          this step cannot fail
 * </pre>
 *
 * <p>If a step fails, the steps before it are undone in reverse order. A listener that was closed to free its port is opened
 * again: it was closed for a moment.
 *
 * <p>A rollout is run once, by one thread at a time.
 */
final class Rollout {
  /*
   * Why a port is closed before another listener opens it: two sockets can share a port only if both were opened with
   * SO_REUSEPORT. Then two gateways that were started by mistake would share the port, too.
   */
  private static final Logger LOG = LoggerFactory.getLogger(Rollout.class);

  /** A listener that stays, and the listener whose settings it gets. */
  private record Kept(Listener listener, Listener wanted) {}

  private final List<Worker> workers;
  private final Duration drain;
  private final List<Kept> kept = new ArrayList<>();
  private final List<Listener> added = new ArrayList<>();
  private final List<Listener> leaving = new ArrayList<>();
  private final Map<String, Listener> result = new LinkedHashMap<>();
  private final Map<String, Listener> unchanged;
  private final ListenerChanges changes;
  private final Deque<Supplier<Future<Void>>> undo = new ArrayDeque<>();

  /**
   * Plans the change; nothing happens yet.
   *
   * @param open the listeners that are open, by name
   * @param wanted the listeners of the configuration, none of which is open
   * @param drain how long requests and connections in flight on removed listeners may go on
   */
  Rollout(
      List<Worker> workers,
      Map<String, Listener> open,
      Collection<? extends Listener> wanted,
      Duration drain) {
    this.workers = workers;
    this.drain = drain;
    unchanged = new LinkedHashMap<>(open);
    leaving.addAll(open.values());
    for (Listener each : wanted) {
      Listener current = open.get(each.name());
      if (current != null && current.hasSocketsFor(each)) {
        kept.add(new Kept(current, each));
        leaving.remove(current);
        result.put(each.name(), current);
      } else {
        added.add(each);
        result.put(each.name(), each);
      }
    }
    changes = new ListenerChanges(
        names(added),
        kept.stream()
            .filter(each -> !each.listener().isConfiguredAs(each.wanted()))
            .map(each -> each.wanted().name())
            .toList(),
        names(leaving),
        kept.stream()
            .filter(each -> !each.listener().hasTlsFilesOf(each.wanted()))
            .map(each -> each.wanted().name())
            .toList());
  }

  /** Returns the listeners that are open afterwards, by name, in the order of the configuration. */
  Map<String, Listener> result() {
    return result;
  }

  /** Returns the listeners that are open after a {@link #run} that failed, by name: those of before that could be restored. */
  Map<String, Listener> restored() {
    return unchanged;
  }

  /** Returns the removed listeners; after {@link #run} they are closed and may still have requests in flight. */
  List<Listener> leaving() {
    return leaving;
  }

  ListenerChanges changes() {
    return changes;
  }

  /** Makes the change. Fails if a step failed and the steps before it were undone. */
  Future<Void> run() {
    List<Listener> inTheWay =
        leaving.stream().filter(each -> sharesPort(each, added)).toList();
    List<Listener> late =
        added.stream().filter(each -> sharesPort(each, inTheWay)).toList();
    List<Listener> early = added.stream().filter(each -> !late.contains(each)).toList();
    return each(early, this::open)
        .compose(done -> each(inTheWay, this::vacate))
        .compose(done -> each(late, this::open))
        .compose(done -> each(kept, this::update))
        .recover(this::undo)
        .compose(done -> each(
            leaving.stream().filter(each -> !inTheWay.contains(each)).toList(),
            listener -> listener.close(drain)));
  }

  private Future<Void> open(Listener listener) {
    return listener
        .open(workers)
        .onSuccess(done -> undo.push(() -> listener.close(Duration.ZERO)))
        .recover(cause -> Future.failedFuture(new ListenerException(listener.name(), cause)));
  }

  private Future<Void> vacate(Listener listener) {
    return listener
        .close(drain)
        .onSuccess(done -> undo.push(() -> listener.open(workers).onFailure(cause -> {
          unchanged.remove(listener.name());
          LOG.error(
              "listener {} was closed for a configuration that failed and could not be opened again: it stays closed until"
                  + " the next configuration",
              listener.name(),
              cause);
        })));
  }

  private Future<Void> update(Kept each) {
    Listener before = each.listener().asConfigured();
    return each.listener()
        .update(each.wanted())
        .onSuccess(done -> undo.push(() -> each.listener().update(before)));
  }

  /** Undoes the steps in reverse order, even if one of them fails. */
  private Future<Void> undo(Throwable cause) {
    Future<Void> undone = Future.succeededFuture();
    for (Supplier<Future<Void>> step : undo) {
      undone = undone.transform(before -> step.get());
    }
    return undone.transform(done -> Future.failedFuture(cause));
  }

  /** Runs a step for each element, one after another; ends at the first that fails. */
  private static <T> Future<Void> each(List<T> all, Function<T, Future<Void>> step) {
    Future<Void> done = Future.succeededFuture();
    for (T one : all) {
      done = done.compose(before -> step.apply(one));
    }
    return done;
  }

  private static boolean sharesPort(Listener listener, List<Listener> others) {
    Set<Integer> ports = new HashSet<>();
    others.forEach(other -> ports.addAll(other.ports()));
    return listener.ports().stream().anyMatch(ports::contains);
  }

  private static List<String> names(List<Listener> listeners) {
    return listeners.stream().map(Listener::name).toList();
  }
}
