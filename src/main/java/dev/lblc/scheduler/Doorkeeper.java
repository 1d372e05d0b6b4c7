package dev.lblc.scheduler;

import java.util.Arrays;

/**
 * Which destinations were asked for lately: an aging Bloom filter.
 *
 * <pre>
 * wasSeen(d): whether d was noted in this generation or in the one before; d is noted in this one
 * a generation that has its fill becomes the one before, and an empty one begins
 * </pre>
 *
 * What was noted is known while fewer than a generation of others are noted after it, and no longer than two. Of what was never
 * noted, fewer than 1 in 100 are taken for seen.
 *
 * <p>Confined to the monitor of the table. Allocates nothing once it is made.
 */
final class Doorkeeper {
  /*
   * Why: a table that is full of what is in use has to tell a newcomer that will be asked for again from a key that is asked for
   * once. TinyLFU (Einziger, Friedman, Manes: TinyLFU: A Highly Efficient Cache Admission Policy, ACM Transactions on Storage,
   * 2017) puts a Bloom filter, its doorkeeper, before the sketch of frequencies: most keys of a flood get no further. Here the
   * doorkeeper is enough. The question is not who is asked for most, which would cost every hit an update, but who comes twice.
   * As in Caffeine's FrequencySketch all bits of a key are in one block of the size of a cache line (Putze, Sanders, Singler:
   * Cache-, Hash- and Space-Efficient Bloom Filters, 2007). Two generations age more evenly than one filter that is cleared.
   */

  /** Destinations of a generation for each that the table may hold. */
  private static final int GENERATION = 4;

  private static final int LEAST = 1_024;
  private static final int MOST = 1 << 25;
  private static final int BITS_EACH = 16;
  private static final int BLOCK_WORDS = 8;
  private static final int BLOCK_BITS = BLOCK_WORDS * Long.SIZE;
  private static final int BITS_IN_BLOCK = 9;
  private static final int PROBES = 4;

  private final int fill;
  private final int blocks;
  private long[] current;
  private long[] before;
  private int noted;

  /** For a table of so many destinations: 16 bytes for each. */
  Doorkeeper(int destinations) {
    fill = (int) Math.max(LEAST, Math.min(MOST, (long) GENERATION * destinations));
    blocks = (int) (((long) fill * BITS_EACH + BLOCK_BITS - 1) / BLOCK_BITS);
    current = new long[blocks * BLOCK_WORDS];
    before = new long[blocks * BLOCK_WORDS];
  }

  /** Notes a destination. Returns whether it was noted before. */
  boolean wasSeen(String destination) {
    long hash = mix(destination.hashCode());
    int block = (int) (((hash >>> 32) * blocks) >>> 32) * BLOCK_WORDS;
    long probes = mix(hash);
    boolean isNew = false;
    boolean wasBefore = true;
    for (int i = 0; i < PROBES; i++) {
      int bit = (int) (probes & (BLOCK_BITS - 1));
      probes >>>= BITS_IN_BLOCK;
      int word = block + (bit >>> 6);
      long mask = 1L << bit; // of the lowest six bits
      isNew |= (current[word] & mask) == 0;
      wasBefore &= (before[word] & mask) != 0;
      current[word] |= mask;
    }
    if (isNew && ++noted >= fill) {
      age();
    }
    return !isNew || wasBefore;
  }

  /** Returns a number of which each bit depends on each bit of that one: the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long hash) {
    long mixed = hash + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  private void age() {
    long[] oldest = before;
    before = current;
    Arrays.fill(oldest, 0);
    current = oldest;
    noted = 0;
  }
}
