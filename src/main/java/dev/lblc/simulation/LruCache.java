package dev.lblc.simulation;

import java.util.Arrays;

/** What a server remembers of keys: the last used ones, so many at most. Keys are numbers from 0 on. */
final class LruCache {
  private static final int NONE = -1;

  private final int capacity;
  private final int[] slotOf;

  /** Of each slot the next newer and the next older one, side by side. */
  private final int[] links;

  private final int[] keys;
  private int newest = NONE;
  private int oldest = NONE;
  private int used;

  /** Empty; with room for 1 key or more. */
  LruCache(int capacity, int keyCount) {
    this.capacity = capacity;
    slotOf = new int[keyCount];
    links = new int[2 * capacity];
    keys = new int[capacity];
    Arrays.fill(slotOf, NONE);
  }

  /** Notes a use of a key; returns whether it is there. */
  boolean touch(int key) {
    int slot = slotOf[key];
    if (slot == NONE) {
      return false;
    }
    if (newest != slot) {
      unlink(slot);
      link(slot);
    }
    return true;
  }

  /** Takes a key in, in the place of the one that was not used for longest if there is no room. */
  void put(int key) {
    if (touch(key)) {
      return;
    }
    int slot;
    if (used < capacity) {
      slot = used++;
    } else {
      slot = oldest;
      slotOf[keys[slot]] = NONE;
      unlink(slot);
    }
    keys[slot] = key;
    slotOf[key] = slot;
    link(slot);
  }

  /** Forgets everything. */
  void clear() {
    Arrays.fill(slotOf, NONE);
    newest = NONE;
    oldest = NONE;
    used = 0;
  }

  private void link(int slot) {
    links[2 * slot] = NONE;
    links[2 * slot + 1] = newest;
    if (newest != NONE) {
      links[2 * newest] = slot;
    }
    newest = slot;
    if (oldest == NONE) {
      oldest = slot;
    }
  }

  private void unlink(int slot) {
    int newer = links[2 * slot];
    int older = links[2 * slot + 1];
    if (newer == NONE) {
      newest = older;
    } else {
      links[2 * newer + 1] = older;
    }
    if (older == NONE) {
      oldest = newer;
    } else {
      links[2 * older] = newer;
    }
  }
}
