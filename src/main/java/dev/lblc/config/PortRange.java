package dev.lblc.config;

/**
 * A range of TCP ports.
 *
 * @param first 1 to 65,535
 * @param last {@code first} or above
 */
public record PortRange(int first, int last) {
  /** Checks the order. */
  public PortRange {
    if (first < 1 || last < first || last > 65_535) {
      throw new IllegalArgumentException(
          "ports: " + first + "-" + last + " (expected: 1 <= first <= last <= 65535)");
    }
  }

  /** Returns whether the range contains a port. */
  public boolean contains(int port) {
    return port >= first && port <= last;
  }

  /** Returns the number of ports. */
  public int size() {
    return last - first + 1;
  }
}
