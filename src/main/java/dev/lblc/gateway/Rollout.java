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
 * The way from the listeners that are open to those that a configuration wants.
 *
 * <pre>
 *   open those whose ports are free
 *   close those that go and have a port that another one needs; open that one
 *   update those that stay
 *   close the others that go                   which cannot fail
 * </pre>
 *
 * <p>If a step fails, those before it are undone, in reverse, and all is as it was; but a listener that had to be closed for
 * another one was closed for a moment. A socket cannot be handed over: two of them on one port would have both to be opened for
 * it, and then two gateways started by mistake would share it, too.
 *
 * <p>To be run once, by one thread at a time.
 */
final class Rollout {
  private static final Logger LOG = LoggerFactory.getLogger(Rollout.class);

  /** A listener that stays, and what it is to be. */
  private record Kept(Listener listener, Listener wanted) {}

  private final List<Worker> workers;
  private final Duration drain;
  private final List<Kept> kept = new ArrayList<>();
  private final List<Listener> added = new ArrayList<>();
  private final List<Listener> leaving = new ArrayList<>();
  private final Map<String, Listener> result = new LinkedHashMap<>();
  private final ListenerChanges changes;
  private final Deque<Supplier<Future<Void>>> undo = new ArrayDeque<>();

  /**
   * Plans it; nothing happens yet.
   *
   * @param open the listeners that are open, by name
   * @param wanted the listeners of the configuration, none of which is open
   * @param drain how long what is in flight on those that go may go on
   */
  Rollout(
      List<Worker> workers,
      Map<String, Listener> open,
      Collection<? extends Listener> wanted,
      Duration drain) {
    this.workers = workers;
    this.drain = drain;
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
        names(leaving));
  }

  /** Returns the listeners that are open afterwards, by name, in the order of the configuration. */
  Map<String, Listener> result() {
    return result;
  }

  /** Returns those that go; after {@link #run} they are closed and may still have something in flight. */
  List<Listener> leaving() {
    return leaving;
  }

  ListenerChanges changes() {
    return changes;
  }

  /** Does it. Fails if nothing has changed. */
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
    return listener.open(workers).onSuccess(done -> undo.push(() -> listener.close(Duration.ZERO)));
  }

  private Future<Void> vacate(Listener listener) {
    return listener
        .close(drain)
        .onSuccess(done -> undo.push(() -> listener
            .open(workers)
            .onFailure(cause -> LOG.error(
                "listener {} could not be opened again and is closed now",
                listener.name(),
                cause))));
  }

  private Future<Void> update(Kept each) {
    Listener before = each.listener().asConfigured();
    return each.listener()
        .update(each.wanted())
        .onSuccess(done -> undo.push(() -> each.listener().update(before)));
  }

  /** Goes back, whatever fails on the way. */
  private Future<Void> undo(Throwable cause) {
    Future<Void> undone = Future.succeededFuture();
    for (Supplier<Future<Void>> step : undo) {
      undone = undone.transform(before -> step.get());
    }
    return undone.transform(done -> Future.failedFuture(cause));
  }

  /** One after another: how far they came is known if one fails. */
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
