package dev.lblc.scheduler;

/**
 * The bucket of a destination: the top ten bits of its 32-bit hash times 0x61C88647, the kernel's multiplier.
 *
 * <p>The hash of an IPv4 address in dotted form is the address itself, which puts it where the kernel has it; any other
 * destination is hashed as a string.
 */
final class Buckets {
  private static final int MULTIPLIER = 0x61C88647;
  private static final int SHIFT = 32 - Integer.numberOfTrailingZeros(DestinationTable.BUCKETS);

  private Buckets() {}

  static int of(String destination) {
    long address = ipv4(destination);
    int hash = address < 0 ? destination.hashCode() : (int) address;
    return (hash * MULTIPLIER) >>> SHIFT;
  }

  /** The address as an unsigned number; -1 if the text is none. */
  private static long ipv4(String text) {
    long address = 0;
    int octet = -1;
    int dots = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        octet = Math.max(octet, 0) * 10 + (c - '0');
        if (octet > 255) {
          return -1;
        }
      } else if (c == '.' && octet >= 0 && dots < 3) {
        address = (address << 8) | octet;
        octet = -1;
        dots++;
      } else {
        return -1;
      }
    }
    return dots == 3 && octet >= 0 ? (address << 8) | octet : -1;
  }
}
