package dev.lblc.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * A server of the model: slots, a queue in front of them, and a cache.
 *
 * <p>Whether it has a destination in its cache is seen when it begins with a request; what it had not is there once it is done.
 * Requests are numbers, of what the run keeps of them.
 */
final class ModelServer {
  final int slots;
  final LruCache cache;
  private final int longestQueue;
  private final ArrayDeque<Integer> queue = new ArrayDeque<>();
  private int[] working = new int[16];
  private int busy;
  private double since;

  boolean up = true;

  /** Requests here, multiplied by seconds: since the last look of the short and the long window. */
  double shortArea;

  double longArea;

  ModelServer(Model.Upstream server, int keys) {
    slots = server.slots();
    longestQueue = Model.QUEUE_PER_SLOT * slots;
    cache = new LruCache(Math.min(server.cached(), keys), keys);
  }

  boolean isFull() {
    return queue.size() >= longestQueue;
  }

  boolean hasFreeSlot() {
    return busy < slots;
  }

  /** Counts how many were here until now. */
  void account(double now) {
    double area = (now - since) * (busy + queue.size());
    shortArea += area;
    longArea += area;
    since = now;
  }

  /** Puts a request into a free slot; returns which. */
  int begin(int request) {
    if (busy == working.length) {
      working = Arrays.copyOf(working, 2 * busy);
    }
    working[busy] = request;
    return busy++;
  }

  /** Frees a slot; the request in the last one takes its place. Returns that one. */
  int end(int slot) {
    int last = working[--busy];
    working[slot] = last;
    return last;
  }

  void enqueue(int request) {
    queue.add(request);
  }

  /** Returns the request that waits for longest; -1: none. */
  int dequeue() {
    Integer first = queue.poll();
    return first == null ? -1 : first;
  }

  /** Loses cache and requests; returns these. */
  int[] stop() {
    int[] lost = Arrays.copyOf(working, busy + queue.size());
    for (int i = busy; i < lost.length; i++) {
      lost[i] = queue.remove();
    }
    busy = 0;
    cache.clear();
    up = false;
    return lost;
  }

  /** Comes, with nothing. */
  void come(double now) {
    up = true;
    since = now;
    shortArea = 0;
    longArea = 0;
  }
}
