package dev.lblc.simulation;

/**
 * The random numbers of a workload: each is a function of the seed, of the request's number and of what it is for, so that every
 * strategy gets the same requests, and other programs can make them, too.
 *
 * <pre>
 * u(i, j) = (mix(mix(seed * 0x100000001b3 + j) xor (i * 0xd6e8feb86659fd93)) >>> 11) * 2^-53
 * </pre>
 *
 * Immutable.
 */
final class Numbers {
  /** For what a number is used. */
  static final int GAP = 0;

  static final int KEY = 1;
  static final int NODE = 2;
  static final int RADIUS = 3;
  static final int ANGLE = 4;
  static final int FLASH = 5;
  static final int DRIFT_TOP = 8;
  static final int DRIFT_OTHER = 9;

  private static final int PURPOSES = 10;
  private static final double UNIT = 0x1p-53;

  private final long[] streams = new long[PURPOSES];

  Numbers(long seed) {
    for (int purpose = 0; purpose < PURPOSES; purpose++) {
      streams[purpose] = mix(seed * 0x100000001b3L + purpose);
    }
  }

  /** Returns the number of a request for one purpose, from 0 inclusive to 1 exclusive. */
  double of(long request, int purpose) {
    return (mix(streams[purpose] ^ (request * 0xd6e8feb86659fd93L)) >>> 11) * UNIT;
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
  static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
