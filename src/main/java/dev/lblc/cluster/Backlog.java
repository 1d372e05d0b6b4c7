package dev.lblc.cluster;

import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Destinations that wait to be written, each once, the longest waiting first.
 *
 * <p>May be used from any thread; waits for nothing. Taking one costs the same however many there once were, which
 * walking a set would not.
 */
final class Backlog {
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final Queue<String> order = new ConcurrentLinkedQueue<>();

  void add(String destination) {
    if (waiting.add(destination)) {
      order.add(destination);
    }
  }

  /** Takes the next one, which can be added again from now on; null: there is none. */
  @Nullable
  String poll() {
    String next = order.poll();
    if (next != null) {
      waiting.remove(next);
    }
    return next;
  }

  boolean contains(String destination) {
    return waiting.contains(destination);
  }

  /** Goes over those that wait; any that come or go meanwhile may be among them. */
  Iterator<String> iterator() {
    return waiting.iterator();
  }

  boolean isEmpty() {
    return order.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  /** Removes what a test selects. */
  void removeIf(Predicate<String> test) {
    order.removeIf(destination -> test.test(destination) && waiting.remove(destination));
  }
}
