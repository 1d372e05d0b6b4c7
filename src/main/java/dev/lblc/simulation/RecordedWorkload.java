package dev.lblc.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Requests that were recorded, by time. */
public final class RecordedWorkload implements Workload {
  private final double[] times;
  private final int[] keys;
  private final int[] nodes;
  private final float[] sizes;
  private final String[] destinations;
  private int at = -1;

  private RecordedWorkload(
      double[] times, int[] keys, int[] nodes, float[] sizes, String[] destinations) {
    this.times = times;
    this.keys = keys;
    this.nodes = nodes;
    this.sizes = sizes;
    this.destinations = destinations;
  }

  /** Takes requests down, in any order; used by one thread. */
  public static final class Recorder {
    private double[] times = new double[1_024];
    private int[] keys = new int[1_024];
    private int[] nodes = new int[1_024];
    private float[] sizes = new float[1_024];
    private int count;
    private final Map<String, Integer> keyOf = new HashMap<>();
    private final List<String> destinations = new ArrayList<>();

    /** Adds a request; the parameters are those of {@link Workload}. */
    public void add(double time, String destination, int node, double size) {
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
        keys = Arrays.copyOf(keys, 2 * count);
        nodes = Arrays.copyOf(nodes, 2 * count);
        sizes = Arrays.copyOf(sizes, 2 * count);
      }
      times[count] = time;
      nodes[count] = node;
      sizes[count] = (float) size;
      keys[count++] = keyOf.computeIfAbsent(destination, name -> {
        destinations.add(name);
        return destinations.size() - 1;
      });
    }

    /** Returns how many requests there are. */
    public int count() {
      return count;
    }

    /** Gives all requests other sizes, by their numbers in the order in which they were added. */
    public void resize(IntToDoubleFunction sizeOf) {
      for (int i = 0; i < count; i++) {
        sizes[i] = (float) sizeOf.applyAsDouble(i);
      }
    }

    /**
     * Returns what was taken down, from the first request on.
     *
     * @param traffic so many times as fast as it was
     */
    public RecordedWorkload recorded(double traffic) {
      int[] order = order();
      double first = count == 0 ? 0 : times[order[0]];
      double[] sortedTimes = new double[count];
      int[] sortedKeys = new int[count];
      int[] sortedNodes = new int[count];
      float[] sortedSizes = new float[count];
      for (int i = 0; i < count; i++) {
        int from = order[i];
        sortedTimes[i] = (times[from] - first) / traffic;
        sortedKeys[i] = keys[from];
        sortedNodes[i] = nodes[from];
        sortedSizes[i] = sizes[from];
      }
      return new RecordedWorkload(
          sortedTimes, sortedKeys, sortedNodes, sortedSizes, destinations.toArray(String[]::new));
    }

    private int[] order() {
      for (int i = 1; i < count; i++) {
        if (times[i] < times[i - 1]) {
          return IntStream.range(0, count)
              .boxed()
              .sorted(Comparator.comparingDouble(each -> times[each]))
              .mapToInt(Integer::intValue)
              .toArray();
        }
      }
      return IntStream.range(0, count).toArray(); // traces are by time
    }
  }

  /** Returns the same requests from the first one on. */
  public RecordedWorkload again() {
    return new RecordedWorkload(times, keys, nodes, sizes, destinations);
  }

  /** Returns how many requests there are. */
  public int count() {
    return times.length;
  }

  /** Returns when the last one comes, in seconds after the first. */
  public double seconds() {
    return times.length == 0 ? 0 : times[times.length - 1];
  }

  /**
   * Returns how many destinations a cache has to hold to have that part of the requests in it, if all go to one; at least 1. It forgets
   * what was not used for longest.
   */
  public int cacheFor(double hit) {
    int low = 1;
    int high = Math.max(1, destinations.length);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hit(middle) < hit) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private double hit(int capacity) {
    LruCache cache = new LruCache(capacity, destinations.length);
    int hits = 0;
    for (int key : keys) {
      if (cache.touch(key)) {
        hits++;
      } else {
        cache.put(key);
      }
    }
    return keys.length == 0 ? 0 : (double) hits / keys.length;
  }

  @Override
  public boolean advance() {
    return ++at < times.length;
  }

  @Override
  public double time() {
    return times[at];
  }

  @Override
  public int key() {
    return keys[at];
  }

  @Override
  public int node() {
    return nodes[at];
  }

  @Override
  public double size() {
    return sizes[at];
  }

  @Override
  public int keys() {
    return destinations.length;
  }

  @Override
  public String destination(int key) {
    return destinations[key];
  }
}
