package dev.lblc.simulation;

/** A stream of requests, by time. Used by one thread; what is returned is of the request that {@link #advance} went to. */
public interface Workload {
  /** Goes to the next request; returns false if there is none. */
  boolean advance();

  /** Returns when it comes, in seconds from the start. */
  double time();

  /** Returns the number of its destination, from 0 to {@link #keys} - 1. */
  int key();

  /** Returns the node that it comes to, if that one is up, from 0 on. */
  int node();

  /** Returns how long a server takes for it, in parts of what servers take on average. */
  double size();

  /** Returns how many destinations there are. */
  int keys();

  /** Returns the destination with that number. */
  String destination(int key);
}
