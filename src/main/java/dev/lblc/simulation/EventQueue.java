package dev.lblc.simulation;

import java.util.Arrays;

/**
 * What will happen, by time: a binary heap without objects.
 *
 * <p>Events of one time come out in an order that depends on all that was added and taken. It is that of the heap functions of
 * GNU's C++ library, so that runs can be compared with those of a program that uses them.
 */
final class EventQueue {
  private double[] times = new double[1_024];
  private long[] events = new long[1_024];
  private int size;

  /** An event: its kind, of 0 to 15, and two numbers of which the first has 28 bits. */
  static long event(int kind, int number, int other) {
    return ((long) kind << 60) | ((long) number << 32) | (other & 0xffff_ffffL);
  }

  static int kind(long event) {
    return (int) (event >>> 60);
  }

  static int number(long event) {
    return (int) (event >>> 32) & 0xfff_ffff;
  }

  static int other(long event) {
    return (int) event;
  }

  /** Returns when the next event is; there is one. */
  double nextTime() {
    return times[0];
  }

  void add(double time, long event) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      events = Arrays.copyOf(events, 2 * size);
    }
    rise(size++, time, event);
  }

  /** Removes and returns the next event; there is one. */
  long take() {
    long first = events[0];
    size--;
    double time = times[size];
    long last = events[size];
    int hole = 0;
    int child = 0;
    while (child < (size - 1) / 2) {
      child = 2 * (child + 1);
      if (times[child] > times[child - 1]) {
        child--;
      }
      move(child, hole);
      hole = child;
    }
    if ((size & 1) == 0 && child == (size - 2) / 2 && size > 0) {
      child = 2 * child + 1;
      move(child, hole);
      hole = child;
    }
    rise(hole, time, last);
    return first;
  }

  private void rise(int from, double time, long event) {
    int hole = from;
    while (hole > 0) {
      int parent = (hole - 1) / 2;
      if (times[parent] <= time) {
        break;
      }
      move(parent, hole);
      hole = parent;
    }
    times[hole] = time;
    events[hole] = event;
  }

  private void move(int from, int to) {
    times[to] = times[from];
    events[to] = events[from];
  }
}
