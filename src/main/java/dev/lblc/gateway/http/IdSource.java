package dev.lblc.gateway.http;

import java.security.SecureRandom;

/**
 * Makes ids of 128 bits, in 32 digits of hexadecimal, as those of traces are.
 *
 * <p>Two counters with secret starts go through a function that mixes their bits and maps no two numbers to one: so the ids of one
 * source all differ, those of two sources differ but with a chance that nobody lives to see, and an id costs some additions and
 * multiplications. They are no secrets: who knows some can compute others. Confined to one thread.
 */
final class IdSource {
  private static final long STEP = 0x9e3779b97f4a7c15L;
  private static final char[] DIGITS = "0123456789abcdef".toCharArray();
  private static final int LENGTH = 32;

  private static final ThreadLocal<IdSource> OF_THREAD = ThreadLocal.withInitial(() -> {
    SecureRandom random = new SecureRandom();
    return new IdSource(random.nextLong(), random.nextLong());
  });

  private final char[] text = new char[LENGTH];
  private long high;
  private long low;

  /** Creates a source that begins there. */
  IdSource(long high, long low) {
    this.high = high;
    this.low = low;
  }

  /** Returns the source of the present thread. */
  static IdSource ofThread() {
    return OF_THREAD.get();
  }

  /** Returns the next id; none is all zeros, nor is either half of it. */
  String next() {
    long first = mixed(high += STEP);
    long second = mixed(low += STEP);
    if (first == 0 || second == 0) {
      return next();
    }
    write(first, 0);
    write(second, LENGTH / 2);
    return new String(text);
  }

  private void write(long half, int at) {
    for (int i = 0; i < LENGTH / 2; i++) {
      text[at + i] = DIGITS[(int) (half >>> (60 - 4 * i)) & 0xf];
    }
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). */
  private static long mixed(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
