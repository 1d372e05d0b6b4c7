package dev.lblc.simulation;

import java.util.Arrays;

/** The requests that are under way, by numbers that are used again. */
final class Requests {
  double[] time = new double[256];
  int[] key = new int[256];
  int[] node = new int[256];
  int[] server = new int[256];
  int[] slot = new int[256];
  float[] size = new float[256];
  boolean[] hit = new boolean[256];

  /** How often its node had started when it was sent. */
  int[] nodeStart = new int[256];

  /** How often it was begun or interrupted; also across requests of one number. */
  int[] attempt = new int[256];

  private int[] free = new int[256];
  private int freeCount;
  private int used;

  int add(double at, int keyNumber, int nodeNumber, float sizeFactor) {
    int request;
    if (freeCount > 0) {
      request = free[--freeCount];
    } else {
      if (used == time.length) {
        grow(2 * used);
      }
      request = used++;
    }
    time[request] = at;
    key[request] = keyNumber;
    node[request] = nodeNumber;
    size[request] = sizeFactor;
    return request;
  }

  void remove(int request) {
    free[freeCount++] = request;
  }

  boolean isEmpty() {
    return freeCount == used;
  }

  private void grow(int length) {
    time = Arrays.copyOf(time, length);
    key = Arrays.copyOf(key, length);
    node = Arrays.copyOf(node, length);
    server = Arrays.copyOf(server, length);
    slot = Arrays.copyOf(slot, length);
    size = Arrays.copyOf(size, length);
    hit = Arrays.copyOf(hit, length);
    nodeStart = Arrays.copyOf(nodeStart, length);
    attempt = Arrays.copyOf(attempt, length);
    free = Arrays.copyOf(free, length);
  }
}
