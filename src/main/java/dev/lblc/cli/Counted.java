package dev.lblc.cli;

/** Numbers of things, in words. */
final class Counted {
  private Counted() {}

  /** Returns a number with what it counts, such as {@code 1 route} or {@code 2 routes}. */
  static String of(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
